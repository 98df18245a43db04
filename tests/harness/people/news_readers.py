"""Somebody whose mailbox wants news, the word that their news carries, and news itself."""

from __future__ import annotations

import asyncio
import time

from server.core.news import sending, writing
from server.core.news.piece import NewsWording, Piece
from server.core.petitions import petitions
from server.core.petitions.petitions import Petition
from server.core.values.ids import Ids
from server.core.values.keys import Keys
from server.db import Transaction, open_database
from server.mail.leaving import off_word
from tests.harness.mail.smtp import codes_in
from tests.harness.web.site import Site


def news_reader(site: Site, slug: str) -> tuple[str, str]:
    """Somebody signs, ticks news and types the code: their address, and the word."""
    address = site.address()
    browser = site.stranger()
    form = browser.get(f"/p/{slug}").form("/p/{slug}")
    typed: dict[str, str | bool] = {"name": site.name(), "postcode": "59801"}
    typed |= {"email": address, "news": True}
    thanks = browser.press(form, "", typed)
    [code] = codes_in(site.office.wait_for(address))
    browser.press(thanks.form("/p/{slug}/verify"), "", {"code": code})
    assert wants_news(site, slug, address)
    keys = Keys((site.server.data / "secret.key").read_text().strip())
    return address, off_word(keys, asyncio.run(_petition(site, slug)), address)


def wants_news(site: Site, slug: str, address: str) -> bool:
    """Whether the address is kept for news."""
    return [row["news"] for row in site.rows(slug) if row["contact"] == address] == ["yes"]


async def _petition(site: Site, slug: str) -> Petition:
    database = await open_database(site.url)
    try:
        async with database.read() as tx:
            return await _called(tx, slug)
    finally:
        await database.close()


async def _called(tx: Transaction, slug: str) -> Petition:
    known = await petitions.all_petitions(tx)
    return next(p for p in known.values() if p.slug == slug)


_IDS = Ids(999)


def send_news(url: str, slug: str, place: str = "", **said: tuple[str, str]) -> int:
    """Write news, by language its title and body, and begin to send it; its number. With a `place`
    it goes to nobody: so few are there in tests."""
    return asyncio.run(_send_news(url, slug, place, said))


async def _send_news(url: str, slug: str, place: str, said: dict[str, tuple[str, str]]) -> int:
    wordings = {code: NewsWording(title, body) for code, (title, body) in said.items()}
    now, database = int(time.time()), await open_database(url)
    try:
        async with database.write() as tx:
            petition = await _called(tx, slug)
            piece = Piece(wordings=wordings, place=place)
            number = await writing.write_news(
                tx, petition.id, _IDS.next(now), piece, now=now, actor="ana"
            )
            news = await writing.one_news(tx, petition.id, number)
            if place:
                await tx.execute(
                    "UPDATE news SET queued_at = :now WHERE id = :id", now=now, id=news.id
                )
            else:
                await sending.begin_news(tx, petition, news, now)
        return number
    finally:
        await database.close()
