"""Which divisions a postcode lies in, and who decides there, on a day."""
