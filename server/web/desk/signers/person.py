"""One signer: what is kept, what is put right, what is erased, and all of it as a file."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import wraps
from typing import Any

from server.core.desk import audit
from server.core.person import erasures, kept, mending
from server.core.person.kept import Kept
from server.core.person.mending import Right
from server.core.petitions.petitions import Petition
from server.core.signing.signatures import checked_entries
from server.core.values.ids import read_id
from server.errors import InvalidInput, NotFound, Problem
from server.web.desk.signers.finding import standing
from server.web.desk.signers.person_words import PERSON_DONE, PERSON_FAULTS, REASON_OF_ERASURE
from server.web.desk.visit import Room, Visit
from server.web.public.signing.kept import Teller, as_json
from server.web.public.words import REASON_WORDS

_KINDS = {"json": b"application/json", "txt": b"text/plain;charset=utf-8"}


def _where_it_is(answer: Room) -> Room:
    """Whoever is gone meanwhile, or never was, leads back to the search."""

    @wraps(answer)
    async def there(visit: Visit) -> None:
        petition = await standing(visit)
        try:
            await answer(visit)
        except NotFound:
            await visit.go_to_petition(petition, "/signers?done=gone")

    return there


def _id(visit: Visit) -> int:
    """Raises `NotFound`."""
    id_ = read_id(visit.part("id"))
    if id_ is None:
        raise NotFound(visit.part("id"))
    return id_


async def _kept(visit: Visit, petition: Petition, id_: int) -> Kept:
    """Raises `NotFound`."""
    services = visit.services
    async with services.database.read() as tx:
        found = await kept.of_signature(tx, services.keys, petition, id_)
    phone = await kept.phone_of(services.database, services.keys, petition, found.signature)
    if phone is None:
        return found
    async with services.database.read() as tx:
        return await kept.of_signature(tx, services.keys, petition, id_, phone)


def _mark(visit: Visit, petition: Petition, id_: int) -> str:
    """What the log has for a signature: nobody can read from it which one, once the petition's key
    is gone."""
    return visit.services.keys.sealed(petition.salt, id_).hex()


@_where_it_is
async def show(visit: Visit) -> None:
    """What is kept of one signature; whoever looks is put down."""
    petition = await standing(visit)
    await _send(visit, petition, await _kept(visit, petition, _id(visit)))


async def _send(
    visit: Visit, petition: Petition, found: Kept, problem: Problem | None = None
) -> None:
    id_ = found.signature.id
    async with visit.services.database.write() as tx:
        await visit.note(tx, audit.SAW, petition.id, signature=_mark(visit, petition, id_))
    first = {f: getattr(found.signature, f) or "" for f in ("name", "postcode", "comment")}
    await visit.send_petition_page(
        "signers/signer",
        petition,
        PERSON_DONE,
        signature=found.signature,
        parts=[*_teller(visit, masks=True).parts(found)],
        values=first | dict(visit.form),
        field=problem.field if problem else "",
        fault=problem and _fault(visit, problem),
    )


def _teller(visit: Visit, *, masks: bool) -> Teller:
    return Teller(
        visit.pages.sentence,
        visit.language,
        visit.way,
        lambda reason: visit.sentence(REASON_WORDS, reason),
        masks,
    )


def _fault(visit: Visit, problem: Problem) -> str:
    about = problem.field, problem.code
    return visit.pages.sentence(PERSON_FAULTS.get(about) or PERSON_FAULTS[problem.field, ""])


@_where_it_is
async def correct(visit: Visit) -> None:
    """POST: put name, postcode and comment right."""
    petition, id_, services = await standing(visit), _id(visit), visit.services
    try:
        right = Right(*checked_entries(petition, visit.form))
        async with services.database.write() as tx:
            about = tx, services.keys, petition, id_, right
            changed = await mending.correct(*about, visit.organizer.name, services.now())
            if changed:
                mark = _mark(visit, petition, id_)
                fields = ", ".join(changed)
                await visit.note(tx, "mended", petition.id, signature=mark, fields=fields)
    except InvalidInput as error:
        await _send(visit, petition, await _kept(visit, petition, id_), error.problems[0])
        return
    await _go_on(visit, petition, id_, "corrected" if changed else "same")


async def _go_on(visit: Visit, petition: Petition, id_: int, done: str) -> None:
    await visit.go_to_petition(petition, f"/signers/{id_}?done={done}")


@_where_it_is
async def end_news(visit: Visit) -> None:
    """POST: no news."""
    petition, id_ = await standing(visit), _id(visit)
    async with visit.services.database.write() as tx:
        about = tx, petition, id_, visit.organizer.name, visit.services.now()
        if done := await mending.end_news(*about):
            await visit.note(tx, "news_off", petition.id, signature=_mark(visit, petition, id_))
    await _go_on(visit, petition, id_, "news" if done else "same")


@_where_it_is
async def end_public(visit: Visit) -> None:
    """POST: the name is shown no more."""
    petition, id_ = await standing(visit), _id(visit)
    async with visit.services.database.write() as tx:
        about = tx, petition, id_, visit.organizer.name, visit.services.now()
        if done := await mending.end_public(*about):
            await visit.note(tx, "public_off", petition.id, signature=_mark(visit, petition, id_))
    await _go_on(visit, petition, id_, "public" if done else "same")


# Erasing.


@_where_it_is
async def erase(visit: Visit) -> None:
    """GET asks; POST erases, or lets that wait for a second organizer."""
    petition, id_ = await standing(visit), _id(visit)
    found = await _kept(visit, petition, id_)
    if found.signature.withdrawn_at is not None:
        raise NotFound(str(id_))
    if not visit.posts:
        await _send_question(visit, petition, found)
    else:
        await _erase(visit, petition, found)


async def _erase(visit: Visit, petition: Petition, found: Kept) -> None:
    services, id_, reason = visit.services, found.signature.id, visit.form.get("reason", "")
    phone = await kept.phone_of(services.database, services.keys, petition, found.signature)
    try:
        async with services.database.write() as tx:
            about = tx, services.keys, petition, id_, reason
            done = await erasures.ask(*about, visit.organizer.id, phone, services.now())
            action = "erased_signature" if done else "erasure_asked"
            await _note_erasure(visit, tx, petition, action, reason, id_)
    except InvalidInput as error:
        await _send_question(visit, petition, found, error.problems[0])
        return
    await visit.go_to_petition(petition, f"/signers?done={'erased' if done else 'asked'}")


async def _note_erasure(
    visit: Visit, tx: Any, petition: Petition, action: str, reason: str, id_: int
) -> None:
    why = visit.sentence(REASON_OF_ERASURE, reason)
    mark = _mark(visit, petition, id_)
    await visit.note(tx, action, petition.id, reason=why, signature=mark)


async def _send_question(
    visit: Visit, petition: Petition, found: Kept, problem: Problem | None = None
) -> None:
    services = visit.services
    async with services.database.read() as tx:
        about = tx, petition.id, found.signature
        second = await erasures.is_for_two(*about, visit.organizer.id, services.now())
    await visit.send_petition_page(
        "signers/erase",
        petition,
        {},
        signature=found.signature,
        second=second,
        why=REASON_OF_ERASURE,
        fault=problem and _fault(visit, problem),
    )


@_where_it_is
async def agree(visit: Visit) -> None:
    """POST: a second organizer agrees to an erasure, and it is done."""
    petition, services = await standing(visit), visit.services
    try:
        async with services.database.read() as tx:
            asked = await erasures.find(tx, petition.id, _id(visit), services.now())
            found = await kept.of_signature(tx, services.keys, petition, asked.signature_id or 0)
        phone = await kept.phone_of(services.database, services.keys, petition, found.signature)
        async with services.database.write() as tx:
            about = tx, services.keys, petition, asked.id
            await erasures.agree(*about, visit.organizer.id, phone, services.now())
            id_ = found.signature.id
            await _note_erasure(visit, tx, petition, "erased_signature", asked.reason, id_)
    except InvalidInput as error:
        code = error.problems[0].code
        done = "same_person" if code == "same" else code
    else:
        done = "erased"
    await visit.go_to_petition(petition, f"/signers?done={done}")


async def call_off(visit: Visit) -> None:
    """POST: the erasure that waits is off."""
    petition = await standing(visit)
    id_, now = read_id(visit.part("id")) or 0, visit.services.now()
    async with visit.services.database.write() as tx:
        if done := await erasures.cancel(tx, petition.id, id_, now):
            await visit.note(tx, "erasure_off", petition.id)
    await visit.go_to_petition(petition, f"/signers?done={'kept' if done else 'gone'}")


# As a file.


@_where_it_is
async def as_data(visit: Visit) -> None:
    """All of it for machines."""
    await _hand_out(visit, "json")


@_where_it_is
async def as_text(visit: Visit) -> None:
    """All of it to read."""
    await _hand_out(visit, "txt")


async def _hand_out(visit: Visit, kind: str) -> None:
    petition, id_ = await standing(visit), _id(visit)
    found = await _kept(visit, petition, id_)
    async with visit.services.database.write() as tx:
        await visit.note(tx, "handed_out", petition.id, signature=_mark(visit, petition, id_))
    text = _teller(visit, masks=False).text
    said = as_json([found]) if kind == "json" else text([found]).encode()

    async def whole() -> AsyncGenerator[bytes]:
        yield said

    await visit.send_file(f"{petition.slug}-{id_}.{kind}", _KINDS[kind], whole())
