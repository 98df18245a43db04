"""The tables are as large and as wide as they claim to be."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest

from server.config import LANGUAGES
from tests.texting.frames.tables import CHATTER, FRAMES, NAMES, PLACES, WISHES, WORLD, Sentence

# The beginnings of the names that Unicode gives the letters of a script.
LETTERS = {"Han": ("CJK",), "Kana": ("HIRAGANA", "KATAKANA")}


def test_200_names_are_in_the_scripts_that_they_are_listed_under() -> None:
    assert len({name.text for name in NAMES}) == len(NAMES) == 200
    assert len({name.script for name in NAMES}) >= 12
    for name in NAMES:
        begin = LETTERS.get(name.script, (name.script.upper(),))
        for letter in filter(str.isalpha, name.text):
            # The okina is a modifier of no script.
            assert unicodedata.name(letter).startswith((*begin, "MODIFIER")), name


def test_300_ways_to_sign_hold_one_name_and_one_zip_code_in_every_language() -> None:
    assert len({frame.text for frame in FRAMES}) == len(FRAMES) == 300
    languages = Counter(frame.language for frame in FRAMES)
    assert set(languages) == set(LANGUAGES)
    assert min(languages.values()) >= 20
    for frame in FRAMES:
        assert frame.script in {"any", "latin", "other"}, frame
        assert frame.text.count("{name") == frame.text.count("{zip") == 1, frame
        filled = frame.filled(NAMES[0], PLACES[0])
        assert not set("{}") & set(filled), filled
        assert not any(script in frame.text for script in ("Ana", "Diaz")), frame


@pytest.mark.parametrize(
    ("table", "kind", "size"),
    [
        (CHATTER, "", 500),
        (WORLD, "", 300),
        (WISHES, "stop", 300),
        (WISHES, "number", 60),
        (WISHES, "erase", 60),
    ],
    ids=["chatter", "the world", "left alone", "my number", "my data"],
)
def test_sentences_are_many_in_every_language(table: list[Sentence], kind: str, size: int) -> None:
    texts = [sentence for sentence in table if sentence.kind == kind]
    assert len({sentence.text for sentence in texts}) == len(texts) >= size
    assert {sentence.language for sentence in texts} == set(LANGUAGES)
    assert {sentence.kind for sentence in table} <= {"", "stop", "number", "erase"}
