"""Drafts that are read before they open: handed in by an owner, and decided on by a reviewer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass

from server.core.petitions import review as reviews
from server.core.petitions.petitions import Petition, all_petitions
from server.core.petitions.review import REASONS_LEAST, REASONS_LIMIT, UNREAD, checked_reasons
from server.errors import InvalidInput, NotFound, Overtaken
from server.web.desk.form import petition_form
from server.web.desk.form.parts import MAKERS, line, parts_of
from server.web.desk.form.schedule import SCHEDULE_FIELDS
from server.web.desk.resuming import HOME
from server.web.desk.visit import Visit
from server.web.desk.words import REVIEW_FAULTS
from server.web.public.preview import preview_path

#: Parts of the form that no reviewer has to read.
_UNREAD_PARTS = UNREAD | set(SCHEDULE_FIELDS)


@dataclass(frozen=True, slots=True)
class ReadPart:
    """What a reviewer reads of a part; `code` is its language, '' if it has none."""

    label: str
    said: str
    code: str


async def hand_in(visit: Visit) -> None:
    """POST: a draft waits for a reviewer; its form, if something is in the way."""
    petition = await visit.petition()
    try:
        async with visit.services.database.write() as tx:
            if await reviews.hand_in(tx, petition.id, visit.services.now()):
                await visit.note(tx, "handed_in", petition.id)
    except InvalidInput as error:
        await petition_form.ask_first(visit, petition, error)
    else:
        await visit.go_to_petition(petition, "?done=handed_in")


async def review(visit: Visit) -> None:
    """GET shows all of a draft that waits; POST accepts or rejects it."""
    petition = await visit.petition(visit.part("draft"))
    try:
        if visit.posts:
            await _decide(visit, petition)
        else:
            await _send_draft(visit, petition)
    except NotFound:  # another reviewer was faster
        await visit.go_to(f"{HOME}?done=decided")


async def _decide(visit: Visit, petition: Petition) -> None:
    done = "accepted" if visit.form.get("decide") == "accept" else "rejected"
    try:
        await _store_decision(visit, petition, accepts=done == "accepted")
    except InvalidInput as error:
        await _send_draft(visit, petition, error.problems[0].code)
    except Overtaken:
        await _send_draft(visit, petition, "changed")
    else:
        await visit.go_to(f"{HOME}?done={done}")


async def _store_decision(visit: Visit, petition: Petition, *, accepts: bool) -> None:
    now, said = visit.services.now(), visit.form.get("read", "")
    read = int(said) if re.fullmatch("[0-9]{1,9}", said) else -1
    reasons = "" if accepts else checked_reasons(visit.form.get("reasons", ""))
    async with visit.services.database.write() as tx:
        if accepts:
            await reviews.accept(tx, petition.id, read, now)
            await visit.note(tx, "review_accepted", petition.id)
        else:
            await reviews.reject(tx, petition.id, read, reasons, now)
            await visit.note(tx, "review_rejected", petition.id, reason=reasons)


async def _send_draft(visit: Visit, petition: Petition, fault: str = "") -> None:
    """Raises `NotFound` for one that does not wait."""
    services = visit.services
    async with services.database.read() as tx:
        # (the version first: what is read after it may only be newer, and then nothing is decided)
        read = await reviews.version_of(tx, petition.id)
        found = await reviews.review_of(tx, petition.id)
        stored = (await all_petitions(tx, [petition.id])).get(petition.id)
    if stored is None or stored.state != "draft" or found.handed_in_at is None:
        raise NotFound
    limits = {"least": REASONS_LEAST, "limit": REASONS_LIMIT}
    await visit.send_petition_page(
        "life/review",
        stored,
        {},
        read=read,
        since=visit.moment(found.handed_in_at),
        parts=list(_parts_read(visit, stored)),
        previews=[(code, preview_path(services.keys, stored, code)) for code in stored.wordings],
        values=visit.form,
        overtaken=fault == "changed",
        fault=fault and visit.sentence(REVIEW_FAULTS, fault, **limits),
    )


def _parts_read(visit: Visit, petition: Petition) -> Iterator[ReadPart]:
    """All that acceptance holds for, in the form's order."""
    for part, values in parts_of(petition_form.values_of(petition)).items():
        if part not in _UNREAD_PARTS:
            said = _makers(petition) if part == MAKERS else line(part, values)
            _, _, code = part.partition("_")
            code = code if code in petition.wordings else ""
            yield ReadPart(visit.part_label(part), visit.part_words(part, said), code)


def _makers(petition: Petition) -> str:
    """Everybody, also those for whom the form has no row."""
    return "\n\n".join(
        ", ".join(filter(None, astuple(d))).replace("\n", ", ") for d in petition.decision_makers
    )
