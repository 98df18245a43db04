"""What those who decide have answered: entered, and corrected."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from server.config import LANGUAGES
from server.core.news.recipients import Subscribers, subscribers
from server.core.petitions.answer import (
    ANSWER_LIMIT,
    ANSWERER_LIMIT,
    GivenAnswer,
    checked_answer,
    packed_answer,
    write_answer,
)
from server.core.petitions.petitions import Petition, all_petitions
from server.errors import InvalidInput
from server.web.desk.form import parts
from server.web.desk.news import answer_news
from server.web.desk.visit import Visit
from server.web.desk.words import ANSWER_CHANGED, ANSWER_FAULTS
from server.web.http.forms import FormValues


async def answer(visit: Visit) -> None:
    """GET the form; POST stores what was answered."""
    petition = await visit.petition()
    if not petition.takes_answer:
        await visit.go_to_petition(petition, "?done=not_closed")
    elif not visit.posts:
        await _send_form(visit, petition, answer_values(petition.answer))
    elif visit.form.get("was") != _mark(petition.answer):
        await _send_form(visit, petition, visit.form, note=ANSWER_CHANGED)
    else:
        await _save(visit, petition)


async def _save(visit: Visit, petition: Petition) -> None:
    """Store it. Nowhere else does a petition become answered: those who want news hear of it."""
    now = visit.services.now()
    try:
        said = checked_answer(_typed(visit.form), list(petition.wordings), now)
        async with visit.services.database.write() as tx:
            # Another may have pressed Save since the directory was read.
            stored = (await all_petitions(tx, [petition.id]))[petition.id]
            is_late = _mark(stored.answer) != visit.form.get("was")
            if not is_late and await write_answer(tx, petition.id, said, now):
                action = "corrected_answer" if stored.answer else "answered"
                changes = parts.changes(answer_values(stored.answer), answer_values(said))
                await visit.note(tx, action, petition.id, changes=changes)
                if visit.form.get("mail") and not stored.answer:
                    await answer_news.begin(visit, tx, stored, said)
    except InvalidInput as error:
        faults = {p.field: p.code for p in error.problems}
        await _send_form(visit, petition, visit.form, faults=faults)
        return
    await visit.services.directory.refresh()
    if is_late:
        await _send_form(visit, stored, visit.form, note=ANSWER_CHANGED)
    else:
        mailed = visit.form.get("mail") and not stored.answer
        await visit.go_to_petition(petition, f"?done={'answer_mailed' if mailed else 'answered'}")


def _mark(answer: GivenAnswer | None) -> str:
    """What tells whether the form shows the answer that is stored."""
    return hashlib.sha256(packed_answer(answer).encode()).hexdigest()[:16] if answer else ""


def _typed(form: FormValues) -> GivenAnswer:
    return GivenAnswer(
        by=form.get("answer_by", ""),
        on=form.get("answer_on", ""),
        promised=form.get("answer_promised", ""),
        words={code: form.get(f"answer_{code}", "") for code in LANGUAGES},
    )


def answer_values(answer: GivenAnswer | None) -> dict[str, str]:
    """The form's values for it."""
    if answer is None:
        return {}
    days = {"answer_on": answer.on, "answer_promised": answer.promised}
    words = {f"answer_{code}": text for code, text in answer.words.items()}
    return {"answer_by": answer.by, **days, **words}


async def _send_form(
    visit: Visit,
    petition: Petition,
    values: FormValues,
    *,
    note: str = "",
    faults: Mapping[str, str] | None = None,
) -> None:
    """The form with these values, and what is wrong with them by field."""
    async with visit.services.database.read() as tx:
        people = Subscribers(0, 0) if petition.answer else await subscribers(tx, petition.id)
    limits = {"by_limit": ANSWERER_LIMIT, "words_limit": ANSWER_LIMIT}
    errors = {field: _fault(visit, field, code, limits) for field, code in (faults or {}).items()}
    await visit.send_petition_page(
        "life/answer",
        petition,
        {},
        values=values,
        errors=errors,
        note=note and visit.pages.sentence(note),
        theirs=answer_values(petition.answer) if note else {},
        label=visit.part_label,
        was=_mark(petition.answer),
        codes=list(petition.wordings),
        people=people,
        mails="mail" in values or not visit.posts,
    )


def _fault(visit: Visit, field: str, code: str, limits: Mapping[str, int]) -> str:
    name = "words" if field.removeprefix("answer_") in LANGUAGES else field
    return visit.pages.sentence(ANSWER_FAULTS[name, code], **limits)
