"""Codes: who may type them, how often, for how long, and what they do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.counting.counts import DAY
from server.core.floods import tries
from server.core.floods.limits import DOMAIN_CAP, HOUSEHOLD, NUMBERS_CAP
from server.core.outbox import outbox
from server.core.outbox.allowance import STOPPED_SECONDS
from server.core.outbox.outbox import Announcement
from server.core.signing import codes, messages, signatures, verification
from server.core.signing.codes import Action, TypedCode
from server.core.signing.messages import Message
from server.core.signing.verification import Asked, Taken, Verifier
from server.core.upkeep import check
from server.core.values.keys import Keys, _hkdf, mac
from tests.harness.databases.stores import Counting
from tests.harness.world import NOW, PHONE, World

ANA = "ana@gmail.com"


async def sent(world: World) -> list[tuple[Announcement, Message | None]]:
    """What waits in the outbox, with what it says now; it counts as sent."""
    found = []
    async with world.database.write() as tx:
        items = [*await outbox.lease(tx, world.now, 1000, "email")]
        for item in items + await outbox.lease(tx, world.now, 1000):
            said = await world.says(tx, item, world.now)
            await outbox.sent(tx, item.id, "", "", 0, world.now)
            found.append((item, said))
    return found


async def code(world: World) -> str:
    """The code of the last mail that had one."""
    found = [m.codes[0].code for _, m in await sent(world) if m and m.codes]
    return found[-1]


async def type_(world: World, code: str, contact: str = ANA, **more: Any) -> str | None:
    values: dict[str, Any] = {"petition": world.petition, "action": "verify", "ref": ""}
    typed = TypedCode(**(values | {"code": code, "contact": contact, "now": world.now} | more))
    taken: Taken | None = await world.group.submit(Verifier(world.keys).take_many, typed)
    return taken.done if taken else None


async def state(world: World) -> tuple[int, int, int]:
    """Verified, unverified and held; the counters agree with the rows."""
    async with world.database.read() as tx:
        assert (await check.check(tx)).faults == []
    f = await world.figures()
    return f.verified, f.unverified, f.held


async def test_the_mailed_code_verifies(world: World) -> None:
    await world.web(email=ANA, comment="ours", public="1")
    assert await state(world) == (0, 1, 0)
    assert await type_(world, await code(world)) == "verified"
    assert await state(world) == (1, 0, 0)
    (row,) = await world.rows()
    assert (row["class"], row["comment"], row["contact"]) == ("web-email", "ours", None)
    assert row["contact_key"] is not None


async def test_the_contact_is_kept_for_whoever_wants_news(world: World) -> None:
    await world.web(email=ANA, news="1")
    await type_(world, await code(world))
    assert (await world.rows())[0]["contact"] == ANA


@pytest.mark.parametrize("typed", ["", "x", "12345", "0000000", "१२३", "\x00", "9" * 500])
async def test_a_wrong_code_does_nothing(world: World, typed: str) -> None:
    await world.web(email=ANA)
    await sent(world)
    assert await type_(world, typed) is None
    assert await state(world) == (0, 1, 0)


async def test_a_code_may_be_typed_with_gaps_and_in_other_digits(world: World) -> None:
    await world.web(email=ANA)
    right = await code(world)
    spoken = f" {right[:3]} {''.join(chr(ord('٠') + int(d)) for d in right[3:])} "
    assert await type_(world, spoken) == "verified"


async def test_five_wrong_codes_end_it_until_the_next_mail(world: World) -> None:
    await world.web(email=ANA)
    right = await code(world)
    for _ in range(5):
        assert await type_(world, "000000" if right != "000000" else "111111") is None
    assert await type_(world, right) is None
    world.now += 60
    await world.web(email=ANA)
    assert await type_(world, await code(world)) == "verified"


async def test_a_stranger_who_knows_the_contact_cannot_use_up_the_owners_tries(
    world: World,
) -> None:
    await world.web(email=ANA)
    [(_, message)] = await sent(world)
    assert message
    said = message.codes[0]
    for _ in range(9):
        await type_(world, "000000" if said.code != "000000" else "111111")
    assert await type_(world, said.code) is None
    assert await type_(world, said.code, contact="", ref=said.ref) == "verified"


async def test_a_reference_belongs_to_one_petition_and_one_purpose(world: World) -> None:
    await world.web(email=ANA)
    [(_, message)] = await sent(world)
    assert message
    said = message.codes[0]
    other = replace(world.petition, salt=b"x" * 32)
    assert await type_(world, said.code, contact="", ref=said.ref, petition=other) is None
    assert await type_(world, said.code, contact="", ref=said.ref, action="withdraw") is None
    assert await type_(world, said.code, contact="", ref=said.ref[:-1] + "A") is None
    assert await state(world) == (0, 1, 0)


@given(st.text(max_size=60))
def test_no_reference_that_we_did_not_make_is_known(ref: str) -> None:
    assert Keys("k" * 40).referred(b"s" * 32, "verify", ref) is None


@given(st.integers(0, (1 << 63) - 1))
def test_a_reference_leads_back_to_its_signature(id_: int) -> None:
    keys = Keys("k" * 40)
    ref = keys.ref(b"s" * 32, "verify", id_)
    assert keys.referred(b"s" * 32, "verify", ref) == id_
    assert len(ref) <= 40


async def test_a_code_is_good_for_a_day(world: World) -> None:
    await world.web(email=ANA)
    right = await code(world)
    world.now += DAY
    assert await type_(world, right) is None
    world.now -= 1
    assert await type_(world, right) == "verified"


async def test_typing_the_code_again_changes_nothing(world: World) -> None:
    await world.web(email=ANA)
    right = await code(world)
    assert [await type_(world, right) for _ in range(3)] == ["verified"] * 3
    assert await state(world) == (1, 0, 0)


async def test_signing_again_sends_a_fresh_code_and_a_retry_of_one_mail_the_same(
    world: World,
) -> None:
    await world.web(email=ANA)
    async with world.database.write() as tx:
        [item] = await outbox.lease(tx, world.now, channel="email")
        said = [await world.says(tx, item, now) for now in (NOW, NOW + 1, NOW + 500)]
        await outbox.sent(tx, item.id, "", "", 0, world.now)
    assert said[0] == said[1] == said[2]
    assert said[0]
    world.now += 600
    await world.web(email=ANA)
    fresh = await code(world)
    assert fresh != said[0].codes[0].code
    assert await type_(world, said[0].codes[0].code) is None
    assert await type_(world, fresh) == "verified"


async def test_every_signing_with_a_contact_queues_one_message_whoever_signed_before(
    world: World,
) -> None:
    for _ in range(3):
        await world.web(email=ANA)
    found = await sent(world)
    assert [(i.kind, i.channel) for i, _ in found] == [("signed", "email")] * 3
    await type_(world, (found[-1][1] or Message("")).codes[0].code)
    world.now += 60
    for _ in range(3):
        await world.web(email=ANA)
    said = [m.kind if m else None for _, m in await sent(world)]
    assert said == ["signed_again", None, None]  # a note to the owner, once a day
    world.now += DAY + 1
    await world.web(email=ANA)
    assert [m.kind if m else None for _, m in await sent(world)] == ["signed_again"]


async def test_not_me_erases_the_signature_and_stops_mail_to_that_mailbox(world: World) -> None:
    await world.web(email=ANA)
    right = await code(world)
    assert await type_(world, "1" + right, action="not_me") is None
    assert await type_(world, right, action="not_me") == "not_me"
    assert await state(world) == (0, 0, 0)
    (row,) = await world.rows()
    assert [row[c] for c in ("name", "contact", "contact_key", "place_key")] == [None] * 4
    assert await type_(world, right) is None  # gone is gone
    assert await type_(world, right, action="not_me") == "not_me"
    async with world.database.read() as tx:
        stopped = await tx.fetch("SELECT address_key, free_at FROM stopped_recipients")
    assert [(bytes(row["address_key"]), row["free_at"]) for row in stopped] == [
        (world.keys.address(ANA), world.now + STOPPED_SECONDS)
    ]


async def test_not_me_by_the_mails_link_stops_the_same_mailbox(world: World) -> None:
    await world.web(email=ANA)
    [(_, mail)] = await sent(world)
    assert mail
    [mailed] = mail.codes
    done = await type_(world, mailed.code, contact="", ref=mailed.ref, action="not_me")
    assert done == "not_me"
    async with world.database.read() as tx:
        stopped = await tx.fetch("SELECT address_key FROM stopped_recipients")
    assert [bytes(row["address_key"]) for row in stopped] == [world.keys.address(ANA)]


async def ask(world: World, email: str = ANA) -> list[Message | None]:
    asked = Asked(world.ids.next(world.now), world.petition, email, "en", world.now)
    await world.group.submit(Verifier(world.keys).ask_many, asked)
    return [m for _, m in await sent(world)]


async def test_a_signature_is_taken_back_by_a_mailed_code(world: World) -> None:
    await world.web(email=ANA)
    await type_(world, await code(world))
    [message] = await ask(world)
    assert message
    assert [s.name for s in message.codes] == ["Ana Diaz"]
    right = message.codes[0].code
    assert await type_(world, right) is None  # it takes back, and does not verify
    assert await type_(world, right, action="withdraw") == "withdrawn"
    assert await type_(world, right, action="withdraw") == "withdrawn"
    assert await state(world) == (0, 0, 0)
    assert await world.web(email=ANA) == "new"


async def test_each_signer_of_a_shared_address_has_a_code(world: World) -> None:
    for name in ("Ana Diaz", "Bo Lee"):
        await world.web(name, email=ANA)
        await type_(world, await code(world))
        world.now += 1
    [message] = await ask(world)
    assert message
    by_name = {s.name: s.code for s in message.codes}
    assert await type_(world, by_name["Bo Lee"], action="withdraw") == "withdrawn"
    assert [row["name"] for row in await world.rows() if row["name"]] == ["Ana Diaz"]


async def test_who_has_not_signed_gets_no_mail_about_taking_back(world: World) -> None:
    assert await ask(world, "nobody@gmail.com") == [None]


async def test_a_closed_petition_verifies_for_a_day_what_was_signed_before(world: World) -> None:
    await world.web(email=ANA)
    world.petition = replace(world.petition, closed_at=NOW + 10)
    world.now += DAY
    assert await type_(world, await code(world)) == "verified"
    long_closed = replace(world.petition, closed_at=world.now - DAY)
    assert codes.is_late(long_closed, world.now)
    assert not codes.is_late(world.petition, world.now)


async def test_verifying_absorbs_the_same_signer_without_contact(world: World) -> None:
    await world.web()
    await world.web(email=ANA)
    assert await state(world) == (0, 2, 0)
    await type_(world, await code(world))
    assert await state(world) == (1, 0, 0)


async def test_four_of_a_household_count_and_the_fifth_waits_for_an_organizer(
    world: World,
) -> None:
    done = []
    for name in ("Ana Diaz", "Bo Lee", "Cyd Charo", "Dee Prince", "Eve Stone"):
        await world.web(name, email=ANA)
        done.append(await type_(world, await code(world)))
        world.now += 1
    assert done == ["verified"] * 4 + ["held"]
    assert await state(world) == (4, 0, 1)
    assert (await world.holds()).count("household") == 1


async def test_every_spelling_of_a_mailbox_is_one_household(world: World) -> None:
    spellings = [f"{'.'.join(('an', 'avo', 'gel')[: 1 + n % 3])}+{n}@gmail.com" for n in range(12)]
    spellings = [s.replace("an+", "anavogel+").replace("an.avo+", "an.avogel+") for s in spellings]
    for n, address in enumerate(spellings):
        name = f"{'Ana Bo Cyd Dee Eve Fay Gus Hal Ida Jon Kim Lou'.split()[n]} {chr(65 + n)}ogel"
        await world.web(name, email=address)
        await type_(world, await code(world), contact=address)
        world.now += DAY  # three mails a day go to a mailbox
    verified, _, held = await state(world)
    assert (verified, held) == (HOUSEHOLD, 8)


@pytest.mark.parametrize("forms", [1, 2], ids=["its form", "a further form"])
async def test_a_household_is_one_also_where_it_is_stored_under_former_keys(
    world: World, forms: int
) -> None:
    phone = "+525512345678"  # +52 1 55 1234 5678 before Mexico changed its numbers
    for name in ("Ana Diaz", "Bo Lee", "Cyd Charo", "Dee Prince"):
        await world.text(name, phone=phone)
        was = world.keys.person(world.petition.salt, name, "59801", phone)
        async with world.database.write() as tx:
            await tx.execute(
                "UPDATE signatures SET contact_key = :contact, person_key = :person"
                " WHERE person_key = :now",
                now=was.person,
                **dict(zip(("contact", "person"), was.former[0], strict=True)),
            )
    for comment in ("", "For the fish")[:forms]:
        form = world.signing("Eve Stone", phone=phone, comment=comment)
        await world.sign(form)
    async with world.database.write() as tx:
        about = world.keys, world.petition, phone, world.digits(form)
        shown = await verification.by_text(tx, *about, world.now)
    assert shown and shown[1] == "held"
    assert await state(world) == (HOUSEHOLD, 0, 1)


async def test_one_person_counts_once_however_the_address_is_spelt(world: World) -> None:
    await world.web("Ana Vogel", email="a.na.vogel@gmail.com")
    done = await type_(world, await code(world), contact="anavogel+2@googlemail.com")
    assert done == "verified"
    assert await world.web("Ana Vogel", email="anavogel+2@googlemail.com") == "again"
    assert await state(world) == (1, 0, 0)
    assert [r["contact"] for r in await world.rows("contact")] == [None]


async def test_tries_are_those_of_the_mailbox(world: World) -> None:
    await world.web(email="anavogel@gmail.com")
    right = await code(world)
    for spelling in ("anavogel", "a.navogel", "an.avogel", "anavogel+1", "ana.vogel"):
        assert await type_(world, "000000", contact=f"{spelling}@gmail.com") is None
    assert await type_(world, right, contact="anavogel@gmail.com") is None


@pytest.mark.parametrize(
    ("contact", "stored"),
    [("a.na+x@gmail.com", "a.na+x@gmail.com"), ("+525512345678", "+5215512345678")],
)
async def test_who_signed_before_a_rule_changed_is_found(
    world: World, contact: str, stored: str
) -> None:
    field = "email" if "@" in contact else "phone"
    await world.web(**{field: contact})
    petition = _hkdf(b"k" * 40, world.petition.salt, b"undersigned petition")
    old = {"contact": mac(petition, "contact", stored)}
    old["person"] = mac(petition, "person", stored, "ana diaz")
    async with world.database.write() as tx:
        await tx.execute(
            "UPDATE signatures SET contact_key = :contact, person_key = :person", **old
        )
    assert await world.web(**{field: contact}) == "again"
    if field == "phone":
        assert await world.text(phone=contact) == "verified"
    [row] = await world.rows("contact_key")
    assert bytes(row["contact_key"]) == world.keys.contact(world.petition.salt, contact)  # type: ignore[call-overload]


async def test_addresses_under_one_registered_domain_are_one_group(world: World) -> None:
    for i in range(DOMAIN_CAP + 5):
        name = f"Person {chr(97 + i % 26)}{chr(97 + i // 26)}zo Lee"
        email = f"me@{chr(97 + i % 26)}{i // 26}.catchall.example"
        await world.web(name, email=email)
        await type_(world, await code(world), contact=email)
    verified, _, held = await state(world)
    assert (verified, held) == (DOMAIN_CAP, 5)


async def test_one_catch_all_domain_moves_the_count_by_no_more_than_its_cap(world: World) -> None:
    for i in range(DOMAIN_CAP + 5):
        name = f"Person {chr(97 + i % 26)}{chr(97 + i // 26)}zo Lee"
        email = f"{chr(97 + i % 26)}{i // 26}@catchall.example.net"
        await world.web(name, email=email)
        last = await type_(world, await code(world), contact=email)
    assert last == "held"
    verified, _, held = await state(world)
    assert (verified, held) == (DOMAIN_CAP, 5)
    assert set(await world.holds()) == {"", "domain:example.net"}


async def test_a_range_of_numbers_moves_the_count_by_no_more_than_its_cap(world: World) -> None:
    names = [f"{a}o {b}a" for a in "BCDFGHJKLMNPQRSTVWXZ" for b in "bcdfghjklmnpqrstvwxz"] * 2
    outcomes = await asyncio.gather(
        *(
            world.text(f"{name} Lee", phone=f"+1406555{i:04}")
            for i, name in enumerate(names[: NUMBERS_CAP + 20])
        )
    )
    assert outcomes.count("held") == 20
    assert await state(world) == (NUMBERS_CAP, 0, 20)
    assert await world.text("Zoe Quin", phone="+14062050100") == "new"


async def test_taking_back_frees_a_place_in_the_group(world: World) -> None:
    for i in range(3):
        await world.text(f"Ana {'BCD'[i]}iaz", phone=f"+140655501{i:02}")
    async with world.database.write() as tx:
        mine = await signatures.signed_by(
            tx, [(world.petition.id, world.keys.contact(world.petition.salt, "+14065550100"))]
        )
        await signatures.withdraw(tx, mine, world.now)
        row = await tx.fetch_one("SELECT verified FROM groups_of_contacts")
    assert row
    assert row["verified"] == 2


# By text.


async def by_text(world: World, digits: str, phone: str = PHONE) -> tuple[str | None, str] | None:
    async with world.database.write() as tx:
        found = await verification.by_text(tx, world.keys, world.petition, phone, digits, world.now)
    return (found[0].name, found[1]) if found else None


async def test_the_shown_digits_from_that_phone_verify_all_that_was_entered(world: World) -> None:
    signing = world.signing(phone=PHONE, comment="ours", public="1", news="1")
    await world.sign(signing)
    digits = world.digits(signing)
    assert await by_text(world, digits, "+14065550124") is None
    assert await by_text(world, f"{(int(digits) + 1) % 10000:04}") is None
    assert await by_text(world, digits) == ("Ana Diaz", "verified")
    assert await by_text(world, digits) == ("Ana Diaz", "again")
    (row,) = await world.rows()
    assert (row["class"], row["comment"], row["contact"]) == ("web-phone", "ours", PHONE)
    assert row["public_at"]
    assert await state(world) == (1, 0, 0)


async def test_a_text_code_goes_out_only_where_the_organizer_has_turned_it_on(
    world: World,
) -> None:
    await world.web(phone=PHONE)
    assert [m for _, m in await sent(world)] == [None]
    world.petition = replace(world.petition, sms_codes=True)
    world.now += 60
    await world.web(phone=PHONE)
    assert await type_(world, await code(world), contact=PHONE) == "verified"
    assert (await world.figures()).by_class["web-phone"] == 1


async def test_texts_that_say_nothing_are_dropped_and_no_others(world: World) -> None:
    await world.text("Ana Diaz", phone="+14065550101")
    await world.web("Ana Diaz", phone="+14065550101")  # its owner hears of it
    await world.web("Bo Lee", phone=PHONE)
    await world.web("Cyd Charo", email=ANA)

    async def left() -> list[str]:
        async with world.database.write() as tx:
            await messages.discard_silent(tx)
            rows = await tx.fetch("SELECT recipient FROM outbox ORDER BY recipient")
        return [row["recipient"] for row in rows]

    assert await left() == ["+14065550101", ANA]
    async with world.database.write() as tx:
        await tx.execute("UPDATE petitions SET sms_codes_at = 1")
    await world.web("Bo Lee", phone=PHONE)
    assert await left() == sorted([PHONE, "+14065550101", ANA])


async def test_many_texts_that_say_nothing_are_dropped_in_steps(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "SILENT", 2)
    for n in range(3):
        await world.web(f"Ana {'xyz'[n]}", phone=f"+1406555010{n}")
    more = []
    for _ in range(3):
        async with world.database.write() as tx:
            more.append(await messages.discard_silent(tx))
    assert more == [True, False, False]
    async with world.database.read() as tx:
        assert await tx.fetch("SELECT id FROM outbox") == []


async def take(
    world: World, *typed: tuple[str, str], action: Action = "verify"
) -> list[str | None]:
    """Codes with contacts, taken in one batch."""
    batch = [
        TypedCode(
            petition=world.petition,
            action=action,
            code=code,
            contact=contact,
            ref="",
            now=world.now,
        )
        for code, contact in typed
    ]
    async with world.database.write() as tx:
        taken = await Verifier(world.keys).take_many(tx, batch)
    return [t.done if t else None for t in taken]


async def coded(world: World, *names: str) -> dict[str, tuple[str, str]]:
    """Each signs with an address of their own; codes and contacts by name."""
    emails = {f"{name.split()[0].lower()}@gmail.com": name for name in names}
    for email, name in emails.items():
        await world.web(name, email=email)
    mails = [(i.recipient, m) for i, m in await sent(world) if m]
    found = {emails[to]: (m.codes[0].code, to) for to, m in mails}
    assert set(found) == set(names)
    return found


async def test_codes_of_one_batch_are_taken_in_order_each_seeing_what_the_last_has_done(
    world: World,
) -> None:
    found = await coded(world, "Ana Diaz", "Bo Lee", "Cyd Charo")
    ana, bo, cyd = (found[name] for name in ("Ana Diaz", "Bo Lee", "Cyd Charo"))
    wrong = ("000000" if ana[0] != "000000" else "111111", ana[1])
    done = await take(world, wrong, ana, bo, ana, (bo[0], cyd[1]), cyd, ("", "nobody@gmail.com"))
    assert done == [None, "verified", "verified", "verified", None, "verified", None]
    assert await state(world) == (3, 0, 0)


async def test_guesses_of_one_batch_are_counted_one_by_one(world: World) -> None:
    [ana] = (await coded(world, "Ana Diaz")).values()
    wrong = ("000000" if ana[0] != "000000" else "111111", ana[1])
    assert await take(world, *[wrong] * 5, ana) == [None] * 6
    assert await state(world) == (0, 1, 0)


async def test_places_of_a_household_end_within_a_batch(world: World) -> None:
    typed = []
    for name in ("Ana Diaz", "Bo Lee", "Cyd Charo", "Dee Prince", "Eve Stone"):
        await world.web(name, email=ANA)
        typed.append((await code(world), ANA))
        world.now += 1
    assert await take(world, *typed) == ["verified"] * 4 + ["held"]
    assert await state(world) == (4, 0, 1)


async def test_taking_back_in_a_batch_absorbs_nobody_and_is_kept(world: World) -> None:
    """Two people of one name and place, one of whom takes back as the other one verifies."""
    await world.web("Ana Diaz", email=ANA)
    await world.web("Ana Diaz", email="other@gmail.com")
    typed = {i.recipient: m.codes[0].code for i, m in await sent(world) if m}
    actions: dict[str, Action] = {ANA: "not_me", "other@gmail.com": "verify"}
    batch = [
        TypedCode(
            petition=world.petition, action=action, code=typed[to], contact=to, ref="", now=NOW
        )
        for to, action in actions.items()
    ]
    async with world.database.write() as tx:
        taken = await Verifier(world.keys).take_many(tx, batch)
    assert [t and t.done for t in taken] == ["not_me", "verified"]
    rows = await world.rows("withdrawn_at, verified_at")
    assert [bool(row["withdrawn_at"]) for row in rows] == [True, False]
    assert await state(world) == (1, 0, 0)


async def test_more_codes_of_a_batch_cost_no_more_statements(world: World) -> None:
    found = await coded(world, "Ana Diaz", "Bo Lee", "Cyd Charo", "Dee Prince")
    one, *others = found.values()
    counted = []
    for typed in ([one], others):
        batch = [
            TypedCode(
                petition=world.petition, action="verify", code=code, contact=to, ref="", now=NOW
            )
            for code, to in typed
        ]
        async with world.database.write() as tx:
            counting = Counting(tx)
            taken = await Verifier(world.keys).take_many(counting, batch)
            assert [t and t.done for t in taken] == ["verified"] * len(typed)
        counted.append(len(counting.statements))
        reads = [s for s in counting.statements if s.startswith("SELECT s.id")]
        assert len(reads) == 1  # each signature is read once, and after the lock
    assert counted[0] == counted[1]


async def test_old_codes_and_tries_go_away(world: World) -> None:
    await world.web(email=ANA)
    await type_(world, await code(world))
    async with world.database.write() as tx:
        await codes.expire(tx, world.now + DAY)
        await tries.expire(tx, world.now + tries.KEPT_SECONDS)
        for table in ("codes", "tries"):
            assert await tx.fetch(f"SELECT * FROM {table}") == []
