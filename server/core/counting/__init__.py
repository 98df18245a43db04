"""How many have signed."""
