"""What a file changes as of a day: again is nothing, and a set to come stands by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.places import dating
from server.core.places.dating import Changes, Dated

OLD, TODAY, NEXT, LATER = "2026-01-01", "2026-11-30", "2027-01-03", "2029-01-03"


def row(key: str, what: str = "a", start: str = "", end: str | None = None) -> Dated:
    return Dated((key,), (key,), (what,), start, end)


class Stock:
    """What is stored, and the days as of which files have been imported."""

    def __init__(self) -> None:
        self.rows: dict[tuple[tuple[str, ...], str], Dated] = {}
        self.days: list[str] = []

    def take(self, said: Iterable[Dated], day: str, today: str = TODAY) -> Changes:
        def until(entry: Dated) -> str | None:
            return min((d for d in self.days if d > max(day, entry.start)), default=None)

        said = list(said)
        changes = dating.compare(self.rows.values(), said, day, until, ahead=day > today)
        self.rows |= {(entry.key, entry.start): entry for entry in changes.rows}
        self.days.append(day)
        return changes

    def on(self, day: str) -> dict[str, object]:
        found = [entry for entry in self.rows.values() if entry.on(day)]
        assert len({entry.key for entry in found}) == len(found), "one row for one key and day"
        return {entry.key[0]: entry.content[0] for entry in found}


def counted(changes: Changes) -> tuple[int, int, int]:
    return len(changes.new), len(changes.changed), len(changes.closed)


def test_who_is_missing_is_closed_and_stays() -> None:
    stock = Stock()
    stock.take([row("ann"), row("bob")], OLD, OLD)
    assert counted(stock.take([row("ann")], TODAY)) == (0, 0, 1)
    assert stock.on(OLD) == {"ann": "a", "bob": "a"}
    assert stock.on(TODAY) == {"ann": "a"}
    assert [e.closed for e in stock.rows.values() if e.key == ("bob",)] == [True]
    # Back again, from the day on which a file says so.
    assert counted(stock.take([row("ann"), row("bob")], "2026-12-05", "2026-12-05")) == (1, 0, 0)
    assert "bob" not in stock.on(TODAY)
    assert "bob" in stock.on(LATER)


def test_what_is_other_holds_from_that_day_on() -> None:
    stock = Stock()
    stock.take([row("ann", "x")], OLD, OLD)
    assert counted(stock.take([row("ann", "y")], TODAY)) == (0, 1, 0)
    assert (stock.on(OLD), stock.on(TODAY)) == ({"ann": "x"}, {"ann": "y"})
    assert counted(stock.take([row("ann", "z")], TODAY)) == (0, 1, 0)  # the same day: in its place
    assert len(stock.rows) == 2


def test_the_next_set_stands_beside_the_present_one() -> None:
    stock = Stock()
    present, coming = [row("ann"), row("bob")], [row("ann"), row("cleo")]
    stock.take(present, TODAY)
    changes = stock.take(coming, NEXT)
    assert (counted(changes), len(changes.carried)) == ((1, 0, 1), 1)
    assert (stock.on(TODAY), stock.on(NEXT)) == (
        {"ann": "a", "bob": "a"},
        {"ann": "a", "cleo": "a"},
    )
    # Whatever is imported of today changes nothing in it.
    stock.take([row("ann", "new number"), row("dora")], TODAY)
    assert stock.on(TODAY) == {"ann": "new number", "dora": "a"}
    assert stock.on(NEXT) == {"ann": "a", "cleo": "a"}


def test_a_row_that_begins_later_by_itself_waits_for_its_day() -> None:
    stock = Stock()
    said = [row("ann", end=NEXT), row("bob", start=NEXT)]
    stock.take(said, TODAY)
    assert (stock.on(TODAY), stock.on(NEXT)) == ({"ann": "a"}, {"bob": "a"})
    changes = stock.take(said, TODAY)
    assert (counted(changes), changes.rows, changes.kept) == ((0, 0, 0), [], 2)


def test_a_row_of_the_past_is_kept_as_it_is() -> None:
    stock = Stock()
    said = [row("ann", start="2020-01-01", end="2021-01-01"), row("ann", start="2025-01-01")]
    stock.take(said, TODAY)
    assert stock.on("2020-06-01") == {"ann": "a"}
    assert stock.on("2024-06-01") == {}
    assert stock.take(said, TODAY).rows == []


def test_what_would_end_before_it_begins_is_left_out() -> None:
    stock = Stock()
    assert stock.take([row("ann", end="2026-01-01"), row("bob")], TODAY).kept == 0
    assert [entry.key for entry in stock.rows.values()] == [("bob",)]


@pytest.mark.parametrize(
    ("before", "after", "is_too_much"),
    [
        (100, 90, False),
        (100, 89, True),
        (10, 9, False),
        (10, 8, True),
        (0, 0, False),
        (1, 5, False),
    ],
)
def test_a_file_may_lose_a_tenth(before: int, after: int, is_too_much: bool) -> None:
    stored = [row(str(n), start=OLD) for n in range(before)]
    said = [row(str(n)) for n in range(after)]
    assert dating.is_too_much(*dating.lost(stored, said, TODAY)) == is_too_much


def test_rows_are_lost_too_where_all_their_postcodes_are_left() -> None:
    stored = [replace(row(f"{n}"), unit=(str(n // 2),), start=OLD) for n in range(100)]
    assert dating.is_too_much(*dating.lost(stored, stored[::2], TODAY))


FILES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xyz"))


def said(file: Mapping[str, str]) -> list[Dated]:
    return [row(key, what) for key, what in file.items()]


@given(st.lists(st.tuples(FILES, st.sampled_from([TODAY, NEXT, LATER])), max_size=8))
def test_each_day_shows_the_last_file_of_it_and_again_is_nothing(
    taken: list[tuple[dict[str, str], str]],
) -> None:
    stock, last = Stock(), {}
    for file, day in taken:
        stock.take(said(file), day)
        last[day] = file
        assert stock.take(said(file), day).rows == []
        for at in sorted(last):
            assert stock.on(at) == last[at]
