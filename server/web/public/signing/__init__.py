"""Signing, the code that verifies, and taking it back."""
