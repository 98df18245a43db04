"""Letters that are being written by text: one for each phone, until it is sent or left.

It is kept in the database: a server that starts again has all that a signer wrote. After
`GATHER_SECONDS` it is erased, and whoever takes their signature back takes it along
(`core/signing/goes_with.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from server.core.counting.counts import DAY
from server.core.places.outcomes import NOTHING_CHOSEN, Chosen
from server.db import Row, Transaction

GATHER_SECONDS = 7 * DAY
Purpose = Literal["letter", "call"]
#: `place`: they are to say where they live. `words`: their letter. `called`: how their call went.
Step = Literal["place", "words", "called"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """What a phone is writing, or for whom it asks, by which signature. `shown_from` is the first
    of a menu's options that was shown; `read_at`: the whole was read back, and is as it was."""

    phone_key: bytes
    petition_id: int
    signature_id: int
    begun_at: int
    purpose: Purpose = "letter"
    step: Step = "place"
    chosen: Chosen = NOTHING_CHOSEN
    shown_from: int = 0
    texts: tuple[str, ...] = ()
    read_at: int | None = None

    @property
    def words(self) -> str:
        """The texts joined: where a phone parts them, a sentence goes on."""
        return " ".join(self.texts)

    def with_text(self, text: str) -> Gathering:
        return replace(self, texts=(*self.texts, text), read_at=None)

    def without_last(self) -> Gathering:
        return replace(self, texts=self.texts[:-1], read_at=None)

    def answered(self, division: str) -> Gathering:
        """That is where they live."""
        chosen = replace(self.chosen, divisions=(*self.chosen.divisions, division))
        return replace(self, chosen=chosen, shown_from=0)

    def unsure(self, level: str) -> Gathering:
        """They do not know which of that level."""
        chosen = replace(self.chosen, unsure=self.chosen.unsure | {level})
        return replace(self, chosen=chosen, shown_from=0)

    def not_mine(self) -> Gathering:
        """Those whom we have found are not theirs: their postcode says nothing any more."""
        return replace(self, chosen=Chosen(not_mine=True), shown_from=0, step="place", read_at=None)

    def step_back(self) -> Gathering | None:
        """Without the last answer about the place; None where there is none."""
        if self.shown_from:
            return replace(self, shown_from=0)
        if self.chosen.divisions:
            chosen = replace(self.chosen, divisions=self.chosen.divisions[:-1])
        elif self.chosen.unsure:
            chosen = replace(self.chosen, unsure=frozenset())
        elif self.chosen.not_mine:
            chosen = NOTHING_CHOSEN
        else:
            return None
        return replace(self, chosen=chosen)


async def of_phone(tx: Transaction, phone_key: bytes, now: int) -> Gathering | None:
    """What that phone is writing now."""
    row = await tx.fetch_one(
        "SELECT * FROM texted_letters WHERE phone_key = :key AND begun_at > :since",
        key=phone_key,
        since=now - GATHER_SECONDS,
    )
    return _from_row(row) if row else None


def _from_row(row: Row) -> Gathering:
    return Gathering(
        phone_key=bytes(row["phone_key"]),
        petition_id=row["petition_id"],
        signature_id=row["signature_id"],
        begun_at=row["begun_at"],
        purpose=row["purpose"],
        step=row["step"],
        chosen=_read(row["chosen"]),
        shown_from=row["shown_from"],
        texts=tuple(json.loads(row["texts"])),
        read_at=row["read_at"],
    )


def _read(chosen: str) -> Chosen:
    divisions, unsure, not_mine = json.loads(chosen)
    return Chosen(tuple(divisions), frozenset(unsure), not_mine)


def _written(chosen: Chosen) -> str:
    parts: Sequence[object] = (chosen.divisions, sorted(chosen.unsure), chosen.not_mine)
    return json.dumps(parts)


async def keep(tx: Transaction, one: Gathering) -> None:
    """Keep it in place of what that phone was writing before."""
    await leave(tx, one.phone_key)
    await tx.execute(
        "INSERT INTO texted_letters (phone_key, petition_id, signature_id, purpose, step, chosen,"
        " shown_from, texts, read_at, begun_at) VALUES (:phone_key, :petition, :signature,"
        " :purpose, :step, :chosen, :shown_from, :texts, CAST(:read_at AS BIGINT), :begun_at)",
        phone_key=one.phone_key,
        petition=one.petition_id,
        signature=one.signature_id,
        purpose=one.purpose,
        step=one.step,
        chosen=_written(one.chosen),
        shown_from=one.shown_from,
        texts=json.dumps(one.texts, ensure_ascii=False),
        read_at=one.read_at,
        begun_at=one.begun_at,
    )


async def leave(tx: Transaction, phone_key: bytes) -> None:
    """It is sent, or its writer wants it no more."""
    await tx.execute("DELETE FROM texted_letters WHERE phone_key = :key", key=phone_key)


async def expire(tx: Transaction, now: int) -> None:
    """Erase what was begun too long ago."""
    await tx.execute(
        "DELETE FROM texted_letters WHERE begun_at <= :before", before=now - GATHER_SECONDS
    )
