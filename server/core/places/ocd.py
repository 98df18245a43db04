"""Divisions are Open Civic Data ids: `ocd-division/country:us/state:mt/cd:1`.

The *level* of a division is the kind of its last part (`cd`), its *region* the division right below
its country (`…/state:mt`). A region may have no divisions below it, and be what people elect in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_PART = r"[a-z][a-z_]*:[^\s/:,]{1,80}"
_ID = re.compile(rf"ocd-division/country:[a-z]{{2}}(?:/{_PART}){{0,6}}")
_ODD = re.compile(r"[^\w.~-]")
_NUMBERS = re.compile(r"(\d+)")
AT_LARGE = "at-large"  # by the rules of these ids: a division that is all of the one above it


def is_division(text: str) -> bool:
    return len(text) <= 250 and text.isprintable() and _ID.fullmatch(text) is not None


def country(code: str) -> str:
    """The division that is all of a country: `US` is `ocd-division/country:us`."""
    return f"ocd-division/country:{code.lower()}"


def part(kind: str, name: str) -> str:
    """One part of an id, as the rules spell a name: `sldu:chittenden_central`."""
    return f"{kind}:{_ODD.sub('~', name.strip().lower().replace(' ', '_'))}"


@lru_cache(maxsize=4096)
def country_of(division: str) -> str:
    """Two capitals."""
    return division.split("/")[1].removeprefix("country:").upper()


@lru_cache(maxsize=4096)
def region_of(division: str) -> str:
    """The division right below the country, itself included; '' for a country and for none."""
    parts = division.split("/")
    return "/".join(parts[:3]) if len(parts) > 2 else ""


@lru_cache(maxsize=4096)
def level_of(division: str) -> str:
    return division.rpartition("/")[2].partition(":")[0]


def depth_of(division: str) -> int:
    """0 for none, 1 for a country, 2 for a region, more for what lies in one."""
    return division.count("/")


def is_in(division: str, others: Iterable[str]) -> bool:
    """Whether it is one of those, or lies in one."""
    return any(division == other or division.startswith(f"{other}/") for other in others)


def is_whole(division: str) -> bool:
    return division.rpartition(":")[2] == AT_LARGE


def in_order(division: str) -> list[str | int]:
    """To sort by: the second district before the tenth."""
    return [int(p) if n % 2 else p for n, p in enumerate(_NUMBERS.split(division))]
