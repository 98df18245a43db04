"""The outbox: what is to be sent, committed together with the change that it announces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from server.core.outbox.outages import BY_MAIL, Outages, outages_of
from server.db import ColumnType, Row, Transaction, pack

Channel = Literal["sms", "email"]
LEASE_SECONDS = 120
SEND_TRIES = 6
_BACKOFF = (60, 300, 1800, 7200, 21_600)  # seconds after each failed try
THROTTLED_SECONDS = 5
#: What answers somebody who has just written or called; all else keeps quiet hours.
ANSWERS = frozenset({"reply", "farewell", "call_name"})
#: Those of them that carry their words. A farewell tells somebody that their signature is taken
#: back, and goes out also to whom nothing else does.
REPLIES = frozenset({"reply", "farewell"})
#: A gateway may report for so many seconds that a text is worth another try.
FAREWELL_SECONDS = 600
#: To verify: it is worth nothing any more once the contact is about to go.
REMINDER = "reminder"
REMINDER_SECONDS = 20 * 3600
#: To a signer: whether an office has answered their letter.
LETTER_QUESTION = "letter_asked"
LETTER_QUESTION_SECONDS = 6 * 86_400
SAYING_SECONDS = 28 * 86_400  # for which whoever was asked may say it, and say otherwise
#: Seconds for which a message is worth sending, by its kind.
_ASKED = ("withdraw_code", "reset_code", "address_code", "mine_code")
_WORTH = dict.fromkeys((*sorted(ANSWERS), *_ASKED), 6 * 3600)
_WORTH |= {"signed": 2 * 86_400, "news": 7 * 86_400, REMINDER: REMINDER_SECONDS}
_WORTH[LETTER_QUESTION] = LETTER_QUESTION_SECONDS
#: What an office answers to a letter. Each says something else: none stands for another.
ANSWER = "answer"
_WORTH[ANSWER] = 14 * 86_400
NOTE_SECONDS = 3 * 86_400
LEAST_SECONDS = min(_WORTH.values())  # for which any message is worth sending
# A status update may overtake another: only a later state replaces an earlier one.
_RANKS = {"queued": 1, "sent": 2, "delivered": 3, "undelivered": 3, "failed": 3}


@dataclass(slots=True, kw_only=True)
class Announcement:
    """One message to one person.

    A reply carries its words in `body` and goes out by `gateway`; the worker words others by `kind`
    and `language` when they go out. `signature_id` is what it is about, and `form_id` the form of
    that person, if its entries are others; `address_key` stands for the recipient where it is about
    no signature; `network_tag` for the address that asked for it.
    `turn` 1: it goes after all others that are due; 2: it is news (`news_id`), which goes after
    all that, and never twice.
    """

    id: int
    channel: Channel
    kind: str
    petition_id: int | None
    language: str
    recipient: str
    body: str | None = None
    gateway: str | None = None
    signature_id: int | None = None
    form_id: int | None = None
    address_key: bytes | None = None
    network_tag: bytes | None = None
    turn: int = 0
    news_id: int | None = None
    tries: int = 0
    created_at: int = 0

    @property
    def answers(self) -> bool:
        """Whether somebody waits for it now."""
        return self.kind in ANSWERS

    @property
    def is_reply(self) -> bool:
        """Whether its words were made, and charged, with the text that it answers."""
        return self.kind in REPLIES

    @property
    def worth(self) -> int:
        """Seconds for which it is worth sending."""
        return _WORTH.get(self.kind, NOTE_SECONDS)

    def expired(self, now: int) -> bool:
        return now > self.created_at + self.worth


_STORED: dict[str, ColumnType] = {
    "id": "int",
    "channel": "text",
    "kind": "text",
    "petition_id": "int",
    "language": "text",
    "recipient": "text",
    "body": "text",
    "gateway": "text",
    "signature_id": "int",
    "form_id": "int",
    "address_key": "blob",
    "network_tag": "blob",
    "turn": "int",
    "news_id": "int",
}
_READ = (*_STORED, "tries", "created_at")
_values = attrgetter(*_STORED)


async def put(tx: Transaction, announcements: Sequence[Announcement], now: int) -> None:
    """Queue in the caller's transaction: sent if and only if that commits."""
    if not announcements:
        return
    columns, rows = ", ".join(_STORED), tx.rows("batch", **_STORED)
    await tx.execute(
        f"INSERT INTO outbox ({columns}, created_at, due_at)"
        f" SELECT {columns}, :now, :now FROM {rows} b",
        batch=pack(map(_values, announcements)),
        now=now,
    )


#: Turns of what is sent by the same hand: news goes by mail beside all else, so that no code waits
#: for it.
TURNS, NEWS_TURNS = (0, 1), (2,)
#: What is due on a channel. An organizer can stop all mail of a petition.
_DUE = (
    "channel = :channel AND sent_at IS NULL AND failed_at IS NULL AND due_at <= :now"
    " AND (channel <> 'email' OR coalesce(petition_id, 0) NOT IN"
    "  (SELECT p.id FROM petitions p WHERE p.mail_stopped_at IS NOT NULL))"
)


async def has_due(
    tx: Transaction, now: int, channel: Channel = "sms", turns: Sequence[int] = TURNS
) -> bool:
    """Whether `lease` would find anything. Asked before a worker takes the place of those who sign
    in the queue for writing."""
    return bool(
        await tx.fetch_one(
            f"SELECT 1 AS one FROM outbox WHERE turn IN ({_listed(turns)}) AND {_DUE} LIMIT 1",
            channel=channel,
            now=now,
        )
    )


def _listed(turns: Sequence[int]) -> str:
    return ", ".join(map(str, turns))


async def lease(
    tx: Transaction,
    now: int,
    limit: int = 20,
    channel: Channel = "sms",
    turns: Sequence[int] = TURNS,
) -> list[Announcement]:
    """Take what is due on a channel for `LEASE_SECONDS`; if the worker dies, the lease runs out."""
    # Each turn is read by itself: those whose turn comes later may be very many.
    due = " UNION ALL ".join(
        f"SELECT * FROM (SELECT id, turn, due_at FROM outbox WHERE turn = {turn} AND {_DUE}"
        "  AND (leased_until IS NULL OR leased_until <= :now)"
        f" ORDER BY due_at, id LIMIT :limit) turn_{turn}"
        for turn in turns
    )
    rows = await tx.fetch(
        "UPDATE outbox SET leased_until = :until, tries = tries + 1 WHERE id IN"
        f" (SELECT id FROM ({due}) due ORDER BY turn, due_at, id LIMIT :limit)"
        # Once more: another worker may have been faster between the choice and the update.
        " AND (leased_until IS NULL OR leased_until <= :now)"
        f" RETURNING {', '.join(_READ)}",
        now=now,
        until=now + LEASE_SECONDS,
        channel=channel,
        limit=limit,
    )
    items = (_from_row(row) for row in rows)
    return sorted(items, key=lambda a: (not a.answers, a.turn, a.id))


def _from_row(row: Row) -> Announcement:
    return Announcement(**{column: row[column] for column in _READ})


async def asked_for(tx: Transaction, petition_id: int) -> list[tuple[int, str]]:
    """Ids and recipients of mails that somebody has asked for to see or take back what they have
    signed, of this petition or of all, and that wait."""
    rows = await tx.fetch(
        "SELECT id, recipient FROM outbox WHERE channel = 'email' AND sent_at IS NULL"
        " AND failed_at IS NULL AND kind IN ('withdraw_code', 'mine_code')"
        " AND coalesce(petition_id, :petition) = :petition AND recipient IS NOT NULL",
        petition=petition_id,
    )
    return [(row["id"], row["recipient"]) for row in rows]


async def sent(
    tx: Transaction, id_: int, carrier: str, provider_id: str, segments: int, now: int
) -> None:
    await tx.execute(
        "UPDATE outbox SET sent_at = :now, leased_until = NULL, error = NULL, address_key = NULL,"
        " provider_id = :provider_id, carrier = :carrier, segments = :segments"
        " WHERE id = :id AND failed_at IS NULL",  # whoever carries it may have said so already
        id=id_,
        now=now,
        carrier=carrier,
        provider_id=provider_id,
        segments=segments,
    )


async def forget_recipient(tx: Transaction, id_: int) -> None:
    """Nothing will come back of this message, so nobody needs to know whose it was."""
    await tx.execute("UPDATE outbox SET recipient = NULL WHERE id = :id", id=id_)


async def becomes(tx: Transaction, id_: int, kind: str) -> None:
    """It was decided what this message says."""
    await tx.execute("UPDATE outbox SET kind = :kind WHERE id = :id", id=id_, kind=kind)


async def discard(tx: Transaction, id_: int) -> None:
    """There was nothing to say after all; nobody needs to hear of it."""
    await tx.execute("DELETE FROM outbox WHERE id = :id", id=id_)


async def delayed(
    tx: Transaction, item: Announcement, recipient: bytes, why: str, now: int, wait: int | None
) -> None:
    """It waits until there is room for it; one that says the same waits for both. Without `wait`
    it is not kept."""
    same = await tx.fetch_one(
        "SELECT 1 AS one FROM outbox WHERE address_key = :key AND failed_at IS NULL"
        " AND sent_at IS NULL AND id <> :id AND kind = :kind"
        " AND coalesce(petition_id, 0) = :petition AND coalesce(signature_id, 0) = :signature"
        " AND coalesce(news_id, 0) = :news",
        key=recipient,
        id=item.id,
        kind=item.kind,
        petition=item.petition_id or 0,
        signature=item.signature_id or 0,
        news=item.news_id or 0,
    )
    if (same and item.kind != ANSWER) or wait is None:
        await discard(tx, item.id)
        return
    await postponed(tx, item, why, now, 0, wait)
    await tx.execute(
        "UPDATE outbox SET address_key = :key WHERE id = :id", key=recipient, id=item.id
    )


async def dropped(tx: Transaction, id_: int, why: str, now: int) -> None:
    """It will never be sent: the recipient opted out, the provider refused, or tries ran out.

    `why` is a code, never a provider's words. Nobody needs to know any more whose it was.
    """
    await tx.execute(
        "UPDATE outbox SET failed_at = :now, leased_until = NULL, error = :why,"
        " recipient = NULL, body = NULL, address_key = NULL WHERE id = :id",
        id=id_,
        now=now,
        why=why,
    )


async def postponed(
    tx: Transaction, item: Announcement, why: str, now: int, chance: float, wait: int | None = None
) -> None:
    """Try again later, each time later than before; after `SEND_TRIES` tries it is dropped.

    `chance` (0 to 1) spreads the messages of one failure over half to one and a half times the
    wait. With `wait`, in seconds, it is just not time yet, which is no failed try.
    """
    if wait is None and item.tries >= SEND_TRIES:
        await dropped(tx, item.id, why, now)
        return
    pause = _BACKOFF[min(item.tries, len(_BACKOFF)) - 1] if wait is None else wait
    await tx.execute(
        "UPDATE outbox SET due_at = :due, leased_until = NULL, handed_at = NULL, sent_at = NULL,"
        " provider_id = NULL, status = NULL, error = :why, tries = tries - :untried WHERE id = :id",
        id=item.id,
        due=now + int(pause * (0.5 + chance) if wait is None else pause),
        why=why,
        untried=int(wait is not None),
    )


async def heard(
    tx: Transaction, carrier: str, provider_id: str, status: str, error: str | None
) -> Announcement | None:
    """Note what the provider says became of a message; the message if that was news.

    A state never goes back, and a message that we do not know, such as a reply that the gateway
    carried itself, is ignored. A provider that calls a message as we do may be so quick that it is
    not stored yet that it was sent.
    """
    rank = " ".join(f"WHEN '{word}' THEN {n}" for word, n in _RANKS.items())
    rows = await tx.fetch(
        "UPDATE outbox SET status = :status, error = coalesce(:error, error)"
        " WHERE (provider_id = :provider_id OR (id = :own AND provider_id IS NULL))"
        " AND coalesce(carrier, :carrier) = :carrier"
        f" AND coalesce(CASE status {rank} END, 0) < :rank RETURNING {', '.join(_READ)}",
        provider_id=provider_id,
        own=int(provider_id) if provider_id.isdecimal() and len(provider_id) < 20 else 0,
        carrier=carrier,
        status=status,
        error=error,
        rank=_RANKS[status],
    )
    return _from_row(rows[0]) if rows else None


async def forget_about(tx: Transaction, signatures: Iterable[tuple[int, int]]) -> None:
    """Whose signatures these were (petition and signature ids) stands in no message any more; what
    waits to be sent about them, or is tried again, is not sent."""
    batch = tx.rows("batch", petition_id="int", signature_id="int")
    about = pack(signatures)
    mine = f"(petition_id, signature_id) IN (SELECT petition_id, signature_id FROM {batch} b)"
    await tx.execute(
        "DELETE FROM outbox WHERE channel IN ('email', 'sms') AND sent_at IS NULL"
        f" AND failed_at IS NULL AND {mine}",
        batch=about,
    )
    await tx.execute(
        "UPDATE outbox SET recipient = NULL, body = NULL, address_key = NULL"
        f" WHERE sent_at IS NOT NULL AND recipient IS NOT NULL AND {mine}",
        batch=about,
    )


#: Those that answer a phone, as the index `outbox_answers` has them.
_ANSWERING = "kind IN ('reply', 'farewell', 'call_name', 'offer') AND recipient IS NOT NULL"


async def forget_phones(tx: Transaction, phones: Iterable[str], *, farewells: bool = False) -> None:
    """What has answered these numbers says to whom no more, nor what; what waits to answer them is
    not sent, but for farewells, unless those are meant too."""
    rows = tx.rows("batch", recipient="text")
    mine = f"{_ANSWERING} AND recipient IN (SELECT recipient FROM {rows} b)"
    packed = pack((phone,) for phone in phones)
    kept = "" if farewells else " AND kind <> 'farewell'"
    await tx.execute(
        f"DELETE FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL{kept} AND {mine}",
        batch=packed,
    )
    await tx.execute(
        f"UPDATE outbox SET recipient = NULL, body = NULL WHERE sent_at IS NOT NULL AND {mine}",
        batch=packed,
    )


async def forget_farewells(tx: Transaction, now: int) -> None:
    """Null those that have gone out, once no gateway asks us to try again."""
    await tx.execute(
        f"UPDATE outbox SET recipient = NULL, body = NULL WHERE {_ANSWERING}"
        " AND kind = 'farewell' AND sent_at < :before",
        before=now - FAREWELL_SECONDS,
    )


async def expire(tx: Transaction, now: int, until_id: int) -> None:
    """Drop what is worth sending no more, also where nothing is sent: an organizer has stopped all
    mail, or no gateway carries texts. `until_id`: no id is as large that was made `LEAST_SECONDS`
    ago, so that the many newer ones of a flood are passed over quickly."""
    away = {"sms": Outages((), now), "email": await outages_of(tx, BY_MAIL, now)}
    for channel, shut in away.items():  # by the index of what is due
        worth = " ".join(
            f"WHEN '{kind}' THEN {shut.since(seconds)}" for kind, seconds in _WORTH.items()
        )
        await tx.execute(
            "UPDATE outbox SET failed_at = :now, leased_until = NULL, error = 'expired',"
            " recipient = NULL, body = NULL, address_key = NULL WHERE id IN"
            "  (SELECT id FROM outbox WHERE channel = :channel AND sent_at IS NULL"
            "   AND failed_at IS NULL AND id < :until)"
            f" AND created_at < CASE kind {worth} ELSE {shut.since(NOTE_SECONDS)} END",
            now=now,
            until=until_id,
            channel=channel,
        )


async def forget(tx: Transaction, before: int) -> None:
    """Null recipients, their keys, and bodies of what was queued before that time and is done
    with."""
    await tx.execute(
        "UPDATE outbox SET recipient = NULL, body = NULL, address_key = NULL"
        " WHERE created_at < :before"
        " AND (recipient IS NOT NULL OR body IS NOT NULL OR address_key IS NOT NULL)"
        " AND (sent_at IS NOT NULL OR failed_at IS NOT NULL)",
        before=before,
    )
