"""Numbers of signatures, as organizers type them."""

from __future__ import annotations

import re

_GAP = r"[\s.,]"  # between the digits of a large number, after every third or (in India) second
_GROUPED = rf"[0-9]{{1,3}}(?:{_GAP}[0-9]{{2,3}}){{0,3}}{_GAP}[0-9]{{3}}(?![0-9])|[0-9]{{1,12}}"
_NUMBER = re.compile(_GROUPED)
_NUMBERED = re.compile(rf"\s*({_GROUPED})\s*[:.)\u2013-]?\s+(.*)")


def read_number(typed: str) -> int | None:
    """The number, however it groups its digits; 0, which is refused, for what is none. `12.5` is
    none: that is no number of signatures, and no 125."""
    typed = typed.strip()
    if not typed:
        return None
    return _digits(typed) if _NUMBER.fullmatch(typed) else 0


def read_numbered(line: str) -> tuple[int, str]:
    """The number with which a line begins, and what is behind it; 0 and the line, where it begins
    with none or says nothing else."""
    found = _NUMBERED.fullmatch(line)
    return (_digits(found[1]), found[2]) if found else (0, line)


def _digits(number: str) -> int:
    return int(re.sub(_GAP, "", number))
