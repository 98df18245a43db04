"""The names by which a petition is found, its address and its word for texts: nobody else's, and
those that have been public stay its own."""

from __future__ import annotations

import hashlib

from server.core.petitions.wording.draft import Draft
from server.db import Transaction
from server.errors import InvalidInput, Problem

_LOCK = hashlib.sha256(b"names of petitions").digest()[:16]  # of whoever takes a name, or an id
_NAMES = ("slug", "keyword")
_NAMED = "((kind = 'slug' AND name = :slug) OR (kind = 'keyword' AND name = :keyword))"


async def check_unused(tx: Transaction, draft: Draft, own_id: int | None) -> None:
    """Raise `InvalidInput` where another petition has a name of this draft, or had it. From here to
    the end of the transaction nobody else takes a name, or an id."""
    await tx.lock([_LOCK])
    taken = await tx.fetch(
        "SELECT slug, keyword FROM petitions"
        " WHERE (slug = :slug OR keyword = :keyword) AND id <> :own",
        slug=draft.slug,
        keyword=draft.keyword,
        own=own_id or 0,
    )
    given_up = await tx.fetch(
        f"SELECT kind FROM former_names WHERE petition_id <> :own AND {_NAMED}",
        slug=draft.slug,
        keyword=draft.keyword,
        own=own_id or 0,
    )
    found = {row["kind"] for row in given_up}
    found |= {name for name in _NAMES for row in taken if row[name] == getattr(draft, name)}
    if found:
        raise InvalidInput(*(Problem(name, "in_use") for name in _NAMES if name in found))


async def keep_former(tx: Transaction, petition_id: int, draft: Draft) -> None:
    """Before an edit: keep what the draft gives up, if it has been public."""
    for name in _NAMES:
        await tx.execute(
            "INSERT INTO former_names (kind, name, petition_id)"
            f" SELECT '{name}', {name}, id FROM petitions"
            f" WHERE id = :id AND opened_at IS NOT NULL AND {name} <> :new",
            id=petition_id,
            new=getattr(draft, name),
        )
    # What it takes up again is no longer of before.
    await tx.execute(
        f"DELETE FROM former_names WHERE {_NAMED}", slug=draft.slug, keyword=draft.keyword
    )
