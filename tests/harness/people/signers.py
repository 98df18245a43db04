"""Any number of people who sign on a running server, and whose names are in its store then."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import asyncpg

from tests.harness.product import Answer, Server

#: What the thank-you page says of a signature that is stored.
STORED = "Thanks for signing the petition!"


def letters(number: int) -> str:
    """A number as letters, so that it can stand in a name."""
    return f"{number:08}".translate(str.maketrans("0123456789", "abcdefghij"))


def signer(number: int) -> str:
    """A name of letters alone, different for each number."""
    return f"Signer {letters(number).capitalize()}"


def sign(server: Server, name: str, **values: str) -> Answer:
    """The answer to the petition's form; an OSError where the connection breaks."""
    return server.post("/p/face", {"name": name, "postcode": "59801", **values})


def names(store: Path | str) -> list[str]:
    """The name on every signature: in that file of SQLite's, or at that URL of PostgreSQL's.

    A file has to be sound.
    """
    if isinstance(store, str):
        return asyncio.run(_names_at(store))
    with contextlib.closing(sqlite3.connect(store)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [name for (name,) in database.execute("SELECT name FROM signatures")]


async def _names_at(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row["name"] for row in await connection.fetch("SELECT name FROM signatures")]
    finally:
        await connection.close()
