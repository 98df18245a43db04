"""News on the organizers' desk: written, seen as it will arrive, tested, sent, halted."""
