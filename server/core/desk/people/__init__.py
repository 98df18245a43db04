"""Organizers, their accounts, and the organizations that they work in."""
