"""Deleting a draft, after a question."""

from __future__ import annotations

from server.core.petitions.petitions import Petition
from server.core.upkeep.deleting import delete_draft
from server.web.desk.resuming import HOME
from server.web.desk.visit import Visit


async def delete(visit: Visit) -> None:
    """GET asks; POST deletes a petition that was never open."""
    petition = await visit.petition()
    if petition.state != "draft":
        await visit.go_to_petition(petition, "?done=no_draft")
    elif visit.posts:
        await _delete(visit, petition)
    else:
        await visit.send_petition_page("life/delete", petition, {})


async def _delete(visit: Visit, petition: Petition) -> None:
    async with visit.services.database.write() as tx:
        deleted = await delete_draft(tx, petition.id, visit.services.now())
        if deleted:
            title = petition.wording(petition.language).title
            await visit.note_team(tx, "deleted", petition=title)
    await visit.services.directory.refresh()
    if deleted:
        await visit.go_to(f"{HOME}?done=deleted")
    else:
        await visit.go_to_petition(petition, "?done=no_draft")
