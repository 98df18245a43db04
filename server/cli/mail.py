"""`bounced`: mail that came back, addresses that are to get none, and answers that say STOP."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable
from typing import Final

from server.cli.shared import Commands, opened, settings_of, store_of
from server.core.letters import carrying
from server.core.news.leaving import Leaver
from server.core.outbox.returned import note_bounce
from server.core.petitions import petitions
from server.core.values.contacts import normal_email
from server.core.values.keys import Keys
from server.errors import UndersignedError
from server.mail import answers, bounces, leaving, tokens

#: EX_TEMPFAIL of sysexits.h: the mail server keeps the message and calls again.
LATER: Final = 75

_SAID = {
    "permanent": "Noted: a mail came back for good. That address gets none for 30 days.",
    "temporary": "A mail is late, or was turned away for now. Nothing is changed.",
    "unclear": "It tells of no mail of ours that came back. Nothing is changed.",
}


def add(commands: Commands) -> None:
    bounced = commands.add_parser(
        "bounced",
        help="read a bounce, an answer that says STOP, or addresses, from standard input, and send"
        " them no mail",
    )
    bounced.add_argument("--to", default="", help="the address that the bounce was delivered to")
    bounced.set_defaults(run=_bounced)


def _bounced(options: argparse.Namespace) -> int:
    """Says what it was. A mail server that calls this must never send an answer for it: whatever
    the message is, it is taken, and what fails on our side is tried again."""
    raw = _read_all()
    try:
        print(_taken(options, raw))
    except (UndersignedError, OSError) as error:
        print(f"undersigned: {error}", file=sys.stderr)
        return LATER
    return 0


def _taken(options: argparse.Namespace, raw: bytes) -> str:
    keys = Keys(settings_of(options).secret_key)
    if addresses := _listed(raw):
        _note(options, [tokens.whose(keys, address) for address in addresses])
        return f"Noted: {len(addresses)} that get no mail for 30 days."
    if (stop := answers.stop_in(raw, options.to)) and asyncio.run(_left(options, keys, stop)):
        return "Noted: somebody wants no more news. That address gets none."
    bounce = bounces.read(raw, keys, options.to)
    if bounce.whose and bounce.outcome == "permanent":
        _note(options, [bounce.whose])
    return _SAID[bounce.outcome]


async def _left(options: argparse.Namespace, keys: Keys, stop: str) -> bool:
    """End the news that the words in that text are about; whether they are ours."""
    async with store_of(options) as database:
        async with database.read() as tx:
            known = await petitions.all_petitions(tx)
        mailboxes = list(leaving.off_meant(keys, known, stop))
        if mailboxes:
            async with database.write() as tx:
                await Leaver(keys, known.values()).leave_many(tx, mailboxes)
    return bool(mailboxes)


def _listed(raw: bytes) -> set[str]:
    """The addresses, one on each line; none where there is anything else, as in every mail."""
    lines = [line.strip() for line in raw.decode("utf-8", "replace").splitlines() if line.strip()]
    addresses = [normal_email(line.strip("<>,;")) for line in lines]
    return {a for a in addresses if a} if all(addresses) else set()


def _read_all() -> bytes:
    """As much as we look at; the rest is read too, or the mail server takes it for a failure."""
    raw = sys.stdin.buffer.read(bounces.LIMIT)
    while sys.stdin.buffer.read(bounces.LIMIT):
        pass
    return raw


def _note(options: argparse.Namespace, whose: Iterable[bytes]) -> None:
    async def run() -> None:
        database = await opened(options)
        try:
            async with database.write() as tx:
                for key in whose:
                    if not await carrying.came_back(tx, key, int(time.time())):
                        await note_bounce(tx, key, int(time.time()))
        finally:
            await database.close()

    asyncio.run(run())
