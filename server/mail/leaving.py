"""How news is ended by what its own mail carries: a word that only we can make.

It names the petition and the mailbox by keys, and has no contact in it. Nobody stores it, and
nobody can guess it. RFC 8058 has mail programs send it back without asking anybody; RFC 2369 has
them write a mail for it; and whoever answers STOP sends it back in the address.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterator, Mapping
from email.message import EmailMessage

from server.config import Settings
from server.core.news.leaving import Mailbox
from server.core.petitions.petitions import Petition
from server.core.values.keys import KEY_BYTES, Keys, mac

PATH = "/news/off/"
#: A mail server has 64 characters for what stands before an @: the word is as long as that of
#: bounces (`tokens.py`).
_ID_BYTES, _PROOF_BYTES = 4, 6
_WORD = re.compile(r"(?<![a-z0-9])[a-z2-7]{42}(?![a-z0-9])", re.IGNORECASE | re.ASCII)
_PADDING = "=" * 6


def off_word(keys: Keys, petition: Petition, contact: str) -> str:
    """The same in every mail of this petition to that mailbox."""
    mailbox = Mailbox(petition.id, keys.contact(petition.salt, contact))
    known = mailbox.petition_id.to_bytes(_ID_BYTES) + mailbox.contact_key
    return b32encode(known + _proof(keys, petition, mailbox)).decode().rstrip("=").lower()


def off_meant(keys: Keys, petitions: Mapping[int, Petition], text: str) -> Iterator[Mailbox]:
    """Whose news the words in that text are about, which we have made."""
    for found in _WORD.findall(text):
        raw = b32decode(found.upper() + _PADDING)
        id_, rest = int.from_bytes(raw[:_ID_BYTES]), raw[_ID_BYTES:]
        mailbox, petition = Mailbox(id_, rest[:KEY_BYTES]), petitions.get(id_)
        if petition is None or petition.state == "ended":
            continue
        if hmac.compare_digest(_proof(keys, petition, mailbox), rest[KEY_BYTES:]):
            yield mailbox


def _proof(keys: Keys, petition: Petition, mailbox: Mailbox) -> bytes:
    key = keys.petition(petition.salt)
    return mac(key, "news off", mailbox.contact_key.hex())[:_PROOF_BYTES]


def off_page(settings: Settings, word: str, language: str = "") -> str:
    """Where a person ends news; nothing happens there before an address is typed."""
    prefix = f"/{language}" if language not in {"", settings.language} else ""
    return f"{settings.public_url}{prefix}{PATH}{word}"


def add_ways_out(mail: EmailMessage, settings: Settings, word: str) -> None:
    """The headers by which mail programs and answers end news. Mail programs are told only in mail
    that is signed over both headers, as it must be by RFC 8058, 4: anybody could write such a
    header into a mail that is not."""
    ways = [f"<{off_page(settings, word)}>"]
    if settings.mail_bounces:
        back = settings.mail_bounces.replace("*", word)
        ways.append(f"<mailto:{back}?subject=STOP>")
        del mail["Reply-To"]
        mail["Reply-To"] = back
    if settings.dkim_key:
        mail["List-Unsubscribe"] = ", ".join(ways)
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
