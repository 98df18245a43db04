"""The e-mail address of an account, and the codes that go there.

A code is stored nowhere: it follows from what it opens and from the hour. That for a new password
follows from the old one as well, and so is good once.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from server.core.desk.people.organizers import Organizer, normal_name
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.signing.messages import MailedCode, Message
from server.core.values.keys import mac
from server.core.values.postcodes import digits_of
from server.db import Row, Transaction
from server.errors import InvalidInput, Problem

ACCOUNT_CODE_SECONDS = 3600  # a code is good for one to two of these
ACCOUNT_CODE_DIGITS = 8
#: The mails that are about accounts, and no petition.
ACCOUNT_MAILS = frozenset({"address_code", "reset_code"})
#: Makes the announcement of such a mail, of its kind and its recipient.
NewMail = Callable[[str, str], Announcement]


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account with the address that was shown to be theirs; '' if there is none."""

    organizer: Organizer
    email: str
    password_hash: str = field(repr=False)


async def account_of(tx: Transaction, organizer: Organizer) -> Account:
    """The account as it is kept."""
    [found] = await _accounts(tx, "id = :id", id=organizer.id)
    return found


async def set_email(tx: Transaction, organizer: Organizer, email: str) -> None:
    """Let codes go there from now on; '' for nowhere."""
    await tx.execute(
        "UPDATE organizers SET email = :email WHERE id = :id", email=email or None, id=organizer.id
    )


async def ask(tx: Transaction, typed: str, mail: NewMail, now: int) -> None:
    """Queue the codes for whoever signs in with that name, or has that address. Whether there is
    anybody, only the owner of the mailbox learns."""
    emails = sorted({account.email for account in await _meant(tx, typed)})
    await outbox.put(tx, [mail("reset_code", email) for email in emails], now)


async def ask_address(tx: Transaction, email: str, mail: NewMail, now: int) -> None:
    """Queue the code that shows that the address is theirs."""
    await outbox.put(tx, [mail("address_code", email)], now)


async def message_for(tx: Transaction, key: bytes, item: Announcement, now: int) -> Message | None:
    """What a mail about accounts says if it goes out now; None if that is nothing. `key` is the
    server's, of which the codes are made."""
    if item.kind == "address_code":
        code = next(_address_codes(key, item.recipient, now))
        return Message(item.kind, (MailedCode("", code, ""),))
    theirs = await _accounts(tx, "email = :email AND password_hash <> ''", email=item.recipient)
    codes = [MailedCode(a.organizer.name, next(_reset_codes(key, a, now)), "") for a in theirs]
    return Message(item.kind, tuple(codes)) if codes else None


def shows_address(key: bytes, email: str, typed: str, now: int) -> bool:
    """Whether the code that was typed is the one that went to this address."""
    return _is_one_of(typed, _address_codes(key, email, now))


async def opened(tx: Transaction, key: bytes, name: str, typed: str, now: int) -> Account:
    """The account that this code opens, of those that are meant by the name or address. Raises
    `InvalidInput` if there is none."""
    for account in await _meant(tx, name):
        if _is_one_of(typed, _reset_codes(key, account, now)):
            return account
    raise InvalidInput(Problem("code", "wrong"))


async def _meant(tx: Transaction, typed: str) -> list[Account]:
    """Those that can sign in and have an address, by their name or by that address."""
    return await _accounts(
        tx,
        "(name = :typed OR email = :typed) AND password_hash <> '' AND email IS NOT NULL",
        typed=normal_name(typed) or "",
    )


async def _accounts(tx: Transaction, where: str, **values: int | str) -> list[Account]:
    rows = await tx.fetch(
        f"SELECT id, name, email, password_hash FROM organizers WHERE {where} ORDER BY id", **values
    )
    return [_account(row) for row in rows]


def _account(row: Row) -> Account:
    return Account(Organizer(row["id"], row["name"]), row["email"] or "", row["password_hash"])


def _address_codes(key: bytes, email: str, now: int) -> Iterator[str]:
    return (_code(key, "address", email, str(hour)) for hour in _hours(now))


def _reset_codes(key: bytes, account: Account, now: int) -> Iterator[str]:
    about = str(account.organizer.id), account.email, account.password_hash
    return (_code(key, "reset", *about, str(hour)) for hour in _hours(now))


def _hours(now: int) -> tuple[int, int]:
    """This one, whose code goes out, and the one before."""
    return now // ACCOUNT_CODE_SECONDS, now // ACCOUNT_CODE_SECONDS - 1


def _code(key: bytes, *about: str) -> str:
    return f"{int.from_bytes(mac(key, *about)) % 10**ACCOUNT_CODE_DIGITS:0{ACCOUNT_CODE_DIGITS}}"


def _is_one_of(typed: str, codes: Iterator[str]) -> bool:
    digits = digits_of(typed).encode("utf-8", "replace")
    return any(hmac.compare_digest(code.encode(), digits) for code in codes)
