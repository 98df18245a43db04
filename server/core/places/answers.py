"""A signer's answers about where they live: one question after the other, none outside its menu.

An answer is a division, `NOT_SURE`, or `NOT_MINE`, which undoes all before it. A form may bring
whatever it likes: each answer is taken only if the question of that moment offers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.core.places import finding
from server.core.places.outcomes import (
    NOTHING_CHOSEN,
    REGION,
    Addressing,
    AskDistrict,
    AskRegion,
    Choose,
    Chosen,
    Option,
    Outcome,
)
from server.db import Transaction

NOT_SURE: Final = "?"
NOT_MINE: Final = "!"
MOST_ANSWERS: Final = 8  # more questions than any petition asks


@dataclass(frozen=True, slots=True)
class Followed:
    """Where the answers lead to. `answers` are those that were taken; `refused`: one was not on
    offer, and nothing behind it was read."""

    outcome: Outcome
    chosen: Chosen
    answers: tuple[str, ...] = ()
    refused: bool = False


async def follow(
    tx: Transaction, addressing: Addressing, postcode: str, day: str, answers: Sequence[str]
) -> Followed:
    """Whom they reach after these answers, or the next question. The postcode is folded."""
    taken: list[str] = []
    chosen = NOTHING_CHOSEN
    outcome = await finding.find(tx, addressing, postcode, day, chosen)
    for answer in answers[:MOST_ANSWERS]:
        following = _after(outcome, chosen, answer)
        if following is None:
            return Followed(outcome, chosen, tuple(taken), refused=True)
        taken = [answer] if answer == NOT_MINE else [*taken, answer]
        chosen = following
        outcome = await finding.find(tx, addressing, postcode, day, chosen)
    return Followed(outcome, chosen, tuple(taken))


def offered(outcome: Outcome) -> tuple[Option, ...]:
    """What a question has to choose from; nothing where nothing is asked."""
    match outcome:
        case Choose(_, options, other):
            return options + other
        case AskRegion(options) | AskDistrict(_, _, options):
            return options
        case _:
            return ()


def _after(outcome: Outcome, chosen: Chosen, answer: str) -> Chosen | None:
    """What is chosen with this answer, too; None if it was not on offer."""
    if answer == NOT_MINE:
        return Chosen(not_mine=True)
    options = {option.division for option in offered(outcome)}
    if answer == NOT_SURE and options:
        return replace(chosen, unsure=chosen.unsure | {_asked(outcome)})
    if answer in options:
        return replace(chosen, divisions=(*chosen.divisions, answer))
    return None


def _asked(outcome: Outcome) -> str:
    """The level that a question is about."""
    return outcome.level if isinstance(outcome, Choose | AskDistrict) else REGION
