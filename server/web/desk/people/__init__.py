"""Who runs a petition: organizations, their members, and the links that let people in."""
