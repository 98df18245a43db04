"""The document of printed letters: every script shaped, a letter on a sheet, words as they are."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from collections.abc import Sequence
from typing import Any

import pytest

from server.channels.printing import NotPrinted, PrintShop
from server.channels.typesetting import BROKEN
from server.words.render import template_folder
from tests.harness.needs import needs, program

pytestmark = needs("poppler-utils", "fonts-noto-core")
TEMPLATE = (template_folder() / "letter" / "sheets.typ").read_text("utf-8")
#: What typst would read as commands, headings, formulas, references, comments.
COMMANDS = '#panic("x") #read("/etc/passwd") *bold* _it_ $x^2$ @ref <b> = Head // gone /* gone */'
COMMANDS += r" \u{41} `raw` ~ -- ... 'quoted' [a] #import \"@preview/x:1.0.0\" \\"
ARABIC = "أعيش في مزرعة قرب البحيرة، والخط بطيء."
HINDI = "मैं झील के पास एक खेत में रहता हूँ। मेरे बच्चे हर गर्मी में झील में तैरते हैं।"
VIETNAMESE = "Tôi sống ở một trang trại gần hồ. Nguyễn Thị Phượng, Đắk Lắk."


def piece(words: str, way: str = "ltr") -> dict[str, str]:
    return {"words": words, "way": way}


def letter(*paragraphs: dict[str, str], language: str = "en", mark: str = "1-1") -> dict[str, Any]:
    return {
        "language": language,
        "way": "rtl" if language == "ar" else "ltr",
        "to": [piece("Jo Marsh, Mayor"), piece("1 Main St")],
        "date": "1 Dec 2026",
        "paragraphs": list(paragraphs),
        "mark": mark,
    }


def batch(*letters: dict[str, Any], cover: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"title": "Lake", "paper": "a4", "cover": cover, "letters": list(letters)}


async def printed(*letters: dict[str, Any], **changes: Any) -> list[str]:
    """The words of each page."""
    return pages(await PrintShop(TEMPLATE).pdf(batch(*letters, **changes)))


def pages(pdf: bytes) -> list[str]:
    return read(pdf).split("\f")[:-1]


def read(pdf: bytes, *options: str) -> str:
    command = [program("poppler-utils"), *options, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def words(page: str) -> str:
    return " ".join(page.split())


async def test_a_letter_stands_on_each_sheet_and_the_list_in_front() -> None:
    cover = {
        "language": "en",
        "way": "ltr",
        "heading": "Letters to post: batch 1",
        "lines": [piece("Lake")],
        "heads": ["Office", "Letters", "Numbers"],
        "rows": [[piece("Jo Marsh, Mayor"), "2", "1–2"]],
        "total": ["All", "2", ""],
    }
    found = await printed(letter(piece("One.")), letter(piece("Two."), mark="1-2"), cover=cover)
    assert len(found) == 3
    assert words(found[0]).startswith("Letters to post: batch 1 Lake")
    for said in ("Jo Marsh, Mayor", "1–2", "All"):
        assert said in found[0]
    assert words(found[2]) == "Jo Marsh, Mayor 1 Main St 1 Dec 2026 Two. 1-2"


async def test_nothing_that_anybody_writes_is_a_command() -> None:
    [page] = await printed(letter(piece(COMMANDS), piece("A line.\nAnother one.")))
    assert words(COMMANDS) in words(page)
    assert "A line.\nAnother one." in page


@pytest.mark.parametrize(
    ("said", "language"), [(HINDI, "hi"), (VIETNAMESE, "vi"), ("Ça, où ñ õ ò kreyòl", "ht")]
)
async def test_each_language_keeps_its_letters_and_spaces(said: str, language: str) -> None:
    [page] = await printed(letter(piece(" ".join([said] * 9)), language=language))
    assert words(page).count(words(said)) == 9


async def test_arabic_runs_from_the_right_and_an_address_in_it_from_the_left() -> None:
    pdf = await PrintShop(TEMPLATE).pdf(batch(letter(piece(ARABIC, "rtl"), language="ar")))
    [page] = pages(pdf)
    for word in ("البحيرة", "مزرعة"):
        assert word in page
    assert "1 Main St" in page
    # Its first word stands nearest to the right edge. (Boxes have words as they are seen.)
    found = re.findall(r'xMax="([0-9.]+)"[^>]*>([^<]+)</word>', read(pdf, "-bbox"))
    edges = {"".join(sorted(word)): float(edge) for edge, word in found}
    first, second, third = (edges["".join(sorted(word))] for word in ("أعيش", "مزرعة", "قرب"))
    assert first > second > third


async def test_a_long_letter_goes_on_on_the_next_sheet() -> None:
    found = await printed(letter(piece("\n".join(["line"] * 120))))
    assert len(found) > 1
    assert all("1-1" in page for page in found)


async def test_without_fonts_it_says_so() -> None:
    with pytest.raises(NotPrinted) as caught:
        await PrintShop(TEMPLATE, fonts=["Noto Sans", "Noto Nowhere"]).pdf(batch())
    assert caught.value.why == "fonts"


async def test_what_fails_is_said_without_a_word_of_a_letter() -> None:
    with pytest.raises(NotPrinted) as caught:
        await PrintShop("#panic(sys.inputs.batch)").pdf(batch(letter(piece("Secret."))))
    assert caught.value.why == "failed"
    assert "Secret" not in str(caught.value)
    assert str(BROKEN) in str(caught.value)


async def test_it_ends_with_its_time_and_one_is_made_at_once() -> None:
    shop = PrintShop(TEMPLATE, seconds=0.01)
    start = time.monotonic()
    done: Sequence[object] = await asyncio.gather(
        shop.pdf(batch()), shop.pdf(batch()), return_exceptions=True
    )
    assert [getattr(one, "why", "") for one in done] == ["failed", "busy"]
    assert time.monotonic() - start < 5
    assert await PrintShop(TEMPLATE).pdf(batch(letter(piece("After."))))
