"""What a stranger enters binds nobody: what is stored is what the form said that came back with a
code of the contact."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest

from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.signing import pending, signatures, verification
from server.core.signing.codes import TypedCode
from server.core.signing.entries import Entries
from server.core.signing.messages import Message
from server.core.signing.signature import Signing
from server.core.signing.verification import Asked, GivenBack, Taken, Verifier, give_back_many
from server.core.upkeep import check, erasure
from server.core.values.keys import Keys
from tests.harness.databases.stores import Counting
from tests.harness.world import PHONE, World

ANA = "ana@gmail.com"
OTHERS: dict[str, Any] = {"public": "1", "news": "1", "comment": "a stranger's words"}
NETWORKS = [bytes([n]) * 16 for n in range(9)]


async def signed(world: World, *, network: bytes = b"", **form: Any) -> Signing:
    """Somebody fills in the form, from that network."""
    world.now += 1
    signing = world.signing(**form)
    signing.prefix_tag = network or None
    await world.sign(signing)
    return signing


async def mails(world: World) -> list[tuple[Announcement, Message]]:
    """What the mails say that go out now."""
    said = []
    async with world.database.write() as tx:
        for channel in ("email", "sms"):
            for item in await outbox.lease(tx, world.now, 1000, channel):
                message = await world.says(tx, item, world.now)
                await outbox.sent(tx, item.id, "", "", 0, world.now)
                if message:
                    said.append((item, message))
    return said


async def typed(world: World, code: str, form: Signing | None = None, **more: Any) -> Taken | None:
    """A code, typed on the page of that form, or on one that shows none."""
    entries = form.entries.value(world.keys, world.petition.salt) if form else ""
    values: dict[str, Any] = {"contact": ANA, "ref": "", "action": "verify", "entries": entries}
    one = TypedCode(petition=world.petition, code=code, now=world.now, **(values | more))
    taken: Taken | None = await world.group.submit(Verifier(world.keys).take_many, one)
    return taken


async def texted(world: World, form: Signing) -> tuple[str, str] | None:
    digits = world.digits(form)
    async with world.database.write() as tx:
        done = await verification.by_text(tx, world.keys, world.petition, PHONE, digits, world.now)
    return (done[0].name, done[1]) if done else None


async def stored(world: World) -> list[tuple[Any, ...]]:
    """What stands there of those who have not taken it back; the counters agree with the rows."""
    async with world.database.read() as tx:
        assert (await check.check(tx)).faults == []
    columns = "name, postcode, comment, public_at, news_at, verified_at, withdrawn_at"
    return [
        (r["name"], r["postcode"], r["comment"], bool(r["public_at"]), bool(r["news_at"]))
        for r in await world.rows(columns)
        if r["withdrawn_at"] is None
    ]


async def forms(world: World) -> list[str]:
    async with world.database.read() as tx:
        rows = await tx.fetch("SELECT name FROM pending_forms ORDER BY signing_id")
    return [row["name"] for row in rows]


def assert_verified(taken: Taken | None, mine: Signing) -> None:
    assert taken
    assert (taken.done, taken.entries) == ("verified", mine.entries)
    assert taken.signature_id


@pytest.mark.parametrize("door", ["page", "link", "phone"])
async def test_the_owner_stores_what_the_owner_entered(world: World, door: str) -> None:
    whose: dict[str, Any] = {"phone": PHONE} if door == "phone" else {"email": ANA}
    await signed(world, name="ANA DIAZ", postcode="59999", **OTHERS, **whose)
    mine = await signed(world, **whose)
    assert await forms(world) == ["Ana Diaz"]
    said_in_mails = [message for _, message in await mails(world)]
    if door == "phone":
        assert await texted(world, mine) == ("Ana Diaz", "verified")
    else:
        said = said_in_mails[-1].codes[0]
        there: dict[str, Any] = (
            {"form": mine} if door == "page" else {"contact": "", "ref": said.ref}
        )
        taken = await typed(world, said.code, **there)
        assert_verified(taken, mine)
    assert await stored(world) == [("Ana Diaz", "59801", None, False, False)]
    assert (await world.figures()).verified == 1
    assert await forms(world) == []
    assert [r["contact"] for r in await world.rows("contact")] == [None]


async def test_any_code_of_the_contact_verifies_the_page_on_which_it_is_typed(
    world: World,
) -> None:
    await signed(world, name="ANA DIAZ", **OTHERS, email=ANA)
    [(_, strangers)] = await mails(world)
    mine = await signed(world, email=ANA)
    taken = await typed(world, strangers.codes[0].code, mine)
    assert_verified(taken, mine)
    assert await stored(world) == [("Ana Diaz", "59801", None, False, False)]


async def test_a_page_whose_form_is_known_no_more_verifies_nothing(world: World) -> None:
    await signed(world, email=ANA, **OTHERS)
    [(_, message)] = await mails(world)
    never = world.signing("Ana Dias", email=ANA)
    assert await typed(world, message.codes[0].code, never) is None
    assert (await world.figures()).verified == 0


@pytest.mark.parametrize("by", ["code", "digits"])
async def test_an_honest_correction_is_taken_and_the_misspelt_one_is_gone(
    world: World, by: str
) -> None:
    whose: dict[str, Any] = {"phone": PHONE} if by == "digits" else {"email": ANA}
    first = await signed(world, name="Jon Smit", **whose)
    second = await signed(world, name="Jon Smith", **whose)
    if by == "digits":
        assert await texted(world, second) == ("Jon Smith", "verified")
        assert await texted(world, first) is None
    else:
        [*_, (_, message)] = await mails(world)
        assert await typed(world, message.codes[0].code, second)
        assert await typed(world, message.codes[0].code, first) is None
    assert await stored(world) == [("Jon Smith", "59801", None, False, False)]
    assert (await world.figures()).total == 1


async def test_whoever_has_verified_changes_nothing_until_a_code_is_typed(world: World) -> None:
    first = await signed(world, email=ANA)
    [(_, message)] = await mails(world)
    await typed(world, message.codes[0].code, first)
    world.now += DAY
    again = await signed(world, name="Ana Dias", postcode="59802", email=ANA, **OTHERS)
    assert await stored(world) == [("Ana Diaz", "59801", None, False, False)]
    [(_, note)] = await mails(world)
    assert note.kind == "signed_otherwise"
    assert await typed(world, note.codes[0].code, contact="", ref=note.codes[0].ref)
    assert await stored(world) == [("Ana Dias", "59802", "a stranger's words", True, True)]
    assert [r["contact"] for r in await world.rows("contact")] == [ANA]
    await signed(world, name="Ana Diaz", email=ANA)
    assert await mails(world) == []  # once a day
    assert (await world.figures()).total == 1
    assert again.entries.news


async def test_an_approved_comment_that_is_changed_waits_again(world: World) -> None:
    first = await signed(world, email=ANA, comment="ours", public="1")
    [(_, message)] = await mails(world)
    code = message.codes[0].code
    await typed(world, code, first)
    async with world.database.write() as tx:
        await tx.execute("UPDATE signatures SET approved_at = 1")
    other = await signed(world, email=ANA, comment="not ours", public="1")
    await typed(world, code, other)
    async with world.database.read() as tx:
        assert await signatures.public_names(tx, world.petition.id, 1, 9) == [("Ana Diaz", "")]


async def test_not_me_to_a_strangers_form_leaves_what_the_owner_has_signed(world: World) -> None:
    first = await signed(world, email=ANA)
    [(_, message)] = await mails(world)
    await typed(world, message.codes[0].code, first)
    world.now += DAY
    await signed(world, email=ANA, **OTHERS)
    [(_, note)] = await mails(world)
    said = note.codes[0]
    assert await typed(world, said.code, contact="", ref=said.ref, action="not_me") == Taken(
        "not_me"
    )
    assert await forms(world) == []
    assert (await world.figures()).verified == 1


async def test_three_forms_of_a_contact_and_network_are_kept(world: World) -> None:
    await signed(world, email=ANA)
    mine = await signed(world, name="ana diaz", email=ANA, network=NETWORKS[0])
    for n in range(12):
        await signed(world, comment=f"words {n}", email=ANA, network=NETWORKS[1 + n % 2])
    assert len(await forms(world)) == 1 + 2 * pending.FORMS_KEPT
    [*_, (_, message)] = await mails(world)
    assert await typed(world, message.codes[0].code, mine)
    assert await stored(world) == [("ana diaz", "59801", None, False, False)]


async def test_the_same_form_again_is_kept_once(world: World) -> None:
    for _ in range(3):
        nothing: dict[str, Any] = {}
        for form in (nothing, OTHERS):
            await signed(world, email=ANA, **form)
    assert await forms(world) == ["Ana Diaz"]


async def test_forms_go_with_the_pending_contact_and_with_the_signature(world: World) -> None:
    await signed(world, email=ANA)
    await signed(world, email=ANA, **OTHERS)
    world.now += erasure.PENDING_HOURS * 3600 - 2
    await erasure.erase_contacts(world.database, world.now)
    assert await forms(world) == ["Ana Diaz"]
    world.now += 9
    await erasure.erase_contacts(world.database, world.now)
    assert await forms(world) == []
    await world.text()
    await signed(world, phone=PHONE, **OTHERS)
    async with world.database.write() as tx:
        key = world.keys.contact(world.petition.salt, PHONE)
        mine = await signatures.signed_by(tx, [(world.petition.id, key)])
        await signatures.withdraw(tx, mine, world.now)
    assert await forms(world) == []


async def test_a_code_that_comes_after_the_signature_is_taken_back_signs(world: World) -> None:
    await signed(world, email=ANA)
    mine = await signed(world, email=ANA, postcode="59802")
    [*_, (_, message)] = await mails(world)
    async with world.database.write() as tx:
        await tx.execute("UPDATE signatures SET contact_key = NULL, person_key = NULL")
        await tx.execute("UPDATE signatures SET contact = NULL")
    assert_verified(await typed(world, message.codes[0].code, mine), mine)
    assert (await world.figures()).verified == 1


async def test_a_mail_to_a_contact_that_nobody_has_verified_names_nobody(world: World) -> None:
    await signed(world, name="URGENT Call One", email=ANA)
    [(_, message)] = await mails(world)
    assert [c.name for c in message.codes] == [""]
    asked = verification.Asked(world.ids.next(world.now), world.petition, ANA, "en", world.now)
    await world.group.submit(Verifier(world.keys).ask_many, asked)
    [(_, message)] = await mails(world)
    assert [c.name for c in message.codes] == [""]


# By text.


@pytest.mark.parametrize(
    ("name", "postcode", "outcome"),
    [
        ("Ana Diaz", "59802", "corrected"),
        ("Ana Dias", "59801", "corrected"),
        ("ANA DIAZ", "59801", "again"),
        ("Bo Lee", "59801", "new"),
    ],
)
async def test_what_a_reply_to_a_text_says_is_what_is_stored(
    world: World, name: str, postcode: str, outcome: str
) -> None:
    await world.text()
    assert await world.text(name, postcode) == outcome
    assert (name, postcode) in [row[:2] for row in await stored(world)]
    assert (await world.figures()).verified == (2 if outcome == "new" else 1)


async def test_whoever_is_corrected_leaves_the_one_without_contact_at_the_old_place(
    world: World,
) -> None:
    await world.web()
    await world.text()
    assert (await world.figures()).total == 1
    await world.web("Ana Dias")
    assert await world.text("Ana Dias") == "corrected"
    await stored(world)
    figures = await world.figures()
    assert (figures.verified, figures.unverified) == (1, 1)
    rows = await world.rows("name, absorbed_by")
    assert [(r["name"], bool(r["absorbed_by"])) for r in rows] == [
        ("Ana Diaz", False),
        ("Ana Dias", False),
        ("Ana Dias", True),
    ]


async def test_what_the_web_entered_is_adopted_by_its_digits_alone_also_after_a_text(
    world: World,
) -> None:
    form = await signed(world, phone=PHONE, comment="ours")
    assert await world.text() == "verified"
    assert await stored(world) == [("Ana Diaz", "59801", None, False, False)]
    assert await texted(world, form) == ("Ana Diaz", "verified")
    assert await stored(world) == [("Ana Diaz", "59801", "ours", False, False)]


async def test_a_text_absorbs_what_nobody_has_verified_under_nearly_its_name(world: World) -> None:
    await signed(world, name="Ana Dias", phone=PHONE)
    await signed(world, name="Bo Lee", phone=PHONE)
    assert await world.text() == "new"
    assert [row[0] for row in await stored(world)] == ["Bo Lee", "Ana Diaz"]


# Without contact.


async def given_back(world: World, form: Signing) -> None:
    one = GivenBack(world.petition, form.id, world.now)
    await world.group.submit(give_back_many, one)


async def test_only_the_form_that_made_a_signature_without_contact_takes_it_back(
    world: World,
) -> None:
    first = await signed(world)
    second = await signed(world)
    await given_back(world, second)
    assert len(await stored(world)) == 1
    await given_back(world, first)
    assert await stored(world) == []
    await given_back(world, first)
    assert await world.web() == "new"


async def test_a_reference_takes_back_nothing_that_has_a_contact(world: World) -> None:
    form = await signed(world, email=ANA)
    await given_back(world, form)
    assert len(await stored(world)) == 1


async def test_a_reference_takes_back_what_is_absorbed_and_the_other_stays(world: World) -> None:
    form = await signed(world)
    await world.text()
    await given_back(world, form)
    assert [row[0] for row in await stored(world)] == ["Ana Diaz"]
    assert (await world.figures()).verified == 1


async def test_a_reference_takes_nothing_back_behind_which_somebody_else_stands_too(
    world: World,
) -> None:
    """Their contact was erased before it was verified. It costs the same."""
    form = await signed(world)
    await signed(world, email=ANA)
    await let_go(world, erasure.PENDING_HOURS * 3600 + 600)
    alone = await signed(world, name="Bo Lee")
    counted = []
    for one in (form, alone):
        async with world.database.write() as tx:
            counting = Counting(tx)
            await give_back_many(counting, [GivenBack(world.petition, one.id, world.now)])
        counted.append(len(counting.statements))
    assert [row[0] for row in await stored(world)] == ["Ana Diaz"]
    assert counted[0] == counted[1]


# Alike.


async def test_further_forms_cost_as_many_statements_as_new_signatures(world: World) -> None:
    await signed(world, email=ANA)
    counted = []
    further: dict[str, Any] = {"email": ANA, "comment": "others"}
    for form in ({"email": "bo@gmail.com"}, further):
        signing = world.signing(**form)
        async with world.database.write() as tx:
            counting = Counting(tx)
            await signatures.sign_many(counting, [signing])
        counted.append(len(counting.statements))
    assert counted[0] == counted[1]


async def test_digits_verify_a_form_whose_signature_has_moved_on(world: World) -> None:
    """As a new signature, once, whatever its signer corrects then."""
    form = await signed(world, phone=PHONE, comment="For the fish")
    await world.text()
    await moved_on(world, "Bo Lee")
    assert await texted(world, form) == ("Ana Diaz", "verified")
    await moved_on(world, "Cyd Charo")
    assert await texted(world, form) is None
    assert [row[:3] for row in await stored(world)] == [
        ("Bo Lee", "59801", None),
        ("Cyd Charo", "59801", "For the fish"),
    ]
    assert (await world.figures()).verified == 2


async def moved_on(world: World, name: str) -> None:
    """The phone says by text that its last signature is of another name."""
    world.now += 1
    async with world.database.write() as tx:
        key = world.keys.contact(world.petition.salt, PHONE)
        wrong, *_ = await signatures.signed_by(tx, [(world.petition.id, key)])
        right = replace(world.signing(name, phone=PHONE), verified=True)
        await signatures.correct(tx, wrong, right)


@pytest.mark.parametrize("postcode", ["59801", "59802"])
async def test_a_form_that_is_denied_is_gone_though_its_signature_has_lost_the_contact(
    world: World, postcode: str
) -> None:
    """And what stands there without contact is anybody's of that name and place."""
    form = await late_form(world, email=ANA, postcode=postcode)
    [*_, (_, message)] = await mails(world)
    await let_go(world)
    await world.web()  # another of that name, without contact
    assert await forms(world) == ["Ana Diaz"]
    code = message.codes[0].code
    assert await typed(world, code, form, action="not_me")
    assert await forms(world) == []
    assert [row[0] for row in await stored(world)] == ["Ana Diaz"]
    assert await typed(world, code, form) is None
    assert (await world.figures()).verified == 0


@pytest.mark.parametrize("postcode", ["59801", "59802"])
@pytest.mark.parametrize("by", ["contact", "ref"])
async def test_a_form_whose_signature_has_lost_the_contact_is_taken_back_by_mail(
    world: World, postcode: str, by: str
) -> None:
    form = await late_form(world, email=ANA, postcode=postcode)
    await let_go(world)
    await world.web()  # another of that name, without contact
    asked = Asked(world.ids.next(world.now), world.petition, ANA, "en", world.now)
    await world.group.submit(Verifier(world.keys).ask_many, asked)
    [*_, (item, message)] = await mails(world)
    assert (item.kind, [one.name for one in message.codes]) == ("withdraw_code", [""])
    [mailed] = message.codes
    whose: dict[str, Any] = {"contact": ANA} if by == "contact" else {"ref": mailed.ref}
    taken = await typed(world, mailed.code, action="withdraw", **({"contact": ""} | whose))
    assert taken and taken.done == "withdrawn"
    assert await forms(world) == []
    assert [row[0] for row in await stored(world)] == ["Ana Diaz"]
    assert (await world.figures()).total == 1
    assert await typed(world, mailed.code, form) is None


async def test_a_mail_for_a_form_waits_while_that_is_not_taken_back(world: World) -> None:
    await late_form(world, email=ANA)
    await let_go(world)
    await signed(world, name="Bo Lee", email=ANA)
    asked = Asked(world.ids.next(world.now), world.petition, ANA, "en", world.now)
    await world.group.submit(Verifier(world.keys).ask_many, asked)
    [*_, (_, message)] = await mails(world)
    bo, *_ = message.codes
    assert len(message.codes) == 2
    again = replace(asked, id=world.ids.next(world.now))
    await world.group.submit(Verifier(world.keys).ask_many, again)
    assert await typed(world, bo.code, action="withdraw")
    [(item, message)] = await mails(world)
    assert (item.id, len(message.codes)) == (again.id, 1)


async def test_whoever_denies_a_form_leaves_a_tombstone_for_it(world: World) -> None:
    form = await late_form(world, email=ANA, postcode="59802")
    [*_, (_, message)] = await mails(world)
    await let_go(world)
    one = TypedCode(
        petition=world.petition,
        action="not_me",
        code=message.codes[0].code,
        contact=ANA,
        ref="",
        now=world.now,
        entries=form.entries.value(world.keys, world.petition.salt),
    )
    [first] = await world.signature_ids()
    async with world.database.write() as tx:
        assert await Verifier(world.keys).take_many(tx, [one])
        assert ("disowned", world.petition.id, first) in tx.tombstones


async def late_form(world: World, **form: Any) -> Signing:
    """A further form, shortly before the first one's contact is erased."""
    await signed(world, **{name: form[name] for name in form if name != "postcode"})
    await mails(world)
    world.now += erasure.PENDING_HOURS * 3600 - 600
    return await signed(world, comment="For the fish", **form)


async def let_go(world: World, later: int = 1200) -> None:
    """The first one's contact is erased."""
    world.now += later
    await erasure.erase_contacts(world.database, world.now)


async def test_one_contact_makes_room_for_its_network_once(world: World) -> None:
    form = await signed(world, network=NETWORKS[1], email=ANA)
    [(_, message)] = await mails(world)
    room = []
    for comment in ("", "one", "two"):
        if comment:
            form = await signed(world, network=NETWORKS[1], email=ANA, comment=comment)
        assert_verified(await typed(world, message.codes[0].code, form), form)
        async with world.database.read() as tx:
            rows = await tx.fetch("SELECT sum(n) AS n FROM spent WHERE scope = 'network'")
        room.append(int(rows[0]["n"]))
    assert room[0] < 0
    assert room == room[:1] * 3


async def test_the_wording_that_is_stored_is_that_of_the_form_whose_code_was_typed(
    world: World,
) -> None:
    first = await signed(world, email=ANA)
    world.petition = replace(world.petition, wording_number=2)
    again = await signed(world, email=ANA, v="2")
    values = {s.entries.value(world.keys, world.petition.salt) for s in (first, again)}
    assert len(values) == 2
    assert await wordings_stored(world) == [1]  # nothing changes so far
    said = [message for _, message in await mails(world)]
    assert_verified(await typed(world, said[-1].codes[0].code, again), again)
    assert await wordings_stored(world) == [2]
    late = await signed(world, email=ANA)  # from a page that was loaded before the change
    said = [message for _, message in await mails(world)]
    assert_verified(await typed(world, said[-1].codes[0].code, late), late)
    assert await wordings_stored(world) == [1]


async def test_the_digits_of_a_form_stand_for_its_wording(world: World) -> None:
    first = await signed(world, phone=PHONE)
    world.petition = replace(world.petition, wording_number=2)
    again = await signed(world, phone=PHONE, v="2")
    assert world.digits(first) != world.digits(again)
    assert await texted(world, again) == ("Ana Diaz", "verified")
    assert await wordings_stored(world) == [2]


async def wordings_stored(world: World) -> list[object]:
    return [row["wording"] for row in await world.rows("wording")]


def test_the_value_of_a_form_of_the_first_wording_is_what_it_always_was() -> None:
    keys, salt = Keys("k" * 40), b"s" * 32
    plain = keys.entries(salt, "Ana Diaz", "59801", "Why", "01")
    entries = Entries("Ana Diaz", "59801", "Why", public=False, news=True)
    assert entries.value(keys, salt) == urlsafe_b64encode(plain[:9]).decode()
    assert entries._replace(wording=2).value(keys, salt) != entries.value(keys, salt)


@pytest.mark.parametrize(("collector", "stored_as"), [(1, 1), (None, None)])
async def test_who_brought_them_is_as_the_form_says_whose_code_was_typed(
    world: World, collector: int | None, stored_as: int | None
) -> None:
    strangers = world.signing(email=ANA)
    strangers.collector = 2
    mine = world.signing(email=ANA)
    mine.collector = collector
    for signing in (strangers, mine):
        await world.sign(signing)
    said = [message for _, message in await mails(world)]
    assert_verified(await typed(world, said[-1].codes[0].code, mine), mine)
    assert [r["collector"] for r in await world.rows("collector")] == [stored_as]
    again = world.signing(email=ANA, comment="Once more")
    again.collector = 2
    await world.sign(again)
    said = [message for _, message in await mails(world)]
    assert_verified(await typed(world, said[-1].codes[0].code, again), again)
    rows = await world.rows("collector, comment")
    assert [tuple(r.values()) for r in rows] == [(stored_as, "Once more")]  # the first one stays
