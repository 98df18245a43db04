"""Texts that were not understood as cases of a test: playable, and with nobody in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.texting.misread.cases import anonymous, answer_of, as_cases
from server.words.render import Renderer
from tests.harness.examples import examples
from tests.harness.texts.phones import text_door
from tests.texting.conversations import talked
from tests.texting.conversations.talked import hold, read_table

RENDERER = Renderer()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("SIGN FACE Ana Diaz 59923", "SIGN LAKE Mira Tolan 59801"),
        ("face, ana diaz", "lake, mira tolan"),
        ("FACE: ANA DIAZ", "LAKE: MIRA TOLAN"),
        ("Hope Young wants to sign", "Mira Tolan wants to sign"),
        ("Ana, Ana and ana", "Mira, Mira and mira"),
        ("ليلى حداد ٥٩٩٢٣", "سمرا تولان ٥٩٨٠١"),
        ("मैं सीता देवी ५९९२३ हूँ", "मैं मीरव तोलन ५९८०१ हूँ"),
        ("Đặng Thị Lan muốn ký", "Mira Tolan Jora muốn ký"),
        ("王小明 59923", "林安 59801"),
        ("Анна Иванова", "Мирта Толан"),
        ("call +1 (406) 444-0199", "call +5 (550) 123-5550"),
        ("bo.hill@mail.com or mail.com/bo", "ana@example.org or example.org"),
        ("SW1A 1AA", "AA5A 5AA"),
        ("ok => what", "ok -> what"),
        ("what\n is  this", r"what\nis this"),
    ],
)
def test_names_and_numbers_are_others_of_the_same_form(said: str, told: str) -> None:
    assert anonymous(said, frozenset({"FACE"})) == told


@given(st.text(max_size=80))
@examples(200)
def test_whatever_is_texted_becomes_one_line_that_can_be_read(said: str) -> None:
    line = anonymous(said, frozenset({"FACE"}))
    assert line
    assert "\n" not in line
    assert "=>" not in line


@pytest.mark.parametrize("language", ["en", "es", "ar", "hi"])
@pytest.mark.parametrize("reply", ["unknown", "ask_both", "help", "which_name", "signed_short"])
def test_what_was_answered_is_named(language: str, reply: str) -> None:
    fields = dict.fromkeys("name title url keyword place contact who postcode".split(), "Xx yy")
    words = RENDERER.text(language, reply).format_map(fields)
    behind = "" if language == "en" else f".{language}"
    assert answer_of(RENDERER, words, language) == f"{reply.removesuffix('_short')}{behind}"
    assert answer_of(RENDERER, None, language) == "-"


async def test_the_file_can_be_played(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    async with text_door(database_url) as phones:
        for n, said in enumerate(
            ("i was told wher to sighn", "hola", "LAKE", "what is this about")
        ):
            reply = await phones.text(said, f"+1406555018{n}")
            language = await phones.rows("SELECT language FROM inbound ORDER BY arrival DESC")
            told.append((said, reply, str(language[0][0])))
        lines = "\n".join(as_cases(RENDERER, told, ["LAKE"]))
        (tmp_path / "talked.txt").write_text(f"[one petition]\n\n{lines}\n")
        monkeypatch.setattr(talked, "__file__", str(tmp_path / "talked.py"))
        found = [*read_table("talked.txt")]
        assert len(found) == 4
        for number, conversation in enumerate(found):
            assert await hold(phones, number, conversation) == []
