"""What became of a petition's letters, by office and channel."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from server.core.letters.letter import Channel, State
from server.db import Transaction

#: What is known of answers to letters: signers who were asked and what they say, and our own count.
HEARD_FIGURES = ("asked", "said_yes", "said_no", "answered")
_HEARD = (
    "count({0}.asked_at) AS asked, sum(CASE WHEN {0}.said = 'yes' THEN 1 ELSE 0 END) AS said_yes,"
    " sum(CASE WHEN {0}.said = 'no' THEN 1 ELSE 0 END) AS said_no,"
    " count({0}.answered_at) AS answered"
)


@dataclass(slots=True)
class OfficeFigures:
    """Of one office and channel: letters by state, and of those that are held or were not sent by
    state and why; those with words of their signer's own; how many signers were asked whether it
    has answered, and what they say; answers to letters that came to us; whether an organizer lets
    nothing go there for now, and whether the office has agreed."""

    key: str
    name: str
    channel: Channel
    states: Counter[State] = field(default_factory=Counter)
    whys: Counter[str] = field(default_factory=Counter)
    own: int = 0
    asked: int = 0
    said_yes: int = 0
    said_no: int = 0
    answered: int = 0
    paused: bool = False
    agreed: bool = False

    @property
    def total(self) -> int:
        return self.states.total()


async def by_office(tx: Transaction, petition_id: int) -> list[OfficeFigures]:
    """The office with most letters first."""
    found: dict[tuple[str, str], OfficeFigures] = {}
    for row in await tx.fetch(
        "SELECT l.office, max(l.office_name) AS name, l.channel, l.state, l.why, count(*) AS n,"
        " sum(CASE WHEN l.own_words > 0 THEN 1 ELSE 0 END) AS own,"
        f" {_HEARD.format('l')},"
        " max(CASE WHEN p.office IS NULL THEN 0 ELSE 1 END) AS paused,"
        " max(CASE WHEN a.office IS NULL THEN 0 ELSE 1 END) AS agreed"
        " FROM letters l LEFT JOIN paused_offices p"
        "  ON p.petition_id = l.petition_id AND p.office = l.office"
        " LEFT JOIN agreed_offices a ON a.petition_id = l.petition_id AND a.office = l.office"
        " WHERE l.petition_id = :petition GROUP BY l.office, l.channel, l.state, l.why",
        petition=petition_id,
    ):
        key = row["office"], row["channel"]
        one = found.setdefault(key, OfficeFigures(row["office"], row["name"], row["channel"]))
        one.states[row["state"]] += row["n"]
        one.whys[f"{row['state']} {row['why']}"] += row["n"]
        one.own += int(row["own"])
        for name in HEARD_FIGURES:
            setattr(one, name, getattr(one, name) + int(row[name]))
        one.paused, one.agreed = bool(row["paused"]), bool(row["agreed"])
    return sorted(found.values(), key=lambda f: (-f.total, f.name, f.channel))


async def letter_figures(tx: Transaction) -> dict[int, dict[State, int]]:
    """How many letters of each petition are in which state."""
    found: defaultdict[int, dict[State, int]] = defaultdict(dict)
    for row in await tx.fetch(
        "SELECT petition_id, state, count(*) AS n FROM letters"
        " GROUP BY petition_id, state ORDER BY petition_id, state"
    ):
        found[row["petition_id"]][row["state"]] = row["n"]
    return found


async def heard_figures(tx: Transaction) -> dict[int, dict[str, int]]:
    """Of each petition with letters what is known of answers to them."""
    rows = await tx.fetch(
        f"SELECT petition_id, {_HEARD.format('l')} FROM letters l GROUP BY petition_id"
    )
    return {row["petition_id"]: {name: int(row[name]) for name in HEARD_FIGURES} for row in rows}


async def pause(tx: Transaction, petition_id: int, office: str, now: int) -> None:
    """Let nothing go to that office for now."""
    await tx.execute(
        "INSERT INTO paused_offices (petition_id, office, paused_at) VALUES (:petition, :office,"
        " :now) ON CONFLICT (petition_id, office) DO NOTHING",
        petition=petition_id,
        office=office,
        now=now,
    )


async def resume(tx: Transaction, petition_id: int, office: str) -> None:
    await tx.execute(
        "DELETE FROM paused_offices WHERE petition_id = :petition AND office = :office",
        petition=petition_id,
        office=office,
    )


async def agreed_offices(tx: Transaction, petition_id: int) -> set[str]:
    """The keys of the offices that have agreed, as an organizer says."""
    rows = await tx.fetch(
        "SELECT office FROM agreed_offices WHERE petition_id = :petition", petition=petition_id
    )
    return {row["office"] for row in rows}


async def note_agreed(tx: Transaction, petition_id: int, office: str, now: int) -> None:
    """That office has agreed: signers are offered to thank it, and what waits for it is not sent
    any more (`carrying.spare`)."""
    await tx.execute(
        "INSERT INTO agreed_offices (petition_id, office, agreed_at) VALUES (:petition, :office,"
        " :now) ON CONFLICT (petition_id, office) DO NOTHING",
        petition=petition_id,
        office=office,
        now=now,
    )


async def forget_agreed(tx: Transaction, petition_id: int, office: str, now: int) -> None:
    """It has not, after all: what was not sent because of it waits for its turn again."""
    await tx.execute(
        "DELETE FROM agreed_offices WHERE petition_id = :petition AND office = :office",
        petition=petition_id,
        office=office,
    )
    await tx.execute(
        "UPDATE letters SET state = 'queued', why = '', queued_at = :now, due_at = :now,"
        " tries = 0, ended_at = NULL WHERE petition_id = :petition AND office = :office"
        " AND state = 'rejected' AND why = 'agreed' AND words IS NOT NULL",
        petition=petition_id,
        office=office,
        now=now,
    )
