"""Keys that recognise a person without keeping what they wrote.

HMAC-SHA256 cut to 16 bytes: nobody without the key can make two that collide, and 16 bytes keep the
indexes small. A petition's key is derived from the server's secret and the petition's salt, so
destroying the salt destroys every key of that petition. Plain hashes of phone numbers would be
worthless: all numbers of a country can be tried in minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from base64 import b32decode, urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from server.core.values.contacts import former, reached
from server.core.values.names import fold_name
from server.core.values.postcodes import fold_postcode

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

KEY_BYTES = 16
SALT_BYTES = 32
_ID_BYTES, _PROOF_BYTES = 8, 8  # of a `ref`
_SLIP_BYTES = 5  # in place of the latter: a slip is written by hand
_BLOCK_BYTES = 64  # of SHA-256
_INNER, _OUTER = b"\x36" * _BLOCK_BYTES, b"\x5c" * _BLOCK_BYTES  # RFC 2104, 2


class PersonKeys(NamedTuple):
    """`contact` and `person` are None without a contact.

    `former` are the contact and person keys of the same somebody under earlier rules: a row may
    still be stored under them.
    """

    place: bytes
    contact: bytes | None
    person: bytes | None
    former: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def contacts(self) -> tuple[bytes, ...]:
        """The contact's key and its former ones."""
        if self.contact is None:
            return ()
        return (self.contact, *[contact for contact, _ in self.former])

    @property
    def persons(self) -> tuple[bytes, ...]:
        """The person's key and its former ones."""
        if self.person is None:
            return ()
        return (self.person, *[person for _, person in self.former])


class Keys:
    """All keys of one server, from its secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def server(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, the same on every server that has the secret."""
        return _hkdf(self._secret, b"", f"undersigned {purpose}".encode())

    def phone(self, number: str) -> bytes:
        """The key of a phone over all petitions: opt-outs and conversations are kept by it."""
        return mac(self.server("phone"), number)

    def phones(self, number: str) -> tuple[bytes, ...]:
        """The same, and behind it those from before its country changed its numbers."""
        return tuple(map(self.phone, (number, *former(number))))

    def address(self, contact: str) -> bytes:
        """The key of a contact over all petitions: what is sent to it is bounded by it."""
        return mac(self.server("address"), reached(contact))

    def petition(self, salt: bytes) -> bytes:
        """The key of one petition."""
        return _hkdf(self._secret, salt, b"undersigned petition")

    def person(self, salt: bytes, name: str, postcode: str, contact: str | None) -> PersonKeys:
        """The keys under which a signer of one petition is unique."""
        key = _hkdf(self._secret, salt, b"undersigned petition")
        who = fold_name(name)
        place = mac(key, "place", who, fold_postcode(postcode))
        if contact is None:
            return PersonKeys(place, None, None)
        mine, *before = [
            (mac(key, "contact", c), mac(key, "person", c, who))
            for c in (reached(contact), *former(contact))
        ]
        return PersonKeys(place, *mine, tuple(before))

    def entries(self, salt: bytes, *entries: str) -> bytes:
        """The key of what one form says: equal for equal forms of a petition."""
        return mac(_hkdf(self._secret, salt, b"undersigned petition"), "entries", *entries)

    def group(self, salt: bytes, label: str) -> bytes:
        """The key of a mail domain or range of numbers within one petition."""
        return mac(_hkdf(self._secret, salt, b"undersigned petition"), "group", label)

    def code(self, salt: bytes, *about: object, digits: int) -> str:
        """A code of so many digits that follows from what it is about."""
        key = _hkdf(self._secret, salt, b"undersigned petition")
        number = int.from_bytes(mac(key, "code", *map(str, about)))
        return f"{number % 10**digits:0{digits}}"

    def ref(self, salt: bytes, purpose: str, signature_id: int) -> str:
        """What a mailed link carries for a signature: only the mail's owner has it."""
        key = _hkdf(self._secret, salt, b"undersigned petition")
        proof = mac(key, "ref", purpose, str(signature_id))[:_PROOF_BYTES]
        return urlsafe_b64encode(signature_id.to_bytes(_ID_BYTES) + proof).decode().rstrip("=")

    def referred(self, salt: bytes, purpose: str, ref: str) -> int | None:
        """The signature's id if we have made this `ref` for this purpose."""
        try:
            raw = urlsafe_b64decode(ref.encode("ascii") + b"==")
        except ValueError:
            return None
        id_ = int.from_bytes(raw[:_ID_BYTES])
        known = len(raw) == _ID_BYTES + _PROOF_BYTES and id_ < 1 << 63
        ours = known and hmac.compare_digest(self.ref(salt, purpose, id_), ref)
        return id_ if ours else None

    def slip(self, salt: bytes, signature_id: int) -> str:
        """What somebody writes down for a signature without contact: small letters and digits."""
        key = _hkdf(self._secret, salt, b"undersigned petition")
        proof = mac(key, "slip", str(signature_id))[:_SLIP_BYTES]
        return _spelt(signature_id.to_bytes(_ID_BYTES) + proof)

    def of_slip(self, salt: bytes, slip: str) -> int | None:
        """The signature's id if we have made this slip, however it was typed."""
        # Copied by hand: with gaps or hyphens, in quotes, with a full stop behind it, in wide
        # letters, and with digits that no slip has.
        plain = unicodedata.normalize("NFKC", slip).upper().translate(_MEANT)
        typed = "".join(filter(str.isalnum, plain)).encode("ascii", "replace")
        try:
            raw = b32decode(typed + b"=" * (-len(typed) % 8))
        except ValueError:
            return None
        id_ = int.from_bytes(raw[:_ID_BYTES])
        known = len(raw) == _ID_BYTES + _SLIP_BYTES and id_ < 1 << 63
        ours = known and hmac.compare_digest(self.slip(salt, id_).upper().encode(), typed)
        return id_ if ours else None

    def sealed(self, salt: bytes, signature_id: int) -> bytes:
        """A signature's id as nobody can read it without the petition's key; always the same."""
        key = self.petition(salt)
        proof = mac(key, "sealed", str(signature_id))[:_PROOF_BYTES]
        return proof + _xor(signature_id.to_bytes(_ID_BYTES), mac(key, "seal", proof.hex()))

    def unsealed(self, salt: bytes, sealed: bytes) -> int | None:
        """The id, if it was sealed with this petition's key."""
        proof, hidden = sealed[:_PROOF_BYTES], sealed[_PROOF_BYTES:]
        id_ = int.from_bytes(_xor(hidden, mac(self.petition(salt), "seal", proof.hex())))
        ours = id_ < 1 << 63 and hmac.compare_digest(self.sealed(salt, id_), sealed)
        return id_ if ours else None

    def contact(self, salt: bytes, contact: str) -> bytes:
        """The `contact` key alone, for finding what a phone or address has signed."""
        return self.contacts(salt, contact)[0]

    def contacts(self, salt: bytes, contact: str) -> tuple[bytes, ...]:
        """The same, and behind it those under earlier rules."""
        key = _hkdf(self._secret, salt, b"undersigned petition")
        return tuple(mac(key, "contact", c) for c in (reached(contact), *former(contact)))


#: What looks like a letter, by hand or in print.
_MEANT = str.maketrans("01", "OL")
#: Ten bits as two characters of base32 in small letters (RFC 4648).
_PAIRS = ["".join(pair) for pair in product("abcdefghijklmnopqrstuvwxyz234567", repeat=2)]


def _spelt(slip: bytes) -> str:
    """Its base32 without padding. `b32encode` takes three times as long, on the way of every
    signing without contact."""
    bits = 8 * len(slip)
    spare = -bits % 10
    number = int.from_bytes(slip) << spare
    pairs = [_PAIRS[number >> shift & 1023] for shift in range(bits + spare - 10, -1, -10)]
    return "".join(pairs)[: -(-bits // 5)]


def _xor(text: bytes, pad: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(text, pad, strict=False))


def mac(key: bytes, *parts: str) -> bytes:
    """`KEY_BYTES` that nobody can make without the key."""
    begun, end = _keyed(key)
    inner, outer = begun.copy(), end.copy()
    # Length prefixes keep ("ab", "c") and ("a", "bc") apart.
    inner.update(b"".join([len(said := part.encode()).to_bytes(4) + said for part in parts]))
    outer.update(inner.digest())
    return outer.digest()[:KEY_BYTES]


@lru_cache(maxsize=4096)
def _keyed(key: bytes) -> tuple[Hash, Hash]:
    """The two hashes of HMAC-SHA256 (RFC 2104) after the key, which are copied for each message:
    half the time of copying an `hmac.HMAC`, and seven keys are made for one signing. `hmac.digest`
    sets the key up anew, and lets go of the interpreter's lock for it, which under load costs far
    more than the sum."""
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    padded = key.ljust(_BLOCK_BYTES, b"\0")
    return hashlib.sha256(_xor(padded, _INNER)), hashlib.sha256(_xor(padded, _OUTER))


@lru_cache(maxsize=4096)
def _hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """RFC 5869 with SHA-256, one block of output (32 bytes)."""
    extracted = hmac.digest(salt or bytes(32), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")
