"""What signers say besides where their petition asks for more: stored with the signature that a
code or a text has shown to be theirs, bound by the value of the page, and gone with it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from server.core.desk.signers import partners
from server.core.outbox import outbox
from server.core.petitions.extras import NO_EXTRAS, Extras
from server.core.signing import signatures, stored, verification
from server.core.signing.codes import TypedCode
from server.core.signing.entries import NOTHING, Besides
from server.core.signing.signature import Signing
from server.core.signing.verification import Verifier
from server.core.upkeep import check, ending, erasure
from server.db import Row
from server.errors import InvalidInput
from tests.harness.databases.stores import Counting
from tests.harness.world import PHONE, World

ASKED: dict[str, Any] = {
    "eligibility": {"en": "I live in Springfield."},
    "organizations": True,
    "question": {"en": "Since when?"},
    "partners": ("Lake Watch", "Clean Water"),
}
#: A form that says all that it can, and what is stored of that.
SAID = {"eligible": "on", "organization": " Lake  Club", "reply": "Since 1990"}
STORED = {"stated_at", "organization", "reply"}


@pytest.fixture
def asking(world: World) -> World:
    """A petition that asks for all that it can."""
    world.petition = replace(world.petition, extras=Extras(**ASKED))
    return world


async def rows(world: World) -> list[Row]:
    async with world.database.read() as tx:
        return list(await tx.fetch("SELECT * FROM besides ORDER BY signature_id"))


def said(row: Row) -> set[str]:
    """The columns in which a row says anything."""
    return {name for name, value in dict(row).items() if value is not None} - {
        "petition_id",
        "signature_id",
    }


async def sound(world: World) -> None:
    async with world.database.read() as tx:
        assert (await check.check(tx)).faults == []


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"eligible": ""}, ("eligible", "missing")),
        ({"organization": "o" * 121}, ("organization", "long")),
        ({"reply": "r" * 301}, ("reply", "long")),
        ({"share0": "Lake Watch"}, ("email", "shared")),
    ],
)
def test_what_is_wrong_is_told(
    asking: World, form: dict[str, str], problem: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        asking.signing(**SAID | form)
    assert [(p.field, p.code) for p in caught.value.problems] == [problem]


async def test_where_nobody_is_asked_nothing_is_stored_and_no_statement_more_is_made(
    world: World,
) -> None:
    async with world.database.write() as tx:
        counted: Any = Counting(tx)
        await signatures.sign_many(counted, [world.signing(**SAID)])
    assert counted.statements
    assert not any("besides" in sql for sql in counted.statements)
    assert await rows(world) == []


async def test_all_that_is_said_is_stored_with_the_signature(asking: World) -> None:
    await asking.web(**SAID)
    [row] = await rows(asking)
    assert said(row) == STORED
    assert (row["organization"], row["reply"]) == ("Lake Club", "Since 1990")
    assert [row["signature_id"]] == await asking.signature_ids()
    await asking.web(**SAID)  # the same again
    assert len(await rows(asking)) == 1


async def test_whoever_signs_by_text_states_it_by_signing(asking: World) -> None:
    await asking.text()
    [row] = await rows(asking)
    assert said(row) == {"stated_at"}


def test_the_value_of_a_page_is_of_what_is_said_besides_too(asking: World) -> None:
    keys, salt = asking.keys, asking.petition.salt
    form = asking.signing(email="ana@gmail.com", **SAID)
    bare = form.entries._replace(besides=NOTHING)
    assert form.entries.value(keys, salt) != bare.value(keys, salt)
    again = asking.signing(email="ana@gmail.com", **SAID)
    assert again.entries.value(keys, salt) == form.entries.value(keys, salt)


async def test_taking_it_back_erases_what_was_said_besides(asking: World) -> None:
    await asking.web(**SAID)
    async with asking.database.write() as tx:
        mine = await stored.by_ids(tx, 1, await asking.signature_ids())
        await signatures.withdraw(tx, mine, asking.now)
    assert await rows(asking) == []


async def test_a_text_that_takes_a_web_signature_over_erases_what_was_entered_there(
    asking: World,
) -> None:
    await asking.web(phone=PHONE, **SAID)
    assert await asking.text() == "verified"
    assert [said(row) for row in await rows(asking)] == [{"stated_at"}]
    await sound(asking)


async def test_a_text_with_the_digits_adopts_what_the_page_said(asking: World) -> None:
    form = asking.signing(phone=PHONE, **SAID)
    await asking.sign(form)
    async with asking.database.write() as tx:
        about = asking.keys, asking.petition, PHONE, asking.digits(form), asking.now
        found = await verification.by_text(tx, *about)
    assert found
    assert found[0].besides == form.besides
    assert [said(row) for row in await rows(asking)] == [STORED]


async def test_a_page_of_before_verifies_when_nobody_is_asked_any_more(asking: World) -> None:
    form = asking.signing(phone=PHONE, **SAID)
    await asking.sign(form)
    asks_nothing = replace(asking.petition, extras=NO_EXTRAS)
    async with asking.database.write() as tx:
        about = asking.keys, asks_nothing, PHONE, asking.digits(form), asking.now
        assert await verification.by_text(tx, *about)
    assert await rows(asking) == []
    assert (await asking.figures()).verified == 1


async def test_a_second_form_waits_with_all_that_it_says(asking: World) -> None:
    await asking.web(phone=PHONE, comment="the first", **SAID)
    form = asking.signing(phone=PHONE, comment="the second", **SAID)
    await asking.sign(form)
    async with asking.database.write() as tx:
        [row] = await tx.fetch("SELECT besides FROM pending_forms")
        assert Besides.unpacked(row["besides"]) == form.besides
        about = asking.keys, asking.petition, PHONE, asking.digits(form), asking.now
        assert await verification.by_text(tx, *about)
    assert [said(row) for row in await rows(asking)] == [STORED]
    assert [row["comment"] for row in await asking.rows()] == ["the second"]


SHARING = {"email": "ana@gmail.com", "share0": "Lake Watch", "share1": "Somebody else"}


async def test_only_what_was_ticked_is_shared_with_its_time(asking: World) -> None:
    await asking.web(**SAID | SHARING)
    [row] = await rows(asking)
    assert json.loads(row["shares"]) == {"Lake Watch": asking.now}
    assert row["email"] == "ana@gmail.com"


async def test_an_e_mail_that_is_erased_unverified_is_shared_with_nobody(asking: World) -> None:
    await asking.web(**SAID | SHARING)
    await erasure.erase_contacts(asking.database, asking.now + 100 * 3600)
    [row] = await rows(asking)
    assert said(row) == STORED
    assert (await asking.rows())[0]["contact"] is None


async def test_a_partner_gets_verified_signers_of_its_own_alone(asking: World) -> None:
    assert await file_of(asking, "Lake Watch") == []
    for n, form in enumerate((SHARING, SHARING | {"share1": "Clean Water"}, {})):
        email = {"email": f"ana{n}@gmail.com"}
        signing = asking.signing(f"Ana {'ABC'[n]}", **SAID | form | email)
        await asking.sign(signing)
        if n != 1:
            await verify(asking, signing)
    assert await file_of(asking, "Lake Watch") == [
        ["Ana A", "ana0@gmail.com", "2027-01-15T08:00:00Z"]
    ]
    assert await file_of(asking, "Clean Water") == []
    async with asking.database.write() as tx:
        assert await partners.sharing(tx, 1) == {"Lake Watch": 1}
        mine = await stored.by_ids(tx, 1, await asking.signature_ids())
        assert mine[0].contact is None  # the signature's own is erased, once verified
        await signatures.withdraw(tx, mine, asking.now)
    assert await file_of(asking, "Lake Watch") == []


async def verify(world: World, form: Signing) -> None:
    """The code of the mail is typed on the page of that form."""
    async with world.database.write() as tx:
        [item, *_] = [
            i for i in await outbox.lease(tx, world.now, 99, "email") if i.recipient == form.contact
        ]
        message = await world.says(tx, item, world.now)
        assert message
    typed = TypedCode(
        petition=world.petition,
        action="verify",
        code=message.codes[0].code,
        contact=form.contact or "",
        ref="",
        now=world.now,
        entries=form.entries.value(world.keys, world.petition.salt),
    )
    assert await world.group.submit(Verifier(world.keys).take_many, typed)


async def file_of(world: World, partner: str) -> list[list[str]]:
    blocks = [b async for b in partners.partner_blocks(world.database, 1, partner)]
    heading, *found = csv.reader(io.StringIO(b"".join(blocks).decode("utf-8-sig")))
    assert tuple(heading) == partners.PARTNER_HEADINGS
    return found


async def test_ending_for_good_erases_it(asking: World) -> None:
    await asking.web(**SAID)
    async with asking.database.write() as tx:
        await ending.end(tx, asking.keys, asking.petition, asking.now)
    await ending.empty(asking.database, asking.now)
    assert await rows(asking) == []
