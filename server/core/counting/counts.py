"""Counts: kept in the transaction that changes a signature, and equal to COUNT(*) at all times.

Code adds to `counts`, by day; the database adds those up in `totals`, which figures are read from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from server.core.counting.states import IN_TOTAL
from server.db import Row, Transaction, pack

Class = Literal["web", "web-email", "web-phone", "sms", "ussd", "voice", "paper", "import"]

#: What the figures tell apart. A web signing without contact, `web`, is not among them: nothing can
#: verify it.
CLASSES: tuple[Class, ...] = ("web-email", "web-phone", "sms", "ussd", "voice", "paper", "import")
#: Whose verified signatures are the headline; paper and import stand beside it.
HEADLINE = frozenset(CLASSES[:5])
DAY = 86_400
_ROUND = tuple(digit * 10**power for power in range(1, 10) for digit in (1, 5))
#: SQL: of the classes that the figures add up.
NOT_BESIDE = "class NOT IN ('paper', 'import')"
#: SQL for how many of the rows of `counts` are in each state, by its name.
BY_STATE = ", ".join(f"sum(CASE WHEN state = '{s}' THEN n ELSE 0 END) AS {s}" for s in IN_TOTAL)
_HEADLINE = f"state = 'verified' AND class IN ({', '.join(repr(c) for c in sorted(HEADLINE))})"


class Tally(NamedTuple):
    """Where one signature is counted; `day` is the UTC day number on which it was made."""

    petition_id: int
    day: int
    class_: str
    state: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Exact figures. `verified` is the headline; `by_class` has the verified ones of each class."""

    verified: int
    unverified: int
    held: int
    by_class: Mapping[str, int]

    @property
    def total(self) -> int:
        return self.verified + self.unverified + self.held


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """What anybody may see: `unverified` moves in steps, and not for sure (shown.py), so that
    nobody can tell from it whether one person has signed."""

    verified: int
    unverified: int
    by_class: Mapping[str, int]
    taken_out: tuple[tuple[str, int], ...] = ()  # reasons, with how many


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day of the trend: signatures made on it, by how they stand today."""

    day: int
    verified: int
    unverified: int


async def add(tx: Transaction, changes: Counter[Tally]) -> None:
    """Add the changes (which may be negative, or none: a repeated signing takes as long as a new
    one) to this shard's counters, in one statement."""
    changed = [(*tally, n) for tally, n in sorted(changes.items())]
    if not changed:
        return
    rows = tx.rows("changed", petition_id="int", day="int", class_="text", state="text", n="int")
    await tx.execute(
        "INSERT INTO counts (petition_id, shard, day, class, state, n)"
        f" SELECT petition_id, :shard, day, class_, state, n FROM {rows} c WHERE true"
        " ON CONFLICT (petition_id, shard, day, class, state)"
        " DO UPDATE SET n = counts.n + excluded.n",
        shard=tx.shard,
        changed=pack(changed),
    )


async def by_state(tx: Transaction) -> dict[tuple[int, str, str], int]:
    """Exact figures of all petitions, by petition id, class and state."""
    rows = await tx.fetch(
        "SELECT petition_id, class, state, sum(n) AS n FROM totals"
        " GROUP BY petition_id, class, state ORDER BY petition_id, class, state"
    )
    return {(r["petition_id"], r["class"], r["state"]): int(r["n"]) for r in rows}


async def figures(tx: Transaction, petition_id: int) -> Figures:
    """The exact figures of one petition."""
    rows = await tx.fetch(
        "SELECT class, state, sum(n) AS n FROM totals WHERE petition_id = :id"
        " GROUP BY class, state",
        id=petition_id,
    )
    return summed(rows)


def summed(rows: Iterable[Row]) -> Figures:
    """Figures from rows of class, state and n."""
    by_state: Counter[str] = Counter()
    by_class: Counter[str] = Counter(dict.fromkeys(CLASSES, 0))
    for row in rows:
        if row["state"] == "verified":
            by_class[row["class"]] += row["n"]
        else:
            by_state[row["state"]] += row["n"]
    headline = sum(n for c, n in by_class.items() if c in HEADLINE)
    return Figures(headline, by_state["unverified"], by_state["held"], dict(by_class))


async def classes(tx: Transaction, petition_id: int) -> set[str]:
    """The classes of which a petition has signatures."""
    rows = await tx.fetch(
        "SELECT class FROM counts WHERE petition_id = :id GROUP BY class HAVING sum(n) > 0",
        id=petition_id,
    )
    return {row["class"] for row in rows}


async def public_figures(tx: Transaction, petition_id: int) -> PublicFigures:
    exact = await figures(tx, petition_id)
    row = await tx.fetch_one(
        "SELECT shown_unverified FROM petitions WHERE id = :id", id=petition_id
    )
    return PublicFigures(exact.verified, row["shown_unverified"] if row else 0, exact.by_class)


async def public_of(tx: Transaction, petition_ids: Iterable[int]) -> dict[int, PublicFigures]:
    """What a list of petitions shows of each of them, in one query; classes are not told apart."""
    wanted = tx.rows("wanted", id="int")
    rows = await tx.fetch(
        "SELECT p.id, p.shown_unverified AS unverified, coalesce(sum(t.n), 0) AS verified"
        f" FROM {wanted} w JOIN petitions p ON p.id = w.id"
        f" LEFT JOIN totals t ON t.petition_id = p.id AND {_HEADLINE}"
        " GROUP BY p.id, p.shown_unverified",
        wanted=pack((id_,) for id_ in petition_ids),
    )
    return {r["id"]: PublicFigures(int(r["verified"]), r["unverified"], {}) for r in rows}


async def verified_of_all(tx: Transaction) -> dict[int, int]:
    """The headline of every petition that has one, by id."""
    rows = await tx.fetch(
        f"SELECT petition_id, sum(n) AS n FROM totals WHERE {_HEADLINE} GROUP BY petition_id"
    )
    return {row["petition_id"]: int(row["n"]) for row in rows}


async def milestones(
    tx: Transaction, petition_id: int, goal: int | None = None
) -> list[tuple[int, int]]:
    """Round figures, and the goal, that the headline has passed, each with the UTC day on which
    the signature that reached it was made; the highest first."""
    rows = await tx.fetch(
        f"SELECT day, sum(n) AS n FROM counts WHERE petition_id = :id AND {_HEADLINE}"
        " GROUP BY day ORDER BY day",
        id=petition_id,
    )
    wanted = sorted({*_ROUND, *([goal] if goal else [])})
    found, verified = [], 0
    for row in rows:
        verified += int(row["n"])
        while wanted and wanted[0] <= verified:
            found.append((wanted.pop(0), row["day"]))
    return found[::-1]


async def trend(tx: Transaction, petition_id: int, since_day: int) -> list[Day]:
    """Signatures by the UTC day on which they were made, oldest first, empty days left out; those
    on paper or brought in are in none."""
    rows = await tx.fetch(
        f"SELECT day, {BY_STATE} FROM counts"
        f" WHERE petition_id = :id AND day >= :since AND {NOT_BESIDE} GROUP BY day ORDER BY day",
        id=petition_id,
        since=since_day,
    )
    return [Day(r["day"], r["verified"], r["unverified"]) for r in rows]
