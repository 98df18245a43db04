"""What a message about a signature says: decided when it goes out, whatever was known when it was
queued. So signing does the same work for everybody, and a code is made when its mail leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import starmap

from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outbox import REMINDER, Announcement
from server.core.petitions.petitions import Petition
from server.core.signing import codes, pending, stored
from server.core.signing.codes import Purpose, is_late
from server.core.signing.signature import Signature
from server.core.values.keys import Keys
from server.db import Transaction, pack

REPEAT_SECONDS = DAY  # between two notes to an owner that somebody signed with their contact
SILENT = 1000  # texts that say nothing, dropped in one step
CODES_IN_A_MAIL = 10  # signatures in one mail about taking them back


@dataclass(frozen=True, slots=True)
class MailedCode:
    """What a message says about one signature or form; `ref` is for the link. `name` is '' where a
    stranger may have chosen it: no mail says what strangers want it to say."""

    name: str
    code: str
    ref: str


@dataclass(frozen=True, slots=True)
class Message:
    """`kind` is verify_code, reminder, withdraw_code or signed_otherwise, or signed_again without a
    code; or that of a mail to an organizer, with figures by name, and lines of a title and two
    figures; or that of an office's answer, in `words`, or letter_asked, with names of offices."""

    kind: str
    codes: tuple[MailedCode, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    lines: tuple[tuple[str, int, int], ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """A signature or form that a message is about, as `MailedCode` names it."""

    id: int
    contact_key: bytes | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a message has to say, before anything is made for it: a code is good from when it goes
    out. `about` has a code each; for signed_again, it is what was signed. `noted_id`: the signature
    whose owner is told of a repeat. `words`: what it says, where that is made already. `letters`:
    the ids of those that it asks about."""

    kind: str
    about: tuple[About, ...] = ()
    noted_id: int | None = None
    words: str = ""
    letters: tuple[int, ...] = ()

    @property
    def has_code(self) -> bool:
        return bool(self.about) and self.kind != "signed_again"


async def plan_for(
    tx: Transaction, keys: Keys, petition: Petition, item: Announcement, now: int
) -> Plan | None:
    """What a message about signatures has to say now; None if that is nothing."""
    contact_keys = keys.contacts(petition.salt, item.recipient)
    if item.kind == "withdraw_code":
        mine = await _to_take_back(tx, petition.id, contact_keys)
        return Plan("withdraw_code", tuple(mine[:CODES_IN_A_MAIL])) if mine else None
    found = await stored.by_ids(tx, petition.id, [item.signature_id or 0])
    signature = next((s for s in found if s.contact_key in contact_keys), None)
    if signature is None or signature.rejected_at:
        return None
    if await _is_stopped(tx, petition.id, contact_keys):
        return None
    form_id = item.form_id
    if form_id and not await pending.exists(tx, petition.id, form_id):
        form_id = None
        if not signature.verified_at:
            return None  # newer forms came in its place: no code is sent for what is no more
    late = is_late(petition, now) or (item.channel == "sms" and not petition.sms_codes)
    about = (replace(_about(signature), id=form_id or signature.id),)
    if item.kind == REMINDER:
        waits = not (late or signature.verified_at or signature.held_at)
        return Plan(REMINDER, about) if waits else None
    if signature.verified_at:
        if not _is_news(signature, item, now):
            return None
        told = late or form_id is None or item.channel == "sms"
        return Plan("signed_again" if told else "signed_otherwise", about, signature.id)
    return None if late else Plan("verify_code", about)


async def _to_take_back(
    tx: Transaction, petition_id: int, contact_keys: Sequence[bytes]
) -> list[About]:
    """What one contact may take back. What organizers have taken out, too: it is still its signer's
    to erase. A form goes with its signature, unless that has lost the contact."""
    mine = map(_about, await stored.of_contact(tx, petition_id, contact_keys))
    return [*mine, *starmap(About, await pending.left_alone(tx, petition_id, contact_keys))]


def _about(signature: Signature) -> About:
    name = (signature.name or "") if signature.verified_at else ""
    return About(signature.id, signature.contact_key, name)


async def message_for(
    tx: Transaction, keys: Keys, petition: Petition, item: Announcement, plan: Plan, now: int
) -> Message:
    """The message that goes out now. Made again, as after a failed try, it is the same."""
    if plan.noted_id is not None:
        await _note_repeat(tx, petition.id, plan.noted_id, item, now)
    if not plan.has_code:
        return Message(plan.kind)
    purpose: Purpose = "withdraw" if plan.kind == "withdraw_code" else "verify"
    mailed = [await _mailed_code(tx, keys, petition, one, purpose, item, now) for one in plan.about]
    return Message(plan.kind, tuple(mailed))


async def discard_silent(tx: Transaction) -> bool:
    """Drop the texts of web signings that say nothing, and say whether there may be more of them:
    the phone is not verified, and codes are not sent by text. They are queued so that nobody learns
    from the time what we know of a phone."""
    dropped = await tx.fetch(
        "DELETE FROM outbox WHERE id IN (SELECT o.id FROM outbox o"
        " JOIN petitions p ON p.id = o.petition_id AND p.sms_codes_at IS NULL"
        " JOIN signatures s ON s.petition_id = o.petition_id AND s.id = o.signature_id"
        "  AND s.verified_at IS NULL WHERE o.channel = 'sms' AND o.kind = 'signed'"
        f" AND o.sent_at IS NULL AND o.failed_at IS NULL LIMIT {SILENT})"
        " RETURNING 1 AS one"
    )
    return len(dropped) >= SILENT


async def discard_answered(
    tx: Transaction, answered: Sequence[tuple[int, bytes | None, bytes]]
) -> None:
    """Drop the mails about taking something back that wait for these (petition, key of whom they go
    to, key of the contact), where nothing is left to take back."""
    if not answered:
        return
    rows = tx.rows("batch", petition_id="int", address_key="blob", contact_key="blob")
    # Who wants to see what else they have signed asks again.
    await tx.execute(
        "DELETE FROM outbox WHERE kind = 'mine_code' AND sent_at IS NULL AND failed_at IS NULL"
        f" AND address_key IS NOT NULL AND address_key IN (SELECT b.address_key FROM {rows} b)",
        batch=pack(answered),
    )
    await tx.execute(
        "DELETE FROM outbox WHERE kind = 'withdraw_code' AND sent_at IS NULL AND failed_at IS NULL"
        " AND address_key IS NOT NULL AND (petition_id, address_key) IN"
        f" (SELECT b.petition_id, b.address_key FROM {rows} b WHERE NOT EXISTS"
        "  (SELECT 1 FROM signatures s WHERE s.petition_id = b.petition_id"
        "   AND s.contact_key = b.contact_key AND s.contact_key IS NOT NULL"
        "   AND s.withdrawn_at IS NULL)"
        "  AND NOT EXISTS (SELECT 1 FROM pending_forms f WHERE f.petition_id = b.petition_id"
        "   AND f.contact_key = b.contact_key))",
        batch=pack(answered),
    )


def _is_news(signature: Signature, item: Announcement, now: int) -> bool:
    """Whether to tell the owner of a verified contact that somebody signed with it: once a day at
    most."""
    if item.kind == "signed_again":
        return True  # this very message has noted it, before a try that failed or had to wait
    if item.created_at < (signature.verified_at or 0):
        return False  # signed before it was verified: its own code came too late to be needed
    return now - (signature.noted_at or 0) >= REPEAT_SECONDS


async def _note_repeat(
    tx: Transaction, petition_id: int, signature_id: int, item: Announcement, now: int
) -> None:
    """Note when the owner was told, and by which message."""
    await outbox.becomes(tx, item.id, "signed_again")
    await tx.execute(
        "UPDATE signatures SET noted_at = :now WHERE petition_id = :petition AND id = :id",
        now=now,
        petition=petition_id,
        id=signature_id,
    )


async def _mailed_code(
    tx: Transaction,
    keys: Keys,
    petition: Petition,
    about: About,
    purpose: Purpose,
    item: Announcement,
    now: int,
) -> MailedCode:
    whose = petition.id, about.contact_key, about.id
    recipient = keys.address(item.recipient)
    made_at = await codes.made(tx, *whose, purpose, recipient, item.created_at, now)
    return MailedCode(
        name=about.name,
        code=codes.code_of(keys, petition, purpose, about.id, made_at),
        ref=keys.ref(petition.salt, purpose, about.id),
    )


async def _is_stopped(tx: Transaction, petition_id: int, contact_keys: Iterable[bytes]) -> bool:
    """Whether the contact's owner has said "that was not me", when that was kept by petition."""
    wanted = tx.rows("wanted", contact_key="blob")
    return bool(
        await tx.fetch(
            "SELECT 1 AS one FROM mail_stops WHERE petition_id = :petition"
            f" AND contact_key IN (SELECT w.contact_key FROM {wanted} w)",
            petition=petition_id,
            wanted=pack((key,) for key in contact_keys),
        )
    )
