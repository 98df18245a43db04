"""Acknowledged means stored: kills, full disks, locks, and stopping in the middle of it all."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.harness import product
from tests.harness.databases.postgres import Cluster
from tests.harness.people.signers import STORED, names, sign, signer
from tests.harness.product import Server

pytestmark = pytest.mark.timeout(180)


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.05, 0.4])
def test_kill_9_during_200_parallel_signings_loses_none_that_was_acknowledged(
    tmp_path: Path, after: float
) -> None:
    data = tmp_path / "data"
    acknowledged: set[str] = set()
    with product.running(data) as server:

        def one(number: int) -> None:
            try:
                if STORED in sign(server, signer(number)).text:
                    acknowledged.add(signer(number))
            except (OSError, ConnectionError):
                pass

        killer = threading.Timer(after, server.kill)
        with ThreadPoolExecutor(200) as pool:
            killer.start()
            list(pool.map(one, range(2000)))
        killer.join()
    with product.running(data) as server:
        stored = names(server.store)
        assert acknowledged <= set(stored)
        assert len(stored) == len(set(stored))
        done = server.command("check")
        assert done.returncode == 0, done.stderr
        # What was not acknowledged can simply be sent again.
        assert STORED in sign(server, signer(1999)).text


FULL = pytest.mark.full


@pytest.mark.slow
@pytest.mark.parametrize(
    "after", [pytest.param(0.1, marks=FULL), 0.3, pytest.param(0.6, marks=FULL)]
)
def test_kill_9_between_texts_and_replies_loses_none_since_the_gateway_tries_again(
    tmp_path: Path, after: float
) -> None:
    data = tmp_path / "data"
    texts = [(f"T{n}", f"+1406552{n:04}", f"SIGN FACE {signer(n)} 59801") for n in range(300)]
    replies: dict[str, str] = {}

    def deliver(server: Server, text: tuple[str, str, str]) -> None:
        id_, sender, words = text
        try:
            reply = server.text(words, sender, id_)
        except (OSError, ConnectionError):
            return
        if reply:
            # Whoever was answered before is answered the same again.
            assert replies.setdefault(id_, reply) == reply

    with product.running(data) as server:
        killer = threading.Timer(after, server.kill)
        with ThreadPoolExecutor(50) as pool:
            killer.start()
            list(pool.map(lambda text: deliver(server, text), texts))
        killer.join()
    with product.running(data) as server:
        for text in texts:
            deliver(server, text)
        assert len(replies) == len(texts)
        assert all(reply.startswith("Thank you, Signer") for reply in replies.values())
        assert sorted(names(server.store)) == sorted(signer(n) for n in range(300))
        assert server.command("check").returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk (run as root)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
def test_on_a_full_disk_nothing_is_acknowledged_and_all_works_again_with_room(
    small_disk: Path,
) -> None:
    with product.running(small_disk / "data") as server:
        assert STORED in sign(server, "Before Full").text
        ballast = small_disk / "ballast"
        free = shutil.disk_usage(small_disk).free
        ballast.write_bytes(b"x" * (free - 64 * 1024))
        acknowledged, refused = ["Before Full"], []
        for number in range(400):
            answer = sign(server, signer(number))
            if answer.status == 200:
                acknowledged.append(signer(number))
            else:
                refused.append(answer)
                if len(refused) == 3:
                    break
        assert len(refused) == 3
        for answer in refused:
            assert answer.status == 503
            assert int(answer.headers["retry-after"]) > 0
            assert "not stored yet" in answer.text
            assert 'value="Signer ' in answer.text  # what was typed is kept
        assert server.get("/p/face").status == 200
        assert server.get("/readyz").status == 503
        ballast.unlink()
        assert STORED in sign(server, "After Full").text
        assert server.get("/readyz").status == 200
        assert set(names(server.store)) == {*acknowledged, "After Full"}
        done = server.command("check")
        assert done.returncode == 0, done.stderr


def test_a_database_locked_by_another_process_is_said_plainly_and_waited_out(
    tmp_path: Path,
) -> None:
    with product.running(tmp_path / "data") as server:
        other = sqlite3.connect(server.store, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = sign(server, "Locked Out")
        assert answer.status == 503
        assert "not stored yet" in answer.text
        other.execute("ROLLBACK")
        other.close()
        assert STORED in sign(server, "Locked Out").text
        assert names(server.store) == ["Locked Out"]


def test_sigterm_answers_what_is_under_way_and_exits_cleanly(tmp_path: Path) -> None:
    with product.running(tmp_path / "data") as server:
        other = sqlite3.connect(server.store, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")  # so that signings wait
        with ThreadPoolExecutor(5) as pool:
            waiting = [pool.submit(sign, server, signer(n)) for n in range(5)]
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            other.execute("ROLLBACK")
            assert [STORED in w.result().text for w in waiting] == [True] * 5
        other.close()
        assert server.process.wait(timeout=30) == 0
        assert len(names(server.store)) == 5


def test_running_it_again_keeps_the_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with product.running(data) as server:
        sign(server, "First Run")
        password = server.password
        for name in ("secret.key", "organizer-password", "undersigned.db", "undersigned.db-wal"):
            assert (data / name).stat().st_mode & 0o777 == 0o600, name
        assert server.stop() == 0
    with product.running(data) as server:
        assert server.password == password
        sign(server, "First Run")
        assert names(server.store) == ["First Run"]


def test_the_same_product_runs_on_postgresql(tmp_path: Path, postgres: Cluster) -> None:
    url = asyncio.run(postgres.create())
    with product.running(tmp_path / "data", UNDERSIGNED_DATABASE_URL=url) as server:
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda n: sign(server, signer(n % 5)), range(20)))
        assert {STORED in answer.text for answer in answers} == {True}
        done = server.command("sms", "simulate", "SIGN FACE Ana Diaz 59801")
        assert "1 segment" in done.stdout, done.stderr
        done = server.command("check")
        assert "1 verified, 5 unverified" in done.stdout, done.stderr
        assert "<b>1</b> of 10,000 verified" in server.get("/p/face").text
        assert server.stop() == 0


def test_a_port_that_is_taken_is_said_before_anything_else(tmp_path: Path) -> None:
    with product.running(tmp_path / "data") as server:
        done = server.command("demo", "--port", str(server.port))
        assert done.returncode == 1
        assert done.stdout == ""
        assert f"cannot listen on 127.0.0.1:{server.port}" in done.stderr
        assert "Traceback" not in done.stderr
