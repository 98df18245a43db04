"""What goes away by itself, and when."""

from __future__ import annotations

from server.core import outbox, texts
from server.core.counts import DAY
from server.db import Transaction

KEEP_DAYS = 30  # numbers and bodies of messages


async def erase_due(tx: Transaction, now: int) -> None:
    """Erase all personal data whose time has come. Doing it twice does nothing twice."""
    await texts.end_conversations(tx, now)
    await texts.forget(tx, now - KEEP_DAYS * DAY)
    await outbox.forget(tx, now - KEEP_DAYS * DAY)
