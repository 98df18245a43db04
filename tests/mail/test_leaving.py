"""News is ended by what its own mail carries: by a mail program, and by an answer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import dkim
import pytest

from server.config import load
from server.core.news import sending, writing
from server.core.news.leaving import Leaver, Mailbox
from server.core.news.piece import NewsWording, Piece
from server.core.petitions.petitions import Petition
from server.core.signing.codes import TypedCode
from server.core.signing.verification import Verifier
from server.core.upkeep import ending
from server.core.values.keys import Keys
from server.mail import MAIL, answers
from server.mail.bounces import read
from server.mail.dkim import new_key, read_key, record
from server.mail.leaving import add_ways_out, off_meant, off_page, off_word
from server.mail.smtp import mailer
from server.outgoing.news import Newsman
from tests.harness import product
from tests.harness.mail.mails import ANA, drain, signs, with_mail
from tests.harness.mail.smtp import PostOffice, codes_in
from tests.harness.texts.phones import Phones
from tests.harness.world import NOW, PHONE

KEYS = Keys("k" * 40)
BOUNCES = {"UNDERSIGNED_MAIL_BOUNCES": "bounces+*@sign.example.org"}
SIGNED = BOUNCES | {"UNDERSIGNED_DKIM_KEY": "-----BEGIN PRIVATE KEY-----"}


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with with_mail(database_url, office) as phones:
        await phones.add_petition(slug="bridge", keyword="BRIDGE")
        yield phones


async def subscribes(phones: Phones, office: PostOffice, slug: str, email: str = ANA) -> None:
    """Somebody signs, asks for news, and types the code."""
    services = phones.services
    await signs(services, email=email, slug=slug, news="1")
    await drain(services)
    [code] = codes_in(office.to(email)[-1])
    typed = TypedCode(
        petition=services.directory.by_slug[slug],
        action="verify",
        code=code,
        contact=email,
        ref="",
        now=services.now(),
    )
    assert await services.group.submit(Verifier(services.keys).take_many, typed)


async def leaves(phones: Phones, slug: str, contact: str = ANA) -> None:
    services = phones.services
    petition = services.directory.by_slug[slug]
    found = list(off_meant(KEYS, services.directory.by_id, off_word(KEYS, petition, contact)))
    leaver = Leaver(services.keys, services.directory.by_id.values())
    for mailbox in found:
        await services.group.submit(leaver.leave_many, mailbox)


async def subscribed(phones: Phones) -> list[tuple[object, ...]]:
    return await phones.rows(
        "SELECT petition_id, contact, news_at IS NOT NULL FROM signatures ORDER BY id"
    )


async def test_news_of_every_petition_ends_and_nothing_else(
    phones: Phones, office: PostOffice
) -> None:
    await subscribes(phones, office, "lake")
    await subscribes(phones, office, "bridge", "a.na+x@gmail.com")  # another spelling of the same
    await subscribes(phones, office, "lake", "bo@example.com")
    before = await phones.figures()
    for _ in range(2):
        await leaves(phones, "lake")
        assert await subscribed(phones) == [(1, None, 0), (2, None, 0), (1, "bo@example.com", 1)]
    assert await phones.figures() == before
    assert await phones.rows("SELECT count(*) FROM stopped_recipients") == [(0,)]
    assert await phones.rows("SELECT count(*) FROM signatures WHERE verified_at IS NULL") == [(0,)]


async def test_what_nobody_has_verified_is_left_to_whoever_types_its_code(
    phones: Phones, office: PostOffice
) -> None:
    await subscribes(phones, office, "lake")
    await signs(phones.services, slug="bridge", news="1")
    await leaves(phones, "lake")
    assert await subscribed(phones) == [(1, None, 0), (2, ANA, 1)]


async def test_a_restored_copy_learns_of_it(phones: Phones, office: PostOffice) -> None:
    await subscribes(phones, office, "lake")
    services, noted = phones.services, []
    leaver = Leaver(services.keys, services.directory.by_id.values())
    mailbox = Mailbox(1, KEYS.contact(services.directory.by_id[1].salt, ANA))
    async with services.database.write() as tx:
        await leaver.leave_many(tx, [mailbox])
        noted = list(tx.tombstones)
    [(signature_id,)] = await phones.rows("SELECT id FROM signatures")
    assert noted == [("no_news", 1, signature_id)]


async def test_a_phone_that_wants_news_keeps_it(phones: Phones, office: PostOffice) -> None:
    await phones.text("SIGN LAKE Cy Young 59801")
    await phones.text("NEWS ON")
    await subscribes(phones, office, "lake")
    await leaves(phones, "lake")
    assert await subscribed(phones) == [(1, PHONE, 1), (1, None, 0)]


async def test_news_carries_its_ways_out_and_whoever_takes_one_gets_no_more(
    database_url: str, office: PostOffice
) -> None:
    key = new_key().decode()
    async with with_mail(database_url, office, UNDERSIGNED_DKIM_KEY=key, **BOUNCES) as phones:
        for email in (ANA, "bo@example.com"):
            await subscribes(phones, office, "lake", email)
        office.raw.clear()
        carrier = mailer(phones.services.settings)
        newsman = Newsman(phones.services, carrier)
        await begin_news(phones)
        await newsman.drain()
        public = record(read_key(key)).encode()
        assert [dkim.verify(r, dnsfunc=lambda *_, **__: public) for r in office.raw] == [True] * 2
        mail = office.to(ANA)[-1]
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        found = re.match(
            "<https://sign.example.org/news/off/([a-z2-7]+)>, <mailto:(.*)[?]",
            mail["List-Unsubscribe"],
        )
        assert found
        assert f"/news/off/{found[1]}" in mail.get_content()
        assert mail["Reply-To"] == found[2] == f"bounces+{found[1]}@sign.example.org"
        await begin_news(phones)
        await newsman.spread()  # hers waits in the outbox
        await leaves(phones, "lake")
        await newsman.send()
        await carrier.rest()
        assert len(office.to(ANA)) == 2  # her code, and the first news
        assert len(office.to("bo@example.com")) == 3


async def begin_news(phones: Phones) -> None:
    services, piece = phones.services, Piece(wordings={"en": NewsWording("We won", "It stays.")})
    async with services.database.write() as tx:
        number = await writing.write_news(
            tx, 1, services.new_id(), piece, now=services.now(), actor="ana"
        )
        news = await writing.one_news(tx, 1, number)
        await sending.begin_news(tx, services.directory.by_id[1], news, services.now())


# The word.


def test_the_word_is_the_same_for_a_mailbox_and_no_other(lake: Petition) -> None:
    word = off_word(KEYS, lake, ANA)
    assert word == off_word(KEYS, lake, "a.n.a+lists@gmail.com")
    assert (
        len({word, off_word(KEYS, lake, "bo@gmail.com"), off_word(Keys("x" * 40), lake, ANA)}) == 3
    )
    assert (len(word), "ana" in word) == (42, False)
    mailbox = Mailbox(lake.id, KEYS.contact(lake.salt, ANA))
    for said in (word, word.upper(), f"<bounces+{word}@sign.example.org>", f"x {word}, y"):
        assert list(off_meant(KEYS, {lake.id: lake}, said)) == [mailbox]


def test_nobody_can_make_one(lake: Petition) -> None:
    word, known = off_word(KEYS, lake, ANA), {lake.id: lake}
    forged = off_word(Keys("somebody else's secret, as long as ours"), lake, ANA)
    changed = [word[:i] + ("a" if word[i] != "a" else "b") + word[i + 1 :] for i in range(41)]
    for said in (forged, word + "a", word[:-1], "", "a" * 42, *changed):
        assert list(off_meant(KEYS, known, said)) == [], said
    assert list(off_meant(KEYS, {}, word)) == []


@pytest.fixture
async def lake(phones: Phones) -> Petition:
    return phones.services.directory.by_slug["lake"]


async def test_of_a_petition_that_has_ended_no_word_is_known(
    phones: Phones, lake: Petition
) -> None:
    word = off_word(KEYS, lake, ANA)
    async with phones.services.database.write() as tx:
        await ending.end(tx, KEYS, lake, NOW)
    await phones.services.directory.refresh()
    assert list(off_meant(KEYS, phones.services.directory.by_id, word)) == []


# Headers.


def sent(lake: Petition, **settings: str) -> EmailMessage:
    """A mail with its ways out, as it is sent and read."""
    made = load({"UNDERSIGNED_SECRET_KEY": "k" * 40} | settings)
    mail = EmailMessage(policy=MAIL)
    mail["From"] = made.mail_from
    add_ways_out(mail, made, off_word(KEYS, lake, ANA))
    raw = mail.as_bytes(policy=policy.SMTP)
    assert b"=?" not in raw
    read_again = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read_again, EmailMessage)
    return read_again


def test_signed_mail_carries_both_headers(lake: Petition) -> None:
    url = {"UNDERSIGNED_PUBLIC_URL": "https://petitions-of-a-long-name.sign.example.org"}
    mail, word = sent(lake, **SIGNED, **url), off_word(KEYS, lake, ANA)
    page = f"{url['UNDERSIGNED_PUBLIC_URL']}/news/off/{word}"
    back = f"bounces+{word}@sign.example.org"
    assert mail["List-Unsubscribe"] == f"<{page}>, <mailto:{back}?subject=STOP>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Reply-To"] == back
    assert off_page(load({"UNDERSIGNED_SECRET_KEY": "k" * 40} | url), word) == page


def test_mail_that_is_not_signed_carries_none_but_can_be_answered(lake: Petition) -> None:
    mail = sent(lake, **BOUNCES)
    assert "List-Unsubscribe" not in mail
    assert "List-Unsubscribe-Post" not in mail
    assert mail["Reply-To"] == f"bounces+{off_word(KEYS, lake, ANA)}@sign.example.org"


def test_where_nothing_reads_what_comes_back_nobody_is_told_to_write(lake: Petition) -> None:
    mail = sent(lake, UNDERSIGNED_DKIM_KEY="-----BEGIN PRIVATE KEY-----")
    assert "mailto:" not in mail["List-Unsubscribe"]
    assert "Reply-To" not in mail


# Answers.

TO = "bounces+word@sign.example.org"


def answer(body: str = "", subject: str = "Re: News of the lake", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = [f"From: Ana Diaz <{ANA}>", f"To: {TO}", f"Subject: {subject}", *lines]
    return "\n".join([*head, "", body]).encode()


STOPS = {
    "a mail that a program wrote for List-Unsubscribe": answer(subject="STOP"),
    "in small letters": answer(subject="stop"),
    "another word": answer(subject="Unsubscribe"),
    "the first line": answer("STOP\n\n> News of the lake\n> The council has met.\n"),
    "a polite one": answer("Please unsubscribe me. Thanks!\n\n> News\n"),
    "behind blank lines": answer("\n\n  Stop, thanks\n"),
    "remove me": answer("Remove me\n"),
    "Spanish": answer("No más noticias\n"),
    "French, encoded": answer(subject="=?utf-8?q?D=C3=A9sabonner?="),
    "Hindi": answer("बंद\n", Content_Type="text/plain; charset=utf-8"),
    "Arabic": answer("توقف\n"),
    "Vietnamese": answer("Dừng\n"),
    "another charset": answer("", Content_Type="text/plain; charset=iso-8859-1")
    + "Désabonner\n".encode("latin-1"),
    "HTML alone": answer(
        "<html><head><style>p{color:red}</style></head><body><p>STOP</p><p>Ana</p></body></html>",
        Content_Type="text/html",
    ),
    "several parts": answer(
        "--b\nContent-Type: text/plain\n\nSTOP\n--b\nContent-Type: text/html\n\n<p>x\n--b--\n",
        Content_Type='multipart/alternative; boundary="b"',
    ),
    "it says that a person wrote it": answer("STOP", Auto_Submitted="no"),
}
OTHERS = {
    "thanks": answer("Thank you for this news.\n"),
    "a subject of ours that says stop": answer("Great!", subject="Re: Stop, now"),
    "a quotation of ours that says stop": answer("> STOP\n\nYes\n"),
    "what is wished of others": answer("Stop the coal plant!\n"),
    "STOP further down": answer("I am with you.\nSTOP\n"),
    "somebody is away": answer("STOP", subject="STOP", Auto_Submitted="auto-replied (vacation)"),
    "a machine": answer("STOP", Auto_Submitted="auto-generated"),
    "an old machine": answer("STOP", Precedence="auto_reply"),
    "a bulk mail": answer("STOP", Precedence="bulk"),
    "an old away note": answer("STOP", X_Autoreply="yes"),
    "a mail without sender": answer("STOP", Return_Path="<>"),
    "a mail server": answer("STOP").replace(b"Ana Diaz <ana@", b"MAILER-DAEMON <postmaster@"),
    "a notice": answer("STOP", Content_Type='multipart/report; boundary="b"'),
    "no charset": answer("STOP", Content_Type="text/plain; charset=x-none"),
    "nothing": b"",
    "bytes": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("name", STOPS)
def test_a_person_ends_news_by_an_answer(name: str) -> None:
    assert TO in answers.stop_in(STOPS[name])
    assert TO in answers.stop_in(STOPS[name].replace(b"\n", b"\r\n"))
    assert "beside@example.org" in answers.stop_in(STOPS[name], "beside@example.org")
    assert read(STOPS[name], KEYS).whose is None


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_else_ends_it(name: str) -> None:
    assert answers.stop_in(OTHERS[name], TO) == ""


def bounced(url: str, typed: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "server", "bounced", *arguments],
        cwd=product.ROOT,
        env=os.environ | {"UNDERSIGNED_DATABASE_URL": url, "UNDERSIGNED_SECRET_KEY": "k" * 40},
        input=typed,
        capture_output=True,
        timeout=60,
    )


async def test_the_command_takes_such_an_answer(
    phones: Phones, office: PostOffice, database_url: str
) -> None:
    await subscribes(phones, office, "lake")
    lake = phones.services.directory.by_slug["lake"]
    ours = TO.replace("word", off_word(KEYS, lake, ANA))
    forged = TO.replace("word", off_word(Keys("x" * 40), lake, ANA))
    none = b"It tells of no mail of ours"
    for to, body, said in (
        (forged, "STOP", none),
        (ours, "Thanks", none),
        (ours, "STOP", b"Noted: somebody wants no more news."),
    ):
        assert await subscribed(phones) == [(1, ANA, 1)]
        done = bounced(database_url, answer(body).replace(TO.encode(), to.encode()))
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.startswith(said)
    assert await subscribed(phones) == [(1, None, 0)]
    again = bounced(database_url, answer("STOP"), "--to", ours)
    assert again.stdout.startswith(b"Noted: somebody wants no more news.")
