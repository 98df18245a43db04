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
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import call
from typing import Any

from server.core.counting.states import LISTED, STATE, where
from server.core.signing.columns import PERSONAL, PERSONAL_BESIDES
from server.db import Database, Row

BLOCK = 1000  # rows
# Fullwidth signs too: some spreadsheets read them as the plain ones.
_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_SUSPECT = re.compile(r"[\t\r\n=+\-@\uff1d\uff0b\uff0d\uff20]")  # without one, nothing to guard
_FORMULA = re.compile(rf"^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?=[\s\"']*{_SIGNS})")


# Cells.


def safe_cell(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet could begin to read a formula."""
    return _FORMULA.sub("'", text) if _SUSPECT.search(text) else text


def _words(text: str | None) -> str:
    return safe_cell(text) if text else ""


def _yes_or_no(since: int | None) -> str:
    return "no" if since is None else "yes"


@lru_cache(maxsize=4096)
def time_cell(seconds: int | None) -> str:
    """ISO 8601. The last ones are kept: rows come in the order of time, and a crowd signs many
    times a second."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stated(since: int | None) -> str:
    return "" if since is None else "stated"


def _partners(shares: str | None) -> str:
    return safe_cell("; ".join(json.loads(shares))) if shares else ""


# The file.

_PERSONAL = {*PERSONAL, *(f"b.{column}" for column in PERSONAL_BESIDES)}


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of the file: its heading, what is selected for it, and how that is written."""

    heading: str
    sql: str
    write: Callable[[Any], str]

    @property
    def selected(self) -> str:
        # What is personal is erased already then; a file is no place to rely on that.
        if self.sql in _PERSONAL:
            return f"CASE WHEN withdrawn_at IS NULL THEN {self.sql} END"
        return self.sql


#: As elsewhere; but whom a condition took out, in the open, is told from whom nobody let in.
_STATUS = (
    f"CASE WHEN {where('rejected')} AND EXISTS (SELECT 1 FROM invalidations i"
    f" WHERE i.id = invalidation_id AND i.reason <> '') THEN 'taken-out' ELSE {STATE} END"
)
_COLUMNS = (
    _Column("signed_at", "created_at", time_cell),
    _Column("class", "class", str),
    _Column("status", _STATUS, str),
    _Column("name", "name", _words),
    _Column("postcode", "postcode", _words),
    _Column("contact", "contact", _words),
    _Column("comment", "comment", _words),
    _Column("public", "public_at", _yes_or_no),
    _Column("news", "news_at", _yes_or_no),
    _Column("eligible", "b.stated_at", _stated),
    _Column("organization", "b.organization", _words),
    _Column("answer", "b.reply", _words),
    _Column("partners", "b.shares", _partners),
    _Column("verified_at", "verified_at", time_cell),
    _Column("language", "language", str),
    _Column("wording", "wording", str),
)
HEADINGS = tuple(column.heading for column in _COLUMNS)
_SELECTED = ", ".join(column.selected for column in _COLUMNS)
_WRITERS = tuple(column.write for column in _COLUMNS)


async def csv_blocks(database: Database, petition_id: int) -> AsyncIterator[bytes]:
    """The file in blocks of `BLOCK` rows: its memory does not grow with the petition.

    Each block is a read of its own: somebody who downloads over a slow link must not hold one of
    the few readers for minutes. Rows are in the order in which they were made; what is signed
    after the start is left out, and each row stands as it was when its block was read.
    """
    yield "\ufeff".encode() + csv_of([HEADINGS])
    after, last = -1, await _last_id(database, petition_id)
    while rows := await _block(database, petition_id, after, last):
        after = rows[-1]["id"]
        yield csv_of(map(_cells, rows))


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
            f"SELECT id, {_SELECTED} FROM signatures s"
            " LEFT JOIN besides b ON b.petition_id = s.petition_id AND b.signature_id = s.id"
            f" WHERE s.petition_id = :id AND id > :after AND id <= :last AND {where(*LISTED)}"
            " ORDER BY id LIMIT :limit",
            id=petition_id,
            after=after,
            last=last,
            limit=BLOCK,
        )


def csv_of(rows: Iterable[Iterable[str]]) -> bytes:
    """These rows, every cell quoted (RFC 4180)."""
    lines = io.StringIO()
    csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return lines.getvalue().encode()


def _cells(row: Row) -> Iterator[str]:
    _, *values = row
    return map(call, _WRITERS, values)
