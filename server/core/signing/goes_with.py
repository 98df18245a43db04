"""What goes with a signature when its signer takes it back, in whatever room it is kept."""

from __future__ import annotations

from collections.abc import Collection

from server.core.outbox import outbox
from server.db import Transaction, pack

#: Of which rows go with the signature.
_TABLES = (
    *("texted_letters", "calls", "own_mails", "place_corrections", "mended", "news_told"),
    "letter_questions",
    "letter_answers",
)


async def forget(tx: Transaction, about: Collection[tuple[int, int]]) -> None:
    """Whose signatures these were (petition and signature ids) stands in no message and no letter
    any more. What has not left does not leave; of a letter that has, what became of it stays."""
    await outbox.forget_about(tx, about)
    rows = tx.rows("batch", petition_id="int", signature_id="int")
    mine = f"(petition_id, signature_id) IN (SELECT petition_id, signature_id FROM {rows} b)"
    await tx.execute(
        "DELETE FROM letters WHERE state IN ('draft', 'held', 'queued', 'ready', 'retry')"
        f" AND {mine}",
        batch=pack(about),
    )
    for table in _TABLES:
        await tx.execute(f"DELETE FROM {table} WHERE {mine}", batch=pack(about))
    await tx.execute(
        "UPDATE letters SET words = NULL, reply_to = NULL, answer_to = NULL, constituent = NULL,"
        " signature_id = NULL, bounce_key = NULL, asked_at = NULL, said = NULL, said_at = NULL"
        f" WHERE {mine}",
        batch=pack(about),
    )
