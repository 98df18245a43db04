"""What goes away by itself, and when."""

from __future__ import annotations

from server.core import outbox, texts
from server.core.counts import DAY
from server.db import Transaction

KEEP_DAYS = 30


async def erase_due(tx: Transaction, now: int, keep_days: int = KEEP_DAYS) -> None:
    """Erase all personal data whose time has come: numbers and bodies of messages after
    `keep_days`. Doing it twice does nothing twice."""
    await texts.end_conversations(tx, now)
    await texts.forget(tx, now - keep_days * DAY)
    await outbox.forget(tx, now - keep_days * DAY)
