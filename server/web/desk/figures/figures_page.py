"""A petition's figures: the chart, the tables, what texts cost; and the same for programs."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from server.config import LANGUAGES
from server.core.conversations.traffic import traffic
from server.core.counting.counts import DAY, Day
from server.core.desk import dashboard, kept
from server.core.desk.breakdown import HOUR, OTHERS, Cells
from server.core.desk.dashboard import WEEK_DAYS
from server.core.desk.kept import KeptFigures
from server.core.desk.recent import recent_texts
from server.core.letters.figures import HEARD_FIGURES, OfficeFigures, by_office
from server.core.petitions import collectors
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.wordings import FEWEST
from server.core.places import divisions, ocd
from server.core.places.dating import day_at
from server.db import Transaction
from server.web.desk.figures.charts import Bar, Chart
from server.web.desk.figures.text_figures import TextFigures
from server.web.desk.visit import Visit
from server.web.desk.words import CLASS_WORDS, KIND_WORDS
from server.web.public.words import CHANNEL_WORDS
from server.words.render import day_words
from sms.reading import reserved


async def show(visit: Visit) -> None:
    """The page."""
    petition, services = await visit.petition(), visit.services
    words = reserved() | {petition.keyword}
    async with services.database.read() as tx:
        counted = await _counted(visit, tx, petition)
        fates = counted["kept"] and counted["kept"].breakdown.fates
        texts = await traffic(tx, petition.id, services.now(), words, fates)
        recent = await recent_texts(tx, petition.id, words)
    span, steps = _steps(visit, counted)
    await visit.send_petition_page(
        "figures/figures",
        petition,
        {},
        board=counted["standing"],
        chart=Chart(steps),
        span=span,
        kept=counted["kept"],
        places=counted["places"],
        languages=counted["languages"],
        collected=counted["collectors"],
        others=OTHERS,
        fewest=FEWEST,
        traffic=texts,
        recent=recent,
        texts=TextFigures(services, texts, visit.sentence),
        sms_codes=services.settings.sms_codes_daily > 0,
        channels=CHANNEL_WORDS,
        classes=CLASS_WORDS,
        kinds=KIND_WORDS,
        updated=visit.moment(services.now()),
        counted_at=visit.moment(counted["kept"].made_at) if counted["kept"] else "",
    )


async def _counted(visit: Visit, tx: Transaction, petition: Petition) -> dict[str, Any]:
    """All that is counted of a petition, with the names of what it is counted by."""
    now = visit.services.now()
    opened = petition.opened_at or now
    found = await kept.latest(tx, petition, day_at(now), now)
    brought = await collectors.brought(tx, petition.id)
    return {
        "standing": await dashboard.standing(tx, petition.id, now),
        "days": await dashboard.days(tx, petition.id, opened, now),
        "opened": opened,
        "kept": found,
        "places": await _named_places(visit, tx, found),
        "languages": [
            (LANGUAGES.get(code, code), n)
            for code, n in (found.breakdown.languages if found else ())
        ],
        "collectors": [
            (each, brought[each.id])
            for each in petition.collectors
            if brought.get(each.id, 0) >= FEWEST
        ],
        "letters": await by_office(tx, petition.id),
    }


async def _named_places(visit: Visit, tx: Transaction, found: KeptFigures | None) -> Cells:
    """Places by what they are called in the server's language."""
    if found is None or not found.breakdown.by_division:
        return found.breakdown.places if found else ()
    ids = {place for place, _ in found.breakdown.places} - {OTHERS}
    known = await divisions.names(tx, ids | {ocd.region_of(id_) for id_ in ids})
    named = {id_: divisions.called(names, visit.language) for id_, names in known.items()}
    return tuple((place and _called(place, named), n) for place, n in found.breakdown.places)


def _called(division: str, named: dict[str, str]) -> str:
    """Its name, else its number in its region."""
    region = named.get(ocd.region_of(division), ocd.region_of(division).rpartition(":")[2].upper())
    return named.get(division) or f"{region} {division.rpartition(':')[2]}"


def _steps(visit: Visit, counted: dict[str, Any]) -> tuple[str, Sequence[Bar]]:
    """What one step of the chart is, and the steps: hours, days or weeks."""
    found = counted["kept"]
    if found and found.breakdown.hours:
        first = counted["opened"] // HOUR
        hours = enumerate(found.breakdown.hours, first)
        return "hour", [Bar(visit.moment(h * HOUR), v, u) for h, (v, u) in hours]
    span, days = dashboard.steps(counted["days"])
    words = [Bar(day_words(d.day * DAY, visit.language), d.verified, d.unverified) for d in days]
    return "week" if span == WEEK_DAYS else "day", words


# For programs.


async def as_json(visit: Visit) -> None:
    """The figures as one JSON object."""
    petition = await visit.petition()
    async with visit.services.database.read() as tx:
        counted = await _counted(visit, tx, petition)
    said = json.dumps(_said(petition, counted), ensure_ascii=False, indent=1) + "\n"
    await _send(visit, f"{petition.slug}-figures.json", b"application/json", said)


async def as_csv(visit: Visit) -> None:
    """The figures as lines of table, label, figure and number."""
    petition = await visit.petition()
    async with visit.services.database.read() as tx:
        counted = await _counted(visit, tx, petition)
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(("table", "label", "figure", "n"))
    writer.writerows(_lines(_said(petition, counted)))
    name = f"{petition.slug}-figures.csv"
    await _send(visit, name, b"text/csv;charset=utf-8", lines.getvalue())


async def _send(visit: Visit, name: str, kind: bytes, said: str) -> None:
    async def blocks() -> AsyncGenerator[bytes]:
        yield said.encode()

    await visit.send_file(name, kind, blocks())


def _said(petition: Petition, counted: dict[str, Any]) -> dict[str, Any]:
    standing, found = counted["standing"], counted["kept"]
    channels = standing.channels.values()
    said: dict[str, Any] = {
        "petition": petition.slug,
        "goal": petition.goal,
        "total": _states(standing.headline),
        "class": {c: _states(sums) for _, members in channels for c, sums in members.items()},
        "day": {
            _date(d): {"verified": d.verified, "unverified": d.unverified} for d in counted["days"]
        },
        "collector": {each.code: {"verified": n} for each, n in counted["collectors"]},
        "letters": _letters_said(counted["letters"]),
    }
    return said | (_kept_said(found, counted) if found else {})


def _kept_said(found: KeptFigures, counted: dict[str, Any]) -> dict[str, Any]:
    mailed = found.breakdown.mailed
    return {
        "as_of": datetime.fromtimestamp(found.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "place": {place or "other": {"verified": n} for place, n in counted["places"]},
        "language": {code or "other": {"verified": n} for code, n in found.breakdown.languages},
        "mail": {
            "all": {
                "signed": mailed.signed,
                "sent": mailed.sent,
                "came_back": mailed.returned,
                "verified": mailed.typed,
            }
        },
        "mail_domain": {
            domain or "other": {"kept": n, "verified_tenths": tenths}
            for domain, n, tenths in mailed.domains
        },
    }


def _letters_said(offices: Sequence[OfficeFigures]) -> dict[str, dict[str, int]]:
    """By office how many letters there are, and what is known of answers; of `FEWEST` and more."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in offices:
        heard = {name: getattr(one, name) for name in HEARD_FIGURES}
        found[one.name].update({"letters": one.total} | heard)
    return {name: dict(n) for name, n in found.items() if n["letters"] >= FEWEST}


def _states(sums: dashboard.Sums) -> dict[str, int]:
    return {"verified": sums.verified, "unverified": sums.unverified, "held": sums.held}


def _date(day: Day) -> str:
    return datetime.fromtimestamp(day.day * DAY, UTC).date().isoformat()


def _lines(said: dict[str, Any]) -> Iterator[tuple[str, str, str, int]]:
    """Of each table its cells; of the totals, too."""
    for figure, n in said["total"].items():
        yield "total", "", figure, n
    tables = ("class", "day", "collector", "letters", "place", "language", "mail", "mail_domain")
    for table in tables:
        for label, figures in said.get(table, {}).items():
            for figure, n in figures.items():
                yield table, label, figure, n
