"""What a text says beside a name: the command, its language, and whether it asks or refuses."""

from __future__ import annotations

import re
from typing import Final

from sms.reading.lexicon import lexicon
from sms.reading.pieces import Pieces

_FILL: Final = frozenset({"insist", "courtesy", "greeting", "yes", "little", "question", "not"})
#: Commands beside which nothing but courtesy stands: their words are everyday ones.
_ALONE: Final = frozenset(
    {"no", "also", "undo", "letter", "post", "back", "call", "not_mine", "not_sure"}
)
_MOST: Final = 6  # words of courtesy before or behind a command that are looked past


def command_of(pieces: Pieces, line: str) -> tuple[str, str]:
    """The command that a text is, courtesy and a petition's word aside, and its language."""
    places = [
        at
        for at, tag in enumerate(line)
        if tag not in ",.?¿\nKF" and pieces.last[at] > pieces.first[at]
    ]
    if not places or "P" in line or len(places) > 10:
        return "", ""
    fills = [_is_fill(pieces, at) for at in places]
    front = next((n for n, fill in enumerate(fills) if not fill), len(fills))
    back = next((n for n, fill in enumerate(reversed(fills)) if not fill), len(fills))
    words = [pieces.folded(at) for at in places]
    commands = lexicon().commands
    for skipped in range(min(front, _MOST, len(words) - 1) + 1):
        for cut in range(min(back, _MOST, len(words) - skipped - 1) + 1):
            key = " ".join(words[skipped : len(words) - cut])
            if key in commands and (found := _allowed(pieces, places, skipped, cut, key)):
                return found
    return "", ""


def _allowed(
    pieces: Pieces, places: list[int], skipped: int, cut: int, key: str
) -> tuple[str, str]:
    left = places[:skipped] + places[len(places) - cut :]
    for category, language, exact in lexicon().commands[key]:
        if category == "stop" or (exact and exact != _spelt(pieces, places[skipped])):
            continue
        if category == "no" and "K" in pieces.tags:
            continue
        if category in _ALONE and any(_is_said(pieces, at) for at in left):
            continue
        if len(key) < 3 and any(not _is_polite(pieces, at) for at in left):
            continue
        if any(
            "not" in e.kinds for at in left if (e := pieces.entries[at]) and pieces.tags[at] == "v"
        ):
            continue
        return category, language
    return "", ""


def _spelt(pieces: Pieces, at: int) -> str:
    return pieces.spelt(at).lower()


def _is_fill(pieces: Pieces, at: int) -> bool:
    entry = pieces.entries[at]
    return entry is not None and bool(entry.kinds & _FILL)


def _is_said(pieces: Pieces, at: int) -> bool:
    return not _is_polite(pieces, at)


def _is_polite(pieces: Pieces, at: int) -> bool:
    entry = pieces.entries[at]
    return entry is not None and bool(entry.kinds & {"courtesy", "greeting", "yes"})


#: Signs whose words tell a language surely; the others tell it when there are more of them.
_TELLING: Final = "sJuhaicm%^_bnzeyXoORVqr*gxHDY<v!"


def language_of(pieces: Pieces, line: str) -> str | None:
    """The language in which a text is written; None where its words are of several, or of none."""
    if pieces.heard and pieces.heard[0] == line:
        return pieces.heard[1]
    votes: dict[str, int] = {}
    for tag, entry in zip(line, pieces.entries, strict=True):
        if entry and entry.language and tag not in "w2TCFp":
            votes[entry.language] = votes.get(entry.language, 0) + (3 if tag in _TELLING else 1)
    if "¿" in line or "¡" in pieces.words.text:
        votes["es"] = votes.get("es", 0) + 2
    most = max(votes.values(), default=0)
    first = [language for language, count in votes.items() if count == most]
    found = first[0] if most > 1 and len(first) == 1 else None
    pieces.heard = (line, found)
    return found


_REFUSED: Final = re.compile(
    r"[vr][lE2qyvnrp]*[sJ]|r[l2p]*s|[sJ](?:[lK2<>]{0,2}v(?!N)|[l2<>]{0,2}v)|v[lE2q]*[RY]?Y[l2<]*K"
)
_ASKS_HOW: Final = re.compile(r"^[,.eyl¿]*q|[,.\n][ley]*q")


def is_refused(line: str) -> bool:
    """I will not sign; I refuse to sign; do not add me."""
    return bool(_REFUSED.search(line))


def is_question(line: str) -> bool:
    """Whether the text asks something: by a mark, or by words at the beginning of a clause."""
    return "?" in line or "¿" in line or ("q" in line and bool(_ASKS_HOW.search(line)))


def is_all(line: str, signs: str) -> bool:
    """Whether nothing but these signs stands in the text, and one of the first does."""
    return bool(line.strip(",.?¿\nF")) and not line.strip(",.?¿\nF" + signs)
