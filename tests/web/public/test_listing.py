"""The first page of a site with many petitions: small, in order, searched, and leaking nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

import pytest

from server.config import LANGUAGES
from server.core.petitions import petitions
from server.core.petitions.wording.draft import Wording
from server.db import Database, open_database
from server.web.public.listing import PETITIONS_LISTED
from tests.harness import product
from tests.harness.people.many import running, wording
from tests.harness.people.signers import STORED
from tests.harness.product import Server
from tests.harness.web.budgets import CODINGS
from tests.harness.web.pages import Browser, Met, Page
from tests.harness.world import NOW, draft

MANY = 120
LIST_BYTES = 6000  # (design, section 6)
OTHERS = {
    "ho": ("vi", Wording("Cứu hồ nước của chúng ta", "Xin hãy ký tên.")),
    "mizuumi": ("en", Wording("湖を守ろう", "おねがいします。")),
    "thale": ("en", Wording("ปกป้องทะเลไทย", "โปรดลงชื่อ")),
    "nino": ("es", Wording("Que el niño coma", "Por favor.")),
    "rent": ("en", Wording("Cap rents at 100%", "It costs all_we_have. <b>Sign</b>")),
    "closed-quarry": ("en", Wording("Dig the quarry", "Please.")),
    "paused-mill": ("en", Wording("Turn the mill", "Please.")),
    "hidden-draft": ("en", Wording("Burn the zeppelin", "Please.")),
}


async def fill(database: Database) -> None:
    async with database.write() as tx:
        for slug, (language, said) in OTHERS.items():
            keyword = slug.upper().replace("-", "")[:12]
            new = draft(slug=slug, keyword=keyword, language=language, wordings={language: said})
            id_ = await petitions.create(tx, new, reserved=frozenset(), salt=b"s" * 32, now=NOW)
            if "draft" not in slug:
                await petitions.open_(tx, id_, NOW)
            if "closed" in slug:
                await petitions.close(tx, id_, NOW)
            if "paused" in slug:
                await petitions.pause(tx, id_, NOW)


async def at(url: str, do: Callable[[Database], object]) -> None:
    database = await open_database(url)
    try:
        await do(database)  # type: ignore[misc]
    finally:
        await database.close()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with that many petitions."""
    with running(tmp_path_factory.mktemp("many") / "data", MANY) as server:
        asyncio.run(at(store(server), fill))
        product.eventually(lambda: '"/p/rent"' in server.get("/").text)
        yield server


def store(server: Server) -> str:
    return f"sqlite:///{(server.data / 'undersigned.db').resolve()}"


def browse(server: Server, path: str) -> Page:
    return Browser(server, Met(), "192.0.2.7").get(path)


def slugs(page: Page) -> list[str]:
    return [link.rpartition("/")[2] for link in page.links if "/p/" in link]


def find(server: Server, typed: str, prefix: str = "") -> list[str]:
    return slugs(browse(server, f"{prefix}/?{urlencode({'q': typed})}"))


def test_a_list_of_fifty_is_at_most_six_thousand_bytes(
    many: Server, show: Callable[[str], None]
) -> None:
    sizes: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        for query in ("", "?by=most", "?page=2", "?q=case", "?q=nothing+like+it"):
            for coding in CODINGS[:2]:
                answer = many.get(f"/{language}/{query}", Accept_Encoding=coding)
                assert answer.status == 200
                assert answer.headers["content-encoding"] == coding
                sizes.setdefault(f"{language} {query}", {})[coding] = answer.size
    show("\n".join(f"{page}: {found}" for page, found in sizes.items()))
    assert {p: s for p, s in sizes.items() if max(s.values()) > LIST_BYTES} == {}


def test_the_pager_leads_through_all_petitions_once_open_and_newest_first(many: Server) -> None:
    browser = Browser(many, Met(), "192.0.2.7")
    page, seen = browser.get("/"), list[list[str]]()
    while True:
        seen.append(slugs(page))
        following = [link for link in page.links if f"page={len(seen) + 1}" in link]
        if not following:
            break
        assert following == [f"/?page={len(seen) + 1}"]
        page = browser.get(following[0])
    assert [len(part) for part in seen] == [PETITIONS_LISTED, PETITIONS_LISTED, 28]
    listed = [slug for part in seen for slug in part]
    assert len(set(listed)) == len(listed)
    assert listed[:5] == ["rent", "nino", "thale", "mizuumi", "ho"]
    numbers = [int(slug.rpartition("-")[2]) for slug in listed[5:-3]]
    assert numbers == list(range(MANY, 0, -1))
    assert listed[-3:] == ["face", "paused-mill", "closed-quarry"]
    assert "/?page=2" in page.links  # the way back
    assert "page=1" not in "".join(browser.get("/?page=2").links)  # has one address, `/`


def test_most_signed_is_by_the_verified_figure_alone(many: Server) -> None:
    async def unverified(database: Database) -> None:
        async with database.write() as tx:
            await tx.execute(
                "UPDATE petitions SET shown_unverified = 900000, version = version + 1"
                " WHERE slug = 'rent'"
            )

    asyncio.run(at(store(many), unverified))
    product.eventually(lambda: "900,000 or more" in many.get("/?q=rents+100%25").text)
    figures = []
    for number in (1, 2, 3):
        page = browse(many, f"/?by=most&page={number}")
        said = page.text.partition("Paused")[0]  # those that are open come first
        figures += [int(n.replace(",", "")) for n in re.findall(r"<b>([\d,]+)</b> ver", said)]
        assert ("rent" in slugs(page)) is (number == 3)
    assert len(figures) == MANY + 6
    assert figures == sorted(figures, reverse=True)
    assert figures[0] > 100


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cuu", ["ho"]),
        ("cứu HỒ", ["ho"]),
        ("守ろ", ["mizuumi"]),
        ("ทะเล", ["thale"]),
        ("nino", ["nino"]),
        ("100%", ["rent"]),
        ("all_we", ["rent"]),
        ("<b>sign</b>", ["rent"]),
        ('"lake"', []),
        ("* OR 1=1", []),
        ("quarry", ["closed-quarry"]),
        ("zeppelin", []),
        ("Burn the", []),
    ],
)
def test_words_are_found_in_every_script_and_no_draft_is(
    many: Server, typed: str, found: list[str]
) -> None:
    for prefix in ("", "/es", "/ar"):
        assert find(many, typed, prefix) == found


def test_a_word_of_one_text_leads_to_it(many: Server) -> None:
    for number in (1, 7, 77, MANY):
        [slug] = find(many, f"case {wording(number).body.split()[-1].strip('.')}")
        assert slug.endswith(f"-{number}")


@pytest.mark.parametrize(
    "query",
    [
        *["q=", "q=%00", "q=%", "q=%ff%fe", "q=_", "q=%25", "q=%5C", "q='", "q=%22", "q=-", "q=*"],
        *["q=NEAR(a+b)", "q=a+AND", "q=folded:a", "q=%F0%9F%98%80", "q=%CC%81", "q=%ED%A0%80"],
        *["q=lake&q=", "q", "q=a&by=", "by=worst", "page=", "q=%E2%80%8B", "&&&", "q=a%0D%0AX:y"],
        f"q={'lake+' * 1000}",
        f"q={quote('ทะเล' * 400)}",
        f"q={'+'.join('abcdefghijklmnopqrstuvwxyz0123456789')}",
    ],
)
def test_whatever_is_typed_is_answered_with_a_page(many: Server, query: str) -> None:
    for path in ("/", "/hi/"):
        answer = many.get(f"{path}?{query}")
        assert answer.status == 200
        assert 'name="q"' in answer.text


@pytest.mark.parametrize("page", ["0", "4", "-1", "x", "1e1", "9" * 30, "٢"])
def test_a_page_that_is_not_there_says_so(many: Server, page: str) -> None:
    assert many.get(f"/?page={quote(page)}").status == 404


@pytest.mark.parametrize("raw", ["ni%F1o", "ni%C3%B1o", "nin%CC%83o", "NI%D1O", "nino"])
def test_words_are_read_in_whatever_letters_a_browser_sends_them(many: Server, raw: str) -> None:
    assert slugs(browse(many, f"/?q={raw}")) == ["nino"]


def test_what_has_ended_is_found_with_its_end(many: Server) -> None:
    text = many.get("/?q=quarry").text
    assert re.search(r"Closed: Jan 15, 2027 · <b>0</b> verified", text)
    assert "Text <b>CLOSEDQUARRY</b>" not in text
    assert "Paused" in many.get("/?q=mill").text
    assert "Cerrada: 15 ene 2027" in many.get("/es/?q=quarry").text
    last = many.get("/?page=3").text
    assert last.find("closed-quarry") > last.find("paused-mill") > last.find('/p/face"') > 0
    assert "hidden-draft" not in last


def test_finding_nothing_is_said_in_plain_words_and_leads_back(many: Server) -> None:
    page = browse(many, "/es/?q=zeppelin")
    assert "Ninguna petición de aquí tiene todas estas palabras" in page.text
    assert slugs(page) == []
    assert page.links.count("/es/") == 2  # beside the sentence, and at the page's end
    assert page.form("/").fields["q"].value == "zeppelin"
    assert many.get("/?q=zeppelin").status == 200


def test_the_language_and_the_words_stay_from_link_to_link(many: Server) -> None:
    page = browse(many, "/es/?q=case&by=most&page=2")
    assert page.form("/").action == "/es/"
    for link in ("/es/?q=case", "/es/?q=case&by=most", "/es/?q=case&by=most&page=3"):
        assert link in page.links
    assert "/fr/?q=case&by=most&page=2" in page.links
    assert all(link.startswith("/es/") for link in page.links if "/p/" in link)
    chosen = many.get("/?q=case", Accept_Language="fr")
    assert 'lang="fr"' in chosen.text
    assert chosen.headers["vary"] == "accept-encoding,accept-language"


def test_a_search_needs_no_script_and_no_cookie_and_a_known_page_is_not_sent_again(
    many: Server,
) -> None:
    page = many.get("/?q=lake&by=most")
    assert "set-cookie" not in page.headers
    assert "<script" not in page.text
    assert page.headers["cache-control"].startswith("max-age=")
    again = many.get("/?q=lake&by=most", If_None_Match=page.headers["etag"])
    assert again.status == 304


def test_what_is_typed_is_no_part_of_the_page(many: Server) -> None:
    text = many.get("/?q=" + quote("<script>\"'&")).text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_signature_that_is_not_verified_shows_nowhere_on_a_list(many: Server) -> None:
    before = many.get("/?q=pension").body
    for n in range(12):
        form = {"name": f"Nora {chr(97 + n)}dal", "postcode": "59801"}
        assert STORED in many.post("/p/face", form).text
    assert many.get("/?q=pension").body == before


def test_a_verified_signature_shows_at_once(many: Server) -> None:
    def count() -> int:
        found = re.search(r"<b>([\d,]+)</b> verified", many.get("/?q=pension").text)
        assert found
        return int(found[1])

    before = count()
    assert "Thank you" in many.text("SIGN FACE Vera Ford 59801", "+14062000042")
    product.eventually(lambda: count() == before + 1)
