"""The tables of this folder: names, ways to sign, places, and texts that sign nothing.

They are written from what people send, without a look at the product's own words by language, so
that what carries over from one to the other is the rule and not the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

WORD = "FACE"
_FOLDER = Path(__file__).parent
_DIGITS = {"arabic": "٠١٢٣٤٥٦٧٨٩", "devanagari": "०१२३४५६७८९"}


class Name(NamedTuple):
    """One person's whole name, and the script that it is written in."""

    script: str
    text: str


class Place(NamedTuple):
    zip: str
    city: str
    state: str
    region: str


class Sentence(NamedTuple):
    """A text as it is sent; `kind` is what the heading says after the language."""

    language: str
    kind: str
    text: str


@dataclass(frozen=True)
class Frame:
    """A way to sign, with places for the name and the rest."""

    language: str
    script: str  # of the names that go with it: any, latin, or other
    text: str

    def fits(self, name: Name) -> bool:
        """Whether somebody of that name would write so."""
        return self.script == "any" or (self.script == "latin") == (name.script == "Latin")

    def filled(self, name: Name, place: Place) -> str:
        """The text that this person sends from there."""
        values = {"word": WORD, "name": name.text, **place._asdict()}

        def value(match: re.Match[str]) -> str:
            return _written(values[match[1]], match[2] or "")

        return re.sub(r"\{(\w+)(?:\|(\w+))?\}", value, self.text)


def _written(value: str, how: str) -> str:
    if how in _DIGITS:
        return value.translate(str.maketrans("0123456789", _DIGITS[how]))
    cases = {"": value, "lower": value.lower(), "upper": value.upper(), "title": value.title()}
    return cases[how]


def _lines(file: str) -> Iterator[tuple[str, str]]:
    """The lines of a table, each with the heading above it."""
    heading = ""
    for line in (_FOLDER / file).read_text("utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif line and not line.startswith("# "):
            yield heading, line.replace(r"\n", "\n")


def _frames() -> Iterator[Frame]:
    for language, line in _lines("frames.txt"):
        script, text = line.split(maxsplit=1)
        yield Frame(language, script, text)


def _sentences(file: str) -> list[Sentence]:
    parted = ((heading.partition(" "), text) for heading, text in _lines(file))
    return [Sentence(language, kind, text) for (language, _, kind), text in parted]


NAMES = [Name(*line) for line in _lines("names.txt")]
PLACES = [Place(*line.split("|")) for _, line in _lines("places.txt")]
FRAMES = list(_frames())
CHATTER = _sentences("chatter.txt")
WORLD = _sentences("world.txt")
WISHES = _sentences("wishes.txt")
