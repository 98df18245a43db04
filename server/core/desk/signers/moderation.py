"""What an organizer decides: held signatures by group, comments, and how many people live where."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from server.core.counting.counts import DAY
from server.core.counting.states import state_of, where
from server.core.desk.signers.batches import change_all
from server.core.floods.holds import Hold, Holds
from server.core.floods.limits import PREFIX_KEPT_DAYS
from server.core.petitions.petitions import Petition, check_not_ended
from server.core.signing.signature import Signature
from server.core.values.contacts import masked
from server.core.values.ids import first_id
from server.core.values.keys import Keys
from server.core.values.postcodes import normal_postcode
from server.db import Database, Row, Transaction, pack

SAMPLE = 5
COMMENTS = 20  # on a page


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A signature as who decides sees it among others; its contact is masked."""

    name: str
    postcode: str
    contact: str
    created_at: int


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """Signatures that are held for the same reasons, which `why` names in one line; the newest few
    of them."""

    why: str
    verified: int
    unverified: int
    sample: tuple[Glimpse, ...]

    @property
    def n(self) -> int:
        return self.verified + self.unverified


def holds_of(why: str) -> Holds:
    """The reasons that a group's `why` names."""
    return frozenset(map(Hold.read, why.split()))


#: SQL for the `why` of a row of `signatures`.
WHY = (
    "coalesce((SELECT string_agg(kind || CASE label WHEN '' THEN '' ELSE ':' || label END,"
    " ' ' ORDER BY kind, label) FROM holds h WHERE h.petition_id = signatures.petition_id"
    " AND h.signature_id = signatures.id), '')"
)


async def held(tx: Transaction, petition_id: int) -> list[HeldGroup]:
    """What is held, in groups of the same reasons, the largest first."""
    rows = await tx.fetch(
        "SELECT * FROM (SELECT g.*, count(*) OVER (PARTITION BY why) AS n,"
        "  count(verified_at) OVER (PARTITION BY why) AS verified,"
        "  row_number() OVER (PARTITION BY why ORDER BY id DESC) AS place"
        f"  FROM (SELECT id, name, postcode, contact, created_at, verified_at, {WHY} AS why"
        f"   FROM signatures WHERE petition_id = :id AND {where('held')}) AS g) AS ranked"
        " WHERE place <= :limit ORDER BY n DESC, why, place",
        id=petition_id,
        limit=SAMPLE,
    )
    return [_group(why, list(same)) for why, same in groupby(rows, lambda row: str(row["why"]))]


def _group(why: str, rows: Sequence[Row]) -> HeldGroup:
    n, verified = rows[0]["n"], rows[0]["verified"]
    sample = map(glimpse, rows)
    return HeldGroup(why, verified, n - verified, tuple(sample))


def glimpse(row: Row) -> Glimpse:
    """Of a row with name, postcode, contact and time."""
    contact = masked(row["contact"])
    return Glimpse(row["name"] or "", row["postcode"] or "", contact, row["created_at"])


def masked_name(name: str) -> str:
    """First letters alone."""
    return " ".join(word[0] + "•" * (len(word) - 1) for word in name.split())


async def accept(
    database: Database, keys: Keys, petition: Petition, why: str, last_id: int, now: int
) -> int:
    """Accept all up to that one which are held for these reasons; how many.

    A mail domain or range of numbers among the reasons is trusted from now on: later ones are not
    held for being many.
    """
    holds = holds_of(why)
    async with database.write() as tx:
        await check_not_ended(tx, petition.id)
        for hold in holds:
            if hold.label:
                await _trust(tx, petition.id, keys.group(petition.salt, str(hold)), now)

    def change(signature: Signature) -> bool:
        if state_of(signature) != "held" or signature.holds != holds:
            return False
        signature.release()
        return True

    return await change_all(
        database,
        petition.id,
        f"id <= :last AND {where('held')} AND {WHY} = :why",
        change,
        why=why,
        last=last_id,
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


async def comments(tx: Transaction, petition_id: int, after: int = 0) -> list[tuple[int, str, str]]:
    """Ids, names and comments that wait to be read: verified signers who want them to be public.

    The first `COMMENTS` behind that id, and one more where there are more.
    """
    rows = await tx.fetch(
        "SELECT id, name, comment FROM signatures WHERE petition_id = :id AND comment IS NOT NULL"
        f" AND approved_at IS NULL AND public_at IS NOT NULL AND {where('verified')}"
        " AND id > :after ORDER BY id LIMIT :limit",
        id=petition_id,
        after=after,
        limit=COMMENTS + 1,
    )
    return [(row["id"], row["name"] or "", row["comment"]) for row in rows]


async def shown_comments(
    tx: Transaction, petition_id: int, before: int = 0
) -> list[tuple[int, str, str]]:
    """Ids, names and comments that anybody can read, the newest first.

    The first `COMMENTS` before that id (0: of all), and one more where there are more.
    """
    rows = await tx.fetch(
        "SELECT id, name, comment FROM signatures WHERE petition_id = :id AND comment IS NOT NULL"
        f" AND approved_at IS NOT NULL AND public_at IS NOT NULL AND {where('verified')}"
        " AND (CAST(:before AS BIGINT) = 0 OR id < :before) ORDER BY id DESC LIMIT :limit",
        id=petition_id,
        before=before,
        limit=COMMENTS + 1,
    )
    return [(row["id"], row["name"] or "", row["comment"]) for row in rows]


async def hide_comments(tx: Transaction, petition_id: int, hidden: Collection[int]) -> int:
    """Show these comments no more: they wait to be read, as before; how many were shown."""
    rows = tx.rows("wanted", id="int")
    found = await tx.fetch(
        "UPDATE signatures SET approved_at = NULL WHERE petition_id = :petition"
        f" AND id IN (SELECT id FROM {rows} w) AND approved_at IS NOT NULL RETURNING id",
        petition=petition_id,
        wanted=pack((id_,) for id_ in hidden),
    )
    return len(found)


def mark_of(name: str, comment: str) -> str:
    """What a form carries for a comment that it shows: another one where anything was changed."""
    return hashlib.sha256(f"{name}\n{comment}".encode()).hexdigest()[:16]


async def unchanged(tx: Transaction, petition_id: int, marks: Mapping[int, str]) -> set[int]:
    """Which of these comments are still what was shown: their signers can sign anew meanwhile."""
    wanted = tx.rows("wanted", id="int")
    rows = await tx.fetch(
        f"SELECT s.id, s.name, s.comment FROM {wanted} w JOIN signatures s"
        " ON s.petition_id = :petition AND s.id = w.id WHERE s.comment IS NOT NULL",
        petition=petition_id,
        wanted=pack((id_,) for id_ in marks),
    )
    said = ((row["id"], mark_of(row["name"] or "", row["comment"])) for row in rows)
    return {id_ for id_, mark in said if hmac.compare_digest(mark.encode(), marks[id_].encode())}


async def judge_comments(
    tx: Transaction, petition_id: int, shown: Collection[int], refused: Collection[int], now: int
) -> None:
    """Show some comments, and erase others. Raises `NotOpen` where the petition has ended."""
    await check_not_ended(tx, petition_id)
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
    """Replace all that were known by these. Raises `NotOpen` where the petition has ended."""
    await check_not_ended(tx, petition_id)
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
