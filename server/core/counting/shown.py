"""The figure of unverified signatures that anybody may see: it moves in steps, late, and not for
sure.

Whoever knows the exact figure, because all but one of the signatures are theirs, must not learn
from the public one whether that one was there before. So it moves at edges that nobody knows: the
gap to the next is drawn anew at each move, and as likely to end at any one signature as at any
other (geometric). Filling up to where it might move, and adding somebody, tells nine times in ten
nothing.

Whoever can take that one back, and begin again, has as many tries as they like, each at another
edge. So the figure lags: in an hour in which little has changed it is looked at only by chance, and
nobody can tell which of the acts of many hours has moved it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from server.db import Transaction, pack

STEP = 10  # what is shown is rounded down to
MEAN_GAP = 10  # signatures from one edge to the next
REFRESH_SECONDS = 3600
SURE = 200  # signatures away from what is shown: then it moves within the hour, else by chance

#: A number from 0 up to and without 1, each time another.
Chance = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown, and the exact figures at which it may move next, upwards and downwards; None
    before the first time."""

    figure: int = 0
    up: int | None = None
    down: int | None = None

    def at(self, exact: int, chance: Chance) -> Shown:
        """What is to be shown for that exact figure in an hour."""
        if self.up is None or self.down is None:
            return _anew(exact, chance)
        if abs(exact - self.figure) <= chance() * SURE:
            return self
        if exact <= self.down:
            return _anew(exact, chance)
        if exact < self.up:
            return self
        edge, next_ = self.up, self.up
        while next_ <= exact:
            edge, next_ = next_, next_ + _gap(chance)
        return Shown(max(self.figure, _rounded(edge, chance)), next_, exact - _gap(chance))


def _anew(exact: int, chance: Chance) -> Shown:
    """As if signatures had come one by one to that figure: the last edge lies somewhere below."""
    edge = exact + 1 - _gap(chance)
    return Shown(_rounded(edge, chance), exact + _gap(chance), exact - _gap(chance))


def _rounded(edge: int, chance: Chance) -> int:
    """Rounded down, from a little below the edge: never of the exact figure, whose last digit would
    show, nor always of the edge, which a patient attacker could wait for at each round figure."""
    return max(edge - int(chance() * STEP), 0) // STEP * STEP


def _gap(chance: Chance) -> int:
    """1 or more, geometric: each further signature is as likely to end it as the one before."""
    return 1 + int(math.log(1 - chance()) / math.log(1 - 1 / MEAN_GAP))


async def publish(tx: Transaction, now: int, chance: Chance) -> None:
    """Bring the public figures up to date, at most once an hour each."""
    due = await tx.fetch(
        "SELECT p.id, p.shown_unverified, p.shown_up, p.shown_down,"
        " coalesce((SELECT CAST(sum(n) AS BIGINT) FROM totals c WHERE c.petition_id = p.id"
        "  AND c.state = 'unverified'), 0) AS exact FROM petitions p"
        " WHERE p.opened_at IS NOT NULL AND (p.shown_at IS NULL OR p.shown_at <= :before)",
        before=now - REFRESH_SECONDS,
    )
    if not due:
        return
    shown = {id_: Shown(*before).at(exact, chance) for id_, *before, exact in due}
    rows = tx.rows("shown", id="int", figure="int", up="int", down="int")
    await tx.execute(
        "UPDATE petitions SET shown_at = :now, shown_unverified = s.figure, shown_up = s.up,"
        f" shown_down = s.down FROM {rows} s WHERE petitions.id = s.id"
        # Another server may have drawn its own meanwhile.
        " AND (petitions.shown_at IS NULL OR petitions.shown_at <= :before)",
        now=now,
        before=now - REFRESH_SECONDS,
        shown=pack((id_, s.figure, s.up, s.down) for id_, s in shown.items()),
    )
