"""Whose name stands in a text, among commands, places and small talk."""
