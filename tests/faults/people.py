"""People who sign, verify, repeat themselves and withdraw, through the product's own core."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

from server.core.signing import signatures
from server.core.upkeep import check
from server.db import Database, Transaction
from server.db.sqlite import SQLiteTransaction
from tests.harness.people.signers import signer
from tests.harness.world import NOW, World, world_in

#: What somebody has been told last. `asking`: has asked for something that may
#: already have happened, and has no answer yet.
STATES = ("signed", "verified", "asking", "withdrawn")
POPULATION = 4000
Told = Callable[[str, str], None]


async def world(database: Database, node: int) -> World:
    """The petition in that store, new or used; its writer is started."""
    await database.migrate(NOW)
    return await world_in(database, node)


async def crowd(world: World, told: dict[str, str], tell: Told, random: Random, size: int) -> None:
    """That many different people act at once; `tell` hears each answer as it is given."""
    numbers = random.sample(range(POPULATION // 2), size // 2)
    names = {signer(n) for n in numbers}
    if known := [name for name, state in told.items() if state != "asking"]:
        names |= set(random.sample(known, min(size - size // 2, len(known))))
    await asyncio.gather(*(_act(world, name, told, tell, random) for name in sorted(names)))


async def _act(world: World, name: str, told: dict[str, str], tell: Told, random: Random) -> None:
    def say(state: str) -> None:
        told[name] = state
        tell(name, state)

    state = told.get(name)
    if state == "verified" and random.random() < 0.5:
        say("asking")
        await _withdraw(world, name)
        say("withdrawn")
        return
    if state == "withdrawn":
        say("asking")
    if random.random() < 0.5:
        await world.web(name, phone=random.choice(["", _phone(name)]))
        say("verified" if state == "verified" else "signed")
    else:
        await world.text(name, phone=_phone(name))
        say("verified")


async def _withdraw(world: World, name: str) -> None:
    key = world.keys.contact(world.petition.salt, _phone(name))
    async with world.database.write() as tx:
        mine = await signatures.signed_by(tx, [(world.petition.id, key)])
        await signatures.withdraw(tx, mine, world.now)


def _phone(name: str) -> str:
    digits = name.removeprefix("Signer ").lower()
    number = int("".join(str(ord(letter) - ord("a")) for letter in digits))
    return f"+1406234{number:04}"


async def faults(tx: Transaction, told: Mapping[str, str]) -> list[str]:
    """Where the store differs from what people have been told; none if every word was kept."""
    rows = await tx.fetch("SELECT name, contact_key, verified_at FROM signatures")
    found = (await check.check(tx)).faults
    # One person has one phone here, and may stand there with it and without.
    people = Counter((r["name"], r["contact_key"]) for r in rows if r["name"] is not None)
    found += [f"doubled: {name}" for (name, _), times in people.items() if times > 1]
    here, verified = set(_names(rows)), set(_names(r for r in rows if r["verified_at"]))
    by_phone = set(_names(r for r in rows if r["contact_key"]))
    for name, state in told.items():
        if state in {"signed", "verified"} and name not in here:
            found.append(f"lost: {name} had {state}")
        elif state == "verified" and name not in verified:
            found.append(f"lost: {name} had verified")
        elif state == "withdrawn" and name in by_phone:
            found.append(f"lost: {name} had withdrawn")
    return found


def _names(rows: Iterable[Any]) -> Iterable[str]:
    return (row["name"] for row in rows if row["name"] is not None)


class _AtOnce:
    """A plain connection with what a transaction asks of aiosqlite's, each step taken at once."""

    def __init__(self, connection: Any) -> None:
        self._conn = connection

    async def _execute(self, step: Callable[..., Any], *arguments: Any) -> Any:
        return step(*arguments)


def faults_at_once(connection: Any, told: Mapping[str, str]) -> list[str]:
    """`faults` over a connection of `server.db.sqlite.connect`, with no thread and no loop."""
    transaction = SQLiteTransaction(_AtOnce(connection))  # type: ignore[arg-type]
    try:
        faults(transaction, told).send(None)
    except StopIteration as done:
        return list(done.value)
    raise AssertionError("nothing here may wait")
