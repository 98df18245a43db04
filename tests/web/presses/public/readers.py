"""What readers press who look for a petition."""

from __future__ import annotations

from server.web.public.listing import PETITIONS_LISTED
from tests.harness.people.news_readers import news_reader, wants_news
from tests.harness.product import eventually
from tests.harness.web.pages import Page
from tests.harness.web.site import Site
from tests.web.presses.table import press


@press("/", "/", reads="q")
def looking_for_a_petition(site: Site) -> None:
    for language in ("", "/es"):
        word = site.name().split()[-1]  # of letters, which nobody else has
        slug = site.petition(title_en=f"Keep the pond of {word} clean")
        other = site.petition(title_en="Keep the pond clean")
        site.shows(f"{language}/", slug, other)
        browser = site.stranger()
        typed = {"q": f"POND {word}"}
        found = browser.press(browser.get(f"{language}/").form("/"), "", typed)
        assert f"{language}/p/{slug}" in found.links
        assert f"{language}/p/{other}" not in found.links
        assert found.form("/").fields["q"].value == typed["q"]
        none = browser.press(found.form("/"), "", {"q": f"pond {word} and no other"})
        assert not any("/p/" in link for link in none.links)
        assert f"{language}/" in none.links


@press("/", "/", "?by")
def looking_at_the_most_signed(site: Site) -> None:
    signed, newer = site.petition(), site.petition()
    site.verified(signed)
    site.shows("/", signed, newer)
    browser = site.stranger()
    newest = browser.get("/")
    assert newest.text.index(f"/p/{newer}") < newest.text.index(f"/p/{signed}")

    def most_signed() -> bool:
        page = browser.turn(newest, "?by").text
        return f"/p/{signed}" in page and page.index(f"/p/{signed}") < page.find(f"/p/{newer}")

    eventually(most_signed)  # figures of the list are two seconds old at most


@press("/", "/", "?topic")
@press("/", "/", "?topic?by")
def looking_at_a_topic(site: Site) -> None:
    word = site.name().split()[-1]  # of letters, which nobody else has
    signed, newer = (site.petition(topics=word) for _ in range(2))
    other = site.petition()
    site.verified(signed)
    site.shows("/", signed, newer, other)
    browser = site.stranger()
    assert browser.turn(browser.get("/"), "?topic").status == 200
    found = browser.get(f"/?topic={word}")
    assert f"/p/{other}" not in found.links
    assert found.text.index(f"/p/{newer}") < found.text.index(f"/p/{signed}")

    def most_signed() -> bool:
        page = browser.turn(found, "?topic?by").text
        return f"/p/{other}" not in page and page.index(f"/p/{signed}") < page.find(f"/p/{newer}")

    eventually(most_signed)  # figures of the list are two seconds old at most


@press("/", "/", "?page")
@press("/", "/", "?by?page")
def turning_the_pages_of_the_list(site: Site) -> None:
    browser = site.stranger()
    for _ in range(PETITIONS_LISTED + 1):
        if "?page" in {control.button for control in browser.get("/").turns()}:
            break  # others have made as many
        site.petition()
    eventually(lambda: "page=2" in browser.get("/").text)
    first = browser.get("/")
    for page in (first, browser.turn(first, "?by")):
        word = "?by?page" if "by=" in page.path else "?page"
        assert len(petitions_on(page)) == PETITIONS_LISTED
        # (more are opened meanwhile, which move some over)
        assert petitions_on(browser.turn(page, word)) - petitions_on(page)


def petitions_on(page: Page) -> set[str]:
    return {link for link in page.links if "/p/" in link}


@press("/", "/", "?q")
def going_on_with_a_search_in_another_language(site: Site) -> None:
    word = site.name().split()[-1]
    slug = site.petition(title_en=f"Keep the pond of {word} clean")
    site.shows("/", slug)
    browser = site.stranger()
    found = browser.press(browser.get("/").form("/"), "", {"q": word})
    other = browser.turn(found, "?q")
    assert other.path != found.path
    assert any(link.endswith(f"/p/{slug}") for link in other.links)
    assert other.form("/").fields["q"].value == word


@press("/news/off/{word}", "/news/off/{word}", reads="email")
@press("POST /news/off/{word}", "/news/off/{word}", reads="email")
def ending_news(site: Site) -> None:
    for language in ("", "/es"):
        slug = site.petition()
        address, word = news_reader(site, slug)
        browser = site.stranger()
        form = browser.get(f"{language}/news/off/{word}").form("/news/off/{word}")
        faulty = browser.press(form, "", {"email": "nobody"}).form("/news/off/{word}")
        assert wants_news(site, slug, address)
        browser.press(faulty, "", {"email": address})
        assert not wants_news(site, slug, address)
        address, word = news_reader(site, slug)
        form = browser.get(f"{language}/news/off/{word}").form("/news/off/{word}")
        browser.press(form, "", {"email": address})
        assert not wants_news(site, slug, address)
