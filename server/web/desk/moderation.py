"""What waits for an organizer: held signatures, comments, invalidations; and the audit log."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response, StreamingResponse

from server.core.counting.counts import CLASSES as COUNTED
from server.core.desk import audit, invalidation, moderation
from server.core.desk.invalidation import Condition, Invalidation, Preview
from server.core.floods import alarms
from server.core.petitions import petitions
from server.core.petitions.petitions import Petition
from server.core.values.names import tidy
from server.core.values.postcodes import normal_postcode
from server.db import Transaction
from server.errors import InvalidInput, NotFound, Problem
from server.web.desk.petition_form import petition_of
from server.web.desk.session import Visit, see_other
from server.web.desk.words import (
    ACTIONS,
    ALARMS,
    CLASSES,
    DECISIONS,
    INVALID,
    INVALIDATIONS,
    REASONS,
)
from server.web.http.guard import security_headers
from server.words.render import date_words

ENTRIES = 50  # of the audit log on a page


async def show(visit: Visit) -> Response:
    """All that waits for a decision."""
    petition = await petition_of(visit)
    services = visit.services
    async with services.database.read() as tx:
        held = await moderation.held(tx, petition.id)
        samples = {group.why: await moderation.sample(tx, petition.id, group.why) for group in held}
        context: dict[str, Any] = {
            "alarms": await alarms.alarms(tx, petition.id, services.now()),
            "comments": await moderation.comments(tx, petition.id),
            "invalidations": await invalidation.all_of(tx, petition.id),
            "populations": await moderation.populations(tx, petition.id),
        }
    return _page(visit, "moderation", petition, held=held, samples=samples, bad=[], **context)


def _page(visit: Visit, template: str, petition: Petition, **context: Any) -> Response:
    services = visit.services
    language = services.settings.language

    def say(words: dict[str, str], key: str, **fields: object) -> str:
        return services.renderer.say(language, words.get(key, key), **fields)

    done = visit.request.query_params.get("done", "")
    return visit.page(
        template,
        petition=petition,
        text=petition.text(language),
        say=say,
        reasons=lambda why: ", ".join(_reason(say, part) for part in why.split()),
        time=lambda seconds: _moment(seconds, language),
        now=services.now(),
        done=say(DECISIONS, done) if done in DECISIONS else "",
        alarm_words=ALARMS,
        states=INVALIDATIONS,
        actions=ACTIONS,
        classes={c: say(CLASSES, c) for c in COUNTED},
        condition_words=lambda c: _condition_words(c, language),
        **context,
    )


def _reason(say: Any, part: str) -> str:
    kind, _, label = part.partition(":")
    words: str = say(REASONS, kind)
    return f"{words} ({label})" if label else words


def _moment(seconds: int, language: str) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{date_words(moment.date(), language)} {moment:%H:%M}"


def _condition_words(condition: Condition, language: str) -> str:
    parts = [condition.domain and f"@{condition.domain}", condition.postcode, condition.class_]
    parts += [condition.name, condition.prefix and f"#{condition.prefix[:6]}"]
    for sign, at in (("≥", condition.since), ("<", condition.until)):
        parts.append(f"{sign} {_moment(at, language)}" if at is not None else "")
    return ", ".join(part for part in parts if part)


async def _noted(
    tx: Transaction, visit: Visit, petition: Petition, action: str, **detail: Any
) -> None:
    await audit.note(tx, visit.services.now(), visit.organizer.name, action, petition.id, **detail)


def _back(petition: Petition, done: str) -> Response:
    return see_other(f"/organizer/p/{petition.slug}/moderation?done={done}")


async def decide(visit: Visit) -> Response:
    """POST: accept or reject a group of held signatures, once its number was seen and agreed to."""
    petition = await petition_of(visit)
    why, accept = visit.form.get("why", ""), visit.form.get("accept") == "1"
    services = visit.services
    async with services.database.read() as tx:
        group = next((g for g in await moderation.held(tx, petition.id) if g.why == why), None)
    if group is None:
        return _back(petition, "nothing")
    if visit.form.get("sure") != str(group.n):
        return _page(visit, "sure", petition, group=group, accept=accept)
    async with services.database.write() as tx:
        action = "accepted" if accept else "rejected"
        await _noted(tx, visit, petition, action, why=why, n=group.n)
    await moderation.decide(services.database, services.keys, petition, why, accept, services.now())
    return _back(petition, action)


async def comments(visit: Visit) -> Response:
    """POST: show or erase the comments that are ticked."""
    petition = await petition_of(visit)
    ids = {key: int(key[1:]) for key in visit.form if re.fullmatch(r"c\d{1,18}", key)}
    shown = [id_ for key, id_ in ids.items() if visit.form[key] == "show"]
    refused = [id_ for key, id_ in ids.items() if visit.form[key] == "erase"]
    async with visit.services.database.write() as tx:
        await moderation.judge_comments(tx, petition.id, shown, refused, visit.services.now())
        await _noted(tx, visit, petition, "comments", shown=len(shown), erased=len(refused))
    return _back(petition, "comments")


async def populations(visit: Visit) -> Response:
    """POST: how many people live in each postcode, as pasted lines."""
    petition = await petition_of(visit)
    people, bad = moderation.read_populations(visit.form.get("people", ""), petition.country)
    if bad:
        return _page(
            visit,
            "moderation",
            petition,
            held=[],
            samples={},
            alarms=[],
            comments=[],
            invalidations=[],
            populations={},
            bad=bad[:10],
            typed=visit.form.get("people", ""),
        )
    async with visit.services.database.write() as tx:
        await moderation.set_populations(tx, petition.id, people)
        await _noted(tx, visit, petition, "populations", postcodes=len(people))
    return _back(petition, "populations")


async def text_codes(visit: Visit) -> Response:
    """POST: whether codes may go out by text for this petition."""
    petition = await petition_of(visit)
    on = visit.form.get("on") == "1"
    async with visit.services.database.write() as tx:
        await petitions.set_sms_codes(tx, petition.id, visit.services.now() if on else None)
        await _noted(tx, visit, petition, "text_codes", on=on)
    await visit.services.reload_petitions()
    return _back(petition, "text_codes")


async def invalidate(visit: Visit) -> Response:
    """GET the form; POST shows what it would take out, and once that was agreed to, begins."""
    petition = await petition_of(visit)
    form, services = visit.form, visit.services
    if visit.request.method != "POST":
        return await _form_page(visit, petition, {})
    try:
        condition = _condition(form, petition)
        async with services.database.read() as tx:
            seen = await invalidation.preview(tx, petition.id, condition)
        invalidation.checked_reason(form.get("reason", ""))
    except InvalidInput as error:
        fault = INVALID[error.problems[0].code]
        return await _form_page(visit, petition, form, fault=fault)
    if form.get("sure") != str(seen.n):
        return await _form_page(visit, petition, form, seen=seen)
    async with services.database.write() as tx:
        asked = await invalidation.ask(
            tx, petition.id, condition, form.get("reason", ""), visit.organizer.id, services.now()
        )
        words = _condition_words(condition, services.settings.language)
        detail = {"id": asked.id, "condition": words, "reason": asked.reason, "n": seen.n}
        await _noted(tx, visit, petition, "invalidation_asked", **detail)
    return _back(petition, asked.state)


async def _form_page(
    visit: Visit,
    petition: Petition,
    values: Any,
    *,
    seen: Preview | None = None,
    fault: str = "",
) -> Response:
    services = visit.services
    async with services.database.read() as tx:
        prefixes = await moderation.prefixes(tx, petition.id, services.now())
    fault = fault and services.renderer.say(services.settings.language, fault)
    return _page(
        visit, "invalidate", petition, values=values, seen=seen, fault=fault, prefixes=prefixes
    )


def _condition(form: Any, petition: Petition) -> Condition:
    """Raises `InvalidInput` for a postcode or time that is none."""
    postcode = tidy(form.get("postcode", ""))
    prefix = form.get("prefix", "")
    return Condition(
        domain=tidy(form.get("domain", "")).lower().lstrip("@")[:253],
        postcode=(normal_postcode(postcode, petition.country) or postcode)[:40],
        class_=form["class"] if form.get("class") in COUNTED else "",
        name=tidy(form.get("name", ""))[:80],
        prefix=prefix if re.fullmatch(r"(?:[0-9a-f]{2}){16}", prefix) else "",
        since=_time(form.get("since", "")),
        until=_time(form.get("until", "")),
    )


def _time(text: str) -> int | None:
    """UTC seconds of `2026-11-24 15:30` or a day alone."""
    text = tidy(text).replace("T", " ")
    if not text:
        return None
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp())
        except (ValueError, OverflowError):
            continue
    raise InvalidInput(Problem("since", "time"))


async def _found(visit: Visit, tx: Transaction, petition: Petition) -> Invalidation:
    id_ = visit.request.path_params["id"]
    if not re.fullmatch(r"\d{1,15}", id_):
        raise NotFound(id_)
    return await invalidation.find(tx, petition.id, int(id_))


async def confirm(visit: Visit) -> Response:
    """POST: a second organizer agrees to an invalidation."""
    petition = await petition_of(visit)
    try:
        async with visit.services.database.write() as tx:
            found = await _found(visit, tx, petition)
            await invalidation.confirm(tx, found, visit.organizer.id, visit.services.now())
            await _noted(tx, visit, petition, "invalidation_confirmed", id=found.id)
    except InvalidInput:
        return _back(petition, "same")
    return _back(petition, "running")


async def undo(visit: Visit) -> Response:
    """POST: cancel an invalidation, or put back what it has taken out."""
    petition = await petition_of(visit)
    try:
        async with visit.services.database.write() as tx:
            found = await _found(visit, tx, petition)
            await invalidation.undo(tx, found, visit.services.now())
            await _noted(tx, visit, petition, "invalidation_undone", id=found.id)
    except InvalidInput:
        return _back(petition, "late")
    return _back(petition, "undone")


async def log(visit: Visit) -> Response:
    """The audit log of one petition, the newest first."""
    petition = await petition_of(visit)
    before = visit.request.query_params.get("before", "")
    async with visit.services.database.read() as tx:
        entries = await audit.entries(
            tx,
            petition.id,
            before=int(before) if re.fullmatch(r"\d{1,15}", before) else None,
            limit=ENTRIES + 1,
        )
    more = entries[ENTRIES - 1].n if len(entries) > ENTRIES else None
    return _page(visit, "audit", petition, entries=entries[:ENTRIES], more=more)


async def export(visit: Visit) -> Response:
    """The audit log of one petition as lines of JSON, the oldest first.

    Its hashes tie it to entries of other petitions, which are left out: whoever runs the server
    checks the whole chain with `undersigned check`.
    """
    petition = await petition_of(visit)
    headers = {
        "cache-control": "no-store",
        "content-type": "application/jsonl;charset=utf-8",
        "content-disposition": f'attachment; filename="{petition.slug}-audit.jsonl"',
        **{k.decode(): v.decode() for k, v in security_headers()},
    }

    async def lines() -> AsyncIterator[str]:
        async with visit.services.database.read() as tx:
            async for entry in audit.oldest_first(tx):
                if entry.petition_id == petition.id:
                    yield entry.as_json() + "\n"

    return StreamingResponse(lines(), headers=headers)
