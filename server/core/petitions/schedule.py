"""When a petition opens and closes by itself: what is written on the clock of a place, and when
that is.

A time is written like `2026-12-24 18:00`. On a day on which the clocks change some times do not
exist, and others come twice: neither is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from server.errors import InvalidInput, Problem

_WRITTEN = "%Y-%m-%d %H:%M"
_YEARS = range(2000, 3000)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`zone` is an IANA name, `opens` and `closes` are times on its clock; each '' if not set."""

    zone: str = ""
    opens: str = ""
    closes: str = ""

    @property
    def opens_at(self) -> int | None:
        """UTC seconds."""
        return _second(self.opens, self.zone)

    @property
    def closes_at(self) -> int | None:
        """UTC seconds; from this one on nobody can sign."""
        return _second(self.closes, self.zone)


NO_SCHEDULE = Schedule()


def scheduled(zone: str, opens_at: int | None, closes_at: int | None) -> Schedule:
    """The schedule of these UTC seconds; in UTC where nobody knows that zone (any more)."""
    if opens_at is None and closes_at is None:
        return NO_SCHEDULE
    zone = _zones().get(zone.lower(), "Etc/UTC")
    return Schedule(zone, *(_written(seconds, zone) for seconds in (opens_at, closes_at)))


def normal_schedule(schedule: Schedule) -> Schedule:
    """The same, as it is written here; what is none stays as it was typed."""
    zone = re.sub(r"\s+", "_", schedule.zone.strip())
    opens, closes = (_tidy_time(text) for text in (schedule.opens, schedule.closes))
    known = _zones().get(zone.lower(), zone)
    return Schedule(known if opens or closes else "", opens, closes)


def schedule_problems(schedule: Schedule) -> Iterator[Problem]:
    """What is wrong in a schedule that is `normal_schedule`."""
    if schedule == NO_SCHEDULE:
        return
    if schedule.zone.lower() not in _zones():
        yield Problem("zone", "malformed" if schedule.zone else "missing")
        return
    found: dict[str, set[int] | None] = {}
    for name, text in (("opens", schedule.opens), ("closes", schedule.closes)):
        seconds = found[name] = _seconds(text, schedule.zone) if text else None
        if text and seconds is None:
            yield Problem(name, "malformed")
        elif seconds is not None and len(seconds) != 1:
            yield Problem(name, "twice" if seconds else "skipped")
    opens, closes = found["opens"], found["closes"]
    if opens and closes and min(closes) <= min(opens):
        yield Problem("closes", "before")


def check_times(schedule: Schedule, stored: Schedule, now: int) -> None:
    """Raise `InvalidInput` for times that have passed already, other than those that are stored."""
    times = {
        "opens": (schedule.opens_at, stored.opens_at),
        "closes": (schedule.closes_at, stored.closes_at),
    }
    late = [n for n, (at, was) in times.items() if at is not None and at <= now and at != was]
    if late:
        raise InvalidInput(*(Problem(name, "past") for name in late))


@cache
def _zones() -> Mapping[str, str]:
    """The name of each zone by its small letters."""
    return {name.lower(): name for name in available_timezones()}


def _tidy_time(text: str) -> str:
    text = " ".join(text.replace("T", " ").split())
    moment = _read(text)
    return f"{moment:{_WRITTEN}}" if moment else text


def _read(text: str) -> datetime | None:
    try:
        moment = datetime.strptime(text, _WRITTEN)  # noqa: DTZ007 (on the clock of the zone)
    except ValueError:
        return None
    return moment if moment.year in _YEARS else None


def _seconds(text: str, zone: str) -> set[int] | None:
    """All UTC seconds at which the zone's clock shows that time; None for what is none."""
    local, clock = _read(text), ZoneInfo(zone)
    if local is None:
        return None
    both = {int(local.replace(tzinfo=clock, fold=fold).timestamp()) for fold in (0, 1)}
    return {at for at in both if datetime.fromtimestamp(at, clock).replace(tzinfo=None) == local}


@lru_cache(maxsize=4096)
def _second(text: str, zone: str) -> int | None:
    seconds = _seconds(text, zone) if text and zone.lower() in _zones() else None
    return min(seconds) if seconds else None


def _written(seconds: int | None, zone: str) -> str:
    if seconds is None:
        return ""
    return f"{datetime.fromtimestamp(seconds, ZoneInfo(zone)):{_WRITTEN}}"
