"""What a provider says when it refuses: of its words nothing stays, in no log and in no row.

A mail server and a gateway that refuse quote back what they refuse: whom it was for, and what it
said.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from io import StringIO

import pytest

from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.mail.smtp import Smtp
from server.outgoing import reconcile
from server.outgoing.mails import Postman
from server.texting.allowed import code_of, note_status
from sms import Archive, Inbound, StatusUpdate, Unreachable
from sms.gateways.android import Android
from sms.gateways.http import Http
from sms.gateways.presets import PRESETS
from tests.harness.mail.mails import ANA, drain, signs, with_mail
from tests.harness.mail.smtp import post_office
from tests.harness.said import listening
from tests.harness.texts.phones import Network, Phones, text_door
from tests.harness.texts.provider import Provider, provider
from tests.harness.world import PHONE

DIGITS = PHONE.lstrip("+")
#: Nothing of these may be found anywhere.
CANARIES = (ANA, ANA.partition("@")[0] + "@", DIGITS, "Diaz", "59801")
WORDS = f"<{ANA}>: Recipient address rejected for {PHONE}, Ana Diaz 59801"


Said = Callable[[], str]


@pytest.fixture
def said() -> Iterator[Said]:
    """What has gone to the log, of ours and of libraries, at the level that says most."""
    stream = StringIO()
    with listening(stream):
        yield stream.getvalue


async def rows(phones: Phones) -> str:
    """All that the outbox holds."""
    return repr(await phones.rows("SELECT * FROM outbox"))


def assert_clean(text: str) -> None:
    assert [canary for canary in CANARIES if canary in text] == []


@pytest.mark.parametrize(
    ("command", "answer", "code"),
    [
        ("RCPT", f"550 5.1.1 {WORDS}", "550 5.1.1"),
        ("RCPT", f"550-5.1.1 {WORDS}\r\n550 5.1.1 {WORDS}", "550 5.1.1"),
        ("RCPT", f"550 {WORDS}", "550"),
        ("RCPT", f"550 {DIGITS} is no number", "550"),
        ("DATA", f"554 5.7.1 {WORDS}", "554 5.7.1"),
    ],
)
async def test_of_a_mail_server_that_refuses_for_good_only_its_code_stays(
    database_url: str, said: Said, command: str, answer: str, code: str
) -> None:
    with post_office() as office:
        office.answers[command] = [answer]
        async with with_mail(database_url, office) as phones:
            await signs(phones.services)
            await drain(phones.services)
            [(error, failed_at)] = await phones.rows("SELECT error, failed_at FROM outbox")
            assert (error, bool(failed_at)) == (code, True)
            assert_clean(await rows(phones))
    log = said()
    assert f"not sent: {code}" in log
    assert_clean(log)


@pytest.mark.parametrize("command", ["RCPT", "DATA", "MAIL"])
async def test_of_one_that_refuses_for_now_too_until_nothing_is_tried_again(
    database_url: str, said: Said, command: str
) -> None:
    with post_office() as office:
        office.answers[command] = [f"451 4.7.1 {WORDS}"] * 20
        async with with_mail(database_url, office) as phones:
            await signs(phones.services)
            for _ in range(5):
                await drain(phones.services)
                errors = await phones.rows("SELECT error FROM outbox")
                assert errors == [("451 4.7.1",)]
                phones.now += 30_000
            phones.now += 6 * DAY  # whatever chance has done to the waits, it is over by then
            await drain(phones.services)
            assert_clean(await rows(phones))
    log = said()
    assert "451 4.7.1" in log
    assert_clean(log)


async def test_a_server_that_cannot_be_reached_is_named_by_the_kind_of_trouble(
    database_url: str, said: Said
) -> None:
    with post_office() as gone:
        pass
    async with with_mail(database_url, gone) as phones:
        await signs(phones.services)
        await Postman(phones.services, Smtp(phones.services.settings)).drain()
        assert await phones.rows("SELECT error FROM outbox") == [("ConnectionRefusedError",)]
    assert str(gone.port) not in said()


@pytest.fixture
async def phones(database_url: str) -> AsyncIterator[Phones]:
    async with text_door(database_url) as phones:
        phones.now += 11 * 3600  # noon where the phone is
        yield phones


async def note(phones: Phones) -> int:
    """A text that waits, by the words of a person."""
    item = Announcement(
        id=phones.services.new_id(),
        channel="sms",
        kind="signed_again",
        petition_id=1,
        language="en",
        recipient=PHONE,
        body="Thank you, Ana Diaz 59801.",
    )
    async with phones.services.database.write() as tx:
        await outbox.put(tx, [item], phones.services.now())
    return item.id


@pytest.fixture
def refusing() -> Iterator[Provider]:
    with provider() as played:
        yield played


@pytest.mark.parametrize(
    ("preset", "answer", "code"),
    [
        ("kannel", (400, WORDS), "400"),
        ("kannel", (403, WORDS), "403"),
        ("vonage", (200, f'{{"status": "6", "error-text": "{WORDS}"}}'), "status-6"),
        ("vonage", (200, '{"status": "14065550123"}'), "unknown"),
        ("jasmin", (400, f"throughput {WORDS}"), "unknown"),
        ("jasmin", "cut", "network"),
    ],
)
async def test_of_a_gateway_that_refuses_only_its_code_stays(
    phones: Phones,
    refusing: Provider,
    said: Said,
    preset: str,
    answer: tuple[int, str] | str,
    code: str,
) -> None:
    refusing.answer = answer
    gateway = Http(secret="s" * 16, send_url=refusing.url, **PRESETS[preset])
    phones.services.gateways = {"http": gateway}
    await note(phones)
    await phones.drain()
    assert len(refusing.calls) == 1
    assert await phones.rows("SELECT error FROM outbox") == [(code,)]
    for _ in range(5):  # until it waited too long
        phones.now += DAY
        await phones.drain()
    assert_clean(await rows(phones))
    log = said()
    assert f": {code}" in log
    assert_clean(log)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("30005", "30005"),
        ("21610", "21610"),
        ("RESULT_ERROR_NO_SERVICE", "RESULT_ERROR_NO_SERVICE"),
        (f"RESULT_ERROR_NO_SERVICE: {PHONE}", "RESULT_ERROR_NO_SERVICE"),
        (f"no route to {PHONE}", "unknown"),
        (DIGITS, "unknown"),
        (WORDS, "unknown"),
        ("Diaz", "unknown"),
    ],
)
async def test_of_a_status_update_only_its_code_stays(phones: Phones, said: str, code: str) -> None:
    id_ = await note(phones)
    await phones.drain()
    update = StatusUpdate("twilio", "SM1", "failed", said)
    await note_status(phones.services, phones.network, update)  # type: ignore[arg-type]
    [(found, error, failed)] = await phones.rows("SELECT id, error, failed_at FROM outbox")
    assert (found, error, bool(failed)) == (id_, code, True)
    assert_clean(await rows(phones))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", ""),
        ("network", "network"),
        ("429", "429"),
        ("no-address", "no-address"),
        ("undeliv", "undeliv"),
        ("ERR: 302, no route to 14065550123", "ERR: 302"),
        ("error-302-no-route-to-14065550123", "error-302"),
        ("302 Ana Diaz", "302"),
        ("14065550123", "unknown"),
        ("40655", "40655"),
        ("406555", "unknown"),
        ("Ana", "unknown"),
        ("ANA", "unknown"),
    ],
)
def test_a_code_is_what_the_gateway_knows_or_a_number(said: str, code: str) -> None:
    assert code_of(Http(secret="s" * 16), said) == code


def test_a_word_that_a_gateway_has_no_table_for_is_none_of_its_codes() -> None:
    phone = Android(signing_key="k", api_url="http://127.0.0.1", user="u", password="p")
    assert code_of(phone, "401") == "401"
    assert code_of(phone, f"failed for {PHONE}") == "unknown"


class Chatty(Network):
    """A provider that answers every question with whom it is about."""

    async def received(self, since: int) -> list[Inbound]:
        raise Unreachable(f"https://api.example.com/Messages?From={PHONE}: {WORDS}")

    async def erase(self, message_id: str) -> bool:
        raise Unreachable(f"https://api.example.com/Messages?From={PHONE}: {WORDS}")


async def test_a_provider_that_cannot_be_asked_is_logged_by_its_code(
    phones: Phones, said: Said
) -> None:
    chatty = Chatty()
    assert isinstance(chatty, Archive)
    phones.services.gateways = {"twilio": chatty}  # type: ignore[dict-item]
    await phones.text("SIGN LAKE Ana Diaz 59801")
    phones.now += 31 * DAY
    await reconcile.reconcile(phones.services)
    await reconcile.erase_at_providers(phones.services)
    log = said()
    assert log.count("unknown") == 2
    assert_clean(log)
