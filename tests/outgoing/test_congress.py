"""Letters to the US House on their way: once a petition has a topic, and an agent is set up."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.core.letters import letters, printing, writing
from server.core.letters.congress import Constituent
from server.core.letters.letters import WORDS_SECONDS
from server.core.letters.offices import offices_of, postal_address
from server.core.letters.writing import Progress, Written
from server.core.person import kept
from server.core.petitions import sending
from server.core.places.answers import follow
from server.core.places.dating import day_at
from server.core.places.outcomes import Reached
from server.mail.smtp import mailer
from server.outgoing.letters import Carrier
from tests.harness.mail.congress import Door, congress_door
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.land import take_map, take_people
from tests.harness.texts.phones import Phones, text_door

MT = "ocd-division/country:us/state:mt"
PEOPLE = f"""name,role,division,email,phone
Ida Reed,senator,{MT},ida.reed@senate.example,202-555-0101
Ann West,representative,{MT}/cd:1,,202-555-0102
"""
ZIPS = f"country,postcode,division\nUS,59801,{MT}/cd:1\n"
START = 1_796_200_000  # in December 2026
WRITER = Constituent("Ms.", "Ana", "Diaz", "1 Main St", "Helena", "59801")
OWN = "Please keep the lake clean."
ANA = "+14065550123"


def settings_of(door: Door) -> dict[str, str]:
    return {
        "UNDERSIGNED_CWC_URL": door.url,
        "UNDERSIGNED_CWC_KEY": "secret",
        "UNDERSIGNED_CWC_AGENT": "Undersigned",
        "UNDERSIGNED_CWC_CONTACT": "Jo Marsh",
        "UNDERSIGNED_CWC_EMAIL": "jo@sign.example.org",
        "UNDERSIGNED_CWC_PHONE": "406-555-0123",
    }


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    """A server whose petition is to the Congress, and sorted under a topic; no agent is set up."""
    async with text_door(database_url, False, **office.settings) as phones:
        phones.now = START
        await phones.add_petition(decision_makers=(), roles=("senator", "representative"))
        await take_people(phones.services.database, PEOPLE.encode(), now=START)
        await take_map(phones.services.database, ZIPS, now=START)
        await topic(phones, "Energy")
        yield phones


async def topic(phones: Phones, said: str) -> None:
    async with phones.services.database.write() as tx:
        await sending.set_congress_topic(tx, 1, said)
    await phones.services.directory.refresh()


async def writes(phones: Phones, writer: Constituent | None = WRITER) -> list[Progress]:
    services = phones.services
    assert await phones.text("SIGN LAKE Ana Diaz 59801", ANA)
    [(id_, key)] = await phones.rows("SELECT id, person_key FROM signatures")
    petition = services.directory.by_id[1]
    assert petition.addressing
    async with services.database.write() as tx:
        followed = await follow(tx, petition.addressing, "59801", day_at(services.now()), ())
        assert isinstance(followed.outcome, Reached)
        offices = await offices_of(tx, petition, followed.outcome, followed.chosen)
        written = Written(
            petition=petition,
            signature_id=int(str(id_)),
            sender=bytes(key),  # type: ignore[call-overload]
            offices=offices,
            language="en",
            subject="Keep the lake clean",
            words=f"Ann West\nIda Reed\n\n{OWN}\n\nAna Diaz, 59801\n\n\n--\nI signed",
            own_words=len(OWN),
            reply_to="ana@example.org",
            ids=services.ids,
            now=services.now(),
            constituent=writer,
        )
        [progress] = await writing.write_many(tx, [written])
    return progress


async def carry(phones: Phones, door: Door | None = None) -> None:
    services = phones.services
    if door:
        environ = settings_of(door)
        names = {name: name.removeprefix("UNDERSIGNED_").lower() for name in environ}
        for variable, name in names.items():
            object.__setattr__(services.settings, name, environ[variable])
    carrier = Carrier(services, mailer(services.settings))
    while await carrier.drain():
        pass


async def states(phones: Phones, channel: str = "cwc") -> list[tuple[object, ...]]:
    rows = await phones.rows(f"SELECT state, why FROM letters WHERE channel = '{channel}'")
    return [tuple(row) for row in rows]


async def test_a_letter_goes_to_the_house_and_a_mail_to_the_senate(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones)
    with congress_door(Door(200)) as door:
        await carry(phones, door)
    assert await states(phones) == [("accepted", "congress")]
    assert await states(phones, "smtp") == [("accepted", "")]
    [(_, _, message)] = door.arrived
    said = message.decode()
    for part in ("<MemberOffice>HMT01<", "<City>Helena<", "<Email>ana@example.org<"):
        assert part in said
    assert f"<ConstituentMessage>{OWN}</ConstituentMessage>" in said
    assert "<LibraryOfCongressTopic>Energy<" in said
    assert "/p/lake" in said
    assert "Main St" not in str(office.arrived[0])


async def test_each_try_has_the_same_number(phones: Phones) -> None:
    await writes(phones)
    with congress_door(Door(429, {"Retry-After": "3600"})) as door:
        await carry(phones, door)
        assert await states(phones) == [("retry", "429")]
        [(due_at,)] = await phones.rows("SELECT due_at FROM letters WHERE channel = 'cwc'")
        assert int(str(due_at)) >= phones.services.now() + 3600
        phones.now += 7200
        door.status = 200
        await carry(phones)
    assert await states(phones) == [("accepted", "congress")]
    first, second = (message.partition(b"<DeliveryId>")[2][:32] for *_, message in door.arrived)
    assert first == second
    assert first.isalnum()


async def test_without_an_agent_a_letter_waits_and_goes_once_there_is_one(phones: Phones) -> None:
    await writes(phones)
    await carry(phones)
    assert await states(phones) == [("held", "not_configured")]
    with congress_door(Door(200)) as door:
        await carry(phones, door)
    assert await states(phones) == [("accepted", "congress")]
    assert len(door.arrived) == 1


async def test_whoever_gives_no_address_sends_no_letter_there(phones: Phones) -> None:
    progress = await writes(phones, None)
    assert [(one.office.split(",")[0], one.state, one.why) for one in progress] == [
        ("Ida Reed", "queued", ""),
        ("Ann West", "rejected", "no_address"),
    ]


async def test_what_the_house_does_not_take_can_be_printed(phones: Phones) -> None:
    await writes(phones, None)
    async with phones.services.database.write() as tx:
        assert await printing.printable(tx, 1) == {("cwc HMT01", "rejected"): 1}
        assert await printing.print_instead(tx, 1, "cwc HMT01", "rejected", START) == 1
        assert await printing.make_batch(tx, 1, START) == 1


async def test_a_signer_sees_the_address_among_what_is_kept(phones: Phones) -> None:
    await writes(phones)
    [(id_,)] = await phones.rows("SELECT id FROM signatures")
    services = phones.services
    async with services.database.read() as tx:
        petition = services.directory.by_id[1]
        found = await kept.of_signature(tx, services.keys, petition, int(str(id_)))
    said = [entry.get("constituent") for entry in found.parts["letters"]]
    assert ["Ms.", "Ana", "Diaz", "1 Main St", "Helena", "59801"] in said


async def test_without_a_topic_nobody_in_the_house_is_written_to(phones: Phones) -> None:
    await topic(phones, "")
    assert len(await writes(phones)) == 1
    assert await states(phones) == []


async def test_whoever_of_a_place_has_a_postal_address_alone_gets_paper_where_it_is_wanted(
    phones: Phones,
) -> None:
    await topic(phones, "")
    people = PEOPLE.replace("phone", "phone,address").replace("0101", "0101,")
    people = people.replace("0102", '0102,"12 House Office, Washington DC 20515"')
    await take_people(phones.services.database, people.encode(), now=START)
    async with phones.services.database.write() as tx:
        assert await sending.print_places(tx, 1, START)
        assert not await sending.print_places(tx, 1, START)
    await phones.services.directory.refresh()
    assert {one.state for one in await writes(phones)} == {"queued", "ready"}
    await carry(phones)
    assert await states(phones, "print") == [("ready", "")]
    async with phones.services.database.write() as tx:
        await printing.make_batch(tx, 1, START)
        found = await printing.open_batch(tx, 1, 1)
    assert found
    petition = phones.services.directory.by_id[1]
    [sheet] = found[1]
    address = "12 House Office, Washington DC 20515"
    assert postal_address(petition, sheet.letter.office) == address
    async with phones.services.database.write() as tx:
        assert await sending.print_no_places(tx, 1, START)
        assert (await printing.note_posted(tx, 1, 1, START)) == 1


async def test_a_topic_that_is_taken_away_holds_what_waits(phones: Phones) -> None:
    await writes(phones)
    await topic(phones, "")
    with congress_door(Door(200)) as door:
        await carry(phones, door)
    assert (await states(phones), door.arrived) == ([("held", "moved")], [])


async def test_by_text_nobody_is_asked_for_an_address(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801", ANA)
    await phones.text("LETTER", ANA)
    await phones.text("Please keep the lake clean for all of us.", ANA)
    await phones.text("SEND", ANA)
    await phones.text("SEND", ANA)
    rows = await phones.rows("SELECT channel FROM letters")
    assert [tuple(row) for row in rows] == [("smtp",)]


@pytest.mark.parametrize("how", ["age", "undo"])
async def test_an_address_goes_with_the_letter(phones: Phones, how: str) -> None:
    await writes(phones)
    with congress_door(Door(400)) as door:
        await carry(phones, door)
    assert await states(phones) == [("rejected", "400")]
    kept = "SELECT count(*) FROM letters WHERE constituent IS NOT NULL"
    assert [tuple(r) for r in await phones.rows(kept)] == [(1,)]
    if how == "undo":
        await phones.text("UNDO", ANA)
    else:
        async with phones.services.database.write() as tx:
            await letters.expire(tx, phones.services.now() + WORDS_SECONDS)
    assert [tuple(r) for r in await phones.rows(kept)] == [(0,)]
