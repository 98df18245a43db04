"""Texts of a petition that were not understood: what people wrote, and what is made of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from server.core.conversations import misread, offers
from server.core.conversations.misread import Judgement, MisreadText, Shown
from server.core.desk import audit
from server.core.desk.people import teams
from server.core.petitions.petitions import Petition
from server.core.values.contacts import masked, masked_body, masked_numbers
from server.db import Transaction
from server.errors import InvalidInput, NotOpen
from server.texting.allowed import may_text, sending_gateway
from server.texting.misread import cases, offering
from server.web.desk.visit import Visit
from server.web.desk.words import KIND_WORDS
from server.words.render import N_
from sms.reading import reserved

CASES = 500  # texts in the file, the latest
BODY_READ = 300  # characters of a text on the page
_FILTERS: dict[Shown, str] = {
    "unknown": N_("Not understood"),
    "unsure": N_("We are not sure"),
    "all": N_("All texts"),
}
#: What may be read to be judged; of other texts only what kind they are.
_TO_JUDGE = frozenset({"unknown", "which", "stop_how", "late"})
_MADE = {
    "waits": N_("The question to this phone waits until it may go out."),
    "asked": N_("Asked, and not answered yet."),
    "signed": N_("Asked, and signed."),
    "no": N_("Asked, and said no."),
    "wrote": N_("They wrote again before the question went out. They were not asked."),
    "stopped": N_("You noted an opt-out. This phone gets no more texts."),
    "seen": N_("There was nothing to do."),
}
#: What was done, by the act of the audit log that shows that it was.
_DONE = {
    "text_asked": (
        "asked",
        N_("The question goes out by day, between 8 and 21 where that phone is. See below."),
    ),
    "text_stopped": ("stopped", N_("That phone gets no more texts.")),
    "text_seen": ("seen", N_("That text is off the list.")),
}
_NOT_DONE = {
    "gone": N_("That text is no longer here. Nothing was changed."),
    "judged": N_("Somebody has decided about that text already. Nothing was changed."),
    "lately": N_("That phone was asked in the last 30 days. Nothing is sent."),
    "opted_out": N_("That phone wants no texts. Nothing is sent."),
    "country": N_("This server sends no texts to that number. Nothing is sent."),
}
_FAULTS = {
    ("name", "missing"): N_("Write the name as it stands in the text."),
    ("name", "long"): N_("Write a shorter name."),
    ("name", "not_a_name"): N_("That is not a name. Leave links and numbers out."),
    ("name", "not_in_text"): N_("Use only words that stand in the text."),
    ("postcode", "missing"): N_("Write the postcode."),
    ("postcode", "long"): N_("That is not a postcode."),
    ("postcode", "malformed"): N_("That is not a postcode."),
    ("word", "closed"): N_("This petition takes no signatures now. Choose another one."),
}


async def show(visit: Visit) -> None:
    """The latest first."""
    petition, services = await visit.petition(), visit.services
    shown: Shown = next((word for word in _FILTERS if word == visit.query("show")), "unknown")
    before = visit.query("before")
    async with services.database.read() as tx:
        found = await misread.misread_texts(tx, petition.id, shown, services.now(), before)
        last = await audit.last_act(tx, petition.id, visit.organizer.name)
    page = found[: misread.TEXTS_SHOWN]
    if any(_is_readable(text, shown) for text in page):
        await visit.note_look(petition)
    true = dict([_DONE[last]]) if last in _DONE else {}
    await visit.send_petition_page(
        "texts",
        petition,
        _NOT_DONE | true,
        texts=[_as_shown(visit, text, petition, shown) for text in page],
        more=page[-1].ref if len(found) > len(page) else "",
        shown=shown,
        filters={word: visit.pages.sentence(label) for word, label in _FILTERS.items()},
    )


def _is_readable(text: MisreadText, shown: Shown) -> bool:
    return text.kind in _TO_JUDGE or shown == "unsure"


def _as_shown(
    visit: Visit, text: MisreadText, petition: Petition, shown: Shown = "unsure"
) -> dict[str, Any]:
    """One text as the page has it: no number, and of words as much as it takes to judge them."""
    readable, made = _is_readable(text, shown), _made_of(text)
    words = reserved() | {petition.keyword}
    cut = text.body[:BODY_READ] + "…" * (len(text.body) > BODY_READ)
    return {
        "ref": text.ref,
        "at": visit.moment(text.received_at),
        "sender": masked(text.sender),
        "body": masked_numbers(cut) if readable else masked_body(text.body, words),
        "kind": visit.sentence(KIND_WORDS, text.kind),
        "reply": masked_numbers(text.reply or "") if readable else "",
        "opted_out": text.opted_out,
        "open": readable and not made,
        "made": visit.sentence(_MADE, made) if made else "",
        "made_at": visit.moment(text.judged_at) if text.judged_at else "",
    }


def _made_of(text: MisreadText) -> str:
    """What was made of it, as a word of `_MADE`; '' for nothing yet."""
    if text.judgement == "asked":
        return text.answer or ("asked" if text.sent_at else "waits")
    return text.judgement or ""


async def decide(visit: Visit) -> None:
    """POST: it was an opt-out, there is nothing to do, or on to what its phone is to be asked."""
    petition, act = await visit.petition(), visit.form.get("do", "")
    if act == "ask":
        await visit.go_to_petition(petition, f"/texts/ask?text={visit.form.get('text', '')[:80]}")
        return
    judgement: Judgement = "stopped" if act == "stop" else "seen"
    services = visit.services
    async with services.database.write() as tx:
        text = await misread.misread_text(
            tx, petition.id, visit.form.get("text", ""), services.now()
        )
        done = text is not None and act in {"stop", "seen"}
        if text and done:
            judged = misread.stop_phone if act == "stop" else _see
            done = await judged(tx, text, petition.id, services.now())
            if done:
                await visit.note(tx, f"text_{judgement}", petition.id)
    await _go_back(visit, petition, judgement if done else "judged" if text else "gone")


async def _see(tx: Transaction, text: MisreadText, petition_id: int, now: int) -> bool:
    return await misread.judge(tx, text, "seen", petition_id, now)


async def _go_back(visit: Visit, petition: Petition, done: str) -> None:
    await visit.go_to_petition(petition, f"/texts?done={done}")


async def ask(visit: Visit) -> None:
    """What a phone is to be asked; with POST, ask it."""
    petition = await visit.petition()
    ref = visit.form.get("text", "") if visit.posts else visit.query("text")
    async with visit.services.database.read() as tx:
        text = await misread.misread_text(tx, petition.id, ref, visit.services.now())
    if text is None or text.judgement:
        await _go_back(visit, petition, "judged" if text else "gone")
        return
    if visit.posts:
        await _ask(visit, petition, text)
        return
    read = offering.read_so_far(visit.services, text, petition)
    values = {"name": read.name, "postcode": read.postcode, "word": read.keyword}
    await _send_form(visit, petition, text, values, {})


async def _choice(visit: Visit) -> dict[str, Petition]:
    """The open petitions of this organization, by their words."""
    async with visit.services.database.read() as tx:
        mine = await teams.petitions_of(tx, [visit.standing.organization_id])
    return {p.keyword: p for p in visit.services.directory.open() if p.id in mine}


async def _ask(visit: Visit, petition: Petition, text: MisreadText) -> None:
    services, form = visit.services, visit.form
    values = {name: form.get(name, "") for name in ("name", "postcode", "word")}
    wanted = (await _choice(visit)).get(values["word"])
    try:
        if wanted is None:
            raise NotOpen(values["word"])
        asked = offering.checked(services, text, wanted, values["name"], values["postcode"])
    except NotOpen:
        await _send_form(visit, petition, text, values, {"word": "closed"})
        return
    except InvalidInput as error:
        await _send_form(visit, petition, text, values, {p.field: p.code for p in error.problems})
        return
    if not may_text(services, text.sender) or sending_gateway(services) is None:
        await _go_back(visit, petition, "country")
        return
    keys, id_ = services.keys.phones(text.sender), services.new_id()
    async with services.database.write() as tx:
        refusal = await offers.offer(tx, text, asked, keys, services.now(), id_)
        if not refusal:
            await visit.note(tx, "text_asked", petition.id)
    await _go_back(visit, petition, refusal or "asked")


async def _send_form(
    visit: Visit,
    petition: Petition,
    text: MisreadText,
    values: Mapping[str, str],
    faults: Mapping[str, str],
) -> None:
    await visit.note_look(petition)
    said = {field: visit.pages.sentence(_FAULTS[field, code]) for field, code in faults.items()}
    choice = await _choice(visit)
    await visit.send_petition_page(
        "ask",
        petition,
        {},
        text=_as_shown(visit, text, petition),
        values=values,
        faults=said,
        choice=choice,
    )


async def download(visit: Visit) -> None:
    """Texts that were not understood as cases of a test, with nobody in them."""
    petition, services = await visit.petition(), visit.services
    found: list[MisreadText] = []
    kinds: tuple[Shown, ...] = ("unknown", "unsure")
    async with services.database.read() as tx:
        for kind in kinds:
            found += await misread.misread_texts(tx, petition.id, kind, services.now(), "", CASES)
    if visit.scope["method"] != "HEAD":
        async with services.database.write() as tx:
            await visit.note(tx, "text_cases", petition.id)
    words = services.directory.by_keyword.keys()

    async def lines() -> AsyncGenerator[bytes]:
        told = ((text.body, text.reply, text.language) for text in found)
        for line in cases.as_cases(services.renderer, told, words):
            yield f"{line}\n".encode()

    name = f"{petition.slug}-texts.txt"
    await visit.send_file(name, b"text/plain;charset=utf-8", lines())
