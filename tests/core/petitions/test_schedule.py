"""Times on the clock of a place, and what is none there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.petitions.schedule import (
    NO_SCHEDULE,
    Schedule,
    check_times,
    normal_schedule,
    schedule_problems,
    scheduled,
)
from server.errors import InvalidInput

NEW_YORK = "America/New_York"


def problems(zone: str, opens: str = "", closes: str = "") -> list[tuple[str, str]]:
    normal = normal_schedule(Schedule(zone, opens, closes))
    return [(p.field, p.code) for p in schedule_problems(normal)]


@pytest.mark.parametrize(
    ("zone", "opens", "closes", "wrong"),
    [
        ("", "", "", []),
        ("nonsense", "", "", []),  # no time: nothing is set
        (NEW_YORK, "2026-12-24 18:00", "2026-12-24 18:01", []),
        ("", "2026-12-24 18:00", "", [("zone", "missing")]),
        ("New York", "2026-12-24 18:00", "", [("zone", "malformed")]),
        ("../../etc/passwd", "2026-12-24 18:00", "", [("zone", "malformed")]),
        (NEW_YORK, "24.12.2026 18:00", "", [("opens", "malformed")]),
        (NEW_YORK, "2026-12-24", "", [("opens", "malformed")]),
        (NEW_YORK, "2026-02-30 18:00", "", [("opens", "malformed")]),
        (NEW_YORK, "0001-01-01 00:00", "", [("opens", "malformed")]),
        (NEW_YORK, "", "9999-12-31 23:59", [("closes", "malformed")]),
        (NEW_YORK, "", "2027-03-14 02:30", [("closes", "skipped")]),
        (NEW_YORK, "", "2027-03-14 03:00", []),
        (NEW_YORK, "", "2026-11-01 01:30", [("closes", "twice")]),
        (NEW_YORK, "", "2026-11-01 02:00", []),
        ("Australia/Lord_Howe", "", "2027-10-03 02:15", [("closes", "skipped")]),  # half an hour
        ("Pacific/Apia", "2011-12-30 12:00", "", [("opens", "skipped")]),  # a whole day
        (NEW_YORK, "2026-12-24 18:00", "2026-12-24 18:00", [("closes", "before")]),
        (NEW_YORK, "2026-12-24 18:00", "2026-12-24 17:00", [("closes", "before")]),
    ],
)
def test_what_is_wrong_is_told(
    zone: str, opens: str, closes: str, wrong: list[tuple[str, str]]
) -> None:
    assert problems(zone, opens, closes) == wrong


@pytest.mark.parametrize("typed", ["2026-12-24 9:05", "2026-12-24T09:05", " 2026-12-24  09:05 "])
@pytest.mark.parametrize("zone", ["America/New_York", "america/new york", "AMERICA/NEW_YORK "])
def test_small_differences_do_not_matter(typed: str, zone: str) -> None:
    assert normal_schedule(Schedule(zone, typed)) == Schedule(NEW_YORK, "2026-12-24 09:05")


def test_a_time_is_that_of_the_zone() -> None:
    said = Schedule(NEW_YORK, "2026-07-01 12:00", "2026-12-24 12:00")
    assert said.opens_at == datetime(2026, 7, 1, 16, tzinfo=UTC).timestamp()
    assert said.closes_at == datetime(2026, 12, 24, 17, tzinfo=UTC).timestamp()


zones = st.sampled_from([NEW_YORK, "Europe/Paris", "Asia/Kolkata", "Pacific/Apia", "Etc/UTC"])


@given(zones, st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_what_is_taken_is_stored_and_shown_as_it_was_written(zone: str, when: datetime) -> None:
    said = Schedule(zone, f"{when:%Y-%m-%d %H:%M}")
    if list(schedule_problems(said)):
        return
    assert scheduled(zone, said.opens_at, None) == said


def test_what_is_over_is_refused_unless_it_is_stored() -> None:
    said = Schedule(NEW_YORK, "2026-07-01 12:00", "2026-12-24 12:00")
    assert said.opens_at and said.closes_at
    check_times(said, NO_SCHEDULE, said.opens_at - 1)
    with pytest.raises(InvalidInput, match=r"\Aopens: past\Z"):
        check_times(said, NO_SCHEDULE, said.opens_at)
    with pytest.raises(InvalidInput, match="opens: past, closes: past"):
        check_times(said, NO_SCHEDULE, said.closes_at)
    check_times(said, said, said.closes_at)


def test_a_zone_that_nobody_knows_any_more_can_still_be_read() -> None:
    said = scheduled("Mars/Olympus", None, 1_800_000_000)
    assert said == Schedule("Etc/UTC", "", "2027-01-15 08:00")
    assert said.closes_at == 1_800_000_000
