"""Organizers: their accounts, and how they sign in.

A password is kept as argon2id alone. A sign-in lasts 12 hours from when it was made, used or not:
then no look at a page has to write, and a forgotten one on a shared computer ends the same day.

Tries are limited as OWASP's "device cookies" have it. A browser that has signed in to this account
before has an allowance of its own; all others share one for the account and one for their network.
So a stranger who guesses all day cannot lock the owner out of the browser that they always use.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

from server.core.desk.people.happenings import became, coarse_network, happened
from server.core.floods import tries
from server.core.floods.tries import Try
from server.core.values import passwords
from server.core.values.contacts import normal_email
from server.core.values.keys import mac
from server.core.values.names import tidy
from server.db import Database, Transaction
from server.errors import InvalidInput, Problem, SignedOut, Throttled

SESSION_SECONDS = 12 * 3600
PASSWORD_LEAST = 12  # characters
PASSWORD_LIMIT = 200
SIGN_IN_TRIES = 10  # in a quarter of an hour, by the clock
NETWORK_TRIES = 100  # likewise: one who has forgotten a password must not lock the house out
SIGN_IN_SECONDS = 15 * 60
TOKEN_BYTES = 32
MARK_BYTES = 16

_NAME = re.compile(r"[^\W_][\w.-]{1,63}")


@dataclass(frozen=True, slots=True)
class Organizer:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session: whose, and when its second step was done. `waits`: it has to be done first."""

    organizer: Organizer
    proved_at: int | None
    has_second_step: bool

    @property
    def waits(self) -> bool:
        return self.has_second_step and self.proved_at is None

    def is_fresh(self, now: int, seconds: int) -> bool:
        """Whether the second step was done so lately, if the account has one."""
        return not self.has_second_step or now - (self.proved_at or 0) < seconds


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is about to be stored, its name as it is kept."""

    name: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One try to sign in.

    `token` is `TOKEN_BYTES` of chance and becomes the session; `mark` is what `browser_mark` gave
    this browser, if it has one; `salt` is for a hash that has to be made anew.
    """

    name: str
    password: str = field(repr=False)
    address: str
    mark: bytes = b""
    token: bytes = field(repr=False)
    salt: bytes = field(repr=False)


def normal_name(text: str) -> str | None:
    """The name as it is kept, lower case: 2 to 64 letters, digits, `.`, `_`, `-`, or an e-mail."""
    name = tidy(text).casefold()
    if "@" in name:
        return normal_email(name)
    return name if _NAME.fullmatch(name) else None


async def add(tx: Transaction, name: str, password: str, *, salt: bytes, now: int) -> Organizer:
    """A new account with a password that was made, not chosen. Raises `InvalidInput` for a name or
    password that will not do.

    The hash is made inside the transaction (some 50 ms): who must not keep others waiting makes the
    account before (`new_account`) and stores it then.
    """
    normal = _checked(name, password)
    return await store(tx, NewAccount(normal, await passwords.hashed(password, salt)), now)


async def new_account(
    name: str, password: str, salt: bytes, leaked: Path | None = None
) -> NewAccount:
    """An account that nobody has yet. Raises `InvalidInput` for a name or password that will not
    do; `leaked` is a list of passwords that others know."""
    normal = _checked(name, password)
    return NewAccount(normal, await new_hash(password, salt, normal, leaked))


def _checked(name: str, password: str) -> str:
    """The name as it is kept. Raises `InvalidInput`."""
    normal = normal_name(name)
    problems = [*_name_problems(name, normal), *_password_problems(password)]
    if normal is None or problems:
        raise InvalidInput(*problems)
    return normal


async def new_hash(password: str, salt: bytes, name: str, leaked: Path | None = None) -> str:
    """What is kept of somebody's new password. Raises `InvalidInput` for one that will not do, or
    that others would guess."""
    if problems := _password_problems(password):
        raise InvalidInput(*problems)
    about = [name, *re.split(r"[@._-]", name)]
    if await passwords.is_common(password, about, leaked):
        raise InvalidInput(Problem("password", "common"))
    return await passwords.hashed(password, salt)


async def store(tx: Transaction, account: NewAccount, now: int) -> Organizer:
    """Raises `InvalidInput` if somebody has that name."""
    row = await tx.fetch_one(
        "INSERT INTO organizers (id, name, password_hash, created_at)"
        " SELECT coalesce(max(id), 0) + 1, :name, :hash, :now FROM organizers WHERE true"
        " ON CONFLICT (name) DO NOTHING RETURNING id",
        name=account.name,
        hash=account.password_hash,
        now=now,
    )
    if row is None:
        raise InvalidInput(Problem("name", "in_use"))
    return Organizer(row["id"], account.name)


def _name_problems(name: str, normal: str | None) -> list[Problem]:
    if normal is None:
        return [Problem("name", "malformed" if name.strip() else "missing")]
    return []


def _password_problems(password: str) -> list[Problem]:
    if len(password) < PASSWORD_LEAST:
        return [Problem("password", "short" if password else "missing")]
    return [Problem("password", "long")] if len(password) > PASSWORD_LIMIT else []


async def sign_in(database: Database, attempt: SignIn, *, key: bytes, now: int) -> Organizer:
    """Start the session `attempt.token`; returns after it is stored.

    Raises `InvalidInput` (one problem, `password: wrong`, whether the name or the password is),
    after the same work in both cases, and `Throttled` after too many tries.
    """
    name = normal_name(attempt.name) or ""
    keys, network = _try_keys(key, name, attempt), coarse_network(attempt.address)
    async with database.write() as tx:
        # Counted before the password is looked at: tries at the same moment count one by one.
        taken = await _take_try(tx, keys, now)
        row = await tx.fetch_one("SELECT * FROM organizers WHERE name = :name", name=name)
        # A failure until it is none: noting one later would take longer where there is an account.
        at = await happened(tx, row["id"], "failed", now, network) if row else None
    stored = (row and row["password_hash"]) or passwords.NOBODY  # (empty: the account is closed)
    right = await passwords.is_right(stored, attempt.password)
    if row is None or not right:
        raise InvalidInput(Problem("password", "wrong"))
    fresh = None
    if passwords.is_outdated(stored):
        fresh = await passwords.hashed(attempt.password, attempt.salt)
    organizer = Organizer(row["id"], row["name"])
    async with database.write() as tx:
        await tries.take_back(tx, taken)  # one that succeeded is none
        await start_session(tx, organizer, attempt.token, now, network)
        await became(tx, at, "signed_in")
        if fresh:
            await _keep_hash(tx, organizer, fresh)
    return organizer


async def start_session(
    tx: Transaction, organizer: Organizer, token: bytes, now: int, network: str = ""
) -> None:
    """Let the browser that keeps the token be this organizer's for `SESSION_SECONDS`."""
    await tx.execute("DELETE FROM organizer_sessions WHERE expires_at <= :now", now=now)
    await tx.execute(
        "INSERT INTO organizer_sessions (token_key, organizer_id, created_at, expires_at, network)"
        " VALUES (:token_key, :id, :now, :expires, :network)",
        token_key=token_key(token),
        id=organizer.id,
        now=now,
        expires=now + SESSION_SECONDS,
        network=network,
    )


async def _keep_hash(tx: Transaction, organizer: Organizer, password_hash: str) -> None:
    await tx.execute(
        "UPDATE organizers SET password_hash = :hash WHERE id = :id",
        hash=password_hash,
        id=organizer.id,
    )


async def session(tx: Transaction, token: bytes, now: int) -> SignedIn:
    """The session, also one that waits for its second step. Raises `SignedOut` for one that has
    ended or never was."""
    row = await tx.fetch_one(
        "SELECT o.id, o.name, s.proved_at, o.factor_salt IS NOT NULL AS second"
        " FROM organizer_sessions s JOIN organizers o ON o.id = s.organizer_id"
        " WHERE s.token_key = :token_key AND s.expires_at > :now",
        token_key=token_key(token),
        now=now,
    )
    if row is None:
        raise SignedOut
    return SignedIn(Organizer(row["id"], row["name"]), row["proved_at"], bool(row["second"]))


async def signed_in(tx: Transaction, token: bytes, now: int) -> Organizer:
    """Whose session this is. Raises `SignedOut` for one that has ended, waits or never was."""
    found = await session(tx, token, now)
    if found.waits:
        raise SignedOut
    return found.organizer


async def sign_out(tx: Transaction, token: bytes) -> None:
    """End the session; one that has ended already is no error."""
    await tx.execute(
        "DELETE FROM organizer_sessions WHERE token_key = :token_key", token_key=token_key(token)
    )


def token_key(token: bytes) -> bytes:
    """By which a session is kept."""
    # No secret is needed: 256 bits of chance cannot be tried out.
    return hashlib.sha256(token).digest()


def form_token(token: bytes) -> str:
    """What every form of this session carries, and no other site can know."""
    return mac(token, "form").hex()


async def name_of(tx: Transaction, organizer_id: int) -> str:
    """What they sign in with; '' for nobody."""
    row = await tx.fetch_one("SELECT name FROM organizers WHERE id = :id", id=organizer_id)
    return str(row["name"]) if row else ""


# How many tries are left.


def browser_mark(key: bytes, name: str, chance: bytes) -> bytes:
    """What a browser keeps after a sign-in, to have tries of its own; `chance`: `MARK_BYTES`."""
    return chance + mac(key, "browser", normal_name(name) or "", chance.hex())


async def knows_browser(tx: Transaction, key: bytes, mark: bytes) -> bool:
    """Whether some organizer has signed in with the browser that keeps this mark."""
    rows = await tx.fetch("SELECT name FROM organizers") if mark else []
    return any(_is_marked(key, row["name"], mark) for row in rows)


def _is_marked(key: bytes, name: str, mark: bytes) -> bool:
    chance = mark[:MARK_BYTES]
    made = (browser_mark(key, name, chance), _former_mark(key, name, chance))
    return any(hmac.compare_digest(mark, one) for one in made)


def _former_mark(key: bytes, name: str, chance: bytes) -> bytes:
    """As versions before this one made it: browsers keep a mark for half a year."""
    about = f"browser\0{normal_name(name) or ''}\0{chance.hex()}"
    return chance + hmac.digest(key, about.encode(), "sha256")[:MARK_BYTES]


def network_of(address: str) -> str:
    """The network that counts as one place: /24 of IPv4, /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    prefix = 24 if found.version == 4 else 64
    return str(ipaddress.ip_network((found, prefix), strict=False))


def _try_keys(key: bytes, name: str, attempt: SignIn) -> list[bytes]:
    """Under which keys a try counts. Names and addresses are in the store as HMAC alone."""
    if _is_marked(key, name, attempt.mark):
        return [mac(key, "marked", attempt.mark.hex())]
    return [mac(key, "name", name), mac(key, "network", network_of(attempt.address))]


async def take_second_try(tx: Transaction, key: bytes, organizer: Organizer, now: int) -> None:
    """Count one try of a code of the second step. Raises `Throttled`."""
    await _take_try(tx, [mac(key, "second step", organizer.name)], now)


async def take_asking(tx: Transaction, key: bytes, address: str, now: int) -> None:
    """Count that a code for a new password is asked for. Raises `Throttled`."""
    await _take_try(tx, [mac(key, "asking", network_of(address))], now)


async def take_reset_try(tx: Transaction, key: bytes, name: str, address: str, now: int) -> None:
    """Count one try of such a code. Raises `Throttled`. These are not the tries of a sign-in: who
    comes here has often used those up."""
    about = mac(key, "reset", normal_name(name) or ""), mac(key, "network", network_of(address))
    await _take_try(tx, list(about), now)


async def _take_try(tx: Transaction, keys: list[bytes], now: int) -> list[Try]:
    """Count one try under each key. Raises `Throttled`, and then counts nothing: whoever goes on
    trying does not make it last longer than the window."""
    since = now - now % SIGN_IN_SECONDS
    taken = [Try("sign_in", key, since) for key in keys]
    limits = (SIGN_IN_TRIES, NETWORK_TRIES)
    if any(n > most for n, most in zip(await tries.add(tx, taken, now), limits, strict=False)):
        raise Throttled(since + SIGN_IN_SECONDS - now)
    return taken
