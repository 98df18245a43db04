"""A name as it is written."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sms.characters import visible
from sms.reading.letters import Words
from sms.reading.names.candidates import Candidate
from sms.reading.pieces import Pieces


def spans_of_name(pieces: Pieces, found: Candidate) -> tuple[tuple[int, int], ...]:
    """Where a name stands, in one run or in two."""
    parts = [Candidate(*part) for part in sorted(found.parts)] or [found]
    return tuple(span_of(pieces, part) for part in parts)


def span_of(pieces: Pieces, found: Candidate) -> tuple[int, int]:
    return pieces.start(found.first), pieces.end(found.last - 1)


_CLEAN: Final = re.compile(r"[A-Za-z]+(?:[ '-][A-Za-z]+)*")


#: What keeps its point: an initial, Jr., St.
_POINTED: Final = frozenset(
    {"JR", "SR", "ST", "STE", "STA", "STO", "MA", "MD", "MOHD", "MST", "DR", "ESQ"}
)


def name_of(pieces: Pieces, found: Candidate) -> str:
    """The name as it is written, in one line, without quotes and other marks around its words."""
    words = pieces.words
    if found.parts:
        return " ".join(name_of(pieces, Candidate(*part)) for part in found.parts)
    start, end = span_of(pieces, found)
    written = words.text[start:end]
    if _CLEAN.fullmatch(written) and words.text[end : end + 1] != ".":  # nearly always
        return written
    first, last = pieces.first[found.first], pieces.last[found.last - 1]
    parts = [_joint(pieces, at) * (at > first) + _pointed(words, at) for at in range(first, last)]
    if last - first > 1 and len(words.folded[last - 1]) == 1 and not parts[-2].endswith("."):
        parts[-1] = parts[-1].rstrip(".")  # Malcolm X, at the end of a sentence
    return unicodedata.normalize("NFC", visible("".join(parts))).strip()


def _joint(pieces: Pieces, at: int) -> str:
    """What stands between a word of a name and the one before."""
    gap = pieces.words.gaps[at]
    if gap == "-" and not _is_separator(pieces.words.text):
        return "-"
    if gap == ":" and len(pieces.words.folded[at - 1]) == 1:
        return ""  # T.J. Watt
    return ", " if gap == "," else " "


def _pointed(words: Words, at: int) -> str:
    short = len(words.folded[at]) == 1 or words.folded[at] in _POINTED
    point = short and words.text[words.ends[at] : words.ends[at] + 1] == "."
    return words.exact[at] + ("." if point else "")


def _is_separator(text: str) -> bool:
    """SIGN-FACE-Ana-Diaz-59801: the hyphens part words."""
    return " " not in text.strip() and text.count("-") > 2
