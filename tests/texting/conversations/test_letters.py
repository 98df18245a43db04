"""Letters by text: `letters.txt` on both engines, on their way to a mail server, what is kept of
them, and what goes away."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from unittest.mock import Mock

import pytest

from server.config import LANGUAGES
from server.core.letters import figures
from server.core.letters.calls import CallOutcome, call_figures
from server.core.letters.offices import office_key
from server.core.letters.writing import Progress
from server.core.petitions.wording.draft import DecisionMaker, Wording
from server.core.upkeep import erasure
from server.mail.smtp import mailer
from server.outgoing.letters import Carrier
from server.texting.letters.states import STATES, states_said
from server.texting.replies import Talk, fitted, segments
from sms.segments import fold_to_gsm7, measure
from tests.harness.mail.smtp import PostOffice
from tests.harness.people import land
from tests.harness.people.land import take_map
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import PHONE
from tests.texting.conversations.talked import RENDERER, REPLIES, hold, read_table, reads_as

TABLE = [*read_table("letters.txt")]
TOWN = (
    DecisionMaker("Jo Marsh", "Mayor", "", "mayor@town.example"),
    DecisionMaker("Ray Hill", "Clerk", "+1 406 555 0141"),
)
GORE = (DecisionMaker("Pat Gore", "Judge", "", "gore@court.example"),)
DAY_OF_FILES = 1_796_083_200  # noon of land.TODAY
WIDE = {
    "UNDERSIGNED_SMS_DAILY_SEGMENTS": "1000000",
    "UNDERSIGNED_SMS_PETITION_SEGMENTS": "1000000",
}
LAKE = {
    language: Wording(title, "Please.")
    for language, title in (("en", "Keep it clean"), ("es", "Cuiden el lago"), ("hi", "झील"))
}
DAY = 86_400


@asynccontextmanager
async def town(url: str, **settings: str) -> AsyncIterator[Phones]:
    async with text_door(url, False, **(WIDE | settings)) as phones:
        await phones.add_petition(decision_makers=TOWN, wordings=LAKE)
        await phones.add_petition(slug="face", keyword="FACE", decision_makers=GORE)
        yield phones


@asynccontextmanager
async def country(url: str, **settings: str) -> AsyncIterator[Phones]:
    async with text_door(url, False, **(WIDE | settings)) as phones:
        phones.now = DAY_OF_FILES
        await land.us(phones.services.database)
        await give_addresses(phones)
        await phones.add_petition(
            decision_makers=(), roles=("senator", "representative"), wordings=LAKE
        )
        yield phones


async def give_addresses(phones: Phones) -> None:
    """The public file of the Congress has none."""
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE officeholders SET email = person || '@hill.example'")


@pytest.mark.parametrize("section", ["named", "places"])
async def test_every_letter_goes_as_the_table_says(database_url: str, section: str) -> None:
    async with (town if section == "named" else country)(database_url) as phones:
        faults = []
        for number, conversation in enumerate(TABLE):
            if conversation.section == section:
                faults += await hold(phones, number, conversation)
        assert not faults, "\n".join(faults)


def test_the_table_has_replies_of_ours_and_each_of_those_about_letters() -> None:
    used = {turn.reply for c in TABLE for turn in c.turns}
    assert used <= {"", *REPLIES}
    about = {r for r in REPLIES if r.startswith(("letter", "call_")) and r != "call_name"}
    elsewhere = {"letter_cannot", "letter_none", "letter_nobody", "letter_long", "call_none"}
    elsewhere |= {"letter_read_long", "letter_thank", "letter_answered", "letter_answered_by"}
    elsewhere |= {"letter_asked", "letter_asked_short", "letter_asked_next"}
    elsewhere |= {"letter_said_yes", "letter_said_no"}
    assert about - used == elsewhere


def mailing(office: PostOffice) -> dict[str, str]:
    return {
        **office.settings,
        "UNDERSIGNED_LETTERS_REPLY_TO": "answers@sign.example.org",
    }


async def say(phones: Phones, *texts: str, sender: str = PHONE) -> str | None:
    """One text after the other; the reply to the last."""
    reply = None
    for text in texts:
        phones.now += 1
        reply = await phones.text(text, sender)
    return reply


async def carry(phones: Phones) -> None:
    carrier = Carrier(phones.services, mailer(phones.services.settings))
    while await carrier.drain():
        pass


JOURNEYS = {
    "en": ("SIGN LAKE Ana Diaz 77002", "LETTER", "2", "Keep it clean, please.", "SEND", "sent"),
    "es": (
        "FIRMA LAKE Luz Pena 77002",
        "CARTA",
        "2",
        "Cuiden bien el agua.",
        "ENVIAR",
        "enviada",
    ),
    "hi": ("साइन LAKE सीता 77002", "पत्र", "२", "हमारी झील को साफ़ रखें।", "भेजें", "भेजा गया"),
}


@pytest.mark.parametrize("language", JOURNEYS)
async def test_a_letter_by_text_reaches_the_mail_servers_of_its_offices(
    database_url: str, office: PostOffice, language: str
) -> None:
    sign, letter, choice, words, send, sent = JOURNEYS[language]
    async with country(database_url, **mailing(office)) as phones:
        waits = await say(phones, sign, letter, choice, words, send, send)
        assert waits and sent not in waits
        assert not office.arrived
        await carry(phones)
        again = await say(phones, letter)
        assert again and sent in again
        await say(phones, send, send)
        await carry(phones)
    who = sorted(str(mail["To"]) for mail in office.arrived)
    houses = ["TXHouse18rep", "TXSenator1sen", "TXSenator2sen"]
    assert who == [f"{house}@hill.example" for house in houses]
    for mail in office.arrived:
        assert (mail["Subject"], mail["Reply-To"]) == ("Keep it clean", "answers@sign.example.org")
        said = str(mail.get_content())
        name = sign.split("LAKE ")[1].removesuffix(" 77002")
        assert words in said
        assert f"{name}, 77002" in said
        assert "has no e-mail" in said


async def test_several_texts_are_one_letter_and_each_office_gets_it_once(
    database_url: str, office: PostOffice
) -> None:
    async with town(database_url, **mailing(office)) as phones:
        await say(phones, "SIGN LAKE Ana Diaz 59801", "LETTER", "Keep our lake", "clean, please.")
        await say(phones, "SEND", "SEND", "SEND", "LETTER", "SEND")
        await carry(phones)
        [mail] = office.arrived
        assert mail["To"] == "mayor@town.example"
        assert "Keep our lake clean, please." in str(mail.get_content())


async def agrees(phones: Phones, *offices: str) -> None:
    """An organizer marks them as having agreed with LAKE."""
    async with phones.services.database.write() as tx:
        for office in offices:
            await figures.note_agreed(tx, 1, office_key(office), int(phones.now))


async def test_who_has_agreed_gets_no_letter_and_is_thanked_once_nobody_else_is_left(
    database_url: str, office: PostOffice
) -> None:
    sender, first, other = "+14065550170", "mayor@town.example", "clerk@town.example"
    both = tuple(DecisionMaker(a[:5].title(), email=a) for a in (first, other))
    async with text_door(database_url, False, **(WIDE | mailing(office))) as phones:
        await phones.add_petition(decision_makers=both, wordings=LAKE)
        await agrees(phones, first)
        asked = await say(phones, "SIGN LAKE Ana Diaz 59801", "LETTER")
        assert asked and reads_as(asked, "letter_write", "en") and "Mayor" not in asked
        await agrees(phones, other)
        asked = await say(phones, "SIGN LAKE Bo Lee 59801", "LETTER", sender=sender)
        assert asked and reads_as(asked, "letter_thank", "en") and "Mayor, Clerk" in asked
        await say(phones, "It was time, thank you.", "SEND", "SEND", "SEND", sender=sender)
        await carry(phones)
    assert sorted(str(mail["To"]) for mail in office.arrived) == sorted([first, other])
    assert all("Thank you for agreeing" in str(m.get_content()) for m in office.arrived)


async def test_who_has_written_thanks_those_who_agreed_since_once_each(
    database_url: str, office: PostOffice
) -> None:
    async with town(database_url, **mailing(office)) as phones:
        await say(phones, "SIGN LAKE Ana Diaz 59801", "LETTER", "Keep our lake clean, please.")
        await say(phones, "SEND", "SEND")
        await carry(phones)
        await agrees(phones, "mayor@town.example")
        asked = await say(phones, "LETTER")
        assert asked and reads_as(asked, "letter_thank", "en") and "Jo Marsh" in asked
        read = await say(phones, "It was time, thank you.", "SEND")
        assert read and "It was time" in read
        said = await say(phones, "SEND")
        assert said and "Your thanks to Jo Marsh, Mayor: waits for its turn" in said
        await say(phones, "SEND", "LETTER", "SEND")
        await carry(phones)
        phones.now += 3600  # so many replies went out by now
        said = await say(phones, "LETTER")
        assert said and reads_as(said, "letter_states", "en") and said.count("it was sent") == 2
    first, thanks = (str(mail.get_content()) for mail in office.arrived)
    assert "Please act on it" in first and "It was time, thank you." not in first
    assert "Thank you for agreeing to it" in thanks and "It was time, thank you." in thanks


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reply", ["status_letters", "letter_states"])
def test_no_word_of_what_became_of_many_letters_is_cut(reply: str, language: str) -> None:
    states = ["done", "queued", "uncertain", "rejected"]
    many = [Progress(f"Representative Anna-Maria Ferreira {n}", states[n % 4]) for n in range(12)]
    talk: Talk = Mock(services=Mock(renderer=RENDERER))
    fields = {"name": "W" * 100, "keywords": ", ".join(["K" * 12] * 9), "held": ""}
    for progress in (many, many[:1]):
        said = states_said(talk, language, reply, progress, fields)
        template = RENDERER.text(language, reply)
        most = segments(reply, template)
        text = fitted(template, fields | {"states": said}, limit_segments=most)
        assert measure(text).segments <= most
        before = template.partition("{states}")[0].rpartition("}")[2]
        told = re.split("[,;] ", text.rpartition(fold_to_gsm7(before).strip())[2].strip())
        words = {RENDERER.say(language, STATES[one.state]) for one in progress}
        whole = {f"{word} ({n})" for word in words for n in (1, 3)} | {"…", "..."}
        whole |= {f"{one.office}: {word}" for one in progress for word in words}
        assert {*map(fold_to_gsm7, told)} <= {*map(fold_to_gsm7, whole)}, text


SHARED = """state_fips,state_abbr,zcta,cd,share
48,TX,77002,18,0.09
48,TX,77002,7,0.90
48,TX,77002,29,0.01
"""


async def test_larger_shares_come_first_and_slivers_under_others(database_url: str) -> None:
    async with country(database_url) as phones:
        await take_map(phones.services.database, SHARED, force=True)
        menu = await say(phones, "SIGN LAKE Ana Diaz 77002", "LETTER")
        assert menu and "1 TX House7, 2 TX House18, 3 others." in menu
        for others in ("3", "more"):
            rest = await say(phones, others)
            assert rest and "number: 1 TX House29." in rest
            assert await say(phones, "back") == menu
        said = await say(phones, "more", "1")
        assert said and "TX House29" in said


async def test_words_survive_a_server_that_starts_again(database_url: str) -> None:
    async with town(database_url) as phones:
        await say(phones, "SIGN LAKE Ana Diaz 59801", "LETTER", "Keep our lake clean, please.")
        later = phones.now
    async with text_door(database_url, False, **WIDE) as phones:
        phones.now, phones.count = later, 100
        reply = await say(phones, "SEND")
        assert reply and "Keep our lake clean, please." in reply


@pytest.mark.parametrize(
    ("texts", "reply"),
    [
        (["LETTER", "x" * 10_001], "too long"),
        (["LETTER", "x" * 1_599, "y" * 500], "too long"),
        (["LETTER", "x" * 1_599, "SEND"], "1,599 letters"),
        (["LETTER", "\x00\x07Keep it\x1b clean, please.", "SEND"], "Keep it clean, please."),
        (["LETTER", "🙂" * 40, "SEND"], "at least 10 letters"),
        (["LETTER", "\n\n\n", "SEND"], "at least 10 letters"),
        (["LETTER", "Subject: x\r\nBcc: all@hill.example", "SEND"], "Bcc: all@hill.example"),
    ],
)
async def test_bad_input_is_answered_and_nothing_is_lost(
    database_url: str, texts: list[str], reply: str
) -> None:
    async with town(database_url) as phones:
        said = await say(phones, "SIGN LAKE Ana Diaz 59801", *texts)
        assert said and reply in said
        assert measure(said).segments <= 3
        assert await phones.rows("SELECT count(*) FROM letters") == [(0,)]


async def test_a_long_letter_is_read_back_by_its_beginning_and_its_end(database_url: str) -> None:
    async with town(database_url) as phones:
        await say(phones, "SIGN LAKE Ana Diaz 59801", "LETTER", "Begin. " + "clean water " * 60)
        said = await say(phones, "So much for now.", "SEND")
        assert said and "Begin. clean" in said and "water So much for now." in said
        assert " ... " in said
        assert measure(said).segments == 3


async def test_words_go_after_a_week_and_with_their_signature(database_url: str) -> None:
    async with town(database_url) as phones:
        count = "SELECT count(*) FROM texted_letters"
        await say(phones, "SIGN LAKE Ana Diaz 59801", "LETTER", "Keep our lake clean, please.")
        assert await phones.rows(count) == [(1,)]
        await say(phones, "UNDO")
        assert await phones.rows(count) == [(0,)]
        await say(phones, "SIGN LAKE Ana Diaz 59801", "LETTER", "Keep our lake clean, please.")
        async with phones.services.database.write() as tx:
            await erasure.erase_due(tx, phones.services.now() + 7 * DAY)
        assert await phones.rows(count) == [(0,)]


async def test_calls_are_counted_once_for_each_signer_and_go_with_the_signature(
    database_url: str,
) -> None:
    async with town(database_url) as phones:
        await say(phones, "SIGN LAKE Ana Diaz 59801", "CALL", "1", "CALL", "2", "CALL", "1")
        await say(phones, "SIGN LAKE Bo Lee 59801", "CALL", "2", sender="+14065550199")

        async def figures() -> Mapping[CallOutcome, int]:
            async with phones.services.database.read() as tx:
                return await call_figures(tx, 1)

        assert await figures() == {"reached": 1, "no_answer": 1}
        await say(phones, "UNDO", sender="+14065550199")
        assert await figures() == {"reached": 1, "no_answer": 0}


async def test_who_takes_no_mail_is_told_of_with_a_number_and_never_said_to_be_sent(
    database_url: str,
) -> None:
    async with text_door(database_url, False, **WIDE) as phones:
        phones.now = DAY_OF_FILES
        await land.us(phones.services.database)  # whose people have telephones alone
        await phones.add_petition(decision_makers=(), roles=("senator",), wordings=LAKE)
        said = await say(phones, "SIGN LAKE Ana Diaz 59801", "LETTER")
        assert said and "We cannot send" in said and "MT Senator1 202-555-0100" in said
        assert await phones.rows("SELECT count(*) FROM texted_letters") == [(0,)]


async def test_where_nobody_is_known_it_says_so(database_url: str) -> None:
    async with text_door(database_url, False, **WIDE) as phones:
        await phones.add_petition(decision_makers=(), roles=("senator",), wordings=LAKE)
        said = await say(phones, "SIGN LAKE Ana Diaz 59801", "LETTER")
        assert said and said.startswith("We do not know who decides")
    assert "nobody" in RENDERER.text("en", "letter_none")


async def test_without_an_office_or_a_number_nothing_is_promised(database_url: str) -> None:
    silent = (DecisionMaker("Jo Marsh", "Mayor"),)
    async with text_door(database_url, False, **WIDE) as phones:
        await phones.add_petition(decision_makers=silent, wordings=LAKE)
        signed = await say(phones, "SIGN LAKE Ana Diaz 59801")
        assert signed and "LETTER" not in signed
        said = await say(phones, "LETTER")
        assert said and reads_as(said, "letter_none", "en")
        said = await say(phones, "CALL")
        assert said and reads_as(said, "call_none", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_to_say_has_at_most_sixty_words(language: str) -> None:
    script = RENDERER.text(language, "call_say").format(people="", title="word " * 20)
    assert len(script.split()) <= 60
