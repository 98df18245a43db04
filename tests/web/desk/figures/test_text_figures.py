"""The dashboard's figures of texts: what they cost, what became of them, what people try."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest

from server.core.conversations.traffic import Traffic, traffic
from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.outbox.usage import Usage
from server.web.desk.figures.text_figures import TextFigures
from sms import Sending
from sms.reading import reserved
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import NOW

PRICE = {"UNDERSIGNED_SMS_PRICE": "0.0083 USD"}
LONG = "SIGN LAKE " + "Ana " * 40 + "59801"


@pytest.fixture
async def phones(database_url: str) -> AsyncIterator[Phones]:
    async with text_door(database_url, **PRICE) as phones:
        phones.now = NOW + 11 * 3600
        yield phones


async def seen(phones: Phones) -> tuple[Traffic, TextFigures]:
    """What the dashboard of LAKE is made from."""

    def say(words: Mapping[str, str], key: str) -> str:
        return words.get(key, key)

    async with phones.services.database.read() as tx:
        found = await traffic(tx, 1, phones.services.now(), reserved() | {"LAKE"})
    return found, TextFigures(phones.services, found, say)


async def send(phones: Phones, *kinds: str, recipient: str = "+14065550123") -> None:
    """Put notes into the outbox and have the worker send them."""
    async with phones.services.database.write() as tx:
        for kind in kinds:
            item = Announcement(
                id=phones.services.new_id(),
                channel="sms",
                kind=kind,
                petition_id=1,
                language="en",
                recipient=recipient,
            )
            await outbox.put(tx, [item], phones.services.now())
    await phones.drain()


async def test_segments_and_cost_for_each_signature(phones: Phones) -> None:
    for n in range(1, 5):
        await phones.text("SIGN LAKE Ana Diaz 59801", f"+1406555010{n}")
    await phones.text(LONG, "+14065550106")  # two segments in, and a question out
    found, figures = await seen(phones)
    assert (found.signed, found.total, found.used_today) == (4, Usage(received=6, sent=5), 5)
    assert figures.each == "2.8"
    assert (figures.cost, figures.cost_each) == ("0.09 USD", "0.0228 USD")
    assert not figures.spent


async def test_before_the_first_signature_there_is_nothing_to_divide(phones: Phones) -> None:
    _, figures = await seen(phones)
    assert (figures.each, figures.cost, figures.cost_each) == ("", "0.00 USD", "-")


async def test_without_a_price_no_cost_is_shown(database_url: str) -> None:
    async with text_door(database_url) as phones:
        await phones.text("SIGN LAKE Ana Diaz 59801")
        _, figures = await seen(phones)
        assert (figures.each, figures.cost) == ("2.0", "")


async def test_the_alert_comes_when_the_days_texts_are_used_up(database_url: str) -> None:
    async with text_door(database_url, UNDERSIGNED_SMS_PETITION_SEGMENTS="2") as phones:
        assert [(await seen(phones))[1].spent] == [False]
        for n in range(1, 4):
            await phones.text("SIGN LAKE Ana Diaz 59801", f"+1406555010{n}")
        assert (await seen(phones))[1].spent
        phones.now += DAY
        assert not (await seen(phones))[1].spent


async def test_what_became_of_texts_is_said_in_plain_words(phones: Phones) -> None:
    await send(phones, "signed_again", "signed_again", "signed_again")
    async with phones.services.database.write() as tx:
        await outbox.heard(tx, "twilio", "SM1", "delivered", None)
        await outbox.heard(tx, "twilio", "SM2", "undelivered", "21610")
    phones.network.failure = Sending("retry", code="network")
    await send(phones, "signed_again", recipient="+14065550124")
    await send(phones, "signed_again", recipient="+442079460123")
    _, figures = await seen(phones)
    assert sorted(figures.deliveries) == [
        ("delivered", "", 1),
        ("not delivered", "they want no texts", 1),
        ("not sent", "a country or number that we do not text", 1),
        ("sent", "", 1),
        ("waiting", "the provider did not answer, we try again", 1),
    ]


async def test_a_text_that_waits_for_an_hour_is_stuck(phones: Phones) -> None:
    phones.network.failure = Sending("retry", code="500")
    await send(phones, "signed_again")
    assert (await seen(phones))[0].stuck == 0
    phones.now += 3601
    assert (await seen(phones))[0].stuck == 1


async def test_opt_outs_are_counted_and_texts_not_understood_are_masked(phones: Phones) -> None:
    await phones.text("STOP", "+14065550101")
    for n, text in enumerate(["SINE the LAKE petition, Ana Diaz", "hello Zoë", "hello Zoe"]):
        await phones.text(text, f"+1406555011{n}")
    found, _ = await seen(phones)
    assert found.opt_outs == 1
    assert found.unknown == ("h•••• Z••",)  # one line for both; the other text named LAKE


async def test_texts_not_understood_are_shown_to_organizers_of_their_own_petition_alone(
    phones: Phones,
) -> None:
    await phones.text("hello Zoe", "+14065550110")
    assert (await seen(phones))[0].unknown == ("h•••• Z••",)
    await phones.add_petition(slug="pond", keyword="POND")
    await phones.text("hello Bo", "+14065550111")
    assert (await seen(phones))[0].unknown == ()  # of whom they are nobody knows
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE inbound SET petition_id = 1 WHERE body = 'hello Zoe'")
        await tx.execute("UPDATE inbound SET petition_id = 2 WHERE body = 'hello Bo'")
    assert (await seen(phones))[0].unknown == ("h•••• Z••",)


async def test_a_status_of_a_gateway_that_is_gone_is_still_shown(phones: Phones) -> None:
    await send(phones, "signed_again")
    async with phones.services.database.write() as tx:
        await outbox.heard(tx, "twilio", "SM1", "failed", "12345")
    phones.services.gateways = {}
    assert (await seen(phones))[1].deliveries == [
        ("not sent", "for a reason that we do not know", 1)
    ]
