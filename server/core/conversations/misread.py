"""Texts that were not understood, as organizers judge them: each once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from server.core.conversations import phones
from server.core.conversations.phones import CONVERSATION_SECONDS, Conversation
from server.db import Row, Transaction

TEXTS_SHOWN = 8  # on a page
LEFT_OPEN_SECONDS = 3600  # after which a question of ours is one that nobody answers
Shown = Literal["unknown", "unsure", "all"]
Judgement = Literal["asked", "stopped", "seen"]


@dataclass(frozen=True, slots=True)
class MisreadText:
    """One text, with what it was taken for and what was made of it. `petition_id` is None where it
    names none; `opted_out`: its phone wants no texts."""

    gateway: str
    message_id: str
    received_at: int
    arrival: int
    phone_key: bytes
    petition_id: int | None
    sender: str
    body: str
    kind: str
    reply: str | None
    language: str | None
    opted_out: bool
    judgement: Judgement | None
    judged_at: int | None
    sent_at: int | None
    answer: str | None

    @property
    def ref(self) -> str:
        """Its name on pages: when it came, and a mark of its own, for two may come at once."""
        mark = hashlib.sha256(f"{self.gateway}\0{self.message_id}".encode()).hexdigest()[:8]
        return f"{self.received_at}-{self.arrival}-{mark}"


#: Texts of a petition. One that names none is meant for those of the only organization that has
#: ever had a public one; where there are others, nobody can say who may read it, and none do.
_MINE = (
    "(i.petition_id = :petition OR i.petition_id IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM petitions mine JOIN petitions other ON other.opened_at IS NOT NULL"
    "  AND other.id <> mine.id"
    "  AND coalesce(other.organization_id, -1) <> coalesce(mine.organization_id, -2)"
    "  WHERE mine.id = :petition))"
)
#: Texts that may mean something else than we took them for, and the last ones of phones that have
#: left a question of ours open; found without reading all others.
_UNSURE = (
    "(i.gateway, i.message_id) IN (SELECT u.gateway, u.message_id FROM inbound u"
    " WHERE u.kind IN ('which', 'stop_how', 'late') UNION"
    " SELECT q.gateway, q.message_id FROM conversations c JOIN inbound q"
    " ON q.phone_key = c.phone_key AND q.received_at = c.asked_at"
    " WHERE c.asked_at < :left_open AND c.offered_at IS NULL)"
)
_SHOWN: dict[Shown, str] = {"unknown": "i.kind = 'unknown'", "unsure": _UNSURE, "all": "1 = 1"}
_READ = (
    "SELECT i.gateway, i.message_id, i.received_at, i.arrival, i.phone_key, i.petition_id,"
    " i.sender, i.body, i.kind, i.reply, i.language, j.judgement, j.judged_at, j.sent_at, j.answer,"
    " EXISTS (SELECT 1 FROM opt_outs o WHERE o.phone_key = i.phone_key) AS opted_out"
    " FROM inbound i LEFT JOIN judged_texts j"
    " ON j.gateway = i.gateway AND j.message_id = i.message_id"
    f" WHERE i.body IS NOT NULL AND i.sender IS NOT NULL AND {_MINE}"
)


def _from_row(row: Row) -> MisreadText:
    fields = {name: row[name] for name in MisreadText.__slots__}
    fields |= {"phone_key": bytes(row["phone_key"]), "opted_out": bool(row["opted_out"])}
    return MisreadText(**fields)


async def misread_texts(
    tx: Transaction,
    petition_id: int,
    shown: Shown,
    now: int,
    before: str = "",
    limit: int = TEXTS_SHOWN,
) -> list[MisreadText]:
    """The latest first; one more than `limit` says that there are older ones. `before` is the
    `ref` of the last of the page before. What is done with is among all texts alone."""
    at, arrival, _ = _parted(before) or (1 << 62, 0, "")
    judged = "" if shown == "all" else " AND coalesce(j.judgement, 'asked') = 'asked'"
    wanted = {"left_open": now - LEFT_OPEN_SECONDS} if shown == "unsure" else {}
    rows = await tx.fetch(
        f"{_READ} AND {_SHOWN[shown]}{judged} AND (i.received_at < :at"
        " OR i.received_at = :at AND i.arrival < :arrival)"
        " ORDER BY i.received_at DESC, i.arrival DESC LIMIT :limit",
        petition=petition_id,
        at=at,
        arrival=arrival,
        limit=limit + 1,
        **wanted,
    )
    return [_from_row(row) for row in rows]


def _parted(ref: str) -> tuple[int, int, str] | None:
    parts = ref.split("-")
    numbers = [int(part) for part in parts[:2] if part.isascii() and part.isdecimal()]
    if len(parts) != 3 or len(numbers) != 2 or max(numbers) >= 1 << 62:
        return None
    return numbers[0], numbers[1], parts[2]


async def misread_text(tx: Transaction, petition_id: int, ref: str, now: int) -> MisreadText | None:
    """The text of that name, if it is this petition's, still kept, and one to judge: nobody may
    read here what others have signed with."""
    parts = _parted(ref)
    if parts is None:
        return None
    rows = await tx.fetch(
        f"{_READ} AND ({_SHOWN['unknown']} OR {_SHOWN['unsure']})"
        " AND i.received_at = :at AND i.arrival = :arrival",
        petition=petition_id,
        left_open=now - LEFT_OPEN_SECONDS,
        at=parts[0],
        arrival=parts[1],
    )
    return next((text for row in rows if (text := _from_row(row)).ref == ref), None)


async def judge(
    tx: Transaction,
    text: MisreadText,
    judgement: Judgement,
    petition_id: int,
    now: int,
    offer: Conversation | None = None,
) -> bool:
    """Note what was made of it; whether nobody had before."""
    told = offer or Conversation(petition_id, "")
    rows = await tx.fetch(
        "INSERT INTO judged_texts (gateway, message_id, petition_id, phone_key, judged_at,"
        " judgement, language, name, postcode, wording, collector) VALUES (:gateway, :message_id,"
        " :petition, :phone_key, :now, :judgement, :language, :name, :postcode, :wording,"
        " :collector) ON CONFLICT (gateway, message_id) DO NOTHING RETURNING 1 AS one",
        gateway=text.gateway,
        message_id=text.message_id,
        petition=petition_id,
        phone_key=text.phone_key,
        now=now,
        judgement=judgement,
        language=told.language,
        name=told.name,
        postcode=told.postcode,
        wording=told.wording,
        collector=told.collector,
    )
    return bool(rows)


async def stop_phone(tx: Transaction, text: MisreadText, petition_id: int, now: int) -> bool:
    """The text was an opt-out: no text goes to its phone from now on, and nothing is waited for."""
    await tx.lock([text.phone_key])
    if not await judge(tx, text, "stopped", petition_id, now):
        return False
    await phones.opt_out(tx, text.phone_key, now)
    await phones.converse(tx, {text.phone_key: None}, now)
    return True


async def expire_judgements(tx: Transaction, now: int, before: int) -> None:
    """Forget what was made of texts that are erased, and what was to be asked too long ago."""
    await tx.execute("DELETE FROM judged_texts WHERE judged_at < :before", before=before)
    await tx.execute(
        "UPDATE judged_texts SET name = '', postcode = '' WHERE name <> '' AND judged_at < :since",
        since=now - CONVERSATION_SECONDS,
    )
