"""The text door: what a phone sends, what it gets back, and what is stored of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from server.config import LANGUAGES
from server.core.conversations.phones import opt_out
from server.core.counting import counts
from server.core.petitions import collectors, petitions
from server.core.petitions.wording.draft import TITLE_LIMIT, Wording
from server.core.values.names import NAME_LIMIT
from server.errors import StoreUnavailable
from server.outgoing import loops
from sms import Inbound, Sending
from sms.reading import reserved
from sms.segments import fold_to_gsm7, measure
from tests.harness.databases.stores import Blanks
from tests.harness.texts.phones import Phones, text_door
from tests.harness.texts.spoken import WORDS
from tests.harness.world import NOW, PHONE

OTHER = "+14065550124"
NOON = NOW + 11 * 3600  # in Montana, where the phones are


Make = Callable[..., Awaitable[Phones]]


@pytest.fixture
async def make(blanks: Blanks, tmp_path: Path) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:

        async def make(**settings: str) -> Phones:
            url = await blanks.sqlite(tmp_path / "texts.db")
            return await stack.enter_async_context(text_door(url, **settings))

        yield make


@pytest.fixture
async def phones(make: Make) -> Phones:
    return await make()


@pytest.mark.parametrize("number", ["+14575550123", "+525512345678", "+2290197123456"])
async def test_a_number_that_no_table_knows_signs(phones: Phones, number: str) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801", number)
    figures = await phones.figures()
    assert (figures.verified, figures.total) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new"), [("+5215512345678", "+525512345678"), ("+22997123456", "+2290197123456")]
)
async def test_a_phone_is_the_same_after_its_country_changed_the_numbers(
    make: Make, old: str, new: str
) -> None:
    phones = await make(UNDERSIGNED_SMS_COUNTRIES="US,MX,BJ")
    await phones.text("SIGN LAKE Rosa Luna 59801", old)
    await phones.text("SIGN LAKE Rosa Luna 59801", new)
    assert (await phones.figures()).total == 1
    async with phones.services.database.write() as tx:  # said before the rule was known
        await opt_out(tx, phones.services.keys.phone(old), NOW)
    assert await phones.text("COUNT LAKE", old) is None
    assert await phones.text("COUNT LAKE", new) is None
    await phones.text("START", new)
    assert await phones.text("COUNT LAKE", old)


@pytest.mark.parametrize(
    "text",
    [
        "SIGN LAKE Ana Diaz 59801",
        "sign lake ana diaz 59801",
        "lake sign 59801 Ana Diaz",
        "Ana Diaz 59801 LAKE",
        "LAKE Ana Diaz, 59801-1234",
        "Firmo LAKE: Ana Díaz; 59801",
        "“Sign Lake”\nAna Diaz\n59801.",
    ],
)
async def test_one_message_signs_in_any_order_and_case(phones: Phones, text: str) -> None:
    reply = await phones.text(text)
    assert reply is not None
    assert "Ana D" in reply.title()
    assert "LAKE" in reply
    assert measure(reply).segments == 1
    assert (await phones.figures()).by_class["sms"] == 1


async def test_a_second_text_from_the_same_phone_adds_no_signature_and_reads_the_same(
    phones: Phones,
) -> None:
    first = await phones.text("SIGN LAKE Ana Diaz 59801")
    assert await phones.text("SIGN LAKE Ana Diaz 59801") == first
    assert (await phones.figures()).total == 1


async def test_the_same_webhook_twice_acts_once_and_answers_the_same(phones: Phones) -> None:
    await phones.text("SIGN LAKE Bo Lee 59801")
    await phones.text("SIGN LAKE Ana Diaz 59801")
    replies = await asyncio.gather(*(phones.text("UNDO", message_id="SM-same") for _ in range(5)))
    assert len(set(replies)) == 1
    assert (await phones.figures()).total == 1


async def test_the_keyword_alone_asks_and_the_next_texts_complete(phones: Phones) -> None:
    assert "reply with your name and ZIP code" in str(await phones.text("lake"))
    assert "reply with your 5-digit ZIP code" in str(await phones.text("Ana Lake"))
    assert "has 5 digits" in str(await phones.text("5980"))
    assert (await phones.figures()).total == 0
    assert "Thank you, Ana Lake." in str(await phones.text("59801"))
    assert (await phones.figures()).verified == 1


async def test_a_question_in_between_does_not_lose_what_was_said(phones: Phones) -> None:
    await phones.text("LAKE Ana Diaz")
    await phones.text("HELP")
    assert "Thank you, Ana Diaz." in str(await phones.text("59801"))


async def test_an_answer_may_come_days_later_but_not_after_a_week(phones: Phones) -> None:
    await phones.text("LAKE Ana Diaz")
    phones.now += 6 * counts.DAY
    assert "Thank you" in str(await phones.text("59801"))
    await phones.text("LAKE Bo Lee", OTHER)
    phones.now += 8 * counts.DAY
    assert "no signature from this phone" in str(await phones.text("59801", OTHER))


async def test_spanish_words_get_spanish_answers_to_the_end(phones: Phones) -> None:
    await phones.text("FIRMAR LAKE")
    await phones.text("Ana Díaz")
    await phones.text("59801")
    assert await phones.rows("SELECT language FROM signatures") == [("es",)]


async def test_our_example_sent_as_it_stands_is_no_name(phones: Phones) -> None:
    await phones.text("SIGN LAKE your name, your postcode")
    assert (await phones.figures()).total == 0


async def test_a_household_signs_from_one_phone_each_named_alone(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    reply = str(await phones.text("SIGN LAKE Bo Lee 59801"))
    assert "Bo Lee" in reply
    assert "Ana" not in reply
    assert (await phones.figures()).verified == 2


async def test_a_fifth_name_on_one_phone_is_told_that_a_person_will_look(phones: Phones) -> None:
    for name in ("Ana Diaz", "Bo Lee", "Cyd Charo", "Dee Prince"):
        await phones.text(f"SIGN LAKE {name} 59801")
    assert "We check your signature" in str(await phones.text("SIGN LAKE Eve Stone 59801"))
    assert (await phones.figures()).held == 1


async def test_undo_takes_back_the_last_signature_and_erases_it(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    phones.now += 1
    await phones.text("SIGN LAKE Bo Lee 59801")
    assert "Bo Lee" in str(await phones.text("UNDO"))
    assert await phones.rows("SELECT name FROM signatures WHERE withdrawn_at IS NULL") == [
        ("Ana Diaz",)
    ]
    assert "no signature" in str(await phones.text("undo", OTHER))


async def test_undo_with_a_name_takes_back_that_one(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    phones.now += 1
    await phones.text("SIGN LAKE Bo Lee 59801")
    assert "Ana Diaz" in str(await phones.text("UNDO LAKE Ana Diaz"))


async def test_status_names_nobody_unless_asked_for_by_name(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    assert "Ana Diaz signed" not in str(await phones.text("STATUS"))
    assert "LAKE" in str(await phones.text("STATUS Ana"))
    assert "LAKE" not in str(await phones.text("STATUS Bo"))


async def test_stop_is_confirmed_once_and_silences_all_until_start(phones: Phones) -> None:
    assert "no more texts" in str(await phones.text("Stop."))
    assert await phones.text("SIGN LAKE Ana Diaz 59801") is None
    assert (await phones.figures()).verified == 1
    assert await phones.text("HELP") is None
    assert "again" in str(await phones.text("START"))
    assert await phones.text("HELP") is not None


async def test_an_opt_out_that_the_gateway_answered_is_stored_without_a_second_answer(
    phones: Phones,
) -> None:
    inbound = Inbound("twilio", "SM1", PHONE, "+14065550100", "STOP", opt_out="stop")
    assert (await phones.door.receive(inbound)).reply is None
    assert await phones.text("HELP") is None


async def test_stop_in_the_middle_of_a_name_does_not_opt_out(phones: Phones) -> None:
    assert await phones.text("SIGN LAKE Ana Stop 59801") is not None
    assert await phones.rows("SELECT * FROM opt_outs") == []


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00\x01", "🙂" * 500, "what?", "SIGN POND Ana 59801"]
)
async def test_what_we_do_not_understand_gets_a_hint_and_signs_nothing(
    phones: Phones, text: str
) -> None:
    reply = await phones.text(text)
    assert "LAKE" in str(reply)
    assert (await phones.figures()).total == 0


@pytest.mark.parametrize(
    ("change", "said"), [(petitions.close, "closed"), (petitions.pause, "paused")]
)
async def test_a_petition_that_is_not_open_says_so(
    phones: Phones, change: Callable[..., Awaitable[None]], said: str
) -> None:
    async with phones.services.database.write() as tx:
        await change(tx, 1, NOW)
    await phones.services.directory.refresh()
    assert said in str(await phones.text("SIGN LAKE Ana Diaz 59801"))
    assert (await phones.figures()).total == 0


async def test_two_petitions_are_told_apart_and_listed(phones: Phones) -> None:
    await phones.add_petition(slug="face", keyword="FACE")
    assert "FACE, LAKE" in str(await phones.text("LIST"))
    assert "Ana Lake" in str(await phones.text("SIGN FACE Ana Lake 59801"))
    assert (await phones.figures()).total == 0


async def test_a_phone_gets_at_most_twelve_answers_about_signing_in_ten_minutes(
    phones: Phones,
) -> None:
    replies = [await phones.text(f"SIGN LAKE Ana Diaz 5980{i % 9}") for i in range(14)]
    assert [r is not None for r in replies] == [True] * 12 + [False] * 2
    asked = ["HELP", "LIST", "AYUDA", "LISTE", "STATUS", "AIDE"]
    assert [await phones.text(text) is not None for text in asked] == [True] * 5 + [False]
    phones.now += 601
    assert await phones.text("HELP") is not None


async def test_stop_is_confirmed_also_when_other_answers_have_run_out(phones: Phones) -> None:
    for text in ("HELP", "LIST", "AYUDA", "LISTE", "STATUS", "AIDE"):
        await phones.text(text)
    assert await phones.text("STOP") is not None


async def test_what_was_said_towards_an_unfinished_signature_is_erased(phones: Phones) -> None:
    await phones.text("LAKE Ana Diaz")
    phones.now += 7 * counts.DAY + 1
    await loops.do_chores(phones.services)
    assert await phones.rows("SELECT * FROM conversations") == []


async def test_beyond_the_daily_budget_texts_are_acted_on_unanswered(make: Make) -> None:
    phones = await make(UNDERSIGNED_SMS_DAILY_SEGMENTS="2")
    replies = [
        await phones.text(f"SIGN LAKE Ana Diaz {z}", f"+1406555010{z % 9}")
        for z in (59801, 59802, 59803)
    ]
    assert [r is not None for r in replies] == [True, True, False]
    assert (await phones.figures()).verified == 3
    phones.now += counts.DAY
    assert await phones.text("HELP") is not None


async def test_phones_of_other_countries_sign_unanswered_unless_allowed(make: Make) -> None:
    phones = await make()
    assert await phones.text("SIGN LAKE Ana Diaz 59801", "+447400123456") is None
    assert (await phones.figures()).verified == 1


@pytest.mark.parametrize("number", ["12345", ""])
async def test_behind_a_short_code_phones_of_the_servers_country_are_answered(
    make: Make, number: str
) -> None:
    phones = await make(UNDERSIGNED_SMS_NUMBER=number)
    assert await phones.text("SIGN LAKE Ana Diaz 59801") is not None


async def test_a_sender_that_is_no_phone_number_cannot_sign(phones: Phones) -> None:
    for sender in ("12345", "BANK", ""):
        assert await phones.text("SIGN LAKE Ana Diaz 59801", sender) is None
    assert (await phones.figures()).total == 0


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("name", ["Đặng" * 20, "अ" * NAME_LIMIT])
async def test_every_reply_is_one_segment_with_the_longest_name_and_title(
    make: Make, language: str, name: str
) -> None:
    phones = await make()
    title = Wording("T" * TITLE_LIMIT, "x")
    await phones.add_petition(
        slug="s" * 60, keyword="K" * 12, wordings={"en": title, language: title}, language="en"
    )
    sign, info, listed = (WORDS[language][kind] for kind in ("sign", "help", "list"))
    long = "K" * 12
    for text in (f"{sign} {long}", name.strip(), "123", "59801", f"{sign} {long} {name} 59801"):
        reply = await phones.text(text, OTHER)
        assert reply is not None
        assert measure(reply).segments == 1, reply
    for other in (info, listed):
        assert measure(str(await phones.text(other, PHONE))).segments <= 2


async def test_a_confirmation_leaves_room_for_a_receipt(phones: Phones) -> None:
    await phones.add_petition(slug="x", keyword="LONG", wordings={"en": Wording("T" * 120, "x")})
    reply = str(await phones.text("SIGN LONG Ana Diaz 59801"))
    assert measure(reply + "x" * 14).segments == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_language_signs_asks_and_undoes_in_its_own_words(
    make: Make, language: str
) -> None:
    phones = await make(UNDERSIGNED_LANGUAGE=language)
    say = phones.services.renderer.say

    def begins(message: str) -> str:
        """The words of a reply up to its first field, as they are sent."""
        return fold_to_gsm7(phones.services.renderer.text(language, message)).partition("{")[0]

    # The example that /help gives, and the words of its list.
    example = say(language, "SIGN FACE Ana Diaz 59801").replace("FACE", "LAKE")
    assert str(await phones.text(example)).startswith(begins("signed"))
    assert (await phones.figures()).verified == 1
    for kind, reply in (("help", "help"), ("list", "listed"), ("undo", "undone")):
        text = await phones.text(WORDS[language][kind])
        assert begins(reply) in str(text), (kind, text)
    assert (await phones.figures()).verified == 0
    # The words of the example as they stand are no name.
    copied = f"{WORDS[language]['sign']} LAKE {say(language, 'your name, your postcode')}"
    assert "LAKE" in str(await phones.text(copied))
    assert (await phones.figures()).total == 0


async def test_a_failing_store_does_nothing_and_the_same_text_works_later(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> object:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(phones.services.database, "write", away)
        with pytest.raises(StoreUnavailable):
            await phones.text("SIGN LAKE Ana Diaz 59801", message_id="SM-x")
    assert "Thank you" in str(await phones.text("SIGN LAKE Ana Diaz 59801", message_id="SM-x"))


# The worker: what goes out later.


async def signed_again(phones: Phones) -> None:
    """A stranger signs on the web with the number of somebody who has signed by text, by day."""
    from server.core.signing import signatures

    phones.now = NOON
    services = phones.services
    petition = services.directory.by_slug["lake"]
    signing = signatures.web_signing(
        petition,
        {"name": "Ana Diaz", "postcode": "59801", "phone": PHONE},
        keys=services.keys,
        country="US",
        language="en",
        id_=services.new_id(),
        now=services.now(),
    )
    await signatures.sign(services.group, signing)


async def test_the_worker_sends_the_note_once_and_charges_it(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    await signed_again(phones)
    assert await phones.drain()
    assert not await phones.drain()
    assert [(o.to, measure(o.body).segments) for o in phones.network.sent] == [(PHONE, 1)]
    assert await phones.rows("SELECT sum(sent) FROM sms_usage") == [(2,)]


async def test_a_note_waits_when_the_gateway_is_away_and_goes_later(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    await signed_again(phones)
    phones.network.failure = Sending("retry", code="http-503")
    await phones.drain()
    phones.network.failure = None
    assert not await phones.drain()
    phones.now += 91  # a minute, and chance spreads it by half
    await phones.drain()
    assert len(phones.network.sent) == 1


async def test_no_note_goes_to_an_opted_out_phone(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    await phones.text("STOP")
    await signed_again(phones)
    await phones.drain()
    assert phones.network.sent == []
    assert await phones.rows("SELECT error FROM outbox") == [("opted_out",)]


async def test_a_provider_that_says_opted_out_is_believed(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    await signed_again(phones)
    phones.network.failure = Sending("stopped", code="21610")
    await phones.drain()
    assert await phones.text("HELP") is None


async def test_numbers_and_bodies_go_after_thirty_days(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    await signed_again(phones)
    await phones.drain()
    phones.now += 31 * counts.DAY
    await loops.do_chores(phones.services)
    assert await phones.rows("SELECT sender, body, reply FROM inbound") == [(None, None, None)]
    assert await phones.rows("SELECT recipient FROM outbox") == [(None,)]
    assert (await phones.figures()).verified == 1


async def test_a_text_has_the_wording_of_its_first_question(phones: Phones) -> None:
    async def reword(title: str) -> None:
        directory = phones.services.directory
        new = replace(directory.by_keyword["LAKE"], wordings={"en": Wording(title, "Please.")})
        async with phones.services.database.write() as tx:
            lake = directory.by_keyword["LAKE"]
            await petitions.edit(tx, lake, new, reserved(), now=NOW)
        await directory.refresh()

    await phones.text("SIGN LAKE Ana Diaz 59801")
    await phones.text("SIGN LAKE", "+14065550124")
    await reword("Keep the river clean")
    await phones.text("Bo Diaz", "+14065550124")
    await reword("Keep the pond clean")
    await phones.text("59801", "+14065550124")
    await phones.text("SIGN LAKE Cy Diaz 59801", "+14065550125")
    stored = await phones.rows("SELECT name, wording FROM signatures ORDER BY id")
    assert stored == [("Ana Diaz", 1), ("Bo Diaz", 1), ("Cy Diaz", 3)]
    await phones.text("NAME Bo Dias", "+14065550124")  # a correction is no signature
    assert ("Bo Dias", 1) in await phones.rows("SELECT name, wording FROM signatures")


async def test_the_code_of_a_collector_is_no_name_and_no_postcode(phones: Phones) -> None:
    async def collect(name: str, code: str) -> None:
        async with phones.services.database.write() as tx:
            await collectors.add(tx, 1, "US", name=name, code=code, taken=(), now=NOW)
        await phones.services.directory.refresh()

    await collect("Ana", "ANA7")
    await collect("Zoe", "ZOE12")
    said: list[tuple[str, ...]] = [
        ("SIGN LAKE ANA7 Bo Lee 59801",),
        ("LAKE ANA7 Cy Moss 59801",),
        ("lake ana7 di ruiz 59801",),
        ("Lake Zoe12, Eli Stone, 59801",),
        ("SIGN LAKE Flo Gray 59801 ANA7",),
        ("SIGN LAKE ZOE12", "Guy Hill 59801"),
        ("SIGN ANA7 Hal Ives", "59801"),
        ("SIGN LAKE ANA8 Ida Jones 59801",),  # of nobody: the signature counts all the same
        ("SIGN LAKE XYZ99", "Pia Kern 59801"),
        ("SIGN LAKE ANA7", "SIGN LAKE ZOE12 Kim Lane 59801"),  # the first one stays
        ("SIGN LAKE Lou Mays 59801",),
    ]
    for n, texts in enumerate(said):
        for text in texts:
            reply = await phones.text(text, f"+140655502{n:02}")
        assert reply
        assert "Thank you" in reply, texts
    stored = await phones.rows("SELECT name, collector, postcode FROM signatures ORDER BY id")
    assert stored == [
        ("Bo Lee", 1, "59801"),
        ("Cy Moss", 1, "59801"),
        ("di ruiz", 1, "59801"),
        ("Eli Stone", 2, "59801"),
        ("Flo Gray", 1, "59801"),
        ("Guy Hill", 2, "59801"),
        ("Hal Ives", 1, "59801"),
        ("Ida Jones", None, "59801"),
        ("Pia Kern", None, "59801"),
        ("Kim Lane", 1, "59801"),
        ("Lou Mays", None, "59801"),
    ]
    async with phones.services.database.write() as tx:
        await collectors.end(tx, 1, 1, NOW)
    await phones.services.directory.refresh()
    await phones.text("SIGN LAKE ANA7 Max Nash 59801", "+14065550150")
    last = await phones.rows("SELECT name, collector FROM signatures ORDER BY id DESC LIMIT 1")
    assert last == [("Max Nash", None)]  # who has ended brings nobody, and loses nobody
