"""One person: found, shown all that is kept of them, put right, erased; by organizers or by the
person."""
