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
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

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
_PERSONAL = ("name", "postcode", "contact", "comment")
# Fullwidth signs too: some spreadsheets read them as the plain ones.
_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(rf"^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?=[\s\"']*{_SIGNS})")


async def csv_blocks(database: Database, petition_id: int) -> AsyncIterator[bytes]:
    """The file in blocks of `BLOCK` rows: its memory does not grow with the petition.

    Each block is a read of its own: somebody who downloads over a slow link must not hold one of
    the few readers for minutes. Rows are in the order in which they were made; what is signed
    after the start is left out, and each row stands as it was when its block was read.
    """
    yield "\ufeff".encode() + _csv([COLUMNS])
    after, last = -1, await _last_id(database, petition_id)
    while after < last:
        rows = await _block(database, petition_id, after, last)
        if not rows:
            return
        after = rows[-1]["id"]
        yield _csv(_cells(row) for row in rows)


async def _last_id(database: Database, petition_id: int) -> int:
    async with database.read() as tx:
        row = await tx.fetch_one(
            "SELECT coalesce(max(id), -1) AS last FROM signatures WHERE petition_id = :id",
            id=petition_id,
        )
    return row["last"] if row else -1


async def _block(database: Database, petition_id: int, after: int, last: int) -> list[Row]:
    async with database.read() as tx:
        return list(
            await tx.fetch(
                "SELECT id, class, language, name, postcode, contact, comment, created_at,"
                " public_at, news_at, verified_at, held_at, rejected_at, withdrawn_at"
                " FROM signatures WHERE petition_id = :id AND id > :after AND id <= :last"
                " ORDER BY id LIMIT :limit",
                id=petition_id,
                after=after,
                last=last,
                limit=BLOCK,
            )
        )


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cells(row: Row) -> list[str]:
    status = _status(row)
    # They are erased already when somebody withdraws; a file is no place to rely on that.
    name, postcode, contact, comment = (
        "" if status == "withdrawn" else safe_cell(row[column] or "") for column in _PERSONAL
    )
    return [
        _time(row["created_at"]),
        row["class"],
        status,
        name,
        postcode,
        contact,
        comment,
        _yes(row["public_at"]),
        _yes(row["news_at"]),
        _time(row["verified_at"]),
        row["language"],
    ]


def _status(row: Row) -> str:
    for status in ("withdrawn", "rejected", "held", "verified"):
        if row[f"{status}_at"] is not None:
            return status
    return "unverified"


def safe_cell(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet could begin to read a formula."""
    return _FORMULA.sub("'", text)


def _time(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _yes(at: int | None) -> str:
    return "no" if at is None else "yes"
