"""What organizers do: sign in, decide, look at figures, take records with them."""
