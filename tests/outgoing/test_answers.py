"""What an office answers to a letter comes to whoever wrote it, and to nobody else."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme

from server.cli.mail import LATER
from server.core.counting.counts import DAY
from server.core.letters import answering
from server.core.letters.answering import ANSWERED_SECONDS, ANSWERS_DAILY
from server.core.petitions.wording.draft import DecisionMaker, Wording
from server.mail.smtp import mailer
from server.outgoing.letters import Carrier
from server.outgoing.mailroom import Mailroom, Outcome, read_in
from server.outgoing.mails import Postman
from sms.segments import fit, measure
from tests.harness import product
from tests.harness.mail.answers import OFFICE, SAID, STYLES, answer, as_page, page, quoted
from tests.harness.mail.imap import LOGIN, MailBox, mail_box
from tests.harness.mail.smtp import PostOffice
from tests.harness.product import free_port
from tests.harness.texts.phones import Phones, text_door
from tests.harness.texts.spoken import WORDS as SPOKEN
from tests.harness.world import PHONE

ADDRESS = "answers+*@sign.example.org"
OURS = {
    "UNDERSIGNED_LETTERS_REPLY_TO": ADDRESS,
    "UNDERSIGNED_LETTERS_HOURLY": "100",
    "UNDERSIGNED_MAIL_BOUNCES": "back+*@sign.example.org",
}
MAKERS = (DecisionMaker("Jo Marsh", title="Mayor", email=OFFICE),)
WORDINGS = {language: Wording("Keep the lake clean", "Please.") for language in ("en", "es", "ar")}
SIGN = "SIGN LAKE Ana Diaz 59801"
ZONE = 18 * 3600  # noon where the phones are


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with text_door(database_url, False, **(office.settings | OURS)) as phones:
        phones.now = time.time()
        await phones.add_petition(decision_makers=MAKERS, wordings=WORDINGS)
        yield phones


async def writes(
    phones: Phones, office: PostOffice, phone: str = PHONE, sign: str = SIGN, language: str = "en"
) -> EmailMessage:
    """Somebody signs and writes by text, and the office gets the letter."""
    words = SPOKEN[language]
    for text in (sign, words["letter"], "Please keep the lake clean.", words["post"]):
        await phones.text(text, phone)
    await phones.text(words["post"], phone)
    n = len(office.to(OFFICE))
    carrier = Carrier(phones.services, mailer(phones.services.settings))
    while await carrier.drain():
        pass
    [letter] = office.to(OFFICE)[n:]
    return letter


def surroundings(phones: Phones) -> dict[str, str]:
    """The settings of another process of this server."""
    return OURS | {
        "UNDERSIGNED_DATABASE_URL": phones.services.settings.database_url,
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_PUBLIC_URL": phones.services.settings.public_url,
    }


def command(
    phones: Phones, mail: bytes, *arguments: str, **settings: str
) -> subprocess.CompletedProcess[bytes]:
    """The command that a mail server calls."""
    return subprocess.run(
        [sys.executable, "-m", "server", "mail-in", *arguments],
        cwd=product.ROOT,
        env=os.environ | surroundings(phones) | settings,
        input=mail,
        capture_output=True,
        timeout=60,
    )


def mail_in(phones: Phones, mail: bytes, *arguments: str, **settings: str) -> str:
    """What it says."""
    done = command(phones, mail, *arguments, **settings)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


async def take(phones: Phones, mail: EmailMessage | bytes, to: str = "") -> Outcome:
    """The same within this process."""
    services = phones.services
    room = Mailroom(services.keys, services.database, services.new_id, services.now)
    raw = mail if isinstance(mail, bytes) else bytes(mail)
    return await room.take(read_in(raw, services.settings, services.keys, to))


async def texts(phones: Phones) -> list[str]:
    """What goes out by text at noon of the next day."""
    phones.now = (phones.now // DAY + 1) * DAY + ZONE
    before = len(phones.network.sent)
    while await phones.drain():
        pass
    return [sent.body for sent in phones.network.sent[before:]]


async def kept(phones: Phones) -> list[object]:
    return [row[0] for row in await phones.rows("SELECT words FROM letter_answers ORDER BY id")]


async def answered(phones: Phones) -> list[bool]:
    rows = await phones.rows("SELECT answered_at FROM letters ORDER BY id")
    return [row[0] is not None for row in rows]


async def test_by_text_alone_somebody_signs_writes_and_hears_back(
    phones: Phones, office: PostOffice
) -> None:
    letter = await writes(phones, office)
    assert "we pass your answer on to the writer" in " ".join(str(letter.get_content()).split())
    assert re.fullmatch(r"answers\+[a-z2-7]{42}@sign\.example\.org", str(letter["Reply-To"]))
    assert PHONE not in str(letter)
    said = mail_in(phones, bytes(answer(letter)))
    assert said.startswith("Noted: a letter was answered. The answer goes to")
    assert await texts(phones) == [
        "Jo Marsh, Mayor answered your letter: Thank you for your letter. (for more, text MORE)"
    ]
    assert await phones.text("MORE") == (
        "Jo Marsh, Mayor: We will vote for the lake in May. Call us if you have questions."
    )
    assert await kept(phones) == [None]
    assert "Jo Marsh, Mayor: they answered" in str(await phones.text("STATUS Ana Diaz"))
    assert await answered(phones) == [True]


async def test_in_their_language_and_within_three_segments_at_a_time(
    phones: Phones, office: PostOffice
) -> None:
    for n, (language, said) in enumerate(LANGUAGES_TRIED.items()):
        phone = f"+1406555012{n}"
        letter = await writes(phones, office, phone, said.sign, language)
        long = " ".join([said.first, *[f"{said.rest} {m}." for m in range(40)]])
        assert await take(phones, answer(letter, long)) == "passed_on"
        [first] = await texts(phones)
        assert said.first in first
        hint, heard = fit(phones.services.renderer.text(language, "go_on")), [first]
        while heard[-1].endswith(hint):
            phones.now += 700  # (a phone gets but so many replies in ten minutes)
            heard.append(str(await phones.text(MORE[language], phone)))
        assert len(heard) > 2
        assert [measure(text).segments for text in heard] == [
            min(measure(text).segments, 3 if n else 2) for n, text in enumerate(heard)
        ]
        pieces = [text.removesuffix(hint).partition(": ")[2].strip() for text in heard]
        assert " ".join(pieces) == long
        # Nothing is left, and MORE means something else again.
        phones.now += 700
        assert "Jo Marsh" not in str(await phones.text(MORE[language], phone))
    assert await kept(phones) == [None] * len(LANGUAGES_TRIED)


@dataclass(frozen=True)
class Said:
    sign: str
    first: str
    rest: str


#: As a text says it that goes on.
MORE = {"en": "MORE", "es": "LEER MÁS", "ar": "المزيد"}
LANGUAGES_TRIED = {
    "en": Said(SIGN, "Thank you for your letter.", "We vote in May"),
    "es": Said("FIRMAR LAKE Eva Ríos 59801", "Gracias por su carta al alcalde.", "Votamos en mayo"),
    "ar": Said("وقّع LAKE محمد علي 59801", "شكرا جزيلا على رسالتك إلينا.", "سنصوت في مايو"),
}


@pytest.mark.parametrize("style", STYLES)
async def test_however_they_quote_the_letter_the_answer_alone_is_passed_on(
    phones: Phones, office: PostOffice, style: str
) -> None:
    letter = await writes(phones, office)
    assert await take(phones, answer(letter, STYLES[style](letter))) == "passed_on"
    [words] = await kept(phones)
    assert " ".join(str(words).split()) == SAID


#: By name: what comes to the address of a letter, what we make of it, and what stays of its words.
MAILS: dict[str, tuple[Callable[[EmailMessage], EmailMessage | bytes], Outcome, str | None]] = {
    "a page alone": (as_page, "passed_on", SAID),
    "plain text beside a page": (
        lambda letter: _with(answer(letter), lambda m: m.add_alternative("<b>x</b>", "html")),
        "passed_on",
        SAID,
    ),
    "with files": (
        lambda letter: _with(answer(letter), _attach, _attach),
        "passed_on",
        SAID,
    ),
    "a file alone": (lambda letter: _with(answer(letter, "\n"), _attach), "passed_on", ""),
    "known by what it refers to": (
        lambda letter: answer(letter, To="petition@sign.example.org"),
        "passed_on",
        SAID,
    ),
    "known by its address": (
        lambda letter: answer(letter, In_Reply_To="<other@town.example>"),
        "passed_on",
        SAID,
    ),
    "in capitals": (
        lambda letter: answer(letter, To=str(letter["Reply-To"]).upper(), In_Reply_To=""),
        "passed_on",
        SAID,
    ),
    "in an alphabet that is none": (
        lambda letter: bytes(answer(letter)).replace(b'charset="utf-8"', b'charset="x-klingon"'),
        "passed_on",
        SAID,
    ),
    "in an alphabet that it is not": (
        lambda letter: bytes(answer(letter, "Grusse")).replace(b"Grusse", b"Gr\xfc\xdfe"),
        "passed_on",
        "Grüße",
    ),
    "of a program for many": (
        lambda letter: answer(letter, List_Unsubscribe="<https://town.example/off>"),
        "passed_on",
        SAID,
    ),
    "away": (lambda letter: answer(letter, Auto_Submitted="auto-replied"), "automatic", None),
    "received, says a program": (
        lambda letter: answer(letter, X_Auto_Response_Suppress="All"),
        "automatic",
        None,
    ),
    "in bulk": (lambda letter: answer(letter, Precedence="bulk"), "automatic", None),
    "by a list": (lambda letter: answer(letter, List_Id="<l.town.example>"), "automatic", None),
    "by nobody": (lambda letter: answer(letter, Return_Path="<>"), "automatic", None),
    "in a circle, from us": (
        lambda letter: answer(letter, From="petition@sign.example.org"),
        "automatic",
        None,
    ),
    "in a circle, from its own address": (
        lambda letter: answer(letter, From=str(letter["Reply-To"])),
        "automatic",
        None,
    ),
    "in a circle, our own mail": (
        lambda letter: answer(letter, Message_ID=str(letter["Message-ID"])),
        "automatic",
        None,
    ),
    "without a word": (lambda letter: answer(letter, f"{quoted(letter)}\n"), "empty", None),
    "to an address that somebody made up": (
        lambda letter: answer(letter, To=ADDRESS.replace("*", "a" * 42), In_Reply_To=""),
        "nobody",
        None,
    ),
    "to an address with a letter changed": (
        lambda letter: answer(letter, To=_changed(str(letter["Reply-To"])), In_Reply_To=""),
        "nobody",
        None,
    ),
    "with our address in its words": (
        lambda letter: answer(
            letter, f"{SAID} {letter['Reply-To']}", To="petition@sign.example.org", In_Reply_To=""
        ),
        "nobody",
        None,
    ),
}


def _with(mail: EmailMessage, *changes: Callable[[EmailMessage], object]) -> EmailMessage:
    for change in changes:
        change(mail)
    return mail


def _attach(mail: EmailMessage) -> None:
    mail.add_attachment(b"%PDF-1.7 " * 9, maintype="application", subtype="pdf", filename="a.pdf")


def _changed(address: str) -> str:
    return address.replace(address[12], "a" if address[12] != "a" else "b")


@pytest.mark.parametrize("name", MAILS)
async def test_whatever_comes_has_its_outcome(
    phones: Phones, office: PostOffice, name: str
) -> None:
    make, outcome, words = MAILS[name]
    letter = await writes(phones, office)
    assert await take(phones, make(letter)) == outcome
    found = [" ".join(str(said).split()) for said in await kept(phones)]
    assert found == ([] if words is None else [words])
    assert await answered(phones) == [words is not None]
    sent = await texts(phones)
    assert len(sent) == (words is not None)


async def test_the_same_answer_twice_comes_once(phones: Phones, office: PostOffice) -> None:
    letter = await writes(phones, office)
    mail = answer(letter)
    assert [await take(phones, mail) for _ in range(3)] == ["passed_on", "twice", "twice"]
    assert len(await texts(phones)) == 1
    assert await take(phones, mail) == "twice"
    assert await texts(phones) == []


async def test_a_bomb_of_answers_goes_nowhere(phones: Phones, office: PostOffice) -> None:
    letter = await writes(phones, office)
    outcomes = [await take(phones, answer(letter)) for _ in range(ANSWERS_DAILY + 3)]
    assert outcomes == ["passed_on"] * ANSWERS_DAILY + ["many"] * 3
    # What goes to one phone in a day has its own bound.
    assert len(await texts(phones)) == 3
    phones.now += DAY
    assert await take(phones, answer(letter)) == "passed_on"


async def test_whoever_takes_it_back_hears_nothing_and_nothing_is_kept(
    phones: Phones, office: PostOffice
) -> None:
    letter = await writes(phones, office)
    assert await take(phones, answer(letter)) == "passed_on"
    await phones.text("UNDO")
    assert await phones.rows("SELECT id FROM letter_answers") == []
    assert await take(phones, answer(letter)) == "nobody"
    assert await texts(phones) == []
    assert await phones.rows("SELECT answer_to, bounce_key FROM letters") == [(None, None)]


async def test_whoever_wants_no_texts_gets_none_and_its_words_are_not_kept(
    phones: Phones, office: PostOffice
) -> None:
    letter = await writes(phones, office)
    first = answer(letter)
    assert await take(phones, first) == "passed_on"
    await phones.text("STOP")
    assert await take(phones, answer(letter)) == "kept_back"
    assert await texts(phones) == []
    async with phones.services.database.write() as tx:
        await answering.expire_answers(tx, phones.services.now())
    assert await kept(phones) == [None, None]
    assert await answered(phones) == [True]


async def test_where_it_is_not_told_for_long_it_is_not_kept(
    phones: Phones, office: PostOffice
) -> None:
    letter = await writes(phones, office)
    await take(phones, answer(letter))
    await texts(phones)
    for seconds, words in ((ANSWERED_SECONDS - 3600, [SAID]), (3601, [])):
        phones.now += seconds
        async with phones.services.database.write() as tx:
            await answering.expire_answers(tx, phones.services.now())
        assert await kept(phones) == words
    assert "answered" not in str(await phones.text("MORE"))


async def test_more_goes_on_with_what_was_said_last(phones: Phones, office: PostOffice) -> None:
    letter = await writes(phones, office)
    await take(phones, answer(letter))
    await texts(phones)
    phones.now += 700
    assert str(await phones.text("HELP"))
    phones.now += 700
    assert "We will vote" not in str(await phones.text("MORE"))


async def test_an_answer_from_elsewhere_says_so(phones: Phones, office: PostOffice) -> None:
    letter = await writes(phones, office)
    await take(phones, answer(letter, From="Helper <spam@elsewhere.example>"))
    [said] = await texts(phones)
    assert said.startswith("spam@elsewhere.example answered your letter to Jo Marsh, Mayor: Thank")


# By mail.


async def by_mail(phones: Phones, office: PostOffice) -> EmailMessage:
    """The letter of somebody who signed with an e-mail address and gave the office none."""
    letter = await writes(phones, office)
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE letters SET answer_to = :to, language = 'en'", to=ANA)
    return letter


ANA = "ana.diaz@example.org"


async def post(phones: Phones) -> None:
    phones.now += 60
    postman = Postman(phones.services, mailer(phones.services.settings))
    while await postman.drain():
        pass


async def test_by_mail_all_of_it_comes_once_and_is_then_kept_nowhere(
    phones: Phones, office: PostOffice
) -> None:
    letter = await by_mail(phones, office)
    mail = _with(answer(letter, Subject="Re: The lake\tagain"), _attach, _attach)
    said = mail_in(phones, bytes(mail), "--to", str(letter["Reply-To"]))
    assert said.startswith("Noted: a letter was answered. The answer goes to")
    phones.now = time.time()
    await post(phones)
    [passed] = office.to(ANA)
    body = " ".join(str(passed.get_content()).split())
    assert passed["Subject"] == "An answer to your letter: Re: The lake again"
    assert (passed["From"], passed["Reply-To"]) == ("petition@sign.example.org", None)
    assert f"{SAID} It had 2 attached files, which we do not pass on." in body
    assert f"They wrote from: {OFFICE} -- Thank you" in body
    assert "Jo Marsh, Mayor has answered the letter" in body
    assert "another address" not in body
    assert await kept(phones) == [None]
    assert await take(phones, mail) == "twice"


async def test_no_header_of_theirs_gets_into_ours(phones: Phones, office: PostOffice) -> None:
    letter = await by_mail(phones, office)
    raw = bytes(answer(letter, Subject="HERE")).replace(
        b"HERE", b"=?utf-8?B?QQ0KQmNjOiBib0BleGFtcGxlLm9yZw0KDQpC?="
    )
    assert await take(phones, raw) == "passed_on"
    await post(phones)
    [passed] = office.to(ANA)
    assert passed["Subject"] == "An answer to your letter: A Bcc: bo@example.org B"
    assert (passed["Bcc"], office.to("bo@example.org")) == (None, [])


async def test_a_page_is_passed_on_as_plain_text(phones: Phones, office: PostOffice) -> None:
    letter = await by_mail(phones, office)
    mail = as_page(letter, From="spam@elsewhere.example")
    mail.set_content(
        page(letter).replace("May.", '<a href="https://evil.example">May</a>.'), "html"
    )
    assert await take(phones, mail) == "passed_on"
    await post(phones)
    [passed] = office.to(ANA)
    body = " ".join(str(passed.get_content()).split())
    assert passed.get_content_type() == "text/plain"
    assert "alert(" not in body
    assert "for the lake in May <https://evil.example>" in body
    assert "It came from another address than your letter went to." in body


async def test_what_is_far_too_large_is_cut(phones: Phones, office: PostOffice) -> None:
    letter = await by_mail(phones, office)
    begun = time.monotonic()
    assert await take(phones, answer(letter, f"{SAID}\n" + "lake " * 400_000)) == "passed_on"
    assert time.monotonic() - begun < 5
    [words] = await kept(phones)
    assert len(str(words)) <= 20_002


# From a mailbox elsewhere.


def imap(box: MailBox, scheme: str = "imap") -> dict[str, str]:
    return {
        "UNDERSIGNED_IMAP_URL": f"{scheme}://{LOGIN[0]}@localhost:{box.port}",
        "UNDERSIGNED_IMAP_PASSWORD": LOGIN[1],
    }


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
async def test_what_waits_in_a_mailbox_is_taken_once_and_marked_when_that_is_stored(
    phones: Phones, office: PostOffice, scheme: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority, tls = trustme.CA(), None
    if scheme == "imaps":
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(tls)
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    letter = await writes(phones, office)
    with mail_box(tls) as box:
        box.mails = [b"\xff\x00" * 3_000_000, bytes(answer(letter)), bytes(as_page(letter))]
        settings = imap(box, scheme)
        assert mail_in(phones, b"", "--imap", **settings) == "Mails taken: 3.\n"
        assert box.seen == {1, 2, 3}
        assert len(await kept(phones)) == 2
        # Somebody marks one as unread.
        box.seen.remove(2)
        assert mail_in(phones, b"", "--imap", **settings) == "Mails taken: 1.\n"
        assert len(await kept(phones)) == 2


async def test_the_worker_looks_into_the_mailbox(
    phones: Phones, office: PostOffice, tmp_path: Path
) -> None:
    letter = await writes(phones, office)
    with mail_box() as box:
        box.mails = [bytes(answer(letter))]
        environ = surroundings(phones) | office.settings | imap(box)
        worker = product.spawn(
            [sys.executable, "-m", "server", "worker"], tmp_path / "log", product.clean() | environ
        )
        try:
            await asyncio.to_thread(product.eventually, lambda: box.seen == {1})
        finally:
            worker.kill()
            worker.wait()
    assert await answered(phones) == [True]


async def test_a_mailbox_that_is_away_is_asked_again_later(phones: Phones) -> None:
    with mail_box() as box:
        wrong = imap(box) | {"UNDERSIGNED_IMAP_PASSWORD": "another"}
        gone = imap(MailBox(port=free_port()))
        for settings in (wrong, gone):
            done = command(phones, b"", "--imap", **settings)
            assert (done.returncode, done.stdout) == (LATER, b"")
            assert b"Traceback" not in done.stderr
            assert b"another" not in done.stderr
    assert b"UNDERSIGNED_IMAP_URL must be set" in command(phones, b"", "--imap").stderr
