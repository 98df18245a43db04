"""Whoever wants to learn from the public figure whether one person has signed: each attack signs
with names of its own, looks, and at last signs as that person.

`tests/core/counting/test_shown.py` makes 2,000 guesses of each kind, `bench.attacks` 10,000.
Those in `REPEATED` take it back and begin again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from server.core.counting.shown import Shown


class Petition:
    """One that nobody but the attacker has signed, and perhaps (`signed`) the person in question.
    What is shown is looked at an hour after each act."""

    def __init__(self, seed: int, signed: bool) -> None:
        self._chance = random.Random(seed).random
        self._signed, self._hidden, self._as_them, self._others = signed, False, False, 0
        self._shown = Shown()
        self.hours = 0

    def look(self) -> int:
        self.hours += 1
        exact = self._others + ((self._signed and not self._hidden) or self._as_them)
        self._shown = self._shown.at(exact, self._chance)
        return self._shown.figure

    def pad(self, n: int) -> int:
        self._others += n
        return self.look()

    def sign_as_them(self) -> int:
        """It changes nothing where they have signed, nor does taking it back."""
        self._as_them = True
        return self.look()

    def take_back(self, pads: int) -> int:
        """What was signed as them, and so many others in its place."""
        self._as_them = False
        return self.pad(pads)

    def hide(self, hidden: bool, fewer: int) -> int:
        """What they have signed without contact counts nowhere while a text stands for it."""
        self._hidden = hidden
        return self.pad(-fewer)


#: Whether the person had signed, as the attacker believes.
Attack = Callable[[Petition], bool]


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


#: For how long somebody takes back what they have done, and does it again.
HOURS_OF_IT = 80


def back_and_again(hours: int, pads: int) -> Attack:
    """Sign as the person, look for so many hours, take it back with some signatures more in its
    place, and again: where they are new, it rises while they are signed as them."""

    def attack(petition: Petition) -> bool:
        last, moved_by_them = petition.pad(29), 0
        while petition.hours < HOURS_OF_IT:
            for act, sign in ((petition.sign_as_them, 1), (partial(petition.take_back, pads), -1)):
                for now in (act(), *(petition.look() for _ in range(hours - 1))):
                    moved_by_them += sign * (now > last)
                    last = now
        return moved_by_them <= 0

    attack.__name__ = f"back_and_again_{hours}_{pads}"
    return attack


def hide_and_show(hours: int) -> Attack:
    """What the person has signed without contact is absorbed by a text, which is taken back with a
    signature less in its place: where they have signed, it falls while it is absorbed."""

    def attack(petition: Petition) -> bool:
        last, moved_by_them = petition.pad(60), 0
        while petition.hours < HOURS_OF_IT:
            for hidden, sign in ((True, 1), (False, -1)):
                for hour in range(hours):
                    now = petition.hide(hidden, 0 if hidden or hour else 1)
                    moved_by_them += sign * (now < last)
                    last = now
        return moved_by_them > 0

    attack.__name__ = f"hide_and_show_{hours}"
    return attack


ATTACKS: list[Attack] = [
    fill_to_the_last_digit,
    know_the_rounding,
    fill_until_it_moves,
    there_and_back,
    wait_at_each_round_figure,
]
#: At another pace each.
_PACES = ((1, 0), (1, 1), (2, 1), (4, 1), (4, 2), (8, 1), (13, 1))
REPEATED = [back_and_again(hours, pads) for hours, pads in _PACES]
REPEATED += [hide_and_show(1), hide_and_show(4)]


def share_right(attack: Attack, people: int) -> float:
    """How often it is right, about people of whom every second one has signed."""
    return sum(attack(Petition(n, n % 2 == 0)) is (n % 2 == 0) for n in range(people)) / people
