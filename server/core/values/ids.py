"""Identifiers that need no sequence: time-ordered, so that new rows lie side by side."""

from __future__ import annotations

import re

_COUNTER_BITS = 12
_NODE_BITS = 10
_BITS = 63


class Ids:
    """63-bit numbers, each larger than the last.

    41 bits of milliseconds, 10 of node, 12 of counter. Unique within a process whatever the clock
    does. Two servers differ by `node` (0 to 1023, drawn at start); should they draw the same, an
    insert that collides is tried again with a new number.
    """

    def __init__(self, node: int) -> None:
        self._node = node % (1 << _NODE_BITS)
        self._tick = 0

    def next(self, now: float) -> int:
        """`now` in UTC seconds; a clock that stands still or goes back only uses up the counter."""
        self._tick = max(self._tick + 1, int(now * 1000) << _COUNTER_BITS)
        milliseconds, count = divmod(self._tick, 1 << _COUNTER_BITS)
        high = (milliseconds << _NODE_BITS | self._node) << _COUNTER_BITS
        return (high | count) & (1 << _BITS) - 1


def first_id(at: int) -> int:
    """No id made before that time (UTC seconds) is as large."""
    return at * 1000 << _NODE_BITS + _COUNTER_BITS


def read_id(text: str) -> int | None:
    """The id that a form has written down as its digits; None for what can be none."""
    id_ = int(text) if re.fullmatch(r"[0-9]{1,19}", text) else 1 << _BITS
    return id_ if id_ < 1 << _BITS else None
