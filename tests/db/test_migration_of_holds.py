"""Databases of earlier versions: what they hold is carried over into today's tables."""

from __future__ import annotations

import pytest

from tests.harness.databases.stores import older
from tests.harness.world import NOW

HELD = {
    1: ("burst names", {("burst", ""), ("names", "")}),
    2: ("household", {("household", "")}),
    3: ("domain:catchall.example-1.org", {("domain", "catchall.example-1.org")}),
    4: ("numbers:+1406555", {("numbers", "+1406555")}),
    5: (
        "crowd household numbers:+1406555",
        {("crowd", ""), ("household", ""), ("numbers", "+1406555")},
    ),
    6: (None, set()),
    7: ("names names", {("names", "")}),
}


async def test_the_words_that_held_signatures_become_rows(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with older(new_url, 7, monkeypatch) as database:
        async with database.write() as tx:
            for id_, (why, _) in HELD.items():
                await tx.execute(
                    "INSERT INTO signatures (id, petition_id, class, language, created_at, held_at,"
                    " held_why) VALUES (:id, 1, 'web', 'en', 1, CAST(:at AS BIGINT), :why)",
                    id=id_,
                    at=NOW if why else None,
                    why=why,
                )
            await tx.execute(
                "INSERT INTO signatures (id, petition_id, class, language, created_at, held_at,"
                " held_why, withdrawn_at) VALUES (8, 1, 'web', 'en', 1, 1, :why, 2)",
                why="domain:x.org",
            )
        await database.migrate(NOW)
        async with database.read() as tx:
            rows = await tx.fetch(
                "SELECT signature_id, kind, label FROM holds WHERE petition_id = 1"
            )
            left = await tx.fetch("SELECT id FROM signatures WHERE held_why IS NOT NULL")
    found = {(r["signature_id"], r["kind"], r["label"]) for r in rows}
    assert found == {(id_, *hold) for id_, (_, holds) in HELD.items() for hold in holds}
    assert len(rows) == len(found)
    assert left == []
