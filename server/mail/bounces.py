"""Which addresses a bounce speaks of: a status notification (RFC 3464), or a plain list."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import Message

from server.core.values.contacts import normal_email

LIMIT = 1 << 20  # bytes of one message that are read


def bounced_addresses(raw: bytes) -> list[str]:
    """The canonical addresses that take no mail, each once.

    Of a notification those whose `Action` is `failed`; text that is none is read as addresses, one
    on each line.
    """
    mail = message_from_bytes(raw[:LIMIT], policy=policy.compat32)
    parts = [part for part in mail.walk() if part.get_content_type() == "message/delivery-status"]
    found = [address for part in parts for address in _failed(part)]
    if not parts:
        found = raw[:LIMIT].decode("utf-8", "replace").split()
    canonical = (normal_email(address.strip("<>,;")) for address in found)
    return list(dict.fromkeys(address for address in canonical if address))


def _failed(part: Message) -> list[str]:
    blocks = part.get_payload()
    found = []
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        failed = str(block.get("Action", "")).strip().lower() == "failed"
        recipient = str(block.get("Final-Recipient", "")).rpartition(";")[2].strip()
        if failed and recipient:
            found.append(recipient)
    return found
