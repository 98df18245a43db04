"""What a text browser shows of each page, against what was read and found good.

`EXPECT=write` writes the expectations anew; read the difference before you keep it.
"""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.words.render import date_words
from tests.harness.needs import needs, program
from tests.harness.product import Server

pytestmark = pytest.mark.journey
EXPECTED = Path(__file__).parent / "expected"
DUMPS = {
    "lynx": ("-dump", "-nolist", "-width=72", "-display_charset=utf-8", "-assume_charset=utf-8"),
    "w3m": ("-dump", "-cols", "72", "-I", "UTF-8", "-O", "UTF-8", "-T", "text/html"),
}
PAGES = {
    "first": ("", None),
    "petition": ("p/face", None),
    "errors": ("p/face", {"name": "", "postcode": "5980"}),
    "thanks": ("p/face", {"name": "Ana Diaz", "postcode": "59801"}),
    "poster": ("p/face/poster", None),
    "help": ("help", None),
    "mine": ("mine", None),
    "mine_code": ("mine", {"contact": "ana@example.org"}),
    "found": ("?q=face", None),
    "none": ("?q=zeppelin", None),
}


def shown(browser: str, page: str, folder: Path) -> str:
    """The words in the order in which they are shown, a line for each line that has any.

    Browsers of different age indent and part lines in their own ways; the order is the same.
    """
    file = folder / "page.html"
    file.write_text(page, "utf-8")
    done = subprocess.run(
        [program(browser), *DUMPS[browser], str(file)],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "LANG": "C.UTF-8"},
        check=True,
    )
    text = re.sub(r"http://127\.0\.0\.1:\d+", "https://example.org", done.stdout)
    text = re.sub(r"\b[a-z2-7]{21}\b", "[slip]", text)
    text = re.sub(r"_{3,}|\[_*\]", "[field]", text)
    return " ".join(text.split()).replace(". ", ".\n").replace("[field] ", "[field]\n") + "\n"


@needs("lynx")
@needs("w3m")
@pytest.mark.parametrize("browser", DUMPS)
@pytest.mark.parametrize("language", ["en", "ar", "hi"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_read_in_the_order_in_which_it_is_used(
    server: Server, tmp_path: Path, name: str, language: str, browser: str
) -> None:
    path, form = PAGES[name]
    path = f"/{language}/{path}"
    page = server.post(path, form).text if form else server.get(path).text
    page = page.replace(date_words(datetime.now(UTC).date(), language), "[day]")
    found = shown(browser, page, tmp_path)
    file = EXPECTED / f"{name}.{language}.{browser}.txt"
    if os.environ.get("EXPECT") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, "utf-8")
    assert found == file.read_text("utf-8")


def test_every_expectation_belongs_to_a_page() -> None:
    names = {f"{n}.{la}.{b}.txt" for n in PAGES for la in ("en", "ar", "hi") for b in DUMPS}
    assert {file.name for file in EXPECTED.iterdir()} == names
