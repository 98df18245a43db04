"""Three servers on one PostgreSQL whose primary dies: its replica takes over, nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import product
from tests.harness.databases.postgres import cluster, replica
from tests.harness.people.signers import STORED, names, sign, signer
from tests.harness.product import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class Crowd:
    """Threads that sign through one server each until told to stop."""

    def __init__(self, servers: list[Server]) -> None:
        self.acknowledged: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._sign, args=(servers[n % len(servers)], n * 10_000))
            for n in range(6)
        ]

    @contextlib.contextmanager
    def signing(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def _sign(self, server: Server, number: int) -> None:
        while not self._stop.is_set():
            number += 1
            answer = sign(server, signer(number))
            self.statuses[answer.status] += 1
            if STORED in answer.text:
                self.acknowledged.add(signer(number))


def test_a_primary_that_dies_is_replaced_and_the_servers_find_the_new_one(tmp_path: Path) -> None:
    with cluster("") as primary, replica(primary) as standby, contextlib.ExitStack() as stack:
        asyncio.run(primary.create())
        both = f"{primary.folder},{standby.folder}&target_session_attrs=read-write"
        servers = []
        for n in range(3):
            data = tmp_path / f"data{n}"
            data.mkdir()
            (data / "secret.key").write_text("k" * 40)  # the same for all of them
            url = f"postgresql://tester@/test1?host={both}"
            running = product.running(data, UNDERSIGNED_DATABASE_URL=url)
            servers.append(stack.enter_context(running))
        crowd = Crowd(servers)
        with crowd.signing():
            product.eventually(lambda: len(crowd.acknowledged) > 200)
            primary.destroy()
            product.eventually(lambda: crowd.statuses[503] >= 3)
            for server in servers:
                assert server.get("/healthz").status == 200
                page = server.get("/p/face")  # which this server may never have shown before
                assert 'name="postcode"' in page.text
                assert "The count cannot be read right now" in page.text
            before = len(crowd.acknowledged)
            standby.promote()
            product.eventually(lambda: len(crowd.acknowledged) > before + 200)
        for n, server in enumerate(servers):
            assert STORED in sign(server, f"After {signer(n)}").text
        assert set(crowd.statuses) == {200, 503}
        stored = names(standby.url("test1"))
        assert crowd.acknowledged <= set(stored)
        assert len(stored) == len(set(stored))
        done = servers[0].command("check")
        assert done.returncode == 0, done.stderr
