"""What happened to an account, for its owner to read: sign-ins, failures, changes."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from server.core.counting.counts import DAY
from server.db import Transaction

HAPPENINGS_SECONDS = 90 * DAY  # for which it is kept
HAPPENINGS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to an account."""

    at: int
    what: str
    network: str


async def happened(
    tx: Transaction, organizer_id: int, what: str, at: int, network: str = ""
) -> int:
    """Note it; its number."""
    row = await tx.fetch_one(
        "INSERT INTO account_log (id, organizer_id, at, what, network)"
        " SELECT coalesce(max(id), 0) + 1, :organizer, :at, :what, :network FROM account_log"
        " RETURNING id",
        organizer=organizer_id,
        at=at,
        what=what,
        network=network,
    )
    assert row  # noqa: S101 (an insert that returns)
    return int(row["id"])


async def became(tx: Transaction, id_: int | None, what: str) -> None:
    """Note that what was noted under this number has become this."""
    await tx.execute("UPDATE account_log SET what = :what WHERE id = :id", what=what, id=id_)


async def happenings(tx: Transaction, organizer_id: int) -> list[Happening]:
    """The last of them, the newest first."""
    rows = await tx.fetch(
        "SELECT at, what, network FROM account_log WHERE organizer_id = :id"
        " ORDER BY id DESC LIMIT :limit",
        id=organizer_id,
        limit=HAPPENINGS_SHOWN,
    )
    return [Happening(row["at"], row["what"], row["network"]) for row in rows]


async def expire(tx: Transaction, now: int) -> None:
    """Forget what happened long ago."""
    await tx.execute("DELETE FROM account_log WHERE at <= :before", before=now - HAPPENINGS_SECONDS)


def coarse_network(address: str) -> str:
    """Roughly where a browser is: half of an IPv4 address, two words of an IPv6 one. It tells
    organizers their own provider from another, and nobody a house."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    prefix = 16 if found.version == 4 else 32
    return str(ipaddress.ip_network((found, prefix), strict=False))
