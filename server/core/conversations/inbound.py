"""Text messages as they are stored: each once, with what it did and what we answered.

A text, its effect and its reply are one transaction. The gateway may deliver the same text again,
also at the same time: the second finds the first and gets its reply.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any

from server.core.counting.counts import DAY, Class
from server.core.outbox import outbox, usage
from server.core.outbox.outbox import Announcement
from server.core.outbox.usage import Caps
from server.core.signing import signatures
from server.core.signing.signature import Signing
from server.db import ColumnType, Transaction, pack

CAP_SECONDS = 600
#: Replies to one phone within `CAP_SECONDS`, by what they are about. Opting out and in has a cap of
#: its own, so that a curious phone still hears that it was heard.
CAPS = {"sign": 12, "opt": 5, "other": 5}
_ABOUT = {"sign": "sign", "name": "sign", "zip": "sign"}
_ABOUT |= dict.fromkeys(("stop", "start", "remove"), "opt")
SAME_SECONDS = 60  # two programs that answer each other say the same thing again and again
NONSENSE_SECONDS = DAY  # between two replies to texts that mean nothing
CONVERSATION_SECONDS = 7 * DAY


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a phone has told us so far towards a signature; '' is still to be asked. `class_` is
    that of the signature which it ends in: a call goes on by text."""

    petition_id: int
    language: str
    name: str = ""
    postcode: str = ""
    class_: Class = "sms"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a phone when a text of it comes in: what it was asked, and the language of
    our last reply."""

    asked: Conversation | None = None
    language: str | None = None


STRANGER = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one text is to do, decided by the door.

    `signing` is signed with all others of the batch; `act` is for rarer wishes and runs in the same
    transaction. `answer` words the reply from the outcome of either, in `language`. `keep` is what
    we now wait to hear, where it depends on it by the outcome; None ends the conversation. `ask` is
    what a session or call goes on with, as the door wrote it.
    """

    kind: str
    answer: Callable[[Any], str | None]
    language: str | None = None
    petition_id: int | None = None
    signing: Signing | None = None
    act: Callable[[Transaction], Awaitable[Any]] | None = None
    keep: Conversation | Callable[[Any], Conversation | None] | None = None
    ask: str | None = None

    def kept(self, outcome: Any) -> Conversation | None:
        """What we wait to hear after this outcome."""
        return self.keep(outcome) if callable(self.keep) else self.keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One text. `wish` holds for a phone of which nothing is known, which is nearly always; for
    another, `decide` reads the text in that light.

    `segments` is what it cost to receive, `measure` tells what a reply costs to send. A reply that
    the gateway does not carry back itself goes to the outbox as `reply_id`, in the same
    transaction.
    """

    gateway: str
    message_id: str
    sender: str
    phone_key: bytes
    body: str
    now: int
    wish: Wish
    decide: Callable[[Standing], Wish]
    measure: Callable[[str], int]
    caps: Caps
    segments: int = 1
    answerable: bool = True  # we may text this phone
    former_key: bytes | None = None  # of the phone, before its country changed its numbers
    reply_id: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.gateway, self.message_id


@dataclass(frozen=True, slots=True)
class Answered:
    """The reply to one text, None for silence; what the text was, and what came of it."""

    reply: str | None
    kind: str  # `repeat` for a text that had been delivered before
    outcome: Any = None
    language: str | None = None
    ask: str | None = None


async def receive_many(tx: Transaction, texts: Sequence[Received]) -> list[Answered]:
    """Store a batch of texts with their effects, and what we answer to each, in order.

    Texts of one phone must come in different batches: what the first asks, the second may answer.
    """
    await tx.lock(t.phone_key for t in texts)
    answered = await _answered_before(tx, texts)
    fresh = {t.key: t for t in texts if t.key not in answered}.values()
    told = await _told(tx, fresh)
    decided = _decided(fresh, told)
    outcomes = await _act(tx, decided)
    await _converse(tx, decided, outcomes)
    replies = await _allowed(tx, decided, outcomes, told)
    for text, reply, outcome in zip(decided, replies, outcomes, strict=True):
        wish = text.wish
        answered[text.key] = Answered(reply, wish.kind, outcome, wish.language, wish.ask)
    await _store(tx, decided, answered)
    return [answered[t.key] for t in texts]


@dataclass(slots=True)
class _Told:
    """What one phone has been told before: the light in which its next text is read."""

    standing: Standing = STRANGER
    opted_out: bool = False
    recent: Counter[str] = field(default_factory=Counter)
    nonsense: bool = False
    just_said: set[str] = field(default_factory=set)


async def _told(tx: Transaction, texts: Collection[Received]) -> dict[bytes, _Told]:
    if not texts:
        return {}
    now = next(iter(texts)).now
    told: defaultdict[bytes, _Told] = defaultdict(_Told)
    phones = pack({(t.phone_key, t.former_key) for t in texts})
    batch = tx.rows("batch", phone_key="blob", former_key="blob")
    for key, opted_out, language, asked_at, *asked in await tx.fetch(
        "SELECT b.phone_key, o.opted_out_at,"
        " (SELECT i.language FROM inbound i WHERE i.phone_key = b.phone_key"
        "  AND i.language IS NOT NULL ORDER BY i.received_at DESC LIMIT 1),"
        " c.asked_at, c.petition_id, c.language, c.name, c.postcode, c.class"
        f" FROM {batch} b LEFT JOIN opt_outs o ON o.phone_key IN (b.phone_key, b.former_key)"
        " LEFT JOIN conversations c ON c.phone_key = b.phone_key",
        batch=phones,
    ):
        waits = asked_at is not None and asked_at > now - CONVERSATION_SECONDS
        conversation = Conversation(*asked) if waits else None
        phone = told[bytes(key)]
        phone.opted_out |= opted_out is not None
        phone.standing = Standing(conversation, language)
    for row in await tx.fetch(
        f"SELECT i.phone_key, i.kind, i.reply, i.received_at FROM {batch} b JOIN inbound i"
        " ON i.phone_key = b.phone_key AND i.received_at > :nonsense WHERE i.segments > 0"
        " AND (i.received_at > :since OR i.kind = 'unknown')",
        batch=phones,
        nonsense=now - NONSENSE_SECONDS,
        since=now - CAP_SECONDS,
    ):
        phone = told[bytes(row["phone_key"])]
        if row["received_at"] > now - CAP_SECONDS:
            phone.recent[_about(row["kind"])] += 1
        if row["received_at"] > now - SAME_SECONDS:
            phone.just_said.add(row["reply"])
        phone.nonsense |= row["kind"] == "unknown"
    return told


def _about(kind: str) -> str:
    return _ABOUT.get(kind, "other")


def _decided(texts: Collection[Received], told: dict[bytes, _Told]) -> list[Received]:
    """The texts, each with its wish in the light of what is known of its phone."""
    return [
        text if (standing := told[text.phone_key].standing) == STRANGER
        else replace(text, wish=text.decide(standing))
        for text in texts
    ]  # fmt: skip


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


async def _converse(tx: Transaction, texts: Sequence[Received], outcomes: Sequence[Any]) -> None:
    """Remember the last question of each phone, and forget what is answered."""
    waits = zip(texts, outcomes, strict=True)
    last = {t.phone_key: (t, t.wish.kept(outcome)) for t, outcome in waits}.values()
    ended = tx.rows("batch", phone_key="blob")
    await tx.execute(
        f"DELETE FROM conversations WHERE phone_key IN (SELECT phone_key FROM {ended} b)",
        batch=pack((t.phone_key,) for t, _ in last),
    )
    asked = [(t.phone_key, *astuple(kept), t.now) for t, kept in last if kept]
    if asked:
        columns = "phone_key, petition_id, language, name, postcode, {}, asked_at"
        rows = tx.rows(
            "batch",
            phone_key="blob",
            petition_id="int",
            language="text",
            name="text",
            postcode="text",
            class_="text",
            asked_at="int",
        )
        await tx.execute(
            f"INSERT INTO conversations ({columns.format('class')})"
            f" SELECT {columns.format('class_')} FROM {rows} b",
            batch=pack(asked),
        )


async def _allowed(
    tx: Transaction, texts: Sequence[Received], outcomes: Sequence[Any], told: dict[bytes, _Told]
) -> list[str | None]:
    """The replies, less those that opt-outs, loops, caps, countries or budgets forbid."""
    if not texts:
        return []
    day = texts[0].now // DAY
    budget = await usage.budget(tx, day, texts[0].caps)
    replies: list[str | None] = []
    received: Counter[int] = Counter()
    for text, outcome in zip(texts, outcomes, strict=True):
        petition = text.wish.petition_id
        received[petition or usage.NO_PETITION] += text.segments
        reply = text.wish.answer(outcome)
        if reply and not _may_say(text, reply, told[text.phone_key]):
            reply = None
        if reply and not budget.take(petition, text.measure(reply)):
            reply = None
        replies.append(reply)
    await usage.add(tx, day, received=received, sent=budget.charged)
    return replies


def _may_say(text: Received, reply: str, phone: _Told) -> bool:
    """Whether this phone may get this reply now."""
    if not text.measure(reply):
        return True  # a session or call costs us nothing, and waits for its answer
    if not text.answerable or phone.opted_out:
        return text.answerable and text.wish.kind == "start"
    about = _about(text.wish.kind)
    if phone.recent[about] >= CAPS[about]:
        return False
    if text.wish.kind == "unknown" and phone.nonsense:
        return False
    # Who signs again sees exactly what a new signer sees; the cap above ends a loop of those.
    return about == "opt" or bool(text.wish.signing) or reply not in phone.just_said


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
    if not texts:
        return

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
    later = [_announced(t, a.reply) for t in texts if (a := answered[t.key]).reply and t.reply_id]
    await outbox.put(tx, later, texts[0].now)


def _announced(text: Received, reply: str | None) -> Announcement:
    return Announcement(
        id=text.reply_id or 0,
        channel="sms",
        kind="reply",
        petition_id=text.wish.petition_id,
        language=text.wish.language or "en",
        recipient=text.sender,
        body=reply,
        gateway=text.gateway,
    )


async def opt_out(tx: Transaction, phone_key: bytes, now: int) -> None:
    """No text goes to this phone until `opt_in`, whichever petition it is about."""
    await tx.execute(
        "INSERT INTO opt_outs (phone_key, opted_out_at) VALUES (:phone_key, :now)"
        " ON CONFLICT (phone_key) DO NOTHING",
        phone_key=phone_key,
        now=now,
    )


async def opt_in(tx: Transaction, *phone_keys: bytes) -> None:
    """Texts again, to a phone with all keys that it has had."""
    for key in phone_keys:
        await tx.execute("DELETE FROM opt_outs WHERE phone_key = :key", key=key)


async def is_opted_out(
    tx: Transaction, phone_keys: Iterable[bytes], since: int | None = None
) -> bool:
    """Whether a phone with these keys wants no texts; with a time, whether it has said so after
    that."""
    wanted = tx.rows("wanted", phone_key="blob")
    rows = await tx.fetch(
        f"SELECT o.opted_out_at FROM {wanted} w JOIN opt_outs o ON o.phone_key = w.phone_key",
        wanted=pack((key,) for key in phone_keys),
    )
    return any(since is None or row["opted_out_at"] > since for row in rows)


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
