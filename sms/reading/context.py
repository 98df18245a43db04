"""What a text is read with: the open question, the petitions' words, and what we last said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from sms.reading.letters import folded
from sms.reading.postcodes import any_form

#: The keys beside each key of a keyboard: a slip of the finger.
_ROWS: Final = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")


@dataclass(frozen=True, slots=True)
class PetitionWord:
    """A petition's word, folded, and what readers must know of it; `former`: it has another now;
    `codes` are those of its collectors."""

    word: str
    country: str = "US"
    open: bool = True
    former: bool = False
    codes: frozenset[str] = frozenset()


class PetitionWords:
    """The petitions' words, with every slip that can mean but one of them."""

    __slots__ = ("by_word", "codes", "countries", "glued", "near", "only", "words")

    def __init__(self, petitions: Iterable[PetitionWord] = ()) -> None:
        self.by_word = {p.word: p for p in petitions}
        self.words = frozenset(self.by_word)
        self.codes = frozenset[str]().union(*(p.codes for p in self.by_word.values()))
        opened = [p for p in self.by_word.values() if p.open]
        today = [p.word for p in opened if not p.former]
        self.only = today[0] if len(today) == 1 else ""
        self.countries = tuple(dict.fromkeys(p.country for p in opened or self.by_word.values()))
        self.near = _only_readings([p.word for p in opened])
        words = "|".join(sorted(map(re.escape, self.words), key=len, reverse=True))
        self.glued = re.compile(f"({words})" if words else "(?!)")

    def __contains__(self, word: str) -> bool:
        return word in self.by_word


def _only_readings(words: list[str]) -> dict[str, str]:
    """Slips of a petition's word that are slips of no other."""
    found: dict[str, set[str]] = {}
    for word in words:
        for slip in _slips(word) if len(word) > 3 else ():
            found.setdefault(slip, set()).add(word)
    known = set(words)
    return {
        slip: next(iter(of)) for slip, of in found.items() if len(of) == 1 and slip not in known
    }


def _slips(word: str) -> set[str]:
    """One edit away: two letters swapped, one left out, doubled or beside the key that was meant,
    or a letter more at the end."""
    found = {word + letter for letter in ("S", "E", "D")}
    for i, letter in enumerate(word):
        found.add(word[:i] + word[i + 1 :])
        found.add(word[:i] + letter + word[i:])
        found.add(word[:i] + word[i + 1 : i + 2] + letter + word[i + 2 :])
        found |= {word[:i] + beside + word[i + 1 :] for beside in _beside(letter)}
    return {slip for slip in found if len(slip) > 2} - {word}


def _beside(letter: str) -> str:
    for row, keys in enumerate(_ROWS):
        if (at := keys.find(letter)) >= 0:
            rows = _ROWS[max(0, row - 1) : row + 2]
            return "".join(r[max(0, at - 1) : at + 2] for r in rows).replace(letter, "")
    return ""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The question that is open: what is known already; '' is what we have asked for.

    Without `petition` it is the petition that we have asked for.
    """

    petition: str = ""
    name: str = ""
    postcode: str = ""
    postcode_needed: bool = True

    @property
    def wants_name(self) -> bool:
        return not self.name

    @property
    def wants_postcode(self) -> bool:
        return self.postcode_needed and not self.postcode


@dataclass(frozen=True, slots=True)
class Context:
    """`ours`: what this phone was last told. `postcode` gives a postcode of a country in its normal
    form, None for what is none. `language` is that of the conversation so far."""

    petitions: PetitionWords = field(default_factory=PetitionWords)
    asked: OpenQuestion | None = None
    ours: tuple[str, ...] = ()
    country: str = "US"
    language: str | None = None
    postcode: Callable[[str, str], str | None] = any_form

    def countries(self, named: Iterable[str] = ()) -> tuple[str, ...]:
        """Whose postcodes may stand in the text: of the petition that is named, that we have asked
        about, or of those that are open."""
        words = [*named] or ([self.asked.petition] if self.asked and self.asked.petition else [])
        found = (self.petitions.by_word.get(word) for word in words)
        return tuple(p.country for p in found if p) or self.petitions.countries or (self.country,)


def word_of(text: str) -> str:
    """A petition's word as it is compared."""
    return folded(text)
