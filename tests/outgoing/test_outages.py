"""A mail server that is away, or wants another password: its mail waits for days, and is not to
blame; what is slow is sent once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outages import Outages
from server.core.signing.codes import TypedCode
from server.core.signing.verification import Verifier
from server.outgoing import loops
from server.outgoing.mails import Postman
from server.outgoing.outages import PAUSES
from server.services import Services
from tests.harness.mail.mails import ANA, at_work, signs, with_mail
from tests.harness.mail.smtp import PostOffice, codes_in, post_office
from tests.harness.texts.phones import Phones
from tests.harness.world import NOW

HOUR = 3600


@contextmanager
def gone() -> Iterator[PostOffice]:
    """A mail server that is not there."""
    with post_office() as office:
        pass
    yield office


async def works(phones: Phones, postman: Postman, hours: int) -> None:
    """The worker goes on for so long."""
    for _ in range(hours):
        phones.now += HOUR
        await loops.do_chores(phones.services)
        while await postman.drain():
            pass


async def verifies(services: Services, code: str) -> bool:
    petition = services.directory.by_slug["lake"]
    typed = TypedCode(
        petition=petition, action="verify", code=code, contact=ANA, ref="", now=services.now()
    )
    return await services.group.submit(Verifier(services.keys).take_many, typed) is not None


async def test_mail_waits_four_days_for_its_server_and_its_code_is_good_for_a_day_from_then(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with gone() as office:
        async with with_mail(database_url, office) as phones, at_work(phones.services) as postman:
            await signs(phones.services)
            await signs(phones.services, "Bo Lee", "bo@gmail.com")
            await works(phones, postman, 96)
            with post_office(office.port) as back:
                await works(phones, postman, 1)
                assert len(back.arrived) == 2
                [code] = codes_in(back.to(ANA)[0])
            phones.now += 22 * HOUR
            await loops.do_chores(phones.services)
            assert await verifies(phones.services, code)
    said = [r.getMessage() for r in caplog.records if r.name.startswith("server.outgoing")]
    assert len(said) == 2, said
    assert said[0].startswith("mail: nothing goes out since 2027-01-15 09:00 UTC: ")
    assert said[1].endswith("goes out again, after nothing did since 2027-01-15 09:00 UTC; 2 wait")


async def test_what_has_waited_longer_than_that_is_given_up(database_url: str) -> None:
    with gone() as office:
        async with with_mail(database_url, office) as phones, at_work(phones.services) as postman:
            await signs(phones.services)
            await works(phones, postman, 9 * 24)
            assert await phones.rows("SELECT error, recipient FROM outbox") == [("expired", None)]
            assert await phones.rows("SELECT contact FROM signatures") == [(None,)]


@pytest.mark.parametrize("answer", ["421 4.3.2 going down", "530 5.7.0 sign in first"])
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_what_a_server_says_of_itself_is_held_against_no_mail(
    database_url: str, office: PostOffice, command: str, answer: str
) -> None:
    async with with_mail(database_url, office) as phones, at_work(phones.services) as postman:
        await signs(phones.services)
        for _ in range(outbox.SEND_TRIES + 2):
            office.answers[command] = [answer]
            await postman.drain()
            phones.now += PAUSES[1]
        assert await phones.rows("SELECT tries, failed_at FROM outbox") == [(0, None)]
        await postman.drain()
        assert len(office.to(ANA)) == 1
        assert await phones.rows("SELECT count(*) FROM bounces") == [(0,)]


async def test_while_it_is_away_one_mail_is_tried_after_pauses_that_grow(
    database_url: str, office: PostOffice
) -> None:
    async with (
        with_mail(database_url, office, UNDERSIGNED_SMTP_CONNECTIONS="1") as phones,
        at_work(phones.services) as postman,
    ):
        heard: list[float] = []
        office.heard = lambda command: heard.append(phones.now)
        office.answers["MAIL"] = ["421 no"] * 1000
        for n in range(5):
            await signs(phones.services, f"Ana {'Bcdef'[n]}iaz", f"{n}@gmail.com")
        for _ in range(4 * 60):
            phones.now += 60
            await postman.drain()
        pauses = [b - a for a, b in pairwise(heard)]
        assert min(pauses) == PAUSES[0]
        assert max(pauses) == PAUSES[1]
        assert pauses == sorted(pauses)
        assert len(heard) < 30


async def test_a_mail_at_which_the_server_breaks_down_holds_up_no_other(
    database_url: str, office: PostOffice
) -> None:
    async with with_mail(database_url, office) as phones, at_work(phones.services) as postman:
        await signs(phones.services)
        await signs(phones.services, "Bo Lee", "bo@gmail.com")
        office.answers["RCPT"] = ["421 not this one"]
        await postman.drain()
        phones.now += PAUSES[0]
        await postman.drain()
        assert len(office.to("bo@gmail.com")) == 1


def test_time_in_which_the_way_was_shut_does_not_count() -> None:
    shut = Outages([(NOW - 10 * HOUR, NOW - 8 * HOUR), (NOW - 5 * HOUR, NOW - 4 * HOUR)], NOW)
    since = {hours: (NOW - shut.since(hours * HOUR)) // HOUR for hours in (1, 4, 5, 6, 7, 8)}
    assert since == {1: 1, 4: 4, 5: 6, 6: 7, 7: 8, 8: 11}
    assert Outages([(NOW - 90 * DAY, NOW)], NOW).since(HOUR) == NOW - HOUR - 5 * DAY


async def test_two_servers_send_nothing_twice_where_the_mail_server_is_slower_than_the_lease(
    database_url: str, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LEASE_SECONDS", 3)
    office.delay = 4.5
    async with (
        with_mail(database_url, office) as phones,
        at_work(phones.services) as first,
        at_work(phones.services) as second,
    ):
        phones.services.clock = time.time
        await signs(phones.services)
        await signs(phones.services, "Bo Lee", "bo@gmail.com")

        async def work(postman: Postman) -> None:
            until = time.monotonic() + 10
            while time.monotonic() < until or await postman.drain():
                await asyncio.sleep(0.25)
                await postman.drain()

        await asyncio.gather(work(first), work(second))
        assert sorted(str(mail["To"]) for mail in office.arrived) == [ANA, "bo@gmail.com"]
