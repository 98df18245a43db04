"""Letters on their way to an office: once, and with the truth about what became of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from unittest.mock import patch

import pytest

from server.core.counting.counts import DAY
from server.core.letters import carrying, figures, letters
from server.core.letters.carrying import CARRY_SECONDS, DONE_SECONDS, GIVE_UP_SECONDS
from server.core.letters.letter import Addressee, Letter, checked_words
from server.core.letters.letters import WORDS_SECONDS
from server.core.letters.offices import offices_named
from server.core.petitions import petitions
from server.core.petitions.wording.draft import DecisionMaker
from server.core.signing import signatures, stored
from server.core.upkeep import ending
from server.errors import InvalidInput
from server.mail import bounces
from server.mail.smtp import mailer
from server.outgoing.letters import Carrier
from sms.reading import reserved
from tests.harness.mail.smtp import PostOffice
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import PHONE, draft

MAYOR = Addressee(key="mail mayor@town.example", name="Jo Marsh", address="mayor@town.example")
CLERK = Addressee(key="mail clerk@town.example", name="Ray Hill", address="clerk@town.example")
TOWN = (
    DecisionMaker("Jo Marsh", email=MAYOR.address),
    DecisionMaker("Ray Hill", email=CLERK.address),
)
WORDS = "Dear Jo Marsh,\n\nplease keep the lake clean. " + "My children swim in it. " * 6
NAMES = ("Ana Diaz", "Bo Lee", "Cyd Marsh", "Dee Hill", "Eva Ford")
HOUR = 3600


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    settings = {
        "UNDERSIGNED_LETTERS_HOURLY": "3",
        "UNDERSIGNED_LETTERS_REPLY_TO": "answers@sign.example.org",
        "UNDERSIGNED_MAIL_BOUNCES": "back+*@sign.example.org",
    }
    async with town(database_url, office, **settings) as phones:
        yield phones


@asynccontextmanager
async def town(url: str, office: PostOffice, **settings: str) -> AsyncIterator[Phones]:
    """A server whose petition, LAKE, names two who decide."""
    async with text_door(url, False, **(office.settings | settings)) as phones:
        await phones.add_petition(decision_makers=TOWN)
        yield phones


async def names(phones: Phones, *makers: DecisionMaker) -> None:
    """An organizer edits who decides."""
    async with phones.services.database.write() as tx:
        petition = phones.services.directory.by_id[1]
        await petitions.edit(tx, petition, draft(decision_makers=makers), reserved(), now=0)
    await phones.services.directory.refresh()


async def signer(phones: Phones, phone: str = PHONE, name: str = "Ana Diaz") -> int:
    """The id of a signature by text."""
    assert await phones.text(f"SIGN LAKE {name} 59801", phone)
    [(id_,)] = await phones.rows("SELECT max(id) FROM signatures")
    return int(str(id_))


async def writes(phones: Phones, signature_id: int, *offices: Addressee, **changes: object) -> None:
    [(key,)] = await phones.rows(f"SELECT person_key FROM signatures WHERE id = {signature_id}")
    assert isinstance(key, bytes | memoryview)
    written = [
        Letter(
            id=phones.services.new_id(),
            petition_id=1,
            signature_id=signature_id,
            sender=bytes(key),
            office=office,
            channel="smtp",
            language="en",
            subject="Keep the lake clean",
            words=WORDS,
            own_words=140,
        )
        for office in offices or (MAYOR,)
    ]
    async with phones.services.database.write() as tx:
        changed = [replace(letter, **changes) for letter in written]  # type: ignore[arg-type]
        await letters.write(tx, changed, phones.services.now())


async def carry(phones: Phones) -> None:
    """All that may go now."""
    hands = mailer(phones.services.settings)
    carrier = Carrier(phones.services, hands)
    try:
        while await carrier.drain():
            pass
    finally:
        await hands.rest()


async def states(phones: Phones) -> list[object]:
    return [row[0] for row in await phones.rows("SELECT state FROM letters ORDER BY id")]


async def whys(phones: Phones) -> list[object]:
    return [row[0] for row in await phones.rows("SELECT why FROM letters ORDER BY id")]


async def test_a_letter_reaches_the_office_as_it_was_written(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones, await signer(phones), MAYOR, CLERK, reply_to="ana@example.org")
    await carry(phones)
    [mail], [other] = office.to(MAYOR.address), office.to(CLERK.address)
    assert (mail["Subject"], mail["Reply-To"]) == ("Keep the lake clean", "ana@example.org")
    assert str(mail.get_content()).split() == WORDS.split()
    assert max(map(len, str(mail.get_content()).splitlines())) <= 72
    assert str(mail["Return-Path"]).startswith("<back+")
    assert mail["Message-ID"] != other["Message-ID"]
    assert await states(phones) == ["accepted", "accepted"]


async def test_without_an_address_of_theirs_the_office_answers_us(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones, await signer(phones))
    await carry(phones)
    assert office.to(MAYOR.address)[0]["Reply-To"] == "answers@sign.example.org"


async def test_nothing_leaves_before_the_signature_is_verified(
    phones: Phones, office: PostOffice
) -> None:
    id_ = await signer(phones)
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE signatures SET verified_at = NULL")
    await writes(phones, id_)
    await carry(phones)
    assert (await states(phones), office.arrived) == (["draft"], [])
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE signatures SET verified_at = :now", now=phones.services.now())
    await carry(phones)
    assert await states(phones) == ["accepted"]


async def test_sending_twice_sends_once(phones: Phones, office: PostOffice) -> None:
    id_ = await signer(phones)
    await writes(phones, id_, words="The first draft of it.")
    await writes(phones, id_, words="The second draft of it.")
    await carry(phones)
    await writes(phones, id_, words="The third, too late.")
    await carry(phones)
    [mail] = office.arrived
    assert str(mail.get_content()).strip() == "The second draft of it."


async def test_an_office_gets_so_many_in_an_hour_and_others_do_not_wait_for_it(
    phones: Phones, office: PostOffice
) -> None:
    for n in range(5):
        await writes(phones, await signer(phones, f"+1406555020{n}", NAMES[n]))
    await writes(phones, await signer(phones), CLERK)
    await carry(phones)
    assert (len(office.to(MAYOR.address)), len(office.to(CLERK.address))) == (3, 1)
    phones.now += HOUR - 1
    await carry(phones)
    assert len(office.to(MAYOR.address)) == 3
    phones.now += 1
    await carry(phones)
    assert len(office.to(MAYOR.address)) == 5


async def test_a_paused_office_gets_nothing_until_it_is_resumed(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones, await signer(phones), MAYOR, CLERK)
    async with phones.services.database.write() as tx:
        await figures.pause(tx, 1, MAYOR.key, phones.services.now())
    await carry(phones)
    assert [m["To"] for m in office.arrived] == [CLERK.address]
    async with phones.services.database.read() as tx:
        found = {f.key: (f.paused, dict(f.states), f.own) for f in await figures.by_office(tx, 1)}
    assert found == {
        MAYOR.key: (True, {"queued": 1}, 1),
        CLERK.key: (False, {"accepted": 1}, 1),
    }
    async with phones.services.database.write() as tx:
        await figures.resume(tx, 1, MAYOR.key)
    await carry(phones)
    assert await states(phones) == ["accepted", "accepted"]


@pytest.mark.parametrize(
    ("command", "answer", "state", "why"),
    [
        ("RCPT", "450 4.2.1 busy", "retry", "450 4.2.1"),
        ("DATA", "451 4.3.0 later", "retry", "451 4.3.0"),
        ("RCPT", "550 5.1.1 <mayor@town.example> unknown", "rejected", "550 5.1.1"),
        ("DATA", "554 5.7.1 spam", "rejected", "554 5.7.1"),
    ],
)
async def test_what_a_server_answers(
    phones: Phones, office: PostOffice, command: str, answer: str, state: str, why: str
) -> None:
    office.answers[command] = [answer]
    await writes(phones, await signer(phones))
    await carry(phones)
    assert (await states(phones), await whys(phones)) == ([state], [why])
    phones.now += HOUR
    await carry(phones)
    again = ["accepted"] if state == "retry" else ["rejected"]
    assert await states(phones) == again
    assert len(office.arrived) == (state == "retry")


async def test_tries_go_on_for_a_week_and_seldom(phones: Phones, office: PostOffice) -> None:
    office.answers["RCPT"] = ["450 4.2.1 busy"] * 1000
    await writes(phones, await signer(phones))
    for _ in range(8 * 24):
        await carry(phones)
        phones.now += HOUR
    assert (await states(phones), await whys(phones)) == (["rejected"], ["gave_up"])
    assert 10 < 1000 - len(office.answers["RCPT"]) < 40
    [(ended, queued)] = await phones.rows("SELECT ended_at, queued_at FROM letters")
    assert int(str(ended)) - int(str(queued)) <= GIVE_UP_SECONDS


async def test_a_server_that_goes_away_with_the_letter_in_its_hands_may_have_it(
    phones: Phones, office: PostOffice
) -> None:
    office.drops = 1
    await writes(phones, await signer(phones))
    await carry(phones)
    assert await states(phones) == ["uncertain"]
    phones.now += GIVE_UP_SECONDS
    await carry(phones)
    assert office.arrived == []


async def test_a_worker_that_dies_before_the_letter_left_sends_it_later(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones, await signer(phones))
    with (
        patch.object(carrying, "begin", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        await carry(phones)
    await carry(phones)
    assert (await states(phones), office.arrived) == (["queued"], [])
    phones.now += CARRY_SECONDS
    await carry(phones)
    assert (await states(phones), len(office.arrived)) == (["accepted"], 1)


async def test_a_worker_that_dies_with_it_leaves_it_uncertain(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones, await signer(phones))
    with (
        patch.object(carrying, "settle", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        await carry(phones)
    assert (await states(phones), len(office.arrived)) == (["sending"], 1)
    phones.now += CARRY_SECONDS
    await carry(phones)
    assert (await states(phones), len(office.arrived)) == (["uncertain"], 1)


async def test_what_comes_back_names_its_letter_alone(phones: Phones, office: PostOffice) -> None:
    for n in range(2):
        await writes(phones, await signer(phones, f"+1406555020{n}", NAMES[n]))
    await carry(phones)
    notice = (
        "From: MAILER-DAEMON@town.example\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
        "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; town.example\n\n"
        "Final-Recipient: rfc822; mayor@town.example\nAction: failed\nStatus: 5.2.2\n\n--x--\n"
    )
    back_to = str(office.arrived[0]["Return-Path"]).strip("<>")
    bounce = bounces.read(notice.encode(), phones.services.keys, back_to)
    assert bounce.whose and bounce.outcome == "permanent"
    async with phones.services.database.write() as tx:
        assert await carrying.came_back(tx, bounce.whose, phones.services.now())
        assert not await carrying.came_back(tx, b"x" * 16, phones.services.now())
    assert await states(phones) == ["bounced", "accepted"]


async def test_what_does_not_come_back_is_done_and_its_words_go(phones: Phones) -> None:
    await writes(phones, await signer(phones), reply_to="ana@example.org")
    await carry(phones)
    phones.now += DONE_SECONDS
    await carry(phones)
    assert await states(phones) == ["done"]
    for later, kept in ((WORDS_SECONDS - 1, 1), (1, 0)):
        phones.now += later
        async with phones.services.database.write() as tx:
            await letters.expire(tx, phones.services.now())
        assert await phones.rows("SELECT count(words), count(reply_to) FROM letters") == [
            (kept, kept)
        ]
    assert await phones.rows("SELECT state, office_name, own_words FROM letters") == [
        ("done", "Jo Marsh", 140)
    ]


@pytest.mark.parametrize(("sent", "left"), [(False, []), (True, [("accepted", None, None, None)])])
async def test_a_letter_goes_with_its_signer(
    phones: Phones, office: PostOffice, sent: bool, left: list[object]
) -> None:
    await writes(phones, await signer(phones), reply_to="ana@example.org")
    if sent:
        await carry(phones)
    await phones.text("UNDO")
    await carry(phones)
    assert len(office.arrived) == sent
    rows = await phones.rows("SELECT state, words, reply_to, signature_id FROM letters")
    assert rows == left


async def test_what_is_taken_back_while_it_waits_for_its_turn_does_not_leave(
    phones: Phones, office: PostOffice
) -> None:
    id_ = await signer(phones)
    await writes(phones, id_)
    begin = carrying.begin

    async def taken_back(tx: object, letter: Letter, *rest: object) -> bool:
        found = await stored.by_ids(tx, 1, [id_])  # type: ignore[arg-type]
        await signatures.withdraw(tx, found, phones.services.now())  # type: ignore[arg-type]
        return await begin(tx, letter, *rest)  # type: ignore[arg-type]

    with patch.object(carrying, "begin", taken_back):
        await carry(phones)
    assert (office.arrived, await states(phones)) == ([], [])
    assert await phones.rows("SELECT n FROM spent WHERE scope = 'server' AND n <> 0") == []


async def test_what_organizers_take_out_while_it_waits_does_not_leave(
    phones: Phones, office: PostOffice
) -> None:
    id_ = await signer(phones)
    await writes(phones, id_)
    async with phones.services.database.write() as tx:
        await carrying.queue(tx, phones.services.now())
        await tx.execute("UPDATE signatures SET rejected_at = 1")
    await carry(phones)
    assert (await states(phones), office.arrived) == (["queued"], [])
    phones.now += WORDS_SECONDS
    async with phones.services.database.write() as tx:
        await letters.expire(tx, phones.services.now())
    assert await states(phones) == []


async def test_in_a_copy_that_is_put_back_nothing_that_waited_is_sent_again(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones, await signer(phones), MAYOR)
    async with phones.services.database.write() as tx:
        await carrying.queue(tx, phones.services.now())
        await carrying.doubt(tx, phones.services.now())
    await carry(phones)
    assert (await states(phones), await whys(phones)) == (["uncertain"], ["restored"])
    assert office.arrived == []


async def test_whoever_signs_again_writes_no_second_letter(
    phones: Phones, office: PostOffice
) -> None:
    for _ in range(3):
        await writes(phones, await signer(phones))
        await carry(phones)
        phones.now += HOUR
        await phones.text("UNDO")
    assert len(office.arrived) == 1
    phones.now += WORDS_SECONDS
    async with phones.services.database.write() as tx:
        await letters.expire(tx, phones.services.now())
    assert await phones.rows("SELECT DISTINCT sender_key FROM letters") == [(b"",)]


async def test_nor_does_who_stays_when_the_words_are_erased(
    phones: Phones, office: PostOffice
) -> None:
    id_ = await signer(phones)
    await writes(phones, id_)
    await carry(phones)
    phones.now += DONE_SECONDS
    await carry(phones)
    phones.now += WORDS_SECONDS
    async with phones.services.database.write() as tx:
        await letters.expire(tx, phones.services.now())
    await writes(phones, id_)
    await carry(phones)
    assert (len(office.arrived), await states(phones)) == (1, ["done"])


async def test_who_shares_a_mailbox_gets_one_letter_and_others_each_their_own(
    phones: Phones,
) -> None:
    council = DecisionMaker("City Council", "Helena", email="helena@gov.example")
    both = DecisionMaker("City Council", "Missoula", email="missoula@gov.example")
    clerk = DecisionMaker("Ray Hill", "Clerk", email="Missoula@gov.example")
    await names(phones, council, both, clerk)
    found = offices_named(phones.services.directory.by_id[1])
    assert [one.name for one in found] == [
        "City Council, Helena",
        "City Council, Missoula; Ray Hill, Clerk",
    ]
    assert len({one.key for one in found}) == 2


async def test_what_waits_goes_to_the_name_of_today_and_to_no_address_that_is_gone(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones, await signer(phones), MAYOR, CLERK)
    await names(phones, DecisionMaker("Joanna Marsh", email="Mayor@town.example"))
    await carry(phones)
    assert [mail["To"] for mail in office.arrived] == ["Mayor@town.example"]
    assert (await states(phones), await whys(phones)) == (["accepted", "held"], ["", "moved"])
    phones.now += WORDS_SECONDS
    async with phones.services.database.write() as tx:
        await letters.expire(tx, phones.services.now())
    assert (await states(phones))[1] == "rejected"


async def test_letters_are_in_the_one_allowance(database_url: str, office: PostOffice) -> None:
    settings = {"UNDERSIGNED_MAIL_PETITION_DAILY": "4"}
    async with town(database_url, office, **settings) as phones:
        for n in range(3):
            await writes(phones, await signer(phones, f"+1406555020{n}", NAMES[n]))
        await carry(phones)
        assert len(office.arrived) == 2
        assert await whys(phones) == ["", "", "petition_limit"]
        phones.now += DAY + HOUR
        await carry(phones)
        assert len(office.arrived) == 3


@pytest.mark.parametrize("break_", ["\r\nBcc: all@example.org", "\nX: y", "\r\rX: y", "\x85X: y"])
async def test_no_line_gets_into_a_header(phones: Phones, office: PostOffice, break_: str) -> None:
    with pytest.raises(ValueError, match="one tidy line"):
        await writes(phones, await signer(phones), subject=f"Lake{break_}")
    await carry(phones)
    assert office.arrived == []


async def test_a_petition_that_ends_takes_its_letters_along(phones: Phones) -> None:
    await writes(phones, await signer(phones))
    services = phones.services
    async with services.database.write() as tx:
        await ending.end(tx, services.keys, services.directory.by_id[1], services.now())
    phones.now += 2 * HOUR
    await ending.empty(services.database, services.now())
    assert await phones.rows("SELECT * FROM letters") == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", ""),
        (" \r\n ", ""),
        ("Please keep it.\r\n\r\n\r\n\r\nThank you.", "Please keep it.\n\nThank you."),
        ("Bitte, \x00lassen\x07 Sie es.", "Bitte, lassen Sie es."),
        ("x" * 2000, "x" * 2000),
    ],
)
def test_own_words_are_tidied(typed: str, words: str) -> None:
    assert checked_words(typed) == words


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("too short", "short"),
        ("." * 40, "short"),
        ("\u200d" * 12, "short"),
        ("x" * 2001, "long"),
    ],
)
def test_too_few_and_too_many_words_are_refused(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked_words(typed)
    assert [p.code for p in caught.value.problems] == [code]
