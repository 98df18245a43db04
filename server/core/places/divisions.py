"""Which divisions a postcode lies in on a day."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.core.places import ocd
from server.db import Row, Transaction, pack

MILLION = 1_000_000
#: SQL: what is valid on `:day`.
ON_DAY = "valid_from <= :day AND (valid_to IS NULL OR valid_to > :day)"


@dataclass(frozen=True, slots=True)
class Lies:
    """A postcode, or all that begin so (`008*`), lies in a division, with that share of its land in
    millionths, from a day until the day before another."""

    postcode: str
    division: str
    share: int | None = None
    valid_from: str = ""
    valid_to: str | None = None

    def on(self, day: str) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to > day)


def beginnings(postcode: str) -> list[str]:
    """All under which a postcode may be kept: itself, and what it begins with."""
    return [postcode, *(f"{postcode[:n]}*" for n in range(len(postcode), 0, -1))]


async def of_postcodes(
    tx: Transaction, country: str, postcodes: Iterable[str]
) -> dict[str, list[Lies]]:
    """Where each postcode lies, on whatever day: of each level by the most letters of it that are
    named. They are folded, as `core/values/postcodes.py:fold_postcode` gives them."""
    wanted = list(postcodes)
    keys = {key for postcode in wanted for key in beginnings(postcode)}
    rows = await tx.fetch(
        "SELECT postcode, division, share, valid_from, valid_to FROM postcode_divisions"
        f" WHERE country = :country AND postcode IN (SELECT k FROM {tx.rows('keys', k='text')} w)"
        " AND (valid_to IS NULL OR valid_to > valid_from)",
        country=country,
        keys=pack([key] for key in keys),
    )
    found: dict[str, list[Lies]] = defaultdict(list)
    for row in rows:
        found[row["postcode"]].append(_lies(row))
    return {postcode: _nearest(postcode, found) for postcode in wanted}


def _lies(row: Row) -> Lies:
    return Lies(*(row[n] for n in ("postcode", "division", "share", "valid_from", "valid_to")))


def _nearest(postcode: str, found: Mapping[str, Sequence[Lies]]) -> list[Lies]:
    nearest: dict[str, list[Lies]] = {}
    for key in beginnings(postcode):
        levels = defaultdict(list)
        for lies in found.get(key, ()):
            levels[ocd.level_of(lies.division)].append(lies)
        nearest = levels | nearest
    return [lies for level in nearest.values() for lies in level]


async def with_postcodes(
    tx: Transaction, country: str, regions: Iterable[str], day: str
) -> dict[str, bool]:
    """The divisions of these regions to which a postcode leads, or has led: whether on that day."""
    rows = await tx.fetch(
        f"SELECT division, max(CASE WHEN {ON_DAY} THEN 1 ELSE 0 END) AS now"
        " FROM postcode_divisions WHERE country = :country AND valid_from <= :day"
        f" AND region IN (SELECT r FROM {tx.rows('regions', r='text')} w) GROUP BY division",
        country=country,
        regions=pack([region] for region in regions),
        day=day,
    )
    return {row["division"]: bool(row["now"]) for row in rows}


async def regions(tx: Transaction, country: str, day: str) -> list[str]:
    """All regions of a country in which anybody is or was in office by that day, in order."""
    rows = await tx.fetch(
        "SELECT DISTINCT region FROM officeholders"
        " WHERE country = :country AND region <> '' AND valid_from <= :day",
        country=country,
        day=day,
    )
    return sorted((row["region"] for row in rows), key=ocd.in_order)


async def with_rows(tx: Transaction, country: str) -> set[str]:
    """The divisions of a country of which anybody or a postcode was ever imported."""
    rows = await tx.fetch(
        "SELECT division FROM officeholders WHERE country = :country"
        " UNION SELECT division FROM postcode_divisions WHERE country = :country",
        country=country,
    )
    return {row["division"] for row in rows}


async def names(tx: Transaction, divisions: Iterable[str]) -> dict[str, dict[str, str]]:
    """What divisions are called, by language; nothing for one that nobody has named."""
    rows = await tx.fetch(
        "SELECT division, names FROM division_names"
        f" WHERE division IN (SELECT d FROM {tx.rows('wanted', d='text')} w)",
        wanted=pack([division] for division in divisions),
    )
    return {row["division"]: json.loads(row["names"]) for row in rows}


def called(names: Mapping[str, str], language: str) -> str:
    """The name or title in that language, else in English, else in whichever there is."""
    return names.get(language) or names.get("en") or next(iter(names.values()), "")
