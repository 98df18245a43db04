"""`mail-in` and `bounced`: mail that comes in, and addresses that are to get none."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Callable, Iterable
from typing import Final

from server.cli.shared import Commands, settings_of, store_of
from server.config import Settings
from server.core.values.contacts import normal_email
from server.core.values.ids import Ids
from server.core.values.keys import Keys
from server.db import Database
from server.errors import Misconfigured, UndersignedError
from server.mail import bounces, tokens
from server.outgoing.mailbox import empty_mailbox
from server.outgoing.mailroom import Mailroom, Outcome, note_returned, read_in

#: EX_TEMPFAIL of sysexits.h: the mail server keeps the message and calls again.
LATER: Final = 75

_NOTHING = (
    "It tells of no mail of ours that came back, and nobody answers a letter. Nothing is changed."
)
_SAID: dict[Outcome, str] = {
    "left": "Noted: somebody wants no more news. That address gets none.",
    "returned": "Noted: a mail came back for good. That address gets none for 30 days.",
    "late": "A mail is late, or was turned away for now. Nothing is changed.",
    "automatic": _NOTHING,
    "empty": _NOTHING,
    "nobody": _NOTHING,
    "passed_on": "Noted: a letter was answered. The answer goes to whoever wrote the letter.",
    "kept_back": "Noted: a letter was answered. Nobody wants the answer, so it is not kept.",
    "twice": "That answer came before. Nothing is changed.",
    "many": "More answers to a letter came than are passed on. Nothing is changed.",
}


def add(commands: Commands) -> None:
    mail_in = commands.add_parser(
        "mail-in",
        help="take a mail from standard input: an office's answer to a letter, a bounce, or an"
        " answer that says STOP",
    )
    mail_in.add_argument("--to", default="", help="the address that the mail was delivered to")
    mail_in.add_argument(
        "--imap", action="store_true", help="take what waits in the mailbox of UNDERSIGNED_IMAP"
    )
    mail_in.set_defaults(run=_mail_in)
    bounced = commands.add_parser(
        "bounced",
        help="the same as `mail-in`; or read addresses from standard input, and send them no mail",
    )
    bounced.add_argument("--to", default="", help="the address that the bounce was delivered to")
    bounced.set_defaults(run=_bounced)


def _mail_in(options: argparse.Namespace) -> int:
    """Says what it was. A mail server that calls this must never send an answer for it: whatever
    the message is, it is taken, and what fails on our side is tried again."""
    return _tried(lambda: _emptied(options) if options.imap else _taken(options, _read_all()))


def _bounced(options: argparse.Namespace) -> int:
    raw = _read_all()
    return _tried(lambda: _blocked(options, raw) or _taken(options, raw))


def _tried(take: Callable[[], str]) -> int:
    try:
        print(take())
    except (UndersignedError, OSError) as error:
        print(f"undersigned: {error}", file=sys.stderr)
        return LATER
    return 0


def _taken(options: argparse.Namespace, raw: bytes) -> str:
    settings = settings_of(options)
    arrived = read_in(raw, settings, Keys(settings.secret_key), options.to)

    async def run() -> Outcome:
        async with store_of(options) as database:
            return await _mailroom(settings, database).take(arrived)

    outcome = arrived.idle  # for which no store is needed, which may be away
    return _SAID[asyncio.run(run()) if outcome is None else outcome]


def _mailroom(settings: Settings, database: Database) -> Mailroom:
    keys, ids = Keys(settings.secret_key), Ids(secrets.randbits(10))
    return Mailroom(keys, database, lambda: ids.next(time.time()), lambda: int(time.time()))


def _emptied(options: argparse.Namespace) -> str:
    settings = settings_of(options)
    if not settings.imap_url:
        raise Misconfigured("UNDERSIGNED_IMAP_URL must be set: it names the mailbox")

    async def run() -> int:
        async with store_of(options) as database:
            return await empty_mailbox(settings, _mailroom(settings, database))

    return f"Mails taken: {asyncio.run(run())}."


def _blocked(options: argparse.Namespace, raw: bytes) -> str:
    """Note the addresses, if there is nothing else; '' for a mail."""
    addresses = _listed(raw)
    if not addresses:
        return ""
    keys = Keys(settings_of(options).secret_key)
    asyncio.run(_note(options, [tokens.whose(keys, address) for address in addresses]))
    return f"Noted: {len(addresses)} that get no mail for 30 days."


def _listed(raw: bytes) -> set[str]:
    """The addresses, one on each line; none where there is anything else, as in every mail."""
    lines = [line.strip() for line in raw.decode("utf-8", "replace").splitlines() if line.strip()]
    addresses = [normal_email(line.strip("<>,;")) for line in lines]
    return {a for a in addresses if a} if all(addresses) else set()


async def _note(options: argparse.Namespace, whose: Iterable[bytes]) -> None:
    async with store_of(options) as database, database.write() as tx:
        for key in whose:
            await note_returned(tx, key, int(time.time()))


def _read_all() -> bytes:
    """As much as we look at; the rest is read too, or the mail server takes it for a failure."""
    raw = sys.stdin.buffer.read(bounces.LIMIT)
    while sys.stdin.buffer.read(bounces.LIMIT):
        pass
    return raw
