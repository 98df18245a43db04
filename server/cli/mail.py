"""`bounced`: addresses whose mail came back."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time

from server.cli.shared import Commands, opened, settings_of
from server.core.outbox import outbox
from server.core.values.keys import Keys
from server.errors import UndersignedError
from server.mail.bounces import LIMIT, bounced_addresses


def add(commands: Commands) -> None:
    bounced = commands.add_parser(
        "bounced", help="read a bounce, or addresses, from standard input, and send them no mail"
    )
    bounced.set_defaults(run=_bounced)


def _bounced(options: argparse.Namespace) -> None:
    found = bounced_addresses(sys.stdin.buffer.read(LIMIT))
    if not found:
        raise UndersignedError("no address in it that has failed for good")
    keys = Keys(settings_of(options).secret_key)

    async def run() -> None:
        database = await opened(options)
        try:
            async with database.write() as tx:
                for address in found:
                    await outbox.note_bounce(tx, keys.address(address), int(time.time()))
        finally:
            await database.close()

    asyncio.run(run())
    print(f"Noted: {len(found)} that take no mail. They get none for 30 days.")
