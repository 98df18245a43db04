"""What tells a flood from a crowd, and what happens to it."""
