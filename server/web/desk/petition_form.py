"""The form of a petition: between what an organizer types and a `Draft`, and back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, replace

from starlette.responses import Response

from server.config import LANGUAGES
from server.core.desk import audit, organizers
from server.core.petitions import petitions
from server.core.petitions.petitions import DecisionMaker, Draft, Petition, Text
from server.core.values.keys import SALT_BYTES
from server.errors import InvalidInput, NotFound, StoreUnavailable
from server.web.desk.session import Values, Visit, see_other
from server.web.desk.words import ADDED, KEPT, NOT_STORED, STALE, problem_words
from sms.keywords import RESERVED

ROWS = 8  # decision makers that one form can hold; forms.FIELD_LIMIT bounds it
EMPTY_ROWS = 2
PARTS = ("name", "title", "phone", "email", "form")
_SINGLE = ("slug", "keyword", "country", "goal", "origins")
_TICKED = "1"


@dataclass(frozen=True, slots=True)
class Typed:
    """A draft as it was typed; `rows` says in which row each of its decision makers stood."""

    draft: Draft
    rows: Mapping[int, DecisionMaker]


async def new(visit: Visit) -> Response:
    """GET the empty form; POST makes a draft of it."""
    if visit.request.method == "POST":
        return await _save(visit, None)
    return form_page(visit, None, _empty_values(visit))


async def edit(visit: Visit) -> Response:
    """GET the form of a petition; POST replaces what it says."""
    petition = await petition_of(visit)
    if visit.request.method == "POST":
        return await _save(visit, petition)
    return form_page(visit, petition, values_of(petition))


async def resumed(visit: Visit, path: str, values: Values) -> Response | None:
    """The form that was typed before the sign-in ended; None if that path has no form."""
    slug = re.fullmatch(r"/organizer/p/([^/]+)/edit", path)
    if slug:
        petition = await petition_of(visit, slug[1])
        return form_page(visit, petition, values, note=KEPT)
    if path == "/organizer/petitions/new":
        return form_page(visit, None, values, note=KEPT)
    return None


async def petition_of(visit: Visit, slug: str | None = None) -> Petition:
    """The petition in the address. Raises `NotFound`, also for one that somebody else runs."""
    directory = await visit.services.petitions()
    petition = directory.by_slug.get(slug or visit.request.path_params["slug"])
    if petition is None:
        raise NotFound
    async with visit.services.database.read() as tx:
        await organizers.check_runs(tx, visit.organizer.id, petition.id)
    return petition


async def _save(visit: Visit, petition: Petition | None) -> Response:
    if visit.stale:
        return form_page(visit, petition, visit.form, note=STALE)
    if visit.form.get("add") in LANGUAGES:
        return form_page(visit, petition, visit.form, note=ADDED)
    typed = typed_of(visit, petition)
    try:
        petition_id = await _store(visit, petition, typed.draft)
    except InvalidInput as error:
        return form_page(visit, petition, visit.form, problems=_fields(typed, error))
    except StoreUnavailable as error:
        answer = form_page(visit, petition, visit.form, note=NOT_STORED, status=503)
        answer.headers["retry-after"] = str(error.retry_after)
        return answer
    with suppress(StoreUnavailable):  # it is stored; the list catches up by itself
        await visit.services.reload_petitions()
    stored = visit.services.directory.by_id.get(petition_id)
    slug = stored.slug if stored else typed.draft.slug.strip().lower()
    return see_other(f"/organizer/p/{slug}?done={'saved' if petition else 'created'}")


async def _store(visit: Visit, petition: Petition | None, draft: Draft) -> int:
    services = visit.services
    async with services.database.write() as tx:
        if petition is not None:
            await petitions.edit(tx, petition, draft, RESERVED)
            await audit.note(tx, services.now(), visit.organizer.name, "edited", petition.id)
            return petition.id
        salt = secrets.token_bytes(SALT_BYTES)
        petition_id = await petitions.create(
            tx, draft, reserved=RESERVED, salt=salt, now=services.now()
        )
        await organizers.assign(tx, petition_id, visit.organizer.id)
        await audit.note(tx, services.now(), visit.organizer.name, "created", petition_id)
        return petition_id


# From values to a draft.


def typed_of(visit: Visit, petition: Petition | None) -> Typed:
    """The draft of a form. What the form cannot show of a stored petition is kept as it is."""
    values, settings = visit.form, visit.services.settings
    rows = dict(_rows(values))
    language = values.get("language", "")
    texts = {
        code: Text(values.get(f"title_{code}", ""), values.get(f"body_{code}", ""))
        for code in LANGUAGES
    }
    hidden = {c: t for c, t in petition.texts.items() if c not in LANGUAGES} if petition else {}
    draft = Draft(
        slug=values.get("slug", ""),
        keyword=values.get("keyword", ""),
        language=language if language in LANGUAGES else settings.language,
        country=values.get("country", ""),
        texts=texts | hidden,
        decision_makers=(*rows.values(), *(petition.decision_makers[ROWS:] if petition else ())),
        postcode_required=values.get("postcode_required") == _TICKED,
        contact_required=values.get("contact_required") == _TICKED,
        goal=_goal(values.get("goal", "")),
        origins=tuple(re.split(r"[\s,]+", values.get("origins", ""))),
    )
    return Typed(draft, rows)


def _rows(values: Values) -> Iterator[tuple[int, DecisionMaker]]:
    for row in range(ROWS):
        parts = [values.get(f"maker{row}_{part}", "") for part in PARTS]
        if any(part.strip() for part in parts):
            yield row, DecisionMaker(*parts)


def _goal(text: str) -> int | None:
    """The number, however it groups its digits; 0, which is refused, for what is none."""
    digits = re.sub(r"[\s.,]", "", text)
    if not digits:
        return None
    return int(digits) if re.fullmatch(r"[0-9]{1,12}", digits) else 0


# From a petition to values.


def values_of(petition: Petition) -> dict[str, str]:
    """The form's values for a stored petition."""
    values = {
        "slug": petition.slug,
        "keyword": petition.keyword,
        "language": petition.language,
        "country": petition.country,
        "goal": "" if petition.goal is None else str(petition.goal),
        "origins": "\n".join(petition.origins),
        "postcode_required": _TICKED if petition.postcode_required else "",
        "contact_required": _TICKED if petition.contact_required else "",
    }
    for code, text in petition.texts.items():
        values |= {f"title_{code}": text.title, f"body_{code}": text.body}
    for row, maker in enumerate(petition.decision_makers[:ROWS]):
        values |= {
            f"maker{row}_{part}": value for part, value in zip(PARTS, astuple(maker), strict=True)
        }
    return values


def _empty_values(visit: Visit) -> dict[str, str]:
    settings = visit.services.settings
    return {
        "language": settings.language,
        "country": settings.country,
        "postcode_required": _TICKED,
    }


# The page.


def form_page(
    visit: Visit,
    petition: Petition | None,
    values: Values,
    *,
    problems: Mapping[str, tuple[str, str]] | None = None,
    note: str = "",
    status: int = 200,
) -> Response:
    """The form with these values. `problems`: form field -> field and code of its sentence.

    Status 200 with problems, too: some text and feature-phone browsers hide the body of a 4xx.
    """
    services = visit.services
    language = services.settings.language
    errors = {
        field: problem_words(services.renderer, language, *problem)
        for field, problem in sorted((problems or {}).items(), key=_place)
    }
    return visit.page(
        "form",
        status,
        petition=petition,
        values=values,
        written=written(values),
        errors=errors,
        note=services.renderer.say(language, note) if note else "",
        rows=_rows_shown(values),
        more=max(0, len(petition.decision_makers) - ROWS) if petition else 0,
        public_url=services.settings.public_url,
    )


def written(values: Values) -> list[str]:
    """The languages that have fields: the main one, those with a text, and the one to add."""
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
    return len(LANGUAGES) + len(_SINGLE), field


def _rows_shown(values: Values) -> int:
    filled = [row for row, _ in _rows(values)]
    return min(ROWS, max([len(filled) + EMPTY_ROWS, *(row + 1 for row in filled)]))


def _fields(typed: Typed, error: InvalidInput) -> dict[str, tuple[str, str]]:
    """Form field -> which sentence; of two faults of a field the first."""
    found: dict[str, tuple[str, str]] = {}
    for problem in error.problems:
        name, _, language = problem.field.partition("_")
        if problem.field == "decision_makers":
            continue
        if name in {"title", "body"}:
            field = f"{name}_{language or typed.draft.language}"
            found.setdefault(field, (name, problem.code))
        else:
            found.setdefault(problem.field, (problem.field, problem.code))
    return found | dict(_maker_problems(typed))


def _maker_problems(typed: Typed) -> Iterator[tuple[str, tuple[str, str]]]:
    """Core says that some decision maker is wrong; asked for each alone, it says which."""
    for row, maker in typed.rows.items():
        try:
            petitions.validated(replace(typed.draft, decision_makers=(maker,)), RESERVED)
        except InvalidInput as error:
            for problem in error.problems:
                if problem.field == "decision_makers":
                    part = problem.code if problem.code in PARTS else "name"
                    yield f"maker{row}_{part}", ("maker", problem.code)
