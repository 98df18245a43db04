"""The pictures of pages in the documents: they show the pages of today, and are small."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from tests.docs.documents import documents
from tests.harness.needs import needs
from tests.harness.product import ROOT
from tests.harness.web.pictures import FOLDER, MADE_FROM, WINDOWS, digests, pages

PICTURE_BYTES = 40_000


@needs("faketime")
def test_the_pictures_show_the_pages_of_today(tmp_path: Path) -> None:
    today = digests(pages(tmp_path))
    assert MADE_FROM.read_text("utf-8") == today, "run `make pictures`, and look at them"


def test_there_is_a_small_picture_of_each_page_in_each_window() -> None:
    names = [line.split()[0] for line in MADE_FROM.read_text("utf-8").splitlines()]
    files = {f"{name}-{width}.png": (width, height) for name in names for width, height in WINDOWS}
    assert {file.name for file in FOLDER.glob("*.png")} == set(files)
    for name, size in files.items():
        assert (FOLDER / name).stat().st_size <= PICTURE_BYTES
        with Image.open(FOLDER / name) as picture:
            assert picture.size == size


def test_every_picture_stands_in_a_document_and_says_what_it_shows() -> None:
    shown = set()
    for file in documents():
        for words, path in re.findall(r"!\[([^\]]*)\]\(([^)]+\.png)\)", file.read_text("utf-8")):
            assert words
            shown.add((file.parent / path).resolve())
    assert shown == {picture.resolve() for picture in (ROOT / "docs" / "pictures").glob("*.png")}
