"""Deleting a draft: what nobody could ever sign goes without a trace but the audit log's."""

from __future__ import annotations

from server.core.upkeep.ending import DELETED
from server.db import Transaction

#: Tables of which a draft's rows go, besides those that go with an end.
OF_DRAFTS = (
    "petition_texts",
    "petition_versions",
    "decision_makers",
    "former_names",
    "populations",
    "invalidations",
    "counts",
    "totals",
    "sms_usage",
    "news_runs",
    "news_wordings",
    "news",
)


async def delete_draft(tx: Transaction, petition_id: int, now: int) -> bool:
    """Delete a petition that was never open and that nobody has signed: its address and its word
    are free again, its id is not. False, and nothing is changed, for any other."""
    # Whoever opens it meanwhile waits for this row, or this waits for them.
    draft = await tx.fetch_one(
        "UPDATE petitions SET version = version + 1 WHERE id = :id"
        " AND opened_at IS NULL AND ended_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM signatures WHERE petition_id = :id) RETURNING id",
        id=petition_id,
    )
    if draft is None:
        return False
    for table in (*OF_DRAFTS, *DELETED):
        await tx.execute(f"DELETE FROM {table} WHERE petition_id = :id", id=petition_id)
    await tx.execute("DELETE FROM petitions WHERE id = :id", id=petition_id)
    await tx.execute(
        "INSERT INTO deleted_drafts (id, deleted_at) VALUES (:id, :now)", id=petition_id, now=now
    )
    return True
