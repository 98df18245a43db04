"""What a text asks for, decided by the door, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from server.core.conversations.phones import Conversation, Standing
from server.core.outbox.allowance import Caps
from server.core.signing.signature import Signing
from server.db import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one text is to do, decided by the door.

    `signing` is signed with all others of the batch; `act` is for rarer wishes and runs in the same
    transaction. `answer` words the reply from the outcome of either, in `language`. `keep` is what
    we now wait to hear, where it depends on it by the outcome; None ends the conversation. `ask` is
    what a session or call goes on with, as the door wrote it. `erases` tells by the
    outcome whether somebody took their signature back, who then is named in no text any more.
    """

    kind: str
    answer: Callable[[Any], str | None]
    language: str | None = None
    petition_id: int | None = None
    signing: Signing | None = None
    act: Callable[[Transaction], Awaitable[Any]] | None = None
    keep: Conversation | Callable[[Any], Conversation | None] | None = None
    ask: str | None = None
    erases: Callable[[Any], bool] = lambda outcome: False

    def kept(self, outcome: Any) -> Conversation | None:
        """What we wait to hear after this outcome."""
        return self.keep(outcome) if callable(self.keep) else self.keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One text. `wish` holds for a phone of which nothing is known, which is nearly always; for
    another, `decide` reads the text in that light.

    `segments` is what it cost to receive, `measure` tells what a reply costs to send. A reply that
    the gateway does not carry back itself goes to the outbox as `reply_id`, in the same
    transaction.
    """

    gateway: str
    message_id: str
    sender: str
    phone_key: bytes
    body: str
    now: int
    wish: Wish
    decide: Callable[[Standing], Wish]
    measure: Callable[[str], int]
    caps: Caps
    segments: int = 1
    answerable: bool = True  # we may text this phone
    former_key: bytes | None = None  # of the phone, before its country changed its numbers
    reply_id: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.gateway, self.message_id


@dataclass(frozen=True, slots=True)
class Answered:
    """The reply to one text, None for silence; what the text was, and what came of it."""

    reply: str | None
    kind: str  # `repeat` for a text that had been delivered before
    outcome: Any = None
    language: str | None = None
    ask: str | None = None
