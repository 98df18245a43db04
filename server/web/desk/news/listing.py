"""All news of a petition, with what became of each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.core.news import recipients
from server.core.news.figures import NewsFigures, news_figures
from server.core.news.piece import News
from server.core.news.writing import news_of
from server.web.desk.news.words import NEWS_DONE
from server.web.desk.visit import Visit

SHOWN = 20


@dataclass(frozen=True, slots=True)
class ListedNews:
    """A piece of news as the list has it: what it is called, and what became of it."""

    news: News
    title: str
    language: str
    figures: NewsFigures


async def show(visit: Visit) -> None:
    """The newest first."""
    petition, before = await visit.petition(), visit.query("before")
    async with visit.services.database.read() as tx:
        since = int(before) if re.fullmatch(r"[0-9]{1,15}", before) else 1 << 62
        found = await news_of(tx, petition.id, before=since, limit=SHOWN + 1)
        told = [await news_figures(tx, news) for news in found[:SHOWN]]
        people = await recipients.subscribers(tx, petition.id)
    listed = [
        ListedNews(news, news.wordings[code].title, code, figures)
        for news, figures in zip(found, told, strict=False)
        for code in [news.language(visit.language, petition.language)]
    ]
    more = found[SHOWN - 1].number if len(found) > SHOWN else None
    await visit.send_petition_page(
        "news/news", petition, NEWS_DONE, listed=listed, people=people, more=more
    )
