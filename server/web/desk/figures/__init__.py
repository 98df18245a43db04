"""How a petition goes, in figures."""
