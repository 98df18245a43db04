"""What a petition says: its draft, each version, and how it is searched."""
