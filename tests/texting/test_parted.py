"""What is too long for one text comes in parts: all of it, in order, and no word is cut."""

from __future__ import annotations

import re

import pytest

from server.config import LANGUAGES
from server.core.petitions.wording.draft import Wording
from sms.segments import ends, fit, measure
from tests.harness.people.many import petitions_in
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import NOW, PHONE

BODIES = {
    "en": "We ask the council to keep the lake clean. " * 40
    + "See https://example.org/"
    + "x" * 60,
    "es": "Pedimos al concejo que cuide el lago. ¿Por qué no? " * 30,
    "hi": "हम परिषद से झील को साफ़ रखने की माँग करते हैं। " * 30,
    "ar": "نطلب من المجلس أن يحافظ على نظافة البحيرة. " * 30,
    "vi": "Chúng tôi yêu cầu hội đồng giữ hồ sạch. " * 30,
}
#: How people ask for it.
WORD = {"en": "MORE", "es": "LEER MÁS", "hi": "और पढ़ें", "ar": "المزيد", "vi": "THÊM"}
THAI = "เราขอให้สภาดูแลทะเลสาบให้สะอาดตลอดไป" * 30


def hints(phones: Phones) -> list[str]:
    """How a text of each language says that it goes on, as it is sent."""
    said = [phones.services.renderer.text(language, "go_on") for language in LANGUAGES]
    return [*said, *(fit(hint, 1) for hint in said)]


async def parts(phones: Phones, first: str, again: str, sender: str = PHONE) -> list[str]:
    """All that comes of a text, until there is no more."""
    found = [str(await phones.text(first, sender))]
    while "(for more, text MORE)" in found[-1]:
        phones.now += 700  # (a phone gets but so many replies in ten minutes)
        found.append(str(await phones.text(again, sender)))
    return found


async def test_the_list_goes_on_with_more_until_every_petition_was_named(
    database_url: str,
) -> None:
    async with text_door(database_url) as phones:
        await petitions_in(phones.services.database, 60, days=1)
        directory = await phones.services.directory.refresh()
        sent = await parts(phones, "LIST", "MORE")
        assert len(sent) > 4
        named = [re.search(r": ([A-Z0-9, ]+?) ?[.(]", part) for part in sent]
        words = [word for found in named if found for word in found[1].strip().split(", ")]
        assert words == [p.keyword for p in directory.open()]
        assert {measure(part).segments for part in sent} == {1}
        assert all(part.startswith("Open petitions: ") for part in sent)
        # Where nothing was left, it asks which petition is meant.
        phones.now += 700
        assert str(await phones.text("MORE")).startswith("Which petition?")


async def test_a_list_that_has_grown_meanwhile_goes_on_where_it_was(database_url: str) -> None:
    async with text_door(database_url) as phones:
        await petitions_in(phones.services.database, 20, days=1)
        await phones.services.directory.refresh()
        first = str(await phones.text("LIST"))
        await phones.add_petition(slug="new", keyword="BRANDNEW")
        phones.now += 60
        second = str(await phones.text("MORE"))
        assert "BRANDNEW" not in second
        last = re.findall(r"[A-Z]+(\d+)", first)[-1]
        assert re.findall(r"[A-Z]+(\d+)", second)[0] == str(int(last) - 1)


async def test_more_and_a_word_is_the_petition_whatever_was_sent_last(database_url: str) -> None:
    async with text_door(database_url) as phones:
        await petitions_in(phones.services.database, 40, days=1)
        await phones.services.directory.refresh()
        assert "(for more, text MORE)" in str(await phones.text("LIST"))
        phones.now += 60
        reply = str(await phones.text("MORE LAKE"))
        assert reply == "LAKE: Keep the lake clean. Please. https://sign.example.org/p/lake"
        phones.now += 60
        assert "LAKE: Keep" not in str(await phones.text("MORE"))


@pytest.mark.parametrize("language", BODIES)
async def test_a_wording_comes_whole_in_parts_that_end_between_words(
    database_url: str, language: str
) -> None:
    body = BODIES[language].strip()
    async with text_door(database_url, False) as phones:
        await phones.add_petition(language=language, wordings={language: Wording("T" * 120, body)})
        hint = re.compile("|".join(map(re.escape, hints(phones))))
        sent = [str(await phones.text("MORE LAKE"))]
        while hint.search(sent[-1]):
            phones.now += 700
            sent.append(str(await phones.text(WORD[language])))
        assert len(sent) > 3
        assert max(measure(part).segments for part in sent) == 3
        said = sent[0].partition(f"{'T' * 120}. ")[2].partition(" https://sign.example.org")[0]
        rest = [part.removeprefix("LAKE: ") for part in sent[1:]]
        whole = " ".join(hint.sub("", part).strip() for part in (said, *rest))
        assert whole == fit("{body}", 100, 0, (), body=body)


async def test_a_script_without_spaces_is_cut_between_letters(database_url: str) -> None:
    async with text_door(database_url, False) as phones:
        await phones.add_petition(wordings={"en": Wording("ทะเลสาบ", THAI)})
        sent = await parts(phones, "MORE", "MORE")
        said = sent[0].removeprefix("LAKE: ทะเลสาบ. ").partition(" https://")[0]
        rest = [part.removeprefix("LAKE: ") for part in sent[1:]]
        assert "".join(part.replace(" (for more, text MORE)", "") for part in (said, *rest)) == THAI


async def test_a_signer_who_asks_for_more_words_is_not_asked_for_the_name_again(
    database_url: str,
) -> None:
    async with text_door(database_url) as phones:
        await petitions_in(phones.services.database, 40, days=1)
        await phones.services.directory.refresh()
        assert "Which petition?" in str(await phones.text("SIGN Ana Diaz 59801"))
        phones.now += 60
        assert "Open petitions: " in str(await phones.text("MORE"))
        phones.now += 60
        assert str(await phones.text("LAKE")).startswith("Thank you, Ana Diaz. You signed LAKE")


async def test_a_petition_that_closes_meanwhile_is_no_more_in_the_list(database_url: str) -> None:
    async with text_door(database_url) as phones:
        await petitions_in(phones.services.database, 12, days=1)
        await phones.services.directory.refresh()
        await phones.text("LIST")
        async with phones.services.database.write() as tx:
            await tx.execute("UPDATE petitions SET closed_at = :now, version = 9", now=NOW)
        await phones.services.directory.refresh()
        phones.now += 60
        assert "no open petition" in str(await phones.text("MORE"))


def test_no_list_is_cut_within_a_word() -> None:
    words = [f"WORD{n}" for n in range(90)]
    for reserve in range(0, 60, 7):
        text = fit(
            "{a}: {words}.", 1, reserve, ("words",), ("words",), a="x", words=", ".join(words)
        )
        said = text.removeprefix("x: ").removesuffix(".").split(", ")
        assert said[-1] == "..."
        assert said[:-1] == words[: len(said) - 1]
        assert measure(text + "x" * reserve).segments == 1


def test_a_text_may_be_parted_behind_words_and_long_ones_behind_letters() -> None:
    assert ends("To be, or not", 100) == [3, 7, 10, 13]
    assert ends("", 9) == []
    assert ends(f"a {'é' * 50}", 12) == [2, *range(3, 13)]
    assert ends(f"see https://example.org/{'x' * 60} now", 300) == [4, 85, 88]
