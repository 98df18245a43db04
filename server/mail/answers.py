"""What a person answers to a mail: whether it asks for no more of them.

A mail program that answers by itself asks for nothing (RFC 3834): somebody is away, a mail came
back. Nor do the words of ours that an answer repeats.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from server.mail.bounces import COLUMNS, LIMIT, LINES, MAILERS, delivered_to, pieces
from sms import reading

_STOPS = frozenset({"stop", "news_off", "remove"})
_LETTERS = 10_000  # of a page that are looked at
_TAG = re.compile(r"<(style|script|head)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
#: Not `List-Unsubscribe`: the programs with which offices answer many write it into each answer.
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id", "List-Post")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})


def stop_in(raw: bytes, to: str = "") -> str:
    """Where a message by a person asks for no more news: the addresses that it came to, in which
    our word stands. '' for any other message. Raises nothing."""
    try:
        mail = message_from_bytes(raw[:LIMIT], policy=policy.compat32)
        if by_itself(mail) or not any(map(_is_stop, _said(mail))):
            return ""
        return " ".join([to, *delivered_to(mail)])
    except Exception:  # nested too deep, a charset that is none, whatever the parsers stumble over
        return ""


def by_itself(mail: Message) -> bool:
    """Whether no person has sent it, as its headers say (RFC 3834, 2 and 5; RFC 2919 for lists)."""
    auto = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    sender = parseaddr(str(mail.get("From", ""))[:COLUMNS])[1].partition("@")[0].lower()
    return (
        auto != "no"
        or mail.get_content_type() == "multipart/report"
        or str(mail.get("Precedence", "")).strip().lower() in _BULK
        or str(mail.get("Return-Path", "-")).strip() == "<>"
        or any(name in mail for name in _AUTOMATIC)
        or sender in MAILERS
    )


def _said(mail: Message) -> Iterator[str]:
    """The subject, unless that is the answer to ours, and the first line that is no quotation."""
    subject = str(make_header(decode_header(str(mail.get("Subject", ""))[:COLUMNS])))
    if ":" not in subject:
        yield subject
    yield from _first_line(mail)


def _first_line(mail: Message) -> Iterator[str]:
    texts = [part for part in pieces(mail) if part.get_content_maintype() == "text"]
    for part in texts[:1]:
        charset = part.get_content_charset("utf-8")
        text = bytes(part.get_payload(decode=True) or b"").decode(charset, "replace")
        if part.get_content_subtype() == "html":
            text = html.unescape(_TAG.sub("\n", text[:_LETTERS]))
        lines = (line.strip() for line in text.splitlines()[:LINES])
        first = next(filter(None, lines), "")
        if not first.startswith(">"):
            yield first[:COLUMNS]


def _is_stop(said: str) -> bool:
    return reading.read(said, explain=False).intent in _STOPS
