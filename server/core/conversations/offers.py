"""What organizers have phones asked: did they mean to sign? Only YES signs.

A phone gets one question. What it is to be asked waits with the text that was judged until it has
gone out; from then on it is the phone's conversation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from server.core.conversations import phones
from server.core.conversations.misread import MisreadText, judge
from server.core.conversations.phones import CONVERSATION_SECONDS, Conversation
from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.db import Row, Transaction, pack

#: How long a phone is left alone after an organizer's question, by all of them.
ASKED_AGAIN_SECONDS = 30 * DAY
#: Why a phone is not asked: the text is judged, or the phone wants no texts, or was asked lately.
Refusal = Literal["judged", "opted_out", "lately"]


async def offer(
    tx: Transaction,
    text: MisreadText,
    asked: Conversation,
    phone_keys: Iterable[bytes],
    now: int,
    id_: int,
) -> Refusal | None:
    """Queue the one question to the phone of this text, as message `id_`; why not, if so.
    `phone_keys` are all that the phone has had."""
    keys = {text.phone_key, *phone_keys}
    await tx.lock(keys)
    if await phones.is_opted_out(tx, keys):
        return "opted_out"
    if await _asked_since(tx, keys, now - ASKED_AGAIN_SECONDS):
        return "lately"
    if not await judge(tx, text, "asked", asked.petition_id, now, asked):
        return "judged"
    await outbox.put(tx, [_announced(id_, text, asked)], now)
    return None


def _announced(id_: int, text: MisreadText, asked: Conversation) -> Announcement:
    return Announcement(
        id=id_,
        channel="sms",
        kind="offer",
        petition_id=asked.petition_id,
        language=asked.language,
        recipient=text.sender,
    )


async def _asked_since(tx: Transaction, phone_keys: Iterable[bytes], since: int) -> bool:
    wanted = tx.rows("wanted", phone_key="blob")
    row = await tx.fetch_one(
        f"SELECT 1 AS one FROM {wanted} w JOIN judged_texts j ON j.phone_key = w.phone_key"
        " WHERE j.judgement = 'asked' AND j.judged_at > :since LIMIT 1",
        wanted=pack((key,) for key in phone_keys),
        since=since,
    )
    return row is not None


#: Of a phone, what waits to be asked.
_WAITS = "phone_key = :key AND judgement = 'asked' AND sent_at IS NULL AND answer IS NULL"


async def offer_to(tx: Transaction, phone_key: bytes, now: int) -> Conversation | None:
    """What that phone is to be asked now, or was asked in a text that has to go out again. None
    where that is over; it is, once the phone has written something else."""
    open_ = await tx.fetch_one(
        "SELECT petition_id, language, name, postcode, wording, collector FROM conversations"
        " WHERE phone_key = :key AND offered_at > :since",
        key=phone_key,
        since=now - CONVERSATION_SECONDS,
    )
    row = open_ or await _waiting(tx, phone_key, now)
    if row is None:
        return None
    names = ("petition_id", "language", "name", "postcode", "wording", "collector")
    return Conversation(**{name: row[name] for name in names}, offered_at=now)


async def _waiting(tx: Transaction, phone_key: bytes, now: int) -> Row | None:
    await tx.execute(
        "UPDATE judged_texts SET name = '', postcode = '', answer = 'wrote', answered_at = :now"
        f" WHERE {_WAITS} AND EXISTS (SELECT 1 FROM inbound i"
        "  WHERE i.phone_key = judged_texts.phone_key AND i.received_at > judged_at)",
        key=phone_key,
        now=now,
    )
    return await tx.fetch_one(f"SELECT * FROM judged_texts WHERE {_WAITS}", key=phone_key)


async def offered(tx: Transaction, phone_key: bytes, now: int) -> None:
    """The question has gone out: from now on the phone's YES signs."""
    await tx.lock([phone_key])
    row = await tx.fetch_one(f"SELECT 1 AS one FROM judged_texts WHERE {_WAITS}", key=phone_key)
    asked = await offer_to(tx, phone_key, now) if row else None
    if asked is None:
        return
    await phones.converse(tx, {phone_key: asked}, now)
    await tx.execute(
        f"UPDATE judged_texts SET sent_at = :now, name = '', postcode = '' WHERE {_WAITS}",
        key=phone_key,
        now=now,
    )


async def answered(
    tx: Transaction, phone_key: bytes, answer: Literal["signed", "no"], now: int
) -> None:
    """The phone has answered the question."""
    await tx.execute(
        "UPDATE judged_texts SET answer = :answer, answered_at = :now WHERE phone_key = :key"
        " AND judgement = 'asked' AND sent_at IS NOT NULL AND answer IS NULL",
        key=phone_key,
        answer=answer,
        now=now,
    )


async def forget_offers(tx: Transaction, phone_keys: Iterable[bytes]) -> None:
    """What these phones were to be asked is forgotten, and is not asked."""
    rows = tx.rows("batch", phone_key="blob")
    await tx.execute(
        "UPDATE judged_texts SET name = '', postcode = '', answer = coalesce(answer, 'wrote')"
        f" WHERE name <> '' AND phone_key IN (SELECT phone_key FROM {rows} b)",
        batch=pack((key,) for key in phone_keys),
    )
