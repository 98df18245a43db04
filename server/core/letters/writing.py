"""Letters as their signers have written them, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from server.core.letters import carrying, figures, letters, releasing
from server.core.letters.congress import Constituent
from server.core.letters.letter import Addressee, Letter, LetterKind
from server.core.letters.offices import office_now
from server.core.petitions.petitions import Petition
from server.core.places.outcomes import Reached
from server.core.signing import stored
from server.core.signing.signature import Signature
from server.core.values.ids import Ids
from server.db import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one signer wants to be carried: `subject` and `words` as they leave, to each of
    `offices`. `reply_to` is their own address, '' for ours: then answers are passed on to
    `answer_to`, their contact."""

    petition: Petition
    signature_id: int
    sender: bytes
    offices: Sequence[Addressee]
    language: str
    subject: str
    words: str
    own_words: int
    reply_to: str
    answer_to: str = field(default="", repr=False)
    ids: Ids
    now: int
    kind: LetterKind = "letter"
    constituent: Constituent | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of one letter. `why` it is held or was not sent, as a code."""

    office: str
    state: str
    why: str = ""
    kind: LetterKind = "letter"


async def signer_of(tx: Transaction, petition: Petition, signature_id: int) -> Signature | None:
    """The signature by which somebody writes; None if it is not there any more, or if organizers
    have taken it out."""
    found = await stored.by_ids(tx, petition.id, [signature_id])
    return next((s for s in found if s.stands), None)


async def write_many(tx: Transaction, written: Sequence[Written]) -> list[list[Progress]]:
    """Keep these letters, which wait for their turn if the signature is verified, and say of each
    signer what became of all of theirs; nothing where the signature is gone. Whoever has sent a
    letter sends no second one, whatever offices it names: the forms of one moment are one."""
    signers = [await signer_of(tx, one.petition, one.signature_id) for one in written]
    # On PostgreSQL another server may be writing for the same contact.
    await stored.lock(tx, [signer for signer in signers if signer])
    for one in written:
        await _write(tx, one)
    await carrying.queue(tx, written[0].now)
    return [await progress(tx, one.petition, one.signature_id, one.sender) for one in written]


async def _write(tx: Transaction, one: Written) -> None:
    signer = await signer_of(tx, one.petition, one.signature_id)
    before = await letters.of_signer(tx, one.petition.id, one.signature_id, one.sender)
    has_left = any(
        state != "draft" and letter.kind == one.kind == "letter" for letter, state, _ in before
    )
    if signer is None or has_left:
        return
    full = await letters.full_offices(tx, one.petition.id, signer.contact_key)
    batch = [_letter(one, signer, office) for office in one.offices]
    await letters.drop_drafts(tx, one.petition.id, one.signature_id)
    await letters.write(tx, batch, one.now)
    too_many = [letter.id for letter in batch if (letter.office.key, letter.kind) in full]
    await letters.refuse(tx, too_many, "many", one.now)
    nowhere = [each.id for each in batch if each.channel == "cwc" and not each.constituent]
    await letters.refuse(tx, nowhere, "no_address", one.now)


def _letter(one: Written, signer: Signature, office: Addressee) -> Letter:
    return Letter(
        id=one.ids.next(one.now),
        petition_id=one.petition.id,
        signature_id=one.signature_id,
        sender=one.sender,
        contact=signer.contact_key,
        office=office,
        channel=office.channel,
        language=one.language,
        subject=one.subject,
        words=one.words,
        own_words=one.own_words,
        reply_to=one.reply_to,
        answer_to="" if one.reply_to else one.answer_to,
        kind=one.kind,
        constituent=one.constituent if office.channel == "cwc" else None,
    )


async def progress(
    tx: Transaction, petition: Petition, signature_id: int, sender: bytes
) -> list[Progress]:
    """What became of one signer's letters."""
    found = await letters.of_signer(tx, petition.id, signature_id, sender)
    return [Progress(letter.office.name, state, why, letter.kind) for letter, state, why in found]


async def to_thank(
    tx: Transaction, petition: Petition, signature_id: int, sender: bytes, now: int
) -> list[Addressee]:
    """The offices that have agreed since this signer wrote to them, and are not thanked yet."""
    agreed = await figures.agreed_offices(tx, petition.id)
    if not agreed:
        return []
    found = await letters.of_signer(tx, petition.id, signature_id, sender)
    agreed -= {letter.office.key for letter, _, _ in found if letter.kind == "thanks"}
    offices = [
        await office_now(tx, petition, letter.office, now)
        for letter, state, _ in found
        if letter.office.key in agreed and state != "draft"
    ]
    return [office for office in offices if office]


@dataclass(frozen=True, slots=True)
class Settling:
    """A signer who was not sure has said where they live: whom they reach now."""

    petition: Petition
    signature_id: int
    sender: bytes
    found: Reached
    ids: Ids
    now: int


async def settle_many(tx: Transaction, settling: Sequence[Settling]) -> list[list[Progress]]:
    """Write what waited for these signers to whom they reach, and say what became of it all."""
    for one in settling:
        for letter, state, why in await letters.of_signer(
            tx, one.petition.id, one.signature_id, one.sender
        ):
            if state == "held" and why == "unsure":
                new_id = partial(one.ids.next, one.now)
                await releasing.let_go(tx, one.petition, letter, one.found, new_id, one.now)
    await carrying.queue(tx, settling[0].now)
    return [await progress(tx, one.petition, one.signature_id, one.sender) for one in settling]
