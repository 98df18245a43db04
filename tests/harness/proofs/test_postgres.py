"""A PostgreSQL of the tests' own leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.harness.databases.postgres import cluster
from tests.harness.product import ROOT, eventually

KILLED = """
import os, signal
from tests.harness.databases.postgres import cluster
with cluster() as made:
    print(made.folder, made.leader, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_server_whose_process_was_killed_is_ended_by_the_next() -> None:
    run = [sys.executable, "-c", KILLED]
    killed = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    folder, leader = killed.stdout.split()
    command = Path("/proc", leader, "cmdline")
    assert folder.encode() in command.read_bytes()  # it goes on by itself
    with cluster() as made:
        assert not Path(folder).exists()
        eventually(lambda: not command.exists() or not command.read_bytes())
        assert made.ask("SELECT 1") == 1
