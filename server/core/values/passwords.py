"""Passwords as argon2id, made and compared beside the event loop, two at a time."""

from __future__ import annotations

import asyncio
import os
import unicodedata
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.core.values.guessable import is_guessable
from server.errors import Throttled

PASSWORD_SALT_BYTES = 16
WAITING_LIMIT = 20

T = TypeVar("T")

# OWASP's least for a small server: 19 MiB, two rounds, one thread; some 50 ms.
_HASHER = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, salt_len=PASSWORD_SALT_BYTES
)
#: What a password is compared with when nobody has that name, so that it takes as long.
NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$aSLk8CIKXRpjc0/oaSf+5A$CVgTyXtHUfPhoxrh0zuTZ+jUDHgLpAMT3rK8lmixS6w"
)
_waiting = 0


async def hashed(password: str, salt: bytes) -> str:
    """The password as it is kept; `salt` is `PASSWORD_SALT_BYTES` of chance.

    Raises `Throttled` if too many wait for theirs.
    """
    return await _in_a_thread(lambda: _HASHER.hash(_normal(password), salt=salt))


async def is_right(password_hash: str, password: str) -> bool:
    """Whether it is the password. Raises `Throttled` if too many wait."""
    return await _in_a_thread(lambda: _verify(password_hash, password))


async def is_common(password: str, about: Collection[str], leaked: Path | None) -> bool:
    """Whether others would guess it: `guessable`. Raises `Throttled` if too many wait."""
    return await _in_a_thread(lambda: is_guessable(password, about, leaked))


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than ours now, and should be made anew."""
    return _HASHER.check_needs_rehash(password_hash)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> bytes:
    # Keyboards differ in how they compose a letter (NIST SP 800-63B, 3.1.1.2). Half of a surrogate
    # pair, which no keyboard sends, must not become an error either.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=1)
def _threads(process: int) -> ThreadPoolExecutor:
    """Two threads, so that sign-ins can neither stop the event loop nor take the whole server.

    Of this process: a fork has the pool of its parent without its threads, and would wait forever.
    """
    return ThreadPoolExecutor(2, thread_name_prefix=f"argon2-{process}")


async def _in_a_thread(work: Callable[[], T]) -> T:
    global _waiting  # noqa: PLW0603 (one process has one pair of threads)
    if _waiting >= WAITING_LIMIT:
        raise Throttled(10)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads(os.getpid()), work)
    finally:
        _waiting -= 1
