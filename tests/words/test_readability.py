"""Plain language, measured.

LIX (C.-H. Björnsson, 1968) is the mean number of words in a sentence plus the share, in per cent,
of words with more than six letters. Below 30 is as easy as a children's book, 40 is a newspaper's
easy news, 50 its politics. It needs no syllables, so that it serves any language in letters; where
words are not written as in Europe, the length of sentences is left.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from server.config import LANGUAGES
from server.words.render import template_folder
from tests.words.catalogues import catalogue, extracted, sentence_of

PAGES = ["help", "mine", "privacy", "accessibility", "thanks", "petition", "_form"]
WORDS = ["server/web/public/words.py", "server/web/desk/words.py", "templates/web/organizer/"]
# Words are longer in the languages of Rome than in English.
EASY = {"en": 30, "es": 42, "fr": 42, "pt": 42, "ht": 30, "vi": 30}
WORDS_IN_A_SENTENCE = 16  # on the average
LONGEST_SENTENCE = 36
ORGANIZERS = Path(__file__).parents[2] / "docs" / "organizers.md"


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence; a field, an address or a command counts as one word."""
    plain = re.sub(r"%\(\w+\)s|\{\w+\}|https?://\S+|</?b>", " x ", text)
    parts = re.split(r"[.:;?!।؟](?=\s|$)|\n", plain)
    words = ([word for word in part.split() if re.search(r"[^\W\d_]", word)] for part in parts)
    return [found for found in words if found]


def lix(text: str) -> float:
    found = sentences(text)
    words = [word for sentence in found for word in sentence]
    long = sum(len(word) > 6 for word in words)
    return len(words) / len(found) + 100 * long / len(words)


@cache
def said(language: str, where: str) -> str:
    """All that a template or a file says, in that language, a line for each message."""
    english = sorted(parts[-1] for parts in extracted(where) if re.search(r"[.:?]$", parts[-1]))
    if language == "en":
        return "\n".join(english)
    return "\n".join(known(language)[text] for text in english)


@cache
def known(language: str) -> dict[str, str]:
    """The catalogue as plain text to plain text, in the plural where there is one."""
    return {sentence_of(m.id)[-1]: sentence_of(m.string)[-1] for m in catalogue(language)}


@pytest.mark.parametrize("where", [*(f"templates/web/{page}.html" for page in PAGES), *WORDS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_we_say_is_easy_to_read(language: str, where: str) -> None:
    text = said(language, where)
    found = sentences(text)
    assert sum(map(len, found)) / len(found) <= WORDS_IN_A_SENTENCE
    assert max(map(len, found)) <= LONGEST_SENTENCE
    assert language not in EASY or lix(text) <= EASY[language], lix(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_petition_is_easy_to_read(language: str) -> None:
    text = (template_folder() / "sample" / f"face.{language}.txt").read_text("utf-8")
    found = sentences(text)
    assert sum(map(len, found)) / len(found) <= WORDS_IN_A_SENTENCE
    assert language not in EASY or lix(text) <= EASY[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_petition_has_the_same_parts_in_every_language(language: str) -> None:
    folder = template_folder() / "sample"

    def parts(code: str) -> list[int]:
        text = (folder / f"face.{code}.txt").read_text("utf-8")
        return [len(block.splitlines()) for block in text.strip().split("\n\n")]

    assert parts(language) == parts("en")


def test_what_organizers_are_told_is_easy_to_read() -> None:
    text = plain(ORGANIZERS.read_text("utf-8"))
    found = sentences(text)
    assert sum(map(len, found)) / len(found) <= WORDS_IN_A_SENTENCE
    assert max(map(len, found)) <= LONGEST_SENTENCE
    assert lix(text) <= EASY["en"]


def plain(markdown: str) -> str:
    """What is said in sentences: no tables, headings or marks; code counts as one word."""
    lines = [line for line in markdown.splitlines() if not re.match(r"[|#]", line)]
    joined = re.sub(r"\n(?=[^\n\-\d])", " ", "\n".join(lines))  # a line goes on with the next
    return re.sub(r"`[^`]*`|\]\([^)]*\)", " x ", joined).replace("*", "")


def test_hard_words_are_found() -> None:
    hard = "Notwithstanding aforementioned provisions, organizational confirmation is mandatory."
    assert lix(hard) > 60 > 30 > lix("We ask for your name. We ask where you live.")
