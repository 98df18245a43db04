"""For which organization a new petition is, of those for which an organizer may write one."""

from __future__ import annotations

from server.core.desk.people import teams
from server.core.desk.people.teams import Membership
from server.core.values.ids import read_id
from server.db import Transaction
from server.web.desk.visit import Visit


async def for_whom(tx: Transaction, visit: Visit) -> int:
    """The organization that is chosen; the first, if the form had no choice."""
    ours = [m.organization_id for m in await where_editor(tx, visit)]
    wanted = read_id(visit.form.get("organization", ""))
    return wanted if wanted in ours else ours[0]


async def owns_it(tx: Transaction, visit: Visit) -> bool:
    """Whether they own the organization that a new petition is for."""
    id_ = await for_whom(tx, visit)
    return teams.allows((await teams.at_organization(tx, visit.organizer.id, id_)).roles, "owner")


async def where_editor(tx: Transaction, visit: Visit) -> list[Membership]:
    """The organizations for which this organizer may write a petition."""
    mine = await teams.memberships(tx, visit.organizer.id)
    return [m for m in mine if teams.allows(m.roles, "editor")]
