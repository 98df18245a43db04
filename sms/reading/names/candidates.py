"""Runs of words that may be a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sms.reading.names.capitals import is_title
from sms.reading.pieces import Pieces

#: A run of words that may be a name: words of no table, names that are words as well, particles
#: between them, titles before and suffixes behind.
_RUN: Final = re.compile(r"[NwTp2jf]*[NwTf2p](?:,f+)*")


#: Jr., III: a name ends there, and what goes on is something else.
_ENDED: Final = re.compile(r"[NwT]f+(?=[NwTp2]*[NwT2])")


@dataclass(slots=True)
class Candidate:
    """Words that may be a name: pieces `first` to `last`, and what speaks for them."""

    first: int
    last: int
    size: int = 0  # words, particles and suffixes not counted
    left: str = ""
    right: str = ""
    strength: int = 0
    cued: bool = False  # "my name is" stands before it
    other: bool = False  # somebody else than the sender: "my wife"
    doubtful: bool = False
    parts: tuple[tuple[int, int], ...] = ()  # where its words stand, if not in one run


def candidate(pieces: Pieces, line: str, run: tuple[int, int]) -> Candidate | None:
    """A run without what is no part of a name; None if nothing is left of it."""
    first, last = _trimmed(pieces, line, *run)
    cut = (first, last) != run and not is_large(pieces, line, first, last)
    size = sum(1 for tag in line[first:last] if tag in "NwT2") + (line[last - 1 : last] == "p")
    if not size or line[first:last] == "2":
        return None
    found = Candidate(first, last, size)
    found.left, found.right = nearest(line, first - 1, -1, ",\n"), nearest(line, last, 1, ",\nc")
    found.doubtful = _is_cut_short(line, last, run[1]) or (
        cut and bool(set(line[run[0] : first] + line[last : run[1]]) & set("2p"))
    )
    return found


def _is_cut_short(line: str, last: int, end: int) -> bool:
    """Ana María de la O: particles are left, and a word that is known stands right behind them."""
    return "p" in line[last:end] and line[end : end + 1] not in ("", *",.\nPzcCA<9")


def nearest(line: str, at: int, step: int, over: str) -> str:
    """The sign of the next piece that is none of `over`; '' at an end of the text or a clause."""
    while 0 <= at < len(line) and line[at] in over:
        at += step
    return line[at] if 0 <= at < len(line) and line[at] not in ".\n?¿F" else ""


def _trimmed(pieces: Pieces, line: str, first: int, last: int) -> tuple[int, int]:
    """A run without what a name does not begin or end with: titles, particles, small words."""
    while (
        last > first
        and line[last - 1] in "pj"
        and not (line[last - 1] == "p" and is_title(pieces, last - 1) and last - first > 1)
    ):
        last -= 1
    titles = first
    while titles < last and line[titles] == "j" and not _is_given(pieces, line, titles):
        titles += 1
    if titles < last:
        first = titles
    names = sum(1 for tag in line[first:last] if tag in "NwT")
    if first < last and names > 1 and line[first - 1 : first] == "&" and pieces.spelt(first) == "I":
        first += 1  # Greg Diaz and I, Ana Diaz
    if first < last and line[first] == "p" and names > 1 and not pieces.is_capital(first):
        first += 1
    if names:
        return _without_small(pieces, line, first, last)
    return first, last


def _is_given(pieces: Pieces, line: str, at: int) -> bool:
    """Anh Tuấn Nguyễn: a title that is a name as well, with a capital before two words."""
    entry = pieces.entries[at]
    both = entry is not None and "weak" in entry.kinds and is_title(pieces, at)
    return both and line[at + 1 : at + 3] in ("NN", "Nw", "wN", "ww")


def _without_small(pieces: Pieces, line: str, first: int, last: int) -> tuple[int, int]:
    """Without small words at the ends that are no part of the name: "so Ana Diaz", but "So Kim"."""
    left, right = nearest(line, first - 1, -1, ","), nearest(line, last, 1, ",")
    while line[first] == "2":
        names = sum(1 for tag in line[first:last] if tag in "NwT")
        if names == 1 or (
            pieces.is_capital(first) and (left or pieces.folded(first) not in _OPENING)
        ):
            break
        first += 1
    while line[last - 1] == "2":
        if pieces.is_capital(last - 1) or (
            right in ("", "P", "z", "A", "c") and not is_large(pieces, line, first, last)
        ):
            break
        last -= 1
    return first, last


#: Small words with which an English sentence may begin.
_OPENING: Final = frozenset({"SO", "DO", "MAY", "WILL", "CAN", "MY", "AN", "A", "O", "SEE", "SING"})


def is_large(pieces: Pieces, line: str, first: int, last: int) -> bool:
    """Whether the words of no table in a run begin with capitals."""
    return any(pieces.is_capital(at) for at in range(first, last) if line[at] in "NwT")


@lru_cache(maxsize=4096)
def script_of(word: str) -> str:
    """The letters in which a word is written; those of Japanese and Chinese are one."""
    letter = next(filter(str.isalpha, word), "a")
    name = unicodedata.name(letter, "LATIN").partition(" ")[0]
    return "CJK" if name in {"HIRAGANA", "KATAKANA", "CJK"} else name


def runs(pieces: Pieces, line: str) -> Iterator[tuple[int, int]]:
    """Runs of words that may be a name, each in letters of one kind."""
    for match in _RUN.finditer(line):
        first = at = match.start()
        for ending in _ENDED.finditer(line, first, match.end()):
            yield first, ending.end()
            first = at = ending.end()
        if not pieces.words.text.isascii():
            for at in range(first + 1, match.end()):
                if line[at] != "," and line[at - 1] != "," and _differ(pieces, at - 1, at):
                    yield first, at
                    first = at
        yield first, match.end()


def _differ(pieces: Pieces, one: int, two: int) -> bool:
    exact, first = pieces.words.exact, pieces.first
    return script_of(exact[first[one]]) != script_of(exact[first[two]])
