"""Signatures as they are stored: found for a decision, and written back with the counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from server.core.counting import counts
from server.core.counting.counts import Tally
from server.core.floods.holds import Hold
from server.core.signing import besides
from server.core.signing.columns import ASSIGNED, NAMES, SELECTED, TYPES, values_of
from server.core.signing.signature import Signature
from server.db import ColumnType, Row, Transaction, pack

#: Of `signatures s`, each with one of the reasons for which it is held, if it is.
SELECT = f"SELECT {SELECTED}, h.kind, h.label FROM"
HOLDS = " LEFT JOIN holds h ON h.petition_id = s.petition_id AND h.signature_id = s.id"

Place = tuple[int, bytes | None, bytes | None]  # petition id, place key, contact key


_HOLD: dict[str, ColumnType] = {
    "petition_id": "int",
    "signature_id": "int",
    "kind": "text",
    "label": "text",
}


async def related(tx: Transaction, people: Iterable[Place]) -> list[Signature]:
    """The stored signatures that could be one of these people: by place, or by contact."""
    batch = tx.rows("batch", petition_id="int", place_key="blob", contact_key="blob")
    places = (
        f"{SELECT} {batch} b JOIN signatures s"
        " ON s.petition_id = b.petition_id AND s.place_key = b.place_key"
        f" AND s.place_key IS NOT NULL AND s.contact_key IS NULL {HOLDS}"
    )
    # No word on contact_key here: it would lure SQLite into reading the index of all contacts.
    verified_places = (
        f" UNION ALL {SELECT} {batch} b JOIN signatures s"
        " ON s.petition_id = b.petition_id AND s.place_key = b.place_key"
        f" AND s.verified_at IS NOT NULL {HOLDS} WHERE b.contact_key IS NULL"
    )
    contacts = (
        f" UNION ALL {SELECT} {batch} b JOIN signatures s"
        " ON s.petition_id = b.petition_id AND s.contact_key = b.contact_key"
        f" AND s.contact_key IS NOT NULL {HOLDS} WHERE b.contact_key IS NOT NULL"
    )
    return read(await tx.fetch(places + verified_places + contacts, batch=pack(people)))


async def beside(tx: Transaction, signatures: Sequence[Signature]) -> list[Signature]:
    """These, and what a change to them may touch: those of the same names and places without
    contact, and the verified ones."""
    places = ((s.petition_id, s.place_key, None) for s in signatures if s.place_key)
    return list({s.id: s for s in [*await related(tx, places), *signatures]}.values())


async def by_ids(tx: Transaction, petition_id: int, ids: Iterable[int]) -> list[Signature]:
    wanted = tx.rows("wanted", id="int")
    rows = await tx.fetch(
        f"{SELECT} {wanted} w JOIN signatures s"
        f" ON s.petition_id = :petition AND s.id = w.id {HOLDS}",
        petition=petition_id,
        wanted=pack((id_,) for id_ in ids),
    )
    return read(rows)


async def latest_id(tx: Transaction, petition_id: int) -> int:
    """Of the last signature of a petition, 0 where there is none."""
    row = await tx.fetch_one(
        "SELECT id FROM signatures WHERE petition_id = :petition ORDER BY id DESC LIMIT 1",
        petition=petition_id,
    )
    return row["id"] if row else 0


async def of_contact(
    tx: Transaction, petition_id: int, contact_keys: Iterable[bytes]
) -> list[Signature]:
    """What one contact has signed and not taken back, the latest first; `Keys.contacts` has its
    keys."""
    wanted = tx.rows("wanted", contact_key="blob")
    rows = await tx.fetch(
        f"{SELECT} signatures s {HOLDS} WHERE s.petition_id = :petition"
        f" AND s.contact_key IN (SELECT w.contact_key FROM {wanted} w)"
        " AND s.contact_key IS NOT NULL AND s.withdrawn_at IS NULL ORDER BY s.id DESC",
        petition=petition_id,
        wanted=pack((key,) for key in contact_keys),
    )
    return read(rows)


def read(rows: Iterable[Row]) -> list[Signature]:
    """The signatures in rows of `SELECT`, each once, in order."""
    found: dict[int, Signature] = {}
    for *values, kind, label in rows:
        signature = found.get(values[0])
        if signature is None:
            signature = found[values[0]] = Signature.from_row(values)
        if kind is not None:
            signature.holds |= {Hold(kind, label)}
            signature.holds_before = signature.holds
    return list(found.values())


async def lock(tx: Transaction, signatures: Iterable[Signature]) -> None:
    """Until the transaction ends, no other server decides about these people."""
    await tx.lock(key for s in signatures for key in (s.place_key, s.contact_key) if key)


async def write(tx: Transaction, signatures: Sequence[Signature]) -> None:
    """Store every difference, and the counters with it: one statement each for merged, changed
    and new rows, and for reasons to hold that are gone or new."""
    kept = [s for s in signatures if not s.merged]
    batch = tx.rows("batch", **TYPES)
    # First, since the unique keys of a merged row may be needed by another.
    if merged := [s for s in signatures if s.merged and s.stored]:
        gone = tx.rows("batch", petition_id="int", id="int")
        await tx.execute(
            "DELETE FROM signatures WHERE (petition_id, id) IN"
            f" (SELECT petition_id, id FROM {gone} b)",
            batch=pack((s.petition_id, s.id) for s in merged),
        )
        await besides.erase(tx, [(s.petition_id, s.id) for s in merged])
    if changed := [s for s in kept if s.stored and s.changed]:
        await tx.execute(
            f"UPDATE signatures SET {ASSIGNED} FROM {batch} b"
            " WHERE signatures.petition_id = b.petition_id AND signatures.id = b.id",
            batch=pack(map(values_of, changed)),
        )
    if new := [s for s in kept if not s.stored]:
        await tx.execute(
            f"INSERT INTO signatures ({NAMES}) SELECT {NAMES} FROM {batch} b",
            batch=pack(map(values_of, new)),
        )
    await besides.write(tx, kept)
    await _write_holds(tx, signatures)
    await counts.add(tx, _changes(signatures))


async def leave_places(tx: Transaction, signatures: Iterable[Signature]) -> None:
    """These are found by their place no more, before another is written that takes it: it is unique
    among those without contact."""
    if packed := sorted((s.petition_id, s.id) for s in signatures if s.stored):
        batch = tx.rows("batch", petition_id="int", id="int")
        await tx.execute(
            "UPDATE signatures SET place_key = NULL"
            f" WHERE (petition_id, id) IN (SELECT petition_id, id FROM {batch} b)",
            batch=pack(packed),
        )


async def disapprove(tx: Transaction, signatures: Iterable[Signature]) -> None:
    """Nobody has approved the comments that they have now."""
    if packed := sorted((s.petition_id, s.id) for s in signatures if s.stored):
        batch = tx.rows("batch", petition_id="int", id="int")
        await tx.execute(
            "UPDATE signatures SET approved_at = NULL WHERE approved_at IS NOT NULL AND"
            f" (petition_id, id) IN (SELECT petition_id, id FROM {batch} b)",
            batch=pack(packed),
        )


async def note_merged(tx: Transaction, merged: Iterable[tuple[int, int, int]]) -> None:
    """Note rows that are gone, by petition and id, each with the id of what stands for it."""
    if packed := list(merged):
        batch = tx.rows("batch", petition_id="int", id="int", into_id="int")
        await tx.execute(
            "INSERT INTO merged (petition_id, id, into_id)"
            f" SELECT petition_id, id, into_id FROM {batch} b",
            batch=pack(packed),
        )


async def stands_for_others(tx: Transaction, petition_id: int, id_: int) -> bool:
    """Whether other rows were merged into this one."""
    found = "SELECT 1 AS one FROM merged WHERE petition_id = :petition AND into_id = :id LIMIT 1"
    return await tx.fetch_one(found, petition=petition_id, id=id_) is not None


async def merged_into(tx: Transaction, gone: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What these (petition, id) have stood for, and do no more: an older copy may have it still."""
    batch = tx.rows("batch", petition_id="int", id="int")
    rows = await tx.fetch(
        "DELETE FROM merged WHERE (petition_id, into_id) IN"
        f" (SELECT petition_id, id FROM {batch} b) RETURNING petition_id, id",
        batch=pack(gone),
    )
    return [(row["petition_id"], row["id"]) for row in rows]


async def _write_holds(tx: Transaction, signatures: Sequence[Signature]) -> None:
    columns, batch = ", ".join(_HOLD), tx.rows("batch", **_HOLD)
    gone, new = [], []
    for s in signatures:
        now = frozenset() if s.merged else s.holds
        gone += [(s.petition_id, s.id, *hold) for hold in s.holds_before - now]
        new += [(s.petition_id, s.id, *hold) for hold in now - s.holds_before]
    if gone:
        await tx.execute(
            f"DELETE FROM holds WHERE ({columns}) IN (SELECT {columns} FROM {batch} b)",
            batch=pack(gone),
        )
    if new:
        await tx.execute(
            f"INSERT INTO holds ({columns}) SELECT {columns} FROM {batch} b",
            batch=pack(new),
        )


def _changes(signatures: Iterable[Signature]) -> Counter[Tally]:
    changes: Counter[Tally] = Counter()
    for signature in signatures:
        if signature.stored and not signature.changed and not signature.merged:
            continue
        if signature.before:
            changes[signature.before] -= 1
        if after := signature.tally():
            changes[after] += 1
    return changes
