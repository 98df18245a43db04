"""Tries that earlier versions counted in tables of their own go on where they were."""

from __future__ import annotations

import pytest

from server.core.counting.counts import DAY
from server.core.floods import tries
from server.core.floods.tries import Try
from tests.harness.databases.stores import older
from tests.harness.world import NOW


async def test_tries_of_codes_go_on_where_they_were(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = NOW - NOW % DAY
    async with older(new_url, 9, monkeypatch) as database:
        async with database.write() as tx:
            await tx.execute(
                "INSERT INTO code_tries (petition_id, try_key, since, n) VALUES (1, :key, :at, 4)",
                key=b"k" * 16,
                at=NOW - 100,
            )
            for day, key, n in (
                (today - DAY, b"", 90),
                (today, b"", 7),
                (today, b"r" * 32, 5),
                (today - DAY, b"s" * 32, 20),
            ):
                await tx.execute(
                    "INSERT INTO text_codes (day, range_key, n) VALUES (:day, :key, :n)",
                    day=day // DAY,
                    key=key,
                    n=n,
                )
        await database.migrate(NOW)
        tried = [Try("code", b"k" * 16, NOW - 200, 1)]
        async with database.write() as tx:
            assert await tries.add(tx, tried, NOW) == [5]
            assert await tries.add(tx, [tried[0]._replace(since=NOW)], NOW) == [1]
            spent = await tx.fetch("SELECT scope, key, at, n FROM spent ORDER BY n DESC")
    assert [(r["scope"], bytes(r["key"]), r["at"], r["n"]) for r in spent] == [
        ("text_codes", b"", today, 7),
        ("code_range", b"r" * 32, today, 5),
    ]
