"""`petition`, `organizer`, `key`: what organizers and operators set up."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import secrets
import sys
import time

from server.cli.shared import Commands, opened
from server.core.desk import audit, organizers
from server.core.petitions import petitions
from server.errors import InvalidInput, NotFound, UndersignedError

_CHANGES = {
    "open": (petitions.open_, "open"),
    "pause": (petitions.pause, "paused"),
    "close": (petitions.close, "closed"),
}
_DONE = {"open": "opened", "pause": "paused", "close": "closed"}  # as the audit log says it


def add(commands: Commands) -> None:
    petition = commands.add_parser("petition", help="list, open or close petitions")
    petition.add_argument("action", choices=["list", *_CHANGES])
    petition.add_argument("slug", nargs="?")
    petition.set_defaults(run=_petition)

    organizer = commands.add_parser("organizer", help="add an organizer")
    organizer.add_argument("action", choices=["add"])
    organizer.add_argument("name")
    organizer.add_argument(
        "--petition", action="append", default=[], metavar="SLUG", help="put in charge of it"
    )
    organizer.set_defaults(run=_organizer)

    key = commands.add_parser("key", help="print a new UNDERSIGNED_SECRET_KEY")
    key.add_argument("action", choices=["new"])
    key.set_defaults(run=lambda _: print(secrets.token_urlsafe(48)))


def _petition(options: argparse.Namespace) -> None:
    async def run() -> None:
        database = await opened(options)
        try:
            async with database.write() as tx:
                known = await petitions.all_petitions(tx)
                if options.action == "list":
                    for p in known.values():
                        print(f"{p.slug}\t{p.keyword}\t{p.state}\t{p.wording(p.language).title}")
                    return
                petition = next((p for p in known.values() if p.slug == options.slug), None)
                if petition is None:
                    raise NotFound(f"no petition {options.slug!r}; `petition list` shows them")
                change, state = _CHANGES[options.action]
                now, done = int(time.time()), _DONE[options.action]
                if await change(tx, petition.id, now):
                    await audit.note(tx, now, audit.OPERATOR, done, petition.id)
        finally:
            await database.close()
        print(f"{options.slug} is now {state}.")

    asyncio.run(run())


def _organizer(options: argparse.Namespace) -> None:
    async def run(password: str) -> None:
        database, now = await opened(options), int(time.time())
        try:
            async with database.write() as tx:
                known = {p.slug: p for p in (await petitions.all_petitions(tx)).values()}
                if unknown := [s for s in options.petition if s not in known]:
                    raise NotFound(f"no petition {unknown[0]!r}; `petition list` shows them")
                added = await organizers.add(
                    tx,
                    options.name,
                    password,
                    salt=secrets.token_bytes(16),
                    now=now,
                )
                for slug in options.petition:
                    await organizers.assign(tx, known[slug].id, added.id, now)
                    id_ = known[slug].id
                    await audit.note(tx, now, audit.OPERATOR, "assigned", id_, to=added.name)
        except InvalidInput as error:
            raise UndersignedError(_organizer_fault(error)) from error
        finally:
            await database.close()

    given = _read_password()
    password = given or secrets.token_urlsafe(12)
    asyncio.run(run(password))
    print(f"{options.name} can sign in now." + ("" if given else f" Password: {password}"))


def _organizer_fault(error: InvalidInput) -> str:
    words = {
        "in_use": "there is an organizer of that name already",
        "short": f"the password is too short: {organizers.PASSWORD_LEAST} characters at least",
        "missing": "a name and a password are needed",
        "malformed": "a name has 2 to 64 letters, digits or . _ - @",
    }
    return "; ".join(words.get(p.code, f"{p.field}: {p.code}") for p in error.problems)


def _read_password() -> str:
    """The password typed twice on a terminal, or the first line of the input; '' to make one."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    first = getpass.getpass("Password (empty: one is made): ")
    if first and getpass.getpass("Once more: ") != first:
        raise UndersignedError("the two passwords differ; nothing was changed")
    return first
