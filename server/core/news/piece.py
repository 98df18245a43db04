"""One piece of news: its words by language, its states, and when it is well formed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from server.core.petitions.wording.draft import TITLE_LIMIT
from server.core.values.names import tidy, tidy_lines
from server.core.values.postcodes import POSTCODE_LIMIT, fold_postcode
from server.errors import InvalidInput, Problem

NEWS_LIMIT = 10_000  # letters of a body, in each language
NEWS_TEXT_LIMIT = 480  # letters of what goes out by text: about three segments
#: For so long whoever asks for news later gets the last piece that went to all.
NEWS_LATE_SECONDS = 60 * 86_400

#: `answer`: what those who decide have answered.
Kind = Literal["news", "answer"]
NewsState = Literal["draft", "sending", "sent", "stopped"]


@dataclass(frozen=True, slots=True)
class NewsWording:
    """What it says in one language. `text` is what goes out by text, '' for nothing."""

    title: str
    body: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What an organizer writes. `place` is '' for all, or how the postcodes begin of those to whom
    it goes."""

    wordings: Mapping[str, NewsWording]
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class News(Piece):
    """As it is stored; `number` is its own within its petition. `version` grows with every edit,
    the last of which `changed_by` has made."""

    id: int
    petition_id: int
    number: int
    kind: Kind
    version: int
    changed_by: str
    created_at: int
    changed_at: int
    queued_at: int | None = None
    stopped_at: int | None = None
    finished_at: int | None = None

    @property
    def state(self) -> NewsState:
        if self.queued_at is None:
            return "draft"
        if self.stopped_at is not None:
            return "stopped"
        return "sending" if self.finished_at is None else "sent"

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it: what goes to one place alone is theirs."""
        return self.state in {"sending", "sent"} and not self.place

    @property
    def has_text(self) -> bool:
        """Whether phones get it."""
        return any(said.text for said in self.wordings.values())

    def language(self, wanted: str, own: str) -> str:
        """In which language it is told to somebody: theirs, the petition's own, or one that there
        is."""
        return _first(self.wordings, wanted, own)

    def language_of_text(self, wanted: str, own: str) -> str:
        """The same among those in which it goes out by text."""
        return _first([code for code, said in self.wordings.items() if said.text], wanted, own)


def _first(known: Collection[str], wanted: str, own: str) -> str:
    return next((code for code in (wanted, own) if code in known), next(iter(known)))


def checked_piece(piece: Piece, languages: Collection[str]) -> Piece:
    """In normal form. Raises `InvalidInput` with every problem at once; a field's name ends in its
    language. What is empty in a language is not said in it."""
    wordings = {
        code: NewsWording(tidy(said.title), tidy_lines(said.body), tidy(said.text))
        for code, said in piece.wordings.items()
        if code in languages
    }
    wordings = {code: said for code, said in wordings.items() if said != NewsWording("", "")}
    normal = Piece(wordings=wordings, place=fold_postcode(tidy(piece.place)))
    problems = [p for code, said in wordings.items() for p in _problems(code, said)]
    if not wordings:
        problems.append(Problem(f"title_{next(iter(languages))}", "missing"))
    if len(normal.place) > POSTCODE_LIMIT or not (normal.place.isalnum() or not normal.place):
        problems.append(Problem("place", "malformed"))
    if problems:
        raise InvalidInput(*problems)
    return normal


def _problems(code: str, said: NewsWording) -> list[Problem]:
    parts = (("title", TITLE_LIMIT), ("body", NEWS_LIMIT), ("text", NEWS_TEXT_LIMIT))
    found = [
        Problem(f"{part}_{code}", "long")
        for part, limit in parts
        if len(getattr(said, part)) > limit
    ]
    return found + [
        Problem(f"{part}_{code}", "missing")
        for part in ("title", "body")
        if not getattr(said, part)
    ]
