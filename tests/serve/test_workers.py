"""Several processes on one SQLite file and one port: they agree and refuse nobody."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.cli import demo
from tests.harness import product
from tests.harness.people.signers import STORED, names, sign, signer
from tests.harness.product import Server, eventually

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Server]:
    """`serve --workers 2` on the demo's data."""
    data = tmp_path / "data"
    demo.prepare(data, {}, "127.0.0.1", 8000)
    with product.running(data, serve=("serve", "--workers", "2")) as server:
        yield server


def children(server: Server) -> list[int]:
    listed = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return [int(child) for child in listed.read_text().split()]


def sockets(process: int) -> int:
    """How many sockets a process has open."""
    links = []
    for file in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since it was listed
            links.append(str(file.readlink()))
    return sum(link.startswith("socket:") for link in links)


def test_two_processes_write_one_file_and_count_each_person_once(two: Server) -> None:
    with ThreadPoolExecutor(20) as pool:
        # Everybody signs four times, through whichever process takes the connection.
        answers = list(pool.map(lambda n: sign(two, signer(n % 100)), range(400)))
    assert {STORED in answer.text for answer in answers} == {True}
    assert sorted(names(two.store)) == sorted(signer(n) for n in range(100))
    done = two.command("check")
    assert done.returncode == 0, done.stderr
    assert len(children(two)) == 2


def test_both_processes_take_connections(two: Server) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(socket.create_connection(("127.0.0.1", two.port)))
        eventually(lambda: all(sockets(child) >= 8 for child in children(two)))


def test_a_killed_process_is_replaced_and_the_other_serves_on(two: Server) -> None:
    first, second = children(two)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: len(children(two)) == 2 and first not in children(two))
    assert second in children(two)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda n: sign(two, signer(n)), range(40)))
    assert {STORED in answer.text for answer in answers} == {True}
    assert re.search('"message": "process [01] ended with -9"', two.log.read_text())


def test_sighup_puts_new_processes_in_place_without_refusing_a_connection(two: Server) -> None:
    before = set(children(two))
    failed: list[object] = []
    done = threading.Event()
    signed: list[str] = []

    def go_on_signing(thread: int) -> None:
        number = thread * 10_000
        while not done.is_set():
            number += 1
            try:
                answer = sign(two, signer(number))
            except OSError as error:
                failed.append(error)
            else:
                signed.append(signer(number))
                if STORED not in answer.text:
                    failed.append(answer)

    threads = [threading.Thread(target=go_on_signing, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    two.process.send_signal(signal.SIGHUP)
    eventually(lambda: len(children(two)) == 2 and not before & set(children(two)))
    done.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert set(signed) == set(names(two.store))


def test_a_successor_that_cannot_start_leaves_the_old_processes_in_place(two: Server) -> None:
    before = set(children(two))
    secret = two.data / "secret.key"
    key = secret.read_text()
    secret.write_text("short")
    two.process.send_signal(signal.SIGHUP)
    eventually(lambda: two.log.read_text().count("did not start; the old one serves on") == 2)
    secret.write_text(key)
    assert set(children(two)) == before
    assert STORED in sign(two, "Still Here").text


def test_sigterm_ends_all_of_them_with_0(two: Server) -> None:
    all_of_them = children(two)
    assert two.stop() == 0
    for child in all_of_them:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_children_end_by_themselves_when_the_supervisor_is_killed(two: Server) -> None:
    orphans = children(two)
    two.process.kill()
    eventually(lambda: not any(Path(f"/proc/{o}").exists() for o in orphans))


def test_processes_that_never_start_end_it_with_a_reason(tmp_path: Path) -> None:
    data = tmp_path / "data"
    demo.prepare(data, {}, "127.0.0.1", 8000)
    with product.running(data, serve=("serve", "--workers", "2")) as server:
        (data / "secret.key").write_text("short")
        for _ in range(2):
            for child in children(server):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            time.sleep(0.3)
        assert server.process.wait(timeout=60) == 1
        assert "no process stays alive" in server.log.read_text()


def test_a_port_that_is_taken_is_not_shared_by_accident(two: Server) -> None:
    done = subprocess.run(
        [*two.process.args],  # type: ignore[misc]
        cwd=product.ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{two.port}" in done.stderr
