"""How a process ends, and where it does not begin."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.cli import demo
from tests.harness import product
from tests.harness.product import eventually, post

SLOW = {"name": "Ana Diaz", "postcode": "59801"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_server_alone_answers_what_is_under_way_and_ends_with_0(
    tmp_path: Path, number: signal.Signals
) -> None:
    with product.running(tmp_path / "data") as server:
        raw = post("/p/face", SLOW)
        with socket.create_connection(("127.0.0.1", server.port), 20) as connection:
            connection.sendall(raw[:-5])
            time.sleep(0.3)
            server.process.send_signal(number)
            time.sleep(0.3)
            connection.sendall(raw[-5:])
            answer = product.read_answer(connection)
        assert "Thanks for signing the petition!" in answer.text
        assert server.process.wait(timeout=40) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_worker_ends_with_0(tmp_path: Path, number: signal.Signals) -> None:
    demo.prepare(tmp_path / "data", {}, "127.0.0.1", 8000)
    command = [sys.executable, "-m", "server", "--data", str(tmp_path / "data"), "worker"]
    log = tmp_path / "worker.log"
    worker = product.spawn(command, log, product.clean())
    try:
        # It says that at its start, when its signals are listened to.
        eventually(lambda: "standard output" in log.read_text())
        worker.send_signal(number)
        assert worker.wait(timeout=30) == 0
    finally:
        worker.kill()


def test_where_too_few_files_may_be_open_no_server_starts(tmp_path: Path) -> None:
    demo.prepare(tmp_path / "data", {}, "127.0.0.1", 8000)
    command = f"{sys.executable} -m server --data {tmp_path}/data serve --port 0"
    ended = subprocess.run(
        ["sh", "-c", f"ulimit -n 64; exec {command}"],
        env=product.clean(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "only 64 files may be open" in line
