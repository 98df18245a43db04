"""What a message about a signature says: decided when it goes out, whatever was known when it was
queued. So signing does the same work for everybody, and a code is made when its mail leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
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
    """`kind` is verify_code, withdraw_code or signed_otherwise, or signed_again without a code."""

    kind: str
    codes: tuple[MailedCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a message has to say, before anything is made for it: a code is good from when it goes
    out. `about` are signatures with a code each, or (`form_id`) one with the code of a form; for
    signed_again, the one that was signed."""

    kind: str
    about: tuple[Signature, ...] = ()
    form_id: int | None = None

    @property
    def has_code(self) -> bool:
        return bool(self.about) and self.kind != "signed_again"

    @property
    def is_note(self) -> bool:
        """Whether it tells an owner that somebody has signed with their contact."""
        return self.kind in {"signed_again", "signed_otherwise"}


async def plan_for(
    tx: Transaction, keys: Keys, petition: Petition, item: Announcement, now: int
) -> Plan | None:
    """What a message about signatures has to say now; None if that is nothing."""
    contact_keys = keys.contacts(petition.salt, item.recipient)
    if item.kind == "withdraw_code":
        # What organizers have taken out, too: it is still its signer's to erase.
        mine = await stored.of_contact(tx, petition.id, contact_keys)
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
    if signature.verified_at:
        if not _is_news(signature, item, now):
            return None
        if late or form_id is None or item.channel == "sms":
            return Plan("signed_again", (signature,))
        return Plan("signed_otherwise", (signature,), form_id)
    return None if late else Plan("verify_code", (signature,), form_id)


async def message_for(
    tx: Transaction, keys: Keys, petition: Petition, item: Announcement, plan: Plan, now: int
) -> Message:
    """The message that goes out now. Made again, as after a failed try, it is the same."""
    if plan.is_note:
        await _note_repeat(tx, plan.about[0], item, now)
    if not plan.has_code:
        return Message(plan.kind)
    purpose: Purpose = "withdraw" if plan.kind == "withdraw_code" else "verify"
    mailed = [
        await _mailed_code(tx, keys, petition, s, plan.form_id or s.id, purpose, item, now)
        for s in plan.about
    ]
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
    await tx.execute(
        "DELETE FROM outbox WHERE kind = 'withdraw_code' AND sent_at IS NULL AND failed_at IS NULL"
        " AND address_key IS NOT NULL AND (petition_id, address_key) IN"
        f" (SELECT b.petition_id, b.address_key FROM {rows} b WHERE NOT EXISTS"
        "  (SELECT 1 FROM signatures s WHERE s.petition_id = b.petition_id"
        "   AND s.contact_key = b.contact_key AND s.contact_key IS NOT NULL"
        "   AND s.withdrawn_at IS NULL))",
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


async def _note_repeat(tx: Transaction, signature: Signature, item: Announcement, now: int) -> None:
    """Note when the owner was told, and by which message."""
    await outbox.becomes(tx, item.id, "signed_again")
    await tx.execute(
        "UPDATE signatures SET noted_at = :now WHERE petition_id = :petition AND id = :id",
        now=now,
        petition=signature.petition_id,
        id=signature.id,
    )


async def _mailed_code(
    tx: Transaction,
    keys: Keys,
    petition: Petition,
    signature: Signature,
    about: int,
    purpose: Purpose,
    item: Announcement,
    now: int,
) -> MailedCode:
    recipient = keys.address(item.recipient)
    made_at = await codes.made(tx, signature, about, purpose, recipient, item.created_at, now)
    return MailedCode(
        name=(signature.name or "") if signature.verified_at else "",
        code=codes.code_of(keys, petition, purpose, about, made_at),
        ref=keys.ref(petition.salt, purpose, about),
    )


async def _is_stopped(tx: Transaction, petition_id: int, contact_keys: Iterable[bytes]) -> bool:
    """Whether the contact's owner has said "that was not me", when that was kept by petition."""
    wanted = tx.rows("wanted", contact_key="blob")
    return bool(
        await tx.fetch(
            f"SELECT 1 AS one FROM {wanted} w JOIN mail_stops m ON m.petition_id = :petition"
            " AND m.contact_key = w.contact_key",
            petition=petition_id,
            wanted=pack((key,) for key in contact_keys),
        )
    )
