"""Who runs a petition: organizations, their members, the links that let people in, and accounts."""
