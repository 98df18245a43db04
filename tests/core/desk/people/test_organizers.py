"""Accounts, sessions, and how many tries there are."""

from __future__ import annotations

import asyncio
import hmac
import statistics
import threading
import time

import pytest
from argon2 import PasswordHasher

from server.core.desk.people import organizers
from server.core.desk.people.organizers import (
    NETWORK_TRIES,
    SIGN_IN_SECONDS,
    SIGN_IN_TRIES,
    Organizer,
    SignIn,
)
from server.core.values import passwords
from server.db import Database
from server.errors import InvalidInput, Problem, SignedOut, Throttled
from tests.harness.world import NOW

KEY = b"k" * 32
PASSWORD = "correct horse battery"
SALT = b"s" * passwords.PASSWORD_SALT_BYTES
TOKEN = b"t" * 32


REAL = (passwords._HASHER, passwords.NOBODY)


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(1, 64, 1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "NOBODY", quick.hash("x" * 12))


@pytest.fixture
def real_passwords(_quick_passwords: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", REAL[0])
    monkeypatch.setattr(passwords, "NOBODY", REAL[1])


async def add(database: Database, name: str = "ana", password: str = PASSWORD) -> Organizer:
    async with database.write() as tx:
        return await organizers.add(tx, name, password, salt=SALT, now=NOW)


async def sign_in(
    database: Database,
    name: str = "ana",
    password: str = PASSWORD,
    *,
    address: str = "192.0.2.7",
    mark: bytes = b"",
    token: bytes = TOKEN,
    now: int = NOW,
) -> Organizer:
    attempt = SignIn(
        name=name, password=password, address=address, mark=mark, token=token, salt=SALT
    )
    return await organizers.sign_in(database, attempt, key=KEY, now=now)


async def whose(database: Database, token: bytes = TOKEN, now: int = NOW) -> Organizer:
    async with database.read() as tx:
        return await organizers.signed_in(tx, token, now)


async def use_up(database: Database, **attempt: str) -> None:
    for _ in range(SIGN_IN_TRIES):
        with pytest.raises(InvalidInput):
            await sign_in(database, password="wrong", **attempt)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["ana", "Ana", "ana.diaz", "Ána_2", "ana@example.org"])
async def test_an_organizer_signs_in_with_the_name_in_any_case(
    database: Database, name: str
) -> None:
    added = await add(database, name)
    assert added.name == added.name.lower()
    assert await sign_in(database, name.upper()) == added
    assert await whose(database) == added


@pytest.mark.parametrize(
    ("name", "password", "problems"),
    [
        ("", "", {Problem("name", "missing"), Problem("password", "missing")}),
        ("a", PASSWORD, {Problem("name", "malformed")}),
        ("a" * 65, PASSWORD, {Problem("name", "malformed")}),
        ("ana diaz", PASSWORD, {Problem("name", "malformed")}),
        ("ana@", PASSWORD, {Problem("name", "malformed")}),
        ("ana", "short", {Problem("password", "short")}),
        ("ana", "x" * 201, {Problem("password", "long")}),
    ],
)
async def test_a_name_or_password_that_will_not_do_is_refused(
    database: Database, name: str, password: str, problems: set[Problem]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await add(database, name, password)
    assert set(refused.value.problems) == problems


async def test_a_name_in_use_is_refused(database: Database) -> None:
    await add(database)
    with pytest.raises(InvalidInput) as refused:
        await add(database, "ANA")
    assert refused.value.problems == (Problem("name", "in_use"),)


async def test_a_wrong_name_and_a_wrong_password_are_told_alike(database: Database) -> None:
    await add(database)
    for name, password in (("ana", "wrong"), ("bo", PASSWORD), ("", ""), ("\ud800", "\ud800")):
        with pytest.raises(InvalidInput) as refused:
            await sign_in(database, name, password)
        assert refused.value.problems == (Problem("password", "wrong"),)


@pytest.mark.usefixtures("real_passwords")
async def test_the_password_of_nobody_signs_nobody_in(database: Database) -> None:
    assert PasswordHasher().verify(passwords.NOBODY, "x" * 12)
    with pytest.raises(InvalidInput):
        await sign_in(database, "bo", "x" * 12)


@pytest.mark.usefixtures("real_passwords")
def test_an_unknown_name_costs_the_same_hash() -> None:
    assert not passwords.is_outdated(passwords.NOBODY)


@pytest.mark.slow
@pytest.mark.usefixtures("real_passwords")
@pytest.mark.alone
async def test_an_unknown_name_takes_as_long_as_a_wrong_password(database: Database) -> None:
    await add(database)
    taken: dict[str, list[float]] = {"ana": [], "bo": []}
    for i in range(SIGN_IN_TRIES):
        for name, times in taken.items():
            begin = time.perf_counter()
            with pytest.raises(InvalidInput):
                await sign_in(database, name, "wrong", address=f"192.0.{i}.1")
            times.append(time.perf_counter() - begin)
    known, unknown = map(statistics.median, taken.values())
    assert 0.5 < known / unknown < 2


@pytest.mark.usefixtures("real_passwords")
async def test_a_hash_of_older_parameters_is_made_anew(database: Database) -> None:
    added = await add(database)
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    async with database.write() as tx:
        await tx.execute("UPDATE organizers SET password_hash = :weak", weak=weak)
    await sign_in(database)
    async with database.read() as tx:
        row = await tx.fetch_one("SELECT password_hash FROM organizers")
    assert row is not None
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(row["password_hash"])
    assert await sign_in(database, token=b"u" * 32) == added


async def test_at_most_two_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def verify(*_: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return True

    monkeypatch.setattr(passwords, "_verify", verify)
    await asyncio.gather(*(passwords.is_right("", "") for _ in range(8)))
    assert most == 2


async def test_a_crowd_at_the_door_is_asked_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_verify", lambda *_: time.sleep(0.005))
    crowd = (passwords.is_right("", "") for _ in range(passwords.WAITING_LIMIT + 5))
    answers = await asyncio.gather(*crowd, return_exceptions=True)
    assert sum(isinstance(a, Throttled) for a in answers) == 5
    assert not await passwords.is_right("", "")


async def test_a_session_ends_after_twelve_hours(database: Database) -> None:
    await add(database)
    await sign_in(database)
    await whose(database, now=NOW + organizers.SESSION_SECONDS - 1)
    with pytest.raises(SignedOut):
        await whose(database, now=NOW + organizers.SESSION_SECONDS)


async def test_signing_out_ends_this_session_alone(database: Database) -> None:
    await add(database)
    await sign_in(database)
    await sign_in(database, token=b"u" * 32)
    for _ in range(2):
        async with database.write() as tx:
            await organizers.sign_out(tx, TOKEN)
    with pytest.raises(SignedOut):
        await whose(database)
    await whose(database, b"u" * 32)


async def test_sessions_that_have_ended_are_erased(database: Database) -> None:
    await add(database)
    await sign_in(database)
    await sign_in(database, token=b"u" * 32, now=NOW + organizers.SESSION_SECONDS)
    async with database.read() as tx:
        assert len(await tx.fetch("SELECT * FROM organizer_sessions")) == 1


async def test_the_store_holds_nothing_that_signs_in_and_no_address(database: Database) -> None:
    await add(database)
    await use_up(database, address="192.0.2.7")
    await sign_in(database, address="198.51.100.9", now=NOW + SIGN_IN_SECONDS)
    stored = b""
    async with database.read() as tx:
        for table in ("organizers", "organizer_sessions", "tries"):
            for row in await tx.fetch(f"SELECT * FROM {table}"):
                stored += b" ".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
    for secret in (PASSWORD.encode(), TOKEN, b"192.0.2", b"198.51.100"):
        assert secret not in stored


async def test_one_who_has_forgotten_a_password_locks_no_other_of_the_network(
    database: Database,
) -> None:
    await add(database)
    for _ in range(SIGN_IN_TRIES):
        with pytest.raises(InvalidInput):
            await sign_in(database, "eve", "wrong", address="192.0.2.1")
    with pytest.raises(Throttled):
        await sign_in(database, "eve", "wrong", address="192.0.2.1")
    assert await sign_in(database, address="192.0.2.1")


async def test_a_network_that_guesses_a_hundred_times_has_to_wait(database: Database) -> None:
    await add(database)
    for i in range(NETWORK_TRIES):
        with pytest.raises(InvalidInput):
            await sign_in(database, f"guess{i}", "wrong", address=f"192.0.2.{i}")
    with pytest.raises(Throttled) as refused:
        await sign_in(database, address="192.0.2.99")
    assert 0 < refused.value.seconds <= SIGN_IN_SECONDS
    await sign_in(database, address="192.0.3.1")


async def test_ten_wrong_passwords_for_one_account_are_enough(database: Database) -> None:
    await add(database)
    for i in range(SIGN_IN_TRIES):
        with pytest.raises(InvalidInput):
            await sign_in(database, password="wrong", address=f"192.0.{i}.1")
    with pytest.raises(Throttled):
        await sign_in(database, address="198.51.100.1")


async def test_tries_at_the_same_moment_count_one_by_one(database: Database) -> None:
    await add(database)
    tries = (sign_in(database, password="wrong") for _ in range(SIGN_IN_TRIES + 5))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(a, Throttled) for a in answers) == 5


async def test_after_the_window_the_right_password_signs_in_whoever_went_on_trying(
    database: Database,
) -> None:
    await add(database)
    await use_up(database)
    for _ in range(5):
        with pytest.raises(Throttled) as refused:
            await sign_in(database)
    await sign_in(database, now=NOW + refused.value.seconds)


async def test_a_stranger_who_guesses_all_day_does_not_lock_the_owner_out(
    database: Database,
) -> None:
    await add(database)
    mark = organizers.browser_mark(KEY, "Ana", b"m" * organizers.MARK_BYTES)
    await use_up(database, address="192.0.2.7")
    assert await sign_in(database, address="192.0.2.7", mark=mark)


async def test_a_known_browser_has_ten_tries_as_well(database: Database) -> None:
    await add(database)
    mark = organizers.browser_mark(KEY, "ana", b"m" * organizers.MARK_BYTES)
    for i in range(SIGN_IN_TRIES):
        with pytest.raises(InvalidInput):
            await sign_in(database, password="wrong", address=f"192.0.{i}.1", mark=mark)
    with pytest.raises(Throttled):
        await sign_in(database, mark=mark)
    assert await sign_in(database)


async def test_a_mark_that_a_version_before_this_one_has_given_is_still_known(
    database: Database,
) -> None:
    await add(database)
    await use_up(database, address="192.0.2.7")
    chance = b"m" * organizers.MARK_BYTES
    about = "browser\0ana\0" + chance.hex()
    mark = chance + hmac.digest(KEY, about.encode(), "sha256")[:16]
    assert await sign_in(database, address="192.0.2.7", mark=mark)


@pytest.mark.parametrize(
    "mark",
    [
        b"",
        b"m" * 32,
        b"m" * 7,
        organizers.browser_mark(KEY, "bo", b"m" * 16),
        organizers.browser_mark(b"other", "ana", b"m" * 16),
    ],
)
async def test_a_mark_that_is_not_this_accounts_gives_no_tries(
    database: Database, mark: bytes
) -> None:
    await add(database)
    await use_up(database)
    with pytest.raises(Throttled):
        await sign_in(database, mark=mark)


async def test_signing_in_often_uses_up_no_tries(database: Database) -> None:
    await add(database)
    for i in range(SIGN_IN_TRIES + 2):
        await sign_in(database, token=bytes([i]) * 32)
    await use_up(database)  # none of them is missing
    with pytest.raises(Throttled):
        await sign_in(database)


async def test_signing_in_to_one_account_gives_back_no_tries_at_another(
    database: Database,
) -> None:
    await add(database)
    await add(database, "eve")
    for i in range(SIGN_IN_TRIES):
        with pytest.raises(InvalidInput):
            await sign_in(database, password="wrong")
        if i < SIGN_IN_TRIES - 1:
            await sign_in(database, "eve", token=bytes([i]) * 32)
    with pytest.raises(Throttled):
        await sign_in(database)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_an_address_counts_as_its_network(address: str, network: str) -> None:
    assert organizers.network_of(address) == network
