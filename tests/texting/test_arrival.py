"""Which text of a phone came last is told by the order in which they were stored, by no clock."""

from __future__ import annotations

import asyncio

import pytest

from server.core.conversations.phones import Standing, histories
from server.db import Database
from tests.harness.databases.stores import older
from tests.harness.texts.phones import text_door
from tests.harness.world import NOW, PHONE

KEY = b"p" * 32
#: What is answered by another text each time, in that language.
HELP = {"AYUDA": "es", "AIDE": "fr", "AJUDA": "pt", "TRO GIUP": "vi"}


async def _standing(database: Database, key: bytes) -> Standing:
    async with database.read() as tx:
        return (await histories(tx, [(key, None)], NOW + 100))[key].standing


@pytest.mark.parametrize("step", [0, -5], ids=["same second", "clock that goes back"])
async def test_the_last_reply_and_language_are_those_of_the_last_text(
    database_url: str, step: int
) -> None:
    async with text_door(database_url) as phones:
        key = phones.services.keys.phone(PHONE)
        for body, language in HELP.items():
            phones.now += step
            said = await phones.text(body)
            standing = await _standing(phones.services.database, key)
            assert (standing.ours[0], standing.language) == (said, language)


async def test_texts_of_one_batch_have_numbers_of_their_own_and_a_repeat_keeps_its_number(
    database_url: str,
) -> None:
    numbers = "SELECT message_id, arrival FROM inbound ORDER BY arrival"
    async with text_door(database_url) as phones:
        senders = [f"+1406555{n:04}" for n in range(200, 230)]
        for order in (senders, senders[::-1]):
            await asyncio.gather(*(phones.text("LAKE Ana Diaz", s, f"SM{s}") for s in order))
            stored = await phones.rows(numbers)
            assert [number for _, number in stored] == [*range(1, 31)]
            if order is senders:
                first = stored
        assert stored == first


async def test_two_servers_on_one_store_number_a_phones_texts_in_turn(database_url: str) -> None:
    async with text_door(database_url) as one, text_door(database_url, False) as two:
        two.now = one.now - 30  # its clock is behind
        key = one.services.keys.phone(PHONE)
        for n, (body, language) in enumerate(HELP.items()):
            said = await (one, two)[n % 2].text(body, PHONE, f"SM{n}")
            standing = await _standing(one.services.database, key)
            assert (standing.ours[0], standing.language) == (said, language)


async def test_texts_of_before_and_of_a_server_of_the_version_before_have_their_order(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def texted(database: Database, reply: str, at: int) -> None:
        async with database.write() as tx:
            await tx.execute(
                "INSERT INTO inbound (gateway, message_id, phone_key, reply, kind, segments,"
                " received_at) VALUES ('x', :reply, :key, :reply, 'help', 1, :at)",
                reply=reply,
                key=KEY,
                at=at,
            )

    async with older(new_url, 29, monkeypatch) as database:
        await texted(database, "b", NOW)
        await texted(database, "a", NOW - 60)
        await database.migrate(NOW)
        assert (await _standing(database, KEY)).ours == ("b", "a")
        for reply in "dc":
            await texted(database, reply, NOW)
        assert (await _standing(database, KEY)).ours == ("c", "d")
