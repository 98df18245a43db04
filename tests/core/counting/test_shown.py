"""The public figure of unverified signatures: near the exact one, and no oracle."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.counting import counts, shown
from server.core.counting.shown import REFRESH_SECONDS, STEP, Shown
from tests.harness.world import NOW, World

PEOPLE = 2000


class Petition:
    """One that nobody but the attacker has signed, and perhaps (`signed`) the person in question.
    What is shown is looked at an hour after each act."""

    def __init__(self, seed: int, signed: bool) -> None:
        self._chance = random.Random(seed).random
        self._signed, self._others = signed, 0
        self._shown = Shown()

    def look(self) -> int:
        self._shown = self._shown.at(self._others + self._signed, self._chance)
        return self._shown.figure

    def pad(self, n: int) -> int:
        self._others += n
        return self.look()

    def sign_as_them(self) -> int:
        self._signed = True
        return self.look()


def fill_to_the_last_digit(petition: Petition) -> bool:
    """Up to 9 behind a round figure, then the person: it moves if they were new."""
    before = petition.pad(29)
    return petition.sign_as_them() == before


def know_the_rounding(petition: Petition) -> bool:
    """As above; a round figure that the pads alone do not explain tells of them before."""
    if petition.pad(29) == 30:
        return True
    return petition.sign_as_them() != 30


def fill_until_it_moves(petition: Petition) -> bool:
    """One by one until it moves: then the edge is known, for the attacker's own."""
    last = petition.pad(10)
    for _ in range(60):
        if (now := petition.pad(1)) != last:
            break
        last = now
    before = petition.pad(0)
    return petition.sign_as_them() == before


def there_and_back(petition: Petition) -> bool:
    """Until it moves, one back, and the person in its place."""
    last = petition.pad(10)
    for _ in range(60):
        if (now := petition.pad(1)) != last:
            break
        last = now
    before = petition.pad(-1)
    return petition.sign_as_them() == before


def wait_at_each_round_figure(petition: Petition) -> bool:
    """An hour at each figure for days: one that the pads do not explain tells of them."""
    return any(petition.pad(1) > n for n in range(1, 41)) or petition.sign_as_them() != 40


ATTACKS = [
    fill_to_the_last_digit,
    know_the_rounding,
    fill_until_it_moves,
    there_and_back,
    wait_at_each_round_figure,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_whoever_adds_one_person_learns_hardly_more_than_a_coin_tells(
    attack: Callable[[Petition], bool],
) -> None:
    right = sum(attack(Petition(n, n % 2 == 0)) is (n % 2 == 0) for n in range(PEOPLE))
    assert 0.44 * PEOPLE < right <= 0.56 * PEOPLE


def test_these_attacks_would_find_a_figure_that_is_only_rounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        Shown, "at", lambda self, exact, chance: Shown(exact // STEP * STEP), raising=True
    )
    for attack in (fill_to_the_last_digit, know_the_rounding):
        assert all(attack(Petition(n, n % 2 == 0)) is (n % 2 == 0) for n in range(20))


@given(st.lists(st.integers(-30, 200), max_size=40), st.integers(0, 2**32))
def test_it_is_round_and_near(moves: list[int], seed: int) -> None:
    chance, exact, now = random.Random(seed).random, 0, Shown()
    for move in moves:
        exact = max(exact + move, 0)
        now = now.at(exact, chance)
        assert now.figure % STEP == 0
        assert now.up is not None and now.down is not None and now.down < exact < now.up
        # Below it, but for what has just been taken back; a gap of 200 comes once in 10^9.
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
    assert 60 <= (found := await figure(NOW + REFRESH_SECONDS)) <= 130
    assert found % STEP == 0
    # Another server, at the same moment, draws nothing of its own.
    assert await figure(NOW + REFRESH_SECONDS) == found
