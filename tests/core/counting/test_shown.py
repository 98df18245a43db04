"""The public figure of unverified signatures: near the exact one, and no oracle."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.counting import counts, shown
from server.core.counting.counts import DAY
from server.core.counting.shown import REFRESH_SECONDS, STEP, Shown
from tests.harness.attacks.guesses import (
    ATTACKS,
    REPEATED,
    Attack,
    back_and_again,
    fill_to_the_last_digit,
    hide_and_show,
    know_the_rounding,
    share_right,
)
from tests.harness.world import NOW, World


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_whoever_adds_one_person_learns_hardly_more_than_a_coin_tells(
    attack: Attack,
) -> None:
    assert 0.44 < share_right(attack, 2000) <= 0.56


@pytest.mark.parametrize("attack", REPEATED, ids=lambda attack: attack.__name__)
def test_whoever_takes_it_back_and_begins_again_for_days_learns_little_more(
    attack: Attack,
) -> None:
    assert 0.44 < share_right(attack, 2000) <= 0.6


def test_they_would_learn_it_from_a_figure_that_is_looked_at_every_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shown, "SURE", 0)
    for attack in (back_and_again(1, 1), hide_and_show(1)):
        assert share_right(attack, 200) > 0.9


def test_these_attacks_would_find_a_figure_that_is_only_rounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        Shown, "at", lambda self, exact, chance: Shown(exact // STEP * STEP), raising=True
    )
    for attack in (fill_to_the_last_digit, know_the_rounding):
        assert share_right(attack, 20) == 1


@given(st.lists(st.integers(-30, 200), max_size=40), st.integers(0, 2**32))
def test_it_is_round_and_near(moves: list[int], seed: int) -> None:
    chance, exact, now = random.Random(seed).random, 0, Shown()
    for move in moves:
        exact = max(exact + move, 0)
        now = now.at(exact, chance)
        assert now.figure % STEP == 0
        assert now.up is not None and now.down is not None and now.down < now.up
        # What is as far away moves. A gap of 200 comes once in 10^9.
        assert exact - 200 < now.figure < exact + 200 or now.figure == 0


async def test_it_is_brought_up_to_date_once_an_hour(world: World) -> None:
    chance = random.Random(1).random

    async def figure(now: int) -> int:
        async with world.database.write() as tx:
            await shown.publish(tx, now, chance)
            return (await counts.public_figures(tx, world.petition.id)).unverified

    assert await figure(NOW) == 0
    for i in range(26):
        for j in range(5):
            await world.web(f"Name {chr(65 + i)}{chr(97 + j)}")
    assert await figure(NOW + REFRESH_SECONDS - 1) == 0
    # With 130 that are not shown, two hours of three.
    hours = range(NOW + REFRESH_SECONDS, NOW + DAY, REFRESH_SECONDS)
    seen = {hour: found for hour in hours if (found := await figure(hour))}
    assert all(60 <= found <= 130 and found % STEP == 0 for found in seen.values())
    # Another server, at the same moment, draws nothing of its own.
    assert await figure(max(seen)) == seen[max(seen)]
