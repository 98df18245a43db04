"""Messages that are committed together with what they announce, and what sending cost."""
