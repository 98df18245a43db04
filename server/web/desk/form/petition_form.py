"""The form of a petition: between what an organizer types and a `Draft`, and back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, replace

from server.config import LANGUAGES
from server.core.desk.people import teams
from server.core.petitions import petitions
from server.core.petitions.extras import NO_EXTRAS, topics_of
from server.core.petitions.petitions import Petition
from server.core.petitions.schedule import NO_SCHEDULE
from server.core.petitions.wording import versions
from server.core.petitions.wording.draft import DecisionMaker, Draft, Wording, validated
from server.core.values.keys import SALT_BYTES
from server.errors import InvalidInput, NotFound, Overtaken, StoreUnavailable
from server.web.desk.form import parts, rewording, schedule
from server.web.desk.form.extras import ASKER_FIELDS, EXTRA_FIELDS, extra_values, extras_of
from server.web.desk.form.for_whom import for_whom, owns_it, where_editor
from server.web.desk.form.numbers import read_number
from server.web.desk.form.overtaken import Merged, chosen, merged, overtaking
from server.web.desk.form.roles import role_ticks, role_values, ticked_roles
from server.web.desk.form.schedule import SCHEDULE_FIELDS, schedule_of
from server.web.desk.form.similar import like_titles
from server.web.desk.form.topics import shown_topics, with_topics
from server.web.desk.resuming import HOME
from server.web.desk.visit import Visit
from server.web.desk.words import (
    ADDED,
    CHANGES_NOT_STORED,
    KEPT,
    NOT_OPEN_YET,
    NOTHING_STORED,
    STALE,
    problem_words,
)
from server.web.http.failures import note
from server.web.http.forms import FormValues
from server.web.http.responses import retry_after
from sms.reading import reserved

ROWS = 8  # decision makers that one form can hold; session.DESK_FIELDS bounds it
EMPTY_ROWS = 1
MAKER_PARTS = ("name", "title", "phone", "email", "form", "post")
_SINGLE = ("started_by", *ASKER_FIELDS, "slug", "keyword", "country", "goal", "origins")
_TICKED = "1"


@dataclass(frozen=True, slots=True)
class TypedDraft:
    """A draft as it was typed; `rows` says in which row each of its decision makers stood."""

    draft: Draft
    rows: Mapping[int, DecisionMaker]


async def new(visit: Visit) -> None:
    """GET the empty form; POST makes a draft of it."""
    if visit.posts:
        await _save(visit, None)
    else:
        await send_form(visit, None, _empty_values(visit))


async def edit(visit: Visit) -> None:
    """GET the form of a petition; POST replaces what it says."""
    petition = await visit.petition()
    if visit.posts:
        await _save(visit, petition)
    else:
        await send_form(visit, petition, _stored_values(petition))


async def ask_first(visit: Visit, petition: Petition, error: InvalidInput) -> None:
    """Send the form of a petition that cannot open, with what is in the way."""
    problems = {p.field: (p.field, p.code) for p in error.problems}
    values = _stored_values(petition)
    await send_form(visit, petition, values, problems=problems, heading=NOT_OPEN_YET)


async def resume(visit: Visit, path: str) -> bool:
    """Send the form again that was typed before the sign-in ended; False if that path has none."""
    slug = re.fullmatch(r"/organizer/p/([^/]+)/edit", path)
    if slug is None and path != "/organizer/petitions/new":
        return False
    standing = await visit.pages.standing(visit.organizer, {"slug": slug and slug[1]})
    visit = replace(visit, standing=standing)
    if not visit.may("editor"):
        return False
    petition = await visit.petition(slug[1]) if slug else None
    await send_form(visit, petition, with_topics(visit.form), message=KEPT)
    return True


async def _save(visit: Visit, petition: Petition | None) -> None:
    if visit.stale or visit.form.get("add") in LANGUAGES:
        form = with_topics(visit.form)
        await send_form(visit, petition, form, message=STALE if visit.stale else ADDED)
        return
    form = with_topics(visit.form)
    values = chosen(form, values_of(petition)) if petition else form
    if petition and not visit.may("owner"):
        values = schedule.with_schedule(values, petition.schedule)
    typed = typed_of(visit, petition, values)
    try:
        if signed := await rewording.signed_before(visit, petition, typed.draft):
            await send_form(visit, petition, rewording.with_answer(values, petition), signed=signed)
            return
        petition_id = await _store(visit, petition, typed.draft)
    except InvalidInput as error:
        await send_form(visit, petition, values, problems=_fields(typed, error))
    except Overtaken:
        await _ask_whose(visit, petition, values)
    except StoreUnavailable as error:
        note(error)
        delay = error.retry_after
        await send_form(visit, petition, values, message=CHANGES_NOT_STORED, delay=delay)
    else:
        await _go_to_stored(visit, petition_id, typed, "saved" if petition else "created")


async def _ask_whose(visit: Visit, petition: Petition | None, values: FormValues) -> None:
    """Somebody else has edited it since the form was made: send it with what they changed."""
    if petition is None:
        raise NotFound
    async with visit.services.database.read() as tx:
        known = await versions.all_of(tx, petition.id)
    base, now, by = overtaking(known, _based_on(values))
    both = merged(values, values_of(base.draft), values_of(now.draft), by)
    shown = {**both.values, "version": str(now.version)}
    await send_form(visit, petition, shown, both=both)


def _based_on(values: FormValues) -> int:
    """The version that the form showed; the first where it does not say."""
    said = values.get("version", "")
    return int(said) if re.fullmatch(r"[0-9]{1,9}", said) else 1


async def _go_to_stored(visit: Visit, petition_id: int, typed: TypedDraft, done: str) -> None:
    with suppress(StoreUnavailable):  # it is stored; the list catches up by itself
        await visit.services.directory.refresh()
    stored = visit.services.directory.by_id.get(petition_id)
    slug = stored.slug if stored else typed.draft.slug.strip().lower()
    await visit.go_to(f"{HOME}p/{slug}?done={done}")


async def _store(visit: Visit, petition: Petition | None, draft: Draft) -> int:
    if petition is None:
        return await _create(visit, draft)
    database, now, actor = visit.services.database, visit.services.now(), visit.organizer.name
    async with database.write() as tx:
        changed = await petitions.edit(
            tx,
            petition,
            draft,
            reserved(),
            now=now,
            actor=actor,
            based_on=_based_on(visit.form),
        )
        if changed:
            was, now_said = (await versions.all_of(tx, petition.id))[-2:]
            changed_parts = parts.changes(values_of(was.draft), values_of(now_said.draft))
            await visit.note(tx, "edited", petition.id, changes=changed_parts)
        return petition.id


async def _create(visit: Visit, draft: Draft) -> int:
    """The id of a new petition, or of the one that the same form has made already."""
    database, now = visit.services.database, visit.services.now()
    salt = secrets.token_bytes(SALT_BYTES)
    try:
        async with database.write() as tx:
            if not await owns_it(tx, visit):
                draft = replace(draft, schedule=NO_SCHEDULE)
            id_ = await petitions.create(
                tx, draft, reserved=reserved(), salt=salt, now=now, actor=visit.organizer.name
            )
            await teams.give(tx, id_, await for_whom(tx, visit))
            await visit.note(tx, "created", id_)
            return id_
    except InvalidInput:
        async with database.read() as tx:
            made = await petitions.made_of(tx, draft, reserved())
            if made in await teams.petitions_of(tx, [await for_whom(tx, visit)]):
                return made
        raise


# From values to a draft.


def typed_of(visit: Visit, petition: Petition | None, values: FormValues) -> TypedDraft:
    """The draft of a form. What the form cannot show of a stored petition is kept as it is."""
    settings = visit.services.settings
    rows = dict(_rows(values))
    language = values.get("language", "")
    wordings = {
        code: Wording(values.get(f"title_{code}", ""), values.get(f"body_{code}", ""))
        for code in LANGUAGES
    }
    hidden = {c: t for c, t in petition.wordings.items() if c not in LANGUAGES} if petition else {}
    draft = Draft(
        slug=values.get("slug", ""),
        keyword=values.get("keyword", ""),
        language=language if language in LANGUAGES else settings.language,
        country=values.get("country", ""),
        wordings=wordings | hidden,
        started_by=values.get("started_by", ""),
        decision_makers=(*rows.values(), *(petition.decision_makers[ROWS:] if petition else ())),
        roles=ticked_roles(values),
        postcode_required=values.get("postcode_required") == _TICKED,
        contact_required=values.get("contact_required") == _TICKED,
        goal=read_number(values.get("goal", "")),
        origins=tuple(re.split(r"[\s,]+", values.get("origins", ""))),
        extras=extras_of(values, petition.extras if petition else NO_EXTRAS),
        schedule=schedule_of(values),
    )
    return TypedDraft(draft, rows)


def _rows(values: FormValues) -> Iterator[tuple[int, DecisionMaker]]:
    for row in range(ROWS):
        parts = [values.get(f"maker{row}_{part}", "") for part in MAKER_PARTS]
        if any(part.strip() for part in parts):
            yield row, DecisionMaker(*parts)


# From a petition to values.


def values_of(petition: Draft) -> dict[str, str]:
    """The form's values for what an organizer has decided."""
    values = (
        {
            "started_by": petition.started_by,
            "slug": petition.slug,
            "keyword": petition.keyword,
            "language": petition.language,
            "country": petition.country,
            "goal": "" if petition.goal is None else str(petition.goal),
            "origins": "\n".join(petition.origins),
            "postcode_required": _TICKED if petition.postcode_required else "",
            "contact_required": _TICKED if petition.contact_required else "",
        }
        | role_values(petition)
        | extra_values(petition.extras)
        | schedule.schedule_values(petition.schedule)
    )
    for code, wording in petition.wordings.items():
        values |= {f"title_{code}": wording.title, f"body_{code}": wording.body}
    for row, maker in enumerate(petition.decision_makers[:ROWS]):
        values |= {
            f"maker{row}_{part}": value
            for part, value in zip(MAKER_PARTS, astuple(maker), strict=True)
        }
    return values


def _stored_values(petition: Petition) -> dict[str, str]:
    return {**values_of(petition), "version": str(petition.version)}


def _empty_values(visit: Visit) -> dict[str, str]:
    settings = visit.services.settings
    return {
        "language": settings.language,
        "country": settings.country,
        "postcode_required": _TICKED,
    }


# The page.


async def send_form(
    visit: Visit,
    petition: Petition | None,
    values: FormValues,
    *,
    problems: Mapping[str, tuple[str, str]] | None = None,
    heading: str = NOTHING_STORED,
    message: str = "",
    both: Merged | None = None,
    signed: int = 0,
    delay: int | None = None,
) -> None:
    """The form with these values. `problems`: form field -> field and code of its sentence.
    `both`: what somebody else has written meanwhile. `signed`: so many have signed what would be
    changed. `delay`: it can be sent once more after so
    many seconds.

    Status 200 with problems, too: some text and feature-phone browsers hide the body of a 4xx.
    """
    services = visit.services
    async with services.database.read() as tx:
        organizations = [] if petition else await where_editor(tx, visit)
    errors = {
        field: problem_words(services.renderer, visit.language, *problem)
        for field, problem in sorted((problems or {}).items(), key=_place)
    }
    await visit.send_page(
        "form/form",
        200 if delay is None else 503,
        [] if delay is None else [retry_after(delay)],
        petition=petition,
        values=values,
        written=written(values),
        errors=errors,
        heading_of_errors=visit.pages.sentence(heading),
        note=message and visit.pages.sentence(message),
        both=both,
        signed=signed,
        label=visit.part_label,
        said=lambda part, values: visit.part_words(part, parts.line(part, values)),
        rows=_rows_shown(values),
        roles=await role_ticks(visit, values),
        more=max(0, len(petition.decision_makers) - ROWS) if petition else 0,
        public_url=services.settings.public_url,
        organizations=organizations,
        topics=shown_topics(values, topics_of(services.settings.topics)),
        similar=like_titles(visit, petition, values),
    )


def written(values: FormValues) -> list[str]:
    """The languages that have fields: the main one, those with words, and the one to add."""
    wanted = {values.get("language"), values.get("add")}
    return [
        code
        for code in LANGUAGES
        if code in wanted or values.get(f"title_{code}") or values.get(f"body_{code}")
    ]


def _place(problem: tuple[str, tuple[str, str]]) -> tuple[int, str]:
    """Where the problem's field stands on the page."""
    field = problem[0]
    name, _, code = field.partition("_")
    if name in {"title", "body"}:
        return list(LANGUAGES).index(code), "title body".removeprefix(name)
    if field in _SINGLE:
        return len(LANGUAGES) + _SINGLE.index(field), ""
    at, last = len(LANGUAGES) + len(_SINGLE), (*SCHEDULE_FIELDS, *EXTRA_FIELDS)
    return at + 1 + last.index(name) if name in last else at, field


def _rows_shown(values: FormValues) -> int:
    filled = [row for row, _ in _rows(values)]
    return min(ROWS, max([len(filled) + EMPTY_ROWS, *(row + 1 for row in filled)]))


def _fields(typed: TypedDraft, error: InvalidInput) -> dict[str, tuple[str, str]]:
    """Form field -> which sentence; of two faults of a field the first."""
    found: dict[str, tuple[str, str]] = {}
    for problem in error.problems:
        name, _, language = problem.field.partition("_")
        if problem.field == "decision_makers":
            continue
        if name in {"title", "body"}:
            field = f"{name}_{language or typed.draft.language}"
            found.setdefault(field, (name, problem.code))
        elif name in EXTRA_FIELDS:
            found.setdefault(problem.field, (name, problem.code))
        else:
            found.setdefault(problem.field, (problem.field, problem.code))
    return found | dict(_maker_problems(typed))


def _maker_problems(typed: TypedDraft) -> Iterator[tuple[str, tuple[str, str]]]:
    """Core says that some decision maker is wrong; asked for each alone, it says which."""
    for row, maker in typed.rows.items():
        try:
            validated(replace(typed.draft, decision_makers=(maker,)), reserved())
        except InvalidInput as error:
            for problem in error.problems:
                if problem.field == "decision_makers":
                    part = problem.code if problem.code in MAKER_PARTS else "name"
                    yield f"maker{row}_{part}", ("maker", problem.code)
