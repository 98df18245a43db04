"""Erasing a signature as if its signer had taken it back, where no code and no text tells whose it
is: what its phone has said, and mails that wait for its contact, are found by the contact's key."""

from __future__ import annotations

from collections.abc import Collection

from server.core.conversations import inbound, phones
from server.core.outbox import outbox
from server.core.petitions.petitions import Petition
from server.core.signing import signatures, stored
from server.core.signing.signature import Signature
from server.core.values.keys import Keys
from server.db import Transaction


async def under_locks(tx: Transaction, petition_id: int, id_: int) -> Signature | None:
    """The signature, which no other server decides about until the transaction ends; None for one
    that is gone, or taken back."""
    await stored.lock(tx, await stored.by_ids(tx, petition_id, [id_]))
    found = await stored.by_ids(tx, petition_id, [id_])
    return next((s for s in found if s.withdrawn_at is None), None)


async def erase(
    tx: Transaction, keys: Keys, petition: Petition, id_: int, phone: str | None, now: int
) -> bool:
    """Erase it, and all that is kept about it; whether it was there. `phone`: its number, so far as
    it is known (`kept.phone_of`)."""
    signature = await under_locks(tx, petition.id, id_)
    if signature is None:
        return False
    contact_keys = [signature.contact_key] if signature.contact_key else []
    await signatures.withdraw(tx, [signature], now)
    await forget_mails(tx, keys, petition.id, petition.salt, contact_keys)
    if phone:
        await inbound.forget_all(tx, keys.phones(phone))
        await phones.converse(tx, dict.fromkeys(keys.phones(phone)), now)
    return True


async def forget_mails(
    tx: Transaction, keys: Keys, petition_id: int, salt: bytes, contact_keys: Collection[bytes]
) -> None:
    """Mails that were asked for and wait do not go out to these contacts, where nothing of theirs
    is left in the petition."""
    left = {s.contact_key for s in await stored.of_contact(tx, petition_id, contact_keys)}
    gone = set(contact_keys) - left
    for id_, recipient in await outbox.asked_for(tx, petition_id) if gone else ():
        if gone & set(keys.contacts(salt, recipient)):
            await outbox.discard(tx, id_)
