"""Which signatures an organizer means: a condition over what they hold, and what it would find."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.core.counting.counts import figures
from server.core.counting.states import IN_TOTAL, where
from server.core.desk.moderation import Masked, masked_row
from server.db import Transaction, Value
from server.errors import InvalidInput, Problem

PREVIEWED = 10  # signatures, masked
SECOND_SHARE = 0.01  # of a petition's signatures; above it a second organizer must agree
_HELD_FOR_DOMAIN = (
    "EXISTS (SELECT 1 FROM holds h WHERE h.petition_id = signatures.petition_id"
    " AND h.signature_id = signatures.id AND h.kind = 'domain' AND h.label = :held)"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """Which signatures: all that is filled in must hold. `name` may hold `*` for any letters;
    `since` and `until` are UTC seconds; `prefix` is a `prefix_tag` in hexadecimal digits."""

    domain: str = ""
    postcode: str = ""
    class_: str = ""
    name: str = ""
    prefix: str = ""
    since: int | None = None
    until: int | None = None

    @property
    def is_empty(self) -> bool:
        return self == Condition()

    def sql(self) -> tuple[str, dict[str, Value]]:
        """The condition over the columns of `signatures`, with its values.

        Contacts of verified signers are erased, so a mail domain finds only those that wait, and
        those that are held for it.
        """
        parts = [where(*IN_TOTAL)]
        values: dict[str, Value] = {}
        if self.domain:
            parts.append(f"(contact LIKE :domain ESCAPE '!' OR {_HELD_FOR_DOMAIN})")
            values["domain"] = f"%@{_literal(self.domain)}"
            values["held"] = self.domain
        if self.postcode:
            parts.append("postcode = :postcode")
            values["postcode"] = self.postcode
        if self.class_:
            parts.append("class = :class_")
            values["class_"] = self.class_
        if self.name:
            parts.append("lower(name) LIKE :name ESCAPE '!'")
            values["name"] = _literal(self.name.lower()).replace("*", "%")
        if self.prefix:
            parts.append("prefix_tag = :prefix")
            values["prefix"] = bytes.fromhex(self.prefix)
        if self.since is not None:
            parts.append("created_at >= :since")
            values["since"] = self.since
        if self.until is not None:
            parts.append("created_at < :until")
            values["until"] = self.until
        return " AND ".join(parts), values


def _literal(text: str) -> str:
    return re.sub(r"([!%_])", r"!\1", text)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a condition would take out: exact figures, and a few, masked."""

    verified: int
    others: int
    sample: Sequence[Masked]
    second: bool  # whether another organizer has to agree

    @property
    def n(self) -> int:
        return self.verified + self.others


async def preview(tx: Transaction, petition_id: int, condition: Condition) -> Preview:
    """Raises `InvalidInput` for a condition that says nothing."""
    if condition.is_empty:
        raise InvalidInput(Problem("condition", "missing"))
    which, values = condition.sql()
    row = await tx.fetch_one(
        f"SELECT count(*) AS n, sum(CASE WHEN {where('verified')} THEN 1 ELSE 0 END) AS verified"
        f" FROM signatures WHERE petition_id = :petition AND {which}",
        petition=petition_id,
        **values,
    )
    n, verified = (row["n"], int(row["verified"] or 0)) if row else (0, 0)
    rows = await tx.fetch(
        "SELECT name, postcode, contact, created_at FROM signatures"
        f" WHERE petition_id = :petition AND {which} ORDER BY id DESC LIMIT :limit",
        petition=petition_id,
        limit=PREVIEWED,
        **values,
    )
    shown = [masked_row(r["name"], r["postcode"], r["contact"], r["created_at"]) for r in rows]
    total = (await figures(tx, petition_id)).total
    second = n > SECOND_SHARE * total and await _organizers(tx, petition_id) > 1
    return Preview(verified, n - verified, shown, second)


async def _organizers(tx: Transaction, petition_id: int) -> int:
    row = await tx.fetch_one(
        "SELECT count(*) AS n FROM petition_organizers WHERE petition_id = :id", id=petition_id
    )
    return int(row["n"]) if row else 0
