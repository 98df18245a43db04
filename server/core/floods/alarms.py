"""Alarms: what of a petition's last day is out of proportion to what was there before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from server.core.counting.counts import DAY
from server.core.counting.states import IN_TOTAL, where
from server.core.values.ids import first_id
from server.core.values.mail_domains import DOMAIN, LARGE
from server.db import Database, Transaction

#: An alarm: at least so many in the last day, so large a share of it, and so many times the share
#: that it had before.
LEAST, SHARE, TIMES = 50, 0.2, 5
ALARM_SECONDS = 60

#: Mails: so large a share of a network's brings a code back on an honest day.
WANTED_SHARE = 0.25

Kind = Literal["mail_network", "mail_waiting", "class", "domain", "postcode", "prefix", "people"]
#: What may be harming people who never signed: these come first.
SENDING = frozenset({"mail_network", "mail_waiting"})


@dataclass(frozen=True, slots=True)
class Alarm:
    """`n` of `of` in the last day; for `people`, `n` signatures where `of` people live; for
    `mail_network`, `n` people to whom one network had mails sent, of whom `of` typed the code."""

    kind: Kind
    label: str
    n: int
    of: int


async def alarms(tx: Transaction, petition_id: int, now: int) -> list[Alarm]:
    """What is out of proportion now: first what is being sent, then the largest."""
    found = [
        *await _mails(tx, petition_id, now),
        *await _classes(tx, petition_id, now),
        *await _last_day(tx, petition_id, now),
        *await people(tx, petition_id),
    ]
    return sorted(found, key=lambda alarm: (alarm.kind not in SENDING, -alarm.n))


async def _mails(tx: Transaction, petition_id: int, now: int) -> list[Alarm]:
    """Mails to many people whom one network has entered, and of whom few wanted them; and mails
    that wait because too many were asked for."""
    rows = await tx.fetch(
        "SELECT o.network_tag, count(DISTINCT o.signature_id) AS n,"
        " count(DISTINCT CASE WHEN s.verified_at IS NOT NULL THEN s.id END) AS wanted"
        " FROM outbox o JOIN signatures s ON s.petition_id = o.petition_id"
        "  AND s.id = o.signature_id"
        " WHERE o.petition_id = :id AND o.created_at > :since AND o.channel = 'email'"
        "  AND o.network_tag IS NOT NULL"
        " GROUP BY o.network_tag HAVING count(DISTINCT o.signature_id) >= :least",
        id=petition_id,
        since=now - DAY,
        least=LEAST,
    )
    odd = (r for r in rows if r["wanted"] < WANTED_SHARE * r["n"])
    found = [Alarm("mail_network", "", r["n"], r["wanted"]) for r in odd]
    waiting = await tx.fetch_one(
        "SELECT count(*) AS n FROM outbox WHERE petition_id = :id AND created_at > :since"
        " AND address_key IS NOT NULL AND error IS NOT NULL AND sent_at IS NULL"
        " AND failed_at IS NULL",
        id=petition_id,
        since=now - 2 * DAY,
    )
    n = waiting["n"] if waiting else 0
    return [*found, Alarm("mail_waiting", "", n, n)] if n >= LEAST else found


async def _classes(tx: Transaction, petition_id: int, now: int) -> list[Alarm]:
    rows = await tx.fetch(
        "SELECT class AS label, sum(CASE WHEN day >= :today - 1 THEN n ELSE 0 END) AS n,"
        " sum(CASE WHEN day < :today - 1 THEN n ELSE 0 END) AS before"
        " FROM counts WHERE petition_id = :id GROUP BY class",
        id=petition_id,
        today=now // DAY,
    )
    return _out_of_proportion("class", [(r["label"], int(r["n"]), int(r["before"])) for r in rows])


# Of the last 20,000 of a week, those of each group that are late, and the others; first of all.
_GROUPS = f"""WITH lately AS MATERIALIZED (SELECT postcode, prefix_tag,
  {DOMAIN.format("contact")} AS domain, CASE WHEN id >= :day THEN 1 ELSE 0 END AS late
  FROM signatures WHERE petition_id = :id AND id >= :week AND {where(*IN_TOTAL)}
  ORDER BY id DESC LIMIT 20000)
 SELECT '' AS kind, '' AS label, sum(late) AS n, count(*) - sum(late) AS before FROM lately
 UNION ALL SELECT 'postcode', postcode, sum(late), count(*) - sum(late) FROM lately
  WHERE postcode <> '' GROUP BY postcode HAVING sum(late) >= {LEAST}
 UNION ALL SELECT 'domain', domain, sum(late), count(*) - sum(late) FROM lately
  WHERE domain <> '' GROUP BY domain HAVING sum(late) >= {LEAST}
 UNION ALL SELECT 'prefix', '', sum(late), count(*) - sum(late) FROM lately
  WHERE prefix_tag IS NOT NULL GROUP BY prefix_tag HAVING sum(late) >= {LEAST}"""


async def _last_day(tx: Transaction, petition_id: int, now: int) -> list[Alarm]:
    """Postcodes, mail domains and address prefixes, against the six days before."""
    every, *rows = await tx.fetch(
        _GROUPS, id=petition_id, day=first_id(now - DAY), week=first_id(now - 7 * DAY)
    )
    late, before = int(every["n"] or 0), int(every["before"] or 0)
    return [
        Alarm(row["kind"], row["label"], int(row["n"]), late)
        for row in rows
        if row["label"] not in LARGE and _is_odd(int(row["n"]), int(row["before"]), late, before)
    ]


def _is_odd(n: int, m: int, late: int, before: int) -> bool:
    """Whether `n` of `late` is far more than `m` of `before` was."""
    share_before = m / before if before else 0.0
    return before >= LEAST and n >= LEAST and n / late > max(SHARE, TIMES * share_before)


def _out_of_proportion(kind: Kind, groups: Iterable[tuple[str, int, int]]) -> list[Alarm]:
    """`groups` are labels with how many in the last day, and before it."""
    groups = list(groups)
    late, before = sum(n for _, n, _ in groups), sum(m for _, _, m in groups)
    return [Alarm(kind, label, n, late) for label, n, m in groups if _is_odd(n, m, late, before)]


async def people(tx: Transaction, petition_id: int) -> list[Alarm]:
    """Postcodes with more signers than people, where organizers have said how many those are."""
    known = await tx.fetch_one(
        "SELECT 1 AS one FROM populations WHERE petition_id = :id", id=petition_id
    )
    if known is None:  # else every signature would be read
        return []
    rows = await tx.fetch(
        "SELECT p.postcode, p.people, count(*) AS n FROM populations p JOIN signatures s"
        " ON s.petition_id = p.petition_id AND s.postcode = p.postcode"
        f" AND {where(*IN_TOTAL)}"
        " WHERE p.petition_id = :id GROUP BY p.postcode, p.people HAVING count(*) > p.people",
        id=petition_id,
    )
    return [Alarm("people", row["postcode"], row["n"], row["people"]) for row in rows]


class RecentAlarms:
    """`await alarms(petition_id)` is at most `ALARM_SECONDS` old: the search reads many rows."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database, self._now = database, now
        self._found: dict[int, tuple[float, list[Alarm]]] = {}

    async def __call__(self, petition_id: int) -> list[Alarm]:
        looked_at, found = self._found.get(petition_id, (float("-inf"), []))
        now = self._now()
        if not 0 <= now - looked_at < ALARM_SECONDS:
            async with self._database.read() as tx:
                found = await alarms(tx, petition_id, int(now))
            self._found[petition_id] = now, found
        return found
