"""What a file changes in what is stored, when both have days from which and until which they hold.

A file is taken as of a day. What it says otherwise from that day on follows what was before; what
it no longer says is closed, and stays. A file of a day to come has all of its rows to itself, so
that one of today changes nothing in them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from server.db import Value

TOLERATED: Final = 10  # percent of its rows that a file may lose against the one before


def day_at(now: int) -> str:
    """The day of that time, as files have it (`2027-01-03`, UTC)."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class Dated:
    """A row: `key` says which, `unit` what is missed if it is lost, `content` all the rest. `start`
    is '' and `end` None where the file does not say them."""

    key: tuple[str, ...]
    unit: tuple[str, ...]
    content: tuple[Value, ...]
    start: str
    end: str | None
    closed: bool = False

    def on(self, day: str) -> bool:
        return self.start <= day and (self.end is None or self.end > day)

    def from_to(self, start: str, end: str | None, *, closed: bool = False) -> Dated:
        """The same in other days; `dataclasses.replace` takes five times as long."""
        return Dated(self.key, self.unit, self.content, start, end, closed)


@dataclass(slots=True)
class Changes:
    """What is to be written: rows by their key and start. `over` are those of the past that the
    file does not know any more; nobody is told of them."""

    new: list[Dated] = field(default_factory=list)
    changed: list[Dated] = field(default_factory=list)
    closed: list[Dated] = field(default_factory=list)
    carried: list[Dated] = field(default_factory=list)  # the same on a day to come
    ended: list[Dated] = field(default_factory=list)  # what one of these follows
    over: list[Dated] = field(default_factory=list)
    kept: int = 0

    @property
    def rows(self) -> list[Dated]:
        rows = [*self.ended, *self.over, *self.closed, *self.changed, *self.carried, *self.new]
        return list({(row.key, row.start): row for row in rows}.values())


def compare(
    stored: Iterable[Dated],
    said: Iterable[Dated],
    day: str,
    until: Callable[[Dated], str | None],
    *,
    ahead: bool,
) -> Changes:
    """What the file changes as of that day, which may lie ahead. `until` is the day on which a
    later file takes over from a row of this one."""
    known: dict[tuple[str, ...], list[Dated]] = defaultdict(list)
    for entry in stored:
        known[entry.key].append(entry)
    changes, met = Changes(), set()
    for entry in said:
        if not entry.start and entry.end is not None and entry.end <= day:
            continue  # it would end before it begins
        wanted = entry.from_to(entry.start, _earlier(entry.end, until(entry)))
        was = _counterpart(known[entry.key], entry, day)
        if was:
            met.add((was.key, was.start))
        _weigh(changes, was, wanted, day, followed=bool(known[entry.key]), ahead=ahead)
    for entry in (entry for entries in known.values() for entry in entries):
        if (entry.key, entry.start) not in met:
            _miss(changes, entry, day)
    return changes


def _counterpart(known: Sequence[Dated], entry: Dated, day: str) -> Dated | None:
    if entry.end is not None and entry.end <= day:  # of the past
        return next((was for was in known if was.start == entry.start), None)
    begins = max(day, entry.start)
    return next((was for was in known if was.on(begins)), None)


def _weigh(
    changes: Changes,
    was: Dated | None,
    wanted: Dated,
    day: str,
    *,
    followed: bool,
    ahead: bool,
) -> None:
    begins = max(day, wanted.start)
    if was is None:
        past = wanted.end is not None and wanted.end <= day
        start = wanted.start if wanted.start and (past or not followed) else begins
        changes.new.append(wanted.from_to(start, wanted.end))
    elif was.content == wanted.content and ahead and was.start < begins:
        changes.ended.append(was.from_to(was.start, begins, closed=True))
        changes.carried.append(wanted.from_to(begins, wanted.end))
    elif was.content == wanted.content and was.end == wanted.end:
        changes.kept += 1
    elif was.content == wanted.content or was.start >= begins:
        changes.changed.append(wanted.from_to(was.start, wanted.end))
    else:
        changes.ended.append(was.from_to(was.start, begins, closed=True))
        changes.changed.append(wanted.from_to(begins, wanted.end))


def _miss(changes: Changes, entry: Dated, day: str) -> None:
    if entry.on(day):
        changes.closed.append(entry.from_to(entry.start, day, closed=True))
    elif entry.start <= day and not entry.closed:
        changes.over.append(entry.from_to(entry.start, entry.end, closed=True))


def _earlier(one: str | None, other: str | None) -> str | None:
    return min(filter(None, (one, other)), default=None)


def lost(stored: Iterable[Dated], said: Iterable[Dated], day: str) -> tuple[int, int]:
    """How many of how many are lost against what there was on that day: postcodes or seats that
    nobody speaks of any more, or rows, if the file has fewer and that is the larger part."""
    before = [entry.unit for entry in stored if entry.on(day)]
    after = [entry.unit for entry in said if entry.on(day)]
    units = len(set(before) - set(after)), len(set(before))
    rows = max(0, len(before) - len(after)), len(before)
    return max(units, rows, key=lambda part: part[0] / (part[1] or 1))


def is_too_much(gone: int, of: int) -> bool:
    return gone * 100 > of * TOLERATED
