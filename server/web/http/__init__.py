"""How any page is taken and answered, whatever it is about."""
