"""What keeps the store sound: erasing what is due, comparing counters with rows."""
