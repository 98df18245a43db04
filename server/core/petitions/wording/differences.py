"""What differs between two texts, word by word, in any script that parts its words with spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Literal

_ALIKE = 0.5  # of two paragraphs, from which on they are one that was changed
_NEAR = 5  # paragraphs: so far on one is looked for again
_ISLAND = 1  # word that stays between two changes: they are read as one

Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class Run:
    """Words that follow each other, and what became of them."""

    kind: Kind
    words: str


#: A changed paragraph; None for some that stay as they are.
Paragraph = tuple[Run, ...] | None


def paragraphs_between(was: str, now: str) -> list[Paragraph]:
    """The paragraphs that differ, in order, with a None where others stay between them."""
    found: list[Paragraph] = []
    for stays, old, new in _steps(_paragraphs(was), _paragraphs(now)):
        found += [None] if stays else _changed(old, new)
    return found


def _steps(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """From one list to the other: what stays, and what stands in whose place."""
    for tag, first, last, begun, end in SequenceMatcher(None, old, new).get_opcodes():
        yield tag == "equal", old[first:last], new[begun:end]


def _paragraphs(text: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", text) if part.strip()]


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
    """What stands in place of these paragraphs: each that is still to be recognised beside what it
    has become, the others by themselves."""
    rest = list(new)
    for was in old:
        near = enumerate(rest[:_NEAR])
        place = next((n for n, now in near if _is_alike(was, now)), None)
        if place is None:
            yield (Run("gone", was),)
            continue
        yield from ((Run("new", now),) for now in rest[:place])
        yield tuple(words_between(was, rest[place]))
        rest = rest[place + 1 :]
    yield from ((Run("new", now),) for now in rest)


def _is_alike(was: str, now: str) -> bool:
    matcher = SequenceMatcher(None, _words(was), _words(now))
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def words_between(was: str, now: str) -> Iterator[Run]:
    """Both texts at once: what stays, what is gone and what is new."""
    steps = list(_steps(_words(was), _words(now)))
    for stays, run in groupby(enumerate(steps), key=lambda step: _stays(steps, *step)):
        parts = [both for _, (_, *both) in run]
        gone, new = (_joined(word for both in parts for word in both[side]) for side in (0, 1))
        if stays:
            yield Run("same", gone)
            continue
        yield from (Run("gone", gone),) if gone else ()
        yield from (Run("new", new),) if new else ()


def _stays(steps: Sequence[Any], place: int, step: Any) -> bool:
    """Whether words stay and can be told to: a single one between two changes is read with them."""
    stays, words, _ = step
    inside = 0 < place < len(steps) - 1
    return bool(stays and (len(words) > _ISLAND or not inside))


def _words(text: str) -> list[str]:
    """Ends of lines are words too."""
    return re.findall(r"\n|[^\s]+", text)


def _joined(words: Iterator[str]) -> str:
    return re.sub(" ?\n ?", "\n", " ".join(words))
