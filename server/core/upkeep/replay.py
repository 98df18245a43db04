"""What tombstones say: how they are written, and done again in a copy that does not know them.

    withdrawn     petition, signature     taken back, or "that was not me"
    disowned      petition, signature     what waited beside it was not its signer's
    no_news       petition, signature
    stopped       phone                   no more texts
    started       phone                   texts again
    forgotten     phone                   what it has said and heard
    mail_stopped  recipient               "that was not me": no more mail from us
    mail_resumed  recipient               mail again
    ended         petition, proof         ended for good

Signatures are sealed with their petition's key; phones and recipients are keys already. Nobody can
tell from the log who it was, and without the secret not even which signature.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from server.core.conversations import inbound, phones
from server.core.outbox import allowance
from server.core.person import erased
from server.core.signing import pending, signatures, stored
from server.core.upkeep import ending
from server.core.values.keys import Keys
from server.db import Tombstone, Transaction
from server.db.tombstones import Note, Record
from server.errors import Misconfigured

_SEALED = frozenset({"withdrawn", "disowned", "no_news"})


async def _salts(tx: Transaction) -> dict[int, bytes]:
    """By petition; those that have ended have none."""
    rows = await tx.fetch("SELECT id, salt FROM petitions WHERE ended_at IS NULL")
    return {row["id"]: bytes(row["salt"]) for row in rows}


async def sealed(tx: Transaction, keys: Keys, left: Iterable[Tombstone]) -> list[Note]:
    """Tombstones as they are noted."""
    salts = await _salts(tx)
    notes: list[Note] = []
    for kind, *about in left:
        said = about
        if kind in _SEALED:
            petition, signature = map(int, about)
            if petition not in salts:  # it has ended, and with it all that was in it
                continue
            said = [petition, keys.sealed(salts[petition], signature)]
        notes.append([str(kind), *(p.hex() if isinstance(p, bytes) else p for p in said)])
    return notes


@dataclass(slots=True)
class _Told:
    """What some records say, put together; the last word about a phone or a mailbox holds."""

    #: Ids by kind and petition.
    signatures: dict[str, dict[int, set[int]]] = field(
        default_factory=lambda: {kind: defaultdict(set) for kind in _SEALED}
    )
    phones: dict[bytes, bool] = field(default_factory=dict)
    forgotten: set[bytes] = field(default_factory=set)
    mail: dict[bytes, bool] = field(default_factory=dict)
    ended: list[tuple[int, str]] = field(default_factory=list)

    def take(self, keys: Keys, salts: Mapping[int, bytes], note: Note) -> None:
        match list(note):
            case [str(kind), int(petition), str(sealed)] if kind in _SEALED:
                salt = salts.get(petition)
                id_ = keys.unsealed(salt, bytes.fromhex(sealed)) if salt else None
                if id_ is not None:  # else its petition is not in this copy, or has ended in it
                    self.signatures[kind][petition].add(id_)
            case ["stopped" | "started" as kind, str(phone)]:
                self.phones[bytes.fromhex(phone)] = kind == "stopped"
            case ["forgotten", str(phone)]:
                self.forgotten.add(bytes.fromhex(phone))
            case ["mail_stopped" | "mail_resumed" as kind, str(recipient)]:
                self.mail[bytes.fromhex(recipient)] = kind == "mail_stopped"
            case ["ended", int(petition), str(proof)]:
                self.ended.append((petition, proof))
            case _:
                raise Misconfigured("tombstones were noted by a newer version of Undersigned")


async def again(tx: Transaction, keys: Keys, records: Sequence[Record]) -> None:
    """Erase again what these records say. Doing it twice does nothing twice."""
    salts, told, at = await _salts(tx), _Told(), records[-1].at
    for record in records:
        for note in record.notes:
            told.take(keys, salts, note)
    for petition, ids in told.signatures["withdrawn"].items():
        await stored.lock(tx, await stored.by_ids(tx, petition, ids))
        found = await stored.by_ids(tx, petition, ids)
        there = [s for s in found if s.withdrawn_at is None]
        contacts = {s.contact_key for s in there if s.contact_key}
        await signatures.withdraw(tx, there, at)
        await erased.forget_mails(tx, keys, petition, salts[petition], contacts)
    for petition, ids in told.signatures["disowned"].items():
        await pending.erase(tx, ((petition, id_) for id_ in ids))
    for petition, ids in told.signatures["no_news"].items():
        await stored.lock(tx, await stored.by_ids(tx, petition, ids))
        await signatures.end_news(tx, await stored.by_ids(tx, petition, ids))
    for phone, stopped in told.phones.items():
        await (phones.opt_out(tx, phone, at) if stopped else phones.opt_in(tx, phone))
    await inbound.forget_all(tx, told.forgotten)
    await allowance.stop(tx, [key for key, stopped in told.mail.items() if stopped], at)
    await allowance.lift(tx, [key for key, stopped in told.mail.items() if not stopped])
    for petition, proof in told.ended:
        if petition in salts and ending.proof(keys, salts[petition]) == proof:
            await ending.destroy_key(tx, petition, at)
