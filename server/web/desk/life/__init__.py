"""A petition's life at the desk: deleting a draft, and the end."""
