"""The columns of `signatures` that a decision reads and writes: one line each.

From its line in `Columns` follow how a column is selected, how a batch of it travels, how it is
written back, and whether it goes when its signer takes the signature back. What no decision touches
(`approved_at`, `invalidation_id`) has no line.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

from server.db import ColumnType

T = TypeVar("T")
_PERSONAL = "personal"
#: Tells something of a signer, and is erased when they take the signature back.
Personal = Annotated[T | None, _PERSONAL]


@dataclass(slots=True)
class Columns:
    """One row. A column has the name of its field, but for `class_`."""

    id: int
    petition_id: int
    class_: str
    language: str
    created_at: int
    name: Personal[str] = None
    postcode: Personal[str] = None
    contact: Personal[str] = None
    comment: Personal[str] = None
    place_key: Personal[bytes] = None
    contact_key: Personal[bytes] = None
    person_key: Personal[bytes] = None
    public_at: Personal[int] = None
    news_at: Personal[int] = None
    prefix_tag: Personal[bytes] = None
    verified_at: int | None = None
    held_at: int | None = None
    rejected_at: int | None = None
    withdrawn_at: int | None = None
    noted_at: int | None = None
    absorbed_by: int | None = None  # the id of a verified signature
    wording: int = 1  # the number of what its signer has read
    collector: Personal[int] = None  # who brought its signer, by their number in the petition
    group_key: Personal[bytes] = None  # in whose count of verified ones it stands


@dataclass(slots=True)
class BesidesColumns:
    """One row of `besides`, which goes with its signature and is personal altogether. What no
    decision of a signer touches has no line here either."""

    petition_id: int
    signature_id: int
    stated_at: Personal[int] = None
    organization: Personal[str] = None
    reply: Personal[str] = None
    shares: Personal[str] = None
    email: Personal[str] = None


_SQL_TYPES: dict[Any, ColumnType] = {int: "int", str: "text", bytes: "blob"}


def _type_of(hint: Any) -> ColumnType:
    """The first of the types inside `int`, `int | None` or `Personal[int]` that SQL knows."""
    while hint not in _SQL_TYPES:
        hint = get_args(hint)[0]
    return _SQL_TYPES[hint]


_HINTS = get_type_hints(Columns, include_extras=True)
#: Columns with their types, in the order in which rows are selected and batches packed.
TYPES: dict[str, ColumnType] = {
    "class" if field == "class_" else field: _type_of(hint) for field, hint in _HINTS.items()
}
_BESIDES_HINTS = get_type_hints(BesidesColumns, include_extras=True)
#: The same of `besides`.
BESIDES: dict[str, ColumnType] = {field: _type_of(hint) for field, hint in _BESIDES_HINTS.items()}
PERSONAL_BESIDES = tuple(f for f, hint in _BESIDES_HINTS.items() if _PERSONAL in get_args(hint))
#: What is erased with the person.
PERSONAL = tuple(field for field, hint in _HINTS.items() if _PERSONAL in get_args(hint))
#: By which the same person is found again.
KEYS = ("place_key", "contact_key", "person_key")
NAMES = ", ".join(TYPES)
#: Of `signatures s`; a row so selected is `Columns(*row)`.
SELECTED = ", ".join(f"s.{column}" for column in TYPES)
#: From a batch `b`. A signature stays what it is and whose petition's.
ASSIGNED = ", ".join(
    f"{column} = b.{column}" for column in TYPES if column not in {"id", "petition_id"}
)
#: A row as it travels in a batch.
values_of = attrgetter(*_HINTS)
