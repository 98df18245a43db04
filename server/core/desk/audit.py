"""The audit log: what organizers and operators did, each entry tied to the one before by its hash.

An entry that is changed, left out or moved breaks the chain from there on, and one missing at the
end differs from the head that is kept apart. Whoever can write to the database can write both
anew: against them only a copy elsewhere helps, so organizers can take the log away with them.

No entry holds anything of a signer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from server.db import Row, Transaction

OPERATOR = "operator"
LOOKED = "looked"  # what is said of who has seen names that nobody else may see
SEARCHED, SAW = "searched", "saw"  # of who has looked for a signer, and at all that is kept of one
_LOCK = b"audit log"
_BLOCK = 1000
_PLAIN = ("n", "at", "actor", "petition_id", "organization_id", "action")
_COLUMNS = ", ".join((*_PLAIN, "detail", "hash"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One action about a petition or an organization; `n` counts from 1, `hash` is SHA-256 over the
    hash before and the rest."""

    n: int
    at: int
    actor: str
    petition_id: int | None
    action: str
    detail: dict[str, Any]
    hash: bytes
    organization_id: int | None = None

    @classmethod
    def from_row(cls, row: Row) -> Entry:
        fields: dict[str, Any] = {name: row[name] for name in _PLAIN}
        return cls(**fields, detail=json.loads(row["detail"]), hash=bytes(row["hash"]))

    def as_json(self) -> str:
        """One line of the exported log."""
        return json.dumps({**_content(self), "hash": self.hash.hex()}, ensure_ascii=False)


def _content(entry: Entry) -> dict[str, Any]:
    content = {name: getattr(entry, name) for name in (*_PLAIN, "detail")}
    if entry.organization_id is None:  # entries are older than organizations
        del content["organization_id"]
    return content


def chained(before: bytes, entry: Entry) -> bytes:
    """The hash of an entry that follows one with that hash."""
    content = json.dumps(_content(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(before + content.encode()).digest()


async def note(
    tx: Transaction,
    at: int,
    actor: str,
    action: str,
    petition_id: int | None = None,
    *,
    organization_id: int | None = None,
    **detail: Any,
) -> None:
    """Add an entry in the transaction of what it records."""
    await tx.lock([hashlib.sha256(_LOCK).digest()[:16]])  # a chain has one end
    head = await tx.fetch_one("SELECT n, hash FROM audit_head WHERE one = 1")
    n, before = (head["n"], bytes(head["hash"])) if head else (0, b"")
    entry = Entry(n + 1, at, actor, petition_id, action, detail, b"", organization_id)
    hash_ = chained(before, entry)
    await tx.execute(
        f"INSERT INTO audit ({_COLUMNS}) VALUES (:n, :at, :actor, :petition_id, :organization_id,"
        " :action, :detail, :hash)",
        n=entry.n,
        at=at,
        actor=actor,
        petition_id=petition_id,
        organization_id=organization_id,
        action=action,
        detail=json.dumps(detail, ensure_ascii=False),
        hash=hash_,
    )
    await tx.execute(
        "INSERT INTO audit_head (one, n, hash) VALUES (1, :n, :hash)"
        " ON CONFLICT (one) DO UPDATE SET n = excluded.n, hash = excluded.hash",
        n=entry.n,
        hash=hash_,
    )


async def entries(
    tx: Transaction, petition_id: int | None = None, before: int | None = None, limit: int = 50
) -> list[Entry]:
    """Entries of one petition, or of all, the newest first; with `before`, those with a lower
    number."""
    wanted: dict[str, int] = {} if petition_id is None else {"petition_id": petition_id}
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM audit WHERE n < :before"
        + (" AND petition_id = :petition_id" if petition_id is not None else "")
        + " ORDER BY n DESC LIMIT :limit",
        before=before if before is not None else 1 << 62,
        limit=limit,
        **wanted,
    )
    return [Entry.from_row(row) for row in rows]


async def of_organization(tx: Transaction, organization_id: int, limit: int) -> list[Entry]:
    """The last entries about an organization and its members, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM audit WHERE organization_id = :id ORDER BY n DESC LIMIT :limit",
        id=organization_id,
        limit=limit,
    )
    return [Entry.from_row(row) for row in rows]


async def last_act(tx: Transaction, petition_id: int, actor: str) -> str:
    """What somebody did last about a petition, but for looking; '' if nothing."""
    row = await tx.fetch_one(
        "SELECT action FROM audit WHERE petition_id = :id AND actor = :actor AND action NOT IN"
        " (:looked, :searched, :saw) ORDER BY n DESC LIMIT 1",
        id=petition_id,
        actor=actor,
        looked=LOOKED,
        searched=SEARCHED,
        saw=SAW,
    )
    return str(row["action"]) if row else ""


async def has_looked(tx: Transaction, petition_id: int, actor: str, since: int) -> bool:
    """Whether somebody has seen names of held signatures since then."""
    row = await tx.fetch_one(
        "SELECT 1 AS one FROM audit WHERE petition_id = :id AND actor = :actor"
        " AND action = :looked AND at > :since LIMIT 1",
        id=petition_id,
        actor=actor,
        looked=LOOKED,
        since=since,
    )
    return row is not None


async def oldest_first(tx: Transaction, after: int = 0) -> AsyncIterator[Entry]:
    """All entries, the oldest first."""
    while rows := await tx.fetch(
        f"SELECT {_COLUMNS} FROM audit WHERE n > :after ORDER BY n LIMIT :limit",
        after=after,
        limit=_BLOCK,
    ):
        for row in rows:
            yield Entry.from_row(row)
        after = rows[-1]["n"]


async def faults(tx: Transaction) -> list[str]:
    """Where the log was tampered with. Of several places only the first can be told, since every
    entry behind it differs."""
    before, n = b"", 0
    async for entry in oldest_first(tx):
        n += 1
        if entry.n != n:
            return [f"the audit log: entry {n} is missing"]
        if chained(before, entry) != entry.hash:
            return [f"the audit log: entry {n} was changed, or one before it"]
        before = entry.hash
    head = await tx.fetch_one("SELECT n, hash FROM audit_head WHERE one = 1")
    kept, kept_hash = (head["n"], bytes(head["hash"])) if head else (0, b"")
    if (kept, kept_hash) != (n, before):
        return [f"the audit log ends at entry {n}, but its head says {kept}"]
    return []
