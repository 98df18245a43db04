"""Writing news, by language."""

from __future__ import annotations

from collections.abc import Mapping

from server.config import LANGUAGES
from server.core.news import writing
from server.core.news.piece import (
    NEWS_LIMIT,
    NEWS_TEXT_LIMIT,
    News,
    NewsWording,
    Piece,
    checked_piece,
)
from server.core.news.sending import SENDING_STATES
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.draft import TITLE_LIMIT
from server.core.values.ids import read_id
from server.errors import InvalidInput, NotFound, NotOpen, Overtaken
from server.web.desk.news.words import CHANGED, fault_words
from server.web.desk.visit import Visit
from server.web.desk.words import STALE
from server.web.http.forms import FormValues

_LIMITS = {"title_limit": TITLE_LIMIT, "body_limit": NEWS_LIMIT, "text_limit": NEWS_TEXT_LIMIT}


async def write(visit: Visit) -> None:
    """GET the empty form; POST stores a draft."""
    petition = await visit.petition()
    if petition.state not in SENDING_STATES:
        await visit.go_to_petition(petition, "/news?done=not_open")
    elif not visit.posts:
        await _send_form(visit, petition, None, {})
    elif visit.stale:
        await _send_form(visit, petition, None, visit.form, note=STALE)
    else:
        await _save(visit, petition, None)


async def edit(visit: Visit) -> None:
    """GET the form of what nobody has got; POST stores what was changed."""
    petition = await visit.petition()
    news = await the_news(visit, petition)
    async with visit.services.database.read() as tx:
        is_unsent = await writing.is_unsent(tx, news, visit.services.now())
    if not is_unsent:
        await visit.go_to_petition(petition, f"/news/{news.number}?done=sent")
    elif not visit.posts:
        await _send_form(visit, petition, news, _values(news))
    elif visit.stale:
        await _send_form(visit, petition, news, visit.form, note=STALE)
    else:
        await _save(visit, petition, news)


async def the_news(visit: Visit, petition: Petition) -> News:
    """That of the address. Raises `NotFound`."""
    number = read_id(visit.part("number"))
    if number is None:
        raise NotFound
    async with visit.services.database.read() as tx:
        return await writing.one_news(tx, petition.id, number)


async def _save(visit: Visit, petition: Petition, news: News | None) -> None:
    try:
        piece = checked_piece(_typed(visit.form), list(_codes(petition, news)))
        number = await _store(visit, petition, news, piece)
    except InvalidInput as error:
        faults = {p.field: p.code for p in error.problems}
        await _send_form(visit, petition, news, visit.form, faults=faults)
    except Overtaken:
        stored = await the_news(visit, petition)
        await _send_form(visit, petition, stored, visit.form, note=CHANGED, theirs=_values(stored))
    except NotOpen:
        await visit.go_to_petition(petition, f"/news/{visit.part('number')}?done=sent")
    else:
        done = "edited" if news else "written"
        await visit.go_to_petition(petition, f"/news/{number}?done={done}")


async def _store(visit: Visit, petition: Petition, news: News | None, piece: Piece) -> int:
    """The number under which it is stored."""
    services, actor = visit.services, visit.organizer.name
    now, based_on = services.now(), read_id(visit.form.get("version", "")) or 0
    async with services.database.write() as tx:
        if news is None:
            id_ = services.new_id()
            number = await writing.write_news(tx, petition.id, id_, piece, now=now, actor=actor)
            await visit.note(tx, "news_written", petition.id, news=number)
            return number
        if await writing.edit_news(tx, news, piece, based_on, now=now, actor=actor):
            await visit.note(tx, "news_edited", petition.id, news=news.number)
        return news.number


def _codes(petition: Petition, news: News | None) -> dict[str, None]:
    """The languages that it can be written in: those of the petition, its own first."""
    return dict.fromkeys([petition.language, *petition.wordings, *(news.wordings if news else ())])


def _typed(form: FormValues) -> Piece:
    wordings = {
        code: NewsWording(
            form.get(f"title_{code}", ""),
            form.get(f"body_{code}", ""),
            form.get(f"text_{code}", ""),
        )
        for code in LANGUAGES
    }
    return Piece(wordings=wordings, place=form.get("place", ""))


def _values(news: News) -> dict[str, str]:
    """The form's values for it."""
    values = {"place": news.place}
    for code, said in news.wordings.items():
        values |= {
            f"title_{code}": said.title,
            f"body_{code}": said.body,
            f"text_{code}": said.text,
        }
    return values


async def _send_form(
    visit: Visit,
    petition: Petition,
    news: News | None,
    values: FormValues,
    *,
    note: str = "",
    faults: Mapping[str, str] | None = None,
    theirs: FormValues | None = None,
) -> None:
    """The form with these values, and what is wrong with them by field; `theirs`: what somebody
    else has stored meanwhile."""
    codes = _codes(petition, news)
    order = [f"{part}_{code}" for code in codes for part in ("title", "body", "text")]
    found = sorted((faults or {}).items(), key=lambda f: [*order, "place"].index(f[0]))
    await visit.send_petition_page(
        "news/form",
        petition,
        {},
        news=news,
        values=values,
        errors={field: fault_words(visit, field, code, **_LIMITS) for field, code in found},
        note=note and visit.pages.sentence(note),
        theirs=theirs or {},
        codes=list(codes),
        limits=_LIMITS,
    )
