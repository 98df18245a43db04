"""In which state a signature is: told from its times, by one definition for Python and for SQL.

A nullable time stands in place of a boolean; one without contact that a verified signature of the
same name and place has absorbed names that in place of a time. The first of `_ORDER` that is set
names the state; a signature without any of them is unverified.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

State = Literal["withdrawn", "rejected", "absorbed", "held", "verified", "unverified"]
#: The states of which a file tells. What is absorbed stands there as the signature that did it.
LISTED: tuple[State, ...] = ("withdrawn", "rejected", "held", "verified", "unverified")
#: The states that have a figure; the rest is in none.
IN_TOTAL: tuple[State, ...] = ("verified", "unverified", "held")

_ORDER: tuple[tuple[State, str], ...] = (
    ("withdrawn", "withdrawn_at"),
    ("rejected", "rejected_at"),
    ("absorbed", "absorbed_by"),
    ("held", "held_at"),
    ("verified", "verified_at"),
)


class Times(Protocol):
    """What has a state."""

    withdrawn_at: int | None
    rejected_at: int | None
    absorbed_by: int | None
    held_at: int | None
    verified_at: int | None


def state_of(signature: Times) -> State:
    for state, time in _ORDER:
        if getattr(signature, time) is not None:
            return state
    return "unverified"


def is_counted(signature: Times) -> bool:
    """Whether it is in the figure of the verified ones, in which a petition is counted."""
    return state_of(signature) == "verified"


#: SQL for the state of a row of `signatures`.
STATE = " ".join(
    [
        "CASE",
        *(f"WHEN {time} IS NOT NULL THEN '{state}'" for state, time in _ORDER),
        "ELSE 'unverified' END",
    ]
)


def where(*states: State) -> str:
    """SQL that holds for the rows of `signatures` in one of these states.

    It compares with NULL alone, so that an index over such rows is found.
    """
    return _where(states, _ORDER) or "true"


def _where(wanted: Sequence[State], order: Sequence[tuple[State, str]]) -> str | None:
    """The condition on the times of `order`, those before them being NULL; None for any."""
    if not order:
        return None if "unverified" in wanted else "false"
    (state, time), rest = order[0], _where(wanted, order[1:])
    if state in wanted:
        set_ = f"{time} IS NOT NULL"
        return None if rest is None else set_ if rest == "false" else f"({set_} OR {rest})"
    unset = f"{time} IS NULL"
    return unset if rest is None else rest if rest == "false" else f"{unset} AND {rest}"
