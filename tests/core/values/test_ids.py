"""Ids, and how a form's digits are read as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.values.ids import Ids, first_id, read_id


@given(st.integers(0, (1 << 63) - 1))
def test_every_id_is_read_as_it_was_written(id_: int) -> None:
    assert read_id(str(id_)) == id_


@pytest.mark.parametrize("year", [2026, 2037, 2038, 2039])
def test_ids_of_years_to_come_are_ids(year: int) -> None:
    now = (year - 1970) * 31_556_952
    id_ = Ids(3).next(now)
    assert first_id(now) <= id_ == read_id(str(id_))


@pytest.mark.parametrize(
    "typed", ["", "-1", " 7", "7 ", "+7", "7.0", "\u0667", str(1 << 63), "9" * 19, "9" * 4000, "a"]
)
def test_what_can_be_no_id_is_none(typed: str) -> None:
    assert read_id(typed) is None
