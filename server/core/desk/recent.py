"""The texts of a petition that came in last."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from server.core.values.contacts import masked, masked_body
from server.db import Transaction

RECENT_TEXTS = 10


@dataclass(frozen=True, slots=True)
class Text:
    """One inbound text, with nothing in it that tells who sent it."""

    received_at: int
    sender: str
    body: str
    kind: str
    replied: bool
    segments: int


async def recent_texts(
    tx: Transaction, petition_id: int, shown_words: Container[str]
) -> tuple[Text, ...]:
    """The newest first. `shown_words` are what a text's body may show unmasked."""
    rows = await tx.fetch(
        "SELECT received_at, sender, body, kind, reply IS NOT NULL AS replied, segments"
        " FROM inbound WHERE petition_id = :id"
        " ORDER BY received_at DESC, arrival DESC LIMIT :limit",
        id=petition_id,
        limit=RECENT_TEXTS,
    )
    return tuple(
        Text(
            r["received_at"],
            masked(r["sender"]),
            masked_body(r["body"] or "", shown_words),
            r["kind"],
            bool(r["replied"]),
            r["segments"],
        )
        for r in rows
    )
