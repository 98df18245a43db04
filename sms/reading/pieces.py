"""A text in pieces: words and phrases of the tables, the petitions' words, numbers, and what parts
them, each with a sign that tells what it is. The rules read the line of these signs.

    N a word of no table   K a petition's word   P the postcode   9 a number   8 a telephone, a date
    @ a link or address    , . ? ¿ \\n what parts   the others: `sms.reading.lexicon.TAGS`
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sms.reading.letters import Words, is_capital
from sms.reading.lexicon import LexiconEntry, lexicon

#: J'arrive, qu'elle: a French word behind a small letter; d'Arc is a name.
_ELIDED: Final = re.compile("(?:[cjlmnst]|qu)['’][a-zà-ÿ]{2}")
#: Signs that are no words.
PARTING: Final = ",.?¿\n"
_JOINING: Final = frozenset(("", "-", ":"))


class Pieces:
    """The pieces of a text, as columns; `first` and `last` are places in `words`."""

    __slots__ = ("entries", "first", "heard", "last", "tags", "words")

    def __init__(self, words: Words) -> None:
        self.words = words
        self.tags: list[str] = []
        self.first: list[int] = []
        self.last: list[int] = []
        self.entries: list[LexiconEntry | None] = []
        self.heard: tuple[str, str | None] | None = None  # the line, and the language heard in it

    def add(self, tag: str, first: int, last: int, entry: LexiconEntry | None = None) -> None:
        self.tags.append(tag)
        self.first.append(first)
        self.last.append(last)
        self.entries.append(entry)

    @property
    def line(self) -> str:
        """The signs of all pieces."""
        return "".join(self.tags)

    def folded(self, piece: int) -> str:
        """The words of a piece as they are compared."""
        return " ".join(self.words.folded[self.first[piece] : self.last[piece]])

    def spelt(self, piece: int) -> str:
        """The first word of a piece as it is written; '' for what only parts."""
        first = self.first[piece]
        return self.words.exact[first] if self.last[piece] > first else ""

    def is_capital(self, piece: int) -> bool:
        return is_capital(self.spelt(piece))

    def start(self, piece: int) -> int:
        return self.words.starts[self.first[piece]]

    def end(self, piece: int) -> int:
        return self.words.ends[self.last[piece] - 1]


def pieces_of(words: Words, petitions: frozenset[str]) -> Pieces:
    """Every phrase of the tables, the longest first; what is in none is a word by itself."""
    pieces = Pieces(words)
    phrases, lengths = lexicon().phrases, lexicon().lengths
    folded, gaps, n = words.folded, words.gaps, len(words.folded)
    at = 0
    while at < n:
        gap = gaps[at]
        if gap and gap != "-":
            _part(pieces, gap, at)
        word = folded[at]
        if word in lengths and (size := _longest(words, at, lengths[word])):
            entries = phrases[" ".join(folded[at : at + size])]
        elif word in petitions:
            pieces.add("K", at, at + 1)
            at += 1
            continue
        else:
            size, entries = 1, phrases.get(word) or _without_and(word)
        entry = _entry(words, at, size, entries)
        if entry and size > 1 and entry.tag == "<" and _begins_name(words, at + size):
            entry = None
        if entry:
            pieces.add(entry.tag, at, at + size, entry)
        elif size > 1:
            at = _singly(pieces, at, phrases.get(word, ()))
            continue
        else:
            pieces.add("d" if _ELIDED.match(words.exact[at]) else _unknown(word), at, at + 1)
        at += size
    if gaps[n] not in ("", "-"):
        _part(pieces, gaps[n], n)
    if "-" in gaps:
        _keep_together(pieces)
    return pieces


def _keep_together(pieces: Pieces) -> None:
    """Kim Yu-na, Al-Amin: what a hyphen joins to a name is part of it, whatever it means alone."""
    gaps, tags = pieces.words.gaps, pieces.tags
    for at in range(1, len(tags)):
        single = pieces.last[at] > pieces.first[at] == pieces.last[at - 1]
        if not single or gaps[pieces.first[at]] != "-":
            continue
        one = (tags[at] in "Nw") != (tags[at - 1] in "Nw")
        if one and not {tags[at], tags[at - 1]} & set("sKJ9@z"):
            tags[at - 1 : at + 1] = ["N", "N"]


#: Kkkkk, jajaja, ههههه, hmmm: one sound again and again.
_LAUGHTER: Final = re.compile(
    r"([^\WAEIOU\d_])\1{2,20}|([AEIOU])\2{2,5}|((\D)(?!\4)\D)\3{2,9}.?|[AH]([^\dA])\5{2,20}"
)
#: What an Arabic "and" may be written onto: not a name.
_AND_TAGS: Final = frozenset("lv<nzysJqeEg")


def _without_and(word: str) -> tuple[LexiconEntry, ...]:
    """وأريد: "and" is one letter before the word."""
    if not word.startswith("\u0648") or len(word) < 4:
        return ()
    entries = lexicon().phrases.get(word[1:], ())
    return tuple(entry for entry in entries if entry.tag in _AND_TAGS)


def _begins_name(words: Words, end: int) -> bool:
    """Sou Do Van An: whether the last word of a phrase has a capital as the next one has."""
    inside = words.exact[end - 1].istitle() and words.exact[end - 2].islower()
    return inside and end < len(words) and words.exact[end].istitle()


def _singly(pieces: Pieces, at: int, entries: tuple[LexiconEntry, ...]) -> int:
    entry = _entry(pieces.words, at, 1, entries)
    pieces.add(entry.tag if entry else _unknown(pieces.words.folded[at]), at, at + 1, entry)
    return at + 1


def _unknown(word: str) -> str:
    if word == "@":
        return "@"
    if _LAUGHTER.fullmatch(word):
        return "y"
    return "9" if not word.isalpha() and any(map(str.isdigit, word)) else "N"


def _part(pieces: Pieces, gap: str, at: int) -> None:
    """What lies between two words; the point behind an initial parts nothing."""
    if gap == "+":
        pieces.add("&", at, at)
    elif gap in ".:" and at and at < len(pieces.words) and _is_shortened(pieces, at):
        pieces.tags[-1], pieces.entries[-1] = "N", None
    elif gap == "." and at and at < len(pieces.words) and _is_title(pieces, at):
        return
    else:
        pieces.add("," if gap == ":" else gap, at, at)


#: St. Clair, Ma. Luz: what is shortened inside a name.
_SHORTENED: Final = frozenset({"ST", "STE", "MA", "MC", "FR"})
#: Ma. Luz, Md. Rafiqul, Mohd. Ali, Sta. Cruz: what is shortened at the beginning of one, if it is
#: written so, and not as a state or a degree.
_BEGINNING: Final = frozenset({"MA", "MD", "MOHD", "MST", "MOH", "STA", "STO"})


def _is_shortened(pieces: Pieces, at: int) -> bool:
    """Whether the word before the point is an initial, or a shortened part of a name."""
    words = pieces.words
    word = words.folded[at - 1]
    if words.text[words.ends[at - 1]] != ".":
        return False
    if pieces.last[-1] - pieces.first[-1] != 1 or pieces.tags[-1] in "sK9@nz":
        return False
    if _is_letter(word):
        inside = len(pieces.tags) > 1 and pieces.tags[-2] in "Nw"
        if inside:
            return _is_initial(words, at) or _may_follow(words.folded[at])
        return (
            is_capital(words.exact[at - 1])
            or len(words.folded[at]) == 1
            or words.folded[at] not in lexicon().phrases
        )
    exact = words.exact[at - 1]
    meant = exact != word or (words.exact[at].isupper() and words.exact[at].isalpha())
    if word in _BEGINNING and meant and (len(pieces.tags) < 2 or _is_start(pieces)):
        return True
    inside = len(pieces.tags) > 1 and pieces.tags[-2] in "Nw" and not _has_house(pieces)
    return word in _SHORTENED and inside and words.folded[at] not in lexicon().lengths


def _is_letter(word: str) -> bool:
    """Whether a word is one letter, the marks on it not counted."""
    return word[:1].isalpha() and all(unicodedata.category(c)[0] == "M" for c in word[1:])


def _is_start(pieces: Pieces) -> bool:
    """Whether a name may begin at the last piece: there is none right before it."""
    return pieces.tags[-2] not in "NwTp2jf" or len(pieces.spelt(len(pieces.tags) - 2)) == 1


def _is_initial(words: Words, at: int) -> bool:
    return len(words.folded[at]) == 1 and words.gaps[at + 1] in (".", ":")


def _may_follow(word: str) -> bool:
    """Whether a word may go on with a name behind an initial: Ursula K. Le Guin."""
    entries = lexicon().phrases.get(word, ())
    return not entries or any(entry.tag in "p2wTf" for entry in entries)


def _is_title(pieces: Pieces, at: int) -> bool:
    """Dr. Diaz, Diaz Jr.: the point belongs to the word."""
    words = pieces.words
    once = words.text[words.ends[at - 1] : words.starts[at]].count(".") == 1
    before = pieces.tags[-1] == "j" and (len(pieces.tags) < 2 or pieces.tags[-2] not in "Nw")
    return once and (before or words.folded[at - 1] in {"JR", "SR", "ESQ"})


def _has_house(pieces: Pieces) -> bool:
    """12 Oak St."""
    near = [
        at for at in range(max(0, len(pieces.tags) - 4), len(pieces.tags)) if pieces.tags[at] == "9"
    ]
    return any(len(pieces.folded(at)) < 5 for at in near)


#: St. Paul, Ft. Worth: what has a point inside a phrase.
_POINTED: Final = frozenset({"ST", "FT", "MT", "STE", "STA"})


def _longest(words: Words, at: int, sizes: tuple[int, ...]) -> int:
    """The size of the longest phrase that begins here; 0 if there is none but the word itself."""
    folded, gaps = words.folded, words.gaps
    phrases = lexicon().phrases
    for size in sizes:
        end = at + size
        known = end <= len(folded) and " ".join(folded[at:end]) in phrases
        if known and all(
            gap in _JOINING or (gap == "." and folded[place - 1] in _POINTED)
            for place, gap in enumerate(gaps[at + 1 : end], at + 1)
        ):
            return size
    return 0


#: Everyday words, which are others with an accent: Đỗ is not "do".
_WORDS: Final = frozenset("q2lvd<pgexSEM")


def _entry(
    words: Words, at: int, size: int, entries: tuple[LexiconEntry, ...]
) -> LexiconEntry | None:
    """What the phrase can be as it is spelt; spellings that ask for their accents come first."""
    if size == 1 and entries and not words.exact[at].isascii() and words.folded[at].isascii():
        entries = tuple(e for e in entries if not (e.plain and e.tag in _WORDS))
    for entry in entries:
        if not entry.exact or entry.exact == " ".join(words.exact[at : at + size]).lower():
            return entry
    return None
