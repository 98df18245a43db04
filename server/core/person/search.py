"""Finding the signers of one petition: by name, by postcode, by contact.

A contact is found by its key, which stays when the contact itself is erased: by an index. Names and
postcodes have no index, which every signing would have to keep, and in which erased names would
stand once more: the newest signatures are gone through, a block at a time and `SCANNED` at most,
and whoever looks further goes on where that ended.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from server.core.counting.states import STATE, State
from server.core.floods import tries
from server.core.floods.tries import Try
from server.core.petitions.petitions import Petition
from server.core.values.contacts import normal_email, normal_phone
from server.core.values.folding import fold_words
from server.core.values.keys import Keys, mac
from server.core.values.names import tidy
from server.core.values.postcodes import fold_postcode, normal_postcode
from server.db import Database, Row, Transaction, Value, pack
from server.errors import InvalidInput, Problem, Throttled

By = Literal["name", "postcode", "contact"]
FOUND = 20  # on a page
WORDS_MEANT = 8  # of a name; further ones are not looked for
SCANNED = 100_000  # signatures that one look goes through
LOOK_BLOCK = 5000  # of those in one read: nobody who signs waits for more
#: Looks for a contact that one organizer has in an hour: enough for whoever answers requests, too
#: few for asking who of a list of addresses has signed.
CONTACT_LOOKS, LOOKS_SECONDS = 30, 3600
_NEWEST = (1 << 63) - 1
_COLUMNS = f"id, name, postcode, class, created_at, {STATE} AS state"
#: SQLite knows the small letters of ASCII alone; other names are compared here.
_FOREIGN = re.compile(r"[^\x00-\x7f\uff05\uff3f\uff3c]")  # but for what `fold_words` makes of signs
_IS_ASCII = "octet_length(name) = length(name)"


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for: `words` as `fold_words` writes them, the beginning of a postcode as
    it is compared, or a contact in normal form."""

    by: By
    words: str


@dataclass(frozen=True, slots=True)
class FoundSigner:
    """A signature in a list of what was found; '' for a name or postcode that is erased."""

    id: int
    name: str
    postcode: str
    class_: str
    state: State
    created_at: int


@dataclass(frozen=True, slots=True)
class Look:
    """What one look has found, the newest first. `before`: what is older than that signature was
    not looked at; 0 if all was."""

    found: Sequence[FoundSigner]
    before: int = 0


def sought(by: str, typed: str, country: str) -> Sought:
    """What a form looks for. Raises `InvalidInput`, with the code of what is wrong."""
    typed = tidy(typed)
    if by not in {"name", "postcode", "contact"}:
        raise InvalidInput(Problem("by", "missing"))
    if by == "contact":
        if contact := normal_email(typed) or normal_phone(typed, country):
            return Sought("contact", contact)
        raise InvalidInput(Problem("words", "contact"))
    words = fold_words(typed)
    if len(words) < 2:
        raise InvalidInput(Problem("words", "short"))
    if by == "postcode":
        return Sought("postcode", fold_postcode(normal_postcode(typed, country) or typed))
    return Sought("name", " ".join(words.split()[:WORDS_MEANT]))


async def take_look(tx: Transaction, key: bytes, by: By, organizer: str, now: int) -> None:
    """Count a look for a contact. Raises `Throttled` for one too many in an hour."""
    if by != "contact":
        return
    hour = now - now % LOOKS_SECONDS
    [place] = await tries.add(tx, [Try("look", mac(key, "look", organizer), hour)], now)
    if place > CONTACT_LOOKS:
        raise Throttled(hour + LOOKS_SECONDS - now)


async def look(
    database: Database, keys: Keys, petition: Petition, wanted: Sought, before: int = 0
) -> Look:
    """What is found among the signatures that are older than `before` (0: among all)."""
    if wanted.by == "contact":
        async with database.read() as tx:
            contact_keys = keys.contacts(petition.salt, wanted.words)
            return Look(await by_contact(tx, petition.id, contact_keys))
    found: list[FoundSigner] = []
    before, seen = before or _NEWEST, 0
    while seen < SCANNED:
        async with database.read() as tx:  # each by itself: others read in between
            since, n = await _block(tx, petition.id, before)
            found += await _in_block(tx, petition.id, wanted, since, before)
        if len(found) > FOUND:
            return Look(found[:FOUND], found[FOUND - 1].id)
        seen, before = seen + n, since
        if n < LOOK_BLOCK:
            return Look(found)
    return Look(found, before)


async def by_contact(
    tx: Transaction, petition_id: int, contact_keys: Sequence[bytes]
) -> list[FoundSigner]:
    """All of one contact, also what was taken out and then erased by its signer."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM signatures WHERE petition_id = :petition"
        " AND contact_key IS NOT NULL AND contact_key IN"
        f" (SELECT key FROM {tx.rows('wanted', key='blob')} w) ORDER BY id DESC",
        petition=petition_id,
        wanted=pack((key,) for key in contact_keys),
    )
    return list(map(_found, rows))


async def _block(tx: Transaction, petition_id: int, before: int) -> tuple[int, int]:
    """The oldest id of the next signatures before that one, and how many they are."""
    row = await tx.fetch_one(
        "SELECT coalesce(min(id), 0) AS since, count(*) AS n FROM (SELECT id FROM signatures"
        " WHERE petition_id = :petition AND id < :before ORDER BY id DESC LIMIT :limit) AS block",
        petition=petition_id,
        before=before,
        limit=LOOK_BLOCK,
    )
    return (row["since"], row["n"]) if row else (0, 0)


async def _in_block(
    tx: Transaction, petition_id: int, wanted: Sought, since: int, before: int
) -> list[FoundSigner]:
    which, values = _sql(wanted)
    block = {"petition": petition_id, "since": since, "before": before}
    where = f"petition_id = :petition AND id >= :since AND id < :before AND {which}"
    if wanted.by == "name":
        rows = await tx.fetch(f"SELECT id, name FROM signatures WHERE {where}", **block, **values)
        # Beside the loop: whoever signs meanwhile does not wait for it.
        ids = await asyncio.to_thread(_named, rows, wanted.words.split())
        which, values = f"id IN (SELECT id FROM {tx.rows('ids', id='int')} i)", {"ids": pack(ids)}
        where = f"petition_id = :petition AND id >= :since AND id < :before AND {which}"
        if not ids:
            return []
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM signatures WHERE {where} ORDER BY id DESC", **block, **values
    )
    return list(map(_found, rows))


def _named(rows: Sequence[Row], words: Sequence[str]) -> list[tuple[int]]:
    """The ids of those whose names have all of these words in them."""
    return [(id_,) for id_, name in rows if _has(name, words)]


def _has(name: str, words: Sequence[str]) -> bool:
    folded = " ".join(map(_folded, name.split()))
    return all(word in folded for word in words)


@lru_cache(maxsize=1 << 16)
def _folded(part: str) -> str:
    """One word of a name: a crowd shares most of them."""
    return fold_words(part)


def _sql(wanted: Sought) -> tuple[str, dict[str, Value]]:
    """A condition that holds for all that are sought, and for few others."""
    if wanted.by == "postcode":
        bare = "replace(replace(upper(postcode), ' ', ''), '-', '')"
        return f"{bare} LIKE :start ESCAPE '!'", {"start": f"{_literal(wanted.words)}%"}
    words = wanted.words.split()
    if not wanted.words.isascii():
        return f"NOT {_IS_ASCII}" if _FOREIGN.search(wanted.words) else "name IS NOT NULL", {}
    values = {f"word_{chr(97 + n)}": f"%{_literal(word)}%" for n, word in enumerate(words)}
    like = " AND ".join(f"lower(name) LIKE :{word} ESCAPE '!'" for word in values)
    return f"(NOT {_IS_ASCII} OR ({like})) AND name IS NOT NULL", {**values}


def _literal(text: str) -> str:
    return re.sub(r"([!%_])", r"!\1", text)


def _found(row: Row) -> FoundSigner:
    name, postcode = row["name"] or "", row["postcode"] or ""
    return FoundSigner(row["id"], name, postcode, row["class"], row["state"], row["created_at"])
