"""Two servers behind a real pgbouncer in transaction mode, with fewer connections than they use."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.harness import product
from tests.harness.databases.postgres import Cluster
from tests.harness.needs import needs, program
from tests.harness.people.signers import STORED, sign, signer

pytestmark = [needs("pgbouncer"), pytest.mark.slow, pytest.mark.timeout(120)]
POOL = 3


@contextlib.contextmanager
def pgbouncer(store: Cluster) -> Iterator[int]:
    """Its port; it hands every connection on to `store`."""
    port = product.free_port()
    folder = store.make_folder(f"pgbouncer-{port}")
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"""[databases]
* = host={store.folder} user=tester
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {POOL}
logfile = {folder}/log
pidfile = {folder}/pid
"""
    )
    user = "nobody" if os.geteuid() == 0 else None  # it refuses to run as root
    process = subprocess.Popen([program("pgbouncer"), str(settings)], user=user, cwd=folder)
    try:
        product.eventually(lambda: product.accepts(port))
        yield port
    finally:
        process.terminate()
        process.wait(10)


def test_two_servers_sign_and_count_through_pgbouncer(tmp_path: Path, postgres: Cluster) -> None:
    name = urlsplit(asyncio.run(postgres.create())).path.strip("/")
    with pgbouncer(postgres) as port, contextlib.ExitStack() as stack:
        url = f"postgresql://tester@127.0.0.1:{port}/{name}?pgbouncer=1"
        servers = []
        for n in range(2):
            data = tmp_path / f"data{n}"
            data.mkdir()
            (data / "secret.key").write_text("k" * 40)
            running = product.running(data, UNDERSIGNED_DATABASE_URL=url)
            servers.append(stack.enter_context(running))

        def is_stored(number: int) -> bool:
            return STORED in sign(servers[number % 2], signer(number % 100)).text

        with ThreadPoolExecutor(4 * POOL) as pool:
            # Everybody signs three times, at one server or the other.
            assert all(pool.map(is_stored, range(300)))
        for n, server in enumerate(servers):
            text = f"SIGN FACE {signer(100 + n)} 59801"
            done = server.command("sms", "simulate", text, "--from", f"+1406555013{n}")
            assert "1 segment" in done.stdout, done.stderr
            done = server.command("check")
            assert done.returncode == 0, done.stderr
        assert "2 verified, 100 unverified" in done.stdout
