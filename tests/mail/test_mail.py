"""Mail: what it says, and how it gets to a real server that does not always want it."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import pairwise

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from server.config import LANGUAGES, Settings, load
from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.outbox.returned import note_bounce
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.draft import Wording
from server.core.signing.codes import Action, TypedCode
from server.core.signing.messages import MailedCode, Message
from server.core.signing.verification import Asked, Taken, Verifier
from server.core.values.keys import Keys
from server.mail import Posting
from server.mail.bounces import read
from server.mail.smtp import Smtp
from server.mail.words import WIDTH, word
from server.outgoing.mails import Postman
from server.words.render import Renderer
from tests.harness.mail.mails import (
    ANA,
    drain,
    signs,
    with_mail,
)
from tests.harness.mail.smtp import PostOffice, codes_in, post_office
from tests.harness.texts.phones import Phones
from tests.harness.world import NOW

URL = "https://sign.example.org"


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with with_mail(database_url, office) as phones:
        yield phones


async def types(phones: Phones, code: str, action: Action = "verify") -> str | None:
    services = phones.services
    petition = services.directory.by_slug["lake"]
    typed = TypedCode(
        petition=petition, action=action, code=code, contact=ANA, ref="", now=services.now()
    )
    taken: Taken | None = await services.group.submit(Verifier(services.keys).take_many, typed)
    return taken.done if taken else None


async def errors(phones: Phones) -> list[object]:
    return [row[0] for row in await phones.rows("SELECT error FROM outbox ORDER BY id")]


async def test_a_signing_brings_a_mail_whose_code_verifies(
    phones: Phones, office: PostOffice
) -> None:
    await signs(phones.services)
    assert await drain(phones.services)
    [mail] = office.to(ANA)
    [code] = codes_in(mail)
    assert (mail["From"], mail["Auto-Submitted"]) == ("petition@sign.example.org", "auto-generated")
    assert str(mail["Subject"]) == f"Your code is {code}: Keep the lake clean"
    assert await types(phones, code) == "verified"
    assert (await phones.figures()).by_class["web-email"] == 1
    assert await phones.rows("SELECT recipient FROM outbox") == [(None,)]
    assert not await drain(phones.services)


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("connections", ["1", "3", "20"])
async def test_many_mails_go_over_as_many_connections_as_the_operator_allows(
    database_url: str, office: PostOffice, connections: str, pipelining: bool
) -> None:
    office.pipelining, office.delay = pipelining, 0.05
    async with with_mail(database_url, office, UNDERSIGNED_SMTP_CONNECTIONS=connections) as phones:
        office.answers["RCPT"] = ["550 no such user"]
        for name in "ABCDEFGHIJKL":
            await signs(phones.services, f"{name}na Diaz", f"{name}@gmail.com")
        while await drain(phones.services):
            pass
        assert len(office.arrived) == len(office.boxes) == 11
        # (each round of the worker ends with its connections closed, here)
        assert office.connections <= min(12, int(connections)) * 3
        assert (office.together > 1) is (connections != "1")
        assert await phones.rows("SELECT count(*) FROM bounces") == [(1,)]


async def test_a_server_that_takes_fewer_connections_or_mails_on_each_delays_nothing(
    database_url: str, office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    office.most_connections, office.most_mails, office.delay = 2, 3, 0.05
    async with with_mail(database_url, office, UNDERSIGNED_SMTP_CONNECTIONS="8") as phones:
        for name in "ABCDEFGHIJKL":
            await signs(phones.services, f"{name}na Diaz", f"{name}@gmail.com")
        while await drain(phones.services):
            pass
        assert len(office.arrived) == len(office.boxes) == 12
        assert not [r for r in caplog.records if r.name.startswith("server.")]


async def test_a_full_mailbox_is_tried_again_later(phones: Phones, office: PostOffice) -> None:
    office.answers["RCPT"] = ["452 mailbox full"]
    await signs(phones.services)
    await drain(phones.services)
    await signs(phones.services, "Bo Lee", "bo@gmail.com")
    await drain(phones.services)
    assert (len(office.to(ANA)), len(office.to("bo@gmail.com"))) == (0, 1)
    phones.now += 100
    await drain(phones.services)
    [mail] = office.to(ANA)
    assert await types(phones, codes_in(mail)[0]) == "verified"


async def test_a_mailbox_that_is_none_is_marked_and_left_alone(
    phones: Phones, office: PostOffice
) -> None:
    office.answers["RCPT"] = ["550 no such user"]
    await signs(phones.services)
    await drain(phones.services)
    phones.now += 7200
    await signs(phones.services)
    await drain(phones.services)
    assert office.arrived == []
    assert await errors(phones) == ["550", "bounced"]
    phones.now += 31 * DAY
    await signs(phones.services)
    await drain(phones.services)
    assert len(office.to(ANA)) == 1


async def test_a_filter_that_refuses_one_mail_marks_nobody(
    phones: Phones, office: PostOffice
) -> None:
    office.answers["DATA"] = ["554 5.7.1 looks like spam"]
    await signs(phones.services)
    await drain(phones.services)
    assert await phones.rows("SELECT count(*) FROM bounces") == [(0,)]
    assert await errors(phones) == ["554 5.7.1"]


async def test_a_server_that_takes_no_sender_is_in_trouble_and_nobody_bounces(
    phones: Phones, office: PostOffice
) -> None:
    office.answers["MAIL"] = ["550 who are you"] * 2
    await signs(phones.services)
    await signs(phones.services, "Bo Lee", "bo@gmail.com")
    assert not await drain(phones.services)
    assert office.arrived == []
    assert await phones.rows("SELECT count(*) FROM bounces") == [(0,)]
    phones.now += 200
    await drain(phones.services)
    assert len(office.arrived) == 2


async def test_a_dead_server_loses_nothing(database_url: str) -> None:
    with post_office() as gone:
        port = gone.port
    async with with_mail(database_url, gone) as phones:
        await signs(phones.services)
        assert not await drain(phones.services)
        phones.now += 200
        with post_office(port) as office:
            await drain(phones.services)
            assert codes_in(office.to(ANA)[0])


async def test_a_server_that_hangs_is_given_up(
    phones: Phones, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.mail.client.SECONDS", 0.3)
    office.hang = True
    await signs(phones.services)
    assert not await drain(phones.services)
    assert "imeout" in str(await errors(phones)) or "imed out" in str(await errors(phones))


def to(office: PostOffice, **settings: str) -> Settings:
    """Settings by which mail goes to that office."""
    environ = {
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_SMTP_HOST": "localhost",
        "UNDERSIGNED_SMTP_PORT": str(office.port),
    }
    return load(environ | settings)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # on loopback
@pytest.mark.parametrize(("password", "result"), [("right", "sent"), ("wrong", "trouble")])
async def test_a_wrong_password_is_trouble(password: str, result: str) -> None:
    with post_office(login=("us", "right")) as office:
        posting = await post_one(
            to(
                office,
                UNDERSIGNED_SMTP_TLS="none",
                UNDERSIGNED_SMTP_USERNAME="us",
                UNDERSIGNED_SMTP_PASSWORD=password,
            )
        )
    assert posting.result == result, posting


async def post_one(settings: Settings) -> Posting:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "petition@example.org", ANA, "x"
    mail.set_content("x")
    carrier = Smtp(settings)
    try:
        return await carrier.post(mail, "petition@example.org")
    finally:
        await carrier.rest()


@pytest.mark.parametrize("known", [True, False])
async def test_mail_goes_out_only_to_a_server_that_proves_its_name(
    known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    with post_office(tls=context) as office, authority.cert_pem.tempfile() as file:
        if known:
            monkeypatch.setenv("SSL_CERT_FILE", file)
        posting = await post_one(to(office))
    assert (posting.result, len(office.arrived)) == (("sent", 1) if known else ("trouble", 0)), (
        posting
    )


async def test_a_server_without_starttls_gets_nothing(office: PostOffice) -> None:
    posting = await post_one(to(office))
    assert posting.result == "trouble"
    assert office.arrived == []


async def test_a_postman_who_dies_between_posting_and_noting_posts_once_more_under_the_same_id(
    phones: Phones, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object) -> None:
        raise SystemError("killed")

    await signs(phones.services)
    with monkeypatch.context() as patch:
        patch.setattr(Postman, "_settle", die)
        with pytest.raises(SystemError):
            await drain(phones.services)
    phones.now += outbox.LEASE_SECONDS
    await drain(phones.services)
    assert not await drain(phones.services)
    first, second = office.to(ANA)
    assert first["Message-ID"] == second["Message-ID"]
    assert codes_in(first) == codes_in(second)


async def test_no_address_gets_more_than_three_mails_a_day_over_all_petitions(
    phones: Phones, office: PostOffice
) -> None:
    await phones.add_petition(slug="face", keyword="FACE", wordings={"en": Wording("Face", "x")})
    for i, name in enumerate(("Ana Diaz", "Bo Lee", "Cyd Charo", "Dee Prince", "Eve Stone")):
        await signs(phones.services, name, slug=("lake", "face")[i % 2])
        if i % 2:
            await drain(phones.services)
    await drain(phones.services)
    assert len(office.to(ANA)) == 3
    phones.now += DAY - 1
    await drain(phones.services)
    assert len(office.to(ANA)) == 3
    phones.now += 2
    await drain(phones.services)
    assert len(office.to(ANA)) == 5  # nobody's mail is lost for having come late
    for _ in range(20):
        await signs(phones.services, "Ana Diaz")
    await drain(phones.services)
    waiting = "SELECT count(*) FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL"
    assert await phones.rows(waiting) == [(1,)]  # one speaks for all that say the same


async def test_an_owner_hears_of_a_repeat_once_a_day(phones: Phones, office: PostOffice) -> None:
    await signs(phones.services)
    await drain(phones.services)
    await types(phones, codes_in(office.to(ANA)[0])[0])
    for _ in range(3):
        phones.now += 60
        await signs(phones.services)
        await drain(phones.services)
    first, second = office.to(ANA)
    [code] = codes_in(first)
    title = phones.services.directory.by_slug["lake"].wordings["en"].title
    assert first["Subject"] == f"Your code is {code}: {title}"
    assert second["Subject"] == f"Somebody signed with your address: {title}"
    assert codes_in(office.to(ANA)[1]) == []


async def test_taking_back_by_mail(phones: Phones, office: PostOffice) -> None:
    await signs(phones.services)
    await drain(phones.services)
    await types(phones, codes_in(office.to(ANA)[0])[0])
    services = phones.services
    for email in (ANA, "nobody@gmail.com"):
        petition = services.directory.by_slug["lake"]
        asked = Asked(services.new_id(), petition, email, "en", services.now())
        await services.group.submit(Verifier(services.keys).ask_many, asked)
    await drain(services)
    assert office.to("nobody@gmail.com") == []
    mail = office.to(ANA)[-1]
    assert "/p/lake/withdraw?ref=" in str(mail.get_content())
    assert await types(phones, codes_in(mail)[0], "withdraw") == "withdrawn"
    assert (await phones.figures()).total == 0


async def test_old_mails_are_not_sent_any_more(phones: Phones, office: PostOffice) -> None:
    await signs(phones.services)
    phones.now += 3 * DAY
    await drain(phones.services)
    assert office.arrived == []
    assert await errors(phones) == ["expired"]


# What comes back.


def comes_back(mail: EmailMessage, action: str = "failed", by: str = "Return-Path") -> bytes:
    """A notice about that mail which names another address, and ours only in one place."""
    to = str(mail["Return-Path"]) if by == "Return-Path" else "petition@sign.example.org"
    returned = f"Message-ID: {mail['Message-ID']}\n" if by == "Message-ID" else ""
    return f"""From: MAILER-DAEMON@mx.example.net
To: {to}
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; bo@gmail.com
Action: {action}
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

{returned}
--b--
""".encode()


@pytest.mark.parametrize("by", ["Return-Path", "Message-ID"])
@pytest.mark.parametrize("action", ["failed", "delayed"])
async def test_a_mail_that_comes_back_for_good_ends_mail_to_that_address_and_no_other(
    database_url: str, office: PostOffice, action: str, by: str
) -> None:
    pattern = "bounces+*@sign.example.org" if by == "Return-Path" else ""
    async with with_mail(database_url, office, UNDERSIGNED_MAIL_BOUNCES=pattern) as phones:
        services = phones.services
        await signs(services)
        await drain(services)
        [mail] = office.to(ANA)
        bounce = read(comes_back(mail, action, by), services.keys)
        assert bounce.whose
        if bounce.outcome == "permanent":
            async with services.database.write() as tx:
                await note_bounce(tx, bounce.whose, services.now())
        phones.now += 7200
        await signs(services)
        await signs(services, "Bo Lee", "bo@gmail.com")
        await drain(services)
        assert len(office.to("bo@gmail.com")) == 1
        assert len(office.to(ANA)) == (1 if action == "failed" else 2)


async def test_mail_comes_back_to_the_sender_unless_a_place_is_set(
    phones: Phones, office: PostOffice
) -> None:
    await signs(phones.services)
    await drain(phones.services)
    assert office.to(ANA)[0]["Return-Path"] == "<petition@sign.example.org>"


@pytest.mark.parametrize(
    "name", ["Friends of the lake", 'Ámbar "A" \\ <x@y.org>, Berlin', "湖の友の会"]
)
async def test_mail_names_its_sender_and_leads_answers_to_somebody_who_reads_them(
    database_url: str, office: PostOffice, name: str
) -> None:
    help_ = "help@example.org"
    async with with_mail(
        database_url, office, UNDERSIGNED_NAME=name, UNDERSIGNED_CONTACT=help_
    ) as phones:
        await signs(phones.services)
        await drain(phones.services)
        [mail] = office.to(ANA)
        [sender] = mail["From"].addresses
        assert (sender.display_name, sender.addr_spec) == (name, "petition@sign.example.org")
        assert mail["Reply-To"] == help_
        assert office.raw[0].isascii()


async def test_a_tag_that_the_server_does_not_know_stops_only_itself(
    phones: Phones, office: PostOffice
) -> None:
    office.answers["RCPT"] = ["550 5.1.1 no such user"]
    await signs(phones.services, email="ana+x@gmail.com")
    await drain(phones.services)
    phones.now += 7200
    await signs(phones.services)
    await drain(phones.services)
    assert len(office.to(ANA)) == 1


# What it says.

PETITION = Petition(
    id=1,
    slug="lake",
    keyword="LAKE",
    language="en",
    country="US",
    wordings={"en": Wording("Keep the lake clean " * 5, "Please.")},
    decision_makers=(),
    postcode_required=True,
    contact_required=False,
    goal=None,
    origins=(),
    salt=b"s" * 32,
    version=1,
    created_at=NOW,
    opened_at=NOW,
    closed_at=None,
)
SETTINGS = load({"UNDERSIGNED_SECRET_KEY": "k" * 40, "UNDERSIGNED_PUBLIC_URL": URL})
RENDERER = Renderer()
REF = "A" * 22


def worded(
    kind: str, name: str = "Ana Diaz", language: str = "en", code: str = "012345"
) -> EmailMessage:
    item = Announcement(
        id=7, channel="email", kind="signed", petition_id=1, language=language, recipient=ANA
    )
    said = (MailedCode(name, code, REF),) if kind != "signed_again" else ()
    mail = word(RENDERER, SETTINGS, Keys("k" * 40), PETITION, item, Message(kind, said), NOW)
    parsed = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "kind", ["verify_code", "withdraw_code", "signed_again", "signed_otherwise"]
)
def test_every_mail_in_every_language_fits_its_columns_and_says_what_it_must(
    kind: str, language: str
) -> None:
    mail = worded(kind, language=language)
    body = str(mail.get_content())
    assert mail.get_content_type() == "text/plain"
    lines = body.splitlines()
    assert max(len(line) for line in lines if not line.startswith("http")) <= WIDTH
    assert codes_in(mail) == ([] if kind == "signed_again" else ["012345"])
    prefix = "" if language == "en" else f"/{language}"
    page = "verify" if kind in {"verify_code", "signed_otherwise"} else "withdraw"
    assert f"{URL}{prefix}/p/lake/{page}" in body
    assert ANA not in body
    # Nobody has shown that the others are of the person who reads them.
    assert ("Ana Diaz" in body) is (kind == "withdraw_code")
    assert not re.search(r"[{}]", body)


@given(st.text(max_size=200))
def test_no_name_breaks_a_mail_or_makes_a_link(name: str) -> None:
    mail = worded("withdraw_code", name)
    assert set(mail.keys()) == set(worded("withdraw_code").keys())
    assert mail["To"] == ANA
    assert codes_in(mail)[-1] == "012345"
    body = str(mail.get_content())
    assert re.findall(r"https?://\S+", body) == [f"{URL}/p/lake/withdraw?ref={REF}"]


@pytest.mark.parametrize("kind", ["verify_code", "withdraw_code"])
def test_a_code_and_each_paragraph_stand_apart(kind: str) -> None:
    """A code that runs into a sentence is missed on a small screen, or read with it aloud."""
    body = "\n".join(str(worded(kind).get_content()).splitlines())
    assert "\n\n  012345\n\n" in body
    # No line stands right below another unless that one was full.
    for above, below in pairwise(body.splitlines()):
        if above and below:
            assert len(above) + len(below.split()[0]) >= WIDTH
            assert not below.startswith("http")


def test_the_mail_says_what_was_signed_at_once() -> None:
    lines = [line for line in str(worded("verify_code").get_content()).splitlines() if line.strip()]
    assert "Keep the lake clean" in lines[1]
    assert str(worded("verify_code")["Subject"]).startswith("Your code is 012345: Keep the lake")


def test_one_message_keeps_its_id_and_another_has_another() -> None:
    assert worded("verify_code")["Message-ID"] == worded("signed_again")["Message-ID"]
