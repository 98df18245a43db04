"""The running server on a failing disk, under a jumping clock, beside a worker that is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.cli import demo
from server.db.group import GroupCommit
from server.db.sqlite import SQLite
from server.errors import StoreBusy
from tests.faults import people
from tests.faults.disk import Disk, Trace, connector
from tests.harness import product
from tests.harness.clocks import faked
from tests.harness.needs import needs, program
from tests.harness.people.signers import STORED, names, sign, signer
from tests.harness.product import Answer, Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def many(server: Server, first: int, count: int) -> dict[str, Answer]:
    """Answers by name; those whose connection broke are left out."""
    found: dict[str, Answer] = {}

    def one(number: int) -> None:
        with contextlib.suppress(OSError):
            found[signer(number)] = sign(server, signer(number))

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(one, range(first, first + count)))
    return found


def signed(answers: dict[str, Answer]) -> set[str]:
    return {name for name, answer in answers.items() if STORED in answer.text}


def whole_again(data: Path, acknowledged: set[str]) -> None:
    """A new start finds all that was acknowledged, once, and serves."""
    with product.running(data) as server:
        stored = names(server.store)
        assert acknowledged <= set(stored)
        assert len(stored) == len(set(stored))
        done = server.command("check")
        assert done.returncode == 0, done.stderr
        assert STORED in sign(server, "After All").text


# A disk that fails, by libfiu: the calls to the system themselves return errors.


@contextlib.contextmanager
def on_a_failing_disk(data: Path) -> Iterator[tuple[Server, Callable[[str], None]]]:
    """A server, and what switches failures of its system calls on and off."""
    libraries = Path(program("fiu-utils")).parent.parent / "lib" / "fiu"
    control = data.parent / "fiu"
    environment = {
        "LD_PRELOAD": f"{libraries}/fiu_run_preload.so {libraries}/fiu_posix_preload.so",
        "FIU_CTRL_FIFO": str(control),
    }
    with product.running(data, **environment) as server:

        def command(line: str) -> None:
            fiu_ctrl = [program("fiu-utils"), "-f", str(control), "-c", line]
            subprocess.run([*fiu_ctrl, str(server.process.pid)], check=True, timeout=20)

        yield server, command


@needs("fiu-utils")
@pytest.mark.parametrize(
    "fault",
    [
        "enable name=posix/io/sync/*",
        "enable_random name=posix/io/rw/pwrite,probability=0.1",
        pytest.param("enable_random name=posix/io/sync/*,probability=0.2", marks=pytest.mark.full),
        pytest.param("enable name=posix/io/rw/pwrite", marks=pytest.mark.full),
    ],
)
def test_after_a_write_or_a_sync_that_failed_the_server_stops_with_the_reason(
    tmp_path: Path, fault: str
) -> None:
    with on_a_failing_disk(tmp_path / "data") as (server, command):
        before = many(server, 0, 20)
        assert len(signed(before)) == 20
        command(fault)
        during: dict[str, Answer] = {}
        while server.process.poll() is None:
            during |= many(server, 100 + len(during), 20)
        assert server.process.returncode == os.EX_IOERR
        assert "the disk failed: stopping" in server.log.read_text()
        assert {answer.status for answer in during.values()} <= {200, 503}
        assert any("not stored yet" in answer.text for answer in during.values())
    whole_again(tmp_path / "data", signed(before) | signed(during))


@needs("fiu-utils")
def test_reads_that_fail_are_answered_503_or_from_memory_and_pass(tmp_path: Path) -> None:
    with on_a_failing_disk(tmp_path / "data") as (server, command):
        before = many(server, 0, 20)
        assert server.get("/p/face").status == 200
        command("enable name=posix/io/rw/pread")
        during = many(server, 100, 20)
        page = server.get("/p/face")
        with contextlib.suppress(subprocess.CalledProcessError):  # if it has stopped already
            command("disable name=posix/io/rw/pread")
        assert {answer.status for answer in during.values()} <= {200, 503}
        assert page.status == 200
        if server.process.poll() is None:
            with contextlib.suppress(OSError):
                assert sign(server, "Once More").status in {200, 503}
    whole_again(tmp_path / "data", signed(before) | signed(during))


# A clock that jumps, by libfaketime. Waiting inside the server goes by another clock.


@needs("faketime")
@pytest.mark.parametrize("jump", ["+2d", pytest.param("-2d", marks=pytest.mark.full)])
def test_signing_goes_on_when_the_clock_jumps_by_two_days(tmp_path: Path, jump: str) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0d")
    environment = faked(FAKETIME_TIMESTAMP_FILE=str(clock))
    with product.running(tmp_path / "data", **environment) as server:
        before = many(server, 0, 20)
        then = server.get("/healthz").headers["date"]
        clock.write_text(jump)
        product.eventually(lambda: server.get("/healthz").headers["date"][:16] != then[:16])
        after = many(server, 10, 30)  # ten of them for the second time
        texted = server.command("sms", "simulate", "SIGN FACE Ana Diaz 59801")
        assert "1 segment" in texted.stdout, texted.stderr
        assert server.get("/p/face").status == 200
        clock.write_text("+0d")
        back = many(server, 40, 10)
        acknowledged = signed(before) | signed(after) | signed(back)
        assert len(acknowledged) == 50
        done = server.command("check")
        assert done.returncode == 0, done.stderr
        assert "1 verified, 50 unverified" in done.stdout
    whole_again(tmp_path / "data", acknowledged)


# A slow disk: the product's engine on file functions of ours.


async def test_on_a_slow_disk_many_share_a_sync_and_beyond_the_queue_is_said_at_once(
    tmp_path: Path,
) -> None:
    waits = [0.0]
    disk = Disk(Trace(), on_sync=lambda: time.sleep(waits[-1]))
    path = tmp_path / "slow.db"
    database = await SQLite.open(str(path), connector(disk))
    world = await people.world(database, 1)
    await world.group.stop()
    world.group = GroupCommit(database, queue_limit=100)
    world.group.start()
    waits.append(0.3)  # seconds for each sync
    first = asyncio.create_task(world.web(name=signer(0)))
    await asyncio.sleep(0.05)  # it is on its way to the disk
    signings = [asyncio.create_task(world.web(name=signer(n))) for n in range(1, 151)]
    answers = await asyncio.gather(first, *signings, return_exceptions=True)
    await world.group.stop()
    stored = {row["name"] for row in await world.rows("name")}
    assert answers.count("new") == 101
    assert sum(isinstance(answer, StoreBusy) for answer in answers) == 50
    assert stored == {signer(n) for n, a in enumerate(answers) if a == "new"}
    await database.close()


# A worker of its own, killed in the middle of its work.


def test_a_worker_that_is_killed_leaves_nothing_unsent_and_the_server_unharmed(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    port = product.free_port()
    demo.prepare(data, {}, "127.0.0.1", port)
    chance = random.Random(1)
    with contextlib.ExitStack() as stack:
        server = product.start(data, port, serve=("serve", "--no-worker"))
        stack.callback(server.kill)
        for n in range(12):
            assert "Thank you" in server.text(f"SIGN FACE {signer(n)} 59801", f"+1406555{n:04}")
            # Somebody signs on the web with an address, which gets a mail by day and by night.
            assert STORED in sign(server, signer(n), email=f"signer{n}@gmail.com").text
        query = "SELECT count(*), count(sent_at) FROM outbox"
        with contextlib.closing(sqlite3.connect(server.store)) as store:
            assert store.execute(query).fetchone() == (12, 0)
            for _ in range(4):
                worker = product.spawn(server.asked("worker"), tmp_path / "worker.log")
                time.sleep(chance.uniform(0.8, 1.6))
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                # What the dead one had taken is free again when its lease runs out.
                store.execute("UPDATE outbox SET leased_until = 0 WHERE sent_at IS NULL")
                store.commit()
                assert STORED in sign(server, "Unharmed Server").text
            worker = product.spawn(server.asked("worker"), tmp_path / "worker.log")
            stack.callback(worker.wait, 20)
            stack.callback(worker.terminate)
            product.eventually(lambda: store.execute(query).fetchone() == (12, 12))
        done = server.command("check")
        assert done.returncode == 0, done.stderr
