"""A letter to those who decide, from the postcode to the sending, and who answers."""
