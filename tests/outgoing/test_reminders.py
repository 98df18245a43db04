"""The reminder to verify: once, a day before the contact goes, to whom it may mean something."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.core.outbox.allowance import stop
from server.core.outbox.outbox import REMINDER_SECONDS
from server.core.outbox.returned import note_bounce
from server.core.petitions import petitions, sending
from server.core.signing.codes import Action, TypedCode
from server.core.signing.verification import Taken, Verifier
from server.core.upkeep import reminding
from server.core.upkeep.reminding import Reminding
from server.mail.tokens import whose
from server.outgoing.loops import do_chores
from tests.harness.mail.mails import ANA, drain, signs, with_mail
from tests.harness.mail.smtp import PostOffice, codes_in
from tests.harness.texts.phones import Phones
from tests.harness.world import NOW, PHONE

HOUR = 3600
DUE = NOW + 48 * HOUR + 1


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with with_mail(database_url, office) as phones:
        yield phones


async def signed(
    phones: Phones, office: PostOffice, name: str = "Ana Diaz", email: str = ANA
) -> None:
    """Somebody signs and gets the first code, which is forgotten."""
    await signs(phones.services, name, email)
    await sent(phones)
    office.arrived.clear()
    office.boxes.clear()


async def sent(phones: Phones) -> None:
    while await drain(phones.services):
        pass


async def reminders(phones: Phones, at: int = DUE) -> None:
    """All that the worker does by then, and twice, as workers do."""
    phones.now = at
    for _ in range(2):
        await do_chores(phones.services)
        await sent(phones)


async def types(phones: Phones, code: str, action: Action = "verify") -> str | None:
    services = phones.services
    typed = TypedCode(
        petition=services.directory.by_slug["lake"],
        action=action,
        code=code,
        contact=ANA,
        ref="",
        now=services.now(),
    )
    taken: Taken | None = await services.group.submit(Verifier(services.keys).take_many, typed)
    return taken.done if taken else None


async def test_one_comes_a_day_before_with_a_code_that_verifies(
    phones: Phones, office: PostOffice
) -> None:
    await signed(phones, office)
    await reminders(phones, DUE - 60)
    assert office.to(ANA) == []
    await reminders(phones)
    [mail] = office.to(ANA)
    assert mail["Subject"] == "Verify your signature: Keep the lake clean"
    assert "Ana" not in mail.get_content()
    assert "\nhttps://sign.example.org/p/lake/verify?ref=" in mail.get_content().replace("\r", "")
    [code] = codes_in(mail)
    phones.now += 23 * HOUR
    assert await types(phones, code) == "verified"
    assert (await phones.figures()).verified == 1


async def test_it_comes_once_and_the_contact_goes_as_it_would(
    phones: Phones, office: PostOffice
) -> None:
    await signed(phones, office)
    for hours in (48, 50, 60, 71, 72, 80):
        await reminders(phones, NOW + hours * HOUR + 1)
    assert len(office.to(ANA)) == 1
    assert await phones.rows("SELECT contact, contact_key FROM signatures") == [(None, None)]


async def test_of_several_names_behind_one_address_it_is_told_once(
    phones: Phones, office: PostOffice
) -> None:
    await signed(phones, office)
    phones.now += 10 * HOUR
    await signed(phones, office, name="Bo Lee")
    phones.now += 1 * HOUR
    await signed(phones, office, name="Cy Young")
    for hours in range(48, 96, 4):
        await reminders(phones, NOW + hours * HOUR + 1)
    assert len(office.to(ANA)) == 1


async def test_not_to_whom_it_would_mean_nothing_or_too_much(
    phones: Phones, office: PostOffice
) -> None:
    services = phones.services
    people = [f"signer{n}@example.org" for n in range(7)]
    verified, withdrawn, rejected, held, stopped, bounced, wanted = people
    names = ("Ana Diaz", "Bo Lee", "Cy Young", "Di Ford", "Ed Hale", "Flo King", "Gus Park")
    for name, email in zip(names, people, strict=True):
        await signed(phones, office, name=name, email=email)
    async with services.database.write() as tx:
        for column, email in (
            ("verified_at", verified),
            ("withdrawn_at", withdrawn),
            ("rejected_at", rejected),
            ("held_at", held),
        ):
            await tx.execute(
                f"UPDATE signatures SET {column} = :now WHERE contact = :email",
                now=NOW,
                email=email,
            )
        await stop(tx, [services.keys.address(stopped)], NOW)
        await note_bounce(tx, whose(services.keys, bounced), NOW)
    await reminders(phones)
    assert [str(mail["To"]) for mail in office.arrived] == [wanted]


async def test_not_where_the_contact_is_shown_already_with_another_name(
    phones: Phones, office: PostOffice
) -> None:
    await signs(phones.services)
    await sent(phones)
    [code] = codes_in(office.to(ANA)[-1])
    assert await types(phones, code) == "verified"
    await signed(phones, office, name="Bo Lee")
    await reminders(phones)
    assert office.to(ANA) == []


async def test_whoever_verifies_between_queueing_and_sending_hears_nothing(
    phones: Phones, office: PostOffice
) -> None:
    await signed(phones, office)
    phones.now = DUE
    await do_chores(phones.services)
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE signatures SET verified_at = :now", now=DUE)
    await sent(phones)
    assert office.to(ANA) == []
    assert await phones.rows("SELECT id FROM outbox WHERE sent_at IS NULL") == []


async def test_who_says_that_it_was_not_them_by_its_code_is_heard(
    phones: Phones, office: PostOffice
) -> None:
    await signed(phones, office)
    await reminders(phones)
    [code] = codes_in(office.to(ANA)[-1])
    assert await types(phones, code, "not_me") == "not_me"
    assert await phones.rows("SELECT count(*) FROM stopped_recipients") == [(1,)]


async def test_not_for_a_petition_that_takes_no_codes_any_more(
    phones: Phones, office: PostOffice
) -> None:
    await signed(phones, office)
    async with phones.services.database.write() as tx:
        await petitions.close(tx, 1, NOW + HOUR)
    await phones.services.directory.refresh()
    await reminders(phones)
    assert office.arrived == []


@pytest.mark.parametrize(
    "settings", [{"UNDERSIGNED_REMINDERS": "0"}, {"UNDERSIGNED_PENDING_HOURS": "47"}]
)
async def test_nobody_is_reminded_where_it_is_turned_off_or_there_is_no_time_for_it(
    tmp_path: object, office: PostOffice, settings: dict[str, str]
) -> None:
    async with with_mail(f"sqlite:///{tmp_path}/x.db", office, **settings) as phones:
        await signed(phones, office)
        for hours in range(20, 72, 4):
            await reminders(phones, NOW + hours * HOUR)
        assert office.arrived == []


async def test_longer_kept_is_later_reminded(tmp_path: object, office: PostOffice) -> None:
    url, week = f"sqlite:///{tmp_path}/x.db", {"UNDERSIGNED_PENDING_HOURS": "168"}
    async with with_mail(url, office, **week) as phones:
        await signed(phones, office)
        await reminders(phones, NOW + 143 * HOUR)
        assert office.arrived == []
        await reminders(phones, NOW + 145 * HOUR)
        assert len(office.to(ANA)) == 1


async def test_it_goes_after_codes_and_leaves_half_of_what_may_go_to_them(
    tmp_path: object, office: PostOffice
) -> None:
    url, few = f"sqlite:///{tmp_path}/x.db", {"UNDERSIGNED_MAIL_DAILY": "4"}
    async with with_mail(url, office, **few) as phones:
        for n in range(4):
            await signed(
                phones, office, name=f"Ana {'Diaz' * (n + 1)}", email=f"ana{n}@example.org"
            )
        phones.now = DUE
        await do_chores(phones.services)
        await signs(phones.services, name="Bo Lee", email="bo@example.org")
        await sent(phones)
        to = [str(mail["To"]) for mail in office.arrived]
        assert to == ["bo@example.org", "ana0@example.org"]


async def test_one_that_has_to_wait_too_long_is_not_sent(
    phones: Phones, office: PostOffice
) -> None:
    await signed(phones, office)
    phones.now = DUE
    await do_chores(phones.services)
    phones.now += REMINDER_SECONDS + 1
    await sent(phones)
    assert office.arrived == []


async def test_a_worker_that_dies_leaves_off_where_the_next_one_begins(
    phones: Phones, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = phones.services
    people = [f"signer{n}@example.org" for n in range(7)]
    for n, email in enumerate(people):
        await signed(phones, office, name=f"Ana {'Diaz' * (n + 1)}", email=email)
    monkeypatch.setattr(reminding, "REMINDED_TOGETHER", 2)
    phones.now = DUE
    left = iter(range(5))

    def dying() -> int:
        if next(left, None) is None:
            raise RuntimeError("killed")
        return services.new_id()

    known = services.directory.by_id.values()
    with pytest.raises(RuntimeError):
        await Reminding(services.keys, dying, 72, False).remind(services.database, known, DUE)
    assert await phones.rows("SELECT count(*) FROM outbox WHERE kind = 'reminder'") == [(4,)]
    await reminders(phones)
    assert sorted(str(mail["To"]) for mail in office.arrived) == people


@pytest.mark.parametrize("texts", [True, False])
async def test_a_phone_gets_one_where_codes_go_out_by_text(
    tmp_path: object, office: PostOffice, texts: bool
) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    async with with_mail(url, office, UNDERSIGNED_SMS_CODES_DAILY="9") as phones:
        services = phones.services
        async with services.database.write() as tx:
            await sending.set_sms_codes(tx, 1, NOW if texts else None)
        await services.directory.refresh()
        await signs(services, email="", phone=PHONE)
        await phones.drain()
        phones.network.sent.clear()
        for hours in (48, 60, 70):  # (at night there are none)
            phones.now = NOW + hours * HOUR + 1
            await do_chores(services)
            await phones.drain()
        bodies = [text.body for text in phones.network.sent]
        assert len(bodies) == (1 if texts else 0)
        assert all(body.startswith("LAKE: type ") for body in bodies)
