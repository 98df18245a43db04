"""Did they answer? Signers are asked once, three weeks after an office took their letter, and what
they say is counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from unittest.mock import patch

import pytest

from server.core.letters import figures, letters
from server.core.letters.heard import asking
from server.core.letters.heard.asking import ASKED_AFTER_SECONDS
from server.core.letters.letter import Addressee, Letter
from server.core.letters.offices import office_key
from server.mail.smtp import Smtp
from server.outgoing.loops import do_chores
from sms import Sending
from sms.segments import measure
from tests.harness.mail.mails import ANA, drain, signs
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.writers import (
    BOTH,
    CLERK,
    DAY,
    MAYOR,
    NOON,
    asked,
    carry,
    said,
    say,
    town,
    works,
    writes,
)
from tests.harness.texts.phones import Phones

HOUR = 3600


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with town(database_url, office) as phones:
        yield phones


#: By language: how somebody signs and writes, what they say first, what that means, and how they
#: say otherwise.
JOURNEYS = {
    "en": (
        ("SIGN LAKE Ana Diaz 59801", "LETTER", "Keep it clean, please.", "SEND"),
        ("2 no", "no", "1"),
    ),
    "es": (
        ("FIRMA LAKE Luz Pena 59801", "CARTA", "Cuiden bien el agua.", "ENVIAR"),
        ("sí, me contestaron", "yes", "2"),
    ),
    "hi": (
        ("साइन LAKE सीता 59801", "पत्र", "हमारी झील को साफ़ रखें।", "भेजें"),
        ("२", "no", "१ हाँ"),
    ),
    "ar": (
        ("وقع LAKE ليلى حداد 59801", "رسالة", "حافظوا على البحيرة نظيفة.", "أرسل"),
        ("لم يرد أحد", "no", "1"),
    ),
}


@pytest.mark.parametrize("language", JOURNEYS)
async def test_whoever_wrote_by_text_is_asked_once_and_what_they_say_last_counts(
    phones: Phones, office: PostOffice, language: str
) -> None:
    (*texts, send), (says, meant, otherwise) = JOURNEYS[language]
    await say(phones, *texts, send, send)
    await carry(phones)
    assert office.to(MAYOR)
    await works(phones, ASKED_AFTER_SECONDS - HOUR)
    assert asked(phones) == []
    await works(phones, 3 * DAY)
    [body] = asked(phones)
    assert "Jo Marsh" in body
    assert measure(body).segments == 1
    noted = await say(phones, says)
    assert "Jo Marsh" in noted and measure(noted).segments == 1
    assert await said(phones) == [meant]
    changed = await say(phones, otherwise)
    assert "Jo Marsh" in changed and changed != noted
    assert await said(phones) == [{"yes": "no", "no": "yes"}[meant]]
    await works(phones, 30 * DAY)
    assert len(asked(phones)) == 1


async def test_one_office_after_the_other(database_url: str, office: PostOffice) -> None:
    async with town(database_url, office, *BOTH) as phones:
        await writes(phones)
        await works(phones, ASKED_AFTER_SECONDS + DAY)
        [body] = asked(phones)
        assert "Jo Marsh" in body and "Ray Hill" not in body
        reply = await say(phones, "no")
        assert "And did Ray Hill answer" in reply
        assert "Answered: Ray Hill" in await say(phones, "yes they wrote back")
        assert await said(phones) == ["no", "yes"]
        async with phones.services.database.read() as tx:
            found = {f.name: f for f in await figures.by_office(tx, 1)}
        mayor, clerk = found["Jo Marsh, Mayor"], found["Ray Hill"]
        assert (mayor.asked, mayor.said_yes, mayor.said_no) == (1, 0, 1)
        assert (clerk.asked, clerk.said_yes, clerk.said_no) == (1, 1, 0)


async def test_who_thanks_us_for_our_reply_says_nothing_else_by_that(phones: Phones) -> None:
    await writes(phones)
    await works(phones, ASKED_AFTER_SECONDS + DAY)
    await say(phones, "2", "ok thank you", "yes")
    assert await said(phones) == ["no"]
    await say(phones, "1")
    assert await said(phones) == ["yes"]


async def test_whatever_else_a_text_wants_it_does(phones: Phones) -> None:
    await writes(phones)
    await works(phones, ASKED_AFTER_SECONDS + DAY)
    for text, does in (
        ("HELP", "Petitions by"),
        ("STATUS Ana", "Ana has signed"),
        ("SIGN LAKE Bo Lee 59801", "Thank you, Bo Lee"),
        ("what lawmaker?", ""),
    ):
        reply = await say(phones, text)
        assert does in reply
        assert await said(phones) == [None]
    assert "No answer" in await say(phones, "2")
    assert "no more texts" in await say(phones, "STOP")
    assert await said(phones) == ["no"]


async def test_a_household_is_asked_once(phones: Phones) -> None:
    await writes(phones)
    await writes(phones, name="Bo Lee")
    assert await said(phones) == [None, None]
    await works(phones, ASKED_AFTER_SECONDS + 10 * DAY)
    assert len(asked(phones)) == 1
    assert await phones.rows("SELECT count(asked_at) FROM letters") == [(1,)]


async def test_not_to_whom_it_would_mean_nothing_or_too_much(phones: Phones) -> None:
    people = [f"+1406555020{n}" for n in range(7)]
    wanted, stopped, undone, *_ = people
    names = ("Ana Diaz", "Bo Lee", "Cyd Marsh", "Dee Hill", "Eva Ford", "Flo King", "Gus Park")
    for phone, name in zip(people, names, strict=True):
        await writes(phones, phone, name)
        phones.now += HOUR
    await works(phones, DAY)
    await say(phones, "STOP", sender=stopped)
    await say(phones, "UNDO", sender=undone)
    async with phones.services.database.write() as tx:
        ids = "(SELECT id FROM signatures WHERE name = '{}')"
        await tx.execute(
            f"UPDATE signatures SET rejected_at = 1 WHERE id IN {ids.format(names[3])}"
        )
        for name, change in (
            (names[4], "answered_at = 1"),
            (names[5], "state = 'bounced'"),
            (names[6], "kind = 'thanks'"),
        ):
            await tx.execute(
                f"UPDATE letters SET {change} WHERE signature_id IN {ids.format(name)}"
            )
    await works(phones, ASKED_AFTER_SECONDS + 3 * DAY)
    assert {out.to for out in phones.network.sent} == {wanted}
    assert await phones.rows("SELECT count(asked_at) FROM letters") == [(1,)]


async def test_who_answers_before_it_goes_out_is_not_asked(phones: Phones) -> None:
    await writes(phones)
    phones.now += ASKED_AFTER_SECONDS + 10 * HOUR  # in the night
    await works(phones)
    assert await phones.rows("SELECT error FROM outbox") == [("quiet",)]
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE letters SET answered_at = :now", now=phones.services.now())
    await works(phones, DAY)
    assert asked(phones) == []
    assert await phones.rows("SELECT count(*) FROM outbox") == [(0,)]


async def test_a_phone_that_is_asked_something_else_is_asked_later(phones: Phones) -> None:
    await writes(phones)
    phones.now += ASKED_AFTER_SECONDS - HOUR
    await say(phones, "LAKE Ana")  # and is asked for more
    await works(phones, 2 * DAY)
    assert asked(phones) == []
    await works(phones, 7 * DAY)
    await say(phones, "UNDO")
    phones.now += DAY
    assert await phones.rows("SELECT count(*) FROM letter_questions") == [(0,)]


async def test_what_was_said_goes_with_the_signature(phones: Phones) -> None:
    await writes(phones)
    await works(phones, ASKED_AFTER_SECONDS + DAY)
    await say(phones, "1")
    assert await said(phones) == ["yes"]
    await say(phones, "UNDO")
    assert await phones.rows("SELECT asked_at, said, said_at, answer_to FROM letters") == [
        (None, None, None, None)
    ]
    assert await phones.rows("SELECT count(*) FROM letter_questions") == [(0,)]
    phones.now += HOUR
    await say(phones, "2")
    assert await said(phones) == [None]


async def test_after_four_weeks_a_number_means_nothing(phones: Phones) -> None:
    await writes(phones)
    await works(phones, ASKED_AFTER_SECONDS + DAY)
    await works(phones, 29 * DAY)
    assert await phones.rows("SELECT count(*) FROM letter_questions") == [(0,)]
    await say(phones, "2")
    assert await said(phones) == [None]


@pytest.mark.parametrize(
    ("sending", "error"),
    [
        (Sending("retry", code="30003"), "30003"),
        (Sending("throttled", code="429"), "429"),
        (Sending("failed", code="21610"), "21610"),
        (Sending("failed", code="network"), "uncertain"),
    ],
)
async def test_what_did_not_go_out_is_no_question_and_what_may_have_is_asked_once(
    phones: Phones, sending: Sending, error: str
) -> None:
    await writes(phones)
    phones.network.failure = sending
    phones.now += ASKED_AFTER_SECONDS + HOUR
    await do_chores(phones.services)
    await phones.drain()
    assert await phones.rows("SELECT error FROM outbox") == [(error,)]
    assert await phones.rows("SELECT count(asked_at) FROM letters") == [(error == "uncertain",)]
    assert await phones.rows("SELECT count(*) FROM letter_questions") == [(error == "uncertain",)]
    phones.network.failure = None
    await works(phones, DAY)
    assert len(asked(phones)) == (sending.result in {"retry", "throttled"})


class Dies(BaseException):
    """What ends a worker wherever it is."""


@pytest.mark.parametrize("dies", ["before", "with it"])
async def test_a_worker_that_dies_over_it_asks_nobody_twice(phones: Phones, dies: str) -> None:
    await writes(phones)
    phones.now += ASKED_AFTER_SECONDS + HOUR
    await do_chores(phones.services)
    send = phones.network.send

    async def sends(outbound: object) -> Sending:
        await send(outbound)  # type: ignore[arg-type]
        raise Dies

    dying = (
        patch.object(asking, "begin", side_effect=Dies)
        if dies == "before"
        else patch.object(phones.network, "send", sends)
    )
    with dying, pytest.raises(BaseExceptionGroup, match="unhandled"):
        await phones.drain()
    await works(phones, 2 * DAY)
    assert len(asked(phones)) == 1
    assert "No answer" in await say(phones, "2")


async def test_quiet_hours_are_kept(phones: Phones) -> None:
    await writes(phones)
    phones.now = NOON + ASKED_AFTER_SECONDS + 10 * HOUR  # four in the morning of Greenwich
    await works(phones)
    assert asked(phones) == []
    phones.now += 12 * HOUR
    await works(phones)
    assert len(asked(phones)) == 1


# By mail.


async def wrote(phones: Phones, *offices: str) -> None:
    """Somebody who has verified their e-mail has written with it, and the offices have it."""
    services = phones.services
    await signs(services)
    async with services.database.write() as tx:
        await tx.execute("UPDATE signatures SET verified_at = :now, contact = NULL", now=1)
        [row] = await tx.fetch("SELECT id, contact_key, person_key FROM signatures")
        await tx.execute("DELETE FROM outbox")
        written = [
            Letter(
                id=services.new_id(),
                petition_id=1,
                signature_id=row["id"],
                sender=bytes(row["person_key"]),
                contact=bytes(row["contact_key"]),
                office=Addressee(key=office_key(address), name=address[:5], address=address),
                channel="smtp",
                language="en",
                subject="Keep it clean",
                words="Please keep it clean.",
                own_words=10,
                reply_to=ANA,
            )
            for address in offices
        ]
        await letters.write(tx, written, services.now())
    await carry(phones)


def asked_by_mail(office: PostOffice) -> list[str]:
    return [str(mail.get_content()) for mail in office.to(ANA)]


async def test_whoever_gave_an_address_is_asked_by_mail_about_all_offices_at_once(
    database_url: str, office: PostOffice
) -> None:
    async with town(database_url, office, *BOTH) as phones:
        await wrote(phones, MAYOR, CLERK)
        await works(phones, ASKED_AFTER_SECONDS - HOUR)
        assert asked_by_mail(office) == []
        await works(phones, 5 * DAY)
        [mail] = office.to(ANA)
        assert mail["Subject"] == "Did they answer you? Keep it clean"
        body = str(mail.get_content()).replace("\r", "")
        assert "\n  1  mayor\n  2  clerk\n" in body
        assert "\nhttps://sign.example.org/p/lake/answered?ref=" in body
        assert "Ana" not in body
        assert await phones.rows("SELECT count(asked_at) FROM letters") == [(2,)]
        assert await phones.rows("SELECT recipient, body FROM outbox") == [(None, None)]


@pytest.mark.parametrize("ends", ["dies before", "dies with it", "line breaks", "busy"])
async def test_a_mail_that_may_have_arrived_is_not_sent_again(
    phones: Phones, office: PostOffice, ends: str
) -> None:
    await wrote(phones, MAYOR)
    phones.now += ASKED_AFTER_SECONDS + HOUR
    await do_chores(phones.services)
    match ends:
        case "line breaks":
            office.drops = 1
            await drain(phones.services)
        case "busy":
            office.answers["RCPT"] = ["450 4.2.1 busy"]
            await drain(phones.services)
        case "dies before":
            with (
                patch.object(asking, "begin", side_effect=Dies),
                pytest.raises(BaseExceptionGroup, match="unhandled"),
            ):
                await drain(phones.services)
        case _:
            post = Smtp.post

            async def posts(self: Smtp, *mail: object) -> None:
                await post(self, *mail)  # type: ignore[arg-type]
                raise Dies

            with (
                patch.object(Smtp, "post", posts),
                pytest.raises(BaseExceptionGroup, match="unhandled"),
            ):
                await drain(phones.services)
    await works(phones, 3 * DAY)
    assert len(office.to(ANA)) == (ends != "line breaks")
    assert await phones.rows("SELECT count(asked_at) FROM letters") == [(1,)]


async def test_in_a_copy_that_is_put_back_nobody_is_asked_whom_it_may_have_asked(
    phones: Phones,
) -> None:
    await writes(phones)
    phones.now += ASKED_AFTER_SECONDS + HOUR
    async with phones.services.database.write() as tx:
        await asking.ask_nobody(tx, phones.services.now())
    await works(phones, 5 * DAY)
    assert asked(phones) == []
