"""Signatures for an organization: which of them everybody may read."""

from __future__ import annotations

from server.core.desk.signers import for_organizations
from server.core.desk.signers.for_organizations import SHOWN_AT_ONCE
from server.core.values.ids import read_id
from server.web.desk.visit import Visit
from server.words.render import N_

#: What the page says after a change, by the word in its address.
_DONE = {
    "stored": N_("Your decisions are stored."),
    "nothing": N_("Nothing was changed. If a name was changed while you read, read it again."),
}


async def show(visit: Visit) -> None:
    """Those who want to be named, a page at a time, and how many there are at all."""
    petition, after = await visit.petition(), read_id(visit.query("after")) or 0
    async with visit.services.database.read() as tx:
        found = await for_organizations.of_petition(tx, petition.id, after)
        verified = await for_organizations.verified(tx, petition.id)
    listed = found[:SHOWN_AT_ONCE]
    more = listed[-1].id if len(found) > len(listed) else 0
    await visit.send_petition_page(
        "signers/organizations", petition, _DONE, listed=listed, verified=verified, more=more
    )


async def decide(visit: Visit) -> None:
    """POST: show those that are ticked, and no others of that page."""
    petition, form = await visit.petition(), visit.form
    ids = {name: read_id(name[1:]) for name in form if name[:1] in {"r", "s"}}
    marks = {id_: form[name] for name, id_ in ids.items() if id_ and name[0] == "r"}
    ticked = {id_ for name, id_ in ids.items() if id_ and name[0] == "s"} & marks.keys()
    async with visit.services.database.write() as tx:
        now = visit.services.now()
        changed = await for_organizations.decide(tx, petition.id, marks, ticked, now)
        if changed:
            await visit.note(tx, "organizations", petition.id, n=changed)
    done = "stored" if changed else "nothing"
    await visit.go_to_petition(petition, f"/organizations?done={done}")
