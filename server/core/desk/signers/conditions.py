"""Which signatures an organizer means: a condition over what they hold, and what it would find."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.core.counting.states import IN_TOTAL, where
from server.core.desk.signers.moderation import WHY, Glimpse, glimpse
from server.db import Transaction, Value
from server.errors import InvalidInput, Problem

PREVIEWED = 10  # signatures, masked
_HELD_FOR_DOMAIN = (
    "EXISTS (SELECT 1 FROM holds h WHERE h.petition_id = signatures.petition_id"
    " AND h.signature_id = signatures.id AND h.kind = 'domain' AND h.label = :held)"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """Which signatures: all that is filled in must hold. `name` may hold `*` for any letters;
    `since` and `until` are UTC seconds; `prefix` is a `prefix_tag` in hexadecimal digits; `why` are
    the reasons for which a group is held."""

    domain: str = ""
    postcode: str = ""
    class_: str = ""
    name: str = ""
    prefix: str = ""
    since: int | None = None
    until: int | None = None
    why: str = ""

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
            # SQLite knows the small letters of ASCII alone: others are found as they are typed.
            parts.append("lower(name) LIKE lower(:name) ESCAPE '!'")
            values["name"] = _literal(self.name).replace("*", "%")
        if self.prefix:
            parts.append("prefix_tag = :prefix")
            values["prefix"] = bytes.fromhex(self.prefix)
        if self.since is not None:
            parts.append("created_at >= :since")
            values["since"] = self.since
        if self.until is not None:
            parts.append("created_at < :until")
            values["until"] = self.until
        if self.why:
            parts.append(f"{where('held')} AND {WHY} = :why")
            values["why"] = self.why
        return " AND ".join(parts), values


def _literal(text: str) -> str:
    return re.sub(r"([!%_])", r"!\1", text)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a condition would take out: exact figures, a few of them, and the id of the last
    signature there was when it was looked at."""

    verified: int
    others: int
    sample: Sequence[Glimpse]
    last_id: int

    @property
    def n(self) -> int:
        return self.verified + self.others


async def preview(
    tx: Transaction, petition_id: int, condition: Condition, last_id: int | None = None
) -> Preview:
    """What it finds among all signatures, or among those up to one that was the last before.

    Raises `InvalidInput` for a condition that says nothing.
    """
    if condition.is_empty:
        raise InvalidInput(Problem("condition", "missing"))
    which, values = condition.sql()
    newest = await _last_id(tx, petition_id)
    last = newest if last_id is None else min(last_id, newest)
    found = f" FROM signatures WHERE petition_id = :petition AND id <= :last AND {which}"
    bound: dict[str, Value] = {"petition": petition_id, "last": last, **values}
    row = await tx.fetch_one(
        f"SELECT count(*) AS n, sum(CASE WHEN {where('verified')} THEN 1 ELSE 0 END) AS verified"
        f"{found}",
        **bound,
    )
    n, verified = (row["n"], int(row["verified"] or 0)) if row else (0, 0)
    rows = await tx.fetch(
        f"SELECT name, postcode, contact, created_at{found} ORDER BY id DESC LIMIT :limit",
        limit=PREVIEWED,
        **bound,
    )
    return Preview(verified, n - verified, list(map(glimpse, rows)), last)


async def _last_id(tx: Transaction, petition_id: int) -> int:
    row = await tx.fetch_one(
        "SELECT coalesce(max(id), 0) AS id FROM signatures WHERE petition_id = :id", id=petition_id
    )
    return int(row["id"]) if row else 0
