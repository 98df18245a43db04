"""PostgreSQL: several servers on one database agree, and live through its absence."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.petitions import petitions
from server.core.signing.codes import Action, TypedCode
from server.core.signing.messages import MailedCode
from server.core.signing.verification import Verifier, by_text
from server.core.upkeep import check
from server.core.values.ids import Ids
from server.db import Transaction, open_database, pack
from server.db.group import GroupCommit
from server.db.migrations import migrations
from server.db.postgres import Postgres, PostgresTransaction, _numbered
from server.errors import Misconfigured, StoreConflict, StoreUnavailable
from tests.harness.databases.postgres import Cluster, cluster
from tests.harness.world import NOW, PHONE, World, draft


@pytest.fixture
async def url(postgres: Cluster) -> AsyncIterator[str]:
    url = await postgres.create()
    yield url
    await postgres.drop(url)


@pytest.fixture
async def servers(url: str) -> AsyncIterator[list[World]]:
    """Three servers on one database with one open petition."""
    async with AsyncExitStack() as stack:
        databases = [await open_database(url) for _ in range(3)]
        await asyncio.gather(*(d.migrate(NOW) for d in databases))  # all start at once
        async with databases[0].write() as tx:
            id_ = await petitions.create(
                tx, draft(), reserved=frozenset(), salt=b"s" * 32, now=NOW - 100
            )
            await petitions.open_(tx, id_, NOW - 90)
            petition = (await petitions.all_petitions(tx))[id_]
        worlds = []
        for node, database in enumerate(databases):
            group = GroupCommit(database)
            group.start()
            stack.push_async_callback(database.close)
            stack.push_async_callback(group.stop)
            worlds.append(World(database, group, petition, ids=Ids(node)))
        yield worlds


async def report(world: World) -> check.Report:
    async with world.database.read() as tx:
        return await check.check(tx)


def test_named_parameters_become_numbers_and_casts_stay() -> None:
    sql, names = _numbered("SELECT :a::text, :b WHERE x = :a AND y = ':'")
    assert (sql, names) == ("SELECT $1::text, $2 WHERE x = $1 AND y = ':'", ("a", "b"))


async def test_the_same_people_at_three_servers_at_once_are_counted_once(
    servers: list[World],
) -> None:
    async def one(world: World, i: int) -> None:
        name = f"Signer {chr(97 + i % 20)}"
        if i % 2:
            await world.text(name, "59801", f"+1406555{100 + i % 20:04}")
        else:
            await world.web(name, "59801")

    await asyncio.gather(*(one(world, i) for i in range(100) for world in servers))
    found = await report(servers[0])
    assert found.faults == []
    # Odd ones sign by text, even ones on the web: twenty names, one signature each.
    assert (found.figures["lake"].verified, found.figures["lake"].unverified) == (10, 10)


async def test_a_household_is_full_at_all_servers_together(servers: list[World]) -> None:
    names = ["Ana Diaz", "Bo Lee", "Cyd Charo", "Dee Prince", "Eve Stone", "Flo Night"]
    outcomes = await asyncio.gather(
        *(servers[i % 3].text(name, "59801", PHONE) for i, name in enumerate(names))
    )
    assert sorted(outcomes) == ["held", "held", "new", "new", "new", "new"]


class Late:
    """A transaction that comes to its locks only after another server has done something."""

    def __init__(self, tx: Transaction, first: Awaitable[object]) -> None:
        self._tx, self._first = tx, first

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def lock(self, keys: Iterable[bytes]) -> None:
        await self._first
        await self._tx.lock(keys)


async def mailed(world: World, email: str) -> MailedCode:
    """Ana Diaz signs with that address, and is mailed a code."""
    await world.web(email=email)
    async with world.database.write() as tx:
        [item] = await outbox.lease(tx, world.now, channel="email")
        message = await world.says(tx, item, world.now)
    assert message
    return message.codes[0]


def typed(
    world: World, code: MailedCode, action: Action = "verify", contact: str = ""
) -> TypedCode:
    return TypedCode(
        petition=world.petition,
        action=action,
        code=code.code,
        contact=contact,
        ref="" if contact else code.ref,
        now=world.now,
    )


@pytest.mark.parametrize(
    ("action", "done", "verified"), [("verify", "verified", 1), ("not_me", None, 0)]
)
async def test_a_code_does_what_it_can_after_another_server_was_faster(
    servers: list[World], action: Action, done: str | None, verified: int
) -> None:
    slow, fast = servers[:2]
    code, verifier = await mailed(slow, "ana@gmail.com"), Verifier(slow.keys)
    first = fast.group.submit(verifier.take_many, typed(fast, code, action))
    async with slow.database.write() as tx:
        late: Any = Late(tx, first)
        [taken] = await verifier.take_many(late, [typed(slow, code, contact="ana@gmail.com")])
    assert (taken and taken.done) == done
    found = await report(slow)
    assert found.faults == []
    assert (found.figures["lake"].verified, found.figures["lake"].total) == (verified, verified)


async def test_digits_of_a_phone_whose_signature_another_server_moves_are_looked_at_anew(
    servers: list[World],
) -> None:
    slow, fast = servers[:2]
    signing = slow.signing("Ana Diaz", "59801", phone=PHONE)
    await slow.sign(signing)
    digits = slow.digits(signing)
    looks = 0

    async def take(tx: Transaction, phones: Sequence[str]) -> list[str]:
        nonlocal looks
        looks += 1
        late: Any = Late(tx, fast.text("Ana Diaz", "59802")) if looks == 1 else tx
        found = await by_text(late, slow.keys, slow.petition, phones[0], digits, slow.now)
        assert found
        return [found[1]]

    assert await slow.group.submit(take, PHONE) == "verified"
    assert looks == 2
    assert (await report(slow)).faults == []
    [row] = await slow.rows("postcode, class")
    assert (row["postcode"], row["class"]) == ("59801", "sms")


async def test_servers_add_to_counters_of_their_own(servers: list[World]) -> None:
    for i, world in enumerate(servers):
        world.database._shard = i  # type: ignore[attr-defined]
        await world.web(f"Name {chr(97 + i)}")
    async with servers[0].database.read() as tx:
        rows = await tx.fetch("SELECT shard, n FROM counts ORDER BY shard")
    assert [tuple(row) for row in rows] == [(0, 1), (1, 1), (2, 1)]
    assert (await servers[1].figures()).unverified == 3


async def test_a_message_goes_to_one_worker_only(servers: list[World]) -> None:
    notes = [
        Announcement(
            id=i, channel="sms", kind="signed_again", petition_id=1, language="en", recipient=PHONE
        )
        for i in range(1, 31)
    ]
    async with servers[0].database.write() as tx:
        await outbox.put(tx, notes, NOW)

    async def lease(world: World) -> list[int]:
        async with world.database.write() as tx:
            return [a.id for a in await outbox.lease(tx, NOW)]

    taken = [id_ for ids in await asyncio.gather(*map(lease, servers)) for id_ in ids]
    assert len(taken) == len(set(taken))


async def test_a_transaction_that_fails_leaves_nothing(url: str) -> None:
    database = await open_database(url)
    await database.migrate(NOW)

    async def fail() -> None:
        async with database.write() as tx:
            await tx.execute("INSERT INTO opt_outs VALUES (:k, 1)", k=b"1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.read() as tx:
        assert await tx.fetch("SELECT * FROM opt_outs") == []
    await database.close()


async def test_a_batch_arrives_as_it_was_sent(url: str) -> None:
    database = await open_database(url + "&pgbouncer=1")
    batch = [(2**63 - 1, "Ána 🙂 \"'\\", b"\x00\xff"), (None, None, None), (-1, "", b"x")]
    async with database.read() as tx:
        table = PostgresTransaction.rows("batch", n="int", x="text", b="blob")
        for _ in range(7):  # asyncpg would prepare it by now, if it were allowed to
            rows = await tx.fetch(f"SELECT n, x, b FROM {table} t", batch=pack(batch))
    assert [tuple(row) for row in rows] == batch
    await database.close()


async def test_a_server_that_cannot_be_reached_is_said_plainly() -> None:
    with pytest.raises(Misconfigured, match="cannot reach PostgreSQL"):
        await Postgres.open("postgresql://nobody@127.0.0.1:1/x")


@pytest.mark.slow
async def test_a_restart_of_the_database_is_lived_through() -> None:
    with cluster("") as made:
        database = await open_database(await made.create())
        await database.migrate(NOW)
        made.restart()
        failures = 0
        for _ in range(50):
            try:
                async with database.write() as tx:
                    await tx.execute("INSERT INTO opt_outs VALUES (:k, 1)", k=b"1")
                break
            except StoreUnavailable:
                failures += 1
        async with database.read() as tx:
            assert len(await tx.fetch("SELECT * FROM opt_outs")) == 1
        assert failures < 50
        await database.close()


async def test_batches_of_two_servers_that_wait_for_each_other_are_both_done(
    servers: list[World],
) -> None:
    both_hold = asyncio.Barrier(2)
    tries = 0

    async def crosswise(tx: Transaction, keys: Sequence[tuple[bytes, bytes]]) -> list[str]:
        nonlocal tries
        tries += 1
        ((first, second),) = keys
        await tx.lock([first])
        if tries <= 2:
            await both_hold.wait()
        await tx.lock([second])
        return ["done"]

    here, there = b"1" * 8, b"2" * 8
    answers = await asyncio.gather(
        servers[0].group.submit(crosswise, (here, there)),
        servers[1].group.submit(crosswise, (there, here)),
    )
    assert list(answers) == ["done", "done"]
    assert tries == 3  # PostgreSQL ended one of them, which was tried again


async def test_a_batch_that_always_meets_another_is_given_up_in_the_end(
    servers: list[World],
) -> None:
    async def unlucky(tx: Transaction, items: Sequence[int]) -> list[int]:
        raise StoreConflict("again")

    with pytest.raises(StoreConflict):
        await servers[0].group.submit(unlucky, 1)
    assert await servers[0].web() == "new"


async def test_signatures_may_be_split_by_petition(url: str) -> None:
    database = await open_database(url)
    await database.migrate(NOW)
    every = [s for step in migrations("postgres") for s in step.statements]
    statements = [s for s in every if re.search(r"\b(TABLE|ON) signatures\b|INDEX signatures_", s)]
    async with database.write() as tx:
        await tx.execute("DROP TABLE signatures")
        for statement in statements:
            table = statement.startswith("CREATE TABLE")
            await tx.execute(statement + " PARTITION BY HASH (petition_id)" * table)
        for part in range(4):
            await tx.execute(
                f"CREATE TABLE signatures_{part} PARTITION OF signatures"
                f" FOR VALUES WITH (MODULUS 4, REMAINDER {part})"
            )
        ids = [
            await petitions.create(
                tx,
                draft(slug=f"lake-{n}", keyword=f"LAKE{n}"),
                reserved=frozenset(),
                salt=b"s" * 32,
                now=NOW - 100,
            )
            for n in range(8)
        ]
        for id_ in ids:
            await petitions.open_(tx, id_, NOW - 90)
        known = await petitions.all_petitions(tx)
    group, ids_of_signatures = GroupCommit(database), Ids(1)
    group.start()
    for id_ in ids:
        world = World(database, group, known[id_], ids=ids_of_signatures)
        outcomes = await asyncio.gather(world.web(), world.web(), world.text(), world.web("Bo Lee"))
        assert sorted(outcomes) == ["again", "new", "new", "new"]
        assert (await world.figures()).total == 2
    assert (await report(world)).faults == []
    async with database.read() as tx:
        rows = await tx.fetch("SELECT DISTINCT tableoid AS part FROM signatures")
    assert len(rows) > 1  # they do lie apart
    await group.stop()
    await database.close()


async def test_a_connection_that_dies_while_it_is_given_back_takes_nothing_with_it(
    servers: list[World],
) -> None:
    one, other = servers[0].database, servers[1].database
    async with one.read() as tx:
        mine = await tx.fetch("SELECT pg_backend_pid() AS pid")
        async with other.read() as killer:
            await killer.fetch("SELECT pg_terminate_backend(:pid)", pid=mine[0]["pid"])
        # Now the block ends, and the connection cannot be made ready for the next one.
    async with one.read() as tx:
        assert (await tx.fetch("SELECT 1 AS one"))[0]["one"] == 1
