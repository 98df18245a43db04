"""What waits for an organizer: held signatures and comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.core.desk import audit
from server.core.desk.people import organizers
from server.core.desk.signers import invalidation as invalidations
from server.core.desk.signers import moderation
from server.core.desk.signers.conditions import Condition, Preview, preview
from server.core.floods import alarms
from server.core.petitions import petitions, sending
from server.core.petitions.petitions import Petition
from server.core.values.ids import read_id
from server.db import Transaction
from server.web.desk.signers.invalidation import (
    agreed_to,
    begin,
    condition_words,
    is_agreed,
    reasons_words,
)
from server.web.desk.visit import Visit
from server.web.desk.words import (
    ALARM_WORDS,
    DECIDED,
    INVALIDATION_WORDS,
    UNDECIDED,
)

#: Which decisions each act of the audit log may have led to, by their words in the address.
_LED_TO = {
    "accepted": {"accepted"},
    "comments": {"comments"},
    "populations": {"populations"},
    "text_codes": {"text_codes"},
    "invalidation_asked": {"rejected", "waits", "running", "finished"},
    "invalidation_confirmed": {"running", "finished"},
    "invalidation_undone": {"undoing", "undone"},
}


async def show(visit: Visit) -> None:
    """All that waits for a decision."""
    petition = await visit.petition()
    await _send_decisions(visit, petition)


async def _send_decisions(visit: Visit, petition: Petition, **context: Any) -> None:
    services, after = visit.services, visit.query("after")
    before = visit.query("before")
    async with services.database.read() as tx:
        held = await moderation.held(tx, petition.id)
        comments = await moderation.comments(tx, petition.id, read_id(after) or 0)
        public = await moderation.shown_comments(tx, petition.id, read_id(before) or 0)
        found: dict[str, Any] = {
            "alarms": await alarms.alarms(tx, petition.id, services.now()),
            "invalidations": await invalidations.all_of(tx, petition.id),
            "waiting": await _waiting(tx, petition),
            "populations": await moderation.populations(tx, petition.id),
        }
        last = await audit.last_act(tx, petition.id, visit.organizer.name)
    if held or found["waiting"]:
        await visit.note_look(petition)
    page = comments[: moderation.COMMENTS]
    found["more"] = page[-1][0] if len(comments) > len(page) else 0
    samples = {group.why: group.sample for group in held}
    found |= {"held": held, "samples": samples, "comments": page, "bad": []}
    found |= {"public": public[: moderation.COMMENTS], "older": 0}
    if len(public) > moderation.COMMENTS:
        found["older"] = found["public"][-1][0]
    # What this organizer has just done: a link or an old tab may say more.
    true = {word: DECIDED[word] for word in _LED_TO.get(last, ())}
    await _send_page(visit, "signers/moderation", petition, UNDECIDED | true, **found | context)


async def _waiting(tx: Transaction, petition: Petition) -> dict[int, tuple[Preview, str]]:
    """Of each invalidation that waits for consent, what it would take out, and who asks."""
    found = await invalidations.all_of(tx, petition.id)
    return {
        i.id: (
            await preview(tx, petition.id, i.condition, i.until_id),
            await organizers.name_of(tx, i.asked_by),
        )
        for i in found
        if i.state == "waits"
    }


async def _send_page(
    visit: Visit, template: str, petition: Petition, done: Mapping[str, str], **context: Any
) -> None:
    await visit.send_petition_page(
        template,
        petition,
        done,
        reasons=lambda why: reasons_words(visit, why),
        now=visit.services.now(),
        alarm_words=ALARM_WORDS,
        mark_of=moderation.mark_of,
        mail_can_stop=True,
        states=INVALIDATION_WORDS,
        condition_words=lambda condition: condition_words(condition, visit),
        **context,
    )


async def _go_back(visit: Visit, petition: Petition, done: str) -> None:
    await visit.go_to_petition(petition, f"/moderation?done={done}")


async def decide(visit: Visit) -> None:
    """POST: accept or reject a group of held signatures, once what was seen was agreed to."""
    petition = await visit.petition()
    why, accept = visit.form.get("why", ""), visit.form.get("accept") == "1"
    async with visit.services.database.read() as tx:
        group = next((g for g in await moderation.held(tx, petition.id) if g.why == why), None)
        if group is None:
            await _go_back(visit, petition, "nothing")
            return
        condition = Condition(why=why)
        seen = await preview(tx, petition.id, condition, agreed_to(visit))
    if not is_agreed(visit, seen):
        await visit.note_look(petition)
        await _send_page(visit, "sure", petition, {}, group=group, seen=seen, accept=accept)
    elif accept:
        await _accept(visit, petition, why, seen)
    else:
        state = await begin(visit, petition, condition, seen)
        await _go_back(visit, petition, "rejected" if state == "running" else state)


async def _accept(visit: Visit, petition: Petition, why: str, seen: Preview) -> None:
    services = visit.services
    async with services.database.write() as tx:
        await petitions.check_not_ended(tx, petition.id)
        await visit.note(tx, "accepting", petition.id, why=why, n=seen.n)
    n = await moderation.accept(
        services.database, services.keys, petition, why, seen.last_id, services.now()
    )
    async with services.database.write() as tx:
        await visit.note(tx, "accepted", petition.id, why=why, n=n)
    await _go_back(visit, petition, "accepted")


async def comments(visit: Visit) -> None:
    """POST: show or erase the comments that are chosen, so far as they say what was read."""
    petition = await visit.petition()
    named = {key: read_id(key[1:]) for key in visit.form if key.startswith("c")}
    ids = {key: id_ for key, id_ in named.items() if id_ is not None}
    shown = [id_ for key, id_ in ids.items() if visit.form[key] == "show"]
    refused = [id_ for key, id_ in ids.items() if visit.form[key] == "erase"]
    if not shown and not refused:
        await _go_back(visit, petition, "no_comments")
        return
    marks = {id_: visit.form.get(f"r{id_}", "") for id_ in (*shown, *refused)}
    async with visit.services.database.write() as tx:
        same = await moderation.unchanged(tx, petition.id, marks)
        shown, refused = [i for i in shown if i in same], [i for i in refused if i in same]
        await moderation.judge_comments(tx, petition.id, shown, refused, visit.services.now())
        if same:
            await visit.note(tx, "comments", petition.id, shown=len(shown), erased=len(refused))
    await _go_back(visit, petition, "comments" if len(same) == len(marks) else "comments_changed")


async def hide(visit: Visit) -> None:
    """POST: hide the comments that are chosen again."""
    petition = await visit.petition()
    ids = {read_id(name[1:]) for name in visit.form if name.startswith("h")} - {None}
    async with visit.services.database.write() as tx:
        hidden = await moderation.hide_comments(tx, petition.id, [id_ for id_ in ids if id_])
        if hidden:
            await visit.note(tx, "comments", petition.id, hidden=hidden)
    await _go_back(visit, petition, "comments" if hidden else "none_hidden")


async def populations(visit: Visit) -> None:
    """POST: how many people live in each postcode, as pasted lines."""
    petition = await visit.petition()
    people, bad = moderation.read_populations(visit.form.get("people", ""), petition.country)
    if bad:
        typed = visit.form.get("people", "")
        await _send_decisions(visit, petition, bad=bad[:10], typed=typed)
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
        await sending.set_sms_codes(tx, petition.id, visit.services.now() if on else None)
        await visit.note(tx, "text_codes", petition.id, on=on)
    await visit.services.directory.refresh()
    await _go_back(visit, petition, "text_codes")
