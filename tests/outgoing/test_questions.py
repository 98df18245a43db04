"""Did they answer? Signers are asked once, three weeks after an office took their letter, and what
they say is counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

import pytest

from server.core.letters import figures
from server.core.letters.heard import asking
from server.core.letters.heard.asking import ASKED_AFTER_SECONDS
from server.core.petitions.wording.draft import DecisionMaker, Wording
from server.mail.smtp import mailer
from server.outgoing.letters import Carrier
from server.outgoing.loops import do_chores
from sms import Sending
from sms.segments import measure
from tests.harness.mail.mails import drain
from tests.harness.mail.smtp import PostOffice
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import NOW, PHONE

DAY, HOUR = 86_400, 3600
MAYOR, CLERK = "mayor@town.example", "clerk@town.example"
BOTH = (DecisionMaker("Jo Marsh", "Mayor", "", MAYOR), DecisionMaker("Ray Hill", email=CLERK))
LAKE = {
    language: Wording(title, "Please.")
    for language, title in (("en", "Keep it clean"), ("es", "Cuiden el lago"), ("hi", "झील"))
}
NOON = NOW - NOW % DAY + 18 * HOUR  # by day in all of Montana
OTHER = "+14065550199"


@asynccontextmanager
async def town(
    url: str, office: PostOffice, *makers: DecisionMaker, **settings: str
) -> AsyncIterator[Phones]:
    async with text_door(url, False, **(office.settings | settings)) as phones:
        phones.now = NOON
        await phones.add_petition(decision_makers=makers or BOTH[:1], wordings=LAKE)
        yield phones


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with town(database_url, office) as phones:
        yield phones


async def say(phones: Phones, *texts: str, sender: str = PHONE) -> str:
    """One text after the other; the reply to the last, '' for silence."""
    reply = None
    for text in texts:
        phones.now += 1
        reply = await phones.text(text, sender)
    return reply or ""


async def carry(phones: Phones) -> None:
    carrier = Carrier(phones.services, mailer(phones.services.settings))
    while await carrier.drain():
        pass


async def works(phones: Phones, seconds: float = 0) -> None:
    """All that the worker does by then, and twice, as workers do; the days between pass one by one,
    as they do."""
    until = phones.now + seconds
    while True:
        for _ in range(2):
            await do_chores(phones.services)
            await carry(phones)
            while await phones.drain():
                pass
            while await drain(phones.services):
                pass
        if phones.now >= until:
            return
        phones.now = min(phones.now + DAY, until)


async def writes(phones: Phones, sender: str = PHONE, name: str = "Ana Diaz") -> None:
    """Somebody signs and writes by text, and the mail server of the office takes it."""
    await say(phones, f"SIGN LAKE {name} 59801", f"LETTER {name}", sender=sender)
    await say(phones, "Keep our lake clean, please.", "SEND", "SEND", sender=sender)
    await carry(phones)


def asked(phones: Phones, phone: str = PHONE) -> list[str]:
    """The questions that have reached that phone."""
    return [out.body for out in phones.network.sent if out.to == phone]


async def said(phones: Phones) -> list[object]:
    return [row[0] for row in await phones.rows("SELECT said FROM letters ORDER BY id")]


async def contacts(phones: Phones) -> list[object]:
    return [row[0] for row in await phones.rows("SELECT contact FROM signatures ORDER BY id")]


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


@pytest.mark.parametrize("dies", ["before", "with it"])
async def test_a_worker_that_dies_over_it_asks_nobody_twice(phones: Phones, dies: str) -> None:
    await writes(phones)
    phones.now += ASKED_AFTER_SECONDS + HOUR
    await do_chores(phones.services)
    send = phones.network.send

    async def sends(outbound: object) -> Sending:
        await send(outbound)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    dying = (
        patch.object(asking, "begin", side_effect=KeyboardInterrupt)
        if dies == "before"
        else patch.object(phones.network, "send", sends)
    )
    with dying, pytest.raises(KeyboardInterrupt):
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
