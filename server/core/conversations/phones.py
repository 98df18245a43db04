"""What is known of a phone when a text of it comes in: what it was asked and told, and whether it
wants texts at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from typing import Literal

from server.core.conversations.gathering import GATHER_SECONDS, Step
from server.core.counting.counts import DAY, Class
from server.core.outbox.outbox import SAYING_SECONDS
from server.db import Row, Transaction, pack

CAP_SECONDS = 600
SAME_SECONDS = 60  # two programs that answer each other say the same thing again and again
NONSENSE_SECONDS = DAY  # between two replies to texts that mean nothing
CONVERSATION_SECONDS = 7 * DAY
IN_TALK_SECONDS = DAY  # for which a question of ours waits while a phone is asked something else
#: What a reply is about, by the kind of the text that it answers; else `other`.
_ABOUT = dict.fromkeys(("sign", "name", "zip", "which", "letter"), "sign")
_ABOUT |= dict.fromkeys(("stop", "start", "remove"), "opt")


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a phone has told us so far towards a signature; '' is still to be asked. `class_` is
    that of the signature which it ends in: a call goes on by text; `wording` is the number of what
    the petition said when it began, `collector` the code of who brought them. With `offered_at` it
    is what an organizer has read and the phone was asked about then: only its YES signs."""

    petition_id: int
    language: str
    name: str = ""
    postcode: str = ""
    class_: Class = "sms"
    wording: int = 1
    collector: str = ""
    offered_at: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a phone when a text of it comes in: what it was asked, the language of our
    last reply and the one that the person has chosen, and what we said last.

    `unfinished` is its last text but for those that wanted MORE, if that lacked nothing but the
    petition. `rest` is what the door has noted beside our last reply. `letter` is what we wait for
    in the letter that is being written (`gathering.py`), '' if there is none. `answer` is an
    office's answer that was told of since our last reply, and of which there is more.
    `about_answer` is the language in which it was asked whether a letter was answered, '' if it was
    not; `has_said`: it has said so already.
    """

    asked: Conversation | None = None
    language: str | None = None
    chosen: str | None = None
    ours: tuple[str, ...] = ()
    unfinished: str = ""
    rest: str = ""
    letter: Step | Literal[""] = ""
    answer: int | None = None
    about_answer: str = ""
    has_said: bool = False


STRANGER = Standing()


@dataclass(slots=True)
class PhoneHistory:
    """What one phone has been asked and told before: the light in which its next text is read.

    `recent` are our replies of the last `CAP_SECONDS`, by what they were about; `just_said` are
    those of the last minute; `nonsense`: it has had an answer to a text that meant nothing.
    """

    standing: Standing = STRANGER
    opted_out: bool = False
    recent: Counter[str] = field(default_factory=Counter)
    nonsense: bool = False
    just_said: set[str] = field(default_factory=set)


#: The columns of a conversation in the order of its fields.
_ASKED = (
    *("petition_id", "language", "name", "postcode", "class", "wording", "collector"),
    "offered_at",
)
_CHOSEN = "i.kind = 'language' AND i.language IS NOT NULL"
_REPLIED = "i.reply IS NOT NULL"
_UNFINISHED = "CASE WHEN i.kind = 'which' THEN i.body END"
_SAID_AT, _OTHERWISE = "i.received_at", f"{_REPLIED} AND i.kind <> 'more'"
_NOT_MORE = "i.kind IS NOT NULL AND i.kind <> 'more'"


def _last(what: str, where: str = "i.kind IS NOT NULL", skip: int = 0) -> str:
    """The latest of something in the texts of a phone, as part of a query."""
    return (
        f"(SELECT {what} FROM inbound i WHERE i.phone_key = b.phone_key AND {where}"
        f" ORDER BY i.arrival DESC LIMIT 1 OFFSET {skip})"
    )


def _standing(row: Row, now: int) -> Standing:
    waits = row["asked_at"] is not None and row["asked_at"] > now - CONVERSATION_SECONDS
    asked = [row[column] for column in _ASKED]
    return Standing(
        Conversation(*asked) if waits else None,
        row["spoken"],
        row["chosen"],
        tuple(filter(None, (row["ours"], row["before"]))),
        row["unfinished"] or "",
        row["rest"] or "",
        row["letter"] or "",
        row["answer"],
        row["about_answer"] or "",
        row["said"] is not None,
    )


async def histories(
    tx: Transaction, phone_keys: Iterable[tuple[bytes, bytes | None]], now: int
) -> Mapping[bytes, PhoneHistory]:
    """What is known of each of these phones, by its key. A phone whose country has changed its
    numbers brings the key of its former number too."""
    found: defaultdict[bytes, PhoneHistory] = defaultdict(PhoneHistory)
    phones = pack(set(phone_keys))
    batch = tx.rows("batch", phone_key="blob", former_key="blob")
    for row in await tx.fetch(
        "SELECT b.phone_key, o.opted_out_at,"
        f" {_last('i.language', 'i.language IS NOT NULL')} AS spoken,"
        f" {_last('i.language', _CHOSEN)} AS chosen, {_last(_UNFINISHED, _NOT_MORE)} AS unfinished,"
        f" {_last('i.ask', _REPLIED)} AS rest,"
        f" {_last('i.reply', _REPLIED)} AS ours, {_last('i.reply', _REPLIED, 1)} AS before,"
        " c.asked_at, c.petition_id, c.language, c.name, c.postcode, c.class, c.wording,"
        " c.collector, c.offered_at,"
        " (SELECT step FROM texted_letters t WHERE t.phone_key = b.phone_key"
        "  AND t.begun_at > :gathered) AS letter,"
        " (SELECT a.id FROM letter_answers a WHERE a.phone_key = b.phone_key"
        f"  AND a.sender IS NOT NULL AND a.told_at >= coalesce({_last(_SAID_AT, _OTHERWISE)}, 0)"
        "  ORDER BY a.told_at DESC, a.id DESC LIMIT 1) AS answer,"
        " (SELECT q.language FROM letter_questions q WHERE q.phone_key = b.phone_key"
        "  AND q.asked_at > :since_asked) AS about_answer,"
        " (SELECT l.said FROM letter_questions q JOIN letters l ON l.id = q.letter_id"
        "  WHERE q.phone_key = b.phone_key) AS said"
        f" FROM {batch} b LEFT JOIN opt_outs o ON o.phone_key IN (b.phone_key, b.former_key)"
        " LEFT JOIN conversations c ON c.phone_key = b.phone_key",
        batch=phones,
        gathered=now - GATHER_SECONDS,
        since_asked=now - SAYING_SECONDS,
    ):
        phone = found[bytes(row["phone_key"])]
        phone.opted_out |= row["opted_out_at"] is not None
        phone.standing = _standing(row, now)
    for row in await tx.fetch(
        f"SELECT i.phone_key, i.kind, i.reply, i.received_at FROM {batch} b JOIN inbound i"
        " ON i.phone_key = b.phone_key AND i.received_at > :nonsense WHERE i.segments > 0"
        " AND (i.received_at > :since OR i.kind = 'unknown')",
        batch=phones,
        nonsense=now - NONSENSE_SECONDS,
        since=now - CAP_SECONDS,
    ):
        phone = found[bytes(row["phone_key"])]
        if row["received_at"] > now - CAP_SECONDS:
            phone.recent[about(row["kind"])] += 1
        if row["received_at"] > now - SAME_SECONDS:
            phone.just_said.add(row["reply"])
        phone.nonsense |= row["kind"] == "unknown"
    return found


def about(kind: str) -> str:
    """What the reply to a text of that kind is about: `sign`, `opt` or `other`."""
    return _ABOUT.get(kind, "other")


async def is_in_talk(tx: Transaction, phone_key: bytes, now: int) -> bool:
    """Whether something is asked of that phone: a 1 or 2 would answer that."""
    row = await tx.fetch_one(
        "SELECT 1 AS one FROM conversations WHERE phone_key = :key AND asked_at > :asked"
        " UNION ALL SELECT 1 FROM texted_letters WHERE phone_key = :key AND begun_at > :begun"
        " UNION ALL SELECT 1 FROM letter_questions q JOIN letters l ON l.id = q.letter_id"
        "  WHERE q.phone_key = :key AND q.asked_at > :asked AND l.said IS NULL LIMIT 1",
        key=phone_key,
        asked=now - CONVERSATION_SECONDS,
        begun=now - GATHER_SECONDS,
    )
    return row is not None


async def converse(tx: Transaction, last: Mapping[bytes, Conversation | None], now: int) -> None:
    """Remember the last question to each of these phones; None: what was asked is answered."""
    ended = tx.rows("batch", phone_key="blob")
    await tx.execute(
        f"DELETE FROM conversations WHERE phone_key IN (SELECT phone_key FROM {ended} b)",
        batch=pack((key,) for key in last),
    )
    asked = [(key, *astuple(kept), now) for key, kept in last.items() if kept]
    if asked:
        columns = (
            "phone_key, petition_id, language, name, postcode, {}, wording, collector,"
            " offered_at, asked_at"
        )
        rows = tx.rows(
            "batch",
            phone_key="blob",
            petition_id="int",
            language="text",
            name="text",
            postcode="text",
            class_="text",
            wording="int",
            collector="text",
            offered_at="int",
            asked_at="int",
        )
        await tx.execute(
            f"INSERT INTO conversations ({columns.format('class')})"
            f" SELECT {columns.format('class_')} FROM {rows} b",
            batch=pack(asked),
        )


async def opt_out(tx: Transaction, phone_key: bytes, now: int) -> None:
    """No text goes to this phone until `opt_in`, whichever petition it is about."""
    await tx.execute(
        "INSERT INTO opt_outs (phone_key, opted_out_at) VALUES (:phone_key, :now)"
        " ON CONFLICT (phone_key) DO NOTHING",
        phone_key=phone_key,
        now=now,
    )
    tx.tombstones.append(("stopped", phone_key))


async def opt_in(tx: Transaction, *phone_keys: bytes) -> None:
    """Texts again, to a phone with all keys that it has had."""
    for key in phone_keys:
        await tx.execute("DELETE FROM opt_outs WHERE phone_key = :key", key=key)
        tx.tombstones.append(("started", key))


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


async def end_conversations(tx: Transaction, now: int) -> None:
    """Erase what was said towards signatures that were never finished."""
    await tx.execute(
        "DELETE FROM conversations WHERE asked_at <= :before", before=now - CONVERSATION_SECONDS
    )
