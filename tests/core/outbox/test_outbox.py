"""The outbox: what waits, what is tried again, and what the provider says became of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.outbox.returned import BOUNCED_SECONDS, has_bounced, note_bounce
from server.db import Database
from tests.harness.world import NOW, World

PHONE = "+14065550123"


def note(id_: int, kind: str = "signed_again") -> Announcement:
    return Announcement(
        id=id_, channel="sms", kind=kind, petition_id=1, language="en", recipient=PHONE
    )


async def test_a_message_is_leased_once_and_again_when_the_worker_died(world: World) -> None:
    database: Database = world.database
    async with database.write() as tx:
        await outbox.put(tx, [note(1), note(2)], NOW)
        assert len(await outbox.lease(tx, NOW)) == 2
        assert await outbox.lease(tx, NOW + outbox.LEASE_SECONDS - 1) == []
        again = await outbox.lease(tx, NOW + outbox.LEASE_SECONDS)
    assert [(a.id, a.tries) for a in again] == [(1, 2), (2, 2)]


async def test_a_message_is_tried_later_and_later_and_then_dropped(world: World) -> None:
    now, waits = NOW, []
    async with world.database.write() as tx:
        await outbox.put(tx, [note(1)], now)
        for _ in range(outbox.SEND_TRIES):
            (item,) = await outbox.lease(tx, now)
            await outbox.postponed(tx, item, "away", now, chance=0.5)
            row = await tx.fetch_one("SELECT due_at, failed_at FROM outbox")
            assert row is not None
            waits.append(row["due_at"] - now)
            now = row["due_at"]
        assert row is not None
        assert row["failed_at"] is not None
        assert await outbox.lease(tx, now + 10**6) == []
    assert waits[:-1] == sorted(waits[:-1])


async def test_what_will_never_be_sent_keeps_nobodys_number_and_no_words(world: World) -> None:
    async with world.database.write() as tx:
        item = replace(note(1), body="Thank you, Ana Diaz.")
        await outbox.put(tx, [item], NOW)
        (leased,) = await outbox.lease(tx, NOW)
        await outbox.postponed(tx, leased, "503", NOW, chance=0)
        kept = await tx.fetch_one("SELECT recipient, body FROM outbox")
        assert kept is not None
        assert tuple(kept) == (PHONE, "Thank you, Ana Diaz.")
        await outbox.dropped(tx, 1, "expired", NOW)
        row = await tx.fetch_one("SELECT recipient, body, address_key, error FROM outbox")
    assert row is not None
    assert tuple(row) == (None, None, None, "expired")


async def test_the_key_of_an_address_goes_with_the_rest_of_its_mail(world: World) -> None:
    async with world.database.write() as tx:
        await outbox.put(tx, [note(1), note(2)], NOW)
        for item in await outbox.lease(tx, NOW):
            await outbox.delayed(tx, item, b"%d" % item.id, "recipient_limit", NOW, 60)
        await outbox.sent(tx, 1, "email", "", 0, NOW)
        await outbox.dropped(tx, 2, "expired", NOW)
        row = await tx.fetch_one("SELECT count(address_key) AS n FROM outbox")
    assert row is not None
    assert row["n"] == 0


async def test_of_messages_that_say_the_same_one_waits(world: World) -> None:
    async with world.database.write() as tx:
        about = [replace(note(n), signature_id=n // 2) for n in range(2, 6)]
        await outbox.put(tx, [*about, replace(note(6), kind="signed", signature_id=1)], NOW)
        for item in await outbox.lease(tx, NOW):
            await outbox.delayed(tx, item, b"k", "recipient_limit", NOW, 60)
        kept = [row["id"] for row in await tx.fetch("SELECT id FROM outbox ORDER BY id")]
    assert kept == [2, 4, 6]


async def test_what_waits_its_turn_goes_when_nothing_else_is_due(world: World) -> None:
    async with world.database.write() as tx:
        await outbox.put(tx, [replace(note(n), turn=1) for n in (1, 2)], NOW - 60)
        await outbox.put(tx, [note(n) for n in (3, 4)], NOW)
        found = [[a.id for a in await outbox.lease(tx, NOW, 3)] for _ in range(2)]
    assert found == [[3, 4, 1], [2]]


async def test_an_address_whose_mail_came_back_is_forgotten_after_a_month(world: World) -> None:
    later = NOW + BOUNCED_SECONDS
    async with world.database.write() as tx:
        await note_bounce(tx, b"ana", NOW)
        assert await has_bounced(tx, b"ana", later - 1)
        assert not await has_bounced(tx, b"bo", NOW)
        assert not await has_bounced(tx, b"ana", later)
        await note_bounce(tx, b"bo", later)
        assert [bytes(r["address_key"]) for r in await tx.fetch("SELECT * FROM bounces")] == [b"bo"]


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 30), (0.5, 60), (0.99, 89)])
async def test_chance_spreads_what_failed_together(world: World, chance: float, wait: int) -> None:
    async with world.database.write() as tx:
        await outbox.put(tx, [note(1)], NOW)
        (item,) = await outbox.lease(tx, NOW)
        await outbox.postponed(tx, item, "away", NOW, chance)
        row = await tx.fetch_one("SELECT due_at FROM outbox")
    assert row is not None
    assert row["due_at"] == NOW + wait


async def test_to_wait_for_the_morning_is_no_failed_try(world: World) -> None:
    async with world.database.write() as tx:
        await outbox.put(tx, [note(1)], NOW)
        for _ in range(3 * outbox.SEND_TRIES):
            (item,) = await outbox.lease(tx, NOW + 10**6)
            await outbox.postponed(tx, item, "quiet", NOW, 0.5, wait=100)
        row = await tx.fetch_one("SELECT tries, failed_at, due_at FROM outbox")
    assert row is not None
    assert (row["tries"], row["failed_at"], row["due_at"]) == (0, None, NOW + 100)


async def test_answers_are_sent_before_notes(world: World) -> None:
    async with world.database.write() as tx:
        await outbox.put(tx, [note(1), note(2, "reply"), note(3)], NOW)
        assert [a.id for a in await outbox.lease(tx, NOW)] == [2, 1, 3]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (["queued", "sent", "delivered"], "delivered"),
        (["delivered", "sent", "queued"], "delivered"),
        (["sent", "queued"], "sent"),
        (["undelivered", "delivered"], "undelivered"),
        (["failed", "sent"], "failed"),
    ],
)
async def test_a_state_never_goes_back(world: World, told: list[str], kept: str) -> None:
    async with world.database.write() as tx:
        await outbox.put(tx, [note(1)], NOW)
        await outbox.sent(tx, 1, "twilio", "SM1", 1, NOW)
        for status in told:
            await outbox.heard(tx, "twilio", "SM1", status, None)
        row = await tx.fetch_one("SELECT status FROM outbox")
    assert row is not None
    assert row["status"] == kept


async def test_a_status_of_another_gateways_message_is_ignored(world: World) -> None:
    async with world.database.write() as tx:
        await outbox.put(tx, [note(1)], NOW)
        await outbox.sent(tx, 1, "twilio", "7", 1, NOW)
        assert await outbox.heard(tx, "android", "7", "delivered", None) is None
        assert await outbox.heard(tx, "twilio", "8", "delivered", None) is None
        found = await outbox.heard(tx, "twilio", "7", "delivered", None)
    assert found is not None
    assert found.id == 1
