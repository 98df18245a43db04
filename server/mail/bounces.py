"""What comes back: of whose mail it speaks, and whether that address takes none for good.

Anybody can write to the address that mail comes back to, and write there whatever they like. So
whose mail it was is told by a token of ours alone (`server/mail/tokens.py`): in the address that it
came back to, or in our own `Message-ID`. No address counts, wherever it stands. Whether it is the
end or a delay is told by a parser that knows how mail servers say it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr
from typing import Literal

from server.core.values.keys import Keys
from server.mail import tokens

LIMIT = 1 << 20  # bytes of one message that are read
#: What the parser is given: some of its expressions take time by the cube of a line's length.
PARTS, LINES, COLUMNS = 20, 200, 200

Outcome = Literal["permanent", "temporary", "unclear"]

#: Where servers write whom they delivered a message to, the most certain first.
_DELIVERED_TO = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To")
_STATUS = "message/delivery-status"
#: Who sends notices. An answer from a person's own address is none, whatever it says.
MAILERS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "maildaemon"})
_DELAY = re.compile(r"\b(?:delay|warning|not yet)", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"^Message-ID:.*(?:\n[ \t].*)?", re.IGNORECASE | re.MULTILINE)

# It would log what it stumbles over, with the trace.
logging.getLogger("flufl.bounce").disabled = True


@dataclass(frozen=True, slots=True)
class Bounce:
    """`whose` is the address's key (`tokens.whose`), None where the message names no mail of ours.

    Where that is so, nobody has looked what became of it: the outcome is unclear.
    """

    whose: bytes | None
    outcome: Outcome = "unclear"


def read(raw: bytes, keys: Keys, to: str = "") -> Bounce:
    """What one message says; `to` is the address that it was delivered to, if that is known.

    Raises nothing: what cannot be read says nothing.
    """
    try:
        mail = message_from_bytes(raw[:LIMIT], policy=policy.compat32)
        parts = list(pieces(mail))
        names = (key for text in _texts(mail, parts, to) for key in tokens.named(keys, text))
        found = next(names, None)
        return Bounce(found, _outcome(mail, parts)) if found else Bounce(None)
    except Exception:  # nested too deep, a charset that is none, whatever the parsers stumble over
        return Bounce(None)


def pieces(mail: Message) -> Iterator[Message]:
    """What a message is made of, without what stands in messages attached to it: the returned one
    may be a notice itself."""
    inside = _inside(mail) if mail.get_content_maintype() == "multipart" else []
    for part in inside:
        yield from pieces(part)
    if not inside:
        yield mail


def _inside(part: Message) -> list[Message]:
    inside = part.get_payload()
    return [m for m in inside if isinstance(m, Message)] if isinstance(inside, list) else []


def _texts(mail: Message, parts: list[Message], to: str) -> Iterator[str]:
    """Where a token of ours may stand, the most certain first."""
    yield to
    yield from delivered_to(mail)
    for part in parts:
        yield _returned_id(part)
    yield from _headers(mail, "In-Reply-To", "References")


def delivered_to(mail: Message) -> Iterator[str]:
    """Where the message says whom it came to."""
    yield from _headers(mail, *_DELIVERED_TO)


def _headers(mail: Message, *names: str) -> Iterator[str]:
    for name in names:
        yield from map(str, mail.get_all(name, ()))


def _returned_id(part: Message) -> str:
    """The `Message-ID` of the message that this part returns, or of which it has the headers."""
    if part.get_content_type() == "message/rfc822":
        return " ".join(text for mail in _inside(part) for text in _headers(mail, "Message-ID"))
    if part.get_content_maintype() != "text":
        return ""
    # qmail and others put it in the text; what that message returns itself comes after.
    found = _MESSAGE_ID.search(_text(part))
    return found[0] if found else ""


def _text(part: Message) -> str:
    return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _outcome(mail: Message, parts: list[Message]) -> Outcome:
    from flufl.bounce import all_failures  # few commands read any

    notice = _notice(mail, parts)
    temporary, permanent = all_failures(notice) if notice else ((), ())
    if temporary:
        return "temporary"
    return "permanent" if permanent else "unclear"


def _notice(mail: Message, parts: list[Message]) -> Message | None:
    """What the parser is to judge: the status alone where there is one (RFC 3464), else the words
    of a mail server. None for anything else, such as the answer of somebody who is away."""
    status = [part for part in parts if part.get_content_type() == _STATUS]
    if status:
        notice = Message()
        notice["Content-Type"] = "multipart/report"
        for part in status:
            _mark_passing(part)
            notice.attach(part)
        return notice
    sender = parseaddr(str(mail.get("From", ""))[:COLUMNS])[1].partition("@")[0].lower()
    if sender not in MAILERS or _DELAY.search(str(mail.get("Subject", ""))):
        return None
    notice = _shortened(mail)
    if mail.is_multipart():
        for part in parts[:PARTS]:
            notice.attach(_shortened(part))
    return notice


def _mark_passing(status: Message) -> None:
    """RFC 3463: what was given up with 4.x.x, such as a server that was away for days, may succeed
    another time. The parser looks at the action alone."""
    for block in _inside(status):
        if "Action" in block and str(block.get("Status", "")).strip().startswith("4"):
            block.replace_header("Action", "delayed")


def _shortened(part: Message) -> Message:
    """As much as a notice needs; of attached messages nothing."""
    short = Message()
    for name in ("From", "X-Failed-Recipients", "X-Mailer", "Content-Description"):
        if name in part:
            short[name] = str(part[name])[:COLUMNS]
    short["Content-Type"] = part.get_content_type()
    if part.get_content_type() == "text/plain":
        lines = _text(part).splitlines()[:LINES]
        short.set_payload("\n".join(line[:COLUMNS] for line in lines))
    return short
