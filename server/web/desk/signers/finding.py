"""Finding a signer, and the erasures that wait for a second organizer."""

from __future__ import annotations

from typing import Any

from server.core.desk import audit
from server.core.person import erasures, search
from server.core.person.erasures import Erasure
from server.core.person.search import Look
from server.core.petitions.petitions import Petition
from server.core.signing import stored
from server.core.values.ids import read_id
from server.db import Transaction
from server.errors import InvalidInput, NotOpen, Throttled
from server.web.desk.signers.person_words import (
    BY_WORDS,
    PERSON_DONE,
    REASON_OF_ERASURE,
    SEARCH_FAULTS,
)
from server.web.desk.visit import Visit
from server.web.desk.words import WAIT
from server.web.public.signing.kept import KEPT_STATES


async def standing(visit: Visit) -> Petition:
    """The petition in the address. Raises `NotOpen` where it has ended: nobody is left in it."""
    petition = await visit.petition()
    if petition.state == "ended":
        raise NotOpen(petition.slug)
    return petition


async def find(visit: Visit) -> None:
    """GET the form; POST what is found. What is looked for stands in no address."""
    petition = await standing(visit)
    if not visit.posts:
        await _send(visit, petition)
        return
    try:
        look = await _look(visit, petition)
    except InvalidInput as error:
        problem = error.problems[0]
        await _send(visit, petition, fault=visit.sentence(SEARCH_FAULTS, problem.code))
    except Throttled as error:
        wait = visit.pages.sentence(WAIT, minutes=-(-error.seconds // 60))
        await _send(visit, petition, fault=wait, status=429)
    else:
        await _send(visit, petition, look=look)


async def _look(visit: Visit, petition: Petition) -> Look:
    """Look, and put down that somebody has: by what, but not for whom."""
    services, form = visit.services, visit.form
    wanted = search.sought(form.get("by", ""), form.get("words", ""), petition.country)
    before = read_id(form.get("before", "0")) or 0
    async with services.database.write() as tx:
        key = services.keys.server("sign-in")
        who = visit.organizer.name
        await search.take_look(tx, key, wanted.by, who, services.now())
        await visit.note(tx, audit.SEARCHED, petition.id, by=wanted.by)
    return await search.look(services.database, services.keys, petition, wanted, before)


async def _send(
    visit: Visit,
    petition: Petition,
    *,
    look: Look | None = None,
    status: int = 200,
    fault: str = "",
) -> None:
    async with visit.services.database.read() as tx:
        waiting = await _waiting(tx, petition, visit.services.now())
    if waiting:
        await visit.note_look(petition)
    context: dict[str, Any] = {"look": look, "fault": fault, "waiting": waiting, "status": status}
    context |= {
        "by_words": BY_WORDS,
        "states": KEPT_STATES,
        "why": REASON_OF_ERASURE,
        "values": visit.form,
    }
    await visit.send_petition_page("signers/signers", petition, PERSON_DONE, **context)


async def _waiting(tx: Transaction, petition: Petition, now: int) -> list[tuple[Erasure, str, str]]:
    """Each with the name and postcode that it would erase."""
    asked = await erasures.waiting(tx, petition.id, now)
    ids = [erasure.signature_id or 0 for erasure in asked]
    found = {s.id: s for s in await stored.by_ids(tx, petition.id, ids)}
    whose = [(erasure, found.get(erasure.signature_id or 0)) for erasure in asked]
    return [(erasure, s.name or "", s.postcode or "") for erasure, s in whose if s]
