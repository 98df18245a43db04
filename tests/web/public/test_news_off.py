"""The door at which news is ended: what it does for a mail program, for a person, for a scanner."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.harness.people.news_readers import news_reader, wants_news
from tests.harness.product import exchange, request
from tests.harness.web.site import Site, mailed

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
)
UNKNOWN = "a" * 42


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with mailed(tmp_path_factory.mktemp("off") / "data") as site:
        yield site


def test_a_mail_program_ends_it_at_once(site: Site) -> None:
    slug = site.petition()
    address, word = news_reader(site, slug)
    other, _ = news_reader(site, slug)
    answer = site.server.post(f"/news/off/{word}", ONE_CLICK)
    assert answer.status == 200
    assert not wants_news(site, slug, address)
    assert wants_news(site, slug, other)
    assert site.statuses(slug) == {"verified": 2}
    assert site.server.post(f"/news/off/{word}", ONE_CLICK).body == answer.body


def test_so_does_one_that_sends_it_in_parts(site: Site) -> None:
    slug = site.petition()
    address, word = news_reader(site, slug)
    kind = "multipart/form-data; boundary=b"
    raw = request("POST", f"/news/off/{word.upper()}", MULTIPART, Content_Type=kind)
    assert exchange(site.server.port, raw).status == 200
    assert not wants_news(site, slug, address)


def test_no_link_and_no_bare_button_ends_it(site: Site) -> None:
    """Those who look through mail for harm follow links, and press the buttons that they find."""
    slug = site.petition()
    address, word = news_reader(site, slug)
    path, own = f"/news/off/{word}", {"Origin": site.server.url}
    for method in ("GET", "HEAD"):
        assert exchange(site.server.port, request(method, path)).status == 200
    for form in ({}, {"email": ""}, {"email": "somebody@example.com"}, ONE_CLICK | {"email": ""}):
        assert site.server.post(path, form, **own).status == 200
    assert site.server.post(path, {"List-Unsubscribe": "one click"}).status == 200
    foreign = {"Origin": "https://elsewhere.example.org"}
    assert site.server.post(path, ONE_CLICK, **foreign).status == 403
    assert site.server.post(path, {"email": address}, **foreign).status == 403
    assert wants_news(site, slug, address)


def test_a_person_types_the_address_in_any_spelling(site: Site) -> None:
    slug = site.petition()
    address, word = news_reader(site, slug)
    browser = site.stranger()
    page = browser.get(f"/es/news/off/{word}")
    form = page.form("/news/off/{word}")
    assert 'lang="es"' in page.text
    asked = browser.press(form, "", {"email": "no address"})
    assert asked.text.count("no address") == 1
    assert "<title>Error:" in asked.text
    assert wants_news(site, slug, address)
    name, _, domain = address.partition("@")
    typed = f" {name[:1].upper()}.{name[1:]}+news@{domain.upper()} "
    done = browser.press(asked.form("/news/off/{word}"), "", {"email": typed})
    assert 'lang="es"' in done.text
    assert not wants_news(site, slug, address)


def test_nobody_learns_what_we_know(site: Site) -> None:
    """Of a word that we have made and of one that is none, of the right address and of others."""
    slug = site.petition()
    address, word = news_reader(site, slug)
    pages = [site.server.get(f"/news/off/{w}").text for w in (word, UNKNOWN, "x")]
    assert len({re.sub(r"/news/off/\w+", "", page) for page in pages}) == 1
    other = "somebody@example.com"
    answers = [
        site.server.post(f"/news/off/{w}", {"email": a})
        for w, a in ((word, other), (UNKNOWN, address), ("x", other), (word, address))
    ]
    answers += [site.server.post(f"/news/off/{w}", ONE_CLICK) for w in (word, UNKNOWN)]
    assert len({answer.body for answer in answers}) == 1
    assert not wants_news(site, slug, address)


def test_the_page_is_the_same_for_each_word_and_no_search_engine_keeps_it(site: Site) -> None:
    answer = site.server.get(f"/news/off/{UNKNOWN}")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cache-control"] == "private,no-cache"
