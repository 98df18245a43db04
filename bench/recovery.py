"""How much is lost, and for how long nobody is served, when the machine is gone: drilled.

    python -m bench.recovery [--rate 100] [--times 3]

The drills are those of `tests/harness/databases/drills.py`. Lost are signings that were
acknowledged and are not there; the seconds of loss reach from the oldest of them to the kill.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from tests.harness.databases.drills import DRILLS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.recovery", description=__doc__)
    parser.add_argument("--rate", type=float, default=100, help="signings a second")
    parser.add_argument("--times", type=int, default=3, help="how often each is drilled")
    options = parser.parse_args()
    print(f"{'put back from':44}{'acknowledged':>14}{'lost':>8}{'s lost':>9}{'s away':>9}")
    for title, drill in DRILLS.items():
        losses = []
        for _ in range(options.times):
            with tempfile.TemporaryDirectory() as name:
                losses.append(drill(Path(name), options.rate))
        if any(loss.broken or loss.gaps for loss in losses):
            print(f"{title}: what was kept elsewhere is not all there", file=sys.stderr)
            return 1
        if any(loss.revived for loss in losses):
            print(f"{title}: what was taken back is there again", file=sys.stderr)
            return 1
        cells = [
            statistics.median(getattr(loss, kind) for loss in losses)
            for kind in ("acknowledged", "lost", "seconds_lost", "seconds_away")
        ]
        print(f"{title:44}{cells[0]:>14.0f}{cells[1]:>8.0f}{cells[2]:>9.2f}{cells[3]:>9.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
