"""`organizer`, `organization`: who may sign in, and what they are where."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from server.cli.shared import Commands, petition_named, settings_of, store_of
from server.core.desk import audit
from server.core.desk.people import accounts, organizers, reviewers, second_step, teams
from server.core.desk.people.happenings import happened
from server.core.desk.people.organizers import Organizer
from server.core.desk.people.teams import ROLES, Roles, listed, read_roles
from server.core.values.ids import read_id
from server.core.values.passwords import PASSWORD_SALT_BYTES
from server.db import Transaction
from server.errors import InvalidInput, UndersignedError

_FAULTS = {
    "in_use": "there is an organizer of that name already",
    "short": f"the password is too short: {organizers.PASSWORD_LEAST} characters at least",
    "common": "the password is one that others would guess",
    "missing": "a name and a password are needed",
    "malformed": "a name has 2 to 64 letters, digits or . _ - @",
    "last_owner": "they are the last owner there: make somebody else an owner first",
}


def add(commands: Commands) -> None:
    organizer = commands.add_parser("organizer", help="add, assign, reset or remove organizers")
    organizer.add_argument(
        "action",
        choices=["list", "add", "assign", "reset", "end-sessions", "reviewer", "remove"],
    )
    organizer.add_argument("name", nargs="?")
    organizer.add_argument(
        "--petition", action="append", default=[], metavar="SLUG", help="where its organization is"
    )
    organizer.add_argument(
        "--organization", action="append", default=[], metavar="NUMBER", help="where"
    )
    organizer.add_argument(
        "--role", action="append", default=[], choices=ROLES, help="what they are there"
    )
    organizer.add_argument("--remove", action="store_true", help="they review no longer")
    organizer.set_defaults(run=_organizer)

    organization = commands.add_parser("organization", help="list or add organizations")
    organization.add_argument("action", choices=["list", "add", "give"])
    organization.add_argument("name", nargs="?")
    organization.add_argument("--owner", metavar="ORGANIZER", help="of a new one")
    organization.add_argument("--petition", metavar="SLUG", help="to give to it")
    organization.set_defaults(run=_organization)


def _organizer(options: argparse.Namespace) -> None:
    run = {
        "list": _list,
        "add": _add,
        "assign": _assign,
        "reset": _reset,
        "end-sessions": _end_sessions,
        "reviewer": _review,
        "remove": _remove,
    }[options.action]
    if options.action != "list" and not options.name:
        raise UndersignedError("say which organizer")
    _run(run, options)


def _organization(options: argparse.Namespace) -> None:
    run = {"list": _list_organizations, "add": _found, "give": _give}[options.action]
    _run(run, options)


def _run(run: Callable[[argparse.Namespace], Awaitable[None]], options: argparse.Namespace) -> None:
    async def command() -> None:
        await run(options)

    try:
        asyncio.run(command())
    except InvalidInput as error:
        raise UndersignedError(_said(error)) from error


def _said(error: InvalidInput) -> str:
    return "; ".join(_FAULTS.get(p.code, f"{p.field}: {p.code}") for p in error.problems)


# Organizers.


async def _list(options: argparse.Namespace) -> None:
    async with store_of(options) as database, database.read() as tx:
        review = await reviewers.reviewers(tx)
        for organizer, can_sign_in in (await accounts.all_accounts(tx)).items():
            where = [
                f"{m.organization_id}: {teams.written_roles(m.roles)}"
                for m in await teams.memberships(tx, organizer.id)
            ]
            where += ["reviewer"] if organizer.id in review else []
            state = "; ".join(where) if can_sign_in else "removed"
            print(f"{organizer.name}\t{state}")


async def _add(options: argparse.Namespace) -> None:
    """A new account, in the organizations that are said or else in one of its own."""
    given, password = _password()
    async with store_of(options) as database:
        account = await organizers.new_account(
            options.name, password, _salt(), settings_of(options).leaked_file
        )
        now = int(time.time())
        async with database.write() as tx:
            wanted = await _wanted(tx, options)
            added = await organizers.store(tx, account, now)
            for id_ in wanted or [await _own(tx, added, now)]:
                await _be(tx, added, id_, _roles(options), now)
    print(f"{options.name} can sign in now." + ("" if given else f" Password: {password}"))


async def _own(tx: Transaction, owner: Organizer, now: int, name: str = "") -> int:
    """A new organization of theirs."""
    id_ = await teams.found(tx, name or owner.name, owner.id, now)
    await audit.note(tx, now, audit.OPERATOR, "founded", organization_id=id_)
    return id_


async def _assign(options: argparse.Namespace) -> None:
    """Somebody is just this in these organizations from now on."""
    now = int(time.time())
    async with store_of(options) as database, database.write() as tx:
        organizer = await accounts.named(tx, options.name)
        wanted = await _wanted(tx, options)
        if not wanted:
            raise UndersignedError("say where: --organization NUMBER or --petition SLUG")
        for id_ in wanted:
            await _be(tx, organizer, id_, _roles(options), now)
            print(f"{organizer.name} is in {id_} now: {teams.written_roles(_roles(options))}")


async def _wanted(tx: Transaction, options: argparse.Namespace) -> list[int]:
    """The organizations that are said. Raises `NotFound`."""
    found = []
    for number in options.organization:
        found.append(read_id(number) or 0)
        await teams.name_of(tx, found[-1])
    for slug in options.petition:
        petition = await petition_named(tx, slug)
        owner = await teams.owner_of(tx, petition.id)
        if owner is None:
            raise UndersignedError(f"{slug} has no organization: `organization give` gives it one")
        found.append(owner)
    return list(dict.fromkeys(found))


def _roles(options: argparse.Namespace) -> Roles:
    return read_roles(options.role or ["owner"])


async def _be(tx: Transaction, organizer: Organizer, id_: int, roles: Roles, now: int) -> None:
    """Let somebody be just this in an organization; noted if it changes anything."""
    mine = await teams.memberships(tx, organizer.id)
    was = next((m.roles for m in mine if m.organization_id == id_), None)
    detail: dict[str, Any] = {"who": organizer.name, "roles": listed(roles)}
    if was is None:
        await teams.join(tx, id_, organizer.id, roles, now)
        await audit.note(tx, now, audit.OPERATOR, "added", organization_id=id_, **detail)
    elif was != roles:
        await teams.set_roles(tx, id_, organizer.id, roles, now)
        detail["was"] = listed(was)
        await audit.note(tx, now, audit.OPERATOR, "roles", organization_id=id_, **detail)


async def _reset(options: argparse.Namespace) -> None:
    """Another password, and no session that began with an older one."""
    given, password = _password()
    async with store_of(options) as database:
        hash_ = await organizers.new_hash(
            password, _salt(), options.name, settings_of(options).leaked_file
        )
        async with database.write() as tx:
            organizer = await accounts.named(tx, options.name)
            await accounts.set_password(tx, organizer, hash_)
            await second_step.turn_off(tx, organizer)  # whoever has lost the phone, too
            await happened(tx, organizer.id, "reset", int(time.time()))
    print(f"{organizer.name} has a new password." + ("" if given else f" Password: {password}"))


async def _end_sessions(options: argparse.Namespace) -> None:
    async with store_of(options) as database, database.write() as tx:
        organizer = await accounts.named(tx, options.name)
        n = await accounts.end_sessions(tx, organizer)
    print(f"{organizer.name} is signed out everywhere. Sessions ended: {n}")


async def _review(options: argparse.Namespace) -> None:
    """Let somebody review drafts, or no longer."""
    now = int(time.time())
    async with store_of(options) as database, database.write() as tx:
        organizer = await accounts.named(tx, options.name)
        await reviewers.appoint(tx, organizer, None if options.remove else now)
        done = "unappointed" if options.remove else "appointed"
        await audit.note(tx, now, audit.OPERATOR, done, who=organizer.name)
    print(f"{organizer.name} reviews {'no drafts any more' if options.remove else 'drafts now'}.")
    if not settings_of(options).review:
        print("Petitions open without review: UNDERSIGNED_REVIEW=1 demands it.")


async def _remove(options: argparse.Namespace) -> None:
    now = int(time.time())
    async with store_of(options) as database, database.write() as tx:
        organizer = await accounts.named(tx, options.name)
        for m in await teams.memberships(tx, organizer.id):
            await audit.note(
                tx,
                now,
                audit.OPERATOR,
                "removed",
                organization_id=m.organization_id,
                who=organizer.name,
                was=listed(m.roles),
            )
        ownerless = await teams.leave_all(tx, organizer.id, now)
        await accounts.close(tx, organizer)
    print(f"{organizer.name} can sign in no more, and is in no organization.")
    for m in ownerless:
        print(
            f"{m.organization_id} ({m.organization}) has no owner: `organizer assign` gives it one."
        )


# Organizations.


async def _list_organizations(options: argparse.Namespace) -> None:
    async with store_of(options) as database, database.read() as tx:
        known = await teams.all_organizations(tx)
        owners = await teams.petitions_of(tx, known)
        for id_, name in known.items():
            members = ", ".join(m.name for m in await teams.members(tx, id_))
            n = sum(owner == id_ for owner in owners.values())
            print(f"{id_}\t{name}\tpetitions: {n}\t{members}")


async def _found(options: argparse.Namespace) -> None:
    if not options.name or not options.owner:
        raise UndersignedError("say its name, and --owner ORGANIZER")
    now = int(time.time())
    async with store_of(options) as database, database.write() as tx:
        owner = await accounts.named(tx, options.owner)
        id_ = await _own(tx, owner, now, options.name)
    print(f"{options.name} is organization {id_}.")


async def _give(options: argparse.Namespace) -> None:
    """Let an organization run a petition, and no other from now on."""
    if not options.name or not options.petition:
        raise UndersignedError("say the number of the organization, and --petition SLUG")
    now, id_ = int(time.time()), read_id(options.name) or 0
    async with store_of(options) as database, database.write() as tx:
        name = await teams.name_of(tx, id_)
        petition = await petition_named(tx, options.petition)
        await teams.give(tx, petition.id, id_)
        slug = petition.slug
        await audit.note(tx, now, audit.OPERATOR, "given", organization_id=id_, petition=slug)
    print(f"{petition.slug} is run by {name} now.")


# Passwords.


def _salt() -> bytes:
    return secrets.token_bytes(PASSWORD_SALT_BYTES)


def _password() -> tuple[bool, str]:
    """Whether one was typed, and it or one that is made."""
    given = _read_password()
    return bool(given), given or secrets.token_urlsafe(12)


def _read_password() -> str:
    """The password typed twice on a terminal, or the first line of the input; '' to make one."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    first = getpass.getpass("Password (empty: one is made): ")
    if first and getpass.getpass("Once more: ") != first:
        raise UndersignedError("the two passwords differ; nothing was changed")
    return first
