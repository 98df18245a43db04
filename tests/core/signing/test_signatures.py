"""Who is signed, who is the same person, and how each counts: section 4 of the design."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from server.core.outbox import outbox
from server.core.signing import signatures, stored
from server.core.signing.stored import related
from server.core.upkeep import check
from server.errors import InvalidInput, NotOpen
from tests.harness.databases.plans import Plans
from tests.harness.world import NOW, PHONE, World

OTHER_PHONE = "+14065550124"


async def verified(world: World) -> int:
    return (await world.figures()).verified


async def unverified(world: World) -> int:
    return (await world.figures()).unverified


async def test_a_web_signing_without_contact_counts_as_unverified(world: World) -> None:
    assert await world.web() == "new"
    assert await world.figures() == replace(await world.figures(), verified=0, unverified=1, held=0)


async def test_a_text_verifies_the_phone_it_comes_from(world: World) -> None:
    assert await world.text() == "new"
    figures = await world.figures()
    assert (figures.verified, figures.by_class["sms"]) == (1, 1)


async def test_the_same_person_again_adds_no_signature(world: World) -> None:
    first = [await world.web("Ana Díaz", "59801"), await world.text("Bo Lee", phone=OTHER_PHONE)]
    again = [
        await world.web("ana  DIAZ", "59801-1234"),
        await world.text("bo lee", phone=OTHER_PHONE),
    ]
    assert (first, again) == (["new", "new"], ["again", "again"])
    assert (await world.figures()).total == 2


async def test_ten_at_once_are_one_signature(world: World) -> None:
    outcomes = await asyncio.gather(*(world.web() for _ in range(10)))
    assert sorted(outcomes) == ["again"] * 9 + ["new"]
    assert (await world.figures()).total == 1


async def test_the_store_itself_takes_nobody_twice(world: World) -> None:
    await world.web("Ana Diaz", "59801")
    await world.text("Bo Lee")
    for contact in ("contact_key IS NULL", "contact_key IS NOT NULL"):
        with pytest.raises(Exception, match=r"(?i)unique"):
            async with world.database.write() as tx:
                await tx.execute(
                    "INSERT INTO signatures (id, petition_id, class, language, created_at,"
                    " place_key, contact_key, person_key) SELECT id + 1, petition_id, class,"
                    " language, created_at, place_key, contact_key, person_key"
                    f" FROM signatures WHERE {contact}"
                )
    assert len(await world.rows()) == 2


async def test_the_same_name_elsewhere_is_somebody_else(world: World) -> None:
    await world.web("Ana Diaz", "59801")
    assert await world.web("Ana Diaz", "59802") == "new"


async def test_verifying_absorbs_the_signature_without_contact(world: World) -> None:
    await world.web("Ana Diaz", "59801", comment="mine")
    assert await world.text("Ana Diaz", "59801") == "new"
    assert (await verified(world), await unverified(world)) == (1, 0)
    absorbed, row = await world.rows()
    assert absorbed["absorbed_by"] == row["id"]
    assert (row["class"], row["comment"], row["public_at"]) == ("sms", None, None)
    assert row["contact"] is None  # it has done its work


async def test_leaving_the_contact_out_does_not_count_a_verified_signer_twice(
    world: World,
) -> None:
    await world.text("Ana Diaz", "59801")
    assert await world.web("Ana Diaz", "59801") == "again"
    assert (await world.figures()).total == 1


async def test_one_person_by_web_with_and_without_contact_ends_as_one(world: World) -> None:
    await world.web("Ana Diaz", "59801")
    await world.web("Ana Diaz", "59801", phone=PHONE)
    assert await world.text("Ana Diaz", "59801") == "verified"
    alone, row = await world.rows()
    assert (row["class"], alone["absorbed_by"]) == ("sms", row["id"])
    assert (await world.figures()).total == 1


async def test_a_text_with_the_same_name_verifies_a_web_signing_but_not_its_comment(
    world: World,
) -> None:
    await world.web("Ana Diaz", "59802", phone=PHONE, comment="a stranger's words", news="1")
    assert await world.text("Ana Diaz", "59801") == "verified"
    (row,) = await world.rows()
    assert (row["comment"], row["news_at"], row["postcode"]) == (None, None, "59801")


@pytest.mark.parametrize(
    "name", ["Ana Dias", "Ana Daiz", "An Diaz", "Anna Diaz", "Ana Maria Diaz", "ana diaz"]
)
async def test_a_name_one_edit_or_one_word_away_on_the_same_phone_is_the_same_person(
    world: World, name: str
) -> None:
    await world.text("Ana Diaz")
    assert await world.text(name) == ("again" if name == "ana diaz" else "corrected")
    assert await verified(world) == 1
    [row] = await world.rows("name")
    assert row["name"] == name  # what the reply says


async def test_four_people_may_share_a_phone_and_a_fifth_is_held(world: World) -> None:
    names = ["Ana Diaz", "Bo Lee", "Cyd Charo", "Dee Prince", "Eve Stone"]
    outcomes = [await world.text(name) for name in names]
    assert outcomes == ["new"] * 4 + ["held"]
    figures = await world.figures()
    assert (figures.verified, figures.held, figures.total) == (4, 1, 5)


async def test_unverified_names_take_no_place_in_a_household(world: World) -> None:
    for name in ["Bo Lee", "Cyd Charo", "Dee Prince", "Eve Stone", "Flo Night"]:
        await world.web(name, phone=PHONE)
    assert await world.text("Ana Diaz") == "new"
    assert (await verified(world), (await world.figures()).held) == (1, 0)


async def test_an_overfull_household_holds_a_web_signing_that_is_verified_later(
    world: World,
) -> None:
    await world.web("Eve Stone", phone=PHONE)
    for name in ["Ana Diaz", "Bo Lee", "Cyd Charo", "Dee Prince"]:
        await world.text(name)
    assert await world.text("Eve Stone") == "held"
    assert (await verified(world), (await world.figures()).held) == (4, 1)


async def test_a_rejected_signature_stays_rejected(world: World) -> None:
    await world.text()
    async with world.database.write() as tx:
        await tx.execute("UPDATE signatures SET rejected_at = :now", now=NOW)
    assert await world.text() == "again"
    assert len(await world.rows()) == 1


async def test_withdrawing_erases_the_person_and_lets_them_sign_again(world: World) -> None:
    await world.text()
    async with world.database.write() as tx:
        keys = [(world.petition.id, world.keys.contact(world.petition.salt, PHONE))]
        mine = await signatures.signed_by(tx, keys)
        await signatures.withdraw(tx, mine, NOW)
    assert (await world.figures()).total == 0
    (row,) = await world.rows()
    personal = ("name", "postcode", "contact", "comment", "place_key", "contact_key", "person_key")
    assert [row[c] for c in personal] == [None] * len(personal)
    assert await world.text() == "new"
    assert await verified(world) == 1


async def test_a_batch_of_everything_at_once_leaves_counters_equal_to_rows(world: World) -> None:
    async def one(i: int) -> None:
        name, phone = f"Name {chr(65 + i % 17)}{chr(97 + i % 5)}", f"+1406555{100 + i % 9:04}"
        if i % 3:
            await world.web(name, "59801", **({"phone": phone} if i % 2 else {}))
        else:
            await world.text(name, "59801", phone)

    await asyncio.gather(*(one(i) for i in range(300)))
    async with world.database.read() as tx:
        report = await check.check(tx)
    assert report.faults == []
    assert report.figures["lake"] == await world.figures()


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({}, {"name": "missing", "postcode": "missing"}),
        ({"name": "A" * 81, "postcode": "59801"}, {"name": "long"}),
        ({"name": "\x00\x07 ", "postcode": "\u200b"}, {"name": "missing", "postcode": "missing"}),
        ({"name": "see http://x.org", "postcode": "59801"}, {"name": "not_a_name"}),
        ({"name": "12345", "postcode": "5980"}, {"name": "not_a_name", "postcode": "malformed"}),
        ({"name": "Ana", "postcode": "59801", "phone": "555-0123"}, {"phone": "malformed"}),
        ({"name": "Ana", "postcode": "59801", "phone": "4" * 99}, {"phone": "malformed"}),
        ({"name": "Ana", "postcode": "59801", "email": "ana@"}, {"email": "malformed"}),
        (
            {"name": "Ana", "postcode": "59801", "email": "a@b.org", "phone": PHONE},
            {"phone": "both"},
        ),
        ({"name": "Ana", "postcode": "59801", "comment": "x" * 501}, {"comment": "long"}),
    ],
)
async def test_a_malformed_form_is_told_every_problem_at_once(
    world: World, values: dict[str, str], problems: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await world.web(**({"name": "", "postcode": ""} | values))
    assert {p.field: p.code for p in caught.value.problems} == problems
    assert await world.rows() == []


async def test_a_petition_may_ask_for_a_contact_and_let_the_postcode_go(world: World) -> None:
    world.petition = replace(world.petition, contact_required=True, postcode_required=False)
    with pytest.raises(InvalidInput, match="email: missing"):
        await world.web("Ana Diaz", "")
    assert await world.web("Ana Diaz", "", email="Ana@Example.org") == "new"
    assert (await world.rows("contact"))[0]["contact"] == "ana@example.org"


@pytest.mark.parametrize("times", [{"closed_at": NOW}, {"paused_at": NOW}, {"opened_at": None}])
async def test_a_petition_that_is_not_open_takes_no_signature(
    world: World, times: dict[str, Any]
) -> None:
    world.petition = replace(world.petition, **times)
    for door in (world.web, world.text):
        with pytest.raises(NotOpen):
            await door()


async def test_a_person_is_looked_up_by_exact_keys_whatever_the_number_of_signatures(
    world: World,
) -> None:
    if world.database.engine != "sqlite":
        return  # PostgreSQL plans by its statistics, and has none here
    signing = signatures.text_signing(
        world.petition,
        name="Ana Diaz",
        postcode="59801",
        phone=PHONE,
        keys=world.keys,
        language="en",
        id_=1,
        now=NOW,
    )
    async with world.database.read() as tx:
        people = [(signing.petition_id, signing.keys.place, signing.keys.contact)]
        plans = Plans(tx)
        await related(plans, people)
        await stored.of_contact(plans, 1, [signing.keys.contact or b""])
    looked_up = [plan for plan in plans.seen if " s " in plan]
    assert len(looked_up) == 4
    assert all(plan.endswith("_key=?)") for plan in looked_up), looked_up


async def test_taking_back_leaves_no_message_that_says_whose_it_was(world: World) -> None:
    await world.web(email="ana@gmail.com")
    await world.web("Bo Lee", email="bo@gmail.com")
    await world.web("Cyd Charo", phone=PHONE)
    async with world.database.write() as tx:
        ana, _, cyd = await stored.by_ids(tx, 1, await world.signature_ids())
        await outbox.sent(tx, cyd.id, "", "", 1, NOW)
        await signatures.withdraw(tx, [ana, cyd], NOW)
        rows = await tx.fetch("SELECT recipient, address_key FROM outbox ORDER BY id")
    assert [row["recipient"] for row in rows] == ["bo@gmail.com", None]
    assert rows[1]["address_key"] is None
