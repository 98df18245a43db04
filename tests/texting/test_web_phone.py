"""Signing on the web with a phone, which its own text then verifies."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.core.counting.counts import DAY
from server.core.desk.signers import invalidation
from server.core.desk.signers.conditions import Condition
from server.core.petitions import petitions
from server.core.signing import codes, signatures
from server.core.upkeep import erasure
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import PHONE

OTHER = "+14065550124"


@pytest.fixture
async def phones(database_url: str) -> AsyncIterator[Phones]:
    async with text_door(database_url) as phones:
        yield phones


async def signs(phones: Phones, name: str = "Ana Diaz", slug: str = "lake", **values: str) -> str:
    """Somebody signs on the web with `PHONE`; the digits that the page shows."""
    services = phones.services
    petition = services.directory.by_slug[slug]
    signing = signatures.web_signing(
        petition,
        {"name": name, "postcode": "59801", "phone": PHONE, **values},
        keys=services.keys,
        country="US",
        language="en",
        id_=services.new_id(),
        now=services.now(),
    )
    await signatures.sign(services.group, signing)
    return codes.text_digits(services.keys, petition, PHONE, signing.entries)


@pytest.mark.parametrize(
    "form", ["LAKE {}", "lake {}", "SIGN LAKE {}", "Lake, {}.", "LAKE Ana Diaz {}"]
)
async def test_the_shown_digits_verify(phones: Phones, form: str) -> None:
    digits = await signs(phones, comment="ours", public="1")
    reply = await phones.text(form.format(digits))
    assert reply
    assert "Thank you, Ana Diaz" in reply
    figures = await phones.figures()
    assert (figures.by_class["web-phone"], figures.unverified) == (1, 0)
    assert await phones.rows("SELECT comment FROM signatures") == [("ours",)]


@pytest.mark.parametrize("texts", [["SIGN LAKE Eva Maier {}"], ["SIGN LAKE Eva Maier", "{}"]])
async def test_a_strangers_digits_are_no_code_where_they_are_somebodys_postcode(
    phones: Phones, texts: list[str]
) -> None:
    """Whoever fills in the form again and again gets the digits that they want."""
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE petitions SET country = 'AT', version = version + 1")
    await phones.services.directory.refresh()
    digits = await signs(phones, name="Corrupt Thief", postcode="3000", public="1")
    for each in texts:
        reply = await phones.text(each.format(digits))
    assert reply
    assert "Thank you, Eva Maier" in reply
    verified = "SELECT name, postcode FROM signatures WHERE verified_at IS NOT NULL"
    assert await phones.rows(verified) == [("Eva Maier", digits)]


async def test_the_keyword_alone_asks_for_the_name_and_verifies_nothing(phones: Phones) -> None:
    await signs(phones, comment="a stranger's")
    reply = await phones.text("LAKE")
    assert reply
    assert "Ana Diaz 59801" in reply  # the example
    assert (await phones.figures()).verified == 0
    await phones.text("Ana Diaz 59801")
    assert (await phones.figures()).by_class["sms"] == 1
    assert await phones.rows("SELECT comment FROM signatures") == [(None,)]


async def test_digits_of_another_phone_are_a_postcode(phones: Phones) -> None:
    digits = await signs(phones)
    reply = await phones.text(f"LAKE {digits}", sender=OTHER)
    assert reply
    assert "Ana" not in reply.replace("like: Ana Diaz 59801", "")
    assert (await phones.figures()).verified == 0


async def test_four_digits_may_be_a_postcode_where_postcodes_have_four(phones: Phones) -> None:
    await phones.add_petition(slug="reef", keyword="REEF", country="AU")
    assert "Thank you, Bo Lee" in str(await phones.text("REEF Bo Lee 4870"))
    digits = await signs(phones, slug="reef", postcode="4870")
    assert "Thank you, Ana Diaz" in str(await phones.text(f"REEF {digits}"))


async def test_an_answer_to_our_question_may_be_the_digits(phones: Phones) -> None:
    digits = await signs(phones)
    await phones.text("LAKE")
    assert "Thank you, Ana Diaz" in str(await phones.text(digits))
    assert "59801" not in str(await phones.text("HELP"))
    assert await phones.rows("SELECT count(*) FROM conversations") == [(0,)]


async def test_the_same_text_twice_says_the_same_and_counts_once(phones: Phones) -> None:
    digits = await signs(phones)
    first = await phones.text(f"LAKE {digits}")
    phones.now += 61
    assert await phones.text(f"LAKE {digits}") == first
    assert (await phones.figures()).verified == 1


async def test_a_fifth_of_a_household_is_told_that_a_person_will_look(phones: Phones) -> None:
    for name in ("Bo Lee", "Cyd Charo", "Dee Prince", "Eve Stone"):
        await phones.text(f"SIGN LAKE {name} 59801")
    digits = await signs(phones)
    assert "We check your signature" in str(await phones.text(f"LAKE {digits}"))
    assert (await phones.figures()).held == 1


async def test_a_closed_petition_takes_the_digits_for_one_more_day(phones: Phones) -> None:
    digits = await signs(phones)
    async with phones.services.database.write() as tx:
        await petitions.close(tx, 1, int(phones.now))
    await phones.services.directory.refresh()
    phones.now += DAY - 1
    assert "Thank you, Ana Diaz" in str(await phones.text(f"LAKE {digits}"))
    digits = await signs_late(phones)
    phones.now += 2
    assert "closed" in str(await phones.text(f"LAKE {digits}"))
    assert (await phones.figures()).verified == 1


async def signs_late(phones: Phones) -> str:
    """As if it had been signed before the end."""
    async with phones.services.database.write() as tx:
        await petitions.open_(tx, 1, int(phones.now))
    await phones.services.directory.refresh()
    digits = await signs(phones, "Bo Lee")
    async with phones.services.database.write() as tx:
        await petitions.close(tx, 1, int(phones.now) - DAY + 1)
    await phones.services.directory.refresh()
    return digits


async def test_undo_takes_back_what_was_never_verified(phones: Phones) -> None:
    await signs(phones)
    assert "is removed" in str(await phones.text("UNDO LAKE"))
    figures = await phones.figures()
    assert (figures.verified, figures.unverified) == (0, 0)


async def test_remove_me_takes_what_was_never_verified_too(phones: Phones) -> None:
    await signs(phones, comment="ours")
    reply = await phones.text("REMOVE ME")
    assert reply and "Ana Diaz" in reply
    assert await phones.rows("SELECT name, comment, contact FROM signatures") == [(None,) * 3]


async def test_remove_me_takes_a_form_whose_signature_has_lost_the_contact(phones: Phones) -> None:
    await signs(phones)
    phones.now += erasure.PENDING_HOURS * 3600 - 600
    await signs(phones, comment="ours")
    phones.now += 1200
    await erasure.erase_contacts(phones.services.database, int(phones.now))
    assert await phones.rows("SELECT comment FROM pending_forms") == [("ours",)]
    reply = await phones.text("REMOVE ME")
    assert reply and "Ana Diaz" in reply
    assert await phones.rows("SELECT comment FROM pending_forms") == []


async def test_remove_me_takes_one_person_under_all_names_that_they_may_have_typed(
    phones: Phones,
) -> None:
    await signs(phones, "Bo Lee")
    await phones.text("SIGN LAKE Ana Diaz 59801")
    await phones.add_petition(slug="park", keyword="PARK")
    await signs(phones, "Anna Diaz", "park")
    reply = await phones.text("delete my data")
    assert reply and "Ana Diaz" in reply
    assert await phones.rows("SELECT name FROM signatures WHERE name IS NOT NULL") == [("Bo Lee",)]


async def test_putting_a_name_right_keeps_comment_and_ticks(phones: Phones) -> None:
    digits = await signs(phones, comment="ours", public="1", news="1")
    await phones.text(f"LAKE {digits}")
    said = "SELECT id, comment, contact, public_at, news_at FROM signatures"
    before = await phones.rows(said)
    for text in ("NAME Ana Dias", "ZIP 59802"):
        assert "Ana Dias" in (await phones.text(text) or "")
    assert await phones.rows(said) == before
    assert await phones.rows("SELECT name, postcode FROM signatures") == [("Ana Dias", "59802")]


@pytest.mark.parametrize(
    "texts", [["NAME Ana Dias"], ["ZIP 59802"], ["UNDO", "SIGN LAKE Ana Diaz 59801"]]
)
async def test_what_was_taken_out_does_not_come_back_by_text(
    phones: Phones, texts: list[str]
) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    services = phones.services
    async with services.database.write() as tx:
        await tx.execute(
            "INSERT INTO organizers (id, name, password_hash, created_at) VALUES (1, 'jo', '', 0)"
        )
        await invalidation.ask(tx, 1, Condition(class_="sms"), "Invented", 1, services.now())
    assert await invalidation.work(services.database, services.now())
    for text in texts:
        assert await phones.text(text)
    assert (await phones.figures()).total == 0


async def test_undo_takes_what_is_verified_first(phones: Phones) -> None:
    await phones.text("SIGN LAKE Bo Lee 59801")
    await signs(phones)
    assert "Bo Lee" in str(await phones.text("UNDO"))
    assert (await phones.figures()).unverified == 1
