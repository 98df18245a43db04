"""Mail that is signed by DKIM, as its receivers verify it."""

from __future__ import annotations

import re
from base64 import b64decode
from email import message_from_bytes, policy
from email.message import EmailMessage

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from server.channels import Sheet
from server.channels.smtp import MailChannel
from server.cli import main
from server.config import LANGUAGES, load
from server.errors import Misconfigured
from server.mail import MAIL
from server.mail.dkim import SIGNED, new_key, read_key, record, record_name, zone_line
from server.mail.smtp import Smtp, mailer, signer
from tests.harness.mail.mails import ANA, drain, signs, with_mail
from tests.harness.mail.smtp import PostOffice

KEY = new_key().decode()
SECRET = {"UNDERSIGNED_SECRET_KEY": "k" * 40}
SIGNING = {
    "UNDERSIGNED_DKIM_KEY": KEY,
    "UNDERSIGNED_DKIM_SELECTOR": "jan27",
    "UNDERSIGNED_MAIL_FROM": "petition@sign.example.org",
}
RECORD = record(read_key(KEY))
SHORT = """\
-----BEGIN RSA PRIVATE KEY-----
MIIBOwIBAAJBAMxQhH1g8ON4wtSs7Gq563kk4/AKu2pYSYmn+aalgIWAodXLHoQ7
W+zH+dlaWJdL7lGLFc7qTDSZD+kePcD0FtcCAwEAAQJBAIgaRvfigPV294qHGwJJ
kZPkwDaiX5CK+YnKrOKXM1M6WRcHNAQN6kBksQHTaEq5XMlziwWsOHH01Y626n7J
hukCIQDu3pDW/gQ+y+lv6hZcOg4qFiF4VZqaOEJAoY5yYf1LqwIhANr3jed0YLLf
cjf3UfPxYgIdZjMXAHAsl2jAg3GetFWFAiATClqxSH4+IzLwYNB3eYk3gZwZY3l3
YZSmYjpgk78FEQIgLvWeWkAMKPBgx33j9oQS988kRtqs/mGhyxZWWjymAh0CIQDp
uutsm2c/vaTsk97DttM3cXFnS74gtvTlMAhtvM7mqw==
-----END RSA PRIVATE KEY-----
"""


def published(name: bytes, timeout: int = 5) -> bytes:
    """The TXT record at that name, as the DNS has it."""
    assert name == b"jan27._domainkey.sign.example.org."
    return RECORD.encode()


def holds(raw: bytes) -> bool:
    return bool(dkim.verify(raw, dnsfunc=published))


def smtp(office: PostOffice, **settings: str) -> Smtp:
    made = mailer(load(SECRET | office.settings | SIGNING | settings))
    assert isinstance(made, Smtp)
    return made


def a_mail(to: str = ANA, **headers: str) -> EmailMessage:
    mail = EmailMessage(policy=MAIL)
    mail["From"], mail["To"] = "petition@sign.example.org", to
    mail["Subject"], mail["Message-ID"] = "Nachrichten vom See", "<1@sign.example.org>"
    mail["Date"] = "Fri, 15 Jan 2027 08:00:00 +0000"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Grüße vom See.\n.\nFrom here on it is clean.   \n\n")
    return mail


async def arrived(office: PostOffice, mail: EmailMessage, **settings: str) -> bytes:
    carrier = smtp(office, **settings)
    posting = await carrier.post(mail, "bounces@sign.example.org")
    await carrier.rest()
    assert posting.result == "sent", posting
    return office.raw[-1]


async def test_the_mail_of_a_signing_is_signed_in_every_language(
    database_url: str, office: PostOffice
) -> None:
    async with with_mail(database_url, office, **SIGNING) as phones:
        for number, language in enumerate(LANGUAGES):
            await signs(phones.services, email=f"ana{number}@gmail.com", language=language)
        await drain(phones.services, smtp(office))
    assert len(office.raw) == len(LANGUAGES)
    assert [holds(raw) for raw in office.raw] == [True] * len(LANGUAGES)


async def test_a_letter_to_an_office_is_signed_as_well(office: PostOffice) -> None:
    carrier = smtp(office)
    sheet = Sheet(
        id="<2@sign.example.org>",
        address="mayor@town.example.org",
        subject="Für den See",
        text="Bitte.",
        reply_to=ANA,
        back_to="bounces@sign.example.org",
        written_at=1_800_000_000,
    )
    [done] = await MailChannel(carrier.post, "petition@sign.example.org").deliver([sheet])
    await carrier.rest()
    assert done.result == "accepted"
    assert holds(office.raw[0])


async def test_a_mail_is_sent_so_that_no_relay_has_to_write_it_anew(office: PostOffice) -> None:
    raw = await arrived(office, a_mail())
    assert raw.isascii()
    assert holds(raw)
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert "Grüße vom See.\n.\nFrom here" in mail.get_content().replace("\r\n", "\n")


async def test_both_headers_of_unsubscribing_are_signed(office: PostOffice) -> None:
    off = {
        "List_Unsubscribe": f"<https://sign.example.org/news/off/{'a' * 42}>, "
        f"<mailto:bounces+{'b' * 42}@sign.example.org?subject=STOP>",
        "List_Unsubscribe_Post": "List-Unsubscribe=One-Click",
        "Reply_To": "answers@sign.example.org",
    }
    raw = await arrived(office, a_mail(**off))
    assert holds(raw)
    header = str(message_from_bytes(raw)["DKIM-Signature"])
    found = re.search(r"h=([^;]+)", header)
    assert found
    names = found[1].replace(" ", "").replace("\r\n", "").split(":")
    there = {"from", "to", "subject", "date", "message-id", "reply-to", "list-unsubscribe"}
    there |= {"list-unsubscribe-post", "mime-version", "content-type"}
    assert {name: names.count(name) for name in there} == dict.fromkeys(there, 2)
    assert set(names) == {name.lower() for name in SIGNED}


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        (b"To: ana@gmail.com", b"To: bo@gmail.com"),
        (b"Subject: ", b"Subject: Re: "),
        (b"List-Unsubscribe: <https://sign", b"List-Unsubscribe: <https://evil"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"To: ana", b"From: bo@example.org\r\nTo: ana"),
        (b"To: ana", b"List-Unsubscribe: <https://evil.example.org/>\r\nTo: ana"),
        (b"To: ana", b"Cc: everybody@example.org\r\nTo: ana"),
        (b"it is clean", b"it is dirty"),
    ],
)
async def test_whoever_changes_something_on_the_way_breaks_the_signature(
    office: PostOffice, what: bytes, instead: bytes
) -> None:
    off = {
        "List_Unsubscribe": "<https://sign.example.org/news/off/abc>",
        "List_Unsubscribe_Post": "List-Unsubscribe=One-Click",
    }
    raw = await arrived(office, a_mail(**off))
    changed = raw.replace(what, instead, 1)
    assert changed != raw
    assert (holds(raw), holds(changed)) == (True, False)


async def test_an_address_in_its_own_letters_is_signed_as_well(office: PostOffice) -> None:
    assert holds(await arrived(office, a_mail("josé@example.org")))


async def test_the_domain_is_signed_in_ascii(office: PostOffice) -> None:
    settings = load(SECRET | SIGNING | {"UNDERSIGNED_MAIL_FROM": "petition@bücher.example"})
    assert record_name(settings) == "jan27._domainkey.xn--bcher-kva.example"
    made = signer(settings)
    assert made
    assert b"d=xn--bcher-kva.example;" in made.signed(a_mail().as_bytes())


async def test_without_a_key_nothing_is_signed(office: PostOffice) -> None:
    raw = await arrived(office, a_mail(), UNDERSIGNED_DKIM_KEY="")
    assert b"DKIM" not in raw


def test_the_record_of_a_zone_is_in_strings_that_the_dns_can_hold() -> None:
    line = zone_line("jan27._domainkey.sign.example.org", RECORD)
    strings = re.findall('"([^"]*)"', line)
    assert "".join(strings) == RECORD
    assert max(map(len, strings)) <= 255
    assert read_key(KEY).key_size == 2048
    assert b64decode(RECORD.partition("p=")[2])


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes = b"") -> str:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode()


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "a private RSA key"),
        (_pem(ec.generate_private_key(ec.SECP256R1())), "a private RSA key"),
        (_pem(rsa.generate_private_key(65537, 1024), b"hush"), "without a password"),
        ("-----BEGIN é-----", "a private RSA key"),
    ],
)
def test_a_bad_key_is_refused_in_one_sentence_that_does_not_show_it(key: str, why: str) -> None:
    settings = load(SECRET | {"UNDERSIGNED_DKIM_KEY": key})
    with pytest.raises(Misconfigured, match=f"^UNDERSIGNED_DKIM_KEY .*{why}") as caught:
        signer(settings)
    assert "MII" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_old_form_of_the_key_is_taken_too() -> None:
    pem = read_key(KEY).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    made = signer(load(SECRET | SIGNING | {"UNDERSIGNED_DKIM_KEY": pem.decode()}))
    assert made
    assert holds(made.signed(a_mail().as_bytes()))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(Misconfigured, match="has 512 bits, and 1024 are the least"):
        signer(load(SECRET | {"UNDERSIGNED_DKIM_KEY": SHORT}))


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_the_server_says_at_its_start_that_the_key_is_bad(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNDERSIGNED_DATABASE_URL", "sqlite:////nowhere/at-all.db")
    for variable, value in (SECRET | {"UNDERSIGNED_DKIM_KEY": SHORT}).items():
        monkeypatch.setenv(variable, value)
    assert main([command]) == 1
    said = capsys.readouterr().err
    assert said.startswith("undersigned: UNDERSIGNED_DKIM_KEY has 512 bits")
    assert said.count("\n") == 1
