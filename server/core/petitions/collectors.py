"""Collectors: people who bring signers to a petition, each with a link and a word of their own.

A code is theirs for ever, so that nothing in print leads to somebody else. Nobody learns of fewer
than `FEWEST` whom one has brought.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from server.core.counting.states import where
from server.core.values.names import tidy
from server.core.values.postcodes import normal_postcode
from server.db import Row, Transaction
from server.errors import InvalidInput, NotFound, Problem

CALLED_LIMIT = 60  # letters of a collector's name
COLLECTORS_KEPT = 200  # of one petition
#: Letters and digits: no name, no everyday word, and of no country's postcodes.
COLLECTOR_CODE = re.compile(r"([A-Z]{3,9})[0-9]{1,2}")
_DIGITS = range(1, 100)
_LOCK = hashlib.sha256(b"collectors").digest()[:16]  # of whoever gives a code and a number


@dataclass(frozen=True, slots=True)
class Collector:
    """`id` is their number in the petition. Since `ended_at` they bring nobody any more."""

    id: int
    code: str
    name: str
    ended_at: int | None = None

    @property
    def sheet(self) -> str:
        """What their link has behind the petition's address."""
        return f"/by/{self.code.lower()}"


def collector_of(row: Row) -> Collector:
    return Collector(row["id"], row["code"], row["name"], row["ended_at"])


async def add(
    tx: Transaction,
    petition_id: int,
    country: str,
    *,
    name: str,
    code: str,
    taken: Collection[str],
    now: int,
) -> str:
    """Somebody more who collects; their code, which follows from the name if it is ''.

    `taken` are words that mean something else in a text: commands, and petitions' words. Raises
    `InvalidInput` with every problem.
    """
    await tx.lock([_LOCK])
    rows = await tx.fetch("SELECT * FROM collectors WHERE petition_id = :id", id=petition_id)
    known = [collector_of(row) for row in rows]
    codes = {each.code for each in known}
    name, code = tidy(name), tidy(code).upper() or _made_of(name, codes, taken)
    found = [*_name_problems(name), *_code_problems(code, country, taken)]
    if code in codes:
        found.append(Problem("code", "in_use"))
    if len(known) >= COLLECTORS_KEPT:
        found.append(Problem("collector", "many"))
    if found:
        raise InvalidInput(*found)
    await tx.execute(
        "INSERT INTO collectors (petition_id, id, code, name, created_at)"
        " VALUES (:petition, :id, :code, :name, :now)",
        petition=petition_id,
        id=max((each.id for each in known), default=0) + 1,
        code=code,
        name=name,
        now=now,
    )
    await _show(tx, petition_id)
    return code


def _made_of(name: str, codes: Collection[str], taken: Collection[str]) -> str:
    """A code that nobody has, of the letters of a name that every phone has, if there are enough;
    else ''."""
    first = re.sub("[^A-Z]", "", name.partition(" ")[0].upper())[:9]
    word = first if len(first) > 2 else re.sub("[^A-Z]", "", name.upper())[:9]
    if len(word) < 3 or word in taken:
        return ""
    free = (f"{word}{digit}" for digit in _DIGITS if f"{word}{digit}" not in codes)
    return next(free, "")


def _name_problems(name: str) -> Iterator[Problem]:
    if not name:
        yield Problem("collector", "missing")
    elif len(name) > CALLED_LIMIT:
        yield Problem("collector", "long")


def _code_problems(code: str, country: str, taken: Collection[str]) -> Iterator[Problem]:
    match = COLLECTOR_CODE.fullmatch(code)
    if match is None:
        yield Problem("code", "malformed" if code else "missing")
    elif {code, match[1]} & set(taken) or normal_postcode(code, country):
        yield Problem("code", "reserved")


async def rename(tx: Transaction, petition_id: int, id_: int, name: str) -> str:
    """Another name for signers to see; the code stays, and is returned. Raises `InvalidInput`, and
    `NotFound` where there is no such collector."""
    name = tidy(name)
    if found := list(_name_problems(name)):
        raise InvalidInput(*found)
    return await _changed(tx, petition_id, id_, "name = :value", name)


async def end(tx: Transaction, petition_id: int, id_: int, now: int) -> str:
    """They bring nobody from now on: their link leads to the petition. Their code. Raises
    `NotFound`."""
    return await _changed(tx, petition_id, id_, "ended_at = coalesce(ended_at, :value)", now)


async def resume(tx: Transaction, petition_id: int, id_: int) -> str:
    """They collect again. Their code. Raises `NotFound`."""
    return await _changed(tx, petition_id, id_, "ended_at = :value", None)


async def _changed(
    tx: Transaction, petition_id: int, id_: int, to: str, value: str | int | None
) -> str:
    kind = "TEXT" if isinstance(value, str) else "BIGINT"
    row = await tx.fetch_one(
        f"UPDATE collectors SET {to.replace(':value', f'CAST(:value AS {kind})')}"
        " WHERE petition_id = :petition AND id = :id RETURNING code",
        value=value,
        petition=petition_id,
        id=id_,
    )
    if row is None:
        raise NotFound(f"collector {id_}")
    await _show(tx, petition_id)
    return str(row["code"])


async def _show(tx: Transaction, petition_id: int) -> None:
    """Every server reads the petition anew."""
    await tx.execute("UPDATE petitions SET version = version + 1 WHERE id = :id", id=petition_id)


async def brought(tx: Transaction, petition_id: int) -> dict[int, int]:
    """How many verified signatures each has brought, by their number."""
    rows = await tx.fetch(
        "SELECT collector, count(*) AS n FROM signatures"
        f" WHERE petition_id = :id AND collector IS NOT NULL AND {where('verified')}"
        " GROUP BY collector",
        id=petition_id,
    )
    return {row["collector"]: row["n"] for row in rows}
