"""Which secret key a database belongs to.

Everybody is recognised by keys that come from it. Under another key each signer would be a new
person, so that all could sign once more, and nothing would ever tell.
"""

from __future__ import annotations

from server.core.values.keys import Keys
from server.db import Database
from server.errors import Misconfigured


async def check(database: Database, keys: Keys) -> None:
    """Note the fingerprint of the key of a database that has none; raise `Misconfigured` for one
    that was made with another key."""
    mine = keys.server("fingerprint")
    async with database.read() as tx:
        known = await tx.fetch_one("SELECT fingerprint FROM secret_keys")
    if known is None:
        async with database.write() as tx:
            await tx.execute(
                "INSERT INTO secret_keys (one, fingerprint) VALUES (1, :mine)"
                " ON CONFLICT DO NOTHING",
                mine=mine,
            )
            known = await tx.fetch_one("SELECT fingerprint FROM secret_keys")
    if known is None or bytes(known["fingerprint"]) != mine:
        raise Misconfigured(
            "UNDERSIGNED_SECRET_KEY is not the key that this database was made with: nobody in it"
            " would be recognised, and everybody could sign again. Nothing was changed"
        )
