"""Forms that wait for their contact to be shown to be their signer's.

The first form of a person is their signature. A further one with other entries is kept here: it may
be a stranger's, and so may the first. Whichever of them comes back with a code is stored.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.core.petitions.petitions import Petition
from server.core.signing import besides
from server.core.signing.entries import NOTHING, Besides, Entries
from server.core.signing.signature import Signing
from server.core.values.ids import first_id
from server.core.values.keys import Keys
from server.db import ColumnType, Transaction, pack

FORMS_KEPT = 3  # of one contact and network; older ones give way

_COLUMNS: dict[str, ColumnType] = {
    "petition_id": "int",
    "id": "int",
    "signature_id": "int",
    "signing_id": "int",
    "contact_key": "blob",
    "network": "blob",
    "class": "text",
    "language": "text",
    "name": "text",
    "postcode": "text",
    "contact": "text",
    "comment": "text",
    "public_at": "int",
    "news_at": "int",
    "besides": "text",
    "wording": "int",
    "collector": "int",
}
_NAMES = ", ".join(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Form:
    """A signing that waits, beside the signature of the same person."""

    signing: Signing
    signature_id: int

    @property
    def id(self) -> int:
        """The same for the same form from the same network, so that it is kept once."""
        s = self.signing
        about = [s.keys.contact or b"", s.prefix_tag or b"", repr(tuple(s.entries)).encode()]
        digest = hashlib.sha256(b"".join(len(a).to_bytes(4) + a for a in about)).digest()
        return int.from_bytes(digest[:8]) >> 1

    @property
    def beside(self) -> tuple[int, int]:
        """The petition and id of the signature that came first."""
        return self.signing.petition_id, self.signature_id

    @property
    def row(self) -> tuple[int | str | bytes | None, ...]:
        s = self.signing
        about = (s.petition_id, self.id, self.signature_id, s.id, s.keys.contact)
        said = (s.class_, s.language, s.name, s.postcode, s.contact, s.comment)
        ticks = (s.now if ticked else None for ticked in (s.public, s.news))
        more = s.besides.packed(), s.wording, s.collector
        return *about, s.prefix_tag or b"", *said, *ticks, *more


async def put(tx: Transaction, forms: Iterable[Form]) -> None:
    """Keep these; a form that is kept already is the newest again."""
    kept = {row[:2]: row for row in (form.row for form in forms)}
    if not kept:
        return
    await tx.execute(
        f"INSERT INTO pending_forms ({_NAMES})"
        f" SELECT {_NAMES} FROM {tx.rows('batch', **_COLUMNS)} b WHERE true"
        " ON CONFLICT (petition_id, id) DO UPDATE SET signing_id = excluded.signing_id,"
        "  signature_id = excluded.signature_id",
        batch=pack(kept.values()),
    )
    whose = tx.rows("whose", petition_id="int", contact_key="blob", network="blob")
    alike = (
        "pending_forms {0} ON {0}.petition_id = w.petition_id"
        " AND {0}.contact_key = w.contact_key AND {0}.network = w.network"
    )
    await tx.execute(
        "DELETE FROM pending_forms WHERE (petition_id, id) IN (SELECT f.petition_id, f.id"
        f" FROM {whose} w JOIN {alike.format('f')} JOIN {alike.format('newer')}"
        "  AND newer.signing_id > f.signing_id"
        f" GROUP BY f.petition_id, f.id HAVING count(*) >= {FORMS_KEPT})",
        whose=pack({(row[0], row[4], row[5]) for row in kept.values()}),
    )


async def erase(tx: Transaction, signatures: Iterable[tuple[int, int]]) -> None:
    """Erase what waits beside these signatures, each by its petition and id."""
    gone = tx.rows("gone", petition_id="int", signature_id="int")
    if packed := sorted(set(signatures)):
        await tx.execute(
            "DELETE FROM pending_forms WHERE (petition_id, signature_id) IN"
            f" (SELECT petition_id, signature_id FROM {gone} g)",
            gone=pack(packed),
        )


async def disown(tx: Transaction, contact_keys: Iterable[tuple[int, bytes]]) -> list[str]:
    """Erase what waits for these contacts, each key with the id of its petition, at the wish of
    their owner; returns the names in it."""
    mine = tx.rows("mine", petition_id="int", contact_key="blob")
    rows = await tx.fetch(
        "DELETE FROM pending_forms WHERE (petition_id, contact_key) IN"
        f" (SELECT petition_id, contact_key FROM {mine} m)"
        " RETURNING petition_id, signature_id, name",
        mine=pack(contact_keys),
    )
    beside = {(row["petition_id"], row["signature_id"]) for row in rows}
    tx.tombstones += [("disowned", *one) for one in sorted(beside)]
    return [row["name"] for row in rows]


async def has_before(tx: Transaction, before: int) -> bool:
    """Whether forms wait that came in before that time."""
    found = "SELECT 1 AS one FROM pending_forms WHERE signing_id < :before LIMIT 1"
    return await tx.fetch_one(found, before=first_id(before)) is not None


async def expire(tx: Transaction, before: int) -> None:
    """Erase forms that came in before that time."""
    await tx.execute(
        "DELETE FROM pending_forms WHERE signing_id < :before", before=first_id(before)
    )


async def exists(tx: Transaction, petition_id: int, id_: int) -> bool:
    found = "SELECT 1 AS one FROM pending_forms WHERE petition_id = :petition AND id = :id"
    return await tx.fetch_one(found, petition=petition_id, id=id_) is not None


async def left_alone(
    tx: Transaction, petition_id: int, contact_keys: Iterable[bytes]
) -> list[tuple[int, bytes]]:
    """Of the forms that wait for one contact, those whose signature has lost it: the id of one for
    each such signature, beside which all others go with it, and the contact's key."""
    wanted = tx.rows("wanted", contact_key="blob")
    rows = await tx.fetch(
        "SELECT max(f.id) AS id, f.contact_key FROM pending_forms f"
        " WHERE f.petition_id = :petition"
        f" AND f.contact_key IN (SELECT w.contact_key FROM {wanted} w) AND NOT EXISTS"
        "  (SELECT 1 FROM signatures s WHERE s.petition_id = f.petition_id"
        "   AND s.id = f.signature_id AND s.contact_key IS NOT NULL AND s.withdrawn_at IS NULL)"
        " GROUP BY f.signature_id, f.contact_key",
        petition=petition_id,
        wanted=pack((key,) for key in contact_keys),
    )
    return [(row["id"], bytes(row["contact_key"])) for row in rows]


@dataclass(frozen=True, slots=True)
class Provable:
    """What a code may stand for: a signature with its keys, or (`form`) a form that waits.
    `contact_keys` are all of its contact, today's and former ones."""

    id: int
    petition: Petition
    entries: Entries
    place_key: bytes | None
    contact_key: bytes
    contact_keys: tuple[bytes, ...]
    form: Form | None = None

    @property
    def shown(self) -> tuple[Entries, ...]:
        """What a page may have shown of its entries."""
        return self.entries.shown_without(self.petition.extras)

    @property
    def signature_id(self) -> int:
        return self.form.signature_id if self.form else self.id


_EITHER = (
    "SELECT b.place, s.contact_key, s.place_key, s.name, s.postcode, s.comment, s.public_at,"
    " s.news_at, s.wording, s.collector, s.id, s.id AS signature_id, NULL AS signing_id,"
    " NULL AS class, s.language, s.contact, s.prefix_tag AS network, NULL AS besides"
    " FROM {batch} b JOIN signatures s"
    " ON s.petition_id = b.petition_id AND s.contact_key = b.contact_key"
    " AND s.contact_key IS NOT NULL AND s.withdrawn_at IS NULL"
    " UNION ALL SELECT b.place, f.contact_key, NULL, f.name, f.postcode, f.comment, f.public_at,"
    " f.news_at, f.wording, f.collector, f.id, f.signature_id, f.signing_id, f.class, f.language,"
    " f.contact, f.network, f.besides FROM {batch} b JOIN pending_forms f"
    " ON f.petition_id = b.petition_id AND f.contact_key = b.contact_key"
)


async def of_contacts(
    tx: Transaction, keys: Keys, wanted: Sequence[tuple[Petition, Iterable[bytes]]], now: int
) -> list[list[Provable]]:
    """For each of these contacts, by all of its keys, what a code of it may stand for: signatures
    first, then the forms, the latest first."""
    batch = tx.rows("batch", place="int", petition_id="int", contact_key="blob")
    rows = await tx.fetch(
        _EITHER.format(batch=batch),
        batch=pack(
            (place, petition.id, key)
            for place, (petition, contact_keys) in enumerate(wanted)
            for key in set(contact_keys)
        ),
    )
    said = await besides.of_signatures(
        tx, ((wanted[row["place"]][0].id, row["id"]) for row in rows if row["signing_id"] is None)
    )
    found: defaultdict[int, list[Provable]] = defaultdict(list)
    for place, *row in sorted(rows, key=lambda row: -(row["signing_id"] or 1 << 63)):
        found[place].append(_candidate(keys, wanted[place][0], row, said, now))
    return [found[place] for place in range(len(wanted))]


def _candidate(
    keys: Keys,
    petition: Petition,
    row: Sequence[Any],
    said: Mapping[tuple[int, int], Besides],
    now: int,
) -> Provable:
    """`said` is what signatures say besides."""
    contact_key, place_key, name, postcode, comment, public_at, news_at, *about = row
    wording, collector, id_, signature_id, signing_id, class_, *about = about
    language, contact, network, packed = about
    of_signature = said.get((petition.id, id_), NOTHING)
    more = of_signature if signing_id is None else Besides.unpacked(packed)
    ticks = public_at is not None, news_at is not None
    entries = Entries(name or "", postcode, comment, *ticks, wording, collector, more)
    contact_keys = (contact_key, *(keys.contacts(petition.salt, contact) if contact else ()))
    if signing_id is None:
        return Provable(id_, petition, entries, place_key, contact_key, contact_keys)
    person = keys.person(petition.salt, name, postcode or "", contact)
    signing = Signing(
        id=signing_id,
        petition_id=petition.id,
        class_=class_,
        language=language,
        contact=contact,
        keys=person,
        now=now,
        prefix_tag=network or None,
        **entries._asdict(),
    )
    form = Form(signing, signature_id)
    return Provable(id_, petition, entries, person.place, contact_key, contact_keys, form)
