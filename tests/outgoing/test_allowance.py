"""One allowance for all that we send: mails and texts as a weapon, and whom that must not harm."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.core.counting.counts import DAY
from server.core.outbox import allowance
from server.core.outbox.allowance import FIRSTS_DAILY, RANGE_CODES, RECIPIENT_DAILY, WEEK
from server.core.petitions import sending
from server.core.signing.codes import Action, TypedCode
from server.core.signing.verification import Asked, Taken, Verifier
from tests.harness.mail.mails import ANA, drain, signs, with_mail
from tests.harness.mail.smtp import PostOffice, codes_in
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import NOW, PHONE

HOUR = 3600
NOON = NOW + 11 * HOUR  # in Montana
MIDNIGHT = NOW + 23 * HOUR
HOURLY = 5  # of one network, so that a test needs few


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    settings = {"UNDERSIGNED_MAIL_NETWORK_HOURLY": f"{HOURLY}"}
    async with with_mail(database_url, office, **settings) as phones:
        yield phones


@pytest.fixture
async def texted(database_url: str) -> AsyncIterator[Phones]:
    """A server that sends a few codes by text."""
    async with text_door(database_url, UNDERSIGNED_SMS_CODES_DAILY="40") as phones:
        phones.now = NOON
        await let_codes_go_by_text(phones)
        yield phones


async def let_codes_go_by_text(phones: Phones, since: int | None = NOW) -> None:
    async with phones.services.database.write() as tx:
        for id_ in phones.services.directory.by_id:
            await sending.set_sms_codes(tx, id_, since)
    await phones.services.directory.refresh()


async def send(phones: Phones) -> None:
    """All that may go out now."""
    while await drain(phones.services):
        pass


async def types(
    phones: Phones, code: str, action: Action = "verify", email: str = ANA, slug: str = "lake"
) -> str | None:
    services = phones.services
    typed = TypedCode(
        petition=services.directory.by_slug[slug],
        action=action,
        code=code,
        contact=email,
        ref="",
        now=services.now(),
    )
    taken: Taken | None = await services.group.submit(Verifier(services.keys).take_many, typed)
    return taken.done if taken else None


async def states(phones: Phones) -> list[tuple[object, ...]]:
    """Whether each message of the outbox is sent, and why not."""
    return await phones.rows(
        "SELECT sent_at IS NOT NULL AS sent, failed_at IS NOT NULL AS failed, error"
        " FROM outbox ORDER BY id"
    )


# A network that asks for many.


async def strangers(phones: Phones, count: int, network: bytes = b"one", since: int = 0) -> None:
    for i in range(since, since + count):
        name = f"{chr(65 + i // 26)}{chr(97 + i % 26)}a Diaz"
        await signs(phones.services, name, f"stranger{i}@gmail.com", network=network)


async def test_one_network_reaches_few_strangers_in_an_hour_and_the_others_wait(
    phones: Phones, office: PostOffice
) -> None:
    await strangers(phones, 3 * HOURLY)
    await send(phones)
    assert len(office.arrived) == HOURLY
    waiting = [state for state in await states(phones) if not state[0]]
    assert [(bool(failed), error) for _, failed, error in waiting] == [(False, "network_limit")] * (
        2 * HOURLY
    )
    phones.now += HOUR - 1
    await send(phones)
    assert len(office.arrived) == HOURLY
    for n in (2, 3):
        phones.now += HOUR + 600
        await send(phones)
        assert len(office.arrived) == n * HOURLY  # late, but nobody's is lost


async def test_another_network_has_an_allowance_of_its_own(
    phones: Phones, office: PostOffice
) -> None:
    await strangers(phones, 3 * HOURLY)
    await signs(phones.services, network=b"another")
    await send(phones)
    assert len(office.to(ANA)) == 1


async def test_a_network_is_bounded_by_the_day_too(phones: Phones, office: PostOffice) -> None:
    most = allowance.NETWORK_DAILY_TIMES * HOURLY
    for hour in range(allowance.NETWORK_DAILY_TIMES + 2):
        await strangers(phones, HOURLY, since=hour * HOURLY)
        await send(phones)
        phones.now += HOUR + 600
    assert len(office.arrived) == most


async def test_codes_that_come_back_let_a_crowd_behind_one_address_go_on(
    phones: Phones, office: PostOffice
) -> None:
    await strangers(phones, 4 * HOURLY)
    await send(phones)
    for i in range(4 * HOURLY):
        [mail] = office.to(f"stranger{i}@gmail.com")
        email = f"stranger{i}@gmail.com"
        assert await types(phones, codes_in(mail)[0], email=email) == "verified"
        assert await types(phones, codes_in(mail)[0], email=email) == "verified"  # and once more
        await send(phones)
    assert await phones.rows("SELECT sum(n) FROM spent WHERE scope = 'network'") == [
        (4 * HOURLY * (1 - allowance.WANTED),)
    ]


async def test_asking_to_take_back_is_charged_to_the_network_that_asks(
    phones: Phones, office: PostOffice
) -> None:
    await strangers(phones, HOURLY)
    await send(phones)
    services = phones.services
    lake = services.directory.by_slug["lake"]
    email = "stranger0@gmail.com"
    for network in (b"one", b"another"):
        asked = Asked(services.new_id(), lake, email, "en", services.now(), network)
        await services.group.submit(Verifier(services.keys).ask_many, asked)
        await send(phones)
    assert [error for *_, error in await states(phones)][-2:] == ["network_limit", None]


# One mailbox that many want to bury.


async def test_strangers_cannot_use_up_the_owners_mails(phones: Phones, office: PostOffice) -> None:
    for name in ("Bo Lee", "Cyd Charo", "Dee Prince", "Eve Stone", "Flo Night", "Gus Ortiz"):
        await signs(phones.services, name, network=b"stranger")
        await send(phones)
    assert len(office.to(ANA)) == 1 + RECIPIENT_DAILY
    await signs(phones.services, network=b"owner")
    await send(phones)
    assert await types(phones, codes_in(office.to(ANA)[-1])[0]) == "verified"
    assert await phones.rows("SELECT name FROM signatures WHERE verified_at IS NOT NULL") == [
        ("Ana Diaz",)
    ]


async def test_so_many_networks_get_a_first_code_for_one_mailbox_and_no_more(
    phones: Phones, office: PostOffice
) -> None:
    for n in range(FIRSTS_DAILY + RECIPIENT_DAILY + 4):
        await signs(phones.services, network=f"network {n}".encode())
        await send(phones)
    assert len(office.to(ANA)) == FIRSTS_DAILY + RECIPIENT_DAILY
    assert {failed for _, failed, _ in await states(phones)} == {False}


async def test_all_spellings_of_a_mailbox_are_one_recipient(
    phones: Phones, office: PostOffice
) -> None:
    for n in range(RECIPIENT_DAILY + 2):
        await signs(phones.services, email=f"a.n.a+{n}@googlemail.com")
        await send(phones)
    assert len(office.arrived) == RECIPIENT_DAILY


async def test_a_code_that_had_to_wait_is_good_for_a_day_from_when_it_is_sent(
    phones: Phones, office: PostOffice
) -> None:
    for name in ("Bo Lee", "Cyd Charo", "Dee Prince", "Ana Diaz"):
        await signs(phones.services, name)
        await send(phones)
    phones.now += DAY
    await send(phones)
    [*_, mail] = office.to(ANA)
    phones.now += DAY - 1
    assert await types(phones, codes_in(mail)[0]) == "verified"


async def test_what_the_mail_server_refuses_is_charged_to_nobody(
    phones: Phones, office: PostOffice
) -> None:
    office.answers["RCPT"] = ["452 mailbox full"] * 4
    for name in ("Bo Lee", "Cyd Charo", "Dee Prince", "Ana Diaz"):
        await signs(phones.services, name, network=b"one")
        await send(phones)
    assert {tuple(row) for row in await phones.rows("SELECT DISTINCT n FROM spent")} == {(0,)}
    phones.now += 100
    await send(phones)
    assert len(office.to(ANA)) == 4


# "I did not sign this".


async def not_me(phones: Phones, office: PostOffice) -> None:
    await signs(phones.services, network=b"stranger")
    await send(phones)
    assert await types(phones, codes_in(office.to(ANA)[-1])[0], "not_me") == "not_me"
    office.boxes[ANA].clear()


async def test_that_was_not_me_stops_mail_to_that_mailbox_from_the_whole_server(
    phones: Phones, office: PostOffice
) -> None:
    await phones.add_petition(slug="face", keyword="FACE")
    await not_me(phones, office)
    for n, slug in enumerate(("lake", "face", "lake", "face")):
        await signs(phones.services, slug=slug, network=f"network {n}".encode())
        await signs(phones.services, "Bo Lee", "a.na+x@gmail.com", slug)
    await signs(phones.services, "Cyd Charo", "cyd@gmail.com", "face")
    await send(phones)
    assert (len(office.to(ANA)), len(office.to("cyd@gmail.com"))) == (0, 1)
    assert len(office.arrived) == 2
    assert await phones.rows("SELECT count(*) FROM outbox WHERE sent_at IS NULL") == [(0,)]


async def test_after_it_one_mail_a_week_goes_out_on_request_until_a_code_is_typed(
    phones: Phones, office: PostOffice
) -> None:
    await not_me(phones, office)
    for week in (1, 2):
        phones.now += WEEK
        office.answers["RCPT"] = ["451 come back later"]  # which is charged to nobody
        await signs(phones.services)
        await send(phones)
        assert len(office.to(ANA)) == week - 1
        phones.now += 100
        await send(phones)
        await signs(phones.services, "Bo Lee")
        await send(phones)
        assert len(office.to(ANA)) == week
    assert await types(phones, codes_in(office.to(ANA)[-1])[0]) == "verified"
    await signs(phones.services, "Bo Lee")
    await send(phones)
    assert len(office.to(ANA)) == 3


# Petition, server, and the organizer's switch.


@pytest.mark.parametrize("limit", ["UNDERSIGNED_MAIL_PETITION_DAILY", "UNDERSIGNED_MAIL_DAILY"])
async def test_a_day_of_mail_has_an_end_and_what_is_above_it_waits(
    database_url: str, office: PostOffice, limit: str
) -> None:
    async with with_mail(database_url, office, **{limit: "2"}) as phones:
        await phones.add_petition(slug="face", keyword="FACE")
        for n in range(3):
            await signs(phones.services, email=f"ana{n}@gmail.com")
        await send(phones)
        await signs(phones.services, email="ana3@gmail.com", slug="face")
        await send(phones)
        of_petition = limit == "UNDERSIGNED_MAIL_PETITION_DAILY"
        assert len(office.arrived) == 2 + of_petition
        phones.now += DAY + HOUR
        await send(phones)
        assert len(office.arrived) == 4


async def test_an_organizer_stops_all_mail_of_a_petition_and_lets_it_go_again(
    phones: Phones, office: PostOffice
) -> None:
    await phones.add_petition(slug="face", keyword="FACE")
    services = phones.services
    async with services.database.write() as tx:
        await sending.stop_mail(tx, 1, services.now())
    await signs(services)
    await signs(services, email="bo@gmail.com", slug="face")
    await send(phones)
    assert (len(office.to(ANA)), len(office.to("bo@gmail.com"))) == (0, 1)
    async with services.database.write() as tx:
        await sending.resume_mail(tx, 1, services.now())
    await send(phones)
    assert len(office.to(ANA)) == 1


async def test_mails_of_held_signatures_wait_until_all_others_have_gone(
    phones: Phones, office: PostOffice
) -> None:
    for n in range(30):
        await signs(phones.services, email=f"x{n}@gmail.com", signals=("names", "trap"))
    phones.now += 60
    for n in range(30):
        await signs(phones.services, email=f"ana{n}@gmail.com")
    await send(phones)
    order = [str(mail["To"])[0] for mail in office.arrived]
    assert order == ["a"] * 30 + ["x"] * 30


# Texts.


async def signs_with_phone(
    phones: Phones, phone: str = PHONE, name: str = "Ana Diaz", slug: str = "lake"
) -> None:
    await signs(phones.services, name, "", slug, phone=phone)


async def test_texts_to_the_owner_of_a_number_are_bounded_over_all_petitions_without_codes_too(
    texted: Phones,
) -> None:
    for n in range(10):
        await texted.add_petition(slug=f"p{n}", keyword=f"PP{n}X")
        await texted.text(f"SIGN PP{n}X Ana Diaz 59801")
    await let_codes_go_by_text(texted, None)
    texted.now += 60
    for n in range(10):
        await signs_with_phone(texted, slug=f"p{n}")
        await texted.drain()
    assert len(texted.network.sent) == RECIPIENT_DAILY
    assert {failed for _, failed, _ in await states(texted)} == {False}


async def test_text_codes_that_a_range_may_not_get_leave_the_days_total_to_others(
    texted: Phones,
) -> None:
    for n in range(60):
        await signs_with_phone(texted, f"+140655501{n:02}")
    while await texted.drain():
        pass
    assert len(texted.network.sent) == RANGE_CODES
    for n in range(20):
        await signs_with_phone(texted, f"+1406777{n:02}01")
    while await texted.drain():
        pass
    assert len(texted.network.sent) == 40


async def test_a_code_by_text_that_the_provider_refuses_is_charged_to_nobody(
    texted: Phones,
) -> None:
    from sms import Sending

    texted.network.failure = Sending("failed", code="30005")
    await signs_with_phone(texted)
    await texted.drain()
    assert await texted.rows("SELECT DISTINCT n FROM spent") == [(0,)]


async def test_a_note_that_waits_for_the_morning_is_not_lost(texted: Phones) -> None:
    await texted.text("SIGN LAKE Ana Diaz 59801")
    texted.now = MIDNIGHT
    await signs_with_phone(texted)
    await texted.drain()
    assert texted.network.sent == []
    texted.now += 9 * HOUR
    await texted.drain()
    assert len(texted.network.sent) == 1


async def test_a_text_for_which_the_days_segments_are_spent_is_charged_to_nobody_else(
    database_url: str,
) -> None:
    async with text_door(
        database_url, UNDERSIGNED_SMS_CODES_DAILY="40", UNDERSIGNED_SMS_DAILY_SEGMENTS="1"
    ) as phones:
        phones.now = NOON
        await let_codes_go_by_text(phones)
        await phones.text("SIGN LAKE Bo Lee 59801", "+14065550199")
        await signs_with_phone(phones)
        await phones.drain()
        assert await phones.rows("SELECT count(*) FROM spent") == [(0,)]
        assert [error for *_, error in await states(phones)] == ["budget"]
