"""Takes what waits in a mailbox elsewhere, where no mail server calls `undersigned mail-in`."""

from __future__ import annotations

import asyncio

from server.config import Settings
from server.mail.incoming.imap import ImapBox
from server.outgoing.mailroom import Mailroom, read_in

MAILS_AT_ONCE = 100  # messages of one round


async def empty_mailbox(settings: Settings, mailroom: Mailroom) -> int:
    """Take each message that is not seen, and mark it as seen once that is durable; how many were
    taken. Whoever is killed in between takes it again, which does nothing. Raises `OSError` where
    the mailbox is away, and what the store raises."""
    box = await asyncio.to_thread(ImapBox, settings)
    taken = 0
    try:
        for uid in (await asyncio.to_thread(box.unseen))[:MAILS_AT_ONCE]:
            raw = await asyncio.to_thread(box.message, uid)
            await mailroom.take(await asyncio.to_thread(read_in, raw, settings, mailroom.keys))
            await asyncio.to_thread(box.mark_seen, uid)
            taken += 1
    finally:
        await asyncio.to_thread(box.close)
    return taken
