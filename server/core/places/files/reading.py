"""A file as text, as a table, or as JSON; what is wrong with it in one sentence (`BadFile`)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final, TypeAlias

from server.errors import BadFile

Key: TypeAlias = tuple[str, ...]
FILE_LIMIT: Final = 64 * 1024 * 1024
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ")
_SIXTEEN_BITS = (b"\xff\xfe", b"\xfe\xff")
_DISTRICT = re.compile(r"[0-9]{1,3}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Values:
    """How values are made normal. Core passes them in: the rooms that know are neighbours.

    `postcode` takes what was typed and a country, and gives the form in which postcodes are
    compared, or None for none of that country; `tidy` makes one line of a name.
    """

    postcode: Callable[[str, str], str | None]
    tidy: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table by its columns; `number` is that of its last line in the file."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """What stands there; '' where the table has no such column."""
        return self.cells.get(column, "")


def decoded(raw: bytes) -> str:
    """The text of a file in UTF-8, with a mark of its bytes' order or without."""
    if len(raw) > FILE_LIMIT:
        raise BadFile(f"it is larger than {FILE_LIMIT >> 20} MB: import it in parts, with --only")
    if raw.startswith(_PACKED):
        raise BadFile("it is packed: unpack it first")
    if raw.startswith(_SIXTEEN_BITS):
        raise BadFile("it is UTF-16: save it as UTF-8")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadFile(f"line {line} is not UTF-8: save it as UTF-8") from error
    if not text.strip():
        raise BadFile("it is empty")
    if "\0" in text:
        raise BadFile("it is no text: a byte of it is zero")
    return text


def header(text: str) -> list[str]:
    """The names of a table's columns, in small letters."""
    try:
        return [name.strip().lower() for name in next(_rows(text))[1]]
    except StopIteration:
        raise BadFile("it is empty") from None


def table(text: str) -> Iterator[Line]:
    """The lines of a table below its header. Empty lines are none."""
    columns = header(text)
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise BadFile(f"it has two columns {twice[0]!r}")
    rows = _rows(text)
    next(rows)
    for number, cells in rows:
        if not any(cells):
            continue
        if len(cells) != len(columns):
            raise BadFile(f"line {number} has {len(cells)} columns in place of {len(columns)}")
        yield Line(number, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise BadFile(f"line {reader.line_num} is no line of a table: {error}") from error


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadFile(f"it is broken JSON, at line {error.lineno}: {error.msg}") from error
    except (RecursionError, ValueError) as error:  # nested without end; a number without end
        raise BadFile("it is no JSON that we can read") from error


def check_apart(spans: Iterable[tuple[Key, str, str | None]]) -> None:
    """Of what has the same key, each ends before the next begins. Raises `BadFile`."""
    known: dict[Key, list[tuple[str, str | None]]] = {}
    for key, start, end in spans:
        known.setdefault(key, []).append((start, end))
    for key, days in known.items():
        days.sort(key=lambda span: span[0])
        for (_, end), (start, _) in pairwise(days):
            if end is None or end > start:
                raise BadFile(f"it says twice of one time: {', '.join(filter(None, key))}")


def is_day(text: str) -> bool:
    """Whether it is a day that there is, as `2027-01-03`."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_district(text: str) -> bool:
    """Whether it is a number that a district may have, in the digits that all files use."""
    return _DISTRICT.fullmatch(text) is not None


def day_of(line: Line, column: str) -> str:
    """The day that stands there, '' for none."""
    if line[column] and not is_day(line[column]):
        raise BadFile(f"line {line.number}: {column} must be a day like 2027-01-03")
    return line[column]
