"""What ten million signatures change: signing and reading beside an empty store, and the export.

    python -m bench.large [--rows 10000000] [--export-rows 1000000] [--rounds 5] [--seconds 3]

The rows are written to the file directly, with random keys and the product's own indexes; their
counters are made to equal them, and `undersigned check` has to agree before anything is measured.
A round of signing includes the checkpoint that folds the log into the file afterwards: what a
larger store defers, it pays here.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from pysqlite3 import dbapi2 as sqlite3

from bench.__main__ import Samples
from bench.product import Product, product, script, stored, url
from bench.tools import BenchError, free_port, measured, ratios, shown, wrk
from server.cli import demo

EXPORTED = (
    "id, class, language, name, postcode, contact, comment, created_at, public_at, news_at,"
    " verified_at, held_at, rejected_at, withdrawn_at"
)


def made(folder: Path, rows: int) -> Path:
    """The demo's data with so many signatures more, three in ten of them verified, by text."""
    demo.prepare(folder, {}, "127.0.0.1", 8000)
    if rows:
        with contextlib.closing(sqlite3.connect(folder / "undersigned.db")) as store:
            _fill(store, rows)
        if stored(folder) != rows:
            raise BenchError("the rows are not what the counters say")
    return folder


def _fill(store: sqlite3.Connection, rows: int) -> None:
    store.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    indexes = store.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'signatures'"
        " AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:  # made anew in the end: sorting once is faster than ten million places
        store.execute(f"DROP INDEX {name}")
    petition = store.execute("SELECT id FROM petitions").fetchone()[0]
    began = int(time.time()) - rows // 30
    store.execute(
        "INSERT INTO signatures (id, petition_id, class, language, name, postcode, contact,"
        " place_key, contact_key, person_key, created_at, verified_at)"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
        " SELECT i, :petition, iif(i % 10 < 3, 'sms', 'web'), 'en', 'Signer number ' || i, '59801',"
        " iif(i % 10 < 3, '+1406' || (2000000 + i), NULL), randomblob(16),"
        " iif(i % 10 < 3, randomblob(16), NULL), iif(i % 10 < 3, randomblob(16), NULL),"
        " :now + i / 30, iif(i % 10 < 3, :now + i / 30, NULL) FROM n",  # 30 a second
        {"rows": rows, "petition": petition, "now": began},
    )
    store.execute(
        "INSERT INTO counts SELECT petition_id, 0, created_at / 86400, class,"
        " iif(verified_at IS NULL, 'unverified', 'verified'), count(*)"
        " FROM signatures GROUP BY petition_id, class, created_at / 86400",
    )
    for _, sql in indexes:
        store.execute(sql)
    store.commit()
    store.execute("PRAGMA journal_mode = WAL")


def checkpoint(data: Path) -> float:
    """Seconds to fold the log into the file."""
    began = time.perf_counter()
    with contextlib.closing(sqlite3.connect(data / "undersigned.db", timeout=30)) as store:
        # Busy while the server is folding it in by itself: then that is waited for.
        while store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.perf_counter() - began > 30:
                raise BenchError("the checkpoint did not come to its end")
            time.sleep(0.001)
    return time.perf_counter() - began


def load(
    options: argparse.Namespace, running: Product, work: str, folder: Path, first: int
) -> tuple[int, float, float, float]:
    lua = script(work, folder, running.port, first, options.seconds * 12_000)
    return wrk(options.wrk, lua, url(work, running.port), options.seconds, options.connections)


def compare(options: argparse.Namespace, folder: Path) -> None:
    """Signing and page views on an empty store and on a large one, in turn."""
    small, large = made(folder / "small", 0), made(folder / "large", options.rows)
    size = (large / "undersigned.db").stat().st_size
    each = size / options.rows
    print(f"{options.rows:,} signatures in {size / 1e6:,.0f} MB, {each:.0f} bytes each\n")
    samples = {(data, work): Samples() for data in (small, large) for work in ("sign", "page")}
    with product(small, free_port()) as one, product(large, free_port()) as other:
        for round_ in range(options.rounds):
            for running in (one, other):
                first = 20_000_000 + round_ * options.seconds * 12_000
                answers, seconds, p50, p99 = load(options, running, "sign", folder, first)
                seconds += checkpoint(running.data)
                _note(samples[running.data, "sign"], answers / seconds, p50, p99)
                answers, seconds, p50, p99 = load(options, running, "page", folder, 0)
                _note(samples[running.data, "page"], answers / seconds, p50, p99)
    for work, title in (("sign", "durable web signing, with checkpoint"), ("page", "page view")):
        a, b = samples[small, work], samples[large, work]
        print(f"{title:38} none {shown(a.rate, '.0f')}/s  large {shown(b.rate, '.0f')}/s")
        print(f"{'':38} large ÷ none {ratios(b.rate, a.rate)}; p99 {ratios(b.p99, a.p99)}")


def _note(into: Samples, rate: float, p50: float, p99: float) -> None:
    into.rate.append(rate)
    into.p50.append(p50)
    into.p99.append(p99)


def export(options: argparse.Namespace, folder: Path) -> None:
    """The CSV beside bare iteration over the same rows, and page views while it is downloaded."""
    data = made(folder / "export", options.export_rows)
    raw, csv, grown = [], [], []
    for _ in range(3):
        raw.append(_apart(_iterate, data)[0])
        seconds, memory = _apart(_export, data)
        csv.append(seconds)
        grown.append(memory)
    rate = [options.export_rows / s for s in csv]
    print(f"\nCSV export, rows/s                     {shown(rate, ',.0f')}")
    print(f"  ÷ bare iteration                     {ratios(raw, csv)}")
    print(f"  memory that it adds, MB              {shown(grown, '.1f')}")
    alone, during = Samples(), Samples()
    with product(data, free_port()) as running:
        cookie = _sign_in(running)
        for _ in range(options.rounds):
            answers, seconds, p50, p99 = load(options, running, "page", folder, 0)
            _note(alone, answers / seconds, p50, p99)
            stop = threading.Event()
            downloads = threading.Thread(target=_download, args=(running, cookie, stop))
            downloads.start()
            time.sleep(0.3)
            answers, seconds, p50, p99 = load(options, running, "page", folder, 0)
            stop.set()
            downloads.join()
            _note(during, answers / seconds, p50, p99)
    print(f"page views during an export ÷ without  {ratios(during.rate, alone.rate)}")
    print(f"  p99, ms                              {shown(during.p99, '.0f')}")


def _apart(work: Callable[[Path], None], data: Path) -> tuple[float, float]:
    """Seconds that it takes and MB that it adds, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()
    process = context.Process(target=_measured, args=(work, data, answers))
    process.start()
    seconds, memory = answers.get()
    process.join()
    return seconds, memory


def _measured(
    work: Callable[[Path], None], data: Path, answers: multiprocessing.SimpleQueue[object]
) -> None:
    import server.core.desk.signers.exports  # noqa: F401 (what it takes to be loaded is not what it adds)

    before, began = _status("VmRSS"), time.perf_counter()
    work(data)
    answers.put((time.perf_counter() - began, _status("VmHWM") - before))


def _status(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise BenchError(f"no {name} here")


def _iterate(data: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "undersigned.db")) as store:
        for _ in store.execute(f"SELECT {EXPORTED} FROM signatures ORDER BY id"):
            pass


def _export(data: Path) -> None:
    import asyncio

    from server.core.desk.signers.exports import csv_blocks
    from server.db import open_database

    async def run() -> None:
        database = await open_database(f"sqlite:///{data / 'undersigned.db'}")
        async for _ in csv_blocks(database, 1):
            pass
        await database.close()

    asyncio.run(run())


def _sign_in(running: Product) -> str:
    password = (running.data / "organizer-password").read_text().strip()
    connection = http.client.HTTPConnection("127.0.0.1", running.port)
    form = urlencode({"name": demo.ORGANIZER, "password": password})
    kind = {"content-type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/organizer/sign-in", form, kind)
    answer = connection.getresponse()
    cookie = answer.headers["set-cookie"]
    if answer.status != 303 or not cookie:
        raise BenchError(f"signing in answered {answer.status}")
    return str(cookie.partition(";")[0])


def _download(running: Product, cookie: str, stop: threading.Event) -> None:
    """Export after export, thrown away, until it is enough."""
    while not stop.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", running.port)
        connection.request("GET", "/organizer/p/face/export.csv", headers={"cookie": cookie})
        answer = connection.getresponse()
        if answer.status != 200:
            raise BenchError(f"the export answered {answer.status}")
        while not stop.is_set() and answer.read(262_144):
            pass
        connection.close()


def run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as name:
        compare(options, Path(name))
        export(options, Path(name))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.large", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--export-rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each round")
    parser.add_argument("--connections", type=int, default=64)
    return measured(parser.parse_args(), run)


if __name__ == "__main__":
    sys.exit(main())
