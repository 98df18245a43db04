"""The spans of a text with what explains each of them: for developers, and for whoever writes a
language's table."""

from __future__ import annotations

from typing import Final

from sms.reading.frames import Framed
from sms.reading.lexicon import TAGS
from sms.reading.pieces import Pieces
from sms.reading.reading import Reading, Span

_WHAT: Final = {tag: category for category, tag in reversed(TAGS.items())} | {
    "K": "petition", "P": "postcode", "9": "number", "8": "number", "7": "no postcode",
    "@": "link", "F": "footer", "c": "place", "N": "unknown", "l": "little", "d": "common",
}  # fmt: skip
_LEFT: Final = frozenset("NwT29d")


def spans_of(pieces: Pieces, framed: Framed, meaning: Reading) -> tuple[Span, ...]:
    """Every piece with what it was taken for, in the order of the text."""
    names = name_places(pieces, meaning)
    spans = [Span(*span) for span in framed.spans] + [Span(*place, "name") for place in names]
    for at, tag in enumerate(pieces.tags):
        if pieces.last[at] == pieces.first[at]:
            continue
        start, end = pieces.start(at), pieces.end(at)
        if not any(first < end and start < last for first, last in names):
            spans.append(Span(start, end, _WHAT.get(tag, tag)))
    return tuple(sorted(spans))


def name_places(pieces: Pieces, meaning: Reading) -> list[tuple[int, int]]:
    """Where the names stand."""
    return list(meaning.places)


def left_of(pieces: Pieces, meaning: Reading) -> str:
    """The words that nothing explains."""
    names = meaning.places
    left = [
        pieces.spelt(at)
        for at, tag in enumerate(pieces.tags)
        if tag in _LEFT and not any(first <= pieces.start(at) < last for first, last in names)
    ]
    return " ".join(left)
