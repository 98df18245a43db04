"""What an organizer may add to a petition: all of it is optional, and no query reads it.

It is kept as one JSON object, without what says nothing: so what was stored before a field was
there is read as having none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from server.core.values.folding import fold_words
from server.core.values.names import tidy, tidy_lines
from server.errors import Problem

#: Letters that each field may have; of thresholds, what each brings.
EXTRA_LIMITS = {
    "asker_kind": 60,
    "asker_contact": 200,
    "thanks": 500,
    "thresholds": 120,
    "eligibility": 120,
    "question": 120,
    "partners": 60,
    "topics": 30,
}
EXTRA_LINES = ("asker_kind", "asker_contact")  # one line, the same in all languages
EXTRA_WORDS = ("thanks", "eligibility", "question")  # words that stand in each language
THRESHOLDS_KEPT = 6
PARTNERS_KEPT = 3
TOPICS_KEPT = 5
LARGEST_NUMBER = 10**9  # of signatures that anybody may want


class Threshold(NamedTuple):
    """So many verified signatures, and what they bring."""

    number: int
    brings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What says something in words does so by language; the petition's own is among them.

    `asker_kind` and `asker_contact`: what those are who ask, in their own words (a person, an
    association), and how anybody reaches them: an e-mail, a phone or an address. `thanks`: what
    the thank-you page says besides. `thresholds`: the least first. `eligibility`: what whoever
    signs states of themselves ("I live in Springfield"). `organizations`: whether anybody may sign
    for one. `question`: one that signers may answer. `partners`: with whom they may share their
    name and e-mail. `topics`: by which it is found on the first page.
    """

    asker_kind: str = ""
    asker_contact: str = ""
    thanks: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, tuple[Threshold, ...]] = field(default_factory=dict)
    eligibility: Mapping[str, str] = field(default_factory=dict)
    organizations: bool = False
    question: Mapping[str, str] = field(default_factory=dict)
    partners: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether signers are asked for anything besides."""
        return bool(self.eligibility or self.organizations or self.question or self.partners)

    def said(self, name: str, language: str, own: str) -> tuple[str, Any]:
        """The language in which a field is said to readers of one, and what it says there: in
        the petition's own language where it has nothing in theirs."""
        words = getattr(self, name)
        code = language if language in words else own
        return code, words.get(code)


NO_EXTRAS = Extras()


def topics_of(line: str) -> tuple[str, ...]:
    """The topics of a line, in which commas part them; each once, however it is spelt."""
    found = (tidy(part) for part in re.split(r"[,;\n\u060c\uff0c\u3001]", line))
    return tuple({fold_words(topic): topic for topic in found if topic}.values())


def normal(extras: Extras, languages: Collection[str]) -> Extras:
    """The same without needless gaps, and in those languages alone that the petition has."""
    changed: dict[str, Any] = {name: tidy(getattr(extras, name)) for name in EXTRA_LINES}
    for name in EXTRA_WORDS:
        words = {code: tidy_lines(text) for code, text in getattr(extras, name).items()}
        changed[name] = {code: text for code, text in words.items() if text and code in languages}
    changed["thresholds"] = {
        code: tuple(sorted(Threshold(n, tidy(brings)) for n, brings in rows))
        for code, rows in extras.thresholds.items()
        if rows and code in languages
    }
    partners = (tidy(name) for name in extras.partners)
    changed["partners"] = tuple(dict.fromkeys(name for name in partners if name))
    changed["topics"] = topics_of(", ".join(extras.topics))
    return replace(extras, **changed)


def problems(extras: Extras, own: str) -> Iterator[Problem]:
    """What is not well formed in extras that are `normal`; `own` is the petition's language."""
    for name in EXTRA_LINES:
        if len(getattr(extras, name)) > EXTRA_LIMITS[name]:
            yield Problem(name, "long")
    for name in EXTRA_WORDS:
        for code, text in getattr(extras, name).items():
            if len(text) > EXTRA_LIMITS[name]:
                yield Problem(f"{name}_{code}", "long")
    for name in (*EXTRA_WORDS, "thresholds"):
        if (words := getattr(extras, name)) and own not in words:
            yield Problem(f"{name}_{own}", "other_language")
    for name, most in (("partners", PARTNERS_KEPT), ("topics", TOPICS_KEPT)):
        if len(rows := getattr(extras, name)) > most:
            yield Problem(name, "many")
        if any(len(row) > EXTRA_LIMITS[name] for row in rows):
            yield Problem(name, "long")
    yield from _threshold_problems(extras, own)


def _threshold_problems(extras: Extras, own: str) -> Iterator[Problem]:
    wanted = [row.number for row in extras.thresholds.get(own, ())]
    for code, rows in extras.thresholds.items():
        place = f"thresholds_{code}"
        if any(not 1 <= row.number <= LARGEST_NUMBER or not row.brings for row in rows):
            yield Problem(place, "malformed")
        elif len(rows) > THRESHOLDS_KEPT:
            yield Problem(place, "many")
        elif any(len(row.brings) > EXTRA_LIMITS["thresholds"] for row in rows):
            yield Problem(place, "long")
        elif wanted and [row.number for row in rows] != wanted:
            yield Problem(place, "numbers")


def plain(extras: Extras) -> dict[str, Any]:
    """What JSON can say of them."""
    return {name: value for name, value in asdict(extras).items() if value}


def made_of(said: Mapping[str, Any]) -> Extras:
    """The extras of which `plain` was made."""
    if not said:
        return NO_EXTRAS
    rows = said.get("thresholds", {}).items()
    thresholds = {code: tuple(Threshold(*row) for row in of) for code, of in rows}
    lists = {name: tuple(said.get(name, ())) for name in ("partners", "topics")}
    return Extras(**{**said, **lists, "thresholds": thresholds})


def packed(extras: Extras) -> str:
    return json.dumps(plain(extras), ensure_ascii=False)


def unpacked(text: str) -> Extras:
    return made_of(json.loads(text))
