"""Taking signatures out by a condition: the form, another organizer's consent, the way back."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from server.core.counting import counts
from server.core.desk.signers import invalidation, moderation
from server.core.desk.signers.conditions import Condition, Preview, preview
from server.core.desk.signers.consent import needs_second, one_at_a_time
from server.core.desk.signers.invalidation import Invalidation
from server.core.floods.holds import Hold
from server.core.petitions.petitions import Petition
from server.core.values.ids import read_id
from server.core.values.names import tidy
from server.core.values.postcodes import normal_postcode
from server.db import Transaction
from server.errors import BadRequest, InvalidInput, NotFound, NotOpen, Problem
from server.web.desk.visit import Visit
from server.web.desk.words import CHANNEL_OF, INVALID_WORDS, moment_words
from server.web.http.forms import FormValues
from server.web.public.words import REASON_WORDS


async def take_out(visit: Visit) -> None:
    """GET the form; POST shows what it would take out, and once that was agreed to, begins."""
    petition = await visit.petition()
    if petition.state == "ended":
        raise NotOpen(petition.slug)
    if not visit.posts:
        await _send_form(visit, petition, {})
        return
    try:
        condition = _condition(visit.form, petition)
        async with visit.services.database.read() as tx:
            seen = await preview(tx, petition.id, condition, agreed_to(visit))
            second = await needs_second(
                tx, petition.id, seen, visit.organizer.id, visit.services.now()
            )
        invalidation.checked_reason(visit.form.get("reason", ""))
    except InvalidInput as error:
        fault = visit.sentence(INVALID_WORDS, error.problems[0].code)
        await _send_form(visit, petition, visit.form, fault=fault)
        return
    state = await asked_already(visit, petition, condition, seen)
    if not state and not is_agreed(visit, seen):
        await _send_form(visit, petition, visit.form, seen=seen, second=second)
        return
    state = state or await begin(visit, petition, condition, seen)
    await visit.go_to_petition(petition, f"/moderation?done={state}")


def agreed_to(visit: Visit) -> int | None:
    """The id of the last signature there was when the number was shown that is agreed to: what has
    come since is another matter. None before that."""
    last, _, _ = visit.form.get("sure", "").partition(":")
    return read_id(last)


def is_agreed(visit: Visit, seen: Preview) -> bool:
    """Whether no more is found than was agreed to."""
    _, _, n = visit.form.get("sure", "").partition(":")
    return agreed_to(visit) is not None and n.isdecimal() and 0 < seen.n <= int(n[:18])


async def asked_already(
    visit: Visit, petition: Petition, condition: Condition, seen: Preview
) -> str:
    """The state of what a first press of the same button has asked for; '' if there was none, or
    if it is done and there is more by now."""
    if agreed_to(visit) is None:
        return ""
    async with visit.services.database.read() as tx:
        found = await invalidation.asked_before(
            tx, petition.id, condition, visit.organizer.id, seen.last_id
        )
    return found.state if found and (found.state != "finished" or not seen.n) else ""


async def begin(visit: Visit, petition: Petition, condition: Condition, seen: Preview) -> str:
    """The state of the invalidation that is asked for."""
    reason, now = visit.form.get("reason", ""), visit.services.now()
    who = visit.organizer.id
    async with visit.services.database.write() as tx:
        await one_at_a_time(tx)
        same = await invalidation.asked_before(tx, petition.id, condition, who, seen.last_id)
        if same and same.state != "finished":
            return same.state
        asked = await invalidation.ask(tx, petition.id, condition, reason, who, now, seen)
        # The log is for ever, and holds nothing of any signer.
        logged = replace(condition, name=moderation.masked_name(condition.name))
        words = condition_words(logged, visit)
        detail = {"id": asked.id, "condition": words, "reason": asked.reason, "n": seen.n}
        await visit.note(tx, "invalidation_asked", petition.id, **detail)
    return asked.state


async def _send_form(
    visit: Visit,
    petition: Petition,
    values: FormValues,
    *,
    seen: Preview | None = None,
    second: bool = False,
    fault: str = "",
) -> None:
    services = visit.services
    if seen and seen.n:
        await visit.note_look(petition)
    async with services.database.read() as tx:
        prefixes = await moderation.prefixes(tx, petition.id, services.now())
        # What was chosen stays on offer, though all of it may be taken out: without it the form
        # would mean more than was agreed to.
        offered = await counts.classes(tx, petition.id) | {values.get("class", "")}
    prefix = values.get("prefix", "")
    shown: dict[str, Any] = {"values": values, "seen": seen, "second": second, "fault": fault}
    shown |= {"prefixes": prefixes, "classes": [c for c in CHANNEL_OF if c in offered]}
    shown["kept"] = prefix if all(prefix != tag for tag, *_ in prefixes) else ""
    await visit.send_petition_page("signers/invalidate", petition, {}, **shown)


def _condition(form: FormValues, petition: Petition) -> Condition:
    """Raises `InvalidInput` for a time that is none, and `BadRequest` for what no form offers:
    without it the others would take out more."""
    postcode = tidy(form.get("postcode", ""))
    class_, prefix = form.get("class", ""), form.get("prefix", "")
    if class_ and class_ not in CHANNEL_OF:
        raise BadRequest("no class")
    if not re.fullmatch(r"(?:(?:[0-9a-f]{2}){16})?", prefix):
        raise BadRequest("no prefix")
    return Condition(
        domain=tidy(form.get("domain", "")).lower().lstrip("@")[:253],
        postcode=(normal_postcode(postcode, petition.country) or postcode)[:40],
        class_=class_,
        name=tidy(form.get("name", ""))[:80],
        prefix=prefix,
        since=_seconds(form.get("since", "")),
        until=_seconds(form.get("until", "")),
    )


def _seconds(typed: str) -> int | None:
    """UTC seconds of `2026-11-24 15:30` or a day alone."""
    typed = tidy(typed).replace("T", " ")
    if not typed:
        return None
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return int(datetime.strptime(typed, form).replace(tzinfo=UTC).timestamp())
        except (ValueError, OverflowError):
            continue
    raise InvalidInput(Problem("since", "time"))


def reasons_words(visit: Visit, why: str) -> str:
    """For what a group is held, as one line."""
    holds = sorted(moderation.holds_of(why))
    return ", ".join(_hold_words(visit, hold) for hold in holds)


def _hold_words(visit: Visit, hold: Hold) -> str:
    words = visit.sentence(REASON_WORDS, hold.kind)
    return f"{words} ({hold.label})" if hold.label else words


def condition_words(condition: Condition, visit: Visit) -> str:
    """A condition as one line."""
    language = visit.language
    if condition.why:
        return reasons_words(visit, condition.why)
    parts = [condition.domain and f"@{condition.domain}", condition.postcode]
    parts += [condition.class_ and visit.way(condition.class_)]
    parts += [condition.name, condition.prefix and f"#{condition.prefix[:6]}"]
    for sign, at in (("≥", condition.since), ("<", condition.until)):
        parts.append(f"{sign} {moment_words(at, language)}" if at is not None else "")
    return ", ".join(part for part in parts if part)


async def confirm(visit: Visit) -> None:
    """POST: a second organizer agrees to an invalidation."""

    async def agree(tx: Transaction, found: Invalidation, now: int) -> bool:
        return await invalidation.confirm(tx, found, visit.organizer.id, now)

    await _change(visit, agree, "invalidation_confirmed")


async def undo(visit: Visit) -> None:
    """POST: cancel an invalidation, or put back what it has taken out."""
    await _change(visit, invalidation.undo, "invalidation_undone")


async def _change(
    visit: Visit,
    change: Callable[[Transaction, Invalidation, int], Awaitable[bool]],
    action: str,
) -> None:
    petition = await visit.petition()
    try:
        async with visit.services.database.write() as tx:
            found = await invalidation.find(tx, petition.id, _number(visit.part("id")))
            if await change(tx, found, visit.services.now()):
                await visit.note(tx, action, petition.id, id=found.id)
            done: str = (await invalidation.find(tx, petition.id, found.id)).state
    except InvalidInput as error:
        done = error.problems[0].code
    await visit.go_to_petition(petition, f"/moderation?done={done}")


def _number(id_: str) -> int:
    if not re.fullmatch(r"\d{1,15}", id_):
        raise NotFound(id_)
    return int(id_)
