"""A petition's signatures as CSV that a spreadsheet can open safely.

RFC 4180 with CRLF, every cell quoted, UTF-8 with a byte order mark (without it Excel reads the
bytes as an old code page). Times are ISO 8601 in UTC.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`, and signers write the cells. As
OWASP advises ("CSV Injection"), such a cell begins with an apostrophe here. That meets every phone
number (`'+14065550123`), which a spreadsheet would otherwise turn into a sum. A spreadsheet that
parts cells at semicolons splits a comment at those inside it, so what follows one is guarded too.
A postcode such as 02134 is not altered; import that column as text to keep its zero.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from server.core.counting.states import STATE
from server.db import Database, Row

BLOCK = 1000  # rows
COLUMNS = (
    "signed_at",
    "class",
    "status",
    "name",
    "postcode",
    "contact",
    "comment",
    "public",
    "news",
    "verified_at",
    "language",
)
# Fullwidth signs too: some spreadsheets read them as the plain ones.
_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_SUSPECT = re.compile(r"[\t\r\n=+\-@\uff1d\uff0b\uff0d\uff20]")  # without one, nothing to guard
_FORMULA = re.compile(rf"^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?=[\s\"']*{_SIGNS})")


async def csv_blocks(database: Database, petition_id: int) -> AsyncIterator[bytes]:
    """The file in blocks of `BLOCK` rows: its memory does not grow with the petition.

    Each block is a read of its own: somebody who downloads over a slow link must not hold one of
    the few readers for minutes. Rows are in the order in which they were made; what is signed
    after the start is left out, and each row stands as it was when its block was read.
    """
    yield "\ufeff".encode() + _csv([COLUMNS])
    after, last = -1, await _last_id(database, petition_id)
    while rows := await _block(database, petition_id, after, last):
        after = rows[-1]["id"]
        yield _csv(map(_cells, rows))


async def _last_id(database: Database, petition_id: int) -> int:
    async with database.read() as tx:
        row = await tx.fetch_one(
            "SELECT coalesce(max(id), -1) AS last FROM signatures WHERE petition_id = :id",
            id=petition_id,
        )
    return row["last"] if row else -1


async def _block(database: Database, petition_id: int, after: int, last: int) -> Sequence[Row]:
    async with database.read() as tx:
        return await tx.fetch(
            "SELECT id, class, language, name, postcode, contact, comment, created_at,"
            f" public_at, news_at, verified_at, {STATE}"
            " FROM signatures WHERE petition_id = :id AND id > :after AND id <= :last"
            " ORDER BY id LIMIT :limit",
            id=petition_id,
            after=after,
            last=last,
            limit=BLOCK,
        )


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cells(row: Row) -> tuple[str, ...]:
    # Unpacked at once: looking each column up by its name took a third of the whole export.
    (
        _, class_, language, name, postcode, contact, comment,
        created, public, news, verified, state,
    ) = row  # fmt: skip
    if state == "withdrawn":
        # They are erased already then; a file is no place to rely on that.
        name = postcode = contact = comment = None
    return (
        _time(created),
        class_,
        state,
        safe_cell(name or ""),
        safe_cell(postcode or ""),
        safe_cell(contact or ""),
        safe_cell(comment or ""),
        "no" if public is None else "yes",
        "no" if news is None else "yes",
        "" if verified is None else _time(verified),
        language,
    )


def safe_cell(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet could begin to read a formula."""
    return _FORMULA.sub("'", text) if _SUSPECT.search(text) else text


@lru_cache(maxsize=4096)
def _time(seconds: int) -> str:
    """Kept, since rows come in the order of time, and a crowd signs many times a second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
