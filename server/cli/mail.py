"""`mail`: what comes back, and addresses that are to get nothing."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable
from typing import Final

from server.cli.shared import Commands, opened, settings_of
from server.core.outbox import outbox
from server.core.values.contacts import normal_email
from server.core.values.keys import Keys
from server.errors import UndersignedError
from server.mail import bounces, tokens

#: EX_TEMPFAIL of sysexits.h: the mail server keeps the message and calls again.
LATER: Final = 75

_SAID = {
    "permanent": "Noted: a mail came back for good. That address gets none for 30 days.",
    "temporary": "A mail is late, or was turned away for now. Nothing is changed.",
    "unclear": "It tells of no mail of ours that came back. Nothing is changed.",
}


def add(commands: Commands) -> None:
    mail = commands.add_parser("mail", help="read a mail that came back, or block addresses")
    mail.add_argument(
        "action",
        choices=["bounce", "block"],
        help="bounce: a message on standard input; block: addresses there, one on each line",
    )
    mail.add_argument("--to", default="", help="the address that the message was delivered to")
    mail.set_defaults(run=lambda options: _ACTIONS[options.action](options))


def _bounce(options: argparse.Namespace) -> int:
    """Says what the message was. A mail server that calls this must never send an answer for it:
    whatever the message is, it is taken, and what fails on our side is tried again."""
    raw = _read_all()
    try:
        bounce = bounces.read(raw, Keys(settings_of(options).secret_key), options.to)
        if bounce.whose and bounce.outcome == "permanent":
            _note(options, [bounce.whose])
    except (UndersignedError, OSError) as error:
        print(f"undersigned: {error}", file=sys.stderr)
        return LATER
    print(_SAID[bounce.outcome])
    return 0


def _read_all() -> bytes:
    """As much as we look at; the rest is read too, or the mail server takes it for a failure."""
    raw = sys.stdin.buffer.read(bounces.LIMIT)
    while sys.stdin.buffer.read(bounces.LIMIT):
        pass
    return raw


def _block(options: argparse.Namespace) -> None:
    addresses = set()
    for number, raw in enumerate(sys.stdin.buffer, 1):
        line = raw.decode("utf-8", "replace").strip()
        address = normal_email(line)
        if line and not address:
            raise UndersignedError(f"line {number} is no address; nothing is changed")
        addresses |= {address} if address else set()
    keys = Keys(settings_of(options).secret_key)
    _note(options, [tokens.whose(keys, address) for address in addresses])
    print(f"Noted: {len(addresses)} that get no mail for 30 days.")


def _note(options: argparse.Namespace, whose: Iterable[bytes]) -> None:
    async def run() -> None:
        database = await opened(options)
        try:
            async with database.write() as tx:
                for key in whose:
                    await outbox.note_bounce(tx, key, int(time.time()))
        finally:
            await database.close()

    asyncio.run(run())


_ACTIONS = {"bounce": _bounce, "block": _block}
