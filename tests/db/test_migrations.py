"""What a step of the schema does to rows that are there already."""

from __future__ import annotations

import pytest

from server.db import open_database, shared
from server.db.migrations import migrations
from tests.harness.world import NOW

#: What older versions kept of a failure, and what is left of it.
ERRORS = {
    "550 5.1.1 <ana@gmail.com>: Recipient address rejected": "550",
    "452 mailbox of ana@gmail.com is full": "452",
    "SMTPServerDisconnected": "SMTPServerDisconnected",
    "Timed out connecting to mx.gmail.com": "unknown",
    "expired": "expired",
    "no_gateway": "no_gateway",
    "no-auth-token": "no-auth-token",
    "21610": "21610",
    "503": "503",
    "status-14": "status-14",
    "UserInBlacklist": "UserInBlacklist",
    "ESME_RINVDSTADR": "ESME_RINVDSTADR",
    "14065550123": "unknown",
    "cannot-route-14065550123": "unknown",
    "Thank-you-Ana": "unknown",
    "no such number: +14065550123": "unknown",
}


async def test_words_of_providers_and_recipients_of_what_failed_go(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await open_database(new_url)
    with monkeypatch.context() as before:
        before.setattr(shared, "migrations", lambda e: (m for m in migrations(e) if m.number < 8))
        await database.migrate(NOW)
    async with database.write() as tx:
        for id_, error in enumerate([*ERRORS, None]):
            for failed_at in (None, 1):
                await tx.execute(
                    "INSERT INTO outbox (id, channel, kind, language, recipient, body, created_at,"
                    " due_at, failed_at, error, address_key)"
                    " VALUES (:id, 'sms', 'x', 'en', 'ana', 'Ana', 1, 1, :failed_at, :error, :key)",
                    id=2 * id_ + (failed_at or 0),
                    failed_at=failed_at,
                    error=error,
                    key=b"k",
                )
        await tx.execute("INSERT INTO bounces (address_key, bounced_at) VALUES (:key, 1)", key=b"k")
    await database.migrate(NOW)
    async with database.read() as tx:
        rows = await tx.fetch("SELECT * FROM outbox ORDER BY id")
        bounces = await tx.fetch("SELECT 1 AS one FROM bounces")
    await database.close()
    assert [r["error"] for r in rows] == [e for e in [*ERRORS.values(), None] for _ in range(2)]
    for row in rows:
        kept = (row["recipient"], row["body"], bytes(row["address_key"] or b""))
        assert kept == ((None, None, b"") if row["failed_at"] else ("ana", "Ana", b"k"))
    assert bounces == []
