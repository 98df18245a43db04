"""The codes by mail for an account: whom they go to, and what they open."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from argon2 import PasswordHasher

from server.core.desk.people import accounts, forgotten, organizers
from server.core.desk.people.forgotten import ACCOUNT_CODE_SECONDS
from server.core.desk.people.organizers import Organizer
from server.core.outbox.outbox import Announcement
from server.core.values import passwords
from server.db import Database
from server.errors import InvalidInput, Throttled
from tests.harness.world import NOW

KEY, SALT = b"k" * 32, b"s" * 16
EMAIL = "ana@gmail.com"
IDS = count(1)


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 64, 1))


async def add(database: Database, name: str, email: str = "") -> Organizer:
    async with database.write() as tx:
        organizer = await organizers.add(tx, name, "four green herons wade", salt=SALT, now=NOW)
        await forgotten.set_email(tx, organizer, email)
        return organizer


def mail(kind: str, email: str) -> Announcement:
    return Announcement(
        id=next(IDS), channel="email", kind=kind, petition_id=None, language="en", recipient=email
    )


async def asked(database: Database, typed: str) -> list[str]:
    """To whom mails go, once somebody has typed that."""
    async with database.write() as tx:
        await tx.execute("DELETE FROM outbox")
        await forgotten.ask(tx, typed, mail, NOW)
        return sorted(row["recipient"] for row in await tx.fetch("SELECT recipient FROM outbox"))


async def codes(database: Database, email: str = EMAIL, now: int = NOW) -> dict[str, str]:
    """What a mail to that address says, by the name of the account."""
    async with database.read() as tx:
        message = await forgotten.message_for(tx, KEY, mail("reset_code", email), now)
    return {c.name: c.code for c in message.codes} if message else {}


async def opened(database: Database, name: str, code: str, now: int = NOW) -> str:
    """The name of the account that the code opens; '' if it opens none."""
    async with database.read() as tx:
        try:
            return (await forgotten.opened(tx, KEY, name, code, now)).organizer.name
        except InvalidInput:
            return ""


@pytest.mark.parametrize(
    ("typed", "goes_to"),
    [
        ("ana", [EMAIL]),
        (" ANA ", [EMAIL]),
        ("Ana@Gmail.com", [EMAIL]),
        ("bo", []),
        ("gone", []),
        ("nobody", []),
        ("", []),
        ("' OR 1=1", []),
        ("\ud800", []),
    ],
)
async def test_a_code_goes_to_the_address_of_the_account_alone(
    database: Database, typed: str, goes_to: list[str]
) -> None:
    await add(database, "ana", EMAIL)
    await add(database, "bo")
    gone = await add(database, "gone", "gone@gmail.com")
    async with database.write() as tx:
        await accounts.close(tx, gone)
    assert await asked(database, typed) == goes_to


async def test_one_address_of_two_accounts_gets_a_code_for_each(database: Database) -> None:
    await add(database, "ana", EMAIL)
    await add(database, "second", EMAIL)
    assert await asked(database, EMAIL) == [EMAIL]
    found = await codes(database)
    assert found.keys() == {"ana", "second"}
    assert found["ana"] != found["second"]
    assert [await opened(database, EMAIL, code) for code in found.values()] == ["ana", "second"]


async def test_a_name_that_is_the_address_of_another_asks_both(database: Database) -> None:
    await add(database, "bo@gmail.com", EMAIL)
    await add(database, "ana", "bo@gmail.com")
    assert await asked(database, "bo@gmail.com") == [EMAIL, "bo@gmail.com"]
    assert (await codes(database)).keys() == {"bo@gmail.com"}


async def test_a_code_opens_its_account_for_an_hour_and_once(database: Database) -> None:
    ana = await add(database, "ana", EMAIL)
    await add(database, "bo", "bo@gmail.com")
    code = (await codes(database))["ana"]
    assert len(code) == 8
    assert code.isdecimal()
    spaced = f" {code[:4]} {code[4:]}."
    for typed in (code, spaced, code.translate({48 + n: 0x660 + n for n in range(10)})):
        assert await opened(database, "ana", typed) == "ana"
    assert await opened(database, "bo", code) == ""
    assert await opened(database, "ana", code, NOW + ACCOUNT_CODE_SECONDS) == "ana"
    assert await opened(database, "ana", code, NOW + 2 * ACCOUNT_CODE_SECONDS) == ""
    assert await opened(database, "ana", "") == ""
    async with database.write() as tx:
        await accounts.set_password(tx, ana, "another")
    assert await opened(database, "ana", code) == ""


@pytest.mark.parametrize("email", ["closed", "", "x@gmail.com"])
async def test_a_code_is_dead_once_the_account_has_changed(database: Database, email: str) -> None:
    ana = await add(database, "ana", EMAIL)
    code = (await codes(database))["ana"]
    async with database.write() as tx:
        if email == "closed":
            await accounts.close(tx, ana)
        else:
            await forgotten.set_email(tx, ana, email)
    assert await opened(database, "ana", code) == ""
    assert await codes(database) == {}


async def test_the_code_for_an_address_is_for_no_other(database: Database) -> None:
    async with database.read() as tx:
        message = await forgotten.message_for(tx, KEY, mail("address_code", EMAIL), NOW)
    assert message
    [code] = [c.code for c in message.codes]
    assert forgotten.shows_address(KEY, EMAIL, code, NOW)
    assert not forgotten.shows_address(KEY, "x@gmail.com", code, NOW)
    assert not forgotten.shows_address(b"x" * 32, EMAIL, code, NOW)


async def tries(database: Database, take: Any, *about: str) -> int:
    """How many tries are allowed in one go."""
    for n in range(200):
        try:
            async with database.write() as tx:
                await take(tx, KEY, *about, NOW)
        except Throttled:
            return n
    return 200


async def test_guessing_and_asking_end_soon(database: Database) -> None:
    take = organizers.take_reset_try
    assert await tries(database, take, "ana", "192.0.2.7") == organizers.SIGN_IN_TRIES
    assert await tries(database, take, "ANA ", "198.51.100.7") == 0
    assert await tries(database, take, "bo", "198.51.100.7") == organizers.SIGN_IN_TRIES
    asking = organizers.take_asking
    assert await tries(database, asking, "203.0.113.9") == organizers.SIGN_IN_TRIES
    assert await tries(database, asking, "203.0.113.200") == 0  # the same network
