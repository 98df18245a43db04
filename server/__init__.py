"""Undersigned: the petition server for the people whom other petition sites leave out."""

__version__ = "0.1.0"
