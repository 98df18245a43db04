"""Whoever wants to learn from the public figure whether one person has signed: each attack signs
with names of its own, looks, and at last signs as that person.

`tests/core/counting/test_shown.py` makes 2,000 guesses of each kind, `bench.attacks` 10,000.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from server.core.counting.shown import Shown


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


#: Whether the person had signed, as the attacker believes.
Attack = Callable[[Petition], bool]
ATTACKS: list[Attack] = [
    fill_to_the_last_digit,
    know_the_rounding,
    fill_until_it_moves,
    there_and_back,
    wait_at_each_round_figure,
]


def share_right(attack: Attack, people: int) -> float:
    """How often it is right, about people of whom every second one has signed."""
    return sum(attack(Petition(n, n % 2 == 0)) is (n % 2 == 0) for n in range(people)) / people
