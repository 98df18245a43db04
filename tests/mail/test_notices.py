"""Mails to organizers as they arrive: what they say, and that each arrives once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from server.config import LANGUAGES
from server.core.counting.counts import DAY
from server.core.desk import notices
from server.core.desk.notices import NOTICES
from server.core.desk.people import organizers
from server.core.desk.people.forgotten import set_email
from server.core.outbox.outbox import Announcement
from server.core.signing.messages import Message
from server.mail.words import WIDTH, word
from server.outgoing.loops import tell
from tests.harness.mail.mails import drain, signs, with_mail
from tests.harness.mail.smtp import PostOffice
from tests.harness.team import run_by
from tests.harness.texts.phones import Phones
from tests.harness.world import NOW

EMAIL = "ana@desk.example"
MONDAY = NOW + 3 * DAY
DESK = "https://sign.example.org/organizer/"


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with with_mail(database_url, office) as phones:
        async with phones.services.database.write() as tx:
            ana = await organizers.add(tx, "ana", "correct horse battery", salt=b"s" * 16, now=NOW)
            await run_by(tx, 1, ana.id)
            await set_email(tx, ana, EMAIL)
            await notices.want(tx, ana, NOTICES)
        yield phones


async def mailed(phones: Phones, office: PostOffice) -> dict[str, str]:
    """By subject, the mails that have arrived after one more look at what is due."""
    for _ in range(2):  # (again at once: nothing more comes of it)
        await tell(phones.services)
        await drain(phones.services)
    return {
        str(mail["subject"]): str(mail.get_content()).replace("\r\n", "\n")
        for mail in office.to(EMAIL)
    }


async def test_what_is_held_and_how_the_week_went(phones: Phones, office: PostOffice) -> None:
    assert await mailed(phones, office) == {}
    await signs(phones.services, "Ana Bot", "bot@gmail.com", signals=("names", "trap"))
    found = await mailed(phones, office)
    assert list(found) == ["Signatures wait for a decision: Keep the lake clean"]
    [body] = found.values()
    assert "wait until you decide: 1" in body
    assert f"\n{DESK}p/lake\n" in body
    assert "Bot" not in body
    assert "To stop them, open the page of your account." in body
    await phones.text("SIGN LAKE Bo Lee 59801")
    phones.now = MONDAY
    found = await mailed(phones, office)
    assert len(office.to(EMAIL)) == 2
    body = found["The week of your petitions: sign.example.org"]
    assert "  1 (+2)  Keep the lake clean\n" in body
    assert f"\n{DESK}\n" in body
    assert "Lee" not in body


async def test_whoever_changes_their_mind_gets_no_mail_that_waits(
    phones: Phones, office: PostOffice
) -> None:
    await signs(phones.services, "Ana Bot", "bot@gmail.com", signals=("names", "trap"))
    await tell(phones.services)
    async with phones.services.database.write() as tx:
        [row] = await tx.fetch("SELECT id, name FROM organizers")
        await notices.want(tx, organizers.Organizer(row["id"], row["name"]), ())
    await drain(phones.services)
    assert office.to(EMAIL) == []
    async with phones.services.database.read() as tx:
        assert await tx.fetch("SELECT id FROM outbox WHERE kind LIKE 'notice%'") == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NOTICES)
async def test_each_is_plain_text_in_every_language(
    phones: Phones, language: str, kind: str
) -> None:
    services = phones.services
    petition = None if kind == "week" else services.directory.by_slug["lake"]
    item = Announcement(
        id=1,
        channel="email",
        kind=f"notice_{kind}",
        petition_id=petition.id if petition else None,
        language=language,
        recipient=EMAIL,
    )
    lines = (("Keep the lake clean", 1234, 5),)
    said = Message(item.kind, figures={"held": 1234, "verified": 1234}, lines=lines)
    mail = word(services.renderer, services.settings, services.keys, petition, item, said, NOW)
    body = str(mail.get_content())
    assert not re.search(r"[{}]|%\(", body + str(mail["subject"]))
    assert "!" not in body
    assert all(len(line) <= WIDTH for line in body.split("\n") if "https://" not in line)
    assert body.count("https://sign.example.org/organizer/") == 1
    if kind != "alarm":
        assert re.search("1.?234", body)
