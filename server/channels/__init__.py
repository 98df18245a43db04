"""How a letter reaches an office: one small file for each way, one interface.

smtp.py         by mail from our own domain
cwc.py          to members of the US House, through the door of a delivery agent
printing.py     on paper, which an organizer posts: no `Channel`, since nobody takes it over from us
typesetting.py  the process that makes the pages

What a channel says of a letter is the truth of this moment: `accepted` means that the other side
has taken it over. Nobody is told "sent" before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

#: `retry`: not now. `rejected`: never, as it is. `uncertain`: it may have arrived, and is not sent
#: again by itself. `organizer`: it waits for something that an organizer does.
Result = Literal["accepted", "retry", "rejected", "uncertain", "organizer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CongressParts:
    """What an office in the US Congress wants besides: who writes, as their own words (`own`) and
    as those of the petition (`statement`); `delivery_id` are 32 letters and digits."""

    delivery_id: str
    campaign: str
    topic: str
    statement: str
    own: str
    prefix: str
    first: str
    last: str
    street: str
    city: str
    zip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A letter as a channel carries it: plain text, already folded.

    `id` is the same for each try. `back_to` is where it comes back to if it cannot be delivered;
    `reply_to` is where the office may answer.
    """

    id: str
    address: str
    subject: str
    text: str
    reply_to: str
    back_to: str
    written_at: int  # UTC seconds
    congress: CongressParts | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """What came of one sheet; `why` is a code, never the words of a server. `after`: seconds that
    the other side wants to be left alone for."""

    result: Result
    why: str = ""
    after: int = 0


class Channel(Protocol):
    """Whatever carries letters."""

    async def deliver(self, batch: Sequence[Sheet]) -> list[Handover]:
        """Hand them over, in order; one handover for each. Never raises for what the network or
        the other side does."""
        ...
