"""Whoever takes a signature back is in no file any more: searched for byte by byte.

By every door somebody signs, verifies, takes it back, is written about by mail servers and
providers; then all that the product keeps is searched for them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from unittest.mock import AsyncMock

import asyncpg
import pytest

from server.core.conversations import inbound
from server.core.counting.counts import DAY
from server.core.letters import carrying, letters
from server.core.outbox import outbox
from server.core.outbox.outages import MOST_WAIT_SECONDS
from server.core.person import erased, kept
from server.core.signing import goes_with, messages, pending, signature
from server.core.signing.columns import PERSONAL
from server.core.upkeep import ending
from tests.attacks import lives
from tests.attacks.house import COMMENT, MAIL, NAME, House, canaries, house
from tests.attacks.lives import TAKEN_BACK, Life
from tests.harness.databases.postgres import Cluster
from tests.harness.mail.smtp import PostOffice
from tests.harness.product import ROOT

#: Each life on SQLite; with PostgreSQL, `make test` lives one in four.
pytestmark = pytest.mark.seldom_postgres(4)
ALL = {"name", "postcode", "mail", "phone", "comment"}


@pytest.fixture
async def home(
    database_url: str, office: PostOffice, tmp_path: Path, said: Path
) -> AsyncIterator[House]:
    async with house(database_url, office, tmp_path, said) as home:
        yield home


@pytest.mark.parametrize("life", TAKEN_BACK, ids=lambda life: life.__name__)
async def test_nothing_is_left_of_whoever_takes_it_back(home: House, life: Life) -> None:
    await life(home)
    await home.later()
    assert await home.traces() == {}


async def test_before_that_they_are_there(home: House) -> None:
    await lives.by_mail(home, news="1")
    await lives.texted(home, lives.SIGN)
    await home.later()
    traces = await home.traces()
    store = {"files", "backup"} if home.services.database.engine == "sqlite" else {"tables"}
    assert traces.pop("export") == ALL - {"phone"}
    assert traces == dict.fromkeys(store, ALL)


async def left(home: House, seconds: float) -> set[str]:
    """What is still known of them that much later, wherever it stands."""
    await home.later(seconds)
    return set().union(*(await home.traces()).values())


@pytest.mark.parametrize(
    ("life", "kept"),
    [
        (lives.by_mail, {"name", "postcode", "comment"}),
        (partial(lives.by_mail, news="1"), {"name", "postcode", "comment", "mail"}),
    ],
)
async def test_a_contact_that_is_verified_is_gone_unless_news_was_wanted(
    home: House, life: Life, kept: set[str]
) -> None:
    await life(home)
    assert await left(home, 60) == kept


@pytest.mark.parametrize("life", lives.PENDING, ids=lambda life: life.__name__)
async def test_a_contact_that_nobody_verifies_is_gone_after_three_days(
    home: House, life: Life
) -> None:
    await life(home)
    assert (await left(home, 71 * 3600)) & {"mail", "phone"}
    if life is lives.not_mailed_since_the_server_is_away:  # nobody could type a code meanwhile
        assert "mail" in await left(home, MOST_WAIT_SECONDS)
    assert await left(home, 3600 + 60) <= {"name", "postcode", "comment"}


@pytest.mark.parametrize("life", lives.SIGNED_BY_PHONE, ids=lambda life: life.__name__)
async def test_what_a_phone_has_said_and_heard_is_gone_after_thirty_days(
    home: House, life: Life
) -> None:
    await life(home)
    assert await left(home, 29 * DAY) == {"name", "postcode", "phone"} | (
        {"comment"} if life is lives.chatter else set()
    )
    assert await left(home, DAY + 60) == {"name", "postcode"}


async def test_what_somebody_says_who_never_signs_is_gone_after_thirty_days(home: House) -> None:
    await home.says(f"FACE {NAME} and {COMMENT}", "SIGN LAKE", NAME)
    await home.keys("voice", "", "1")
    await home.keys("ussd", "1", NAME)
    assert await left(home, 29 * DAY) == {"name", "phone", "comment"}
    assert await left(home, DAY + 60) == set()


@pytest.mark.parametrize("writes", [lives.writes_by_web, lives.writes_by_text])
async def test_the_words_of_a_letter_are_gone_28_days_after_its_end(
    home: House, writes: Life
) -> None:
    await writes(home)
    if writes is lives.writes_by_text:
        await home.says("SEND", "SEND")
    await home.letters_leave()
    home.phones.now += carrying.DONE_SECONDS
    await home.letters_leave()
    assert "comment" in await left(home, letters.WORDS_SECONDS - 60)
    assert await left(home, 120) == {"name", "postcode"}


async def test_words_of_a_letter_that_is_never_sent_are_gone_after_a_week(home: House) -> None:
    await lives.writes_by_text(home)
    async with home.services.database.write() as tx:
        await tx.execute("DELETE FROM inbound")  # the texts themselves are kept for longer
    assert "comment" in await left(home, 7 * DAY - 60)
    assert "comment" not in await left(home, 120)


async def test_nothing_is_left_in_a_petition_that_has_ended(home: House) -> None:
    await lives.by_mail(home, news="1")
    await home.signs(email=MAIL, comment=COMMENT + " and ever")
    await home.mail()
    await lives.texted(home, lives.SIGN)
    await home.says("STATUS Zebulon", "SIGN LAKE", "NEWS ON")
    await home.keys("ussd", "1", NAME)
    await home.keys("voice", "", "1")
    await home.signs(phone="+14065550178", comment=COMMENT)
    async with home.services.database.write() as tx:
        lake = home.services.directory.by_id[1]
        await ending.end(tx, home.services.keys, lake, home.services.now())
    await home.later()
    assert await home.traces() == {}


async def test_what_operating_says_rids_postgresql_of_what_lies_in_its_files(
    home: House, postgres: Cluster
) -> None:
    if home.services.database.engine == "sqlite":
        return  # which overwrites what it erases
    await lives.undo(home)
    await lives.code_and_contact(home)
    await home.later()
    assert await home.traces() == {}
    assert kept_by(postgres) == {"name", "postcode", "mail", "phone", "comment"}
    manual = (ROOT / "docs" / "operating.md").read_text()
    full, log = re.findall(r"^(VACUUM FULL .*|SELECT pg_switch_wal.*)$", manual, re.MULTILINE)
    connection = await asyncpg.connect(home.services.settings.database_url)
    await connection.execute(full)
    for statement in log.split("; ") * 5:
        await connection.execute(statement)
    await connection.close()
    assert kept_by(postgres) == set()


def kept_by(cluster: Cluster) -> set[str]:
    """What stands in any file of the server."""
    files = (path for path in (cluster.folder / "data").rglob("*") if path.is_file())
    return set().union(*(canaries(path.read_bytes().lower()) for path in files))


# A search that finds nothing may be one that looks nowhere.


async def nothing(*_: object, **__: object) -> None:
    pass


@pytest.mark.parametrize(
    ("life", "room", "erasing"),
    [
        (lives.undo, inbound, "_forget"),
        (lives.undo, signature, "PERSONAL"),
        (lives.by_call, outbox, "forget_phones"),
        (lives.undo_by_a_gateway_that_sends_by_itself, outbox, "forget_farewells"),
        (lives.not_me_of_two_forms, pending, "erase"),
        (lives.mail_that_waits, outbox, "forget_about"),
        (lives.mail_that_waits, messages, "discard_answered"),
        (lives.code_and_contact, outbox, "forget_recipient"),
        (lives.letter_that_is_being_written, goes_with, "forget"),
        (lives.letter_that_waits, goes_with, "forget"),
        (lives.letter_that_was_answered, goes_with, "forget"),
        (lives.erased_of_a_phone, inbound, "forget_all"),
        (lives.erased_of_a_phone_that_signed_on_the_web, kept, "phone_of"),
        (lives.erased_once_corrected, goes_with, "forget"),
        (lives.erased_of_the_web, erased, "forget_mails"),
    ],
)
async def test_what_is_not_erased_is_found(
    home: House, monkeypatch: pytest.MonkeyPatch, life: Life, room: object, erasing: str
) -> None:
    less = tuple(column for column in PERSONAL if column != "name")
    monkeypatch.setattr(room, erasing, less if erasing == "PERSONAL" else nothing)
    await life(home)
    await home.later()
    assert await home.traces() != {}


async def test_what_the_log_of_the_database_holds_is_found(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there until that is emptied."""
    if home.services.database.engine == "postgres":
        return  # what it holds is for PostgreSQL to drop
    await lives.undo(home)
    monkeypatch.setattr(home.services.database, "sweep", AsyncMock(return_value=True))
    await home.later()
    assert (await home.traces())["files"] >= {"name", "postcode", "phone"}
