"""What was erased after a copy was made is erased in the copy too, before anybody sees it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from server.core.conversations import inbound, phones
from server.core.counting.counts import DAY
from server.core.signing import codes, signatures, stored
from server.core.signing.codes import Action, Purpose, TypedCode
from server.core.signing.decide import Ledger
from server.core.signing.signature import Signature
from server.core.signing.verification import Verifier
from server.core.upkeep import check, ending, erasure, replay, tombstones
from server.core.upkeep.tombstones import Done, Tombstones
from server.core.values.ids import Ids
from server.core.values.keys import Keys
from server.db import Database, Transaction, open_database
from server.db.tombstones import Record
from server.db.tombstones_file import FileLog
from server.errors import Misconfigured, StoreUnavailable, TombstonesAway
from tests.harness.databases.postgres import Cluster
from tests.harness.databases.stores import Blanks
from tests.harness.world import NOW, PHONE, World, world_in

KEYS = Keys("k" * 40)
LATER = NOW + 1000
BO = "+14065550124"


@dataclass
class Two:
    """A database in use, and a copy of it of an earlier time: both hold what was done in `both`."""

    live: World
    copy: World
    kept: Tombstones

    @property
    def file(self) -> Path:
        return Path(self.kept.log.place)

    async def both(self, act: Callable[[World], Awaitable[object]]) -> None:
        await act(self.live)
        await act(self.copy)

    async def copied(self) -> None:
        """The copy is made now."""
        async with self.live.database.read() as tx:
            done = await tombstones._read(tx)
        assert done
        async with self.copy.database.write() as tx:
            await tombstones._write(tx, done)

    async def restored(self) -> World:
        """The copy as it is served, with counters that are right."""
        await self.kept.catch_up(self.copy.database)
        async with self.copy.database.read() as tx:
            assert (await check.check(tx)).faults == []
        return self.copy


@pytest.fixture
async def two(
    request: pytest.FixtureRequest, database_url: str, blanks: Blanks, tmp_path: Path
) -> AsyncIterator[Two]:
    if database_url.startswith("postgres"):
        cluster: Cluster = request.getfixturevalue("postgres")
        other = await blanks.postgres(cluster)
    else:
        other = await blanks.sqlite(tmp_path / "copy.db")
    worlds = [await world_in(await open_database(url)) for url in (database_url, other)]
    live, copy = worlds
    log = FileLog(tmp_path / "tombstones")
    kept = Tombstones(log, KEYS, lambda: LATER, secrets.token_bytes)
    await kept.ready(live.database)
    live.database.outside = kept
    two = Two(live, copy, kept)
    await two.copied()
    yield two
    for world in worlds:
        await world.group.stop()
        await world.database.close()


async def of_phone(world: World, tx: Transaction, phone: str = PHONE) -> list[Signature]:
    key = world.keys.contact(world.petition.salt, phone)
    return await signatures.signed_by(tx, [(world.petition.id, key)])


async def undo(world: World, phone: str = PHONE) -> None:
    """What UNDO does."""
    async with world.database.write() as tx:
        await signatures.withdraw(tx, (await of_phone(world, tx, phone))[:1], LATER)


async def many(two: Two, n: int) -> list[str]:
    """So many signers, in both; their phones."""
    phones = [f"+1406555{i:04}" for i in range(1000, 1000 + n)]
    for i, phone in enumerate(phones):
        for world in (two.live, two.copy):
            await world.text(f"Name {chr(65 + i)}", phone=phone)
    return phones


async def names(world: World) -> set[object]:
    return {row["name"] for row in await world.rows("name")} - {None}


async def records(two: Two) -> list[Record]:
    return await two.kept.log.read(0)


async def test_what_was_taken_back_is_not_in_the_copy(two: Two) -> None:
    await two.both(lambda w: w.text())
    await two.both(lambda w: w.text("Bo Lee", phone=BO))
    await undo(two.live)
    assert await names(two.copy) == {"Ana Diaz", "Bo Lee"}
    restored = await two.restored()
    assert await names(restored) == {"Bo Lee"}
    assert await restored.rows() == await two.live.rows()
    assert (await restored.figures()).verified == 1


async def test_somebody_who_signed_once_more_is_not_erased_with_the_first(two: Two) -> None:
    for act in (World.text, undo, World.text):
        await two.both(act)
    assert len(await records(two)) == 1
    assert await names(await two.restored()) == {"Ana Diaz"}


@pytest.mark.parametrize("action", ["withdraw", "not_me"])
async def test_codes_that_take_back_do_so_in_the_copy_too(two: Two, action: Action) -> None:
    await two.both(lambda w: w.web(email="ana@gmail.com"))
    typed = await _code(two.live, action)
    taken = await two.live.group.submit(Verifier(KEYS).take_many, typed)
    assert taken is not None
    assert taken.done in {"withdrawn", "not_me"}
    restored = await two.restored()
    assert await names(restored) == set()
    stopped = "SELECT address_key FROM stopped_recipients"
    there = await _rows(restored.database, stopped)
    assert there == await _rows(two.live.database, stopped)
    assert len(there) == (1 if action == "not_me" else 0)


async def test_a_form_that_was_a_strangers_is_not_in_the_copy(two: Two) -> None:
    await two.both(lambda w: w.web(email="ana@gmail.com"))
    await two.both(_verified)
    await two.both(lambda w: w.web(email="ana@gmail.com", comment="not hers", public="1"))
    [form] = await _rows(two.live.database, "SELECT id, contact_key FROM pending_forms")
    async with two.live.database.write() as tx:
        [mine] = await stored.of_contact(tx, 1, [KEYS.contact(b"s" * 32, "ana@gmail.com")])
        address = KEYS.address("ana@gmail.com")
        about = form[0]
        assert isinstance(about, int)
        await codes.made(tx, 1, mine.contact_key, about, "verify", address, NOW, NOW)
    typed = TypedCode(
        petition=two.live.petition,
        action="not_me",
        code=codes.code_of(KEYS, two.live.petition, "verify", about, NOW),
        contact="ana@gmail.com",
        ref="",
        now=NOW,
    )
    taken = await two.live.group.submit(Verifier(KEYS).take_many, typed)
    assert taken is not None
    assert taken.done == "not_me"
    kinds = {note[0] for r in await records(two) for note in r.notes}
    assert kinds == {"disowned", "mail_stopped"}
    restored = await two.restored()
    assert await _rows(restored.database, "SELECT * FROM pending_forms") == []
    assert await names(restored) == {"Ana Diaz"}


async def _verified(world: World) -> None:
    """The only signature is."""
    async with world.database.write() as tx:
        [mine] = await stored.of_contact(tx, 1, [KEYS.contact(b"s" * 32, "ana@gmail.com")])
        ledger = Ledger([mine])
        ledger.confirm(mine, [], None, NOW)
        await ledger.write(tx)


async def test_who_wants_mail_after_all_gets_it_in_the_copy_too(two: Two) -> None:
    await two.both(lambda w: w.web(email="ana@gmail.com"))
    await two.both(lambda w: w.web("Bo Lee", email="ana@gmail.com"))
    for action in ("not_me", "verify"):
        typed = await _code(two.live, action)
        assert await two.live.group.submit(Verifier(KEYS).take_many, typed)
    kinds = [note[0] for r in await records(two) for note in r.notes]
    assert kinds == ["withdrawn", "mail_stopped", "mail_resumed"]
    restored = await two.restored()
    assert await _rows(restored.database, "SELECT * FROM stopped_recipients") == []


async def _code(world: World, action: Action) -> TypedCode:
    """The right code for the oldest signature, as the owner of the address types it."""
    purpose: Purpose = "withdraw" if action == "withdraw" else "verify"
    async with world.database.write() as tx:
        key = KEYS.contact(world.petition.salt, "ana@gmail.com")
        *_, mine = await stored.of_contact(tx, 1, [key])
        address = KEYS.address("ana@gmail.com")
        await codes.made(tx, 1, mine.contact_key, mine.id, purpose, address, NOW, NOW)
    return TypedCode(
        petition=world.petition,
        action=action,
        code=codes.code_of(KEYS, world.petition, purpose, mine.id, NOW),
        contact="ana@gmail.com",
        ref="",
        now=NOW,
    )


async def _rows(database: Database, sql: str) -> list[tuple[object, ...]]:
    async with database.read() as tx:
        return [tuple(row) for row in await tx.fetch(sql)]


async def test_the_last_word_about_texts_holds(two: Two) -> None:
    stopped, started, neither = (KEYS.phone(f"+1406555{n:04}") for n in range(3))
    await two.both(lambda w: _say(w, "stop", started))
    await two.copied()
    for words, phone in (("stop", stopped), ("stop", started), ("start", started)):
        await _say(two.live, words, phone)
    for phone in (neither, neither):
        await _say(two.live, "stop", phone)
        await _say(two.live, "start", phone)
    restored = await two.restored()
    assert await _rows(restored.database, "SELECT phone_key FROM opt_outs") == [(stopped,)]


async def _say(world: World, words: str, phone: bytes) -> None:
    async with world.database.write() as tx:
        await (phones.opt_out(tx, phone, NOW) if words == "stop" else phones.opt_in(tx, phone))


async def test_no_news_goes_to_who_wants_none(two: Two) -> None:
    await two.both(lambda w: w.text())
    await two.both(lambda w: _news(w, NOW))
    await _news(two.live, None)
    restored = await two.restored()
    [row] = await restored.rows("name, contact, news_at")
    assert row == {"name": "Ana Diaz", "contact": None, "news_at": None}


async def _news(world: World, since: int | None) -> None:
    async with world.database.write() as tx:
        await signatures.want_news(tx, await of_phone(world, tx), since, PHONE)


async def test_a_code_can_still_be_sent_to_who_wanted_no_news_before_it_was_verified(
    two: Two,
) -> None:
    await two.both(lambda w: w.web(email="ana@gmail.com", news="1"))
    await _verified(two.live)
    async with two.live.database.write() as tx:
        key = KEYS.contact(two.live.petition.salt, "ana@gmail.com")
        await signatures.want_news(tx, await stored.of_contact(tx, 1, [key]), None, "")
    restored = await two.restored()
    [row] = await restored.rows("contact, news_at")
    assert row == {"contact": "ana@gmail.com", "news_at": None}


async def test_what_a_phone_has_said_and_heard_goes_from_the_copy_too(two: Two) -> None:
    await two.both(_heard)
    async with two.live.database.write() as tx:
        await inbound._forget(tx, [(KEYS.phone(PHONE), PHONE)])
    restored = await two.restored()
    texts = await _rows(restored.database, "SELECT sender, body, reply FROM inbound ORDER BY 1")
    assert sorted(texts, key=str) == sorted([(None,) * 3, (BO, "SIGN Bo", "Thank you")], key=str)
    messages = await _rows(restored.database, "SELECT id, recipient, body FROM outbox ORDER BY id")
    # One that still waited would go out a second time.
    assert messages == [(1, None, None), (3, BO, "Thank you"), (4, BO, "Thank you")]


async def _heard(world: World) -> None:
    """Two phones, each with a text, a reply that has gone out, and one that waits."""
    async with world.database.write() as tx:
        for n, phone in enumerate([PHONE, BO]):
            await tx.execute(
                "INSERT INTO inbound (gateway, message_id, phone_key, sender, body, reply, kind,"
                " segments, received_at) VALUES ('x', :phone, :key, :phone, :body, 'Thank you',"
                " 'sign', 1, :now)",
                key=KEYS.phone(phone),
                phone=phone,
                body=f"SIGN {'Ana' if phone == PHONE else 'Bo'}",
                now=NOW,
            )
            for place, sent_at in ((1, NOW), (2, None)):
                await tx.execute(
                    "INSERT INTO outbox (id, channel, kind, language, recipient, body, created_at,"
                    " due_at, sent_at) VALUES (:id, 'sms', 'reply', 'en', :phone, 'Thank you',"
                    " :now, :now, CAST(:sent_at AS BIGINT))",
                    id=2 * n + place,
                    phone=phone,
                    now=NOW,
                    sent_at=sent_at,
                )


# A petition that has ended.


async def end(world: World) -> None:
    async with world.database.write() as tx:
        await ending.end(tx, KEYS, world.petition, LATER)
    await ending.empty(world.database, LATER)


async def test_a_restored_copy_ends_a_petition_again(two: Two) -> None:
    await two.both(lambda w: w.text())
    await end(two.live)
    restored = await two.restored()
    await ending.empty(restored.database, LATER)
    ended = await _rows(restored.database, "SELECT ended_at, salt FROM petitions")
    assert ended == [(LATER, b"")]
    assert await names(restored) == set()
    assert (await restored.figures()).verified == 1
    await two.restored()


async def test_another_petition_that_was_given_its_number_is_not_ended(two: Two) -> None:
    async with two.copy.database.write() as tx:
        await tx.execute("UPDATE petitions SET salt = :salt", salt=b"t" * 32)
    await end(two.live)
    restored = await two.restored()
    assert await _rows(restored.database, "SELECT ended_at FROM petitions") == [(None,)]


# Corrections: the signature stays the same one.


async def correct(world: World, name: str) -> None:
    async with world.database.write() as tx:
        [wrong, *_] = await of_phone(world, tx)
        right = signatures.text_signing(
            world.petition,
            name=name,
            postcode="59801",
            phone=PHONE,
            keys=world.keys,
            language="en",
            id_=world.ids.next(NOW),
            now=NOW,
        )
        await signatures.correct(tx, wrong, right)


async def test_a_correction_is_no_erasing_and_what_it_corrected_can_be_taken_back(
    two: Two,
) -> None:
    await two.both(lambda w: w.text("Ana Diazz"))
    await correct(two.live, "Bo Lee")
    assert await names(two.live) == {"Bo Lee"}
    assert (await two.live.figures()).verified == 1
    assert await records(two) == []
    await undo(two.live)
    restored = await two.restored()
    assert await names(restored) == set()
    assert (await restored.figures()).total == 0


async def test_a_correction_to_what_was_signed_already_takes_the_wrong_one_back(two: Two) -> None:
    await two.both(lambda w: w.text("Bo Lee"))
    await two.both(lambda w: w.text("Ana Diaz"))
    await correct(two.live, "Bo Lee")
    assert await names(two.live) == {"Bo Lee"}
    restored = await two.restored()
    assert await names(restored) == {"Bo Lee"}
    assert (await restored.figures()).verified == (await two.live.figures()).verified == 1


# A near name that waited to be verified, and for which what was verified stands.


async def form(world: World, name: str) -> None:
    await world.web(name, phone=PHONE)


@pytest.mark.parametrize("both", [False, True])
async def test_what_a_signature_has_stood_for_goes_with_it(two: Two, both: bool) -> None:
    await two.both(lambda w: form(w, "Ana Dias"))
    await two.live.text("Ana Diaz")
    if both:
        two.copy.ids = Ids(2)  # another server, and another id
        await two.copy.text("Bo Lee")
    assert await names(two.live) == {"Ana Diaz"}
    await undo(two.live)
    restored = await two.restored()
    assert await names(restored) == ({"Bo Lee"} if both else set())


async def test_it_stands_again_where_only_the_copy_is_older(two: Two) -> None:
    await two.both(lambda w: form(w, "Ana Dias"))
    await two.live.text("Ana Diaz")
    assert await names(await two.restored()) == {"Ana Dias"}


async def test_so_does_what_is_one_with_another_for_want_of_a_contact(two: Two) -> None:
    await two.both(lambda w: form(w, "Ana Diaz"))
    await two.live.web("Ana Diaz")
    await erasure.erase_contacts(two.live.database, NOW + 30 * DAY)
    [kept] = await two.live.signature_ids()
    async with two.live.database.write() as tx:
        row = await stored.by_ids(tx, two.live.petition.id, [kept])
        await signatures.withdraw(tx, row, LATER)
    assert await names(two.live) == set()
    assert await names(await two.restored()) == set()


# Between the log and the database.


class _Broken(Exception):
    pass


async def die_between(world: World) -> None:
    """What UNDO does, in a process that dies when the log has it and the database has not."""
    with contextlib.suppress(_Broken):
        async with world.database.write() as tx:
            await signatures.withdraw(tx, await of_phone(world, tx), LATER)
            assert world.database.outside
            await world.database.outside.note(tx)
            raise _Broken


async def test_what_nobody_was_told_is_done_at_the_next_start(two: Two) -> None:
    await two.both(lambda w: w.text())
    await die_between(two.live)
    assert len(await records(two)) == 1
    assert await names(two.live) == {"Ana Diaz"}
    await two.kept.catch_up(two.live.database)
    assert await names(two.live) == set()
    assert len(await records(two)) == 1
    assert await names(await two.restored()) == set()


async def test_or_before_the_next_record(two: Two) -> None:
    await two.both(lambda w: w.text())
    await two.both(lambda w: w.text("Bo Lee", phone=BO))
    await die_between(two.live)
    await undo(two.live, BO)
    assert await names(two.live) == set()
    assert [r.n for r in await records(two)] == [1, 2]
    assert (await two.live.figures()).total == 0


async def test_a_copy_put_back_under_a_running_server_is_brought_up_to_date(two: Two) -> None:
    await two.both(lambda w: w.text())
    await two.both(lambda w: w.text("Bo Lee", phone=BO))
    await undo(two.live)
    two.copy.database.outside = two.kept
    await undo(two.copy, BO)
    assert await names(two.copy) == set()


async def test_one_that_is_far_behind_takes_nothing_back_before_it_has_caught_up(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tombstones, "CHUNK", 1)
    *gone, last = await many(two, 4)
    for phone in gone:
        await undo(two.live, phone)
    two.copy.database.outside = two.kept
    with pytest.raises(TombstonesAway, match="brought up to date"):
        await undo(two.copy, last)
    assert await names(await two.restored()) == {"Name D"}
    await undo(two.copy, last)
    assert await names(two.copy) == set()


async def test_catching_up_goes_on_where_it_was_interrupted(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tombstones, "CHUNK", 2)
    for phone in await many(two, 5):
        await undo(two.live, phone)
    times = 0
    real = replay.again

    async def fails(*arguments: object) -> None:
        nonlocal times
        times += 1
        if times == 2:
            raise StoreUnavailable("gone")
        await real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(replay, "again", fails)
    with pytest.raises(StoreUnavailable):
        await two.kept.catch_up(two.copy.database)
    assert len(await names(two.copy)) == 3
    await two.restored()
    assert times == 4  # the first two records were not done again
    assert await names(two.copy) == set()
    await two.restored()
    assert times == 4


async def test_what_is_merged_by_now_is_merged_before_it_is_taken_back(two: Two) -> None:
    """As the worker does it: else the one that was merged would stand there again."""
    await two.both(lambda w: w.web())
    await two.both(lambda w: w.web(email="ana@gmail.com"))
    late = NOW + 73 * 3600
    await erasure.erase_contacts(two.live.database, late)
    async with two.live.database.write() as tx:
        [row] = await tx.fetch("SELECT id FROM signatures")
        await signatures.withdraw(tx, await stored.by_ids(tx, 1, [row["id"]]), late)
    await erasure.erase_contacts(two.copy.database, late)
    assert await names(await two.restored()) == set()


# What the log is, and whose.


async def test_the_log_tells_nobody_who_it_was(two: Two) -> None:
    await two.live.text()
    [row] = await two.live.rows()
    await _news(two.live, None)
    await undo(two.live)
    await _say(two.live, "stop", KEYS.phone(PHONE))
    kinds = [note[0] for r in await records(two) for note in r.notes]
    assert kinds == ["no_news", "withdrawn", "stopped"]
    said = two.file.read_text()
    id_ = row["id"]
    assert isinstance(id_, int)
    plain = ["Ana", "Diaz", "ana", "59801", PHONE, PHONE[1:], str(id_), id_.to_bytes(8).hex()]
    hidden = (row[c] for c in ("place_key", "contact_key", "person_key"))
    plain += [bytes(key).hex() for key in hidden if isinstance(key, bytes)]
    assert len(plain) == 11
    assert [word for word in plain if word in said] == []


async def test_ids_are_sealed_with_the_petitions_key_and_the_secret() -> None:
    for id_ in (0, 1, NOW << 22, (1 << 63) - 1):
        hidden = KEYS.sealed(b"s" * 32, id_)
        assert KEYS.unsealed(b"s" * 32, hidden) == id_
        assert KEYS.unsealed(b"t" * 32, hidden) is None
        assert Keys("x" * 40).unsealed(b"s" * 32, hidden) is None
        for place in range(len(hidden)):
            other = bytearray(hidden)
            other[place] ^= 1
            assert KEYS.unsealed(b"s" * 32, bytes(other)) is None
    assert KEYS.unsealed(b"s" * 32, b"") is None


async def test_signing_and_verifying_do_not_touch_the_log(two: Two) -> None:
    class Never:
        async def note(self, tx: Transaction) -> None:
            raise AssertionError(tx.tombstones)

        async def close(self) -> None: ...

    two.live.database.outside = Never()
    await two.live.web()
    await two.live.web(email="ana@gmail.com", news="1")
    await two.live.web(email="ana@gmail.com", name="Ana Diazz")
    await two.live.text()
    await two.live.text()
    await erasure.erase_contacts(two.live.database, NOW + 73 * 3600)
    await _news(two.live, NOW)
    assert (await two.live.figures()).total > 0
    two.live.database.outside = two.kept


async def test_a_batch_is_one_record(two: Two) -> None:
    phones = await many(two, 24)

    async def undone(tx: Transaction, batch: Sequence[str]) -> list[None]:
        for phone in batch:
            await signatures.withdraw(tx, await of_phone(two.live, tx, phone), LATER)
        return [None] * len(batch)

    await asyncio.gather(*(two.live.group.submit(undone, phone) for phone in phones))
    found = await records(two)
    assert sum(len(r.notes) for r in found) == 24
    assert len(found) < 6


async def test_who_signs_beside_it_pays_nothing_for_a_place_that_is_away(two: Two) -> None:
    await two.live.text()
    two.file.rename(two.file.with_name("elsewhere"))

    async def undone(tx: Transaction, batch: Sequence[None]) -> list[None]:
        await signatures.withdraw(tx, await of_phone(two.live, tx), LATER)
        return [None] * len(batch)

    answers = await asyncio.gather(
        two.live.text("Bo Lee", phone=BO),
        two.live.group.submit(undone, None),
        two.live.web("Cy Moss"),
        return_exceptions=True,
    )
    assert answers[0] == answers[2] == "new"
    assert isinstance(answers[1], TombstonesAway)
    assert await names(two.live) == {"Ana Diaz", "Bo Lee", "Cy Moss"}
    two.file.with_name("elsewhere").rename(two.file)
    await undo(two.live)
    assert await names(two.live) == {"Bo Lee", "Cy Moss"}


async def test_two_servers_note_in_the_order_in_which_they_commit(
    two: Two, database_url: str
) -> None:
    phones = await many(two, 24)
    other = await open_database(database_url)
    other.outside = replace(two.kept)
    servers = [two.live, replace(two.live, database=other)]
    try:
        await asyncio.gather(*(undo(servers[n % 2], phone) for n, phone in enumerate(phones)))
    finally:
        await other.close()
    assert [r.n for r in await records(two)] == list(range(1, 25))
    async with two.live.database.read() as tx:
        done = await tombstones._read(tx)
    assert done
    assert done.n == 24
    assert await names(await two.restored()) == set()


async def test_nobody_notes_between_anothers_note_and_its_commit(
    two: Two, database_url: str
) -> None:
    """Else a copy could know of the later one, and be taken to know the earlier."""
    first, second = await many(two, 2)
    other = await open_database(database_url)
    other.outside = replace(two.kept)
    async with two.live.database.write() as tx:
        await signatures.withdraw(tx, await of_phone(two.live, tx, first), LATER)
        await two.kept.note(tx)
        tx.tombstones.clear()
        waiting = asyncio.create_task(undo(replace(two.live, database=other), second))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        assert [r.n for r in await records(two)] == [1]
    await waiting
    await other.close()
    assert [r.n for r in await records(two)] == [1, 2]
    assert await names(await two.restored()) == set()


# What is refused, in words, and what comes of going on all the same.


async def refused(two: Two, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        await two.kept.ready(two.copy.database)
    with pytest.raises(Misconfigured, match=words):
        await two.kept.catch_up(two.copy.database)
    async with two.copy.database.read() as tx:
        [fault] = await two.kept.faults(tx)
    assert "tombstones" in fault


async def go_on(two: Two) -> str | None:
    """`--without-tombstones`; all is sound afterwards."""
    aside = await two.kept.begin_anew(two.copy.database, LATER)
    await two.kept.ready(two.copy.database)
    two.copy.database.outside = two.kept
    await _say(two.copy, "stop", KEYS.phone(BO))
    async with two.copy.database.read() as tx:
        assert await two.kept.faults(tx) == []
        assert (await check.check(tx)).faults == []
    return aside


async def test_a_copy_without_its_tombstones_is_refused(two: Two) -> None:
    await two.both(lambda w: w.text())
    await undo(two.live)
    two.file.unlink()
    await refused(two, "no tombstones in")
    with pytest.raises(TombstonesAway, match="no tombstones in"):
        await _say(two.live, "stop", KEYS.phone(BO))
    assert await go_on(two) is None
    assert await names(two.copy) == {"Ana Diaz"}


async def test_a_copy_older_than_the_oldest_tombstone_is_refused(two: Two) -> None:
    await two.both(lambda w: w.text())
    await two.both(lambda w: w.text("Bo Lee", phone=BO))
    await undo(two.live)
    two.kept = replace(two.kept, clock=lambda: LATER + 2 * DAY)
    two.live.database.outside = two.kept
    await undo(two.live, BO)
    await two.kept.forget(LATER + 1 * DAY, 1)
    assert len(await records(two)) == 2  # the first is just not too old
    await two.kept.forget(LATER + 2 * DAY, 1)
    assert len(await records(two)) == 1
    await refused(two, "the database is older than the oldest tombstones")
    assert await go_on(two)
    assert await names(two.copy) == {"Ana Diaz"}  # Bo's could still be read


async def test_tombstones_older_than_the_copy_are_refused(two: Two) -> None:
    await two.both(lambda w: w.text())
    before = two.file.read_bytes()
    await undo(two.live)
    await two.copied()
    two.file.write_bytes(before)
    await refused(two, "are older than the database")
    assert await go_on(two)


async def test_tombstones_of_another_database_are_refused(two: Two, tmp_path: Path) -> None:
    other = replace(two.kept, log=FileLog(tmp_path / "other"))
    await other.log.begin("another", other._proof("another"))
    two.kept = other
    await refused(two, "those of another database")
    assert await go_on(two)


async def test_tombstones_of_another_secret_are_refused(two: Two) -> None:
    ours = two.kept
    two.kept = replace(ours, keys=Keys("x" * 40))
    await refused(two, "of another UNDERSIGNED_SECRET_KEY")
    two.kept = ours
    assert await go_on(two)


async def test_damaged_tombstones_are_refused_and_the_others_can_be_done(two: Two) -> None:
    for phone in await many(two, 3):
        await undo(two.live, phone)
    two.file.write_text(two.file.read_text().replace("[2,", "[7,"))
    with pytest.raises(Misconfigured, match=r"line 3 of .* is damaged"):
        await two.kept.catch_up(two.copy.database)
    assert await names(two.copy) == {"Name A", "Name B", "Name C"}
    assert await go_on(two)
    assert await names(two.copy) == {"Name B"}


async def test_a_version_that_does_not_know_a_kind_does_not_pass_over_it(two: Two) -> None:
    async with two.live.database.write() as tx:
        tx.tombstones.append(("something_newer", 1))
    with pytest.raises(Misconfigured, match="by a newer version"):
        await two.kept.catch_up(two.copy.database)


async def test_a_copy_from_before_there_were_tombstones_is_refused(two: Two) -> None:
    await two.both(lambda w: w.text())
    await undo(two.live)
    async with two.copy.database.write() as tx:
        await tx.execute("DELETE FROM tombstones_done")
    for look in (two.kept.ready, two.kept.catch_up):
        with pytest.raises(Misconfigured, match="of a version that had no tombstones"):
            await look(two.copy.database)
    assert await go_on(two)
    assert await names(two.copy) == set()  # all that there is was done


async def test_a_version_that_had_none_goes_on_beside_a_log_that_it_has_just_begun(
    two: Two,
) -> None:
    """As after a crash between the two."""
    await two.both(lambda w: w.text())
    async with two.live.database.write() as tx:
        await tx.execute("DELETE FROM tombstones_done")
    await two.kept.ready(two.live.database)
    await undo(two.live)
    assert len(await records(two)) == 1


async def test_a_new_database_beside_an_old_log_takes_it_over(two: Two, tmp_path: Path) -> None:
    await two.both(lambda w: w.text())
    await undo(two.live)
    new = await open_database(f"sqlite:///{tmp_path / 'new.db'}")
    await new.migrate(NOW)
    await two.kept.ready(new)
    async with new.read() as tx:
        done = await tombstones._read(tx)
    head = await two.kept.log.head()
    assert head
    assert done == Done(head.log, 1)
    await new.close()


async def test_what_was_erased_of_a_petition_that_is_not_in_the_copy_is_passed_over(
    two: Two,
) -> None:
    await two.both(lambda w: w.text())
    async with two.live.database.write() as tx:
        await tx.execute("UPDATE petitions SET salt = :salt", salt=b"t" * 32)
    await undo(two.live)  # found by its key, which is as before
    assert await names(await two.restored()) == {"Ana Diaz"}


async def test_a_setting_that_is_gone_is_noticed(two: Two) -> None:
    with pytest.raises(Misconfigured, match="UNDERSIGNED_TOMBSTONES is not set"):
        await tombstones.check(two.live.database, None)
    assert tombstones.kept_at("", KEYS, lambda: NOW, secrets.token_bytes) is None
