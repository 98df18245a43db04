"""Sessions on a screen (USSD) and calls: the same conversation by other doors."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import LANGUAGES
from server.core.petitions import petitions
from server.core.petitions.wording.draft import TITLE_LIMIT, DecisionMaker, Wording
from server.core.values.names import NAME_LIMIT, fold_name
from server.texting.sessions import SessionDoor
from sms import Inbound, Reply
from sms.segments import measure
from tests.harness.databases.stores import Blanks
from tests.harness.examples import examples
from tests.harness.texts.phones import NUMBER, Phones, text_door
from tests.harness.world import NOW, PHONE

LANDLINE_ABROAD = "+442079460000"
BODY = "The lake was clear. Now it is not! " * 40


@dataclass
class Doors:
    """A server, its session door, and the session or call that is under way."""

    phones: Phones
    door: SessionDoor
    keyed: list[str] = field(default_factory=list)
    state: str = ""
    count: itertools.count[int] = field(default_factory=itertools.count)

    async def key(self, text: str, sender: str = PHONE) -> Reply:
        """One more answer in a USSD session."""
        self.keyed.append(text)
        return await self.screen("*".join(self.keyed), sender)

    async def screen(self, body: str, sender: str = PHONE, message_id: str = "") -> Reply:
        id_ = message_id or f"S{next(self.count)}"
        return await self.door.receive(
            Inbound("africastalking", id_, sender, "*384#", body, channel="ussd")
        )

    async def press(self, keys: str, sender: str = PHONE) -> Reply:
        """What is said after these keys, in the call that is under way."""
        reply = await self.door.receive(
            Inbound(
                "voice",
                f"C{next(self.count)}",
                sender,
                NUMBER,
                keys,
                channel="voice",
                state=self.state,
            )
        )
        self.state = reply.ask.state if reply.ask else ""
        return reply


@pytest.fixture
async def doors(blanks: Blanks, tmp_path: Path) -> AsyncIterator[Doors]:
    async with text_door(await blanks.sqlite(tmp_path / "doors.db")) as phones:
        yield Doors(phones, SessionDoor(phones.services))


async def test_a_session_and_a_call_sign_on_both_engines(database_url: str) -> None:
    async with text_door(database_url) as phones:
        doors = Doors(phones, SessionDoor(phones.services))
        for _ in range(2):
            end = await doors.screen("1*Ana Diaz*59801", message_id="S:4")
            assert end == Reply("Thank you, Ana Diaz. You signed LAKE.", "en")
        for keys in ("", "1", "1", "59801"):
            await doors.press(keys, "+14065550124")
        assert await phones.drain()
        assert "Bo Lee" in str(await phones.text("Bo Lee", "+14065550124"))
        figures = await phones.figures()
        assert (figures.by_class["ussd"], figures.by_class["voice"]) == (1, 1)


# On a screen.


async def test_a_session_signs(doors: Doors) -> None:
    first = await doors.screen("")
    assert first.body.splitlines() == ["Keep the lake clean", "1 Sign", "2 Read more", "3 Language"]
    assert first.ask
    assert (await doors.key("1")).body == "Your first and last name:"
    assert (await doors.key("Ana Diaz")).body == "Your postcode:"
    last = await doors.key("59801")
    assert last == Reply("Thank you, Ana Diaz. You signed LAKE.", "en")
    assert (await doors.phones.figures()).by_class["ussd"] == 1


async def test_a_request_that_comes_again_signs_once_and_shows_the_same(doors: Doors) -> None:
    sent = [doors.screen("1*Ana Diaz*59801", message_id="S:4") for _ in range(5)]
    replies = await asyncio.gather(*sent)
    assert len({reply.body for reply in replies}) == 1
    assert {reply.ask for reply in replies} == {None}
    assert (await doors.phones.figures()).verified == 1
    again = await doors.screen("1", message_id="S:1")
    assert again == await doors.screen("1", message_id="S:1")
    assert again.ask


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("9", "1 Sign"),  # a wrong key leaves the screen as it is
        ("x*1", "name:"),
        ("1*12345", "name:"),
        ("1*www.spam.example", "name:"),
        ("1*Ana Diaz*598", "postcode:"),
        ("1*Ana Diaz*598*59801", "Thank you"),
        ("2", "Please."),
        ("2*1", "name:"),
        ("3", "2 Español"),
        ("3*2", "1 Firmar"),
        ("3*2*1*Luz Peña*59801", "Gracias, Luz Peña."),
        ("1*" + "a" * 300, "name:"),
        ("\ud800*1", "name:"),
        ("00199", "1 Sign"),
        ("3*00199", "English"),
        ("3*1*1*Ana Diaz*59801", "Thank you"),
    ],
)
async def test_every_way_through_the_menu(doors: Doors, body: str, shown: str) -> None:
    assert shown in (await doors.screen(body)).body


async def test_two_petitions_are_chosen_from(doors: Doors) -> None:
    await doors.phones.add_petition(
        slug="face", keyword="FACE", wordings={"en": Wording("Face", "x")}
    )
    first = await doors.screen("")
    assert first.body.splitlines() == ["Which petition?", "1 Face", "2 Keep the lake clean"]
    assert "FACE" in (await doors.screen("1*1*Ana Diaz*59801")).body
    assert "LAKE" in (await doors.screen("2*1*Ana Diaz*59801")).body


async def test_names_of_languages_stand_whole_a_few_on_each_screen(doors: Doors) -> None:
    texts = {language: Wording("Pure", "x") for language in LANGUAGES}
    await doors.phones.add_petition(slug="pure", keyword="PURE", wordings=texts)
    await doors.phones.add_petition(slug="air", keyword="AIR", wordings={"en": Wording("Air", "x")})
    shown, keys = [], "2*3"
    for _ in range(2):
        screen = await doors.screen(keys)
        shown += [line.split(" ", 1)[1] for line in screen.body.splitlines()]
        keys += f"*{len(screen.body.splitlines())}"
    names = [fold_name(name) for name in shown if name != "More"]
    assert names == [fold_name(name) for name in LANGUAGES.values()]
    assert "Firmar" in (await doors.screen("2*3*2")).body
    assert "Ky" in (await doors.screen("2*3*6*3")).body


async def test_a_look_at_the_screen_leaves_what_was_asked_by_text(doors: Doors) -> None:
    await doors.phones.text("SIGN LAKE Ana Diaz")
    assert "1 Sign" in (await doors.screen("")).body
    await doors.press("")
    assert "Thank you" in (await doors.phones.text("59801") or "")
    assert (await doors.phones.figures()).by_class["sms"] == 1


async def test_a_call_that_is_not_texted_waits_for_no_name(doors: Doors) -> None:
    await doors.phones.text("STOP")
    for keys in ("", "1", "59801"):
        await doors.press(keys)
    await doors.phones.text("START")
    await doors.phones.text("Ana Diaz")
    assert (await doors.phones.figures()).verified == 0


async def test_a_menu_without_petitions_or_without_a_number_says_so(doors: Doors) -> None:
    assert "cannot see your number" in (await doors.screen("", sender="")).body
    async with doors.phones.services.database.write() as tx:
        await petitions.close(tx, 1, NOW)
    await doors.phones.services.directory.refresh()
    end = await doors.screen("")
    assert "no petition" in end.body
    assert end.ask is None


async def test_a_session_costs_no_segment_and_has_no_cap(doors: Doors) -> None:
    for _ in range(20):
        assert (await doors.screen("1")).body
    assert await doors.phones.rows("SELECT coalesce(sum(sent), 0) FROM sms_usage") == [(0,)]


async def test_an_opted_out_phone_may_still_sign_on_its_screen(doors: Doors) -> None:
    await doors.phones.text("STOP")
    assert "Thank you" in (await doors.screen("1*Ana Diaz*59801")).body
    assert (await doors.phones.figures()).verified == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_screen_fits_with_the_longest_title_and_name(
    language: str, tmp_path: Path
) -> None:
    # 182 septets, or 160 octets of UCS-2 (3GPP 23.038, 5): what fits one segment fits a screen.
    url = f"sqlite:///{tmp_path / 'screens.db'}"
    async with text_door(url, UNDERSIGNED_LANGUAGE=language) as phones:
        doors = Doors(phones, SessionDoor(phones.services))
        title = "T" * TITLE_LIMIT
        texts = {"en": Wording(title, BODY), language: Wording(title, BODY)}
        await phones.add_petition(slug="x", keyword="K" * 12, language=language, wordings=texts)
        name = "अ" * NAME_LIMIT if language == "hi" else "W" * NAME_LIMIT
        for body in ("", "1", "1*1", "1*2", "1*3", "1*1*" + name, f"1*1*{name}*59801"):
            assert measure((await doors.screen(body)).body).segments == 1, body


@examples(40)
@given(st.lists(st.text(max_size=40) | st.sampled_from("123*#"), max_size=8).map("*".join))
def test_no_keys_raise_or_sign_twice(body: str) -> None:
    async def walk() -> None:
        async with text_door(f"sqlite:///{folder}/keys.db") as phones:
            doors = Doors(phones, SessionDoor(phones.services))
            assert (await doors.screen(body)).body
            assert (await doors.press(body)).body
            assert (await phones.figures()).total <= 1

    with TemporaryDirectory() as folder:
        asyncio.run(walk())


# By call.


async def test_a_call_texts_for_the_name_and_that_reply_signs(doors: Doors) -> None:
    language = await doors.press("")
    assert language.body == "For English, press 1."
    assert [(r.body, r.language) for r in language.also] == [("Para español, presione 2.", "es")]
    spoken = await doors.press("1")
    assert spoken.body.startswith("Keep the lake clean. Please. To sign, press 1.")
    assert "postcode" in (await doors.press("1")).body
    last = await doors.press("59801")
    assert "We are texting you now" in last.body
    assert last.ask is None
    assert (await doors.phones.figures()).total == 0
    await doors.phones.drain()
    [text] = doors.phones.network.sent
    assert (text.to, measure(text.body).segments) == (PHONE, 1)
    assert "reply with your first and last name" in text.body
    assert "Thank you, Ana Diaz" in str(await doors.phones.text("Ana Diaz"))
    assert (await doors.phones.figures()).by_class["voice"] == 1


async def test_without_a_reply_there_is_no_signature(doors: Doors) -> None:
    for keys in ("", "1", "1", "59801"):
        await doors.press(keys)
    await doors.phones.drain()
    assert (await doors.phones.figures()).total == 0


async def test_a_call_in_another_language_is_spoken_and_texted_in_it(doors: Doors) -> None:
    for keys in ("", "2", "1"):
        spoken = await doors.press(keys)
    assert spoken.language == "es"
    await doors.press("59801")
    await doors.phones.drain()
    assert "responda con su nombre" in doors.phones.network.sent[0].body
    assert "Gracias" in str(await doors.phones.text("Luz Pena"))


async def test_a_wrong_postcode_is_asked_for_again_and_not_for_ever(doors: Doors) -> None:
    for keys in ("", "1", "1"):
        await doors.press(keys)
    said = [(await doors.press("123")).body for _ in range(3)]
    assert ["postcode" in words for words in said] == [True, True, False]
    assert said[-1] == "Goodbye."


async def test_silence_ends_a_call(doors: Doors) -> None:
    said = [(await doors.press("")).body for _ in range(6)]
    assert "Goodbye." in said


async def test_keys_choose_between_petitions(doors: Doors) -> None:
    await doors.phones.add_petition(
        slug="face", keyword="FACE", wordings={"en": Wording("Face", "x")}
    )
    assert (await doors.press("")).body == "For Face, press 1. For Keep the lake clean, press 2."
    assert (await doors.press("1")).body.startswith("Face. x")


@pytest.mark.parametrize("sender", ["", LANDLINE_ABROAD, "+19005550123"])
async def test_who_cannot_be_texted_is_told_so(doors: Doors, sender: str) -> None:
    reply = await doors.press("", sender)
    assert "cannot text this phone" in reply.body
    assert reply.ask is None


async def test_no_number_is_texted_more_than_twice_a_day_for_calls(doors: Doors) -> None:
    said = []
    for _ in range(3):
        doors.state = ""
        for keys in ("", "1", "1", "59801"):
            reply = await doors.press(keys)
        said.append("We are texting" in reply.body)
    assert said == [True, True, False]


async def test_an_opted_out_phone_gets_no_text_for_its_call(doors: Doors) -> None:
    await doors.phones.text("STOP")
    for keys in ("", "1", "1", "59801"):
        reply = await doors.press(keys)
    assert "text START first" in reply.body
    assert not await doors.phones.drain()


async def test_a_postcode_with_letters_is_asked_for_by_text(doors: Doors) -> None:
    await doors.phones.add_petition(
        slug="moor", keyword="MOOR", country="GB", wordings={"en": Wording("Moor", "x")}
    )
    for keys in ("", "1"):
        await doors.press(keys)
    assert "We are texting you now" in (await doors.press("1")).body
    assert "postcode" in str(await doors.phones.text("Ana Diaz"))
    assert "Thank you" in str(await doors.phones.text("SW1A 1AA"))
    assert await doors.phones.rows("SELECT class, postcode FROM signatures") == [
        ("voice", "SW1A 1AA")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_screen_tells_of_letters_where_a_text_can_follow(
    tmp_path: Path, language: str
) -> None:
    mayor = (DecisionMaker("Jo Marsh", "Mayor", "", "mayor@town.example"),)
    settings = {"UNDERSIGNED_LANGUAGE": language}
    async with text_door(f"sqlite:///{tmp_path / 'doors.db'}", False, **settings) as phones:
        titled = {language: Wording("The lake", "Please.")}
        await phones.add_petition(language=language, wordings=titled, decision_makers=mayor)
        doors = Doors(phones, SessionDoor(phones.services))
        end = await doors.screen("1*Al Ma*59801")
        assert NUMBER in end.body
        assert measure(end.body).segments == 1
        abroad = await doors.screen("1*Bo Lee*59801", LANDLINE_ABROAD)
        assert NUMBER not in abroad.body


async def test_a_screen_of_a_petition_without_an_office_tells_of_no_letters(doors: Doors) -> None:
    assert NUMBER not in (await doors.screen("1*Al Ma*59801")).body
