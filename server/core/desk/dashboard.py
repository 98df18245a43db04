"""What an organizer sees of their petitions: exact figures, the trend, texts and the outbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, fields

from server.core.counting.counts import BY_STATE, DAY, Day, trend
from server.core.values.contacts import masked, masked_body
from server.db import Row, Transaction

TREND_DAYS = 30
RECENT_TEXTS = 10

#: The channels by which people sign, and the classes of each, in the order of the page.
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "web": ("web-email", "web-phone", "web"),
    "text": ("sms",),
    "call": ("voice", "ussd"),
    "paper": ("paper",),
    "import": ("import",),
}
#: Whose verified signatures are no part of the headline.
_BESIDE = frozenset({"paper", "import"})


@dataclass(frozen=True, slots=True)
class Sums:
    """How many are in each state; `today` and `week` are those made since then, whatever state."""

    verified: int = 0
    unverified: int = 0
    held: int = 0
    today: int = 0
    week: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Text:
    """One inbound text, with nothing in it that tells who sent it."""

    received_at: int
    sender: str
    body: str
    kind: str
    replied: bool
    segments: int


@dataclass(frozen=True, slots=True)
class Outbox:
    """Messages of one petition: waiting, sent, and given up."""

    waiting: int
    sent: int
    failed: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`channels` holds only channels and classes in which somebody has signed."""

    headline: Sums
    channels: Mapping[str, tuple[Sums, Mapping[str, Sums]]]
    days: tuple[Day, ...]  # oldest first, empty days included
    texts: tuple[Text, ...]
    outbox: Outbox


async def overview(tx: Transaction, organizer_id: int, now: int) -> dict[int, Sums]:
    """The headline of each petition that the organizer sees, by petition id."""
    rows = await tx.fetch(
        f"SELECT c.petition_id, c.class, {_SUMS} FROM members m"
        " JOIN petitions p ON p.organization_id = m.organization_id"
        " JOIN counts c ON c.petition_id = p.id"
        " WHERE m.organizer_id = :id AND m.roles <> '' GROUP BY c.petition_id, c.class",
        id=organizer_id,
        today=now // DAY,
    )
    found: defaultdict[int, Sums] = defaultdict(Sums)
    for row in rows:
        found[row["petition_id"]] += _headline(row)
    return found


async def dashboard(
    tx: Transaction, petition_id: int, now: int, shown_words: Container[str]
) -> Dashboard:
    """Everything about one petition. `shown_words` are what a text's body may show unmasked."""
    rows = await tx.fetch(
        f"SELECT c.class, {_SUMS} FROM counts c WHERE c.petition_id = :id GROUP BY c.class",
        id=petition_id,
        today=now // DAY,
    )
    return Dashboard(
        headline=sum(map(_headline, rows), Sums()),
        channels=_by_channel({row["class"]: _sums(row) for row in rows}),
        days=await _days(tx, petition_id, now // DAY),
        texts=await _texts(tx, petition_id, shown_words),
        outbox=await _outbox(tx, petition_id),
    )


_SUMS = f"""{BY_STATE},
 sum(CASE WHEN day >= :today THEN n ELSE 0 END) AS today,
 sum(CASE WHEN day > :today - 7 THEN n ELSE 0 END) AS week"""


def _sums(row: Row) -> Sums:
    return Sums(*(row[f.name] for f in fields(Sums)))


def _headline(row: Row) -> Sums:
    """Paper and import stand beside the headline, and are never added to it silently."""
    return Sums() if row["class"] in _BESIDE else _sums(row)


def _by_channel(
    classes: Mapping[str, Sums],
) -> dict[str, tuple[Sums, Mapping[str, Sums]]]:
    found: dict[str, tuple[Sums, Mapping[str, Sums]]] = {}
    for channel, members in CHANNELS.items():
        present = {c: classes[c] for c in members if classes.get(c, Sums()) != Sums()}
        if present:
            found[channel] = (sum(present.values(), Sums()), present)
    return found


async def _days(tx: Transaction, petition_id: int, today: int) -> tuple[Day, ...]:
    since = today - TREND_DAYS + 1
    known = {day.day: day for day in await trend(tx, petition_id, since)}
    return tuple(known.get(d, Day(d, 0, 0)) for d in range(since, today + 1))


async def _texts(
    tx: Transaction, petition_id: int, shown_words: Container[str]
) -> tuple[Text, ...]:
    rows = await tx.fetch(
        "SELECT received_at, sender, body, kind, reply IS NOT NULL AS replied, segments"
        " FROM inbound WHERE petition_id = :id"
        " ORDER BY received_at DESC, arrival DESC LIMIT :limit",
        id=petition_id,
        limit=RECENT_TEXTS,
    )
    return tuple(
        Text(
            r["received_at"],
            masked(r["sender"]),
            masked_body(r["body"] or "", shown_words),
            r["kind"],
            bool(r["replied"]),
            r["segments"],
        )
        for r in rows
    )


async def _outbox(tx: Transaction, petition_id: int) -> Outbox:
    row = await tx.fetch_one(
        "SELECT count(*) AS n, count(sent_at) AS sent, count(failed_at) AS failed"
        " FROM outbox WHERE petition_id = :id",
        id=petition_id,
    )
    if row is None:
        return Outbox(0, 0, 0)
    return Outbox(row["n"] - row["sent"] - row["failed"], row["sent"], row["failed"])
