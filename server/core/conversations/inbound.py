"""Text messages as they are stored: each once, with what it did and what we answered.

A text, its effect and its reply are one transaction. The gateway may deliver the same text again,
also at the same time: the second finds the first and gets its reply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from server.core.conversations import offers, phones
from server.core.conversations.phones import STRANGER, Standing
from server.core.conversations.replies import allowed
from server.core.conversations.wishes import Answered, Received
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.signing import signatures
from server.db import ColumnType, Transaction, pack

REPEATED_SECONDS = 600  # in which a gateway delivers the same text again


async def receive_many(tx: Transaction, texts: Sequence[Received]) -> list[Answered]:
    """Store a batch of texts with their effects, and what we answer to each, in order.

    Texts of one phone must come in different batches: what the first asks, the second may answer.
    """
    await tx.lock(t.phone_key for t in texts)
    answered = await _answered_before(tx, texts)
    if fresh := {t.key: t for t in texts if t.key not in answered}:
        answered |= await _receive(tx, [*fresh.values()])
    return [answered[t.key] for t in texts]


async def _receive(tx: Transaction, texts: Sequence[Received]) -> dict[tuple[str, str], Answered]:
    """Act on texts that never came before."""
    known = await phones.histories(tx, ((t.phone_key, t.former_key) for t in texts), texts[0].now)
    decided = [_decided(text, known[text.phone_key].standing) for text in texts]
    outcomes = await _act(tx, decided)
    kept = {t.phone_key: t.wish.kept(outcome) for t, outcome in zip(decided, outcomes, strict=True)}
    await phones.converse(tx, kept, texts[0].now)
    replies = await allowed(tx, decided, outcomes, known)
    answered = {
        t.key: Answered(reply, t.wish.kind, outcome, t.wish.language, t.wish.ask)
        for t, reply, outcome in zip(decided, replies, outcomes, strict=True)
    }
    await _store(tx, decided, answered)
    both = zip(decided, outcomes, strict=True)
    if erasing := [t for t, outcome in both if t.wish.erases(outcome)]:
        await forget_phones(tx, erasing, {key: a.reply for key, a in answered.items()})
    return answered


def _decided(text: Received, standing: Standing) -> Received:
    """The text with its wish in the light of what is known of its phone."""
    return text if standing == STRANGER else replace(text, wish=text.decide(standing))


async def _answered_before(
    tx: Transaction, texts: Sequence[Received]
) -> dict[tuple[str, str], Answered]:
    batch = tx.rows("batch", gateway="text", message_id="text")
    rows = await tx.fetch(
        "SELECT i.gateway, i.message_id, i.reply, i.language, i.ask"
        f" FROM {batch} b JOIN inbound i"
        " ON i.gateway = b.gateway AND i.message_id = b.message_id",
        batch=pack(t.key for t in texts),
    )
    return {
        (gateway, id_): Answered(reply, "repeat", None, language, ask)
        for gateway, id_, reply, language, ask in rows
    }


async def _act(tx: Transaction, texts: Sequence[Received]) -> list[Any]:
    wishes = [t.wish for t in texts]
    signed = iter(await signatures.sign_many(tx, [w.signing for w in wishes if w.signing]))
    return [
        next(signed) if w.signing else await w.act(tx) if w.act else None  # in the texts' order
        for w in wishes
    ]


_COLUMNS: dict[str, ColumnType] = {
    "gateway": "text",
    "message_id": "text",
    "phone_key": "blob",
    "petition_id": "int",
    "sender": "text",
    "body": "text",
    "reply": "text",
    "kind": "text",
    "segments": "int",
    "received_at": "int",
    "language": "text",
    "ask": "text",
}


async def _store(
    tx: Transaction, texts: Sequence[Received], answered: dict[tuple[str, str], Answered]
) -> None:
    def values(t: Received) -> tuple[str | int | bytes | None, ...]:
        reply, wish = answered[t.key].reply, t.wish
        cost = t.measure(reply) if reply else 0
        about = (wish.petition_id, t.sender, t.body, reply, wish.kind, cost, t.now)
        return *t.key, t.phone_key, *about, wish.language if reply else None, wish.ask

    columns, rows = ", ".join(_COLUMNS), tx.rows("batch", **_COLUMNS)
    await tx.execute(
        f"INSERT INTO inbound ({columns}) SELECT {columns} FROM {rows} b",
        batch=pack(map(values, texts)),
    )
    later = [_announced(t, a) for t in texts if (a := answered[t.key]).reply and t.reply_id]
    await outbox.put(tx, later, texts[0].now)


def _announced(text: Received, answered: Answered) -> Announcement:
    return Announcement(
        id=text.reply_id or 0,
        channel="sms",
        kind="farewell" if text.wish.erases(answered.outcome) else "reply",
        petition_id=text.wish.petition_id,
        language=text.wish.language or "en",
        recipient=text.sender,
        body=answered.reply,
        gateway=text.gateway,
    )


async def forget_phones(
    tx: Transaction, texts: Sequence[Received], replies: Mapping[tuple[str, str], str | None]
) -> None:
    """Null what these phones have said and heard, but for the replies to these texts: a gateway may
    ask again for minutes (`forget_farewells`). That others share a phone is no reason to keep it:
    nothing but the texts of the last minutes is ever read again."""
    await _forget(tx, [(t.phone_key, t.sender) for t in texts])
    await outbox.forget_phones(tx, [t.sender for t in texts])
    last = tx.rows("last", gateway="text", message_id="text", reply="text")
    await tx.execute(
        f"UPDATE inbound SET reply = l.reply FROM {last} l"
        " WHERE inbound.gateway = l.gateway AND inbound.message_id = l.message_id",
        last=pack((*t.key, replies[t.key]) for t in texts),
    )


async def _forget(tx: Transaction, spoken: Sequence[tuple[bytes, str]]) -> None:
    """Phones, each with its key and its number."""
    batch = tx.rows("batch", phone_key="blob")
    tx.tombstones += [("forgotten", key) for key, _ in spoken]
    await tx.execute(
        "UPDATE inbound SET sender = NULL, body = NULL, reply = NULL WHERE sender IS NOT NULL"
        f" AND phone_key IN (SELECT phone_key FROM {batch} b)",
        batch=pack((key,) for key, _ in spoken),
    )
    await phones.converse(tx, {key: None for key, _ in spoken}, 0)
    await offers.forget_offers(tx, (key for key, _ in spoken))


async def forget_farewells(tx: Transaction, now: int) -> None:
    """Null the replies that told somebody that their signature is taken back, once no gateway asks
    for them again."""
    await tx.execute(
        "UPDATE inbound SET reply = NULL WHERE kind IN ('undo', 'remove') AND reply IS NOT NULL"
        " AND sender IS NULL AND received_at < :before",
        before=now - REPEATED_SECONDS,
    )


async def forget_all(tx: Transaction, phone_keys: Iterable[bytes]) -> None:
    """As `forget_phones`, where no text of theirs has asked for it: no reply is waited for."""
    batch = tx.rows("batch", phone_key="blob")
    rows = await tx.fetch(
        f"SELECT DISTINCT i.phone_key, i.sender FROM {batch} b JOIN inbound i"
        " ON i.phone_key = b.phone_key AND i.sender IS NOT NULL",
        batch=pack((key,) for key in phone_keys),
    )
    spoken = [(bytes(row["phone_key"]), row["sender"]) for row in rows]
    await _forget(tx, spoken)
    await outbox.forget_phones(tx, [sender for _, sender in spoken], farewells=True)


async def count_of(tx: Transaction, phone_key: bytes, kind: str, since: int) -> int:
    """How many texts or calls of one kind a phone has made since that time."""
    row = await tx.fetch_one(
        "SELECT count(*) AS n FROM inbound WHERE phone_key = :k AND kind = :kind"
        " AND received_at > :since",
        k=phone_key,
        kind=kind,
        since=since,
    )
    return int(row["n"]) if row else 0


async def forget(tx: Transaction, before: int) -> None:
    """Null numbers, bodies and replies of texts received before that time."""
    await tx.execute(
        "UPDATE inbound SET sender = NULL, body = NULL, reply = NULL"
        " WHERE received_at < :before AND sender IS NOT NULL",
        before=before,
    )
