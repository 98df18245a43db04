"""The page of an organization: its members and their roles, and the links that let somebody in."""

from __future__ import annotations

import secrets
from typing import Any

from server.core.desk import audit
from server.core.desk.people import invitations, organizers, teams
from server.core.desk.people.teams import Roles, listed, read_roles, written_roles
from server.core.values.ids import read_id
from server.core.values.keys import mac
from server.db import Transaction
from server.errors import InvalidInput, NotFound
from server.web.desk.people.team_words import (
    LIMITS,
    ROLE_MEANINGS,
    ROLE_WORDS,
    TEAM_DONE,
    TEAM_FAULTS,
    action_words,
    roles_words,
)
from server.web.desk.resuming import HOME
from server.web.desk.visit import Visit

TEAM_ENTRIES = 30  # of the audit log on the page
NONCE_BYTES = 16
_LIMITED = {"whom": "no_whom", "roles": "no_link_role"}


async def show(visit: Visit) -> None:
    """Who is in the team; for owners, with the buttons that change it."""
    services, id_, word = visit.services, visit.standing.organization_id, visit.query("done")
    async with services.database.read() as tx:
        found: dict[str, Any] = {
            "members": await teams.members(tx, id_),
            "entries": await audit.of_organization(tx, id_, TEAM_ENTRIES),
            "invitations": await invitations.waiting(tx, id_, services.now()),
        }
    await _send(
        visit,
        "people/team",
        done=visit.sentence(TEAM_DONE, word, **LIMITS) if word in TEAM_DONE else "",
        fault=word in TEAM_FAULTS,
        meanings=ROLE_MEANINGS,
        written=written_roles,
        time=visit.moment,
        are=lambda roles: roles_words(visit.sentence, roles),
        did=lambda entry: action_words(visit.sentence, entry.action, entry.detail),
        values={},
        **found,
    )


async def _send(visit: Visit, template: str, **context: Any) -> None:
    await visit.send_page(
        template,
        team=visit.standing,
        own=_own(visit),
        roles=ROLE_WORDS,
        nonce=secrets.token_hex(NONCE_BYTES),
        **context,
    )


def _own(visit: Visit) -> str:
    return f"{HOME}o/{visit.standing.organization_id}"


async def _go_back(visit: Visit, done: str) -> None:
    await visit.go_to(f"{_own(visit)}?done={done}")


async def rename(visit: Visit) -> None:
    """POST: another name for the organization."""
    name, was = visit.form.get("name", ""), visit.standing.organization
    try:
        async with visit.services.database.write() as tx:
            await teams.rename(tx, visit.standing.organization_id, name)
            name = await teams.name_of(tx, visit.standing.organization_id)
            if name != was:
                await visit.note_team(tx, "renamed", was=was, name=name)
    except InvalidInput:
        await _go_back(visit, "no_name")
    else:
        await _go_back(visit, "renamed")


# Letting somebody in.


async def invite(visit: Visit) -> None:
    """POST: make a link, and show it. The same form once more shows the same link."""
    services, form, id_ = visit.services, visit.form, visit.standing.organization_id
    key = services.keys.server("invitation")
    token = mac(key, str(id_), form.get("csrf", ""), form.get("nonce", "")).hex()
    try:
        roles = read_roles(form)
        async with services.database.write() as tx:
            whom, who = form.get("whom", ""), visit.organizer.id
            if await invitations.invite(tx, token, id_, roles, whom, who, services.now()):
                await visit.note_team(tx, "invited", roles=listed(roles))
    except InvalidInput as error:
        fault = visit.sentence(TEAM_DONE, _LIMITED[error.problems[0].field], **LIMITS)
        await _send(visit, "people/invite", values=form, link="", done=fault, fault=True)
    else:
        link = f"{services.settings.public_url}{HOME}join/{token}"
        await _send(visit, "people/invite", link=link, whom=form.get("whom", ""), fault=False)


async def revoke(visit: Visit) -> None:
    """POST: a link lets nobody in any more."""
    id_, invitation = visit.standing.organization_id, read_id(visit.part("id")) or 0
    async with visit.services.database.write() as tx:
        waiting = await invitations.waiting(tx, id_, visit.services.now())
        found = next((i for i in waiting if i.id == invitation), None)
        if found and await invitations.revoke(tx, id_, invitation):
            await visit.note_team(tx, "revoked", roles=listed(found.roles))
    await _go_back(visit, "revoked")


# Members.


async def set_roles(visit: Visit) -> None:
    """POST: what a member may do from now on, if it still is what the form has shown."""
    try:
        roles = read_roles(visit.form)
    except InvalidInput:
        await _go_back(visit, "no_role")
        return
    await _go_back(visit, await _change(visit, read_id(visit.part("id")) or 0, roles, "roles"))


async def remove(visit: Visit) -> None:
    """POST: a member is none any more."""
    who = read_id(visit.part("id")) or 0
    await _go_back(visit, await _change(visit, who, frozenset(), "removed"))


async def leave(visit: Visit) -> None:
    """POST: go, oneself."""
    done = await _change(visit, visit.organizer.id, frozenset(), "left")
    await (visit.go_to(HOME) if done == "left" else _go_back(visit, done))


async def _change(visit: Visit, who: int, roles: Roles, action: str) -> str:
    """Give a member these roles; the word for what became of it."""
    id_, now = visit.standing.organization_id, visit.services.now()
    try:
        async with visit.services.database.write() as tx:
            if action == "roles" and await _was_changed(visit, tx, who, roles):
                return "changed"
            was = await teams.set_roles(tx, id_, who, roles, now)
            if was != roles:
                detail: dict[str, Any] = {"was": listed(was)}
                if action != "left":
                    detail["who"] = await organizers.name_of(tx, who)
                if roles:
                    detail["roles"] = listed(roles)
                await visit.note_team(tx, action, **detail)
    except NotFound:
        return "gone"
    except InvalidInput as error:
        return error.problems[0].code
    return action


async def _was_changed(visit: Visit, tx: Transaction, who: int, roles: Roles) -> bool:
    """Whether a member has other roles now than the form has shown, and than it asks for."""
    everybody = await teams.members(tx, visit.standing.organization_id)
    now_are = {m.organizer_id: m.roles for m in everybody}.get(who, roles)
    return now_are != roles and written_roles(now_are) != visit.form.get("was", "")
