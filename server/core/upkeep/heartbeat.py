"""When somebody last knew what time it is.

A machine whose clock is wrong when it starts, such as one without a battery, would erase what is
not due, and move marks to where the time has not come yet. So the worker notes the time each hour,
and whoever finds it far off does nothing by time until an operator has looked at a clock.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from server.db import Transaction

NOTED_EVERY_SECONDS = 3600
SLEPT_SECONDS = 2 * NOTED_EVERY_SECONDS  # without a beat: nobody has done what was due
SKEW_SECONDS = 300  # by which the clocks of servers may differ
DAY = 86_400

Doubt = Literal["ahead", "behind"]


async def last_beat(tx: Transaction) -> int | None:
    """The time that was noted last; None in a database that no worker has seen."""
    row = await tx.fetch_one("SELECT at FROM heartbeats")
    return row["at"] if row else None


def doubt_of(last: int | None, now: int, most_days: int) -> Doubt | None:
    """Why a clock that says `now` is not to be believed, if it is not: it is so many days after the
    last beat, or before it."""
    if last is None or last - SKEW_SECONDS <= now <= last + most_days * DAY:
        return None
    return "ahead" if now > last else "behind"


def utc_moment(at: int) -> str:
    """A time as operators read it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


async def beat(tx: Transaction, now: int) -> None:
    """Note the time."""
    await tx.execute(
        "INSERT INTO heartbeats (one, at) VALUES (1, :now)"
        " ON CONFLICT (one) DO UPDATE SET at = excluded.at",
        now=now,
    )
