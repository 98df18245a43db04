"""`undersigned bounced`: whatever a mail server pipes in is taken, and we say what it was."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from server.cli.mail import LATER
from server.core.values.keys import Keys
from server.db import open_database
from server.mail import bounces, tokens
from tests.harness import product
from tests.harness.mail.bounces import ANA, AWAY, BACK, BO, DELAYED, FAILED, FORGED_BACK, report


def bounced(url: str, typed: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """`undersigned bounced`, with that on standard input."""
    return subprocess.run(
        [sys.executable, "-m", "server", "bounced", *arguments],
        cwd=product.ROOT,
        env=os.environ | {"UNDERSIGNED_DATABASE_URL": url, "UNDERSIGNED_SECRET_KEY": "k" * 40},
        input=typed,
        capture_output=True,
        timeout=60,
    )


async def noted(url: str) -> set[bytes]:
    database = await open_database(url)
    try:
        await database.migrate(1)
        async with database.read() as tx:
            rows = await tx.fetch("SELECT address_key FROM bounces")
            return {bytes(row["address_key"]) for row in rows}
    finally:
        await database.close()


def key(address: str) -> bytes:
    return tokens.whose(Keys("k" * 40), address)


async def test_a_bounce_is_noted_once(database_url: str) -> None:
    for _ in range(2):
        done = bounced(database_url, report(FAILED, to=BACK).encode())
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.startswith(b"Noted: a mail came back for good.")
        assert await noted(database_url) == {key(ANA)}


async def test_the_mail_server_may_say_to_which_address_it_came(database_url: str) -> None:
    bounced(database_url, report(FAILED).encode(), "--to", BACK)
    assert await noted(database_url) == {key(ANA)}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (report(DELAYED, to=BACK).encode(), b"A mail is late"),
        (report(FAILED, to=FORGED_BACK).encode(), b"It tells of no mail of ours"),
        (AWAY.encode(), b"It tells of no mail of ours"),
        (b"", b"It tells of no mail of ours"),
        (b"\xff\x00" * 3 * bounces.LIMIT, b"It tells of no mail of ours"),
    ],
)
async def test_anything_else_is_taken_without_an_error_and_changes_nothing(
    typed: bytes, said: bytes, tmp_path: object
) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    done = bounced(url, typed)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(said)
    assert BO.encode() not in done.stdout
    assert await noted(url) == set()


def test_where_the_store_is_away_the_mail_server_is_to_come_again() -> None:
    away = "postgresql://nobody@127.0.0.1:1/none"
    done = bounced(away, report(FAILED, to=BACK).encode())
    assert done.returncode == LATER
    assert b"Traceback" not in done.stderr
    # What says nothing needs no store, and is not kept for later.
    assert bounced(away, AWAY.encode()).returncode == 0


async def test_an_operator_may_block_addresses(database_url: str) -> None:
    done = bounced(database_url, f"{ANA}\n\n {BO.upper()} \n{ANA}\n".encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"Noted: 2 that get no mail for 30 days.\n"
    assert await noted(database_url) == {key(ANA), key(BO)}


async def test_a_list_with_anything_else_in_it_blocks_nobody(database_url: str) -> None:
    done = bounced(database_url, f"{ANA}\n<{BO}>:\nSubject: x\n".encode())
    assert done.returncode == 0
    assert done.stdout.startswith(b"It tells of no mail of ours")
    assert await noted(database_url) == set()
