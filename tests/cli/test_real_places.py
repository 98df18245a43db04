"""The real files of people and postcodes by the command line: in little memory, and again without
effect."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness import product
from tests.harness.people import land

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.seldom_postgres(4)]

#: As `python -m server` does, and how much memory it took.
MEASURED = """
import re, sys, time
from pathlib import Path
from server.cli import main
start = time.perf_counter()
status = main(sys.argv[1:])
memory = int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print(f"{time.perf_counter() - start:.1f} s, {memory} MB", file=sys.stderr)
sys.exit(status)
"""
MEMORY = 200  # megabytes


def run(url: str, *words: str) -> tuple[str, str]:
    """What it says, and what it took."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words, "--from", land.TODAY],
        cwd=product.ROOT,
        env=os.environ | {"UNDERSIGNED_DATABASE_URL": url, "UNDERSIGNED_SECRET_KEY": "k" * 40},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.strip()


@pytest.mark.parametrize(
    ("what", "file", "rows"),
    [
        ("decision-makers", land.MEMBERS, 537),
        ("decision-makers", land.LEGISLATURE, 180),
        ("divisions", land.ZIPS, 42_042),
    ],
    ids=["congress", "legislature", "zips"],
)
async def test_a_real_file_is_taken_in_and_again_is_nothing(
    database_url: str, what: str, file: Path, rows: int, show: Callable[[str], None]
) -> None:
    said, _ = run(database_url, what, "import", str(file), "--dry-run")
    assert f"new: {rows:,}, changed: 0, closed: 0, as before: 0" in said
    assert "Nothing was changed." in said
    said, took = run(database_url, what, "import", str(file))
    assert f"new: {rows:,}, changed: 0, closed: 0, as before: 0" in said
    again, took_again = run(database_url, what, "import", str(file))
    assert f"new: 0, changed: 0, closed: 0, as before: {rows:,}" in again
    for one in (took, took_again):
        assert int(one.split()[-2]) < MEMORY
    show(f"{file.name}, {database_url[:6]}: {took}; again {took_again}")


async def test_what_an_operator_should_know_of_the_congress_is_said(database_url: str) -> None:
    said, _ = run(database_url, "decision-makers", "import", str(land.MEMBERS))
    assert "this term has ended: Jon Husted, senator us/state:oh: 2026-11-03" in said
    assert "this term has ended: Ashley Moody, senator us/state:fl: 2026-11-03" in said
    said, _ = run(database_url, "divisions", "import", str(land.ZIPS))
    empty = [line for line in said.splitlines() if line.startswith("nobody holds: ")]
    assert [line.split("us/")[1] for line in empty] == [
        "state:ca/cd:14",
        "state:fl/cd:20",
        "state:ga/cd:13",
        "state:tx/cd:23",
    ]
    assert "no postcode leads to" not in said
