"""The last texts to somebody who takes a signature back: they go out, and then nobody is known."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.core.outbox import outbox
from server.outgoing import loops
from server.texting.allowed import note_status
from sms import Inbound, Sending, StatusUpdate
from tests.harness.texts.phones import NUMBER, Phones, text_door
from tests.harness.world import PHONE


@pytest.fixture
async def phones(database_url: str) -> AsyncIterator[Phones]:
    async with text_door(database_url) as phones:
        phones.now += 11 * 3600  # noon where the phone is
        yield phones


async def text(phones: Phones, *words: str) -> None:
    """Texts by a gateway that carries no reply back; what waits is not sent yet."""
    for body in words:
        phones.count += 1
        inbound = Inbound("twilio", f"L{phones.count}", PHONE, NUMBER, body)
        await phones.door.receive(inbound, inline=False)


async def drain(phones: Phones) -> list[str]:
    before = len(phones.network.sent)
    while await phones.drain():
        pass
    return [sent.body for sent in phones.network.sent[before:]]


async def known(phones: Phones) -> list[tuple[object, ...]]:
    return await phones.rows("SELECT kind, body FROM outbox WHERE recipient IS NOT NULL")


async def busy(phones: Phones, provider_id: str) -> None:
    update = StatusUpdate("twilio", provider_id, "undelivered", "30003")
    await note_status(phones.services, phones.network, update)  # type: ignore[arg-type]


@pytest.mark.parametrize("last", ["UNDO", "REMOVE ME"])
async def test_the_farewell_goes_out_and_says_to_whom_for_ten_minutes(
    phones: Phones, last: str
) -> None:
    await text(phones, "SIGN LAKE Ana Diaz 59801")
    await drain(phones)
    await text(phones, last)
    [farewell] = await drain(phones)
    assert "Ana Diaz" in farewell
    assert await known(phones) == [("farewell", farewell)]
    phones.now += outbox.FAREWELL_SECONDS
    await loops.do_chores(phones.services)
    assert await known(phones) == [("farewell", farewell)]
    phones.now += 1
    await loops.do_chores(phones.services)
    assert await known(phones) == []


async def test_one_that_a_busy_network_could_not_deliver_is_sent_again(phones: Phones) -> None:
    await text(phones, "SIGN LAKE Ana Diaz 59801", "UNDO")
    [farewell] = await drain(phones)
    await busy(phones, "SM1")
    phones.now += 500
    assert await drain(phones) == [farewell]


async def test_what_waited_to_thank_somebody_who_is_gone_is_not_sent(phones: Phones) -> None:
    phones.network.failure = Sending("retry", code="network")
    await text(phones, "SIGN LAKE Ana Diaz 59801", "STATUS ANA")
    await drain(phones)
    await text(phones, "UNDO")
    assert [kind for kind, _ in await known(phones)] == ["farewell"]
    phones.network.failure = None
    phones.now += 500
    [farewell] = await drain(phones)
    assert "is removed" in farewell


async def test_a_late_report_about_somebody_who_is_gone_holds_nobody_up(phones: Phones) -> None:
    """It asks for another try of a text of which nobody knows any more to whom it went."""
    await text(phones, "SIGN LAKE Ana Diaz 59801")
    await drain(phones)
    await text(phones, "UNDO")
    await drain(phones)
    await busy(phones, "SM1")
    phones.now += 500
    phones.count += 1
    other = Inbound("twilio", "other", "+14065550124", NUMBER, "SIGN LAKE Bo Lee 59801")
    await phones.door.receive(other, inline=False)
    [thanks] = await drain(phones)
    assert "Bo Lee" in thanks
    assert await phones.rows("SELECT error FROM outbox WHERE failed_at IS NOT NULL") == [("30003",)]


async def test_what_is_worth_nothing_any_more_goes_though_nobody_sends(phones: Phones) -> None:
    await text(phones, "SIGN LAKE Ana Diaz 59801")
    phones.now += 6 * 3600
    await loops.do_chores(phones.services)
    assert len(await known(phones)) == 1
    phones.now += 1
    await loops.do_chores(phones.services)
    assert await known(phones) == []
    assert await phones.rows("SELECT error FROM outbox") == [("expired",)]
