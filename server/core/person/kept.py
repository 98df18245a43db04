"""All that is kept of one signature, in whatever room: for its signer, or who answers them.

What is a key alone is told as such: nobody can read a person from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.core.counting.states import state_of
from server.core.petitions.petitions import Petition
from server.core.signing import stored
from server.core.signing.signature import Signature
from server.core.values.keys import Keys
from server.db import Database, Row, Transaction, pack
from server.errors import NotFound

SPOKEN_BLOCK = 5000  # texts that are gone through in one read
#: Of whom a phone may be kept, or may have been.
_BY_PHONE = frozenset({"sms", "ussd", "voice", "web-phone"})
Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept, by part: each a list of entries with the same fields. Times (`at`, `…_at`) are
    UTC seconds."""

    petition: Petition
    signature: Signature
    parts: Mapping[str, Sequence[Part]]

    def as_json(self) -> Part:
        """As it is handed out."""
        said = {"petition": self.petition.slug, "title": self._title}
        return said | {name: list(entries) for name, entries in self.parts.items() if entries}

    @property
    def _title(self) -> str:
        return self.petition.wording(self.petition.language).title


#: What stands about a signature in tables of its own: SQL over a petition and a signature's id.
_BESIDE: dict[str, str] = {
    "besides": "SELECT stated_at, organization, approved_at, reply, shares, email FROM besides",
    "held_because": "SELECT kind AS reason, label FROM holds",
    "waiting_forms": "SELECT name, postcode, contact, comment, public_at, news_at, besides"
    " FROM pending_forms",
    "codes": "SELECT purpose, made_at FROM codes",
    "letters": "SELECT kind, office_name, state AS letter_state, created_at AS made_at,"
    " accepted_at, answered_at, subject, words, reply_to, answer_to, constituent, asked_at,"
    " said, said_at AS noted_at FROM letters",
    # That they came. What they say is for nobody but the signer, to whom it is passed on.
    "office_answers": "SELECT came_at, told_at FROM letter_answers",
    "letter_questions": "SELECT asked_at, language FROM letter_questions",
    "letters_by_text": "SELECT step, chosen, texts, begun_at FROM texted_letters",
    "calls": "SELECT outcome, called_at FROM calls",
    "own_mails": "SELECT opened_at FROM own_mails",
    "place_corrections": "SELECT postcode, division, noted_at FROM place_corrections",
    "messages": "SELECT channel, kind, recipient, body, created_at AS made_at, sent_at, failed_at,"
    " status FROM outbox",
    "corrections": "SELECT at, by_name, field, was, became FROM mended",
}


async def of_signature(
    tx: Transaction, keys: Keys, petition: Petition, id_: int, phone: str | None = None
) -> Kept:
    """What is kept of one signature; with a number (`phone_of`), of what that has said too. Raises
    `NotFound`."""
    found = await stored.by_ids(tx, petition.id, [id_])
    if not found:
        raise NotFound(str(id_))
    [signature] = found
    parts: dict[str, Sequence[Part]] = {"signature": [await _columns(tx, petition, signature)]}
    for name, sql in _BESIDE.items():
        rows = await tx.fetch(
            f"{sql} WHERE petition_id = :petition AND signature_id = :id",
            petition=petition.id,
            id=id_,
        )
        parts[name] = [_entry(row) for row in rows]
    if phone:
        parts["texts"], parts["conversations"] = await _spoken(tx, keys, petition.id, phone)
    return Kept(petition, signature, parts)


async def _columns(tx: Transaction, petition: Petition, s: Signature) -> Part:
    row = await tx.fetch_one(
        "SELECT approved_at, invalidation_id FROM signatures"
        " WHERE petition_id = :petition AND id = :id",
        petition=petition.id,
        id=s.id,
    )
    collectors = {c.id: c for c in petition.collectors}
    by = collectors.get(s.collector or 0)
    return {
        "state": state_of(s),
        "name": s.name,
        "postcode": s.postcode,
        "contact": s.contact,
        "comment": s.comment,
        "comment_shown_at": row["approved_at"] if row else None,
        "public_at": s.public_at,
        "news_at": s.news_at,
        "class": s.class_,
        "language": s.language,
        "wording": s.wording,
        "collector": by.name if by else None,
        "created_at": s.created_at,
        "verified_at": s.verified_at,
        "held_at": s.held_at,
        "taken_out_at": s.rejected_at,
        "withdrawn_at": s.withdrawn_at,
        "told_of_repeat_at": s.noted_at,
        "stands_behind_another": s.absorbed_by is not None,
        "key_of_name_and_place": s.place_key is not None,
        "key_of_contact": s.contact_key is not None,
        "key_of_mail_domain_or_numbers": s.group_key is not None,
        "mark_of_network": s.prefix_tag is not None,
    }


def _entry(row: Row) -> Part:
    """Without what is empty; what is JSON is read."""
    return {name: value for name, value in _pairs(row) if value not in (None, "")}


def _pairs(row: Row) -> Iterator[tuple[str, Any]]:
    for name, value in dict(row).items():
        if name == "constituent" and value:
            yield name, list(json.loads(value).values())
        else:
            is_json = name in {"shares", "texts", "chosen"} and value
            yield name, json.loads(value) if is_json else value


async def _spoken(
    tx: Transaction, keys: Keys, petition_id: int, phone: str
) -> tuple[Sequence[Part], Sequence[Part]]:
    """What this phone has said and heard about that petition, in 30 days; and what it was asked
    last. What it says to others is not for its organizers."""
    batch = pack((key,) for key in keys.phones(phone))
    theirs = f"phone_key IN (SELECT phone_key FROM {tx.rows('batch', phone_key='blob')} b)"
    mine = f"petition_id = :petition AND {theirs}"
    texts = await tx.fetch(
        "SELECT received_at, sender, body, reply, kind FROM inbound"
        f" WHERE sender IS NOT NULL AND {mine} ORDER BY arrival",
        petition=petition_id,
        batch=batch,
    )
    asked = await tx.fetch(
        f"SELECT name, postcode, asked_at FROM conversations WHERE {mine}",
        petition=petition_id,
        batch=batch,
    )
    return [_entry(row) for row in texts], [_entry(row) for row in asked]


async def phone_of(
    database: Database, keys: Keys, petition: Petition, signature: Signature
) -> str | None:
    """The number of who has signed so, if it still stands anywhere: in the signature, or in what
    was texted in the last 30 days, where the contact's key tells whose it is."""
    contact = signature.contact or ""
    if signature.verified_at is None:  # anybody may have typed that number
        return None
    if signature.class_ not in _BY_PHONE or signature.contact_key is None or "@" in contact:
        return None
    if contact:
        return contact
    after = -1
    while True:
        async with database.read() as tx:
            rows = await tx.fetch(
                "SELECT arrival, sender FROM inbound WHERE arrival > :after"
                " ORDER BY arrival LIMIT :limit",
                after=after,
                limit=SPOKEN_BLOCK,
            )
        for sender in {row["sender"] for row in rows if row["sender"]}:
            if signature.contact_key in keys.contacts(petition.salt, sender):
                return str(sender)
        if len(rows) < SPOKEN_BLOCK:
            return None
        after = rows[-1]["arrival"]
