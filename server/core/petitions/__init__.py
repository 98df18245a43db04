"""Petitions: their wording, rules and times."""
