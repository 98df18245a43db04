"""A text that we did not understand, as an organizer reads it: one question, and only YES signs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.config import LANGUAGES
from server.core.conversations import misread, offers, phones
from server.core.conversations.misread import MisreadText, Shown
from server.core.conversations.offers import Refusal
from server.core.petitions.petitions import Petition
from server.core.upkeep import erasure
from server.core.values.names import NAME_LIMIT
from server.errors import InvalidInput
from server.texting.misread import offering
from sms import Sending
from sms.reading.lexicon import phrases_of
from sms.segments import measure
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import NOW, PHONE

pytestmark = pytest.mark.seldom_postgres(3)
SAID = "lake hi there I am putting down Ana Diaz of the house near the mill 59801 if that is right"


@pytest.fixture
async def door(database_url: str) -> AsyncIterator[Phones]:
    async with text_door(database_url) as phones_:
        phones_.now = NOW + 12 * 3600  # by day in Montana
        yield phones_


async def heard(door: Phones, body: str = SAID, sender: str = PHONE) -> MisreadText:
    """A text of that phone, as one that was not understood."""
    await door.text(body, sender)
    async with door.services.database.write() as tx:
        await tx.execute("DELETE FROM conversations")
        await tx.execute(
            "UPDATE inbound SET kind = 'unknown', petition_id = 1"
            " WHERE arrival = (SELECT max(arrival) FROM inbound)"
        )
        texts = await misread.misread_texts(tx, 1, "unknown", int(door.now))
    return texts[0]


def lake(door: Phones) -> Petition:
    return door.services.directory.by_keyword["LAKE"]


async def ask(
    door: Phones, text: MisreadText, name: str = "Ana Diaz", postcode: str = "59801"
) -> Refusal | None:
    services = door.services
    asked = offering.checked(services, text, lake(door), name, postcode)
    keys = services.keys.phones(text.sender)
    async with services.database.write() as tx:
        return await offers.offer(tx, text, asked, keys, services.now(), services.new_id())


async def asked(door: Phones, **entries: str) -> MisreadText:
    """A text that was asked about, and the question is out."""
    text = await heard(door)
    door.now += 60
    assert await ask(door, text, **entries) is None
    await door.drain()
    door.now += 60
    return text


async def state(door: Phones, text: MisreadText) -> tuple[str | None, str | None]:
    async with door.services.database.read() as tx:
        found = await misread.misread_text(tx, 1, text.ref, int(door.now))
    assert found
    return found.judgement, found.answer


async def signed(door: Phones) -> list[tuple[object, ...]]:
    return await door.rows("SELECT name, postcode, class FROM signatures")


async def test_each_text_is_in_the_lists_where_it_belongs(door: Phones) -> None:
    await heard(door)
    await door.text("SIGN LAKE Bo Hill 59801", "+14065550124")
    await door.text("not interested", "+14065550125")
    await door.text("LAKE", "+14065550126")
    door.now += misread.LEFT_OPEN_SECONDS + 1
    found: dict[str, set[str]] = {}
    kinds: tuple[Shown, ...] = ("unknown", "unsure", "all")
    async with door.services.database.read() as tx:
        for kind in kinds:
            texts = await misread.misread_texts(tx, 1, kind, int(door.now))
            found[kind] = {text.body for text in texts}
            page = await misread.misread_texts(tx, 1, kind, int(door.now), texts[0].ref)
            assert [text.ref for text in page] == [text.ref for text in texts[1:]]
    assert found["unknown"] == {SAID}
    assert found["unsure"] == {"not interested", "LAKE"}
    assert found["all"] == {SAID, "SIGN LAKE Bo Hill 59801", "not interested", "LAKE"}


async def test_one_text_asks_and_yes_signs(door: Phones) -> None:
    text = await asked(door)
    assert [o.body for o in door.network.sent] == [
        "Did you mean to sign LAKE as Ana Diaz, 59801? Reply YES to sign. No more texts: STOP"
    ]
    assert await signed(door) == []
    reply = await door.text("yes")
    assert reply and reply.startswith("Thank you, Ana Diaz. You signed LAKE")
    assert await signed(door) == [("Ana Diaz", "59801", "sms")]
    assert await state(door, text) == ("asked", "signed")


async def test_no_ends_it(door: Phones) -> None:
    text = await asked(door)
    assert await door.text("no") == "Nothing was signed. To sign, text: SIGN LAKE"
    assert await state(door, text) == ("asked", "no")
    await door.text("yes")
    assert await signed(door) == []


@pytest.mark.parametrize(
    "said",
    [
        "LAKE",
        "59802",
        "59801",
        "Thank you",
        "HELP",
        "COUNT LAKE",
        "who is this",
        "maybe",
        "yes but who are you and why do you ask me this",
        "Loved “Did you mean to sign LAKE as Ana Diaz, 59801? Reply YES to sign. No more"
        " texts: STOP”",
        "Did you mean to sign LAKE as Ana Diaz, 59801? Reply YES to sign. No more texts: STOP",
        "STOP",
        "UNDO",
        "1",
    ],
)
async def test_nothing_but_yes_signs(door: Phones, said: str) -> None:
    await asked(door)
    await door.text(said)
    assert await signed(door) == []


async def test_help_leaves_the_question_open_and_another_wish_ends_it(door: Phones) -> None:
    await asked(door)
    await door.text("HELP")
    await door.text("thanks")
    await door.text("LAKE")
    await door.text("yes")
    assert await signed(door) == []


async def test_yes_after_help_signs(door: Phones) -> None:
    await asked(door)
    await door.text("HELP")
    await door.text("yes")
    assert len(await signed(door)) == 1


async def test_yes_after_a_week_signs_nothing(door: Phones) -> None:
    await asked(door)
    door.now += phones.CONVERSATION_SECONDS + 1
    await door.text("yes")
    assert await signed(door) == []


async def test_yes_before_the_question_is_out_signs_nothing_and_it_is_not_asked_any_more(
    door: Phones,
) -> None:
    text = await heard(door)
    door.now += 60
    assert await ask(door, text) is None
    door.now += 60
    await door.text("yes")
    await door.drain()
    assert await signed(door) == []
    assert door.network.sent == []
    assert await state(door, text) == ("asked", "wrote")
    assert await door.rows("SELECT name, postcode FROM judged_texts") == [("", "")]


async def test_it_is_asked_by_day(door: Phones) -> None:
    text = await heard(door)
    door.now = NOW + 10 * 86_400 + 4 * 3600 - (NOW % 86_400)  # 4:00 UTC: 21:00 or later there
    assert await ask(door, text) is None
    await door.drain()
    assert door.network.sent == []
    door.now += 12 * 3600
    await door.drain()
    assert len(door.network.sent) == 1


async def test_a_phone_is_asked_once(door: Phones) -> None:
    text = await asked(door)
    assert await ask(door, text) == "lately"
    other = await heard(door, "lake again it is me Ana Diaz 59801 you know")
    assert await ask(door, other) == "lately"
    door.now += offers.ASKED_AGAIN_SECONDS + 1
    async with door.services.database.write() as tx:  # (as if it were still kept)
        await erasure.erase_due(tx, int(door.now) - 40 * 86_400)
    assert await ask(door, text) == "judged"
    await door.drain()
    assert len(door.network.sent) == 1


async def test_an_opted_out_phone_is_not_asked(door: Phones) -> None:
    text = await heard(door)
    async with door.services.database.write() as tx:
        await phones.opt_out(tx, text.phone_key, NOW)
    assert await ask(door, text) == "opted_out"


async def test_whoever_stops_before_it_is_out_is_not_asked(door: Phones) -> None:
    text = await heard(door)
    assert await ask(door, text) is None
    async with door.services.database.write() as tx:
        await phones.opt_out(tx, text.phone_key, int(door.now))
    await door.drain()
    assert door.network.sent == []


async def test_an_opt_out_is_one_and_nothing_is_waited_for(door: Phones) -> None:
    text = await heard(door)
    async with door.services.database.write() as tx:
        assert await misread.stop_phone(tx, text, 1, NOW)
        assert not await misread.stop_phone(tx, text, 1, NOW)
        assert await phones.is_opted_out(tx, [text.phone_key])
    assert await state(door, text) == ("stopped", None)


@pytest.mark.parametrize(
    "name",
    [
        "Bo Hill",  # who is not in the text
        "Vote no",
        "example.org",
        "http://example.org",
        "ana/diaz",
        "Ana Diaz 5",
        "",
        "A" * (NAME_LIMIT + 1),
    ],
)
async def test_nothing_but_a_name_of_the_text_is_sent(door: Phones, name: str) -> None:
    text = await heard(door, f"{SAID} example.org ana/diaz 5 {'A' * 90}")
    with pytest.raises(InvalidInput):
        await ask(door, text, name)
    assert await door.rows("SELECT * FROM outbox") == []


async def test_spelling_is_put_right_as_far_as_letters_go(door: Phones) -> None:
    text = await heard(door, "lake anadiaz wants in 59801 with all the rest of us")
    assert await ask(door, text, "Ana Díaz") is None


@pytest.mark.parametrize("name", ["c a l l p o l i c e", "call police", "Sara Quinn"])
async def test_of_single_letters_of_a_text_nobody_makes_words_of_their_own(
    door: Phones, name: str
) -> None:
    text = await heard(door, "I would like lake Ana Diaz in 59801 please call me now, Oli Price")
    with pytest.raises(InvalidInput, match="not_in_text"):
        await ask(door, text, name)


async def test_a_question_that_a_provider_does_not_answer_is_not_sent_again_and_may_be_answered(
    door: Phones,
) -> None:
    text = await heard(door)
    door.now += 60
    assert await ask(door, text) is None
    door.network.failure = Sending("retry", code="network")
    await door.drain()
    door.network.failure = None
    for _ in range(3):
        door.now += 3600
        await door.drain()
    assert door.network.sent == []
    await door.text("YES")
    assert (await door.figures()).verified == 1


async def test_spend_cap_and_countries_hold(database_url: str) -> None:
    async with text_door(database_url, UNDERSIGNED_SMS_DAILY_SEGMENTS="1") as door:
        door.now = NOW + 12 * 3600
        text = await heard(door)  # whose reply has used it up
        assert await ask(door, text) is None
        await door.drain()
        assert door.network.sent == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_language_asks_in_one_segment_and_its_yes_signs(
    door: Phones, language: str
) -> None:
    text = await asked(door)
    async with door.services.database.write() as tx:
        await tx.execute("UPDATE conversations SET language = :language", language=language)
    offer = phones.Conversation(1, language, "W" * NAME_LIMIT, "59801-1234")
    for name in ("W" * NAME_LIMIT, "अ" * NAME_LIMIT, "Đặng " * 16):
        offer = phones.Conversation(1, language, name, "59801-1234")
        assert measure(offering.question(door.services, offer)).segments == 1
    words = door.services.renderer.text(language, "offer_short")
    [yes] = [w for w in phrases_of("yes") if w.casefold() == words.split()[-1].casefold()][:1]
    await door.text(words.split()[-1])
    assert await signed(door) == [("Ana Diaz", "59801", "sms")], (yes, words)
    assert (await state(door, text))[1] == "signed"


async def test_what_was_to_be_asked_goes_with_the_phone(door: Phones) -> None:
    await door.text("SIGN LAKE Bo Hill 59801")
    text = await heard(door)
    door.now += 60
    assert await ask(door, text) is None
    await door.text("REMOVE ME")
    assert await door.rows("SELECT name, postcode FROM judged_texts") == [("", "")]
    assert await door.rows("SELECT 1 FROM outbox WHERE kind = 'offer'") == []


async def test_what_was_never_asked_goes_after_a_week(door: Phones) -> None:
    text = await heard(door)
    assert await ask(door, text) is None
    async with door.services.database.write() as tx:
        await erasure.erase_due(tx, int(door.now) + phones.CONVERSATION_SECONDS + 1)
        assert await tx.fetch("SELECT 1 FROM judged_texts WHERE name <> ''") == []
        await erasure.erase_due(tx, int(door.now) + 31 * 86_400)
        assert await tx.fetch("SELECT 1 FROM judged_texts") == []
