"""One message that came to a letter's address: by whom, and what it says.

Whose letter it answers is told by a token of ours alone, as with bounces; anybody may have written
anything else. Attached files are counted and not read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from typing import Literal

from server.config import Settings
from server.core.values.keys import Keys
from server.core.values.names import tidy, tidy_lines
from server.mail import tokens
from server.mail.answers import by_itself
from server.mail.bounces import LIMIT, PARTS, pieces
from server.mail.incoming.plain import plain
from server.mail.incoming.quotes import said_in

PART_LIMIT = 100_000  # characters of one part that are read
PASSED_ON_LIMIT = 20_000  # of an answer that are passed on
SUBJECT_LIMIT, FROM_LIMIT = 150, 254
#: Parts that mail programs attach by themselves.
_SEALS = frozenset({"application/pgp-signature", "application/pkcs7-signature"})
_HEADERS_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Incoming:
    """`automatic`: no person wrote it, or we did. `id` is the same each time the message comes."""

    automatic: bool
    id: str
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    words: str = field(repr=False)
    files: int

    @property
    def idle(self) -> Literal["automatic", "empty"] | None:
        """Why it is no answer, if it is none."""
        if self.automatic:
            return "automatic"
        return None if self.words or self.files else "empty"


def read(raw: bytes, settings: Settings, keys: Keys) -> Incoming | None:
    """What the message says; None where it cannot be read. Raises nothing."""
    try:
        mail = message_from_bytes(raw[:LIMIT], policy=policy.compat32)
        parts = list(pieces(mail))
        return Incoming(
            automatic=by_itself(mail) or _is_ours(mail, settings, keys),
            id=_id(mail, raw),
            sender=_sender(mail),
            subject=_subject(mail),
            words=_shortened(said_in(_text(parts), settings.mail_from)),
            files=sum(map(_is_file, parts)),
        )
    except Exception:  # nested too deep, a charset that is none, whatever the parsers stumble over
        return None


def _header(mail: Message, name: str) -> str:
    return str(mail.get(name, ""))[:_HEADERS_LIMIT]


def _id(mail: Message, raw: bytes) -> str:
    """Its `Message-ID`; of one without, that of what it says."""
    return _header(mail, "Message-ID").strip() or hashlib.sha256(raw).hexdigest()


def _sender(mail: Message) -> str:
    address = tidy(parseaddr(_header(mail, "From"))[1])[:FROM_LIMIT]
    return address if "@" in address and " " not in address else ""


def _subject(mail: Message) -> str:
    """As one line, whatever it was coded in."""
    typed = _header(mail, "Subject")
    try:
        said = str(make_header(decode_header(typed)))
    except (LookupError, ValueError):  # an alphabet that is none
        said = typed
    return tidy(said)[:SUBJECT_LIMIT]


def _is_ours(mail: Message, settings: Settings, keys: Keys) -> bool:
    """Whether a mail of ours has come back to us in a circle."""
    ours = settings.mail_from.lower()
    before, _, behind = settings.letters_reply_to.lower().partition("*")
    sender = _sender(mail).lower()
    answers = bool(behind) and sender.startswith(before) and sender.endswith(behind)
    return sender == ours or answers or any(tokens.named(keys, _header(mail, "Message-ID")))


def _is_file(part: Message) -> bool:
    if part.get_content_type() in _SEALS:
        return False
    if part.get_content_disposition() == "attachment":
        return True
    return part.get_content_maintype() != "text" and "Content-ID" not in part


def _text(parts: list[Message]) -> str:
    """What a person reads of it: plain text, where there is any, else the page."""
    shown = [part for part in parts[:PARTS] if not _is_file(part)]
    return _first(_texts(shown, "plain")) or _first(map(plain, _texts(shown, "html")))


def _first(texts: Iterator[str]) -> str:
    return next((text for text in texts if text.strip()), "")


def _texts(parts: list[Message], subtype: str) -> Iterator[str]:
    for part in parts:
        if part.get_content_type() == f"text/{subtype}":
            yield _decoded(part)[:PART_LIMIT]


def _decoded(part: Message) -> str:
    """In whatever alphabet it says it is, else in one in which it can be read."""
    raw = bytes(part.get_payload(decode=True) or b"")
    for charset in (str(part.get_content_charset("utf-8")), "utf-8", "windows-1252"):
        try:
            return raw.decode(charset)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _shortened(words: str) -> str:
    said = tidy_lines(words)
    return said if len(said) <= PASSED_ON_LIMIT else f"{said[:PASSED_ON_LIMIT].rstrip()} …"
