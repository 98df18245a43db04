"""The second step of a sign-in: a code that a phone makes, or one of ten that were written down.

Each code is good once. After it a session is trusted with what cannot be undone for ten minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from server.core.desk.people.organizers import Organizer, token_key
from server.core.values.postcodes import digits_of
from server.core.values.totp import secret_of, step_of
from server.db import Transaction

PROVED_SECONDS = 600
RECOVERY_CODES = 10
RECOVERY_BYTES = 5  # 40 bits, tried as seldom as a password


async def is_on(tx: Transaction, organizer: Organizer) -> bool:
    """Whether the account asks for it."""
    row = await tx.fetch_one(
        "SELECT 1 AS one FROM organizers WHERE id = :id AND factor_salt IS NOT NULL",
        id=organizer.id,
    )
    return row is not None


async def has(tx: Transaction, organizer: Organizer, salt: bytes) -> bool:
    """Whether the account asks for codes of this secret."""
    row = await tx.fetch_one(
        "SELECT 1 AS one FROM organizers WHERE id = :id AND factor_salt = :salt",
        id=organizer.id,
        salt=salt,
    )
    return row is not None


async def turn_on(
    tx: Transaction, organizer: Organizer, salt: bytes, step: int, codes: Iterable[str]
) -> None:
    """Ask for it from now on. `step`: of the code that showed that it works."""
    await tx.execute(
        "UPDATE organizers SET factor_salt = :salt, factor_step = :step WHERE id = :id",
        salt=salt,
        step=step,
        id=organizer.id,
    )
    await tx.execute("DELETE FROM recovery_codes WHERE organizer_id = :id", id=organizer.id)
    for code in codes:
        await tx.execute(
            "INSERT INTO recovery_codes (organizer_id, code_key) VALUES (:id, :key)",
            id=organizer.id,
            key=_code_key(organizer, code),
        )


async def turn_off(tx: Transaction, organizer: Organizer) -> None:
    """Ask for it no more."""
    await tx.execute(
        "UPDATE organizers SET factor_salt = NULL, factor_step = 0 WHERE id = :id", id=organizer.id
    )
    await tx.execute("DELETE FROM recovery_codes WHERE organizer_id = :id", id=organizer.id)


async def takes(tx: Transaction, organizer: Organizer, key: bytes, typed: str, now: int) -> str:
    """What the code was that was typed, `code` or `recovery`, which is used up; '' if it is wrong.

    `key` is the server's, of which the secrets are made.
    """
    row = await tx.fetch_one(
        "SELECT factor_salt, factor_step FROM organizers"
        " WHERE id = :id AND factor_salt IS NOT NULL",
        id=organizer.id,
    )
    if row is None:
        return ""
    secret = secret_of(key, bytes(row["factor_salt"]))
    step = step_of(secret, digits_of(typed), now, row["factor_step"])
    if step is not None:
        used = await tx.fetch_one(
            "UPDATE organizers SET factor_step = :step WHERE id = :id AND factor_step < :step"
            " RETURNING id",
            step=step,
            id=organizer.id,
        )
        return "code" if used else ""
    gone = await tx.fetch_one(
        "DELETE FROM recovery_codes WHERE organizer_id = :id AND code_key = :key"
        " RETURNING code_key",
        id=organizer.id,
        key=_code_key(organizer, "".join(typed.split()).replace("-", "").lower()),
    )
    return "recovery" if gone else ""


async def codes_left(tx: Transaction, organizer: Organizer) -> int:
    """How many recovery codes are not used yet."""
    row = await tx.fetch_one(
        "SELECT count(*) AS n FROM recovery_codes WHERE organizer_id = :id", id=organizer.id
    )
    return row["n"] if row else 0


async def prove(tx: Transaction, token: bytes, now: int) -> None:
    """Let the session be one that has done the second step just now."""
    await tx.execute(
        "UPDATE organizer_sessions SET proved_at = :now WHERE token_key = :key",
        now=now,
        key=token_key(token),
    )


def _code_key(organizer: Organizer, code: str) -> bytes:
    return hashlib.sha256(f"{organizer.id} {code}".encode("utf-8", "replace")).digest()
