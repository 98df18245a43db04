"""One word for one thing: no catalogue uses a second word for what its glossary has a word for."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest

from server.config import LANGUAGES
from server.words.render import template_folder
from tests.words.catalogues import catalogue, extracted, sentence_of

Glossary = dict[str, list[str]]
DESK = ("server/web/desk/", "templates/web/organizer/")
SIGNERS = (
    *("templates/web/", "templates/email/", "templates/sms/"),
    *("server/web/public/", "server/texting/", "sms/"),
)
GLOSSARIES: dict[str, Glossary] = tomllib.loads(
    (template_folder() / "locale" / "glossary.toml").read_text("utf-8")
)


@cache
def said(language: str) -> str:
    """All that signers read in that language, in small letters, a line for each sentence."""
    english = {sentence for place in SIGNERS for sentence in extracted(place)}
    english -= {sentence for place in DESK for sentence in extracted(place)}
    if language == "en":
        return "\n".join(part for sentence in sorted(english) for part in sentence).lower()
    known = {sentence_of(m.id): sentence_of(m.string) for m in catalogue(language)}
    return "\n".join(part for sentence in sorted(english) for part in known[sentence]).lower()


def second_words(text: str, glossary: Glossary) -> list[str]:
    """Each word that stands in the text beside the one that the glossary has for it."""
    return [
        f"{second!r} for {word!r}: {line}"
        for word, others in glossary.items()
        for second in others
        for line in text.splitlines()
        if re.search(rf"(?<!\w){re.escape(second.lower())}", line)
    ]


def test_every_language_has_a_glossary() -> None:
    assert list(GLOSSARIES) == list(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_thing_has_one_word(language: str) -> None:
    assert second_words(said(language), GLOSSARIES[language]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_of_a_glossary_is_the_one_that_is_used(language: str) -> None:
    text = said(language)
    mute = [word for word in GLOSSARIES[language] if word.lower() not in text]
    assert mute == []


def test_a_second_word_is_found() -> None:
    text = "dé su celular\nel móvil con el que firmó"
    assert second_words(text, {"celular": ["móvil"]}) == [
        "'móvil' for 'celular': el móvil con el que firmó"
    ]
