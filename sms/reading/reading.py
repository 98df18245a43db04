"""What one text means."""

from __future__ import annotations

from typing import Literal, NamedTuple

Intent = Literal[
    "sign", "undo", "stop", "stop_how", "remove", "start", "help", "status", "list", "count",
    "more", "letter", "post", "back", "call", "not_mine", "not_sure", "name", "zip", "news",
    "news_on", "news_off", "language", "also", "yes", "no",
    "thanks", "greeting", "question", "quote", "unknown",
]  # fmt: skip
#: What keeps a text that signs from signing at once: which words are the name, whether they are one
#: person's, which petition, or which of two postcodes.
Doubt = Literal["", "name", "people", "petition", "postcode", "question"]


class Span(NamedTuple):
    """A part of the text as it was sent, and what explains it."""

    start: int
    end: int
    what: str


class Reading(NamedTuple):
    """What the sender of a text means.

    `names` and `postcode` are what the text says of a person: several names are several whole
    persons. `sure`: with what was known before, enough to sign where nothing is missing; otherwise
    `doubt` is what must be asked. `wrong` are the words in the place of a postcode that are none.
    `language` is that of the text, None if it tells none; `typed` the slip that was taken for a
    sign word. `kin`: the name is somebody else's, of the same phone; `cued`: the
    text says that it is a name. `several`: more signatures than one are meant. `collector`: the
    code of who brought the sender. `left` are the words that nothing explains, `places` where the
    names stand.
    """

    intent: Intent
    petitions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    postcode: str = ""
    wrong: str = ""
    language: str | None = None
    sure: bool = False
    doubt: Doubt = ""
    typed: str = ""
    kin: bool = False
    several: bool = False
    collector: str = ""
    cued: bool = False
    left: str = ""
    places: tuple[tuple[int, int], ...] = ()  # where the names stand
    spans: tuple[Span, ...] = ()

    @property
    def name(self) -> str:
        """The only name, or ''."""
        return self.names[0] if len(self.names) == 1 else ""
