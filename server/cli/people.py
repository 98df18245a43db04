"""`petition`, `key`: what organizers and operators set up."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import time
from functools import partial

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


def add(commands: Commands) -> None:
    petition = commands.add_parser("petition", help="list, open, close or end petitions")
    petition.add_argument("action", choices=["list", *_CHANGES, "end"])
    petition.add_argument("slug", nargs="?")
    petition.add_argument("--yes", action="store_true", help="end it without asking")
    petition.set_defaults(run=_petition)

    key = commands.add_parser("key", help="print a new UNDERSIGNED_SECRET_KEY")
    key.add_argument("action", choices=["new"])
    key.set_defaults(run=lambda _: print(secrets.token_urlsafe(48)))


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
