"""Two organizers who edit one petition at once: what each of them wrote, for the second to choose.

What only one of them has changed is kept as that one wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.core.petitions.wording import versions
from server.core.petitions.wording.versions import Version
from server.web.desk.form.parts import KEEP, part_of, parts_of
from server.web.http.forms import FormValues

THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Choice:
    """A part of the form that both have changed, as each has it."""

    part: str
    mine: FormValues
    theirs: FormValues


@dataclass(frozen=True, slots=True)
class Merged:
    """The form of the second organizer with all that the first, `by`, has changed and they have not
    (`taken`); where both have changed a part, it is theirs until they choose."""

    values: FormValues
    by: str
    taken: Sequence[str]
    choices: Sequence[Choice]


def merged(mine: FormValues, base: FormValues, theirs: FormValues, by: str) -> Merged:
    """`base` is what the form of `mine` showed at first, `theirs` what is stored now."""
    own, first, now = parts_of(mine), parts_of(base), parts_of(theirs)
    values, taken, choices = dict(mine), [], []
    for part in dict.fromkeys([*now, *own]):
        here, there = own.get(part, {}), now.get(part, {})
        if here == there or there == first.get(part, {}):
            continue
        if here == first.get(part, {}):
            values = _replaced(values, part, there)
            taken.append(part)
        else:
            choices.append(Choice(part, here, there))
    return Merged(values, by, taken, choices)


def chosen(form: FormValues, stored: FormValues) -> dict[str, str]:
    """The form after the choices that it carries."""
    values, now = dict(form), parts_of(stored)
    for name, whose in form.items():
        if name.startswith(KEEP) and whose == THEIRS:
            part = name.removeprefix(KEEP)
            values = _replaced(values, part, now.get(part, {}))
    return values


def overtaking(known: Sequence[Version], based_on: int) -> tuple[Version, Version, str]:
    """The version that a form was based on, the one of now, and who has written since."""
    base = versions.as_of(known, based_on) or known[0]
    actors = dict.fromkeys(version.actor for version in known if version.version > based_on)
    return base, known[-1], ", ".join(actors)


def _replaced(values: FormValues, part: str, by: FormValues) -> dict[str, str]:
    return {name: v for name, v in values.items() if part_of(name) != part} | dict(by)
