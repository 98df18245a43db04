"""Accounts: passwords that others would guess, the second step, sessions, and what happened."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from server.core.desk.people import accounts, happenings, organizers, second_step
from server.core.desk.people.happenings import HAPPENINGS_SECONDS, coarse_network
from server.core.desk.people.organizers import Organizer, SignIn
from server.core.values import passwords, totp
from server.db import Database
from server.errors import InvalidInput, SignedOut, Throttled
from tests.harness.world import NOW

GOOD = "four green herons wade"
KEY = b"k" * 32
SALT = b"s" * 16
TOKEN, OTHER = b"t" * 32, b"u" * 32


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 64, 1))


@pytest.fixture
async def ana(database: Database) -> Organizer:
    async with database.write() as tx:
        return await organizers.add(tx, "ana.diaz@example.org", GOOD, salt=SALT, now=NOW)


async def sign_in(database: Database, password: str = GOOD, token: bytes = TOKEN) -> Organizer:
    attempt = SignIn(
        name="ana.diaz@example.org",
        password=password,
        address="203.0.113.77",
        token=token,
        salt=SALT,
    )
    return await organizers.sign_in(database, attempt, key=KEY, now=NOW)


# Passwords.


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "aaaaaaaaaaaaaaaa",
        "qwertyuiop123456",
        "ana.diaz@example.org",
        "anadiazanadiaz",
        "123456789012",
    ],
)
async def test_a_password_that_others_would_guess_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="password: common"):
        await organizers.new_hash(password, SALT, "ana.diaz@example.org")


@pytest.mark.parametrize(
    "password", [GOOD, "Kx9#mQ2$vL7p", "Ёлки зелёные и тихие", "x7" + GOOD * 8]
)
async def test_other_passwords_are_taken(password: str) -> None:
    assert await organizers.new_hash(password, SALT, "ana.diaz@example.org")


@pytest.mark.parametrize("counted", [True, False], ids=["with counts", "hashes alone"])
@pytest.mark.parametrize("n", [1, 2, 3, 50])
async def test_a_password_in_the_file_is_refused(tmp_path: Path, n: int, counted: bool) -> None:
    leaked = [f"{GOOD} {i}" for i in range(n)]
    lines = sorted(hashlib.sha1(each.encode()).hexdigest().upper() for each in leaked)
    file = tmp_path / "leaked.txt"
    file.write_text("".join(f"{line}{f':{len(line)}' * counted}\n" for line in lines))
    for each in leaked:
        with pytest.raises(InvalidInput, match="password: common"):
            await organizers.new_hash(each, SALT, "ana", file)
    assert await organizers.new_hash(f"{GOOD} {n}", SALT, "ana", file)


# Codes of a phone.


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, for SHA-1; the last six digits of the eight there."""
    secret = b"12345678901234567890"
    for seconds, code in (
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ):
        assert totp.code_at(secret, seconds // totp.STEP_SECONDS) == code[-6:]


async def turned_on(database: Database, ana: Organizer) -> bytes:
    """The secret of the second step, which is on."""
    async with database.write() as tx:
        await second_step.turn_on(tx, ana, SALT, 0, ["aa11bb22cc", "dd33ee44ff"])
    return totp.secret_of(KEY, SALT)


async def takes(database: Database, ana: Organizer, typed: str, now: int = NOW) -> str:
    async with database.write() as tx:
        return await second_step.takes(tx, ana, KEY, typed, now)


async def test_a_code_is_good_once_and_about_now(database: Database, ana: Organizer) -> None:
    secret = await turned_on(database, ana)
    here = NOW // totp.STEP_SECONDS
    assert await takes(database, ana, totp.code_at(secret, here - 2)) == ""
    assert await takes(database, ana, totp.code_at(secret, here + 2)) == ""
    code = totp.code_at(secret, here)
    both = await asyncio.gather(*(takes(database, ana, f"{code[:3]} {code[3:]}") for _ in "ab"))
    assert sorted(both) == ["", "code"]
    assert await takes(database, ana, totp.code_at(secret, here - 1)) == ""  # older than that
    assert await takes(database, ana, totp.code_at(secret, here + 1)) == "code"


async def test_a_recovery_code_is_good_once(database: Database, ana: Organizer) -> None:
    await turned_on(database, ana)
    assert await takes(database, ana, "AA11B-B22CC") == "recovery"
    assert await takes(database, ana, "aa11bb22cc") == ""
    async with database.read() as tx:
        assert await second_step.codes_left(tx, ana) == 1
    bo = Organizer(ana.id + 1, "bo")
    assert await takes(database, bo, "dd33ee44ff") == ""  # of another account


async def test_a_session_waits_for_the_second_step(database: Database, ana: Organizer) -> None:
    await turned_on(database, ana)
    await sign_in(database)
    async with database.write() as tx:
        assert (await organizers.session(tx, TOKEN, NOW)).waits
        with pytest.raises(SignedOut):
            await organizers.signed_in(tx, TOKEN, NOW)
        await second_step.prove(tx, TOKEN, NOW)
        assert await organizers.signed_in(tx, TOKEN, NOW) == ana
        found = await organizers.session(tx, TOKEN, NOW)
        assert found.is_fresh(NOW + 599, 600)
        assert not found.is_fresh(NOW + 600, 600)
        await second_step.turn_off(tx, ana)
        assert (await organizers.session(tx, TOKEN, NOW + 600)).is_fresh(NOW + 600, 600)


async def test_codes_cannot_be_tried_out(database: Database, ana: Organizer) -> None:
    async with database.write() as tx:
        for _ in range(organizers.SIGN_IN_TRIES):
            await organizers.take_second_try(tx, KEY, ana, NOW)
        with pytest.raises(Throttled):
            await organizers.take_second_try(tx, KEY, ana, NOW)


async def test_the_store_does_not_hold_what_makes_codes(database: Database, ana: Organizer) -> None:
    secret = await turned_on(database, ana)
    async with database.read() as tx:
        [row] = await tx.fetch("SELECT * FROM organizers")
        codes = await tx.fetch("SELECT * FROM recovery_codes")
    kept = b"".join(
        bytes(v) for r in (row, *codes) for v in dict(r).values() if isinstance(v, bytes)
    )
    assert secret not in kept
    assert b"aa11bb22cc" not in kept


# Sessions, and what happened.


async def test_sessions_are_ended_one_by_one_or_all_others(
    database: Database, ana: Organizer
) -> None:
    await sign_in(database)
    await sign_in(database, token=OTHER)
    async with database.write() as tx:
        both = await accounts.sessions(tx, ana, NOW)
        assert {s.network for s in both} == {"203.0.0.0/16"}
        keys = {s.key for s in both}
        assert keys == {organizers.token_key(t).hex() for t in (TOKEN, OTHER)}
        await accounts.end_session(tx, Organizer(9, "bo"), organizers.token_key(OTHER).hex())
        await accounts.end_session(tx, ana, "no key")
        assert len(await accounts.sessions(tx, ana, NOW)) == 2
        await accounts.end_session(tx, ana, organizers.token_key(OTHER).hex())
        assert len(await accounts.sessions(tx, ana, NOW)) == 1
    await sign_in(database, token=OTHER)
    async with database.write() as tx:
        assert await accounts.end_sessions(tx, ana, TOKEN) == 1
        assert await organizers.signed_in(tx, TOKEN, NOW) == ana
        assert await accounts.sessions(tx, ana, NOW + organizers.SESSION_SECONDS) == []


async def test_what_happened_is_noted_and_goes_after_its_time(
    database: Database, ana: Organizer
) -> None:
    with pytest.raises(InvalidInput):
        await sign_in(database, "wrong")
    await sign_in(database)
    async with database.write() as tx:
        found = await happenings.happenings(tx, ana.id)
        assert [(h.what, h.network) for h in found] == [
            ("signed_in", "203.0.0.0/16"),
            ("failed", "203.0.0.0/16"),
        ]
        await happenings.expire(tx, NOW + HAPPENINGS_SECONDS - 1)
        assert len(await happenings.happenings(tx, ana.id)) == 2
        await happenings.expire(tx, NOW + HAPPENINGS_SECONDS)
        assert await happenings.happenings(tx, ana.id) == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.0.0/16"),
        ("::ffff:203.0.113.77", "203.0.0.0/16"),
        ("2001:db8:1:2::3", "2001:db8::/32"),
        ("unknown", ""),
    ],
)
def test_a_network_is_kept_coarse(address: str, network: str) -> None:
    assert coarse_network(address) == network
