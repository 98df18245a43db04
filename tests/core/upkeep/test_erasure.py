"""What goes away by itself: contacts that nobody verified, tags of addresses."""

from __future__ import annotations

from dataclasses import replace

from server.core.counting.counts import DAY
from server.core.floods import limits
from server.core.upkeep import check, erasure
from tests.harness.world import NOW, PHONE, World

LATER = NOW + 72 * 3600 + 1


async def erase(world: World, now: int = LATER) -> None:
    await erasure.erase_contacts(world.database, now)
    async with world.database.read() as tx:
        assert (await check.check(tx)).faults == []


async def test_an_unverified_contact_goes_after_three_days_and_the_signature_stays(
    world: World,
) -> None:
    await world.web(email="ana@gmail.com", comment="ours")
    await erase(world, LATER - 10)
    assert (await world.rows())[0]["contact"] == "ana@gmail.com"
    await erase(world)
    (row,) = await world.rows()
    assert [row[c] for c in ("contact", "contact_key", "person_key")] == [None] * 3
    assert (row["class"], row["comment"]) == ("web-email", "ours")
    assert (await world.figures()).unverified == 1


async def test_it_is_merged_with_the_signature_that_stands_at_its_place(world: World) -> None:
    await world.web()
    await world.web(email="ana@gmail.com")
    await world.web(phone=PHONE)
    assert (await world.figures()).unverified == 3
    await erase(world)
    assert (await world.figures()).unverified == 1
    assert len(await world.rows()) == 1


async def test_two_that_lose_their_contacts_together_become_one(world: World) -> None:
    await world.web(email="ana@gmail.com")
    await world.web(email="ana@yahoo.com")
    await erase(world)
    assert (await world.figures()).unverified == 1


async def test_it_is_merged_with_a_verified_one_of_the_same_person(world: World) -> None:
    await world.web(email="ana@gmail.com")
    await world.text()
    await erase(world)
    figures = await world.figures()
    assert (figures.verified, figures.unverified) == (1, 0)


async def test_somebody_else_keeps_theirs(world: World) -> None:
    await world.web("Ana Diaz", email="ana@gmail.com")
    await world.web("Bo Lee", email="ana@gmail.com")
    await erase(world)
    assert (await world.figures()).unverified == 2


async def test_a_verified_contact_stays_for_news_and_goes_without(world: World) -> None:
    await world.web("Ana Diaz", email="ana@gmail.com", news="1")
    await world.text("Bo Lee")
    async with world.database.write() as tx:  # as a version before this one left it
        await tx.execute(
            "UPDATE signatures SET verified_at = :now, contact = coalesce(contact, '+1406555')",
            now=NOW,
        )
        await tx.execute("UPDATE counts SET state = 'verified'")
    await erase(world)
    kept = {r["name"]: r["contact"] for r in await world.rows("name, contact")}
    assert kept == {"Ana Diaz": "ana@gmail.com", "Bo Lee": None}
    assert all(r["contact_key"] for r in await world.rows())


async def test_many_batches_are_gone_through_once(world: World) -> None:
    for i in range(7):
        await world.web(f"Name {chr(65 + i)}", email=f"{chr(65 + i)}@gmail.com")
    erasure.BATCH, before = 3, erasure.BATCH
    try:
        await erase(world)
    finally:
        erasure.BATCH = before
    assert {r["contact"] for r in await world.rows("contact")} == {None}


async def test_the_tag_of_an_address_goes_after_a_week(world: World) -> None:
    signing = world.signing(email="ana@gmail.com")
    tag = limits.prefix_tag(b"k" * 32, "192.0.2.0/24")
    await world.sign(replace(signing, prefix_tag=tag))
    await erasure.erase_prefixes(world.database, NOW + 7 * DAY - 1)
    assert (await world.rows())[0]["prefix_tag"] == tag
    await erasure.erase_prefixes(world.database, NOW + 7 * DAY + 1)
    assert (await world.rows())[0]["prefix_tag"] is None
