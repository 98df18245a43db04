"""What an organizer sees of their petitions first: exact figures, as they are counted already.

Nothing here reads signatures, so that it costs the same however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from server.core.counting.counts import BY_STATE, DAY, Day, trend
from server.db import Row, Transaction, pack

#: The channels by which people sign, and the classes of each, in the order of the page.
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "web": ("web-email", "web-phone", "web"),
    "text": ("sms",),
    "call": ("voice", "ussd"),
    "paper": ("paper",),
    "import": ("import",),
}
#: Whose verified signatures are no part of the headline.
_BESIDE = frozenset({"paper", "import"})
#: Days that are drawn one by one at most; what is longer is drawn by week.
DAYS_DRAWN, WEEK_DAYS = 120, 7


@dataclass(frozen=True, slots=True)
class Sums:
    """How many are in each state; `today` and `week` are those made since then, whatever state."""

    verified: int = 0
    unverified: int = 0
    held: int = 0
    today: int = 0
    week: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class HowItStands:
    """`channels` holds only channels and classes in which somebody has signed."""

    headline: Sums
    channels: Mapping[str, tuple[Sums, Mapping[str, Sums]]]


async def overview(tx: Transaction, petition_ids: Iterable[int], now: int) -> dict[int, Sums]:
    """The headline of each of these petitions, by id."""
    wanted = tx.rows("wanted", id="int")
    rows = await tx.fetch(
        f"SELECT c.petition_id, c.class, {_SUMS} FROM {wanted} w"
        " JOIN counts c ON c.petition_id = w.id GROUP BY c.petition_id, c.class",
        wanted=pack((id_,) for id_ in petition_ids),
        today=now // DAY,
    )
    found: defaultdict[int, Sums] = defaultdict(Sums)
    for row in rows:
        found[row["petition_id"]] += _headline(row)
    return found


async def standing(tx: Transaction, petition_id: int, now: int) -> HowItStands:
    """How one petition stands, in all and by class."""
    rows = await tx.fetch(
        f"SELECT c.class, {_SUMS} FROM counts c WHERE c.petition_id = :id GROUP BY c.class",
        id=petition_id,
        today=now // DAY,
    )
    return HowItStands(
        headline=sum(map(_headline, rows), Sums()),
        channels=_by_channel({row["class"]: _sums(row) for row in rows}),
    )


_SUMS = f"""{BY_STATE},
 sum(CASE WHEN day >= :today THEN n ELSE 0 END) AS today,
 sum(CASE WHEN day > :today - 7 THEN n ELSE 0 END) AS week"""


def _sums(row: Row) -> Sums:
    return Sums(*(int(row[f.name]) for f in fields(Sums)))


def _headline(row: Row) -> Sums:
    """Paper and import stand beside the headline, and are never added to it silently."""
    return Sums() if row["class"] in _BESIDE else _sums(row)


def _by_channel(
    classes: Mapping[str, Sums],
) -> dict[str, tuple[Sums, Mapping[str, Sums]]]:
    found: dict[str, tuple[Sums, Mapping[str, Sums]]] = {}
    for channel, members in CHANNELS.items():
        present = {c: classes[c] for c in members if classes.get(c, Sums()) != Sums()}
        if present:
            found[channel] = (sum(present.values(), Sums()), present)
    return found


async def days(tx: Transaction, petition_id: int, opened_at: int, now: int) -> list[Day]:
    """The trend from the day on which it opened until today, empty days included."""
    known = {day.day: day for day in await trend(tx, petition_id, 0)}
    first = min([opened_at // DAY, *known])
    return [known.get(d, Day(d, 0, 0)) for d in range(first, now // DAY + 1)]


def steps(found: list[Day]) -> tuple[int, list[Day]]:
    """How many days each step of a drawing has, and the steps, each under its first day."""
    span = 1 if len(found) <= DAYS_DRAWN else WEEK_DAYS
    parts = (found[at : at + span] for at in range(0, len(found), span))
    return span, [_together(part) for part in parts]


def _together(part: list[Day]) -> Day:
    return Day(part[0].day, sum(d.verified for d in part), sum(d.unverified for d in part))
