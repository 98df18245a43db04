"""What a message of news says when it goes out, and that nobody gets it twice.

A message is marked as handed over just before anything of it leaves. A lease that runs out gives
one back; if it was marked, nobody knows whether it has arrived: it is uncertain, and is not sent
again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from server.core.news.recipients import WANTS_NEWS
from server.core.outbox.outbox import Announcement, Channel
from server.core.outbox.returned import BOUNCED_SECONDS
from server.db import Transaction, pack

LEFT_OUT = "left_out"  # why it did not go: its recipient wants it no more, or it was halted
UNCERTAIN = "uncertain"

#: Of a row of `outbox`: whoever it goes to still wants news there, and it is still to go.
_WANTED = (
    "EXISTS (SELECT 1 FROM news n"
    " JOIN petitions p ON p.id = n.petition_id AND p.ended_at IS NULL"
    " JOIN signatures s ON s.petition_id = n.petition_id AND s.id = outbox.signature_id"
    "  AND s.contact = outbox.recipient"
    " WHERE n.id = outbox.news_id AND n.stopped_at IS NULL"
    f" AND (outbox.channel <> 'email' OR p.mail_stopped_at IS NULL) AND {WANTS_NEWS})"
)


async def still_wanted(tx: Transaction, items: Collection[Announcement]) -> set[int]:
    """Ids of those messages that are still to go."""
    rows = tx.rows("asked", id="int")
    found = await tx.fetch(
        f"SELECT id FROM outbox WHERE id IN (SELECT id FROM {rows} a) AND {_WANTED}",
        asked=pack((item.id,) for item in items),
    )
    return {row["id"] for row in found}


async def came_back_lately(tx: Transaction, keys: Sequence[bytes], now: int) -> set[bytes]:
    """Those of these addresses, by key, whose mail came back for good."""
    rows = tx.rows("asked", key="blob")
    found = await tx.fetch(
        f"SELECT b.address_key FROM {rows} a JOIN bounces b ON b.address_key = a.key"
        " AND b.bounced_at > :since",
        asked=pack((key,) for key in keys),
        since=now - BOUNCED_SECONDS,
    )
    return {bytes(row["address_key"]) for row in found}


async def hand_over(tx: Transaction, ids: Collection[int], now: int) -> set[int]:
    """Note that these are about to leave; those that still may, by id. The others are looked at
    anew when their lease runs out."""
    rows = tx.rows("asked", id="int")
    found = await tx.fetch(
        f"UPDATE outbox SET handed_at = :now WHERE id IN (SELECT id FROM {rows} a)"
        " AND sent_at IS NULL AND failed_at IS NULL AND handed_at IS NULL AND leased_until > :now"
        f" AND {_WANTED} RETURNING id",
        asked=pack((id_,) for id_ in ids),
        now=now,
    )
    return {row["id"] for row in found}


async def arrived(tx: Transaction, ids: Collection[int], now: int) -> None:
    """A mail server has taken these. Nobody needs to know any more whose they were."""
    rows = tx.rows("asked", id="int")
    await tx.execute(
        "UPDATE outbox SET sent_at = :now, leased_until = NULL, error = NULL, address_key = NULL,"
        " recipient = NULL, carrier = 'email', segments = 0"
        f" WHERE id IN (SELECT id FROM {rows} a)",
        asked=pack((id_,) for id_ in ids),
        now=now,
    )


async def doubt_handed(tx: Transaction, channel: Channel, now: int) -> None:
    """Whoever handed these over has died over it."""
    await tx.execute(
        "UPDATE outbox SET failed_at = :now, leased_until = NULL, error = :why, recipient = NULL,"
        " body = NULL, address_key = NULL WHERE handed_at IS NOT NULL AND leased_until <= :now"
        " AND sent_at IS NULL AND failed_at IS NULL AND channel = :channel",
        why=UNCERTAIN,
        channel=channel,
        now=now,
    )


async def doubt_copy(tx: Transaction, now: int) -> None:
    """In a copy that is put back nobody knows how far it has got since: what waited does not go,
    and an organizer decides whether the rest does."""
    await tx.execute(
        "UPDATE outbox SET failed_at = :now, leased_until = NULL, error = :why, recipient = NULL,"
        " body = NULL, address_key = NULL WHERE news_id IS NOT NULL AND sent_at IS NULL"
        " AND failed_at IS NULL",
        why=UNCERTAIN,
        now=now,
    )
    await tx.execute(
        "UPDATE news SET stopped_at = :now WHERE queued_at IS NOT NULL AND finished_at IS NULL"
        " AND stopped_at IS NULL",
        now=now,
    )
