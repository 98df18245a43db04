"""What waits for an organizer: held signatures and comments; and the audit log."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Any

from server.core.desk import audit, moderation
from server.core.desk import invalidation as invalidations
from server.core.floods import alarms
from server.core.floods.holds import Hold
from server.core.petitions import petitions
from server.core.petitions.petitions import Petition
from server.web.desk.invalidation import condition_words
from server.web.desk.session import Visit
from server.web.desk.words import (
    ACTION_WORDS,
    ALARM_WORDS,
    DECIDED,
    INVALIDATION_WORDS,
    REASON_WORDS,
)

ENTRIES_SHOWN = 50  # of the audit log on a page


async def show(visit: Visit) -> None:
    """All that waits for a decision."""
    petition = await visit.petition()
    services = visit.services
    async with services.database.read() as tx:
        held = await moderation.held(tx, petition.id)
        samples = {group.why: group.sample for group in held}
        context: dict[str, Any] = {
            "alarms": await alarms.alarms(tx, petition.id, services.now()),
            "comments": await moderation.comments(tx, petition.id),
            "invalidations": await invalidations.all_of(tx, petition.id),
            "populations": await moderation.populations(tx, petition.id),
        }
    await _send_page(visit, "moderation", petition, held=held, samples=samples, bad=[], **context)


async def _send_page(visit: Visit, template: str, petition: Petition, **context: Any) -> None:
    await visit.send_petition_page(
        template,
        petition,
        DECIDED,
        reasons=lambda why: ", ".join(_reason(visit, h) for h in sorted(moderation.holds_of(why))),
        now=visit.services.now(),
        alarm_words=ALARM_WORDS,
        mail_can_stop=True,
        states=INVALIDATION_WORDS,
        condition_words=lambda condition: condition_words(condition, visit.language),
        **context,
    )


def _reason(visit: Visit, hold: Hold) -> str:
    words = visit.sentence(REASON_WORDS, hold.kind)
    return f"{words} ({hold.label})" if hold.label else words


async def _go_back(visit: Visit, petition: Petition, done: str) -> None:
    await visit.go_to_petition(petition, f"/moderation?done={done}")


async def decide(visit: Visit) -> None:
    """POST: accept or reject a group of held signatures, once its number was seen and agreed to."""
    petition = await visit.petition()
    why, accept = visit.form.get("why", ""), visit.form.get("accept") == "1"
    services = visit.services
    async with services.database.read() as tx:
        group = next((g for g in await moderation.held(tx, petition.id) if g.why == why), None)
    if group is None:
        await _go_back(visit, petition, "nothing")
        return
    if visit.form.get("sure") != str(group.n):
        await _send_page(visit, "sure", petition, group=group, accept=accept)
        return
    async with services.database.write() as tx:
        action = "accepted" if accept else "rejected"
        await visit.note(tx, action, petition.id, why=why, n=group.n)
    await moderation.decide(services.database, services.keys, petition, why, accept, services.now())
    await _go_back(visit, petition, action)


async def comments(visit: Visit) -> None:
    """POST: show or erase the comments that are ticked."""
    petition = await visit.petition()
    ids = {key: int(key[1:]) for key in visit.form if re.fullmatch(r"c\d{1,18}", key)}
    shown = [id_ for key, id_ in ids.items() if visit.form[key] == "show"]
    refused = [id_ for key, id_ in ids.items() if visit.form[key] == "erase"]
    async with visit.services.database.write() as tx:
        await moderation.judge_comments(tx, petition.id, shown, refused, visit.services.now())
        await visit.note(tx, "comments", petition.id, shown=len(shown), erased=len(refused))
    await _go_back(visit, petition, "comments")


async def populations(visit: Visit) -> None:
    """POST: how many people live in each postcode, as pasted lines."""
    petition = await visit.petition()
    people, bad = moderation.read_populations(visit.form.get("people", ""), petition.country)
    if bad:
        none: dict[str, Any] = dict.fromkeys(("held", "alarms", "comments", "invalidations"), ())
        context = none | {"samples": {}, "populations": {}, "bad": bad[:10]}
        typed = visit.form.get("people", "")
        await _send_page(visit, "moderation", petition, **context, typed=typed)
        return
    async with visit.services.database.write() as tx:
        await moderation.set_populations(tx, petition.id, people)
        await visit.note(tx, "populations", petition.id, postcodes=len(people))
    await _go_back(visit, petition, "populations")


async def text_codes(visit: Visit) -> None:
    """POST: whether codes may go out by text for this petition."""
    petition = await visit.petition()
    on = visit.form.get("on") == "1"
    async with visit.services.database.write() as tx:
        await petitions.set_sms_codes(tx, petition.id, visit.services.now() if on else None)
        await visit.note(tx, "text_codes", petition.id, on=on)
    await visit.services.directory.refresh()
    await _go_back(visit, petition, "text_codes")


async def log(visit: Visit) -> None:
    """The audit log of one petition, the newest first."""
    petition = await visit.petition()
    before = visit.query("before")
    async with visit.services.database.read() as tx:
        entries = await audit.entries(
            tx,
            petition.id,
            before=int(before) if re.fullmatch(r"\d{1,15}", before) else None,
            limit=ENTRIES_SHOWN + 1,
        )
    more = entries[ENTRIES_SHOWN - 1].n if len(entries) > ENTRIES_SHOWN else None
    shown = {"entries": entries[:ENTRIES_SHOWN], "more": more, "actions": ACTION_WORDS}
    await visit.send_petition_page("audit", petition, {}, **shown)


async def download_log(visit: Visit) -> None:
    """The audit log of one petition as lines of JSON, the oldest first.

    Its hashes tie it to entries of other petitions, which are left out: whoever runs the server
    checks the whole chain with `undersigned check`.
    """
    petition = await visit.petition()

    async def lines() -> AsyncGenerator[bytes]:
        async with visit.services.database.read() as tx:
            async for entry in audit.oldest_first(tx):
                if entry.petition_id == petition.id:
                    yield f"{entry.as_json()}\n".encode()

    await visit.send_file(
        f"{petition.slug}-audit.jsonl", b"application/jsonl;charset=utf-8", lines()
    )
