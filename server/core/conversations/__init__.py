"""Inbound texts, each once, and where each phone is in its conversation."""
