"""`/mine`, by its doors and with real mail: what opens it, and that nothing tells who signed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.core.person import mine
from tests.attacks import lives
from tests.attacks.house import COMMENT, MAIL, NAME, PHONE, House, hidden, house
from tests.attacks.lives import mine_asked, mine_shown
from tests.harness.mail.smtp import PostOffice

OTHER = "bo.lee9@gmail.com"
ALL = "Download it as text"


@pytest.fixture
async def home(
    database_url: str, office: PostOffice, tmp_path: Path, said: Path
) -> AsyncIterator[House]:
    async with house(database_url, office, tmp_path, said) as home:
        yield home


async def test_a_code_shows_all_that_the_mailbox_has_signed(home: House) -> None:
    await lives.by_mail(home, news="1")
    page = await mine_shown(home)
    for words in (NAME, "ZE2 9QF", COMMENT, MAIL, "Wants news since", ALL):
        assert words in page, words
    page = await home.page("/mine", hidden(page) | news_off(page))
    assert "You get no news of this petition any more" in page
    assert "Contact: <bdi>erased</bdi>" in page
    assert "No more news" not in page


def news_off(page: str) -> dict[str, str]:
    found = re.search(r'name="news_off" value="([0-9.]+)"', page)
    assert found
    return {"news_off": found[1]}


async def test_any_spelling_of_the_mailbox_opens_the_same(home: House) -> None:
    await lives.by_mail(home)
    await home.page("/mine", {"contact": "zqwren7@gmail.com"})
    code = await home.mail()
    assert NAME in await home.page("/mine", {"contact": "ZQ.Wren7+x@GMail.com", "code": code})


async def test_who_has_signed_nothing_gets_the_same_pages_and_no_mail(home: House) -> None:
    await lives.by_mail(home)
    pages = [await home.page("/mine", {"contact": email}) for email in (MAIL, OTHER)]
    assert pages[0].replace(MAIL, OTHER) == pages[1]
    await home.mail()
    assert not home.office.to(OTHER)
    typed = [{"contact": email, "code": "12345678"} for email in (MAIL, OTHER)]
    wrong = [await home.page("/mine", each) for each in typed]
    assert wrong[0].replace(MAIL, OTHER) == wrong[1]
    assert "wrong or has expired" in wrong[0]


async def test_the_mail_says_nothing_that_a_stranger_has_chosen(home: House) -> None:
    await home.signs(email=MAIL, comment="buy now", name="Www Example Com")
    await home.mail()
    await mine_asked(home)
    assert await home.mail()
    words = str(home.office.arrived[-1].get_content())
    assert not re.search("lake|Www|buy|ZE2", words)
    assert "zq.wren" not in home.link()


async def test_the_link_of_the_mail_asks_for_address_and_code(home: House) -> None:
    await lives.by_mail(home)
    await mine_asked(home)
    code, link = await home.mail(), home.link()
    page = await home.page(link)
    assert 'name="contact"' in page
    assert ALL in await home.page("/mine", hidden(page) | {"contact": MAIL, "code": code})


async def test_tries_are_few_and_those_by_the_link_are_apart(home: House) -> None:
    await lives.by_mail(home)
    await mine_asked(home)
    code, link = await home.mail(), home.link()
    for _ in range(mine.MINE_TRIES):
        await home.page("/mine", {"contact": MAIL, "code": "1"})
    assert ALL not in await home.page("/mine", {"contact": MAIL, "code": code})
    # A reference of somebody's own gives no further tries.
    assert ALL not in await home.page("/mine", {"contact": MAIL, "code": code, "ref": "x"})
    ref = hidden(await home.page(link))
    assert ALL in await home.page("/mine", ref | {"contact": MAIL, "code": code})


async def test_a_code_is_good_once_and_once_more_and_for_its_time(home: House) -> None:
    await lives.by_mail(home)
    await mine_asked(home)
    typed = {"contact": MAIL, "code": await home.mail()}
    for _ in range(mine.USES):
        assert ALL in await home.page("/mine", typed)
    assert ALL not in await home.page("/mine", typed)
    home.phones.now += 3600
    await mine_asked(home)
    typed["code"] = await home.mail()
    home.phones.now += 2 * 3600
    assert ALL not in await home.page("/mine", typed)


async def test_a_code_opens_no_other_mailbox(home: House) -> None:
    await lives.by_mail(home)
    await mine_asked(home)
    code = await home.mail()
    assert ALL not in await home.page("/mine", {"contact": OTHER, "code": code})


async def test_what_the_page_carries_opens_that_mailbox_alone_and_for_its_time(
    home: House,
) -> None:
    await lives.by_mail(home)
    page = await mine_shown(home)
    fields, [which] = hidden(page), re.findall(r'name="withdraw" value="([0-9.]+)"', page)
    until, _, proof = fields["t"].partition(".")
    late = "open for too long"
    for forged in (
        {"contact": OTHER},
        {"t": ""},
        {"t": "x"},
        {"t": f"{int(until) + 9}.{proof}"},
        {"t": f"{until}.{'0' * 32}"},
        {"t": f"{until}.é"},
    ):
        for asked in ({"withdraw": which}, {"file": "json"}, {"news_off": which}, {}):
            answer = await home.page("/mine", fields | forged | asked)
            assert late in answer
            assert NAME not in answer
    for wrong in ("", "x", "1.1", "2." + which[2:], "9" * 30):
        assert "not there any more" in await home.page("/mine", fields | {"withdraw": wrong})
    home.phones.now += mine.PAGE_SECONDS
    assert late in await home.page("/mine", fields | {"withdraw": which})
    async with home.services.database.read() as tx:
        row = await tx.fetch_one("SELECT withdrawn_at FROM signatures")
    assert row
    assert row["withdrawn_at"] is None


async def test_taking_back_twice_is_harmless(home: House) -> None:
    await lives.by_mail(home)
    page = await mine_shown(home)
    [which] = re.findall(r'name="withdraw" value="([0-9.]+)"', page)
    first, second = [await home.page("/mine", hidden(page) | {"withdraw": which}) for _ in "12"]
    assert "is erased" in first
    assert "not there any more" in second


async def test_a_phone_is_told_what_to_text(home: House) -> None:
    page = await home.page("/mine", {"contact": PHONE})
    assert "<b>STATUS</b>" in page
    assert "4065550177" not in page
    assert "Write the whole e-mail" in await home.page("/mine", {"contact": "nobody"})
    assert "Write the whole e-mail" in await home.page("/mine", {})


async def test_it_is_in_the_language_of_its_address(home: House) -> None:
    await lives.by_mail(home)
    page = await home.page("/es/mine", {"contact": MAIL})
    assert 'lang="es"' in page
    assert 'action="/es/mine#r"' in page
    await home.mail()
    assert home.link().startswith("/es/mine?ref=")


async def test_who_is_held_reads_why_in_plain_words(home: House) -> None:
    await home.signs(email=MAIL, url="https://x.example", name="Xkcdfgh Qwrtz")
    await home.mail()
    async with home.services.database.write() as tx:
        await tx.execute("UPDATE signatures SET held_at = 1")
        await tx.execute(
            "INSERT INTO holds (petition_id, signature_id, kind, label)"
            " SELECT petition_id, id, 'crowd', '' FROM signatures"
        )
    page = await mine_shown(home)
    assert "many names on one contact, not verified" in page
    assert "crowd" not in page
