"""How people, offices, postcodes and names are written: any number of rows in a few statements."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from server.core.places.decision_makers import Office
from server.db import ColumnType, Transaction, Value, pack

_AT_ONCE: Final = 10_000  # rows of one statement
_PEOPLE: Final[dict[str, ColumnType]] = {
    "person": "text",
    "role": "text",
    "division": "text",
    "valid_from": "text",
    "valid_to": "text",
    "closed_at": "int",
    "country": "text",
    "region": "text",
    "name": "text",
    "titles": "text",
    "email": "text",
    "form": "text",
    "phone": "text",
    "hours": "text",
    "address": "text",
}
_MAP: Final[dict[str, ColumnType]] = {
    "country": "text",
    "postcode": "text",
    "division": "text",
    "valid_from": "text",
    "valid_to": "text",
    "closed_at": "int",
    "level": "text",
    "region": "text",
    "share": "int",
}
_PERSON_KEY = ("person", "role", "division", "valid_from")
_POSTCODE_KEY = ("country", "postcode", "division", "valid_from")

#: Hears now and then which share of the work is done.
Progress = Callable[[float], None]


async def write_people(
    tx: Transaction, rows: Sequence[Sequence[Value]], progress: Progress
) -> None:
    await _write(tx, "officeholders", _PEOPLE, _PERSON_KEY, rows, progress)


async def write_map(tx: Transaction, rows: Sequence[Sequence[Value]], progress: Progress) -> None:
    await _write(tx, "postcode_divisions", _MAP, _POSTCODE_KEY, rows, progress)


async def _write(
    tx: Transaction,
    table: str,
    columns: Mapping[str, ColumnType],
    key: Sequence[str],
    rows: Sequence[Sequence[Value]],
    progress: Progress,
) -> None:
    names = ", ".join(columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    sql = (
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {tx.rows('batch', **columns)} b"
        f" WHERE true ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
    )
    for start in range(0, len(rows), _AT_ONCE):
        await tx.fetch(sql, batch=pack(rows[start : start + _AT_ONCE]))
        progress(min(1.0, (start + _AT_ONCE) / len(rows)))


async def write_offices(tx: Transaction, country: str, offices: Iterable[Office]) -> None:
    columns: dict[str, ColumnType] = {
        "role": "text",
        "level": "text",
        "depth": "int",
        "seats": "int",
        "instead": "text",
        "titles": "text",
    }
    names = ", ".join(columns)
    await tx.fetch(
        f"INSERT INTO offices (country, {names})"
        f" SELECT :country, {names} FROM {tx.rows('batch', **columns)} b WHERE true"
        " ON CONFLICT (country, role, level) DO UPDATE"
        " SET seats = excluded.seats, instead = excluded.instead, titles = excluded.titles",
        country=country,
        batch=pack(
            (o.role, o.level, o.depth, o.seats, o.instead, packed(o.titles)) for o in offices
        ),
    )


async def write_names(tx: Transaction, names: Mapping[str, Mapping[str, str]]) -> None:
    await tx.fetch(
        "INSERT INTO division_names (division, names)"
        f" SELECT division, names FROM {tx.rows('batch', division='text', names='text')} b"
        " WHERE true ON CONFLICT (division) DO UPDATE SET names = excluded.names",
        batch=pack((division, packed(said)) for division, said in names.items()),
    )


def packed(words: Mapping[str, str]) -> str:
    return json.dumps(dict(sorted(words.items())), ensure_ascii=False)
