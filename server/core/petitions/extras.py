"""What an organizer may add to a petition: all of it is optional, and no query reads it.

It is kept as one JSON object, without what says nothing: so what was stored before a field was
there is read as having none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from server.core.values.names import tidy
from server.errors import Problem

#: Letters that each field may have.
EXTRA_LIMITS = {"asker_kind": 60, "asker_contact": 200}
EXTRA_LINES = ("asker_kind", "asker_contact")  # one line, the same in all languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """`asker_kind` and `asker_contact`: what those are who ask, in their own words (a person, an
    association), and how anybody reaches them: an e-mail, a phone or an address."""

    asker_kind: str = ""
    asker_contact: str = ""


NO_EXTRAS = Extras()


def normal(extras: Extras) -> Extras:
    """The same without needless gaps."""
    return replace(extras, **{name: tidy(getattr(extras, name)) for name in EXTRA_LINES})


def problems(extras: Extras) -> Iterator[Problem]:
    """What is not well formed in extras that are `normal`."""
    for name in EXTRA_LINES:
        if len(getattr(extras, name)) > EXTRA_LIMITS[name]:
            yield Problem(name, "long")


def plain(extras: Extras) -> dict[str, Any]:
    """What JSON can say of them."""
    return {name: value for name, value in asdict(extras).items() if value}


def made_of(said: Mapping[str, Any]) -> Extras:
    """The extras of which `plain` was made."""
    return Extras(**said) if said else NO_EXTRAS


def packed(extras: Extras) -> str:
    return json.dumps(plain(extras), ensure_ascii=False)


def unpacked(text: str) -> Extras:
    return made_of(json.loads(text))
