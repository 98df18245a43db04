"""What organizers decide about signatures, and what they take home of them."""
