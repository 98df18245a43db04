"""What waits for a decision, in figures."""

from __future__ import annotations

from server.core.desk.waiting import Waiting, waiting
from tests.harness.world import NOW, World


async def of(world: World) -> Waiting:
    async with world.database.read() as tx:
        return await waiting(tx, world.petition.id, NOW)


async def test_comments_organizations_and_texts_that_wait(world: World) -> None:
    assert await of(world) == Waiting()
    for name, verified in (("Ana Diaz", True), ("Bo Lee", False)):
        await world.web(name, email=f"{name[:2]}@gmail.com", comment="Mine", public="on")
        if verified:
            async with world.database.write() as tx:
                await tx.execute("UPDATE signatures SET verified_at = created_at")
                [row] = await tx.fetch("SELECT id FROM signatures")
                await tx.execute(
                    "INSERT INTO besides (petition_id, signature_id, organization)"
                    " VALUES (:p, :id, 'Club')",
                    p=world.petition.id,
                    id=row["id"],
                )
    async with world.database.write() as tx:
        for n, kind in enumerate(("unknown", "sign", "unknown", "stop_how")):
            await tx.execute(
                "INSERT INTO inbound (gateway, message_id, phone_key, petition_id, body, kind,"
                " segments, received_at) VALUES ('x', :n, :key, :p, 'hm', :kind, 1, :at)",
                n=str(n),
                key=b"p" * 16,
                p=world.petition.id,
                kind=kind,
                at=NOW - n,
            )
    assert await of(world) == Waiting(comments=1, organizations=1, texts=2, unsure=1)
    async with world.database.write() as tx:
        await tx.execute("UPDATE signatures SET approved_at = :now WHERE true", now=NOW)
        await tx.execute("UPDATE besides SET approved_at = :now WHERE true", now=NOW)
        await tx.execute("UPDATE inbound SET body = NULL WHERE true")
    assert await of(world) == Waiting()
