"""What in a text is not the sender's: quotes of our own texts, reactions, footers, mail around it.

A span that is somebody else's is blanked, so that all other places stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from sms.reading.letters import words_of
from sms.reading.lexicon import phrases_of
from sms.reading.pieces import Pieces

_QUOTE: Final = re.compile(r"[“”\"«„‟]")
_REACTION: Final = re.compile(
    r"\s*([^“”\"«„‟\n]{0,48}?)\s*[“\"«„‟]\s*(.{8,}?)\s*[”\"»“]?\s*\Z", re.DOTALL
)
#: "-- " begins a signature in mail (RFC 3676, 4.3); people write it with less.
_SIGNATURE: Final = re.compile(r"\n\s*(?:--|—|__|~|\*\*\*)[^\n]*(?:\n.*)?\Z", re.DOTALL)
_QUOTED_LINE: Final = re.compile(r"(?m)^[ \t]*>.*$")
_MAIL_HEADER: Final = re.compile(
    r"(?mi)^(?:FRM|FROM|SUBJ|SUBJECT|TO|DATE):[^\n]*$|^(?:MSG|BODY|TEXT):"
)
_ALIKE: Final = 5  # words in a row that are no chance


class Framed(NamedTuple):
    """The text with what is not the sender's blanked, the spans of that, and whether nothing else
    is there."""

    text: str
    spans: list[tuple[int, int, str]]
    whole: bool = False


def unframed(text: str, ours: Iterable[str] = ()) -> Framed:
    """What the sender has written themselves."""
    spans: list[tuple[int, int, str]] = []
    if _QUOTE.search(text) and (reaction := _reaction(text, ours)):
        return Framed("", [(*reaction, "reaction")], whole=True)
    if "\n" in text or "\r" in text:
        for pattern in (_wrote(), _QUOTED_LINE, _MAIL_HEADER):
            text = _blanked(text, pattern, "quote", spans)
        text = _blanked(text, _SIGNATURE, "footer", spans)
    if ours and len(text) > 24:
        text = _without_ours(text, ours, spans)
    return Framed(text, spans, whole=bool(spans) and not text.strip(" \n.…"))


def _blanked(
    text: str, pattern: re.Pattern[str], what: str, spans: list[tuple[int, int, str]]
) -> str:
    for match in pattern.finditer(text):
        blank = len(match[0]) - len(match[0].lstrip())
        if blank < len(match[0]):
            spans.append((match.start() + blank, match.start() + len(match[0].rstrip()), what))
    return pattern.sub(lambda match: "\n" * len(match[0]), text)


@cache
def _wrote() -> re.Pattern[str]:
    """On Monday Ana wrote: … and all that is below it."""
    words = "|".join(map(re.escape, sorted(phrases_of("wrote"), key=len, reverse=True)))
    return re.compile(rf"(?mi)^[^\n]*(?:{words})\b[^\n]{{0,40}}(?::\s*$|-{{3,}}\s*$)(?s:.*)\Z")


@cache
def _reactions() -> frozenset[str]:
    return frozenset(" ".join(words_of(phrase).folded) for phrase in phrases_of("reaction"))


def _reaction(text: str, ours: Iterable[str]) -> tuple[int, int] | None:
    """Liked “…”, 👍 to “…”: the whole text as a span, if it is one."""
    match = _REACTION.fullmatch(text)
    if not match:
        return None
    lead = " ".join(words_of(match[1]).folded)
    known = lead in _reactions() or any(lead.endswith(f" {known}") for known in _reactions())
    bare = not lead and bool(match[1].strip())
    if known or bare or (lead.count(" ") < 4 and _is_ours(match[2], ours)):
        return match.start(1) if match[1] else 0, len(text)
    return None


def _is_ours(text: str, ours: Iterable[str]) -> bool:
    """Whether a text begins as one of ours goes, cut or whole."""
    words = words_of(text.rstrip("….")).folded
    beginning = " ".join(words[:_ALIKE])
    return len(words) >= _ALIKE and any(beginning in _line(text) for text in ours)


@cache
def _line(text: str) -> str:
    return " ".join(words_of(text).folded)


def _without_ours(text: str, ours: Iterable[str], spans: list[tuple[int, int, str]]) -> str:
    """The text without lines that are ours."""
    kept, at = [], 0
    for line in text.split("\n"):
        mine = line.strip() and _is_ours(line, ours)
        if mine:
            spans.append((at, at + len(line), "quote"))
        kept.append("\n" * len(line) if mine else line)
        at += len(line) + 1
    return "\n".join(kept)


def take_footers(pieces: Pieces) -> None:
    """What programs add below or behind a text, and a line that only we would have written: 'F'."""
    tags = pieces.tags
    for at, tag in enumerate(tags):
        if tag == "F":
            _mark(pieces, at, _line_end(tags, at))
        elif tag == "!":
            _mark(pieces, _line_start(tags, at), _line_end(tags, at))


def _mark(pieces: Pieces, first: int, last: int) -> None:
    for at in range(first, last):
        pieces.tags[at] = "F"


def _line_start(tags: list[str], at: int) -> int:
    while at and tags[at - 1] != "\n":
        at -= 1
    return at


def _line_end(tags: list[str], at: int) -> int:
    while at < len(tags) and tags[at] != "\n":
        at += 1
    return at
