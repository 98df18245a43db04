"""Letters on paper: they wait for an organizer, who prints them as batches and posts each once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.core.letters import again, carrying, letters, printing
from server.core.letters.carrying import DONE_SECONDS
from server.core.letters.letter import Letter
from server.core.letters.letters import PLACE_SECONDS, WORDS_SECONDS
from server.core.letters.offices import offices_named
from server.core.petitions.wording.draft import DecisionMaker
from server.core.upkeep import ending
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.writers import carry
from tests.harness.texts.phones import Phones, text_door

MAYOR = DecisionMaker("Jo Marsh", "Mayor", post="Town Hall\n1 Main St\nHelena MT 59601")
CLERK = DecisionMaker("Ray Hill", "Clerk", post="2 Main St\nHelena MT 59601")
BY_MAIL = DecisionMaker("Eva Ford", email="eva@town.example", post="3 Main St")
NAMES = ("Ana Diaz", "Bo Lee", "Cyd Marsh", "Dee Hill", "Eva Ford")


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with text_door(database_url, False, **office.settings) as phones:
        await phones.add_petition(decision_makers=(MAYOR, CLERK, BY_MAIL))
        yield phones


async def wrote(phones: Phones, name: str = "Ana Diaz", maker: int = 0) -> int:
    """Somebody has signed by text and written to the maker with that place; their signature."""
    phone = f"+1406555{1000 + NAMES.index(name)}"
    assert await phones.text(f"SIGN LAKE {name} 59801", phone)
    [(id_, key)] = await phones.rows(
        "SELECT id, person_key FROM signatures ORDER BY id DESC LIMIT 1"
    )
    office = offices_named(phones.services.directory.by_id[1])[maker]
    letter = Letter(
        id=phones.services.new_id(),
        petition_id=1,
        signature_id=int(str(id_)),
        sender=bytes(key),  # type: ignore[call-overload]
        office=office,
        channel=office.channel,
        language="en",
        subject="Keep the lake clean",
        words=f"{office.name}\n\nI live here.\n\n{name}\n\n--\nI signed",
        own_words=12,
    )
    async with phones.services.database.write() as tx:
        await letters.write(tx, [letter], phones.services.now())
        await carrying.queue(tx, phones.services.now())
    return letter.signature_id


async def make(phones: Phones) -> int | None:
    async with phones.services.database.write() as tx:
        return await printing.make_batch(tx, 1, phones.services.now())


async def post(phones: Phones, number: int) -> int | None:
    async with phones.services.database.write() as tx:
        return await printing.note_posted(tx, 1, number, phones.services.now())


async def in_batch(phones: Phones, number: int) -> list[tuple[int, str]]:
    async with phones.services.database.read() as tx:
        found = await printing.open_batch(tx, 1, number)
    return [(one.number, one.letter.office.name) for one in found[1]] if found else []


async def left_out(phones: Phones, number: int) -> tuple[int, ...]:
    async with phones.services.database.read() as tx:
        found = await printing.open_batch(tx, 1, number)
    assert found
    return found[0].left_out


async def states(phones: Phones) -> list[tuple[object, ...]]:
    return [tuple(r) for r in await phones.rows("SELECT state, why FROM letters ORDER BY id")]


async def test_a_letter_to_a_postal_address_waits_for_an_organizer(
    phones: Phones, office: PostOffice
) -> None:
    await wrote(phones)
    await wrote(phones, maker=2)
    await carry(phones)
    assert await states(phones) == [("ready", ""), ("accepted", "")]
    assert len(office.arrived) == 1
    async with phones.services.database.read() as tx:
        assert await printing.waiting(tx, 1) == {"Jo Marsh, Mayor": 1}


async def test_a_batch_is_sorted_by_office_and_numbered(phones: Phones) -> None:
    for name, maker in zip(NAMES, (1, 0, 1, 0, 0), strict=True):
        await wrote(phones, name, maker)
    assert await make(phones) == 1
    mayor, clerk = "Jo Marsh, Mayor", "Ray Hill, Clerk"
    assert await in_batch(phones, 1) == [(1, mayor), (2, mayor), (3, mayor), (4, clerk), (5, clerk)]
    assert await make(phones) is None


async def test_what_does_not_fit_into_a_batch_waits_for_the_next(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "LARGEST", 2)
    for name in NAMES[:3]:
        await wrote(phones, name)
    assert [await make(phones) for _ in range(3)] == [1, 2, None]
    assert [len(await in_batch(phones, n)) for n in (1, 2)] == [2, 1]


async def test_two_who_make_a_batch_at_once_print_no_letter_twice(phones: Phones) -> None:
    for name in NAMES:
        await wrote(phones, name)
    assert sorted(map(str, await asyncio.gather(make(phones), make(phones)))) == ["1", "None"]
    assert len(await in_batch(phones, 1)) == len(NAMES)


async def test_a_batch_is_posted_once(phones: Phones) -> None:
    await wrote(phones)
    await make(phones)
    done = await asyncio.gather(post(phones, 1), post(phones, 1))
    assert sorted(map(str, done)) == ["1", "None"]
    assert await states(phones) == [("accepted", "posted")]
    async with phones.services.database.write() as tx:
        assert not await printing.put_back(tx, 1, 1, phones.services.now())
        await carrying.tend(tx, phones.services.now() + DONE_SECONDS)
    assert await states(phones) == [("done", "posted")]
    assert await in_batch(phones, 1) == []


async def test_a_batch_that_is_put_back_waits_again_under_another_number(phones: Phones) -> None:
    await wrote(phones)
    await make(phones)
    async with phones.services.database.write() as tx:
        assert await printing.put_back(tx, 1, 1, phones.services.now())
    assert await post(phones, 1) is None
    assert await states(phones) == [("ready", "")]
    assert await make(phones) == 2
    assert len(await in_batch(phones, 2)) == 1


async def test_what_is_taken_back_after_printing_is_said_by_its_number(phones: Phones) -> None:
    for name in NAMES[:3]:
        await wrote(phones, name)
    await make(phones)
    assert await phones.text("UNDO", "+14065551001")
    assert await left_out(phones, 1) == (2,)
    assert [number for number, _ in await in_batch(phones, 1)] == [1, 3]
    assert await post(phones, 1) == 2
    words = await phones.rows("SELECT count(*) FROM letters WHERE words LIKE '%Bo Lee%'")
    assert [tuple(row) for row in words] == [(0,)]


async def test_whose_signature_is_taken_out_is_not_posted(phones: Phones) -> None:
    for name in NAMES[:2]:
        await wrote(phones, name)
    await make(phones)
    async with phones.services.database.write() as tx:
        await tx.execute(
            "UPDATE signatures SET rejected_at = 1 WHERE id = (SELECT max(id) FROM signatures)"
        )
    assert await left_out(phones, 1) == (2,)
    assert await post(phones, 1) == 1
    assert await states(phones) == [("accepted", "posted"), ("ready", "")]
    assert await make(phones) is None
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE signatures SET rejected_at = NULL")
    assert await make(phones) == 2


async def test_a_paused_office_is_left_out(phones: Phones) -> None:
    await wrote(phones)
    await wrote(phones, "Bo Lee", 1)
    await make(phones)
    async with phones.services.database.write() as tx:
        await tx.execute(
            "INSERT INTO paused_offices (petition_id, office, paused_at)"
            " SELECT 1, office, 0 FROM letters WHERE office_name LIKE 'Ray%'"
        )
    assert await left_out(phones, 1) == (2,)
    assert await post(phones, 1) == 1


@pytest.mark.parametrize("state", ["held", "rejected", "bounced"])
async def test_what_did_not_arrive_by_mail_can_be_printed(
    phones: Phones, state: printing.Printable
) -> None:
    await wrote(phones, maker=2)
    async with phones.services.database.write() as tx:
        await tx.execute(
            "UPDATE letters SET state = :state, why = 'moved', ended_at = 5", state=state
        )
        [(key, _)] = await printing.printable(tx, 1)
        now = phones.services.now()
        assert await printing.print_instead(tx, 1, key, state, now) == 1
        assert await printing.print_instead(tx, 1, key, state, now) == 0
    assert await states(phones) == [("ready", "")]
    assert await make(phones) == 1


async def test_nothing_waits_for_ever_and_no_words_stay(phones: Phones) -> None:
    await wrote(phones)
    await make(phones)
    start = phones.services.now()
    async with phones.services.database.write() as tx:
        await letters.expire(tx, start + PLACE_SECONDS - 1)
    assert await states(phones) == [("ready", "")]
    async with phones.services.database.write() as tx:
        await letters.expire(tx, start + PLACE_SECONDS)
    assert await states(phones) == [("rejected", "unprinted")]
    assert await left_out(phones, 1) == (1,)
    async with phones.services.database.write() as tx:
        key = f"post {MAYOR.called.casefold()}"
        petition = phones.services.directory.by_id[1]
        assert await again.send_again(tx, petition, key, "rejected", start + PLACE_SECONDS) == 1
    assert await states(phones) == [("ready", "")]
    await make(phones)
    await post(phones, 2)
    async with phones.services.database.write() as tx:
        at = phones.services.now() + DONE_SECONDS
        await carrying.tend(tx, at)
        await letters.expire(tx, at + WORDS_SECONDS)
    assert [tuple(r) for r in await phones.rows("SELECT words FROM letters")] == [(None,)]


async def test_a_copy_that_is_put_back_does_not_know_what_was_posted(phones: Phones) -> None:
    await wrote(phones)
    await make(phones)
    async with phones.services.database.write() as tx:
        await carrying.doubt(tx, phones.services.now())
    assert await states(phones) == [("uncertain", "restored")]
    assert await left_out(phones, 1) == (1,)


async def test_an_end_takes_batches_and_letters(phones: Phones) -> None:
    await wrote(phones)
    await make(phones)
    services = phones.services
    async with services.database.write() as tx:
        await ending.end(tx, services.keys, services.directory.by_id[1], services.now())
    await ending.empty(services.database, services.now())
    for table in ("letters", "print_batches"):
        assert [tuple(r) for r in await phones.rows(f"SELECT count(*) FROM {table}")] == [(0,)]


async def test_whoever_signs_by_text_reads_that_their_letter_is_to_be_printed(
    phones: Phones,
) -> None:
    await wrote(phones)
    phone = "+14065551000"
    assert "waits to be printed and posted" in (await phones.text("STATUS ANA", phone) or "")
    await make(phones)
    await post(phones, 1)
    assert "Jo Marsh, Mayor: it was sent" in (await phones.text("STATUS ANA", phone) or "")
