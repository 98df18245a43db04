"""Which passwords others would guess: by how people make them, and by a list of leaked ones."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

GUESSES_LEAST = 10.0  # decimal digits of how many guesses it takes, as zxcvbn counts
_READ = 72  # letters of it that are looked at: zxcvbn takes no more
_LINE = 256  # bytes of a line of the list at most


def is_guessable(password: str, about: Collection[str], leaked: Path | None) -> bool:
    """Whether it is common, made of what is known of its owner, or in the list.

    It may take 0.1 s and 15 MB for the first: zxcvbn brings its own lists, loaded here alone.
    """
    if leaked is not None and _is_listed(password, leaked):
        return True
    from zxcvbn import zxcvbn

    found = zxcvbn(password[:_READ], user_inputs=[each for each in about if each])
    return bool(found["guesses_log10"] < GUESSES_LEAST)


def _is_listed(password: str, leaked: Path) -> bool:
    """Whether the file has the SHA-1 of it, by halves: lines of `HASH` or `HASH:n`, sorted, as
    "Have I Been Pwned" gives them out. A file of any size is read in some 40 places."""
    wanted = hashlib.sha1(password.encode("utf-8", "replace"), usedforsecurity=False)
    digest = wanted.hexdigest().upper().encode()
    with leaked.open("rb") as file:
        low, high = 0, file.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.readline(_LINE)  # the rest of a line that began before
            line = file.readline(_LINE)
            if not line or line[:40].upper() >= digest:
                high = middle
            else:
                low = middle + 1
        file.seek(low)
        if low:
            file.readline(_LINE)
        return file.readline(_LINE)[:40].upper() == digest
