"""How long a server takes to its first page beside quiet petitions and a million signatures.

    python -m bench.start [--rows 1000000] [--petitions 600] [--rounds 3]

The signatures are older than contacts are kept, so that all of them have to be looked at once: the
first start and the worker beside it have that to do, later ones do not. Seconds of the clock from
the command to the first page; `alone`: without the other petitions and signatures.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite3

from bench import large
from bench.product import product
from bench.tools import free_port

OLD = 5 * 86_400  # seconds before now, when the last of them signed
EACH = 3  # signatures of a quiet petition


def quiet(folder: Path, number: int) -> None:
    """So many petitions more, like the sample, each with a few signatures without contact."""
    with contextlib.closing(sqlite3.connect(folder / "undersigned.db")) as store:
        store.row_factory = sqlite3.Row
        # As the product leaves those who have verified, and want no news.
        store.execute("UPDATE signatures SET contact = NULL")
        like = dict(store.execute("SELECT * FROM petitions LIMIT 1").fetchone())
        words = [dict(row) for row in store.execute("SELECT * FROM petition_texts")]
        columns = [row["name"] for row in store.execute("PRAGMA table_info(signatures)")]
        of = next(column for column in words[0] if column == "petition_id")
        signed = int(time.time()) - OLD
        for n in range(2, number + 2):
            named = {"id": n, "slug": f"quiet-{n}", "keyword": f"QUIET{n}", "salt": b"s" * 32}
            _insert(store, "petitions", like | named)
            for word in words:
                _insert(store, "petition_texts", word | {of: n})
            for i in range(EACH):
                row = {
                    "id": ((signed - i) * 1000 + n) << 22,
                    "petition_id": n,
                    "class": "web",
                    "language": "en",
                    "name": f"Signer {i}",
                    "postcode": "59801",
                    "place_key": i.to_bytes(16, "big"),
                    "created_at": signed - i,
                }
                _insert(store, "signatures", {k: v for k, v in row.items() if k in columns})
            store.execute(
                "INSERT INTO counts VALUES (?, 0, ?, 'web', 'unverified', ?)",
                (n, signed // 86_400, EACH),
            )
        store.commit()


def _insert(store: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    marks = ", ".join("?" * len(row))
    store.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", [*row.values()])


def run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as name:
        folders = {"alone": (0, 0), "beside": (options.rows, options.petitions)}
        taken: dict[str, list[float]] = {}
        for which, (rows, petitions) in folders.items():
            folder = large.made(Path(name) / which, rows)
            quiet(folder, petitions)
        for number in range(options.rounds):
            for which in folders:
                with product(Path(name) / which, free_port()) as running:
                    taken.setdefault(which, []).append(running.cold)
            shown = "  ".join(f"{which} {found[-1]:6.2f} s" for which, found in taken.items())
            print(f"start {number + 1}   {shown}")
        alone, beside = (statistics.median(found) for found in taken.values())
        print(f"median, beside ÷ alone   {beside / alone:.2f}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.start", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--petitions", type=int, default=600, help="that nobody signs any more")
    parser.add_argument("--rounds", type=int, default=3)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
