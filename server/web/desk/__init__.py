"""What an organizer sees."""
