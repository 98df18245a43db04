"""News for everybody: what went to all stands on pages and in the feed, and nothing else does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from server.config import LANGUAGES
from server.web.public.news import NEWS_SHOWN
from tests.harness.people.news_readers import send_news
from tests.harness.product import Answer
from tests.harness.web.budgets import CODINGS, FACTORS
from tests.harness.web.site import Site, mailed

ATOM = "{http://www.w3.org/2005/Atom}"
WON = ("We won", "The lake stays.\n\n- clean\n- deep\n\nSee https://lake.example.org/won.")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with mailed(tmp_path_factory.mktemp("news") / "data") as site:
        yield site


def test_what_went_to_all_is_read_by_everybody(site: Site) -> None:
    slug = "face"  # which is written in every language
    number = send_news(site.url, slug, en=WON, es=("Ganamos", "El lago se queda."))
    assert number == 1
    path = f"/p/{slug}/news/1"
    site.shows(f"/p/{slug}", f'News: <a href="{path}">We won</a>')
    reader = site.stranger()
    page = reader.get(path)
    assert (page.status, "<h1>We won</h1>" in page.text) == (200, True)
    assert "<ul><li>clean</li><li>deep</li></ul>" in page.text
    assert 'href="https://lake.example.org/won"' in page.text
    assert {f"/p/{slug}", f"/p/{slug}/news", f"/es{path}"} <= set(page.links)
    assert path in reader.get(f"/p/{slug}/news").links
    spanish = reader.get(f"/es{path}").text
    assert "<h1>Ganamos</h1>" in spanish
    assert f'href="/es{path}">Ganamos</a>' in reader.get(f"/es/p/{slug}").text
    french = reader.get(f"/fr{path}").text  # in which nobody has written it
    assert '<h1 lang="en">We won</h1>' in french
    assert '<div lang="en">' in french
    arabic = reader.get(f"/ar{path}").text
    assert '<h1 lang="en" dir="ltr">We won</h1>' in arabic


def test_the_newest_stands_first_and_on_the_page(site: Site) -> None:
    slug = site.petition()
    for title in ("First", "Second"):
        send_news(site.url, slug, en=(title, "It goes on."))
        site.shows(f"/p/{slug}", title)
    assert ">First<" not in site.stranger().get(f"/p/{slug}").text
    listed = site.stranger().get(f"/p/{slug}/news").text
    assert listed.index("Second") < listed.index("First")


def test_without_news_nothing_is_said_of_it(site: Site) -> None:
    slug = site.petition()
    reader = site.stranger()
    assert "news/" not in reader.get(f"/p/{slug}").text
    assert "There is no news yet." in reader.get(f"/p/{slug}/news").text
    for path in ("news/1", "news/before/1", "news/before/99", "news/0", "news/x", "news/1/2"):
        assert reader.get(f"/p/{slug}/{path}").status == 404, path
    assert reader.get("/p/no-such-petition/news").status == 404


@pytest.mark.parametrize("hidden", ["draft", "halted", "place"])
def test_what_did_not_go_to_all_stands_nowhere(site: Site, hidden: str) -> None:
    slug = site.petition()
    send_news(site.url, slug, en=("For all", "It goes on."))
    send_news(site.url, slug, "598" if hidden == "place" else "", en=("Hidden", "For us."))
    if hidden != "place":
        hide = "queued_at = NULL" if hidden == "draft" else "stopped_at = :seconds"
        own = "WHERE number = 2 AND petition_id = (SELECT id FROM petitions WHERE slug = :slug)"
        site.change(
            f"UPDATE news SET {hide}, finished_at = NULL", slug, 1, f"{own} AND :seconds = 1"
        )
    site.shows(f"/p/{slug}", "For all")
    reader = site.stranger()
    for path in ("", "/news", "/feed.atom", "/news/1"):
        page = reader.get(f"/p/{slug}{path}").text
        assert "Hidden" not in page, path
        assert "For all" in page, path
    assert reader.get(f"/p/{slug}/news/2").status == 404


def test_a_page_has_some_and_leads_to_the_others(site: Site) -> None:
    slug = site.petition()
    for n in range(1, NEWS_SHOWN + 3):
        send_news(site.url, slug, en=(f"News {n}", "It goes on."))
    site.shows(f"/p/{slug}/news", f"News {NEWS_SHOWN + 2}<")
    reader = site.stranger()
    first = reader.get(f"/p/{slug}/news")
    pieces = [link for link in first.links if re.search(r"/news/\d+$", link)]
    assert len(pieces) == NEWS_SHOWN
    assert pieces[0].endswith(f"/{NEWS_SHOWN + 2}")
    older = reader.get(f"/p/{slug}/news/before/3")
    assert f"/p/{slug}/news/before/3" in first.links
    assert [link for link in older.links if re.search(r"/news/\d+$", link)] == [
        f"/p/{slug}/news/2",
        f"/p/{slug}/news/1",
    ]
    assert f"/p/{slug}/news" in older.links
    assert not any("before" in link for link in older.links)


def test_the_feed_has_it(site: Site) -> None:
    slug = site.petition()
    send_news(site.url, slug, en=("A & B <won>", "The lake stays."))
    site.shows(f"/p/{slug}/feed.atom", "lake stays")
    feed = ET.fromstring(site.server.get(f"/es/p/{slug}/feed.atom").body)
    first, *others = feed.iter(f"{ATOM}entry")
    base = f"{site.server.url}/es/p/{slug}"
    assert first.findtext(f"{ATOM}id") == f"{base}/news/1"
    assert first.findtext(f"{ATOM}title") == "A & B <won>"
    assert first.findtext(f"{ATOM}content") == "The lake stays."
    assert first.find(f"{ATOM}link").get("href") == f"{base}/news/1"  # type: ignore[union-attr]
    assert feed.findtext(f"{ATOM}updated") == first.findtext(f"{ATOM}updated")
    assert [str(entry.findtext(f"{ATOM}id")) for entry in others] == [f"{base}#open"]


def size(answer: Answer) -> int:
    assert answer.status == 200
    return answer.size


def test_the_pages_are_small_in_every_language(site: Site) -> None:
    slug = site.petition()
    before = {c: size(site.server.get(f"/p/{slug}", Accept_Encoding=c)) for c in CODINGS}
    send_news(site.url, slug, en=("Won", "The lake stays. Thank you, all of you."))
    site.shows(f"/p/{slug}", "Won")
    for coding in ("gzip", "br"):
        page = site.server.get(f"/p/{slug}", Accept_Encoding=coding)
        assert size(page) - before[coding] <= 60, coding
    for n in range(NEWS_SHOWN):
        send_news(site.url, slug, en=(f"The council has met for the {n}. time", "It goes on."))
    site.shows(f"/p/{slug}/news", "the 19. time")
    for language in LANGUAGES:
        for path in ("news", "news/1"):
            budgets = zip(CODINGS, (1400, 1200, 4000), strict=True)
            packed, plain = FACTORS[language]
            for coding, budget in budgets:
                limit = budget * (plain if coding == "identity" else packed)
                own = f"/{language}/p/{slug}/{path}"
                assert size(site.server.get(own, Accept_Encoding=coding)) <= limit, (own, coding)


def test_a_reader_who_has_it_gets_it_but_once(site: Site) -> None:
    slug = site.petition()
    send_news(site.url, slug, en=WON)
    for path in ("news", "news/1"):
        first = site.server.get(f"/p/{slug}/{path}")
        assert first.headers["cache-control"].startswith("max-age=5,")
        known = site.server.get(f"/p/{slug}/{path}", If_None_Match=first.headers["etag"])
        assert known.status == 304
