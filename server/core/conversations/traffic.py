"""What an organizer sees of texts: what they cost, what became of them, and what people try."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from server.core.counting.counts import DAY
from server.core.outbox import usage
from server.core.outbox.fates import Fates, fates
from server.core.outbox.usage import Usage
from server.core.values.contacts import masked_body
from server.db import Transaction

STUCK_SECONDS = 3600
NOT_UNDERSTOOD = 10  # texts, the latest
#: Classes whose signatures came in by a phone.
BY_PHONE = ("sms", "voice", "ussd")


@dataclass(frozen=True, slots=True)
class Traffic:
    """`signed` are verified signatures by phone; `used_today` are segments sent since midnight
    UTC. `opt_outs` are of the whole server: such texts name no petition."""

    signed: int
    total: Usage
    used_today: int
    fates: Fates
    stuck: int
    opt_outs: int
    unknown: tuple[str, ...]

    @property
    def per_signature(self) -> float | None:
        """Segments in and out for each signature; None before the first."""
        segments = self.total.received + self.total.sent
        return segments / self.signed if self.signed else None


async def traffic(
    tx: Transaction,
    petition_id: int,
    now: int,
    shown_words: Container[str],
    kept: Fates | None = None,
) -> Traffic:
    """The texts of one petition. `shown_words` are what a text's body may show unmasked; `kept` is
    what became of its messages, where that was counted a while ago."""
    return Traffic(
        signed=await _signed(tx, petition_id),
        total=await usage.of_petition(tx, petition_id),
        used_today=await used_today(tx, petition_id, now),
        fates=kept or await fates(tx, petition_id),
        stuck=await _stuck(tx, petition_id, now - STUCK_SECONDS),
        opt_outs=await _opt_outs(tx),
        unknown=await _unknown(tx, petition_id, shown_words),
    )


async def used_today(tx: Transaction, petition_id: int, now: int) -> int:
    """Segments of a petition that were sent since midnight UTC."""
    return (await usage.of_petition(tx, petition_id, now // DAY)).sent


async def _signed(tx: Transaction, petition_id: int) -> int:
    row = await tx.fetch_one(
        "SELECT coalesce(sum(n), 0) AS n FROM counts WHERE petition_id = :id"
        f" AND state = 'verified' AND class IN ({', '.join(map(repr, BY_PHONE))})",
        id=petition_id,
    )
    return int(row["n"]) if row else 0


async def _stuck(tx: Transaction, petition_id: int, before: int) -> int:
    # (the petition as no index has it: few wait, and those that were sent are very many)
    row = await tx.fetch_one(
        "SELECT count(*) AS n FROM outbox WHERE channel IN ('sms', 'email')"
        " AND sent_at IS NULL AND failed_at IS NULL"
        " AND coalesce(petition_id, 0) = :id AND created_at < :before",
        id=petition_id,
        before=before,
    )
    return int(row["n"]) if row else 0


async def _opt_outs(tx: Transaction) -> int:
    row = await tx.fetch_one("SELECT count(*) AS n FROM opt_outs")
    return int(row["n"]) if row else 0


async def _unknown(
    tx: Transaction, petition_id: int, shown_words: Container[str]
) -> tuple[str, ...]:
    """The latest texts that we did not understand, each wording once.

    One that names no petition is meant for the only one that has ever been public; where there are
    others, nobody can say whose organizers may read it, and none do.
    """
    rows = await tx.fetch(
        "SELECT body FROM inbound WHERE kind = 'unknown' AND body IS NOT NULL"
        " AND (petition_id = :id OR petition_id IS NULL AND NOT EXISTS"
        "  (SELECT 1 FROM petitions WHERE id <> :id AND opened_at IS NOT NULL))"
        " ORDER BY received_at DESC, arrival DESC LIMIT :limit",
        id=petition_id,
        limit=5 * NOT_UNDERSTOOD,
    )
    bodies = (masked_body(row["body"], shown_words) for row in rows)
    return tuple(dict.fromkeys(body for body in bodies if body))[:NOT_UNDERSTOOD]
