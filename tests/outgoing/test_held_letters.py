"""Letters that wait until somebody of their office is known."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest

from server.channels import Handover, Sheet
from server.channels.smtp import MailChannel
from server.core.counting.counts import DAY
from server.core.letters import letters, releasing, writing
from server.core.letters.carrying import CARRY_SECONDS
from server.core.letters.letters import PLACE_SECONDS
from server.core.letters.offices import offices_of
from server.core.letters.writing import Progress, Settling, Written
from server.core.places.answers import NOT_MINE, NOT_SURE, follow
from server.core.places.dating import day_at
from server.core.places.finding import find
from server.core.places.outcomes import Reached
from server.db import Database, Transaction
from server.mail.smtp import mailer
from server.outgoing.letters import Carrier, look_again
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.land import NEXT, take_map, take_people
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import PHONE

MT = "ocd-division/country:us/state:mt"
PEOPLE = f"""name,role,division,email
Mo Stone,senator,{MT},mo.stone@senate.example
Ida Reed,senator,{MT},ida.reed@senate.example
Ann West,representative,{MT}/cd:1,ann.west@house.example
Eli East,representative,{MT}/cd:2,eli.east@house.example
"""
ZIPS = f"""country,postcode,division
US,59801,{MT}/cd:1
US,59801,{MT}/cd:2
US,59101,{MT}/cd:2
"""
MORE = f"{ZIPS}US,59901,{MT}/cd:1\n"
SENATORS = ["ida.reed@senate.example", "mo.stone@senate.example"]
BEFORE = int(datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp())
AFTER = int(datetime(2027, 1, 4, tzinfo=UTC).timestamp())


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with congress(database_url, office) as phones:
        yield phones


@asynccontextmanager
async def congress(url: str, office: PostOffice, **settings: str) -> AsyncIterator[Phones]:
    """A server whose petition, LAKE, is to the Congress; its map ends with it."""
    async with text_door(url, False, **office.settings | settings) as phones:
        phones.now = BEFORE
        await phones.add_petition(decision_makers=(), roles=("senator", "representative"))
        await take_people(phones.services.database, PEOPLE.encode(), now=BEFORE)
        await take_map(phones.services.database, ZIPS, now=BEFORE)
        yield phones


async def writes(
    phones: Phones,
    postcode: str,
    *answers: str,
    name: str = "Ana Diaz",
    words: str = "Please keep the lake clean.",
    phone: str = PHONE,
) -> int:
    """Somebody signs by text, and writes to whom they reach; the id of their signature."""
    services = phones.services
    assert await phones.text(f"SIGN LAKE {name} {postcode}", phone)
    rows = await phones.rows("SELECT id, person_key FROM signatures ORDER BY id DESC")
    id_, key = int(str(rows[0][0])), rows[0][1]
    assert isinstance(key, bytes | memoryview)
    petition = services.directory.by_id[1]
    assert petition.addressing
    async with services.database.write() as tx:
        followed = await follow(tx, petition.addressing, postcode, day_at(services.now()), answers)
        assert isinstance(followed.outcome, Reached)
        offices = await offices_of(tx, petition, followed.outcome, followed.chosen)
        written = Written(
            petition=petition,
            signature_id=id_,
            sender=bytes(key),
            offices=offices,
            language="en",
            subject="Keep the lake clean",
            words=words,
            own_words=27,
            reply_to="",
            ids=services.ids,
            now=services.now(),
        )
        await writing.write_many(tx, [written])
    return id_


async def settles(phones: Phones, signature_id: int, *answers: str) -> list[Progress]:
    """They come back, and say where they live."""
    services = phones.services
    petition = services.directory.by_id[1]
    assert petition.addressing
    async with services.database.write() as tx:
        followed = await follow(tx, petition.addressing, "59801", day_at(services.now()), answers)
        assert isinstance(followed.outcome, Reached)
        [found] = await writing.settle_many(
            tx,
            [Settling(petition, signature_id, b"", followed.outcome, services.ids, services.now())],
        )
    return found


async def carry(phones: Phones) -> None:
    """A round of the worker: what waited is looked at, and all goes that may."""
    await look_again(phones.services)
    hands = mailer(phones.services.settings)
    carrier = Carrier(phones.services, hands)
    try:
        while await carrier.drain():
            pass
    finally:
        await hands.rest()


async def new_map(phones: Phones) -> None:
    """An operator imports the map of the next Congress."""
    now = int(phones.now)
    await take_map(phones.services.database, ZIPS, NEXT, today=day_at(now), now=now)


async def new_people(phones: Phones, people: str, day: str) -> None:
    """And people as of a day."""
    now = int(phones.now)
    database, today = phones.services.database, day_at(now)
    await take_people(database, people.encode(), day, today=today, now=now, force=True)


async def held(phones: Phones) -> list[tuple[object, ...]]:
    return await phones.rows("SELECT state, why FROM letters WHERE state = 'held' ORDER BY id")


def arrived(office: PostOffice) -> list[str]:
    return sorted(str(mail["To"]) for mail in office.arrived)


async def test_ones_own_get_it_and_nobody_else(phones: Phones, office: PostOffice) -> None:
    await writes(phones, "59801", f"{MT}/cd:1")
    await carry(phones)
    assert arrived(office) == ["ann.west@house.example", *SENATORS]


async def test_who_is_not_sure_reaches_those_of_the_state_and_the_rest_once_they_say(
    phones: Phones, office: PostOffice
) -> None:
    id_ = await writes(phones, "59801", NOT_SURE)
    await carry(phones)
    assert (arrived(office), await held(phones)) == (SENATORS, [("held", "unsure")])
    await take_map(phones.services.database, MORE, now=BEFORE + 60)
    phones.now += DAY
    await carry(phones)
    assert await held(phones) == [("held", "unsure")]
    await settles(phones, id_, f"{MT}/cd:1")
    await carry(phones)
    assert arrived(office) == ["ann.west@house.example", *SENATORS]


async def test_an_answer_later_lets_the_letter_go_once(phones: Phones, office: PostOffice) -> None:
    id_ = await writes(phones, "59801", NOT_SURE)
    found = await settles(phones, id_, NOT_SURE)
    assert [one.why for one in found if one.state == "held"] == ["unsure"]
    for _ in range(2):
        found = await settles(phones, id_, f"{MT}/cd:2")
        assert [one.state for one in found] == ["queued"] * 3
    await carry(phones)
    assert arrived(office) == ["eli.east@house.example", *SENATORS]


async def test_without_a_map_it_waits_for_the_next_one(phones: Phones, office: PostOffice) -> None:
    phones.now = AFTER
    await writes(phones, "59101", NOT_SURE)
    await carry(phones)
    assert (arrived(office), await held(phones)) == (SENATORS, [("held", "map")])
    phones.now += DAY + 60
    await carry(phones)
    assert await held(phones) == [("held", "map")]
    await new_map(phones)
    await carry(phones)
    assert (arrived(office), await held(phones)) == (["eli.east@house.example", *SENATORS], [])
    await carry(phones)
    assert len(office.arrived) == 3


async def test_a_map_that_knows_several_asks_the_signer(phones: Phones, office: PostOffice) -> None:
    phones.now = AFTER
    await writes(phones, "59801", NOT_SURE)
    await new_map(phones)
    await carry(phones)
    assert (arrived(office), await held(phones)) == (SENATORS, [("held", "unsure")])


async def test_a_set_for_a_day_to_come_takes_over_on_its_day(
    phones: Phones, office: PostOffice
) -> None:
    ending = (
        PEOPLE.replace(",email\n", ",email,valid_to\n")
        .replace("senate.example", "senate.example,")
        .replace("ann.west@house.example", f"ann.west@house.example,{NEXT}")
        .replace("eli.east@house.example", f"eli.east@house.example,{NEXT}")
    )
    await take_people(phones.services.database, ending.encode(), now=BEFORE + 1)
    await take_map(phones.services.database, ZIPS, NEXT, now=BEFORE + 1)
    phones.now = AFTER
    await writes(phones, "59101")
    await carry(phones)
    assert (arrived(office), await held(phones)) == (SENATORS, [("held", "ended")])
    following = PEOPLE.replace("Eli East", "Flo Ford").replace("eli.east", "flo.ford")
    day = day_at(AFTER + DAY)
    await new_people(phones, following, day)
    await carry(phones)
    assert await held(phones) == [("held", "ended")]
    phones.now = AFTER + DAY
    await carry(phones)
    assert (arrived(office), await held(phones)) == (["flo.ford@house.example", *SENATORS], [])


async def test_whoever_said_that_their_postcode_errs_is_never_found_by_it(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones, "59101", NOT_MINE, MT, NOT_SURE)
    assert await held(phones) == [("held", "unsure")]
    phones.now += DAY
    await carry(phones)
    assert (arrived(office), await held(phones)) == (SENATORS, [("held", "unsure")])


@pytest.mark.parametrize(
    ("people", "why"),
    [
        (PEOPLE.replace("eli.east@house.example", ""), "no_mail"),
        (
            PEOPLE.replace("Eli East", "").replace("eli.east@house.example", ""),
            "vacant",
        ),
    ],
)
async def test_where_nobody_takes_mail_it_ends_and_says_so(
    phones: Phones, office: PostOffice, people: str, why: str
) -> None:
    phones.now = AFTER
    await writes(phones, "59101", NOT_SURE)
    await new_people(phones, people, day_at(AFTER))
    await new_map(phones)
    await carry(phones)
    assert arrived(office) == SENATORS
    rows = await phones.rows("SELECT state, why FROM letters WHERE state = 'rejected'")
    assert rows == [("rejected", why)]


async def test_each_is_looked_at_once_until_something_is_new(phones: Phones) -> None:
    phones.now = AFTER + 3600
    for name in ("Ana Diaz", "Bo Lee", "Cyd Marsh"):
        await writes(phones, "59101", NOT_SURE, name=name)
    with (
        patch.object(releasing, "AT_ONCE", 2),
        patch.object(releasing, "find", wraps=find) as asked,
    ):
        await look_again(phones.services)
        assert asked.await_count == 0
        phones.now += DAY
        await look_again(phones.services)
        assert asked.await_count == 3
        await look_again(phones.services)
        assert asked.await_count == 3


async def test_a_worker_that_dies_between_leaves_it_held_and_then_sends_it_once(
    phones: Phones, office: PostOffice
) -> None:
    phones.now = AFTER
    await writes(phones, "59101", NOT_SURE)
    await new_map(phones)
    write = letters.write

    async def dies(*about: object) -> None:
        await write(*about)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with patch.object(letters, "write", dies), pytest.raises(KeyboardInterrupt):
        await carry(phones)
    assert await held(phones) == [("held", "map")]
    for _ in range(2):
        await carry(phones)
    assert arrived(office) == ["eli.east@house.example", *SENATORS]


async def test_what_waits_goes_with_its_signer_and_after_so_many_days(phones: Phones) -> None:
    phones.now = AFTER
    await writes(phones, "59101", NOT_SURE)
    await phones.text("UNDO")
    assert await held(phones) == []
    await writes(phones, "59101", NOT_SURE, name="Bo Lee")
    for later, states in ((PLACE_SECONDS - 1, [("held", "map")]), (1, [])):
        phones.now += later
        async with phones.services.database.write() as tx:
            await letters.expire(tx, phones.services.now())
        assert await held(phones) == states


class Killer:
    """Ends the worker at the so-manyth step of its round: before and after each transaction, right
    before it is committed, and before and after a letter is handed over."""

    def __init__(self, database: Database, at: int) -> None:
        self._database, self._at, self.steps = database, at, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def step(self) -> None:
        self.steps += 1
        if self.steps == self._at:
            raise KeyboardInterrupt

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        self.step()
        async with self._database.write() as tx:
            yield tx
            self.step()
        self.step()


async def killed(phones: Phones, at: int) -> bool:
    """A round of the worker that ends at that step; False if it was over before."""
    services, deliver = phones.services, MailChannel.deliver
    database = services.database
    killer = Killer(database, at)

    async def stepping(self: MailChannel, batch: Sequence[Sheet]) -> list[Handover]:
        killer.step()
        done = await deliver(self, batch)
        killer.step()
        return done

    services.database = killer
    try:
        with patch.object(MailChannel, "deliver", stepping):
            await carry(phones)
    except KeyboardInterrupt:
        return True
    finally:
        services.database = database
    return False


async def test_wherever_the_worker_is_killed_no_letter_is_lost_and_none_goes_twice(
    database_url: str, office: PostOffice
) -> None:
    async with congress(database_url, office, UNDERSIGNED_LETTERS_HOURLY="1000") as phones:
        at, uncertain, dies = 0, 0, True
        phones.now = AFTER
        await new_map(phones)
        while dies:
            at += 1
            phones.now = AFTER + at * DAY
            words, phone = f"Please, signer {at}.", f"+140655501{at:02}"
            id_ = await writes(phones, "59101", name="Ana Diaz", words=words, phone=phone)
            async with phones.services.database.write() as tx:  # as it was before that map
                await tx.execute(
                    "UPDATE letters SET state = 'held', why = 'map', office = 'unknown',"
                    " office_division = :region, due_at = 0"
                    " WHERE signature_id = :id AND office_role = 'representative'",
                    region=MT,
                    id=id_,
                )
            phones.now += DAY
            dies = await killed(phones, at)
            phones.now += CARRY_SECONDS + 1
            await carry(phones)
            rows = await phones.rows(
                f"SELECT office_address, state FROM letters WHERE signature_id = {id_}"
            )
            assert len(rows) == 3, (at, rows)
            for address, state in rows:
                got = sum(words in str(mail.get_content()) for mail in office.to(str(address)))
                assert (state, got) in {("accepted", 1), ("uncertain", 0), ("uncertain", 1)}, at
                uncertain += state == "uncertain"
        assert at > 20
        assert 0 < uncertain < at
