"""More than the server can take: it says so at once, stays up, and does not grow."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.harness import product
from tests.harness.people.signers import STORED, names, sign, signer

pytestmark = pytest.mark.timeout(180)


def test_beyond_the_queue_people_are_asked_to_come_back_and_their_words_are_kept(
    tmp_path: Path,
) -> None:
    with product.running(tmp_path / "data", UNDERSIGNED_QUEUE_LIMIT="5") as server:
        other = sqlite3.connect(server.store, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")  # so that nothing gets to the disk
        with ThreadPoolExecutor(40) as pool:
            waiting = [pool.submit(sign, server, signer(n)) for n in range(40)]
            # Those beyond the queue are answered although the store still stands still.
            product.eventually(lambda: sum(w.done() for w in waiting) >= 30)
            refused = [w.result() for w in waiting if w.done()]
            page = server.get("/p/face")
            other.execute("ROLLBACK")
            answers = [w.result() for w in waiting]
        other.close()
        assert page.status == 200
        for answer in refused:
            assert answer.status == 503
            assert int(answer.headers["retry-after"]) > 0
            assert 'value="Signer ' in answer.text
        signed = [signer(n) for n, answer in enumerate(answers) if STORED in answer.text]
        assert sorted(names(server.store)) == sorted(signed)
        assert STORED in sign(server, "Later On").text


@pytest.mark.slow
@pytest.mark.parametrize("size", [250, pytest.param(1000, marks=pytest.mark.full)])
def test_memory_does_not_grow_with_what_was_served(tmp_path: Path, size: int) -> None:
    with product.running(tmp_path / "data") as server:

        def crowd(first: int) -> float:
            """MB in use after as many signings, views and mistakes, no two the same."""

            def one(n: int) -> None:
                assert STORED in sign(server, signer(first + n)).text
                assert server.get(f"/p/none-{first + n}?x={n}").status == 404
                assert "Error" in server.post("/p/face", {"name": "7" * (n % 90)}).text

            with ThreadPoolExecutor(8) as pool:
                list(pool.map(one, range(size)))
            rollup = Path(f"/proc/{server.process.pid}/smaps_rollup").read_text()
            # What it has allotted itself. Its share of libraries grows when another server ends.
            (line,) = (line for line in rollup.splitlines() if line.startswith("Anonymous:"))
            return int(line.split()[1]) / 1024

        crowd(0)
        before = crowd(size)
        after = max(crowd(2 * size), crowd(3 * size))
        assert after - before < 4, f"{before:.1f} MB, then {after:.1f} MB"
