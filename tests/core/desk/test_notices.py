"""Mails to organizers: what they are about, to whom, and each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from server.core.counting.counts import DAY
from server.core.desk import notices
from server.core.desk.notices import NOTICES
from server.core.desk.people import accounts, organizers, teams
from server.core.desk.people.forgotten import set_email
from server.core.desk.people.organizers import Organizer
from server.core.floods.alarms import Alarm
from server.core.outbox.outbox import Announcement
from server.core.signing.messages import Message
from server.core.upkeep import ending
from tests.harness.team import run_by
from tests.harness.world import NOW, World

EMAIL = "ana@desk.example"
MONDAY = NOW + 3 * DAY  # the 18th of January 2027
TITLE = "Keep the lake clean"


@pytest.fixture
async def ana(world: World) -> Organizer:
    """She owns the petition, and wants every mail."""
    async with world.database.write() as tx:
        ana = await organizers.add(tx, "ana", "correct horse battery", salt=b"s" * 16, now=NOW)
        await run_by(tx, world.petition.id, ana.id)
        await set_email(tx, ana, EMAIL)
        await notices.want(tx, ana, NOTICES)
    return ana


async def work(world: World, now: int, alarms: Sequence[Alarm] = ()) -> int:
    def mail(kind: str, petition_id: int | None, email: str) -> Announcement:
        return Announcement(
            id=world.ids.next(now),
            channel="email",
            kind=kind,
            petition_id=petition_id,
            language="en",
            recipient=email,
        )

    about = {world.petition.id: world.petition}, {world.petition.id: list(alarms)}
    return await notices.work(world.database, *about, mail, now)


async def queued(world: World) -> list[tuple[str, str]]:
    async with world.database.read() as tx:
        rows = await tx.fetch("SELECT kind, recipient FROM outbox ORDER BY id")
    return [(row["kind"], row["recipient"]) for row in rows if "notice" in row["kind"]]


async def said(world: World, kind: str, petition_id: int | None = 1) -> Message | None:
    item = Announcement(
        id=1,
        channel="email",
        kind=f"notice_{kind}",
        petition_id=petition_id,
        language="en",
        recipient=EMAIL,
    )
    async with world.database.read() as tx:
        return await notices.notice_message(tx, item, {1: TITLE}.get, world.now)


async def hold(world: World, name: str) -> None:
    signing = world.signing(name)
    signing.signals = ("names", "trap")
    await world.sign(signing)


def test_the_day_of_the_weekly_mail_is_a_monday() -> None:
    assert datetime.fromtimestamp(MONDAY, UTC).strftime("%A") == "Monday"


@pytest.mark.usefixtures("ana")
async def test_what_is_held_is_told_once_a_day_if_there_is_more(world: World) -> None:
    assert await work(world, NOW) == 0
    await hold(world, "Ana Bot")
    assert [await work(world, NOW + n) for n in (1, 2, DAY + 2)] == [1, 0, 0]
    assert await queued(world) == [("notice_held", EMAIL)]
    world.now += 60
    await hold(world, "Bo Bot")
    assert [await work(world, NOW + n) for n in (61, DAY, DAY + 1, DAY + 2)] == [0, 0, 1, 0]
    told = await said(world, "held")
    assert told
    assert told.figures["held"] == 2


async def test_nothing_is_said_of_what_was_decided_meanwhile(world: World, ana: Organizer) -> None:
    assert await said(world, "held") is None
    await hold(world, "Ana Bot")
    assert await said(world, "held")
    async with world.database.write() as tx:
        await notices.want(tx, ana, {"goal"})
    assert await said(world, "held") is None


@pytest.mark.usefixtures("ana")
async def test_a_goal_is_told_once_and_a_higher_one_again(world: World) -> None:
    async def goal(n: int) -> None:
        object.__setattr__(world.petition, "goal", n)

    await goal(1)
    assert await work(world, NOW) == 0
    await world.text()
    assert [await work(world, NOW + n) for n in (1, 2, 2 * DAY)] == [1, 0, 0]
    await goal(2)
    assert await work(world, NOW + 5 * DAY) == 0
    await world.text("Bo Lee", phone="+14065550124")
    assert [await work(world, NOW + n * DAY) for n in (5, 6)] == [1, 0]
    assert await queued(world) == [("notice_goal", EMAIL)] * 2
    told = await said(world, "goal")
    assert told
    assert told.figures["verified"] == 2


@pytest.mark.usefixtures("ana")
async def test_an_alarm_is_told_once_of_its_kind(world: World) -> None:
    first, other = Alarm("postcode", "59801", 60, 70), Alarm("domain", "x.example", 60, 70)
    assert [await work(world, NOW + n, [first]) for n in (0, 60, DAY + 60)] == [1, 0, 0]
    assert await work(world, NOW + 120, [first, other]) == 1
    assert await queued(world) == [("notice_alarm", EMAIL)] * 2
    told = await said(world, "alarm")
    assert told
    assert "59801" not in str(told)


@pytest.mark.usefixtures("ana")
async def test_the_week_is_told_on_mondays_in_one_mail(world: World) -> None:
    await world.text()
    monday = MONDAY // DAY * DAY
    assert [await work(world, at) for at in (monday - 1, monday, monday + DAY - 1)] == [0, 1, 0]
    assert await work(world, monday + 7 * DAY) == 1
    told = await said(world, "week", None)
    assert told
    assert told.lines == ((TITLE, 1, 1),)


async def test_nobody_is_mailed_who_has_no_address_or_is_no_member(
    world: World, ana: Organizer
) -> None:
    await hold(world, "Ana Bot")
    async with world.database.write() as tx:
        await set_email(tx, ana, "")
    assert await work(world, NOW) == 0
    assert await said(world, "held") is None
    async with world.database.write() as tx:
        await set_email(tx, ana, EMAIL)
        bo = await organizers.add(tx, "bo", "correct horse battery", salt=b"s" * 16, now=NOW)
        await teams.join(tx, 1, bo.id, frozenset({"owner"}), NOW)
        await teams.leave_all(tx, ana.id, NOW)
    assert await work(world, NOW) == 0
    assert await said(world, "held") is None


async def test_a_closed_account_gets_no_mail(world: World, ana: Organizer) -> None:
    await hold(world, "Ana Bot")
    async with world.database.write() as tx:
        await accounts.close(tx, ana)
    assert await work(world, NOW) == 0


@pytest.mark.usefixtures("ana")
async def test_nothing_is_told_of_a_petition_that_has_ended(world: World) -> None:
    await hold(world, "Ana Bot")
    await work(world, NOW)
    async with world.database.write() as tx:
        await ending.end(tx, world.keys, world.petition, NOW)
    assert await work(world, NOW + 2 * DAY) == 0
    await ending.empty(world.database, NOW)
    async with world.database.read() as tx:
        assert await tx.fetch("SELECT * FROM notices_sent WHERE petition_id <> 0") == []


async def test_only_known_kinds_are_kept(world: World, ana: Organizer) -> None:
    async with world.database.write() as tx:
        await notices.want(tx, ana, {"week", "held", "nonsense"})
        assert await notices.wanted(tx, ana) == {"week", "held"}
        await notices.want(tx, ana, ())
        assert await notices.wanted(tx, ana) == set()
