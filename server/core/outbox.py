"""The outbox: what is to be sent, committed together with the change that it announces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.db import Transaction, pack

Channel = Literal["sms", "email"]
LEASE_SECONDS = 120
TRIES = 6
_BACKOFF = (60, 300, 1800, 7200, 21_600)  # seconds after each failed try


@dataclass(frozen=True, slots=True)
class Announcement:
    """One message to one person; the worker words it by `kind` and `language` when it goes out."""

    id: int
    channel: Channel
    kind: str
    petition_id: int
    language: str
    recipient: str
    tries: int = 0


async def put(tx: Transaction, announcements: Sequence[Announcement], now: int) -> None:
    """Queue in the caller's transaction: sent if and only if that commits."""
    if not announcements:
        return
    rows = tx.rows(
        "batch",
        id="int",
        channel="text",
        kind="text",
        petition_id="int",
        language="text",
        recipient="text",
    )
    await tx.execute(
        "INSERT INTO outbox"
        " (id, channel, kind, petition_id, language, recipient, created_at, due_at)"
        " SELECT id, channel, kind, petition_id, language, recipient, :now, :now"
        f" FROM {rows} b",
        batch=pack(
            (a.id, a.channel, a.kind, a.petition_id, a.language, a.recipient) for a in announcements
        ),
        now=now,
    )


async def lease(tx: Transaction, now: int, limit: int = 20) -> list[Announcement]:
    """Take what is due for `LEASE_SECONDS`; if the worker dies, the lease runs out."""
    rows = await tx.fetch(
        "UPDATE outbox SET leased_until = :until, tries = tries + 1 WHERE id IN"
        " (SELECT id FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL AND due_at <= :now"
        "  AND (leased_until IS NULL OR leased_until <= :now) ORDER BY due_at LIMIT :limit)"
        # Once more: another worker may have been faster between the choice and the update.
        " AND (leased_until IS NULL OR leased_until <= :now)"
        " RETURNING id, channel, kind, petition_id, language, recipient, tries",
        now=now,
        until=now + LEASE_SECONDS,
        limit=limit,
    )
    return [Announcement(*(r[k] for k in Announcement.__slots__)) for r in rows]


async def waiting(tx: Transaction) -> tuple[int, int | None]:
    """How many messages are to be sent, and when the oldest of them was queued."""
    row = await tx.fetch_one(
        "SELECT count(*) AS n, min(created_at) AS oldest FROM outbox"
        " WHERE sent_at IS NULL AND failed_at IS NULL"
    )
    return (row["n"], row["oldest"]) if row else (0, None)


async def sent(tx: Transaction, id_: int, provider_id: str, now: int) -> None:
    await tx.execute(
        "UPDATE outbox SET sent_at = :now, leased_until = NULL, error = NULL,"
        " provider_id = :provider_id WHERE id = :id",
        id=id_,
        now=now,
        provider_id=provider_id,
    )


async def dropped(tx: Transaction, id_: int, why: str, now: int) -> None:
    """It will never be sent: the recipient opted out, the provider refused, or tries ran out."""
    await tx.execute(
        "UPDATE outbox SET failed_at = :now, leased_until = NULL, error = :why WHERE id = :id",
        id=id_,
        now=now,
        why=why,
    )


async def postponed(tx: Transaction, item: Announcement, why: str, now: int) -> None:
    """Try again later, each time later than before; after `TRIES` tries it is dropped."""
    if item.tries >= TRIES:
        await dropped(tx, item.id, why, now)
        return
    await tx.execute(
        "UPDATE outbox SET due_at = :due, leased_until = NULL, error = :why WHERE id = :id",
        id=item.id,
        due=now + _BACKOFF[min(item.tries, len(_BACKOFF)) - 1],
        why=why,
    )


async def heard(tx: Transaction, provider_id: str, status: str, error: str | None) -> None:
    """Note what the provider says became of a message. One that we do not know is ignored."""
    await tx.execute(
        "UPDATE outbox SET status = :status, error = coalesce(:error, error)"
        " WHERE provider_id = :provider_id",
        provider_id=provider_id,
        status=status,
        error=error,
    )


async def forget(tx: Transaction, before: int) -> None:
    """Null the recipients of what was queued before that time and is done with."""
    await tx.execute(
        "UPDATE outbox SET recipient = NULL WHERE created_at < :before AND recipient IS NOT NULL"
        " AND (sent_at IS NOT NULL OR failed_at IS NOT NULL)",
        before=before,
    )
