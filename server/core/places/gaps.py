"""Seats that nobody holds, and divisions to which no postcode leads, for operators to know."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from server.core.places import decision_makers, ocd
from server.core.places.decision_makers import Office, Officeholder
from server.core.places.divisions import ON_DAY
from server.db import Transaction


@dataclass(frozen=True, slots=True)
class Gaps:
    """On a day. `vacant`: role, division, and how many seats of it; `unmapped` by level."""

    vacant: Sequence[tuple[str, str, int]]
    unmapped: dict[str, list[str]]


async def gaps(tx: Transaction, country: str, day: str, whats: Collection[str]) -> Gaps:
    """Of the offices whose role or level is one of these. A seat is empty where a file has spoken
    for it and names nobody."""
    offices = [
        office
        for office in await decision_makers.offices(tx, country)
        if office.role in whats or office.level in whats
    ]
    roles = {office.role for office in offices}
    held = [h for h in await decision_makers.officeholders(tx, country) if h.role in roles]
    rows = await tx.fetch(
        f"SELECT DISTINCT division FROM postcode_divisions WHERE country = :country AND {ON_DAY}",
        country=country,
        day=day,
    )
    mapped = {row["division"] for row in rows}
    mapped |= {ocd.region_of(division) for division in mapped}
    now = [holder for holder in held if holder.on(day)]
    # A division without postcodes may be there no more, if others of its kind have some.
    with_map = set(map(_kind, mapped))
    before = {h.division for h in held if _kind(h.division) not in with_map}
    known = mapped | before | {h.division for h in now} | {ocd.region_of(h.division) for h in now}
    coverage = await decision_makers.coverage(tx, "people", country)
    spoken = [one for one in coverage if one.valid_from <= day]
    vacant = [
        (role, division, seats)
        for role, division, seats in _empty(offices, now, known)
        if any(c.speaks_for(role, division) for c in spoken)
    ]
    return Gaps(vacant, _unmapped(now, mapped))


def _kind(division: str) -> tuple[str, str]:
    return ocd.region_of(division), ocd.level_of(division)


def _empty(
    offices: Iterable[Office], now: Iterable[Officeholder], known: Iterable[str]
) -> Iterable[tuple[str, str, int]]:
    taken = Counter((holder.role, holder.division) for holder in now)
    places = sorted(known, key=ocd.in_order)
    for office in offices:
        for division in places:
            if (ocd.level_of(division), ocd.depth_of(division)) != (office.level, office.depth):
                continue
            if (empty := (office.seats or 1) - taken[office.role, division]) > 0:
                yield office.role, division, empty


def _unmapped(now: Iterable[Officeholder], mapped: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for division in sorted({holder.division for holder in now}, key=ocd.in_order):
        if ocd.depth_of(division) > 1 and division not in mapped:
            found[ocd.level_of(division)].append(division)
    return dict(found)
