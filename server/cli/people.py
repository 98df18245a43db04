"""`petition`, `key`: what organizers and operators set up."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import time
from functools import partial
from pathlib import Path

from server.cli.shared import Commands, petition_named, settings_of, store_of
from server.core.counting import counts
from server.core.desk import audit
from server.core.petitions import petitions
from server.core.upkeep import ending
from server.core.values.keys import Keys
from server.errors import InvalidInput, UndersignedError

_CHANGES = {
    "open": (petitions.open_, "open"),
    "pause": (petitions.pause, "paused"),
    "close": (petitions.close, "closed"),
}
_DONE = {"open": "opened", "pause": "paused", "close": "closed"}  # as the audit log says it
_NOT_YET = {  # why it cannot open, by the field that is in the way
    "started_by": "nobody is named who asks: write it on /organizer/p/{slug}/edit, then open it",
    "review": "no reviewer has accepted it: hand it in on /organizer/p/{slug} first",
    "closes": "its time to close is over: change it on /organizer/p/{slug}/edit, then open it",
}
_ENDING = """{slug} ends for good. The names, contacts and comments of {n} signatures go, and so do
the texts and mails about it. Its figures, its address and its word stay. Nobody can undo it."""

_DKIM = """\
The private key is in {file}. Put its public half in the DNS:

  name   {name}
  type   TXT
  value  {value}

Then set UNDERSIGNED_DKIM_KEY_FILE to that file. In the file of a zone the record is:
"""


def add(commands: Commands) -> None:
    petition = commands.add_parser("petition", help="list, open, close or end petitions")
    petition.add_argument("action", choices=["list", *_CHANGES, "end"])
    petition.add_argument("slug", nargs="?")
    petition.add_argument("--yes", action="store_true", help="end it without asking")
    petition.set_defaults(run=_petition)

    key = commands.add_parser("key", help="make keys: the server's secret, or one that signs mail")
    actions = key.add_subparsers(required=True, metavar="ACTION")
    new = actions.add_parser("new", help="print a new UNDERSIGNED_SECRET_KEY")
    new.set_defaults(run=lambda _: print(secrets.token_urlsafe(48)))
    signing = actions.add_parser("dkim", help="what mail is signed with, and its DNS record")
    signing.add_argument("file", type=Path, help="the private key; made if it is not there")
    signing.set_defaults(run=_dkim)


def _dkim(options: argparse.Namespace) -> None:
    """Print the DNS record of the key in that file, which is made first if there is none."""
    from server.mail import dkim  # (as few commands need it as send mail)

    settings, file = settings_of(options), options.file
    try:
        if not file.exists():
            made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "wb") as new:
                new.write(dkim.new_key())
        record = dkim.record(dkim.read_key(file.read_text(encoding="ascii", errors="replace")))
    except OSError as error:
        raise UndersignedError(f"{file}: {error.strerror}") from error
    name = dkim.record_name(settings)
    print(_DKIM.format(file=file.absolute(), name=name, value=record))
    print(dkim.zone_line(name, record))


def _petition(options: argparse.Namespace) -> None:
    run = {"list": _list, "end": _end}.get(options.action, _change)
    asyncio.run(run(options))


async def _list(options: argparse.Namespace) -> None:
    async with store_of(options) as database, database.read() as tx:
        for p in (await petitions.all_petitions(tx)).values():
            print(f"{p.slug}\t{p.keyword}\t{p.state}\t{p.wording(p.language).title}")


async def _change(options: argparse.Namespace) -> None:
    change, state = _CHANGES[options.action]
    now, done = int(time.time()), _DONE[options.action]
    if options.action == "open":
        change = partial(petitions.open_, needs_review=settings_of(options).review)
    async with store_of(options) as database, database.write() as tx:
        petition = await petition_named(tx, options.slug)
        try:
            changed = await change(tx, petition.id, now)
        except InvalidInput as error:
            why = _NOT_YET[error.problems[0].field]
            raise UndersignedError(why.format(slug=options.slug)) from error
        if changed:
            await audit.note(tx, now, audit.OPERATOR, done, petition.id)
    print(f"{options.slug} is now {state}.")


async def _end(options: argparse.Namespace) -> None:
    """End a petition for good; asked again, go on where it was interrupted."""
    now, keys = int(time.time()), Keys(settings_of(options).secret_key)
    async with store_of(options) as database:
        async with database.read() as tx:
            petition = await petition_named(tx, options.slug)
            figures = await counts.figures(tx, petition.id)
        if petition.ended_at is None:
            if not options.yes:
                _make_sure(petition.slug, figures.total)
            async with database.write() as tx:
                await ending.end(tx, keys, petition, now)
                await audit.note(tx, now, audit.OPERATOR, "ended", petition.id)
        await ending.empty(database, now)
        await database.sweep()  # whoever is in the way now, the worker does it later
    print(f"{petition.slug} has ended. Copies that were made before hold its data: delete them.")


def _make_sure(slug: str, n: int) -> None:
    """Raises `UndersignedError` unless the slug is typed."""
    print(_ENDING.format(slug=slug, n=f"{n:,}"), file=sys.stderr)
    print(f"To go on, type {slug}: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != slug:
        raise UndersignedError("nothing was changed")
