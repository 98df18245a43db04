"""Codes that a phone makes by the clock (RFC 6238): six digits, SHA-1, a new one every 30 seconds.

That is what every app for such codes can do, also offline and on old phones.
"""

from __future__ import annotations

import base64
import hmac
from urllib.parse import quote

STEP_SECONDS = 30
TOTP_DIGITS = 6
SKEW = 1  # steps before and after now: clocks of phones differ


def secret_of(key: bytes, salt: bytes) -> bytes:
    """The 20 bytes (RFC 4226, section 4) that phone and server share. The database has the salt
    alone: whoever takes it can make no code."""
    return hmac.digest(key, salt, "sha256")[:20]


def code_at(secret: bytes, step: int) -> str:
    """The code of a step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**TOTP_DIGITS:0{TOTP_DIGITS}}"


def step_of(secret: bytes, typed: str, now: int, after: int = 0) -> int | None:
    """The step whose code was typed, of those about now and later than `after`; None if none is."""
    here = now // STEP_SECONDS
    for step in range(max(here - SKEW, after + 1), here + SKEW + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode("utf-8", "replace")):
            return step
    return None


def written_secret(secret: bytes) -> str:
    """As people type it: 32 letters and digits in groups of four."""
    letters = base64.b32encode(secret).decode()
    return " ".join(letters[n : n + 4] for n in range(0, len(letters), 4))


def address_of(secret: bytes, name: str, issuer: str) -> str:
    """What the picture for a camera says (`otpauth:`, as Google Authenticator has defined it)."""
    label = quote(f"{issuer}:{name}", safe="")
    letters = base64.b32encode(secret).decode()
    return f"otpauth://totp/{label}?secret={letters}&issuer={quote(issuer, safe='')}"
