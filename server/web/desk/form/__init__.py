"""The form of a petition, part by part: its names, its ticks, and two who write at once."""
