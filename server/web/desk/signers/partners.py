"""Partners of a petition: how many share their name and e-mail with each, and its file."""

from __future__ import annotations

import re

from server.core.desk.signers import partners
from server.errors import NotFound
from server.web.desk.visit import Visit


async def show(visit: Visit) -> None:
    """The partners; with `?with=` the file of one."""
    petition, partner = await visit.petition(), visit.query("with")
    if partner:
        await _send_file(visit, partner)
        return
    async with visit.services.database.read() as tx:
        found = await partners.sharing(tx, petition.id)
    await visit.send_petition_page("signers/partners", petition, {}, found=found)


async def _send_file(visit: Visit, partner: str) -> None:
    """Name and e-mail of those who share them with this partner. Raises `NotFound`."""
    petition = await visit.petition()
    if partner not in petition.extras.partners:
        raise NotFound(partner)
    blocks = partners.partner_blocks(visit.services.database, petition.id, partner)
    if visit.scope["method"] != "HEAD":
        async with visit.services.database.write() as tx:
            await visit.note(tx, "shared", petition.id, partner=partner)
    word = re.sub(r"[^a-z0-9]+", "-", partner.lower()).strip("-") or "partner"
    await visit.send_file(f"{petition.slug}-{word}.csv", b"text/csv;charset=utf-8", blocks)
