"""An account after it was made: its password and its sessions."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.desk.people.forgotten import set_email
from server.core.desk.people.organizers import Organizer, normal_name, token_key
from server.core.desk.people.reviewers import appoint
from server.db import Transaction
from server.errors import NotFound


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in; `key` names it, and signs nobody in."""

    key: str
    created_at: int
    network: str


async def all_accounts(tx: Transaction) -> dict[Organizer, bool]:
    """Everybody by name, and whether they can sign in."""
    rows = await tx.fetch("SELECT id, name, password_hash FROM organizers ORDER BY name")
    return {Organizer(row["id"], row["name"]): bool(row["password_hash"]) for row in rows}


async def named(tx: Transaction, name: str) -> Organizer:
    """Whose account it is. Raises `NotFound`."""
    row = await tx.fetch_one(
        "SELECT id, name FROM organizers WHERE name = :name", name=normal_name(name) or ""
    )
    if row is None:
        raise NotFound(f"no organizer {name!r}; `organizer list` shows them")
    return Organizer(row["id"], row["name"])


async def hash_of(tx: Transaction, organizer: Organizer) -> str:
    """What is kept of their password."""
    row = await tx.fetch_one("SELECT password_hash FROM organizers WHERE id = :id", id=organizer.id)
    return str(row["password_hash"]) if row else ""


async def set_password(
    tx: Transaction, organizer: Organizer, password_hash: str, but: bytes = b""
) -> None:
    """Let the account have this password from now on, and no session that began with another; `but`
    is the token of one that stays."""
    await tx.execute(
        "UPDATE organizers SET password_hash = :hash WHERE id = :id",
        hash=password_hash,
        id=organizer.id,
    )
    await end_sessions(tx, organizer, but)


async def close(tx: Transaction, organizer: Organizer) -> None:
    """Let nobody sign in with it any more. Its name stays taken: the audit log names it."""
    await set_password(tx, organizer, "")
    await set_email(tx, organizer, "")
    await appoint(tx, organizer, None)


# Sessions.


async def sessions(tx: Transaction, organizer: Organizer, now: int) -> list[Session]:
    """Where somebody is signed in, the newest first."""
    rows = await tx.fetch(
        "SELECT token_key, created_at, network FROM organizer_sessions"
        " WHERE organizer_id = :id AND expires_at > :now ORDER BY created_at DESC, token_key",
        id=organizer.id,
        now=now,
    )
    return [Session(bytes(r["token_key"]).hex(), r["created_at"], r["network"]) for r in rows]


async def end_session(tx: Transaction, organizer: Organizer, key: str) -> None:
    """End one of them; one that has ended already is no error."""
    try:
        named_key = bytes.fromhex(key)
    except ValueError:
        return
    await tx.execute(
        "DELETE FROM organizer_sessions WHERE organizer_id = :id AND token_key = :key",
        id=organizer.id,
        key=named_key,
    )


async def end_sessions(tx: Transaction, organizer: Organizer, but: bytes = b"") -> int:
    """End every session of the account but that of this token; how many there were."""
    rows = await tx.fetch(
        "DELETE FROM organizer_sessions WHERE organizer_id = :id AND token_key <> :but"
        " RETURNING token_key",
        id=organizer.id,
        but=token_key(but),
    )
    return len(rows)
