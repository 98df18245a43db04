"""Processes that are killed while people take things back; then an old copy is put back.

Whatever somebody was told is done must be so in the database in use, and in the copy once it has
caught up. What nobody was told may be done or not, but alike in both.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import secrets
import select
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from server.core.conversations import phones
from server.core.signing import signatures
from server.core.upkeep import check
from server.core.upkeep import replay as _replay  # noqa: F401 (each fork would load it anew)
from server.core.upkeep.tombstones import Tombstones
from server.core.values.keys import Keys
from server.db import Transaction, open_database
from server.db.tombstones_file import FileLog
from tests.harness.databases.postgres import Cluster
from tests.harness.world import NOW, World, world_in

#: `make soak` asks for more.
KILLS = 10 * int(os.environ.get("SOAK", "0")) or 25
PEOPLE = 26 * 20
KEYS = Keys("k" * 40)
PATIENCE_SECONDS = 20
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180 + KILLS)]

#: What each phone was told last about its signature, and about its texts.
Told = dict[tuple[str, str], str]


def name_of(number: int) -> str:
    return f"Name {chr(65 + number % 26)}{chr(97 + number // 26)}"


def phone_of(number: int) -> str:
    return f"+1406{number + 5550000:07}"


def kept_in(folder: Path) -> Tombstones:
    return Tombstones(FileLog(folder / "tombstones"), KEYS, time.time, secrets.token_bytes)


async def opened(url: str, folder: Path) -> World:
    """As a server does it at its start."""
    database = await open_database(url)
    await database.migrate(NOW)
    kept = kept_in(folder)
    await kept.ready(database)
    await kept.catch_up(database)
    database.outside = kept
    return await world_in(database)


async def fill(url: str, folder: Path) -> None:
    world = await opened(url, folder)
    signing = (world.text(name_of(n), phone=phone_of(n)) for n in range(PEOPLE))
    await asyncio.gather(*signing)
    await world.group.stop()
    await world.database.close()


async def act(url: str, folder: Path, told: Told, writing: int, seed: int) -> None:
    """Take back, and opt out and in, for ever; each answer is written down as it is given."""
    random, world = Random(seed), await opened(url, folder)

    def tell(phone: str, about: str, state: str) -> None:
        told[phone, about] = state
        os.write(writing, f"{phone}\t{about}\t{state}\n".encode())

    async def one(phone: str) -> None:
        about = random.choice(["signature", "texts"])
        wanted = random.choice(["stopped", "started"]) if about == "texts" else "withdrawn"
        tell(phone, about, "asking")
        await world.group.submit(_act_many, (world, phone, wanted))
        tell(phone, about, wanted)

    while True:
        # One text of a phone after the other, as its door takes them.
        await asyncio.gather(*map(one, random.sample([phone_of(n) for n in range(PEOPLE)], 6)))


async def _act_many(tx: Transaction, batch: Sequence[tuple[World, str, str]]) -> list[None]:
    for world, phone, wanted in batch:
        if wanted == "withdrawn":
            key = KEYS.contact(world.petition.salt, phone)
            mine = await signatures.signed_by(tx, [(world.petition.id, key)])
            await signatures.withdraw(tx, mine, NOW)
        elif wanted == "stopped":
            await phones.opt_out(tx, KEYS.phone(phone), NOW)
        else:
            await phones.opt_in(tx, KEYS.phone(phone))
    return [None] * len(batch)


def kill_again_and_again(url: str, folder: Path, kills: int) -> tuple[Told, int]:
    """What everybody was told last, and how many answers there were.

    Each process that is killed is a fork of this one, which has started no thread.
    """
    told: Told = {}
    random, answers = Random(kills), 0
    for kill in range(kills):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                asyncio.run(act(url, folder, told, writing, kill))
            os._exit(1)
        os.close(writing)
        begun = b""
        if kill % 4:  # while people act; the others in the middle of its start
            begun = _heard(reading, b"asking" if kill % 4 == 3 else b"withdrawn\n")
        time.sleep(random.uniform(0.002, 0.15))
        os.kill(child, signal.SIGKILL)
        with os.fdopen(reading, "rb") as rest:
            for line in (begun + rest.read()).decode().splitlines():
                phone, about, state = line.strip().split("\t")
                told[phone, about] = state
                answers += state != "asking"
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"kill {kill}: the process had ended by itself"
    return told, answers


def _heard(reading: int, word: bytes) -> bytes:
    """What the process has told, once that word is in it; bounded, if it never is."""
    told, until = b"", time.monotonic() + PATIENCE_SECONDS
    while word not in told and time.monotonic() < until:
        if select.select([reading], [], [], PATIENCE_SECONDS)[0]:
            told += os.read(reading, 1 << 16)
    return told


async def found(url: str, folder: Path) -> tuple[dict[str, bool], set[bytes]]:
    """By name whether it is there, and the phones that want no texts, once it has caught up."""
    world = await opened(url, folder)
    async with world.database.read() as tx:
        assert (await check.check(tx)).faults == []
        assert await kept_in(folder).faults(tx) == []
        rows = await tx.fetch("SELECT name FROM signatures")
        there = {row["name"] for row in rows}
        opted_out = {bytes(r["phone_key"]) for r in await tx.fetch("SELECT * FROM opt_outs")}
    await world.group.stop()
    await world.database.close()
    return {name_of(n): name_of(n) in there for n in range(PEOPLE)}, opted_out


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_no_kill_and_no_old_copy_brings_back_what_was_taken_back(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path
) -> None:
    cluster: Cluster | None = None
    url = f"sqlite:///{tmp_path / 'live.db'}"
    if engine == "postgres":
        cluster = request.getfixturevalue("postgres")
        url = asyncio.run(cluster.create())
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        asyncio.run(fill(url, tmp_path))
        if cluster:
            copy = asyncio.run(cluster.create(like=urlsplit(url).path.strip("/")))
        else:
            copy = f"sqlite:///{shutil.copy(tmp_path / 'live.db', tmp_path / 'copy.db')}"
        told, answers = pool.apply(kill_again_and_again, (url, tmp_path, KILLS))
    print(f"{KILLS:,} kills, {answers:,} answers")
    live, restored = (asyncio.run(found(place, tmp_path)) for place in (url, copy))
    assert live == restored
    there, opted_out = restored
    for number in range(PEOPLE):
        name, phone = name_of(number), phone_of(number)
        state = told.get((phone, "signature"))
        assert there[name] or state is not None, f"{name} had not asked for anything"
        assert not there[name] or state != "withdrawn", f"{name} is there again"
        texts, silent = told.get((phone, "texts")), KEYS.phone(phone) in opted_out
        assert silent or texts != "stopped", f"{name} is texted again"
        assert not silent or texts in {"stopped", "asking"}, f"{name} is not texted any more"
    assert answers > KILLS // 2
    assert sum(not here for here in there.values()) > KILLS // 10
