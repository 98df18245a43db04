"""What a petition has said, version by version, and who changed it.

A version of a petition grows with every change that a page can show; here are those with which an
organizer has changed what it says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from server.core.petitions import extras
from server.core.petitions.schedule import Schedule
from server.core.petitions.wording.draft import DecisionMaker, Draft, Wording
from server.db import Row, Transaction


@dataclass(frozen=True, slots=True)
class Version:
    """What it says from that version on; `actor` is who wrote it, as in the audit log; '' if
    nobody noted that; `wording` is the number of the wording that signers read in it."""

    version: int
    changed_at: int
    actor: str
    draft: Draft
    wording: int = 1


async def keep(tx: Transaction, petition_id: int, version: Version) -> None:
    await tx.execute(
        "INSERT INTO petition_versions (petition_id, version, changed_at, actor, draft, wording)"
        " VALUES (:id, :version, :at, :actor, :draft, :wording)",
        id=petition_id,
        version=version.version,
        at=version.changed_at,
        actor=version.actor,
        draft=_packed(version.draft),
        wording=version.wording,
    )


async def all_of(tx: Transaction, petition_id: int) -> list[Version]:
    """All that are kept, the first first."""
    rows = await tx.fetch(
        "SELECT version, changed_at, actor, draft, wording FROM petition_versions"
        " WHERE petition_id = :id ORDER BY version",
        id=petition_id,
    )
    return [_version(row) for row in rows]


def as_of(known: Sequence[Version], version: int) -> Version | None:
    """What was said in that version; None if that is not kept."""
    return next((v for v in reversed(known) if v.version <= version), None)


def contents(draft: Draft) -> dict[str, Any]:
    """What an organizer has decided, by field: equal for drafts that say the same."""
    return {f.name: getattr(draft, f.name) for f in fields(Draft)}


def _packed(draft: Draft) -> str:
    plain = contents(draft)
    plain["wordings"] = {code: asdict(wording) for code, wording in draft.wordings.items()}
    plain["decision_makers"] = [asdict(maker) for maker in draft.decision_makers]
    plain["extras"] = extras.plain(draft.extras)
    plain["schedule"] = asdict(draft.schedule)
    return json.dumps(plain, ensure_ascii=False)


def _version(row: Row) -> Version:
    plain = json.loads(row["draft"])
    plain["wordings"] = {code: Wording(**wording) for code, wording in plain["wordings"].items()}
    plain["decision_makers"] = [DecisionMaker(**maker) for maker in plain["decision_makers"]]
    plain = {name: tuple(v) if isinstance(v, list) else v for name, v in plain.items()}
    plain["extras"] = extras.made_of(plain.get("extras", {}))
    plain["schedule"] = Schedule(**plain.get("schedule", {}))
    return Version(row["version"], row["changed_at"], row["actor"], Draft(**plain), row["wording"])
