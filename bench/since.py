"""What signing costs since an older revision of this repository, both servers in one run.

    python -m bench.since REVISION [--rounds 6] [--seconds 3] [--connections 64]

The older code is checked out beside this one and served by the same Python and packages; the two
take turns within each round, and what goes first alternates. `+ proxy` sends each request with an
address of its own in X-Forwarded-For, so that what is remembered about addresses is at work too.
Ratios are new ÷ old, round by round: 0.85 is fifteen percent slower than the older revision. Where
one of the two sends mails and the other does not, only the processor time compares: mails that wait
are sent while the other server is measured.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.product import ROOT, Product, processor_seconds, product, script, stored, url
from bench.tools import BenchError, free_port, measured, ratios, shown, wrk

KINDS = {
    "sign": "web signing, no contact",
    "proxied": "web signing, no contact + proxy",
    "contact": "web signing, with a phone",
    "text": "signing by Twilio-signed text",
    "mail": "web signing, with an e-mail",  # last: what is queued is sent while others are measured
}


@dataclass
class Taken:
    """Of one server and kind of signing, by round: signings a second, and core µs of each."""

    rate: list[float] = field(default_factory=list)
    core: list[float] = field(default_factory=list)


@contextlib.contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """The repository as it was at `revision`."""
    place = folder / "older"
    git = ["git", "-C", str(ROOT), "worktree"]
    add = [*git, "add", "--detach", str(place), revision]
    done = subprocess.run(add, check=False, capture_output=True)
    if done.returncode:
        raise BenchError(f"{revision}: {done.stderr.decode(errors='replace').strip()}")
    try:
        yield place
    finally:
        subprocess.run([*git, "remove", "--force", str(place)], check=False, capture_output=True)


def compare(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        taken = {(kind, which): Taken() for kind in options.kinds for which in ("old", "new")}
        acknowledged = {"old": 0, "new": 0}
        with (
            checked_out(options.revision, folder) as older,
            product(folder / "old", free_port(), root=older) as old,
            product(folder / "new", free_port()) as new,
        ):
            servers: dict[str, Product] = {"old": old, "new": new}
            people = 0
            for kind in options.kinds:
                for turn in range(options.rounds):
                    for which in ("old", "new") if turn % 2 else ("new", "old"):
                        count = options.seconds * 20_000
                        server = servers[which]
                        lua = script(kind, folder, server.port, people, count)
                        before = processor_seconds(server.process.pid)
                        answers, seconds, _, _ = wrk(
                            options.wrk,
                            lua,
                            url(kind, server.port),
                            options.seconds,
                            options.connections,
                        )
                        spent = processor_seconds(server.process.pid) - before
                        into = taken[kind, which]
                        into.rate.append(answers / seconds)
                        into.core.append(1e6 * spent / answers)
                        acknowledged[which] += answers
                        people += count
                print(".", end="", flush=True, file=sys.stderr)
            print(file=sys.stderr)
        totals = {which: stored(folder / which) for which in acknowledged}
    print(
        f"{'signings a second':34}{options.revision[:12]:>26}{'now':>26}{'new ÷ old':>22}", end=""
    )
    print(f"{'core µs, old ÷ new':>24}")
    for kind in options.kinds:
        then, now = taken[kind, "old"], taken[kind, "new"]
        print(f"{KINDS[kind]:34}{shown(then.rate, '.0f'):>26}{shown(now.rate, '.0f'):>26}", end="")
        print(f"{ratios(now.rate, then.rate):>22}{ratios(then.core, now.core):>24}")
    faults = 0
    for which, total in totals.items():
        # Those in flight when wrk stops are stored, and not acknowledged to it.
        spare = total - acknowledged[which]
        faults += not 0 <= spare <= options.rounds * len(options.kinds) * options.connections
        print(f"{which}: {acknowledged[which]:,} acknowledged, {total:,} stored")
    if faults:
        print("an acknowledged signing is missing, or one was stored twice", file=sys.stderr)
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.since", description=__doc__)
    parser.add_argument("revision")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=3, help="of each server in each round")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    return measured(parser.parse_args(), compare)


if __name__ == "__main__":
    sys.exit(main())
