"""Processes that are killed while they write, again and again, on one real file."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import select
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

import pytest
from pysqlite3 import dbapi2 as pysqlite3

from server.db.sqlite import SQLite, connect
from tests.faults import people
from tests.harness import product
from tests.harness.people.signers import STORED, sign, signer
from tests.harness.product import Server

#: `make soak` asks for more.
KILLS = 10 * int(os.environ.get("SOAK", "0")) or 60
SERVER_KILLS = int(os.environ.get("SOAK", "0")) or 4
#: A store is killed so often, then a new one begins: looking through all of it after each kill
#: would take longer than the kills.
KILLS_OF_ONE = 100
PATIENCE_SECONDS = 20
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120 + KILLS // 4)]


def kill_again_and_again(folder: Path, kills: int) -> tuple[int, int, list[str]]:
    """How many processes were killed, how many answers they had given, and what went wrong.

    Each is a fork of this one, which has loaded everything and started no thread.
    """
    told: dict[str, str] = {}
    random, answers, found = Random(kills), 0, []
    for kill in range(kills):
        if kill % KILLS_OF_ONE == 0:
            file = str(folder / f"{kill}.db")
            asyncio.run(_make(file))
            told.clear()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                asyncio.run(_sign_for_ever(file, told, writing, kill))
            os._exit(1)
        os.close(writing)
        if kill % 4:  # while people act; the others in the middle of its start
            select.select([reading], [], [], PATIENCE_SECONDS)
        time.sleep(random.uniform(0.002, 0.06))
        os.kill(child, signal.SIGKILL)
        with os.fdopen(reading, "r") as lines:
            for line in lines:
                name, _, state = line.strip().partition("\t")
                told[name] = state
                answers += 1
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            found.append(f"kill {kill}: the process had ended by itself")
        with contextlib.closing(connect(file)) as connection:
            connection.row_factory = pysqlite3.Row
            found += [f"kill {kill}: {f}" for f in people.faults_at_once(connection, told)]
    return kills, answers, found


async def _make(file: str) -> None:
    database = await SQLite.open(file)
    world = await people.world(database, 0)
    await world.group.stop()
    await database.close()


async def _sign_for_ever(file: str, told: dict[str, str], writing: int, seed: int) -> None:
    world = await people.world(await SQLite.open(file), seed)
    world.now += seed  # so that no two processes draw the same numbers
    random = Random(seed)

    def tell(name: str, state: str) -> None:
        os.write(writing, f"{name}\t{state}\n".encode())

    while True:
        await people.crowd(world, told, tell, random, 8)


def test_no_kill_takes_what_was_acknowledged_or_doubles_it(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        kills, answers, found = pool.apply(kill_again_and_again, (tmp_path, KILLS))
    print(f"{kills:,} kills, {answers:,} answers")
    assert found == []
    assert answers > kills // 2


@pytest.mark.timeout(120 + SERVER_KILLS * 10)
def test_no_kill_of_the_whole_server_does_either(tmp_path: Path) -> None:
    random, answers = Random(SERVER_KILLS), 0
    told: dict[str, str] = {}
    for kill in range(SERVER_KILLS):
        if kill % KILLS_OF_ONE == 0:
            data = tmp_path / f"data-{kill}"
            answers += len(told)
            told.clear()
        server = product.start(data)  # on what the last one left
        killer = threading.Timer(random.uniform(0.01, 0.8), server.kill)
        first, *others = range(kill * 3000, kill * 3000 + 3000)
        _sign(server, told, first)  # however busy the machine is, it is killed while people sign
        with ThreadPoolExecutor(40) as pool:
            killer.start()
            list(pool.map(partial(_sign, server, told), others))
        killer.join()
        with contextlib.closing(connect(str(server.store))) as connection:
            connection.row_factory = pysqlite3.Row
            assert people.faults_at_once(connection, told) == [], f"kill {kill}"
    answers += len(told)
    print(f"{SERVER_KILLS:,} kills of the server, {answers:,} answers")
    assert answers >= SERVER_KILLS


def _sign(server: Server, told: dict[str, str], number: int) -> None:
    with contextlib.suppress(OSError):
        if STORED in sign(server, signer(number)).text:
            told[signer(number)] = "signed"
