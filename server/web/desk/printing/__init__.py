"""Letters on paper: the page where organizers print them, and what stands on each sheet."""
