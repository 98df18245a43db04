"""A petition that is ended for good: its people are gone, its figures stay, nothing revives it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from server.core.conversations import phones
from server.core.counting.counts import Figures
from server.core.desk.signers import invalidation, moderation
from server.core.desk.signers.conditions import Condition
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.petitions import petitions, sending
from server.core.signing.columns import TYPES
from server.core.upkeep import check, ending, marks
from server.core.values.ids import first_id
from server.core.values.keys import Keys
from server.db import Transaction
from server.errors import InvalidInput, NotOpen
from tests.harness.team import run_by
from tests.harness.world import NOW, PHONE, World, draft

KEYS = Keys("k" * 40)
LATER = NOW + 5000
CANARIES = (
    "Ana Diaz",
    "Bo Lee",
    "Cy Moss",
    "59801",
    "ana@gmail.com",
    PHONE,
    "ours for ever",
    "crowd.example",
)


async def filled(world: World) -> None:
    """Signatures of each state, and messages."""
    await world.web("Ana Diaz", email="ana@gmail.com", comment="ours for ever", public="1")
    await world.text("Bo Lee", phone=PHONE)
    await world.web("Cy Moss")
    async with world.database.write() as tx:
        await tx.execute(
            "INSERT INTO holds (petition_id, signature_id, kind, label)"
            " SELECT petition_id, id, 'domain', 'crowd.example' FROM signatures"
            " WHERE contact IS NOT NULL"
        )
        await tx.execute(
            "UPDATE signatures SET held_at = :now WHERE contact IS NOT NULL",
            now=NOW,
        )
        await tx.execute("UPDATE counts SET state = 'held' WHERE class = 'web-email'")
        reply = Announcement(
            id=1,
            channel="sms",
            kind="reply",
            petition_id=1,
            language="en",
            recipient=PHONE,
            body="Bo Lee",
        )
        await outbox.put(tx, [reply], NOW)
        await tx.execute(
            "INSERT INTO conversations (phone_key, petition_id, name, postcode, language, asked_at)"
            " VALUES (:key, 1, 'Ana Diaz', '59801', 'en', :now)",
            key=KEYS.phone(PHONE),
            now=NOW,
        )
    await _text(world, "1", "SIGN LAKE Bo Lee 59801", 1)
    await _text(world, "2", "UNDO Bo Lee", None)


async def _text(
    world: World, id_: str, body: str, petition: int | None, phone: str = PHONE
) -> None:
    async with world.database.write() as tx:
        await tx.execute(
            "INSERT INTO inbound (gateway, message_id, phone_key, petition_id, sender, body, reply,"
            " kind, segments, received_at) VALUES ('x', :id, :key, CAST(:petition AS BIGINT),"
            " :sender, :body, 'Thank you, Bo Lee', 'sign', 1, :now)",
            id=id_,
            key=KEYS.phone(PHONE),
            petition=petition,
            sender=PHONE,
            body=body,
            now=NOW,
        )


async def end(world: World, now: int = LATER) -> None:
    async with world.database.write() as tx:
        await ending.end(tx, KEYS, world.petition, now)
    await ending.empty(world.database, now)


async def sound(world: World) -> Figures:
    async with world.database.read() as tx:
        report = await check.check(tx)
    assert report.faults == []
    return report.figures["lake"]


async def words(world: World) -> str:
    """All that stands in the database."""
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'table'"
    postgres = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    said = []
    async with world.database.read() as tx:
        for table in await tx.fetch(sqlite if world.database.engine == "sqlite" else postgres):
            said += [repr(tuple(row)) for row in await tx.fetch(f"SELECT * FROM {table['name']}")]
    return "\n".join(said)


async def test_all_of_its_people_is_gone_and_the_figures_stay(world: World) -> None:
    await filled(world)
    before = await sound(world)
    assert (before.verified, before.unverified, before.held) == (1, 1, 1)
    said = await words(world)
    assert [c for c in CANARIES if c not in said] == []
    await end(world)
    assert await sound(world) == before
    said = await words(world)
    assert [c for c in CANARIES if c in said] == []
    assert await _petitions(world, "salt") == [(b"",)]
    # The wording is public, and stays.
    assert "Keep the lake clean" in said


async def _petitions(world: World, columns: str) -> list[tuple[object, ...]]:
    async with world.database.read() as tx:
        return [tuple(r) for r in await tx.fetch(f"SELECT {columns} FROM petitions")]


async def test_every_column_and_table_is_either_kept_or_emptied(world: World) -> None:
    """Whoever adds one decides here, and in `ending`, whether it tells something of a signer."""
    await world.text()
    [row] = await world.rows()
    kept = {"id", "petition_id", "class", "language", "created_at", "verified_at", "held_at"}
    kept |= {"rejected_at", "withdrawn_at", "invalidation_id", "absorbed_by", "wording"}
    kept |= {"reminded_at"}
    assert set(row) == kept | set(ending.EMPTIED)
    assert set(TYPES) <= kept | set(ending.EMPTIED)
    sqlite = "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
    sqlite += " WHERE m.type = 'table' AND c.name = 'petition_id'"
    postgres = "SELECT table_name AS name FROM information_schema.columns"
    postgres += " WHERE column_name = 'petition_id' AND table_schema = 'public'"
    async with world.database.read() as tx:
        found = await tx.fetch(sqlite if world.database.engine == "sqlite" else postgres)
    of_nobody = {"petition_texts", "petition_versions", "decision_makers", "counts", "sms_usage"}
    of_nobody |= {"audit", "populations", "former_names", "totals"}
    of_nobody |= {"news", "news_wordings", "news_runs"}  # what was said, to how many
    partly = {"signatures", "inbound", "invalidations"}
    assert {row["name"] for row in found} == of_nobody | partly | set(ending.DELETED)


async def test_another_petition_of_the_same_people_keeps_all(world: World) -> None:
    async with world.database.write() as tx:
        pond = draft(slug="pond", keyword="POND")
        id_ = await petitions.create(tx, pond, reserved=frozenset(), salt=b"t" * 32, now=NOW)
        await petitions.open_(tx, id_, NOW)
    async with world.database.read() as tx:
        other = replace(world, petition=(await petitions.all_petitions(tx))[id_])
    await filled(world)
    await other.text("Bo Lee")
    await _text(world, "3", "SIGN POND Bo Lee 59801", id_)
    await end(world)
    assert {row["name"] for row in await world.rows("name")} == {None, "Bo Lee"}
    async with world.database.read() as tx:
        kept = {r["body"] for r in await tx.fetch("SELECT body FROM inbound")}
    assert kept == {None, "SIGN POND Bo Lee 59801", "UNDO Bo Lee"}  # which may be about POND


async def test_it_takes_no_signatures_and_cannot_be_opened_or_edited_again(world: World) -> None:
    await end(world)
    async with world.database.read() as tx:
        petition = (await petitions.all_petitions(tx))[1]
    assert petition.state == "ended"
    with pytest.raises(NotOpen):
        replace(world, petition=petition).signing()
    for change in (petitions.open_, petitions.pause, petitions.close):
        async with world.database.write() as tx:
            with pytest.raises(NotOpen, match="has ended for good"):
                await change(tx, 1, NOW)
    async with world.database.write() as tx:
        with pytest.raises(NotOpen, match="has ended for good"):
            await petitions.edit(tx, petition, draft(slug="other"), frozenset(), now=NOW)
        with pytest.raises(NotOpen, match="has ended for good"):
            await sending.set_sms_codes(tx, 1, NOW)


async def test_its_address_and_word_are_never_given_away(world: World) -> None:
    await end(world)
    async with world.database.write() as tx:
        with pytest.raises(InvalidInput, match="slug: in_use, keyword: in_use"):
            await petitions.create(tx, draft(), reserved=frozenset(), salt=b"t" * 32, now=NOW)


async def test_whoever_is_interrupted_is_followed_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "BATCH", 2)
    for i in range(5):
        await world.text(f"Name {chr(65 + i)}", phone=f"+1406555100{i}")
    async with world.database.write() as tx:
        await ending.end(tx, KEYS, world.petition, LATER)
    async with world.database.write() as tx:
        assert await ending._empty(tx, 1, LATER)  # then the process is killed
    assert len({row["name"] for row in await world.rows("name")} - {None}) == 3
    await ending.empty(world.database, LATER)
    assert {row["name"] for row in await world.rows("name")} == {None}
    assert (await sound(world)).verified == 5


async def test_what_a_server_stores_that_has_not_heard_of_it_goes_too(world: World) -> None:
    await end(world)
    world.now = LATER + 5
    await world.text("Late One")  # by the petition as that server knows it
    await ending.empty(world.database, LATER + 60)
    assert {row["name"] for row in await world.rows("name")} == {None}
    assert (await sound(world)).verified == 1
    hour = LATER + ending.LATE_SECONDS + ending.SKEW_SECONDS + 1
    await ending.empty(world.database, hour)
    async with world.database.write() as tx:
        assert await marks.read(tx, ending._mark(1)) == first_id(hour - ending.SKEW_SECONDS)
        await tx.execute("DELETE FROM inbound")
    await _text(world, "9", "nobody looks any more", 1)
    await ending.empty(world.database, hour + 1)
    async with world.database.read() as tx:
        [row] = await tx.fetch("SELECT body FROM inbound")
    assert row["body"]


async def test_signatures_that_were_being_taken_out_are_left_in_their_figures(
    world: World,
) -> None:
    await filled(world)
    await world.text("Dee Moon", phone="+14065550777")
    before = await sound(world)
    condition = json.dumps({"name": "bo*"})
    async with world.database.write() as tx:
        await tx.execute(
            "INSERT INTO organizers (id, name, password_hash, created_at) VALUES (1, 'ana', '', 0)"
        )
        for id_, started in ((1, NOW), (2, None)):
            await tx.execute(
                "INSERT INTO invalidations (id, petition_id, condition, reason, asked_by, asked_at,"
                " until_id, started_at) VALUES (:id, 1, :condition, 'why', 1, :now, :last,"
                " CAST(:started AS BIGINT))",
                id=id_,
                condition=condition,
                now=NOW,
                last=(1 << 63) - 1,
                started=started,
            )
    await end(world)
    assert not await invalidation.work(world.database, LATER)
    assert await sound(world) == before
    # Also if a worker was in the middle of it: no condition is left that would hold for all.
    async with world.database.write() as tx:
        await tx.execute("UPDATE invalidations SET finished_at = NULL")
    await invalidation.work(world.database, LATER)
    assert await sound(world) == before


async def test_no_decision_changes_its_figures(world: World) -> None:
    await filled(world)
    async with world.database.write() as tx:
        await tx.execute(
            "INSERT INTO organizers (id, name, password_hash, created_at)"
            " VALUES (1, 'ana', '', 0), (2, 'bo', '', 0)"
        )
        await run_by(tx, 1, 1, 2, joined_at=0)
        done = await invalidation.ask(tx, 1, Condition(name="bo*"), "why", 1, LATER)
    assert await invalidation.work(world.database, LATER)
    [why] = await held(world)
    await end(world)
    before = await sound(world)
    assert (before.verified, before.unverified, before.held) == (0, 1, 1)

    async def found(tx: Transaction) -> invalidation.Invalidation:
        return await invalidation.find(tx, 1, done.id)

    async def undo(tx: Transaction) -> None:
        await invalidation.undo(tx, await found(tx), LATER)

    async def confirm(tx: Transaction) -> None:
        await invalidation.confirm(tx, await found(tx), 2, LATER)

    async def take_out(tx: Transaction) -> None:
        await invalidation.ask(tx, 1, Condition(class_="web"), "why", 1, LATER)

    async def reject(tx: Transaction) -> None:
        await invalidation.ask(tx, 1, Condition(why=why), "", 1, LATER)

    async def comments(tx: Transaction) -> None:
        await moderation.judge_comments(tx, 1, [1], [2], LATER)

    for decide in (undo, confirm, take_out, reject, comments):
        async with world.database.write() as tx:
            with pytest.raises(NotOpen, match="has ended for good"):
                await decide(tx)
    with pytest.raises(NotOpen, match="has ended for good"):
        await moderation.accept(world.database, KEYS, world.petition, why, (1 << 63) - 1, LATER)
    assert not await invalidation.work(world.database, LATER)
    assert await sound(world) == before


async def held(world: World) -> list[str]:
    async with world.database.read() as tx:
        return [group.why for group in await moderation.held(tx, 1)]


async def test_accepting_stops_where_it_ends_in_the_middle(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(world)
    [why] = await held(world)
    before = await sound(world)
    trust = moderation._trust

    async def then_ends(tx: Transaction, *about: object) -> None:
        await trust(tx, *about)  # type: ignore[arg-type]
        await ending.destroy_key(tx, 1, LATER)

    monkeypatch.setattr(moderation, "_trust", then_ends)
    with pytest.raises(NotOpen):
        await moderation.accept(world.database, KEYS, world.petition, why, (1 << 63) - 1, LATER)
    assert await sound(world) == before


async def test_what_is_being_put_back_is_left_where_it_is(world: World) -> None:
    await filled(world)
    async with world.database.write() as tx:
        await tx.execute(
            "INSERT INTO organizers (id, name, password_hash, created_at) VALUES (1, 'ana', '', 0)"
        )
        await invalidation.ask(tx, 1, Condition(name="bo*"), "why", 1, LATER)
    assert await invalidation.work(world.database, LATER)
    before = await sound(world)
    async with world.database.write() as tx:
        await invalidation.undo(tx, await invalidation.find(tx, 1, 1), LATER)
    await end(world)
    assert not await invalidation.work(world.database, LATER)
    assert await sound(world) == before


async def test_texts_of_a_phone_are_asked_for_no_more(world: World) -> None:
    await filled(world)
    await end(world)
    async with world.database.write() as tx:
        assert not await phones.is_opted_out(tx, [KEYS.phone(PHONE)])
        assert await outbox.lease(tx, LATER) == []
