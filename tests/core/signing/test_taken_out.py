"""What organizers have taken out stays out, whatever its signer does; it is theirs to erase."""

from __future__ import annotations

import pytest

from server.core.desk.signers import moderation
from server.core.desk.signers.batches import change_batch
from server.core.outbox.outbox import Announcement
from server.core.signing import signatures, stored
from server.core.signing.signature import Signature
from server.core.signing.verification import GivenBack, by_text, give_back_many
from server.core.upkeep import check, erasure
from tests.harness.world import PHONE, World

KEYS = "place_key, contact_key, person_key"


async def decide(world: World, out: bool) -> None:
    """Organizers take out all there is, or put it back."""

    def take_out(signature: Signature) -> bool:
        signature.rejected_at = world.now
        return True

    change = take_out if out else _put_back
    async with world.database.write() as tx:
        await change_batch(tx, world.petition.id, await world.signature_ids(), change)


def _put_back(signature: Signature) -> bool:
    signature.put_back()
    return True


async def mine(world: World, contact: str = PHONE) -> list[Signature]:
    async with world.database.read() as tx:
        keys = world.keys.contacts(world.petition.salt, contact)
        return await stored.of_contact(tx, world.petition.id, keys)


async def undo(world: World) -> None:
    found = await mine(world)
    async with world.database.write() as tx:
        await signatures.withdraw(tx, found, world.now)


async def correct(world: World, name: str, postcode: str = "59801") -> str:
    [wrong] = await mine(world)
    right = signatures.text_signing(
        world.petition,
        name=name,
        postcode=postcode,
        phone=PHONE,
        keys=world.keys,
        language="en",
        id_=world.ids.next(world.now),
        now=world.now,
    )
    async with world.database.write() as tx:
        return await signatures.correct(tx, wrong, right)


async def total(world: World) -> int:
    async with world.database.read() as tx:
        assert (await check.check(tx)).faults == []
    return (await world.figures()).total


@pytest.mark.parametrize("name", ["Ana Diazz", "Bo Lee"])
async def test_it_is_not_counted_for_being_put_right(world: World, name: str) -> None:
    await world.text()
    await decide(world, out=True)
    await correct(world, name)
    assert await total(world) == 0
    assert [r["name"] for r in await world.rows("name")] == [name]


@pytest.mark.parametrize("name", ["Ana Diazz", "Bo Lee"])
async def test_nor_for_being_put_right_and_signed_anew(world: World, name: str) -> None:
    await world.text()
    before = await world.rows(KEYS)
    await decide(world, out=True)
    await correct(world, name, "59802")
    assert await world.rows(KEYS) == before
    for _ in range(2):
        assert await world.text() == "again"
        assert await world.text(name, "59802") == "again"
    assert await total(world) == 0
    await decide(world, out=False)
    assert await total(world) == 1


async def test_nor_for_being_put_right_to_another_of_the_household(world: World) -> None:
    await world.text()
    await decide(world, out=True)
    await world.text("Bo Lee")
    ana = next(s for s in await mine(world) if s.name == "Ana Diaz")
    right = world.signing("Bo Lee", phone=PHONE)
    right.verified = True
    async with world.database.write() as tx:
        await signatures.correct(tx, ana, right)
    await world.text()
    assert await total(world) == 1


async def test_nor_for_being_taken_back_and_signed_anew(world: World) -> None:
    await world.text()
    await decide(world, out=True)
    await undo(world)
    for _ in range(2):
        await world.text()
        await world.web(phone=PHONE)
    assert await total(world) == 0
    [row] = await world.rows("name, postcode, contact, comment")
    assert set(row.values()) == {None}
    assert await mine(world) == []


async def test_nor_without_contact(world: World) -> None:
    await world.web()
    await decide(world, out=True)
    [id_] = await world.signature_ids()
    async with world.database.write() as tx:
        await give_back_many(tx, [GivenBack(world.petition, id_, world.now)])
    assert await world.web() == "again"
    assert await total(world) == 0
    assert [r["name"] for r in await world.rows("name")] == [None]


@pytest.mark.parametrize("name", ["Ana Dias", "Ana Maria Diaz", "Bo Lee"])
async def test_whoever_signs_after_that_with_its_contact_waits_for_an_organizer(
    world: World, name: str
) -> None:
    await world.text()
    await decide(world, out=True)
    await undo(world)
    assert await world.text(name) == "held"
    figures = await world.figures()
    assert (figures.verified, figures.held) == (0, 1)
    assert await world.holds() == ["", "taken_out"]
    [_, last] = await world.signature_ids()
    await moderation.accept(world.database, world.keys, world.petition, "taken_out", last, 1)
    assert await world.text(name) == "again"
    assert (await world.figures()).verified == await total(world) == 1


async def test_a_code_that_is_typed_after_that_lets_nobody_in_either(world: World) -> None:
    await world.text()
    await decide(world, out=True)
    await undo(world)
    form = world.signing("Ana Dias", phone=PHONE)
    await world.sign(form)
    async with world.database.write() as tx:
        about = world.keys, world.petition, PHONE, world.digits(form)
        done = await by_text(tx, *about, world.now)
    assert done and done[1] == "held"
    assert (await world.figures()).verified == 0


async def test_the_others_of_its_household_count_as_before(world: World) -> None:
    await world.text("Bo Lee")
    await world.text()
    [bo, _] = await world.signature_ids()
    await decide(world, out=True)
    async with world.database.write() as tx:
        await change_batch(tx, world.petition.id, [bo], _put_back)
        await signatures.withdraw(tx, [s for s in await mine(world) if s.id != bo], world.now)
    assert await world.text("Bo Lee") == "again"
    assert (await world.figures()).verified == await total(world) == 1


async def test_what_a_stranger_signed_with_a_contact_holds_nobody_who_signs_with_it(
    world: World,
) -> None:
    await world.web(phone=PHONE)
    await decide(world, out=True)
    await undo(world)
    assert await world.text("Bo Lee") == "new"
    assert (await world.figures()).verified == await total(world) == 1


async def test_others_sign_with_that_phone_while_it_is_not_taken_back(world: World) -> None:
    await world.text()
    await decide(world, out=True)
    assert await world.text("Bo Lee") == "new"
    assert (await world.figures()).verified == await total(world) == 1


async def test_what_was_put_back_may_be_signed_again_by_whoever_has_taken_it_back(
    world: World,
) -> None:
    await world.text()
    await decide(world, out=True)
    await undo(world)
    await decide(world, out=False)
    assert await total(world) == 0
    assert [set(r.values()) for r in await world.rows(KEYS)] == [{None}]
    assert await world.text() == "new"
    assert await total(world) == 1


async def test_what_is_taken_back_and_was_not_taken_out_leaves_no_key(world: World) -> None:
    await world.text()
    await undo(world)
    assert [set(r.values()) for r in await world.rows(KEYS)] == [{None}]
    assert await world.text() == "new"


async def test_its_signer_gets_a_code_to_erase_it_by_mail(world: World) -> None:
    await world.web(email="ana@example.org")
    await decide(world, out=True)
    asked = Announcement(
        id=1,
        channel="email",
        kind="withdraw_code",
        petition_id=world.petition.id,
        language="en",
        recipient="ana@example.org",
    )
    async with world.database.write() as tx:
        message = await world.says(tx, asked, world.now)
    assert message and message.kind == "withdraw_code"
    assert len(message.codes) == 1


async def test_putting_right_keeps_all_else_that_was_said(world: World) -> None:
    form = world.signing(phone=PHONE, comment="For the fish", public="1", news="1")
    await world.sign(form)
    [signature] = await mine(world)
    async with world.database.write() as tx:
        await tx.execute("UPDATE signatures SET verified_at = :now", now=world.now)
    [before] = await world.rows("id, contact, comment, public_at, news_at, created_at, class")
    assert await correct(world, "Ana Dias", "59802") == "again"
    [after] = await world.rows("id, contact, comment, public_at, news_at, created_at, class")
    assert after == before and after["comment"] == "For the fish" and after["contact"] == PHONE
    [said] = await world.rows("name, postcode")
    assert said == {"name": "Ana Dias", "postcode": "59802"}
    assert signature.id == before["id"]


async def test_putting_right_to_another_of_the_household_leaves_one(world: World) -> None:
    await world.text("Bo Lee")
    [bo] = await mine(world)
    await world.text("Ana Diaz")
    ana, _ = await mine(world)
    right = world.signing("Bo Lee", phone=PHONE)
    right.verified = True
    async with world.database.write() as tx:
        await signatures.correct(tx, ana, right)
    assert [s.id for s in await mine(world)] == [bo.id]
    assert await total(world) == 1


async def test_what_it_had_absorbed_at_the_wrong_place_counts_again(world: World) -> None:
    await world.web()
    await world.text()
    assert await total(world) == 1
    await correct(world, "Bo Lee")
    assert await total(world) == 2
    await correct(world, "Ana Diaz")
    assert await total(world) == 1


EMAIL = "ana@example.org"


async def let_go(world: World) -> None:
    """Contacts that nobody has verified are erased."""
    world.now += erasure.PENDING_HOURS * 3600 + 600
    await erasure.erase_contacts(world.database, world.now)


async def test_it_stays_out_when_its_contact_is_erased(world: World) -> None:
    await world.web(email=EMAIL)
    before = await world.rows(KEYS)
    await decide(world, out=True)
    await let_go(world)
    assert await world.rows(f"contact, {KEYS}") == [{"contact": None} | before[0]]
    assert await world.web(email=EMAIL) == "again"
    assert await total(world) == 0


@pytest.mark.parametrize("beside", [False, True])
async def test_put_back_it_is_one_with_the_other_without_contact(
    world: World, beside: bool
) -> None:
    await world.web(email=EMAIL)
    await decide(world, out=True)
    if beside:
        await world.web()
    await let_go(world)
    await decide(world, out=False)
    assert await total(world) == 1
    [row] = await world.rows("contact, contact_key, person_key, place_key IS NULL AS nowhere")
    assert not any(row.values())
    assert await world.web() == "again"
    await world.text()
    assert await total(world) == 1


async def test_all_that_is_put_back_at_once_is_one(world: World) -> None:
    await world.web(email=EMAIL)
    await world.web()
    await decide(world, out=True)
    await let_go(world)
    await decide(world, out=False)
    assert await total(world) == 1


@pytest.mark.parametrize("gone", [False, True])
async def test_one_that_loses_its_contact_is_not_merged_into_what_was_taken_out(
    world: World, gone: bool
) -> None:
    await world.web()
    await decide(world, out=True)
    [first] = await world.signature_ids()
    await world.web(email=EMAIL)
    if gone:
        async with world.database.write() as tx:
            await give_back_many(tx, [GivenBack(world.petition, first, world.now)])
    await let_go(world)
    assert await total(world) == 1
    rows = await world.rows("contact_key, place_key IS NULL AS nowhere, rejected_at IS NULL AS ok")
    assert [(r["contact_key"], bool(r["nowhere"]), bool(r["ok"])) for r in rows] == [
        (None, True, False),
        (None, False, True),
    ]
