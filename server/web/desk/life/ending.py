"""Ending a petition for good: the question, and a second organizer who agrees."""

from __future__ import annotations

from server.core.desk import ends
from server.core.desk.signers import invalidation
from server.core.desk.signers.consent import needs_second
from server.core.petitions.petitions import Petition, check_not_ended
from server.core.upkeep import ending
from server.core.values.names import tidy
from server.db import Transaction
from server.errors import InvalidInput, NotFound, NotOpen
from server.web.desk.visit import Visit
from server.web.desk.words import END_FAULTS


async def end(visit: Visit) -> None:
    """GET asks; POST ends it, or lets that wait for a second organizer."""
    petition = await visit.petition()
    if petition.state == "ended":
        await visit.go_to_petition(petition)
    elif not visit.posts:
        await _send_question(visit, petition)
    elif tidy(visit.form.get("sure", "")).lower() != petition.slug:
        await _send_question(visit, petition, "sure")
    else:
        await _end(visit, petition)


async def _send_question(visit: Visit, petition: Petition, fault: str = "") -> None:
    services, now = visit.services, visit.services.now()
    async with services.database.read() as tx:
        seen = await ends.all_of_it(tx, petition.id, now)
        second = await needs_second(tx, petition.id, seen, visit.organizer.id, now)
    await visit.send_petition_page(
        "life/end",
        petition,
        {},
        seen=seen,
        second=second,
        values=visit.form,
        field_at_fault="sure" if fault == "sure" else "reason",
        fault=fault and visit.sentence(END_FAULTS, fault, slug=petition.slug),
    )


async def _end(visit: Visit, petition: Petition) -> None:
    services, now, who = visit.services, visit.services.now(), visit.organizer.id
    try:
        reason = invalidation.checked_reason(visit.form.get("reason", ""))
        async with services.database.write() as tx:
            await check_not_ended(tx, petition.id)
            seen = await ends.all_of_it(tx, petition.id, now)
            waits = await needs_second(tx, petition.id, seen, who, now)
            if not waits:
                await _end_now(visit, tx, petition, reason=reason)
            elif await ends.ask(tx, petition.id, who, reason, now):
                await visit.note(tx, "end_asked", petition.id, reason=reason, n=seen.n)
    except InvalidInput as error:
        await _send_question(visit, petition, error.problems[0].code)
        return
    except NotOpen:
        waits = False  # pressed twice
    await _go_back(visit, petition, "end_asked" if waits else "ended")


async def _end_now(visit: Visit, tx: Transaction, petition: Petition, **detail: str) -> None:
    """End it; the worker empties what is left of it."""
    await ending.end(tx, visit.services.keys, petition, visit.services.now())
    await visit.note(tx, "ended", petition.id, **detail)


async def _go_back(visit: Visit, petition: Petition, done: str) -> None:
    await visit.services.directory.refresh()
    await visit.go_to_petition(petition, f"?done={done}")


async def agree(visit: Visit) -> None:
    """GET shows a second organizer what another asks for; POST agrees to it."""
    petition = await visit.petition()
    try:
        await (_agree if visit.posts else _send_asked)(visit, petition)
    except NotFound:
        await _go_back(visit, petition, "end_gone")
    except NotOpen:
        await _go_back(visit, petition, "ended")


async def _send_asked(visit: Visit, petition: Petition, fault: str = "") -> None:
    services, now = visit.services, visit.services.now()
    async with services.database.read() as tx:
        asked = await ends.asked(tx, petition.id, now)
        seen = await ends.all_of_it(tx, petition.id, now)
    if asked is None:
        raise NotFound
    if seen.n:
        await visit.note_look(petition)
    fault = fault and visit.sentence(END_FAULTS, fault)
    await visit.send_petition_page("life/agree", petition, {}, asked=asked, seen=seen, fault=fault)


async def _agree(visit: Visit, petition: Petition) -> None:
    try:
        async with visit.services.database.write() as tx:
            await check_not_ended(tx, petition.id)
            now = visit.services.now()
            asked = await ends.agreed(tx, petition.id, visit.organizer.id, now)
            await _end_now(visit, tx, petition, reason=asked.reason, asked_by=asked.by)
    except InvalidInput as error:
        await _send_asked(visit, petition, error.problems[0].code)
    else:
        await _go_back(visit, petition, "ended")


async def keep(visit: Visit) -> None:
    """POST: the end that waits is off."""
    petition = await visit.petition()
    async with visit.services.database.write() as tx:
        await check_not_ended(tx, petition.id)
        if await ends.cancel(tx, petition.id):
            await visit.note(tx, "end_cancelled", petition.id)
    await _go_back(visit, petition, "end_kept")
