"""Signing mail by DKIM (RFC 6376), so that its receivers know whose it is.

`dkimpy` knows the form. Its own RSA is done by Python's numbers, 70 mails a second; that step is
`cryptography`'s here, which gives eight times as many (`python -m bench.dkim`).
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import dkim
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from server.config import Settings
from server.errors import Misconfigured

BITS, LEAST_BITS = 2048, 1024  # RFC 8301, 3.2
_PART = 250  # characters of a DNS record in one string; 255 are allowed (RFC 1035, 3.3)

#: Each is signed as often as it is there and once more: none can be added on the way.
SIGNED = (
    *("From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References"),
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "MIME-Version"),
    *("Content-Type", "Content-Transfer-Encoding"),
)


@dataclass(frozen=True, slots=True)
class _Signature:
    signature: bytes


class _Key:
    """An RSA key in the form in which `dkimpy` takes keys that sign by themselves."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self._key = key

    def sign(self, digest: bytes) -> _Signature:
        return _Signature(self._key.sign(digest, PKCS1v15(), Prehashed(SHA256())))


class _Signing(dkim.DKIM):  # type: ignore[misc] # it has no types
    """One mail. Its key is handed through as one of Ed25519: of those alone the library asks the
    key itself to sign. The header, which is made before, says what it is: rsa-sha256."""

    def __init__(self, mail: bytes, key: _Key) -> None:
        super().__init__(mail)
        self._key = key

    def gen_header(
        self,
        fields: Any,
        names: Any,
        policy: Any,
        header: bytes,
        pk: Any,
        standardize: bool = False,
    ) -> bytes:
        self.signature_algorithm = b"ed25519-sha256"
        made = super().gen_header(fields, names, policy, header, self._key, standardize)
        return bytes(made)


class MailSigner:
    """Signs for the domain of the sender's address. Raises `Misconfigured` for a bad key."""

    def __init__(self, settings: Settings) -> None:
        key = read_key(settings.dkim_key)
        self._key = _Key(key)
        self._pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._selector = settings.dkim_selector.encode("ascii")
        self._domain = domain_of(settings).encode("ascii")

    def signed(self, mail: bytes) -> bytes:
        """The mail with its signature on top, which holds for exactly these bytes."""
        signing = _Signing(mail, self._key)
        there = [name.lower() for name, _ in signing.headers]
        wanted = [name.lower().encode("ascii") for name in SIGNED]
        line: bytes = signing.sign(
            self._selector,
            self._domain,
            self._pem,
            include_headers=[name for name in wanted for _ in range(there.count(name) + 1)],
            # Relays fold headers anew and cut blanks at the ends of lines.
            canonicalize=(b"relaxed", b"relaxed"),
        )
        return line + mail


def read_key(pem: str) -> RSAPrivateKey:
    """Raises `Misconfigured` for what is no key that mail can be signed with."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it has a password
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured(
            "UNDERSIGNED_DKIM_KEY must be a private RSA key in PEM without a password;"
            " `undersigned key dkim FILE` makes one"
        )
    if key.key_size < LEAST_BITS:
        raise Misconfigured(
            f"UNDERSIGNED_DKIM_KEY has {key.key_size} bits, and {LEAST_BITS} are the least that"
            f" is believed; `undersigned key dkim FILE` makes one of {BITS}"
        )
    return key


def new_key() -> bytes:
    """Another private key, in PEM."""
    key = generate_private_key(65537, BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def domain_of(settings: Settings) -> str:
    """Whom the signature names: the domain of the sender's address, in ASCII."""
    domain = settings.mail_from.rpartition("@")[2]
    return domain if domain.isascii() else domain.encode("idna").decode("ascii")


def record_name(settings: Settings) -> str:
    """Where in the DNS receivers look for the public key."""
    return f"{settings.dkim_selector}._domainkey.{domain_of(settings)}"


def record(key: RSAPrivateKey) -> str:
    """What they must find there (RFC 6376, 3.6.1)."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={b64encode(public).decode('ascii')}"


def zone_line(name: str, value: str) -> str:
    """The record as the file of a zone has it: in strings that are short enough."""
    parts = " ".join(f'"{part}"' for part in re.findall(f".{{1,{_PART}}}", value))
    return f"{name}. IN TXT ( {parts} )"
