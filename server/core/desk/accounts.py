"""Accounts after they were made: found by name, given another password, closed."""

from __future__ import annotations

from server.core.desk.organizers import Organizer, normal_name
from server.db import Transaction
from server.errors import NotFound


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


async def set_password(tx: Transaction, organizer: Organizer, password_hash: str) -> None:
    """Let the account have this password from now on, and no session that began with another."""
    await tx.execute(
        "UPDATE organizers SET password_hash = :hash WHERE id = :id",
        hash=password_hash,
        id=organizer.id,
    )
    await end_sessions(tx, organizer)


async def close(tx: Transaction, organizer: Organizer) -> None:
    """Let nobody sign in with it any more. Its name stays taken: the audit log names it."""
    await set_password(tx, organizer, "")


async def end_sessions(tx: Transaction, organizer: Organizer) -> int:
    """End every session of the account; how many there were."""
    rows = await tx.fetch(
        "DELETE FROM organizer_sessions WHERE organizer_id = :id RETURNING token_key",
        id=organizer.id,
    )
    return len(rows)
