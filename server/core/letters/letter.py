"""A letter to somebody who decides, and what may become of it.

    draft --> queued --> sending --> accepted --> done
                 ^          |            '------> bounced
                 '- retry <-+--> rejected | uncertain
    held: until somebody does something
    draft --> ready --> accepted --> done: on paper, which an organizer prints and posts

A draft is queued once its signer's contact has been shown to be theirs. `sending` is noted before
anything leaves: where a server dies in between, nobody knows whether the office has it. Such a
letter is `uncertain`, and is never sent again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from unicodedata import category

from server.core.letters.congress import Constituent
from server.core.places.outcomes import Why
from server.core.values.names import tidy
from server.errors import InvalidInput, Problem

State = Literal[
    "draft",
    "held",
    "queued",
    "ready",
    "sending",
    "retry",
    "accepted",
    "done",
    "bounced",
    "rejected",
    "uncertain",
]
#: What nothing becomes of any more.
ENDED: tuple[State, ...] = ("done", "bounced", "rejected", "uncertain")
#: How a letter reaches an office.
Channel = Literal["smtp", "print", "cwc"]

#: To each office goes one of each kind from a signer: who has agreed is thanked.
LetterKind = Literal["letter", "thanks"]

SHORTEST, LONGEST = 10, 2000  # characters of the signer's own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whose office a letter goes to; `key` is the same whatever else of theirs changes. `address`
    is as their `channel` needs it. `role` and
    `division` are those of an office of a place. Why nobody of it is `missing`, so that the letter
    waits: '' if somebody is known."""

    key: str
    name: str
    address: str = ""
    channel: Channel = "smtp"
    role: str = ""
    division: str = ""
    missing: Why | Literal[""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter to one office, as it leaves. `words` are all of it, of which `own_words`
    characters are its signer's own; their key is `sender`, that of their contact `contact`.
    `reply_to` is where the office may answer, '' for our address; `answer_to` is where we then pass
    its answer on to. `constituent`: who writes, for an office in Congress."""

    id: int
    petition_id: int
    signature_id: int
    sender: bytes = field(repr=False)
    contact: bytes | None = field(default=None, repr=False)
    office: Addressee
    channel: Channel
    language: str
    subject: str
    words: str
    own_words: int
    reply_to: str = ""
    answer_to: str = field(default="", repr=False)
    kind: LetterKind = "letter"
    constituent: Constituent | None = field(default=None, repr=False)
    tries: int = 0
    queued_at: int = 0

    def __post_init__(self) -> None:
        if tidy(self.subject) != self.subject:
            raise ValueError("a subject is one tidy line")  # whoever wrote it


def checked_words(typed: str) -> str:
    """A signer's own words, tidied line by line; '' for none. Raises `InvalidInput`."""
    lines = (tidy(line) for line in typed.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    words = "\n".join(lines).strip()
    while "\n\n\n" in words:
        words = words.replace("\n\n\n", "\n\n")
    # Signs, and letters that nobody sees, say nothing.
    if words and sum(category(c)[0] in "LMN" for c in words) < SHORTEST:
        raise InvalidInput(Problem("words", "short"))
    if len(words) > LONGEST:
        raise InvalidInput(Problem("words", "long"))
    return words
