"""What a message about a signature says: decided when it goes out, whatever was known when it was
queued. So signing does the same work for everybody, and a code is made when its mail leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.core.counting.counts import DAY
from server.core.outbox.outbox import Announcement
from server.core.petitions.petitions import Petition
from server.core.signing import codes, stored
from server.core.signing.codes import Purpose, is_late
from server.core.signing.signature import Signature
from server.core.values.keys import Keys
from server.db import Transaction, pack

REPEAT_SECONDS = DAY  # between two notes to an owner that somebody signed with their contact
SILENT = 1000  # texts that say nothing, dropped in one step
LISTED = 10  # signatures in one mail about taking them back


@dataclass(frozen=True, slots=True)
class MailedCode:
    """What a message says about one signature; `ref` is for the link."""

    name: str
    code: str
    ref: str


@dataclass(frozen=True, slots=True)
class Message:
    """`kind` is verify_code, withdraw_code, or signed_again, which has no code."""

    kind: str
    codes: tuple[MailedCode, ...] = ()


async def message_for(
    tx: Transaction, keys: Keys, petition: Petition, item: Announcement, now: int
) -> Message | None:
    """What a `signed` or `withdraw_code` message has to say now; None if that is nothing.

    Asked again for the same message, as after a failed try, it says the same.
    """
    contact_keys = keys.contacts(petition.salt, item.recipient)
    if item.kind == "withdraw_code":
        signed = await stored.of_contact(tx, petition.id, contact_keys)
        mine = [s for s in signed if not s.rejected_at][:LISTED]
        said = [await _mailed_code(tx, keys, petition, s, "withdraw", item, now) for s in mine]
        return Message("withdraw_code", tuple(said)) if said else None
    found = await stored.by_ids(tx, petition.id, [item.signature_id or 0])
    signature = next((s for s in found if s.contact_key in contact_keys), None)
    if signature is None or signature.rejected_at:
        return None
    if await _is_stopped(tx, petition.id, contact_keys):
        return None
    if signature.verified_at:
        return await _repeat_note(tx, signature, item, now)
    if is_late(petition, now) or (item.channel == "sms" and not petition.sms_codes):
        return None
    code = await _mailed_code(tx, keys, petition, signature, "verify", item, now)
    return Message("verify_code", (code,))


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


async def _repeat_note(
    tx: Transaction, signature: Signature, item: Announcement, now: int
) -> Message | None:
    """Tell the owner of a verified contact that somebody signed with it, once a day at most."""
    if item.created_at < (signature.verified_at or 0):
        return None  # signed before it was verified: its own code came too late to be needed
    noted = signature.noted_at or 0
    # This very message may have noted it, before a try that failed.
    ours = item.tries > 1 and noted >= item.created_at
    if now - noted < REPEAT_SECONDS and not ours:
        return None
    await tx.execute(
        "UPDATE signatures SET noted_at = :now WHERE petition_id = :petition AND id = :id",
        now=now,
        petition=signature.petition_id,
        id=signature.id,
    )
    return Message("signed_again")


async def _mailed_code(
    tx: Transaction,
    keys: Keys,
    petition: Petition,
    signature: Signature,
    purpose: Purpose,
    item: Announcement,
    now: int,
) -> MailedCode:
    made_at = await codes.made(tx, signature, purpose, item.created_at, now)
    return MailedCode(
        name=signature.name or "",
        code=codes.code_of(keys, petition, purpose, signature.id, made_at),
        ref=keys.ref(petition.salt, purpose, signature.id),
    )


async def _is_stopped(tx: Transaction, petition_id: int, contact_keys: Iterable[bytes]) -> bool:
    """Whether the contact's owner has said "that was not me"."""
    wanted = tx.rows("wanted", contact_key="blob")
    return bool(
        await tx.fetch(
            f"SELECT 1 AS one FROM {wanted} w JOIN mail_stops m ON m.petition_id = :petition"
            " AND m.contact_key = w.contact_key",
            petition=petition_id,
            wanted=pack((key,) for key in contact_keys),
        )
    )
