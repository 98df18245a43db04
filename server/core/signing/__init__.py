"""Signing, verifying and taking back: who is the same person, and what counts."""
