"""Whom news goes to: verified signers who asked for it, each contact once."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.counting.states import where
from server.core.outbox.outbox import Channel
from server.db import Row, Transaction

#: News to one place goes to no fewer people: it could be meant for one of them.
PLACE_LEAST = 20

_COUNTED = " AND ".join(f"s.{part}" for part in where("verified").split(" AND "))
#: Of `signatures s`: those who want news, as the index `signatures_news` has them.
WANTS_NEWS = f"s.news_at IS NOT NULL AND s.contact IS NOT NULL AND {_COUNTED}"
_SUBSCRIBED = f"s.petition_id = :petition AND {WANTS_NEWS}"
#: What tells a mailbox from a phone.
_WAYS = {"email": "s.contact LIKE '%@%'", "sms": "s.contact NOT LIKE '%@%'"}
_PLACE = "replace(replace(upper(coalesce(s.postcode, '')), ' ', ''), '-', '') LIKE :place"


@dataclass(frozen=True, slots=True)
class Subscribers:
    """To how many something goes by mail, and how many have a phone alone."""

    mails: int
    phones: int

    @property
    def total(self) -> int:
        return self.mails + self.phones


async def subscribers(tx: Transaction, petition_id: int, place: str = "") -> Subscribers:
    """Everybody who wants news of a petition, or those of one place."""
    rows = await tx.fetch(
        f"SELECT CASE WHEN {_WAYS['email']} THEN 'email' ELSE 'sms' END AS way,"
        f" count(DISTINCT s.contact_key) AS n FROM signatures s WHERE {_SUBSCRIBED}{_in(place)}"
        " GROUP BY way",
        petition=petition_id,
        **_values(place),
    )
    found = {row["way"]: row["n"] for row in rows}
    return Subscribers(found.get("email", 0), found.get("sms", 0))


async def phones_by_language(tx: Transaction, petition_id: int, place: str = "") -> dict[str, int]:
    """How many of those have a phone alone, by the language in which they signed."""
    rows = await tx.fetch(
        "SELECT language, count(*) AS n FROM (SELECT min(s.language) AS language"
        f"  FROM signatures s WHERE {_SUBSCRIBED}{_in(place)} AND {_WAYS['sms']}"
        "  GROUP BY s.contact_key) phones GROUP BY language",
        petition=petition_id,
        **_values(place),
    )
    return {row["language"]: row["n"] for row in rows}


async def after(
    tx: Transaction, petition_id: int, channel: Channel, place: str, since: int, limit: int
) -> list[Row]:
    """The next of them by one way behind that signature's id: id, contact and language."""
    rows = await tx.fetch(
        f"SELECT s.id, s.contact, s.language FROM signatures s WHERE {_SUBSCRIBED}{_in(place)}"
        f" AND {_WAYS[channel]} AND s.id > :since ORDER BY s.id LIMIT :limit",
        petition=petition_id,
        since=since,
        limit=limit,
        **_values(place),
    )
    return list(rows)


async def untold(
    tx: Transaction, petition_id: int, news_id: int, channel: Channel, limit: int
) -> list[Row]:
    """Those of all who were not told that piece of news, and whose turn has not come."""
    rows = await tx.fetch(
        f"SELECT s.id, s.contact, s.language FROM signatures s WHERE {_SUBSCRIBED}"
        f" AND {_WAYS[channel]} AND NOT EXISTS (SELECT 1 FROM news_told t"
        "  WHERE t.news_id = :news AND t.signature_id = s.id) ORDER BY s.id LIMIT :limit",
        petition=petition_id,
        news=news_id,
        limit=limit,
    )
    return list(rows)


def _in(place: str) -> str:
    return f" AND {_PLACE}" if place else ""


def _values(place: str) -> dict[str, str]:
    return {"place": f"{place}%"} if place else {}
