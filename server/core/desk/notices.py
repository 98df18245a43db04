"""Mails to organizers who want them: something is held, the goal is reached, something is out of
proportion, and on Mondays how the week went.

They go to an address that was shown to be theirs, and to whoever is a member when they go out. None
names a signer. What was mailed is noted in the transaction that queues it, so that nobody is told
twice; of one petition and kind nobody hears more than once a day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from server.core.counting.counts import DAY, verified_of_all
from server.core.counting.states import where
from server.core.desk.dashboard import Sums, overview
from server.core.desk.people.organizers import Organizer
from server.core.floods.alarms import LEAST, Alarm
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.petitions.petitions import Petition
from server.core.signing.messages import Message
from server.db import Database, Transaction, pack

Notice = Literal["held", "goal", "alarm", "week"]
NOTICES: tuple[Notice, ...] = get_args(Notice)
#: The mails, by what they are about.
NOTICE_MAILS = {f"notice_{kind}" for kind in NOTICES}
MONDAY = 4  # days after 1970-01-01, a Thursday
LISTED_IN_MAIL = 20  # petitions
#: Makes the announcement of such a mail: its kind, its petition, its recipient.
NewNotice = Callable[[str, int | None, str], Announcement]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who wants mails, and the petition that one would be about."""

    organizer_id: int
    email: str
    kinds: frozenset[str]
    petition_id: int


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that is due, unless it went out before: `mark` is then as large."""

    reader: Reader
    kind: Notice
    petition_id: int  # 0: about all of theirs
    detail: str
    mark: int


async def wanted(tx: Transaction, organizer: Organizer) -> frozenset[str]:
    """What an organizer wants mails about."""
    row = await tx.fetch_one("SELECT notices FROM organizers WHERE id = :id", id=organizer.id)
    return frozenset(row["notices"].split()) if row else frozenset()


async def want(tx: Transaction, organizer: Organizer, kinds: Collection[str]) -> None:
    """Mail them about these from now on, and about nothing else."""
    known = " ".join(kind for kind in NOTICES if kind in kinds)
    await tx.execute(
        "UPDATE organizers SET notices = :kinds WHERE id = :id", kinds=known, id=organizer.id
    )


async def readers(tx: Transaction) -> list[Reader]:
    """Whoever wants mails, with each of their petitions that has been open and has not ended."""
    rows = await tx.fetch(
        "SELECT o.id, o.email, o.notices, p.id AS petition_id FROM organizers o"
        " JOIN members m ON m.organizer_id = o.id AND m.roles <> ''"
        " JOIN petitions p ON p.organization_id = m.organization_id"
        " WHERE o.notices <> '' AND o.email IS NOT NULL AND o.password_hash <> ''"
        " AND p.opened_at IS NOT NULL AND p.ended_at IS NULL ORDER BY o.id, p.id"
    )
    return [
        Reader(r["id"], r["email"], frozenset(r["notices"].split()), r["petition_id"]) for r in rows
    ]


# What is due.


async def work(
    database: Database,
    petitions: Mapping[int, Petition],
    alarms: Mapping[int, Sequence[Alarm]],
    mail: NewNotice,
    now: int,
) -> int:
    """Queue what is due; how many. `alarms` are those of petitions that were looked at."""
    async with database.read() as tx:
        found = await readers(tx)
        due = await _due(tx, found, petitions, alarms, now) if found else []
    if not due:
        return 0
    async with database.write() as tx:
        return sum([await _queue(tx, each, mail, now) for each in due])


async def _due(
    tx: Transaction,
    found: Sequence[Reader],
    petitions: Mapping[int, Petition],
    alarms: Mapping[int, Sequence[Alarm]],
    now: int,
) -> list[Due]:
    held = await _newest_held(tx, {r.petition_id for r in found if "held" in r.kinds})
    verified = await verified_of_all(tx)
    due = []
    for reader in found:
        id_ = reader.petition_id
        goal = petitions[id_].goal if id_ in petitions else None
        if "held" in reader.kinds and id_ in held:
            due.append(Due(reader, "held", id_, "", held[id_]))
        if "goal" in reader.kinds and goal and verified.get(id_, 0) >= goal:
            due.append(Due(reader, "goal", id_, "", goal))
        if "alarm" in reader.kinds:
            kinds = sorted({alarm.kind for alarm in alarms.get(id_, ())})
            due += [Due(reader, "alarm", id_, kind, now // (7 * DAY)) for kind in kinds]
    return [*due, *_weekly(found, now)]


def _weekly(found: Sequence[Reader], now: int) -> list[Due]:
    """One for each reader, on Mondays."""
    today = now // DAY
    if today % 7 != MONDAY:
        return []
    each = {r.organizer_id: r for r in found if "week" in r.kinds}
    return [Due(reader, "week", 0, "", today) for reader in each.values()]


async def _newest_held(tx: Transaction, petition_ids: Collection[int]) -> dict[int, int]:
    """When the last one that is held was held, by petition."""
    wanted = tx.rows("wanted", id="int")
    rows = await tx.fetch(
        f"SELECT s.petition_id, max(s.held_at) AS at FROM {wanted} w"
        f" JOIN signatures s ON s.petition_id = w.id AND {where('held')} GROUP BY s.petition_id",
        wanted=pack((id_,) for id_ in petition_ids),
    )
    return {row["petition_id"]: row["at"] for row in rows}


async def _queue(tx: Transaction, due: Due, mail: NewNotice, now: int) -> bool:
    """Note it and queue it; False if that was done before."""
    rows = await tx.fetch(
        "INSERT INTO notices_sent (organizer_id, petition_id, kind, mark, at)"
        " VALUES (:organizer, :petition, :kind, :mark, :now)"
        " ON CONFLICT (organizer_id, petition_id, kind) DO UPDATE SET"
        " mark = excluded.mark, at = excluded.at"
        " WHERE notices_sent.mark < excluded.mark AND notices_sent.at <= excluded.at - :day"
        " RETURNING mark",
        organizer=due.reader.organizer_id,
        petition=due.petition_id,
        kind=f"{due.kind} {due.detail}".strip(),
        mark=due.mark,
        now=now,
        day=DAY,
    )
    if rows:
        item = mail(f"notice_{due.kind}", due.petition_id or None, due.reader.email)
        await outbox.put(tx, [item], now)
    return bool(rows)


async def busy(tx: Transaction, petition_ids: Collection[int], now: int) -> list[int]:
    """Those of which anything can be out of proportion: with so many signatures since yesterday."""
    rows = await tx.fetch(
        "SELECT petition_id FROM counts WHERE day >= :since GROUP BY petition_id"
        " HAVING sum(n) >= :least ORDER BY petition_id",
        since=now // DAY - 1,
        least=LEAST,
    )
    return [row["petition_id"] for row in rows if row["petition_id"] in petition_ids]


# What a mail says.


async def notice_message(
    tx: Transaction, item: Announcement, titles: Callable[[int], str | None], now: int
) -> Message | None:
    """What it says if it goes out now; None if its reader does not want it any more, or is no
    member any more. `titles` gives what a petition is called."""
    kind = item.kind.removeprefix("notice_")
    theirs = [
        reader.petition_id
        for reader in await readers(tx)
        if reader.email == item.recipient and kind in reader.kinds
    ]
    if kind == "week":
        return _week(item.kind, await overview(tx, theirs, now), titles)
    if item.petition_id not in theirs:
        return None
    sums = (await overview(tx, [item.petition_id], now)).get(item.petition_id, Sums())
    if kind == "held" and not sums.held:
        return None
    return Message(item.kind, figures={"held": sums.held, "verified": sums.verified})


def _week(
    kind: str, sums: Mapping[int, Sums], titles: Callable[[int], str | None]
) -> Message | None:
    """Those with most of the week first."""
    ranked = sorted(sums.items(), key=lambda one: (-one[1].week, one[0]))[:LISTED_IN_MAIL]
    lines = [(titles(id_), each.verified, each.week) for id_, each in ranked]
    told = tuple((title, verified, week) for title, verified, week in lines if title)
    return Message(kind, lines=told) if told else None
