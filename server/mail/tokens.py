"""Whom a mail went to, as a word that only we can make: what comes back carries it to us.

It stands in the address that a mail comes back to, and in its `Message-ID`. It is made of the
address that the mail was delivered to, as a keyed hash, and of a proof that the hash is ours.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterator

from server.config import Settings
from server.core.outbox.outbox import Announcement
from server.core.values.keys import KEY_BYTES, Keys, mac

_PROOF_BYTES = 10
# Letters and digits that survive being put in capitals, as some servers do with addresses.
_LENGTH = 42
_PADDING = "=" * 6
_TOKEN = re.compile(rf"[a-z2-7]{{{_LENGTH}}}(?=@)", re.IGNORECASE | re.ASCII)


def whose(keys: Keys, address: str) -> bytes:
    """The key of one address as mail is delivered to it, over all petitions.

    Not of its mailbox: `ana+x@example.org` may come back although `ana@example.org` takes mail, and
    whoever signs with the one must not stop the other's mail.
    """
    return mac(keys.server("bounce"), "address", address.lower())


def token(keys: Keys, address: str) -> str:
    """The same for every mail to that address."""
    key = whose(keys, address)
    return b32encode(key + _proof(keys, key)).decode().rstrip("=").lower()


def named(keys: Keys, text: str) -> Iterator[bytes]:
    """The keys in the tokens of that text that we have made, which stand before an @."""
    for found in _TOKEN.findall(text):
        raw = b32decode(found.upper() + _PADDING)
        key, proof = raw[:KEY_BYTES], raw[KEY_BYTES:]
        if hmac.compare_digest(_proof(keys, key), proof):
            yield key


def _proof(keys: Keys, key: bytes) -> bytes:
    return mac(keys.server("bounce"), "proof", key.hex())[:_PROOF_BYTES]


def message_id(settings: Settings, keys: Keys, item: Announcement) -> str:
    """The same for each try of one message, so that a mail program shows a repeated one once."""
    domain = settings.mail_from.rpartition("@")[2]
    which = mac(keys.server("message-id"), str(item.id)).hex()
    return f"<{which}.{token(keys, item.recipient)}@{domain}>"


def answers_to(settings: Settings, keys: Keys, about: str = "") -> str:
    """The address at which an office answers; with `about`, where we then know what it is about."""
    if not about or not passes_on(settings):
        return unsigned(settings)
    return settings.letters_reply_to.replace("*", token(keys, about))


def unsigned(settings: Settings) -> str:
    """The address at which people of ours read what an office answers."""
    own = "" if passes_on(settings) else settings.letters_reply_to
    return own or settings.mail_from


def passes_on(settings: Settings) -> bool:
    """Whether what an office answers there comes to us, so that its letter's signer gets it."""
    return "*" in settings.letters_reply_to


def return_path(settings: Settings, keys: Keys, address: str) -> str:
    """The address that a mail to that one comes back to (RFC 5321, 4.4)."""
    if not settings.mail_bounces:
        return settings.mail_from
    return settings.mail_bounces.replace("*", token(keys, address))
