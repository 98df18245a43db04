"""By how much attacks move the verified count, and how many signatures they leave held.

python -m bench.attacks            10,000 of each; the tests make the same with a few hundred
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.harness.attacks import (
    attacked,
    bots,
    catch_all,
    consecutive_numbers,
    neighbours,
    one_mailbox,
    tally,
)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder, attacked(Path(folder)) as (server, office):
        attacks: dict[str, Callable[[], object]] = {
            f"{count} bot posts from 5 addresses": lambda: bots(server, count, 5),
            f"{count} bot posts from 5,000 addresses": lambda: bots(server, count, 5000),
            "1,000 names on one mailbox": lambda: one_mailbox(server, office, 1000),
            f"{count} addresses on one domain": lambda: catch_all(server, office, count),
            f"{count} texts from consecutive numbers": lambda: consecutive_numbers(server, count),
            "500 neighbours behind one address": lambda: neighbours(server, 500),
        }
        for name, attack in attacks.items():
            before = tally(server)
            attack()
            print(f"{name}: {tally(server).since(before)}", flush=True)


if __name__ == "__main__":
    main()
