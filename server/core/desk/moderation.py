"""What an organizer decides: held signatures by group, comments, and how many people live where."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from server.core.counting.counts import DAY
from server.core.counting.states import state_of, where
from server.core.floods.limits import PREFIX_KEPT_DAYS, STAYING
from server.core.petitions.petitions import Petition
from server.core.signing import stored
from server.core.signing.decide import Ledger
from server.core.signing.signature import Signature
from server.core.values.contacts import masked
from server.core.values.ids import first_id
from server.core.values.keys import Keys
from server.core.values.postcodes import normal_postcode
from server.db import Database, Transaction, pack

BATCH = 500
SAMPLE = 5
COMMENTS = 20  # on a page


@dataclass(frozen=True, slots=True)
class Held:
    """Signatures that are held for the same reasons; `why` is their `held_why`."""

    why: str
    verified: int
    unverified: int

    @property
    def n(self) -> int:
        return self.verified + self.unverified


@dataclass(frozen=True, slots=True)
class Masked:
    """A signature with nothing in it that tells whose it is."""

    name: str
    postcode: str
    contact: str
    created_at: int


async def held(tx: Transaction, petition_id: int) -> list[Held]:
    """The largest group first."""
    rows = await tx.fetch(
        "SELECT held_why, count(verified_at) AS verified, count(*) AS n FROM signatures"
        f" WHERE petition_id = :id AND {where('held')}"
        " GROUP BY held_why ORDER BY count(*) DESC, held_why",
        id=petition_id,
    )
    return [Held(r["held_why"] or "", r["verified"], r["n"] - r["verified"]) for r in rows]


async def sample(tx: Transaction, petition_id: int, why: str) -> list[Masked]:
    """A few of a group, masked."""
    rows = await tx.fetch(
        "SELECT name, postcode, contact, created_at FROM signatures WHERE petition_id = :id"
        f" AND {where('held')} AND held_why = :why ORDER BY id DESC LIMIT :limit",
        id=petition_id,
        why=why,
        limit=SAMPLE,
    )
    return [
        masked_row(row["name"], row["postcode"], row["contact"], row["created_at"]) for row in rows
    ]


def masked_row(name: str | None, postcode: str | None, contact: str | None, at: int) -> Masked:
    """First letters alone: enough to see a pattern."""
    words = [word[0] + "•" * (len(word) - 1) for word in (name or "").split()]
    return Masked(" ".join(words), postcode or "", masked(contact), at)


async def decide(
    database: Database, keys: Keys, petition: Petition, why: str, accept: bool, now: int
) -> int:
    """Accept or reject all that are held for these reasons; how many.

    An accepted mail domain or range of numbers is trusted from now on: later ones are not held for
    being many.
    """
    if accept:
        async with database.write() as tx:
            for label in why.split():
                if label.partition(":")[0] in STAYING and ":" in label:
                    await _trust(tx, petition.id, keys.group(petition.salt, label), now)

    def change(signature: Signature) -> bool:
        if state_of(signature) != "held" or signature.held_why != why:
            return False
        if accept:
            signature.held_at = signature.held_why = None
        else:
            signature.rejected_at = now
        return True

    return await change_all(
        database,
        petition.id,
        f"{where('held')} AND held_why = :why",
        change,
        why=why,
    )


async def _trust(tx: Transaction, petition_id: int, group_key: bytes, now: int) -> None:
    await tx.execute(
        "INSERT INTO groups_of_contacts (petition_id, group_key, trusted_at)"
        " VALUES (:petition, :key, :now) ON CONFLICT (petition_id, group_key)"
        " DO UPDATE SET trusted_at = excluded.trusted_at",
        petition=petition_id,
        key=group_key,
        now=now,
    )


async def change_all(
    database: Database,
    petition_id: int,
    which: str,
    change: Callable[[Signature], bool],
    **values: str | int | bytes | None,
) -> int:
    """Change every signature of a petition for which `which` holds, a batch at a time; how many.

    `change` is asked about each under the locks of signing, and says whether it changed it.
    """
    total, after = 0, 0
    while True:
        async with database.write() as tx:
            ids = await matching(tx, petition_id, which, after, BATCH, **values)
            total += len(await change_batch(tx, petition_id, ids, change))
        if len(ids) < BATCH:
            return total
        after = ids[-1]


async def matching(
    tx: Transaction,
    petition_id: int,
    which: str,
    after: int,
    limit: int,
    **values: str | int | bytes | None,
) -> list[int]:
    rows = await tx.fetch(
        f"SELECT id FROM signatures WHERE petition_id = :petition AND id > :after AND {which}"
        " ORDER BY id LIMIT :limit",
        petition=petition_id,
        after=after,
        limit=limit,
        **values,
    )
    return [row["id"] for row in rows]


async def change_batch(
    tx: Transaction, petition_id: int, ids: Sequence[int], change: Callable[[Signature], bool]
) -> list[Signature]:
    """Change these, read under the locks of signing, and the counters with them."""
    await stored.lock(tx, await stored.by_ids(tx, petition_id, ids))
    ledger = Ledger(await stored.by_ids(tx, petition_id, ids))
    changed = []
    for signature in ledger.signatures:
        if change(signature):
            signature.changed = True
            changed.append(signature)
    await ledger.write(tx)
    return changed


async def prefixes(tx: Transaction, petition_id: int, now: int) -> list[tuple[str, int, int, int]]:
    """The prefix tags that most signatures share, with how many, and when the first and last were
    made."""
    rows = await tx.fetch(
        "SELECT prefix_tag, count(*) AS n, min(created_at) AS first, max(created_at) AS last"
        " FROM signatures WHERE petition_id = :id AND id > :since AND prefix_tag IS NOT NULL"
        " GROUP BY prefix_tag HAVING count(*) > 1 ORDER BY count(*) DESC LIMIT 20",
        id=petition_id,
        since=first_id(now - PREFIX_KEPT_DAYS * DAY),
    )
    return [(bytes(r["prefix_tag"]).hex(), r["n"], r["first"], r["last"]) for r in rows]


# Comments.


async def comments(tx: Transaction, petition_id: int) -> list[tuple[int, str, str]]:
    """Ids, names and comments that wait to be read: verified signers who want them to be public."""
    rows = await tx.fetch(
        "SELECT id, name, comment FROM signatures WHERE petition_id = :id AND comment IS NOT NULL"
        f" AND approved_at IS NULL AND public_at IS NOT NULL AND {where('verified')}"
        " ORDER BY id LIMIT :limit",
        id=petition_id,
        limit=COMMENTS,
    )
    return [(row["id"], row["name"] or "", row["comment"]) for row in rows]


async def judge_comments(
    tx: Transaction, petition_id: int, shown: Collection[int], refused: Collection[int], now: int
) -> None:
    """Show some comments, and erase others."""
    waiting = " AND comment IS NOT NULL AND approved_at IS NULL"
    rows = tx.rows("wanted", id="int")
    chosen = f" WHERE petition_id = :petition AND id IN (SELECT id FROM {rows} w){waiting}"
    await tx.execute(
        f"UPDATE signatures SET approved_at = :now{chosen}",
        now=now,
        petition=petition_id,
        wanted=pack((id_,) for id_ in shown),
    )
    await tx.execute(
        f"UPDATE signatures SET comment = NULL{chosen}",
        petition=petition_id,
        wanted=pack((id_,) for id_ in refused),
    )


# How many people live in a postcode.


def read_populations(text: str, country: str) -> tuple[dict[str, int], list[str]]:
    """People by postcode from lines like `59801 4210`, and the lines that are none."""
    found: dict[str, int] = {}
    bad: list[str] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        place, _, people = line.replace(",", " ").replace(";", " ").strip().rpartition(" ")
        postcode = normal_postcode(place, country)
        if postcode and people.isdecimal() and len(people) < 10:
            found[postcode] = int(people)
        else:
            bad.append(line.strip()[:60])
    return found, bad


async def set_populations(tx: Transaction, petition_id: int, people: dict[str, int]) -> None:
    """Put these in the place of all that were known."""
    await tx.execute("DELETE FROM populations WHERE petition_id = :id", id=petition_id)
    rows = tx.rows("batch", postcode="text", people="int")
    await tx.execute(
        "INSERT INTO populations (petition_id, postcode, people)"
        f" SELECT :id, postcode, people FROM {rows} b",
        id=petition_id,
        batch=pack(people.items()),
    )


async def populations(tx: Transaction, petition_id: int) -> dict[str, int]:
    rows = await tx.fetch(
        "SELECT postcode, people FROM populations WHERE petition_id = :id ORDER BY postcode",
        id=petition_id,
    )
    return {row["postcode"]: row["people"] for row in rows}
