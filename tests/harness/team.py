"""Organizations as tests need them."""

from __future__ import annotations

from server.core.desk.people import teams
from server.db import Transaction
from tests.harness.world import NOW


async def run_by(
    tx: Transaction, petition_id: int, *organizer_ids: int, joined_at: int = NOW
) -> int:
    """Let these organizers own the petition together, since then; the number of what they are."""
    first, *others = organizer_ids
    id_ = await teams.found(tx, f"Friends of {petition_id}", first, joined_at)
    for other in others:
        await teams.join(tx, id_, other, frozenset({"owner"}), joined_at)
    await teams.give(tx, petition_id, id_)
    return id_
