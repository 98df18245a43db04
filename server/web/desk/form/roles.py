"""Those who decide where a signer lives, as ticks of a petition's form: one for each role."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from server.core.petitions.wording.draft import Draft
from server.core.places import decision_makers
from server.core.places.decision_makers import Office, title_of
from server.errors import StoreUnavailable
from server.web.desk.form.parts import ROLE
from server.web.desk.visit import Visit
from server.web.http.forms import FormValues

ROLES_OFFERED = 20  # that one form can hold; session.DESK_FIELDS bounds it
_TICKED = "1"


@dataclass(frozen=True, slots=True)
class Tick:
    """A role to choose. `known` is False for one of which no file has told us."""

    field: str
    title: str
    ticked: bool
    known: bool = True


def ticked_roles(values: FormValues) -> tuple[str, ...]:
    """The roles that are ticked in a form."""
    fields = [name for name, value in values.items() if value == _TICKED]
    return tuple(name.removeprefix(ROLE) for name in fields if name.startswith(ROLE))


def role_values(draft: Draft) -> dict[str, str]:
    """The roles of a draft as its form has them."""
    return {ROLE + role: _TICKED for role in draft.roles}


async def role_ticks(visit: Visit, values: FormValues) -> list[Tick]:
    """The roles of the form's country that have been imported, and whatever else is ticked; these
    alone while the store is away."""
    country = values.get("country", "").strip().upper()
    offices: list[Office] = []
    with suppress(StoreUnavailable):
        async with visit.services.database.read() as tx:
            offices = await decision_makers.offices(tx, country)
    chosen = ticked_roles(values)
    known = list(dict.fromkeys(office.role for office in offices))[:ROLES_OFFERED]
    ticks = [
        Tick(ROLE + role, title_of(role, "", offices, visit.language) or role, role in chosen)
        for role in known
    ]
    unknown = [role for role in chosen if role not in known]
    return ticks + [Tick(ROLE + role, role, ticked=True, known=False) for role in unknown]
