"""What comes of looking for a signer's decision makers: they, or the question to ask next.

The doors word all of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from server.core.places.decision_makers import Officeholder
from server.core.places.divisions import MILLION

SLIVER: Final = MILLION // 50  # of a postcode's land: below that a division stands under "other"
REGION: Final = "region"  # as a level: whichever lies right below the country

#: vacant: the seat is empty. none: there is no such office in this region. ended: the terms that we
#: know are over. unsure: the signer does not know. map: the postcodes of that day are not known.
#: unknown: we know nobody of that role there.
Why = Literal["vacant", "none", "ended", "unsure", "map", "unknown"]
TOLD = frozenset({"vacant", "none"})  # nothing waits for more


@dataclass(frozen=True, slots=True)
class Addressing:
    """Whom a petition addresses: those of the signer's divisions, by role, in this order. Their
    levels are those of the roles' offices."""

    country: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the signer has answered so far: divisions, and the levels (`REGION` for that question)
    of which they are not sure. With `not_mine`, what their postcode says counts for nothing. A
    division that we do not know is as if it had not been said."""

    divisions: tuple[str, ...] = ()
    unsure: frozenset[str] = frozenset()
    not_mine: bool = False


NOTHING_CHOSEN: Final = Chosen()


@dataclass(frozen=True, slots=True)
class Option:
    """A division that it may be, and who decides there: nobody where the seat is empty. `share` is
    that of the postcode's land in millionths, None if unknown. A region among districts, of whom
    nobody is named, stands for all of its districts: its map has no postcodes for the day."""

    division: str
    share: int | None = None
    who: tuple[Officeholder, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """`count` of a role in a division (or a region, or '' if not even that is known) that are not
    found, and why."""

    role: str
    division: str
    why: Why
    count: int = 1


@dataclass(frozen=True, slots=True)
class Reached:
    """Who gets a letter, by the order of the roles. What goes to `held` waits, for the reason that
    each has; `said` are told to the signer. `offered` are asked for by no role of the petition, and
    are there in place of one that is not."""

    who: tuple[Officeholder, ...] = ()
    held: tuple[Missing, ...] = ()
    said: tuple[Missing, ...] = ()
    offered: tuple[Officeholder, ...] = ()


@dataclass(frozen=True, slots=True)
class Choose:
    """Several divisions of a level (`REGION`: several regions): larger shares first, and those that
    are but slivers under `other`."""

    level: str
    options: tuple[Option, ...]
    other: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class AskRegion:
    """We do not know the postcode: which region of the country?"""

    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class AskDistrict:
    """The region is known: which of its divisions of that level? `why`: we do not know the postcode
    (`postcode`), or the region's map has no postcodes for the day (`map`)."""

    region: str
    level: str
    options: tuple[Option, ...]
    why: Literal["postcode", "map"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody of these roles is known in the country at all."""


Outcome = Reached | Choose | AskRegion | AskDistrict | Unknown
