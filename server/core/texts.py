"""Text messages as they are stored: each once, with what it did and what we answered.

A text, its effect and its reply are one transaction. The gateway may deliver the same text again,
also at the same time: the second finds the first and gets its reply.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from server.core import signatures
from server.core.counts import DAY
from server.core.ledger import Signing
from server.db import Transaction, pack

CAP_SECONDS = 600
#: Replies to one phone within `CAP_SECONDS`, by what they are about. Opting out and in has a cap of
#: its own, so that a curious phone still hears that it was heard.
CAPS = {"sign": 12, "opt": 5, "other": 5}
_ABOUT = {"sign": "sign", "stop": "opt", "start": "opt"}
CONVERSATION_SECONDS = 86_400  # nothing expires while somebody types on a keypad


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a phone has told us so far towards a signature; '' is still to be asked."""

    petition_id: int
    language: str
    name: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one text is to do, decided by the door.

    `signing` is signed with all others of the batch; `act` is for rarer wishes and runs in the same
    transaction. `answer` words the reply from the outcome of either. `keep` is what we now wait to
    hear; None ends the conversation. `always`: also an opted-out phone gets this answer.
    """

    kind: str
    answer: Callable[[Any], str | None]
    petition_id: int | None = None
    signing: Signing | None = None
    act: Callable[[Transaction], Awaitable[Any]] | None = None
    keep: Conversation | None = None
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One text. `wish` holds where we have asked its phone nothing, which is nearly always; where
    we have, `decide` reads the text as the answer that it may be."""

    gateway: str
    message_id: str
    sender: str
    phone_key: bytes
    body: str
    now: int
    wish: Wish
    decide: Callable[[Conversation], Wish]
    measure: Callable[[str], int]  # segments of a reply
    answerable: bool = True  # we may text this phone's country
    daily_segments: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.gateway, self.message_id


@dataclass(frozen=True, slots=True)
class Answered:
    """The reply to one text, None for silence; what the text was, and what came of it."""

    reply: str | None
    kind: str  # `repeat` for a text that had been delivered before
    outcome: Any = None


async def receive_many(tx: Transaction, texts: Sequence[Received]) -> list[Answered]:
    """Store a batch of texts with their effects, and what we answer to each, in order.

    Texts of one phone must come in different batches: what the first asks, the second may answer.
    """
    await tx.lock(t.phone_key for t in texts)
    replies = await _replies_so_far(tx, texts)
    fresh = await _decided(tx, {t.key: t for t in texts if t.key not in replies}.values())
    outcomes = await _act(tx, fresh)
    await _converse(tx, fresh)
    answered = {key: Answered(reply, "repeat") for key, reply in replies.items()}
    for text, reply, outcome in zip(
        fresh, await _allowed(tx, fresh, outcomes), outcomes, strict=True
    ):
        answered[text.key] = Answered(reply, text.wish.kind, outcome)
    await _store(tx, fresh, answered)
    return [answered[t.key] for t in texts]


async def _decided(tx: Transaction, texts: Collection[Received]) -> list[Received]:
    """The texts, each with its wish in the light of what we have asked its phone."""
    batch = tx.rows("batch", phone_key="blob")
    rows = await tx.fetch(
        "SELECT c.phone_key, c.petition_id, c.language, c.name, c.postcode, c.asked_at"
        f" FROM {batch} b JOIN conversations c ON c.phone_key = b.phone_key",
        batch=pack((t.phone_key,) for t in texts),
    )
    asked = {bytes(key): (Conversation(*said), at) for key, *said, at in rows}
    decided = []
    for text in texts:
        conversation, at = asked.get(text.phone_key, (None, 0))
        if conversation and at > text.now - CONVERSATION_SECONDS:
            text = replace(text, wish=text.decide(conversation))  # noqa: PLW2901
        decided.append(text)
    return decided


async def _replies_so_far(
    tx: Transaction, texts: Sequence[Received]
) -> dict[tuple[str, str], str | None]:
    batch = tx.rows("batch", gateway="text", message_id="text")
    rows = await tx.fetch(
        f"SELECT i.gateway, i.message_id, i.reply FROM {batch} b JOIN inbound i"
        " ON i.gateway = b.gateway AND i.message_id = b.message_id",
        batch=pack(t.key for t in texts),
    )
    return {(r["gateway"], r["message_id"]): r["reply"] for r in rows}


async def _act(tx: Transaction, texts: Sequence[Received]) -> list[Any]:
    wishes = [t.wish for t in texts]
    signed = iter(await signatures.sign_many(tx, [w.signing for w in wishes if w.signing]))
    return [
        next(signed) if w.signing else await w.act(tx) if w.act else None  # in the texts' order
        for w in wishes
    ]


async def _converse(tx: Transaction, texts: Sequence[Received]) -> None:
    """Remember the last question of each phone, and forget what is answered."""
    last = {t.phone_key: t for t in texts}.values()
    ended = tx.rows("batch", phone_key="blob")
    await tx.execute(
        f"DELETE FROM conversations WHERE phone_key IN (SELECT phone_key FROM {ended} b)",
        batch=pack((t.phone_key,) for t in last),
    )
    asked = [(t.phone_key, *astuple(t.wish.keep), t.now) for t in last if t.wish.keep]
    if asked:
        columns = "phone_key, petition_id, language, name, postcode, asked_at"
        rows = tx.rows(
            "batch",
            phone_key="blob",
            petition_id="int",
            language="text",
            name="text",
            postcode="text",
            asked_at="int",
        )
        await tx.execute(
            f"INSERT INTO conversations ({columns}) SELECT {columns} FROM {rows} b",
            batch=pack(asked),
        )


async def _allowed(
    tx: Transaction, texts: Sequence[Received], outcomes: Sequence[Any]
) -> list[str | None]:
    """The replies, less those that opt-outs, caps, countries or the day's budget forbid."""
    if not texts:
        return []
    opted_out, recent = await _standing(tx, texts)
    day = texts[0].now // DAY
    spent = await segments_spent(tx, day)
    replies: list[str | None] = []
    before = spent
    for text, outcome in zip(texts, outcomes, strict=True):
        reply = text.wish.answer(outcome)
        slot = (text.phone_key, _ABOUT.get(text.wish.kind, "other"))
        silent = text.phone_key in opted_out and not text.wish.always
        segments = text.measure(reply) if reply else 0
        too_many = recent[slot] >= CAPS[slot[1]] or spent + segments > text.daily_segments
        if silent or too_many or not text.answerable:
            reply = None
        if reply:
            spent += segments
            recent[slot] += 1
        replies.append(reply)
    await spend(tx, day, spent - before)
    return replies


async def _standing(
    tx: Transaction, texts: Sequence[Received]
) -> tuple[set[bytes], Counter[tuple[bytes, str]]]:
    """The opted-out phones among these, and how many replies each has had of late."""
    phones = pack((k,) for k in {t.phone_key for t in texts})
    batch = tx.rows("batch", phone_key="blob")
    gone = await tx.fetch(
        f"SELECT o.phone_key FROM {batch} b JOIN opt_outs o ON o.phone_key = b.phone_key",
        batch=phones,
    )
    rows = await tx.fetch(
        f"SELECT i.phone_key, i.kind, count(*) AS n FROM {batch} b JOIN inbound i"
        " ON i.phone_key = b.phone_key AND i.received_at > :since WHERE i.segments > 0"
        " GROUP BY i.phone_key, i.kind",
        batch=phones,
        since=texts[0].now - CAP_SECONDS,
    )
    recent: Counter[tuple[bytes, str]] = Counter()
    for row in rows:
        recent[bytes(row["phone_key"]), _ABOUT.get(row["kind"], "other")] += row["n"]
    return {bytes(r["phone_key"]) for r in gone}, recent


async def _store(
    tx: Transaction,
    texts: Sequence[Received],
    answered: dict[tuple[str, str], Answered],
) -> None:
    if not texts:
        return
    rows = tx.rows(
        "batch",
        gateway="text",
        message_id="text",
        phone_key="blob",
        petition_id="int",
        sender="text",
        body="text",
        reply="text",
        kind="text",
        segments="int",
        received_at="int",
    )
    columns = (
        "gateway, message_id, phone_key, petition_id, sender, body, reply, kind, segments,"
        " received_at"
    )

    def values(t: Received) -> tuple[str | int | bytes | None, ...]:
        reply = answered[t.key].reply
        segments = t.measure(reply) if reply else 0
        return (
            *t.key,
            t.phone_key,
            t.wish.petition_id,
            t.sender,
            t.body,
            reply,
            t.wish.kind,
            segments,
            t.now,
        )

    await tx.execute(
        f"INSERT INTO inbound ({columns}) SELECT {columns} FROM {rows} b",
        batch=pack(map(values, texts)),
    )


async def opt_out(tx: Transaction, phone_key: bytes, now: int) -> None:
    """No text goes to this phone until `opt_in`, whichever petition it is about."""
    await tx.execute(
        "INSERT INTO opt_outs (phone_key, opted_out_at) VALUES (:phone_key, :now)"
        " ON CONFLICT (phone_key) DO NOTHING",
        phone_key=phone_key,
        now=now,
    )


async def opt_in(tx: Transaction, phone_key: bytes) -> None:
    await tx.execute("DELETE FROM opt_outs WHERE phone_key = :phone_key", phone_key=phone_key)


async def is_opted_out(tx: Transaction, phone_key: bytes) -> bool:
    return bool(await tx.fetch("SELECT 1 AS one FROM opt_outs WHERE phone_key = :k", k=phone_key))


async def segments_spent(tx: Transaction, day: int) -> int:
    """SMS segments sent on a UTC day number, replies and outbox together."""
    row = await tx.fetch_one(
        "SELECT coalesce(sum(segments), 0) AS n FROM sms_spend WHERE day = :day", day=day
    )
    return int(row["n"]) if row else 0


async def spend(tx: Transaction, day: int, segments: int) -> None:
    """Charge segments to a day's budget."""
    if segments:
        await tx.execute(
            "INSERT INTO sms_spend (day, shard, segments) VALUES (:day, :shard, :segments)"
            " ON CONFLICT (day, shard)"
            " DO UPDATE SET segments = sms_spend.segments + excluded.segments",
            day=day,
            shard=tx.shard,
            segments=segments,
        )


async def end_conversations(tx: Transaction, now: int) -> None:
    """Erase what was said towards signatures that were never finished."""
    await tx.execute(
        "DELETE FROM conversations WHERE asked_at <= :before", before=now - CONVERSATION_SECONDS
    )


async def forget(tx: Transaction, before: int) -> None:
    """Null numbers, bodies and replies of texts received before that time."""
    await tx.execute(
        "UPDATE inbound SET sender = NULL, body = NULL, reply = NULL"
        " WHERE received_at < :before AND sender IS NOT NULL",
        before=before,
    )
