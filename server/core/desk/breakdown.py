"""A petition's verified signatures by place and language, its mails, and its first hours.

Nothing that stands in a table is of fewer than `FEWEST` people, so that it tells of nobody; what is
smaller is told together. It is therefore kept as it is, and need not be erased with a signer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.core.counting.counts import DAY, NOT_BESIDE
from server.core.counting.states import where
from server.core.outbox.fates import Fates, fates
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.wordings import FEWEST
from server.core.places import decision_makers, divisions, ocd
from server.core.values.ids import first_id
from server.core.values.mail_domains import DOMAIN
from server.core.values.postcodes import fold_postcode
from server.db import Transaction

ROWS_SHOWN = 60  # of a table; the rest is told together
DOMAIN_FEWEST = 20  # of a mail domain: of fewer, a share could tell of somebody
HOUR = 3600
HOURS_DRAWN = 48  # a petition that is younger is drawn by hour
OTHERS = ""  # stands for all that are too few

#: A label, and how many: the largest first, `OTHERS` last.
Cells = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Mailed:
    """People who signed with an e-mail, to how many of them a code went, of how many it came back,
    and how many have typed it. `domains`: how many by mail domain whose address we still have, and
    how many tenths of them are verified."""

    signed: int = 0
    sent: int = 0
    returned: int = 0
    typed: int = 0
    domains: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """`by_division`: places are divisions, else beginnings of postcodes. `hours`: verified and
    others by hour, oldest first, in the first `HOURS_DRAWN` hours alone."""

    places: Cells = ()
    by_division: bool = False
    languages: Cells = ()
    mailed: Mailed = field(default_factory=Mailed)
    hours: tuple[tuple[int, int], ...] = ()
    fates: Fates = field(default_factory=Fates)


async def breakdown(tx: Transaction, petition: Petition, day: str, now: int) -> Breakdown:
    """Reads all signatures of the petition. `day` (`2027-01-03`): as the map is then."""
    rows = await tx.fetch(
        "SELECT coalesce(postcode, '') AS postcode, language, count(*) AS n FROM signatures"
        f" WHERE petition_id = :id AND {where('verified')} AND {NOT_BESIDE} GROUP BY 1, 2",
        id=petition.id,
    )
    languages, postcodes = Counter[str](), Counter[str]()
    for row in rows:
        languages[row["language"]] += row["n"]
        postcodes[row["postcode"]] += row["n"]
    places = await _by_division(tx, petition, postcodes, day)
    return Breakdown(
        places=told_together(places or _by_area(postcodes)),
        by_division=bool(places),
        languages=told_together(languages),
        mailed=await _mailed(tx, petition.id),
        hours=await _hours(tx, petition, now),
        fates=await fates(tx, petition.id),
    )


def told_together(counted: Mapping[str, int], fewest: int = FEWEST) -> Cells:
    """Nothing below `fewest`: what is smaller is under `OTHERS`, with one more where these would
    be too few, or would be one alone."""
    ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    named = [one for one in ranked if one[0] and one[1] >= fewest][:ROWS_SHOWN]
    others = sum(counted.values()) - sum(n for _, n in named)
    while named and 0 < others < fewest:
        others += named.pop()[1]
    return (*named, (OTHERS, others)) if others >= fewest else tuple(named)


# Places.


def _by_area(postcodes: Mapping[str, int]) -> Counter[str]:
    """By how postcodes begin: `598`, `SW1A`."""
    found = Counter[str]()
    for postcode, n in postcodes.items():
        found[area_of(postcode)] += n
    return found


def area_of(postcode: str) -> str:
    """What a postcode begins with: the part before its gap, else its first three signs."""
    first, _, rest = postcode.partition(" ")
    return first if rest else first[:3]


async def _by_division(
    tx: Transaction, petition: Petition, postcodes: Mapping[str, int], day: str
) -> Counter[str]:
    """By the smallest divisions whose decision makers it addresses; a postcode that lies in several
    is in none of them. Nothing where it addresses nobody by place, or there is no map."""
    offices = await decision_makers.offices(tx, petition.country, petition.roles)
    deepest = max((o for o in offices if petition.roles), key=lambda o: o.depth, default=None)
    if deepest is None or deepest.depth < 2:
        return Counter()
    folded = {postcode: fold_postcode(postcode) for postcode in postcodes}
    lies = await divisions.of_postcodes(tx, petition.country, set(folded.values()) - {""})
    found, level = Counter[str](), deepest.level
    for postcode, n in postcodes.items():
        there = [one for one in lies.get(folded[postcode], ()) if one.on(day)]
        at = {_at(one.division, level, deepest.depth) for one in there} - {""}
        found[at.pop() if len(at) == 1 else OTHERS] += n
    return found if len(found) > 1 or OTHERS not in found else Counter()


def _at(division: str, level: str, depth: int) -> str:
    """The division of that level that it is or lies in; '' for none."""
    region = ocd.region_of(division)
    found = region if depth == 2 else division
    return found if ocd.level_of(found) == level else ""


# The way to verification.

_CODE = "o.kind = 'signed' AND o.channel = 'email'"
_WITH_MAIL = (
    "signatures WHERE petition_id = :id AND contact_key IS NOT NULL AND contact LIKE '%@%'"
    f" AND {where('verified', 'unverified', 'held')}"
)


async def _mailed(tx: Transaction, petition_id: int) -> Mailed:
    counted = await tx.fetch_one(
        "SELECT coalesce(sum(n), 0) AS n,"
        " coalesce(sum(CASE WHEN state = 'verified' THEN n ELSE 0 END), 0) AS typed"
        " FROM totals WHERE petition_id = :id AND class = 'web-email'",
        id=petition_id,
    )
    sent = await tx.fetch_one(
        "SELECT count(DISTINCT CASE WHEN o.sent_at IS NOT NULL THEN o.signature_id END) AS sent,"
        " count(DISTINCT CASE WHEN o.error = 'bounced' THEN o.signature_id END) AS returned"
        f" FROM outbox o WHERE o.petition_id = :id AND {_CODE}",
        id=petition_id,
    )
    if counted is None or sent is None:
        return Mailed()
    domains = await _domains(tx, petition_id)
    return Mailed(int(counted["n"]), sent["sent"], sent["returned"], int(counted["typed"]), domains)


async def _domains(tx: Transaction, petition_id: int) -> tuple[tuple[str, int, int], ...]:
    rows = await tx.fetch(
        f"SELECT {DOMAIN.format('contact')} AS domain, count(*) AS n, count(verified_at) AS typed"
        f" FROM {_WITH_MAIL} GROUP BY 1",
        id=petition_id,
    )
    known = {row["domain"]: (row["n"], row["typed"]) for row in rows}
    cells = told_together({d: n for d, (n, _) in known.items()}, DOMAIN_FEWEST)
    typed = {d: known[d][1] for d, _ in cells if d}
    rest = sum(t for _, t in known.values()) - sum(typed.values())
    return tuple((d, n, round(10 * (typed[d] if d else rest) / n)) for d, n in cells)


# The first hours.


async def _hours(tx: Transaction, petition: Petition, now: int) -> tuple[tuple[int, int], ...]:
    opened = petition.opened_at
    if opened is None or now - opened >= HOURS_DRAWN * HOUR:
        return ()
    first = opened // HOUR
    rows = await tx.fetch(
        f"SELECT created_at / {HOUR} AS hour, count(*) AS n, count(verified_at) AS verified"
        " FROM signatures WHERE petition_id = :id AND id >= :since"
        f" AND {where('verified', 'unverified')} AND {NOT_BESIDE} GROUP BY 1",
        id=petition.id,
        since=first_id(opened - DAY),
    )
    found = {row["hour"]: (row["verified"], row["n"] - row["verified"]) for row in rows}
    return tuple(found.get(hour, (0, 0)) for hour in range(first, now // HOUR + 1))
