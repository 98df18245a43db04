"""Finding petitions by words: any of their wording, in any language, however it is spelt.

Each petition's wording is kept folded in `searched`. A word is found wherever it stands, inside
longer ones too: many scripts write no spaces. Both engines look up three characters or more in an
index (PostgreSQL if it has pg_trgm), and read all rows for fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.core.petitions.wording.draft import Wording
from server.core.values.folding import fold_words
from server.db import Database, Transaction, pack

QUERY_LIMIT = 100  # characters; what is behind them is not looked for
FOLDED_AT_ONCE = 10  # petitions in one transaction, for which signers wait
_FOLDING = b"folding!"


def words_of(typed: str) -> tuple[str, ...]:
    """The words that are looked for."""
    return tuple(dict.fromkeys(fold_words(typed[:QUERY_LIMIT]).split()))


async def matching(tx: Transaction, words: Iterable[str]) -> set[int]:
    """Ids of the petitions that have all these words. Drafts are among them: whoever shows what is
    found looks at their state."""
    values = {f"w_{chr(97 + n // 26)}{chr(97 + n % 26)}": f"%{w}%" for n, w in enumerate(words)}
    rows = await tx.fetch(
        "SELECT rowid AS id FROM searched WHERE true"
        + "".join(f" AND folded LIKE :{name}" for name in values),
        **values,
    )
    return {row["id"] for row in rows}


async def write(tx: Transaction, petition_id: int, wordings: Mapping[str, Wording]) -> None:
    """Let the petition be found by this wording, and by no other."""
    await tx.lock([_FOLDING])
    said = "\n".join(f"{wording.title}\n{wording.body}" for wording in wordings.values())
    await tx.execute("DELETE FROM searched WHERE rowid = :id", id=petition_id)
    await tx.execute(
        "INSERT INTO searched (rowid, folded) VALUES (:id, :folded)",
        id=petition_id,
        folded=fold_words(said),
    )


async def fill(database: Database) -> None:
    """Fold what is not folded yet: the petitions of a version before, or of a server of it that
    runs beside this one."""
    async with database.read() as tx:
        missing = await _missing(tx)
    for start in range(0, len(missing), FOLDED_AT_ONCE):
        async with database.write() as tx:
            await tx.lock([_FOLDING])
            still = set(await _missing(tx))
            few = [id_ for id_ in missing[start : start + FOLDED_AT_ONCE] if id_ in still]
            for id_, wordings in (await _wordings(tx, few)).items():
                await write(tx, id_, wordings)


async def _missing(tx: Transaction) -> list[int]:
    rows = await tx.fetch(
        "SELECT id FROM petitions WHERE id NOT IN (SELECT rowid FROM searched) ORDER BY id DESC"
    )
    return [row["id"] for row in rows]


async def _wordings(tx: Transaction, ids: Iterable[int]) -> dict[int, dict[str, Wording]]:
    wanted = tx.rows("wanted", id="int")
    rows = await tx.fetch(
        f"SELECT t.petition_id, t.language, t.title, t.body FROM {wanted} w"
        " JOIN petition_texts t ON t.petition_id = w.id",
        wanted=pack((id_,) for id_ in ids),
    )
    found: dict[int, dict[str, Wording]] = {}
    for id_, language, title, body in rows:
        found.setdefault(id_, {})[language] = Wording(title, body)
    return found
