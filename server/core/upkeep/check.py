"""What an operator can rely on: counters equal to the rows, a sound database, a whole log."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from server.core.counting import counts
from server.core.counting.counts import CLASSES, DAY, Figures
from server.core.counting.states import IN_TOTAL, STATE, where
from server.core.desk import audit
from server.core.letters.calls import (
    NO_CALLS,
    CallOutcome,
    all_call_figures,
    all_opened_figures,
)
from server.core.letters.figures import HEARD_FIGURES, heard_figures, letter_figures
from server.core.letters.letter import State
from server.db import Transaction


@dataclass(frozen=True, slots=True)
class Report:
    """`figures` by slug, counted from the rows; `faults` in words, empty if all is well. By slug as
    well, of letters how many are in which state, what is known of answers, and how calls went."""

    figures: dict[str, Figures]
    faults: list[str]
    letters: dict[str, dict[State, int]]
    calls: dict[str, dict[CallOutcome, int]]
    opened_to_write: dict[str, int]
    answers: dict[str, dict[str, int]]


async def check(tx: Transaction) -> Report:
    """Count every signature anew and compare with the counters, row by row of `counts`; follow the
    chain of the audit log."""
    faults = [f"the database: {fault}" for fault in await tx.integrity()]
    faults += await audit.faults(tx)
    rows = await tx.fetch(
        f"SELECT petition_id, created_at / {DAY} AS day, class, {STATE} AS state, count(*) AS n"
        f" FROM signatures WHERE {where(*IN_TOTAL)} GROUP BY 1, 2, 3, 4"
    )
    kept = await tx.fetch(
        "SELECT petition_id, day, class, state, sum(n) AS n FROM counts GROUP BY 1, 2, 3, 4"
    )
    slugs = {r["id"]: r["slug"] for r in await tx.fetch("SELECT id, slug FROM petitions")}
    counted = {(r["petition_id"], r["day"], r["class"], r["state"]): r["n"] for r in rows}
    stored = {(r["petition_id"], r["day"], r["class"], r["state"]): r["n"] for r in kept}
    for key in sorted(counted.keys() | stored.keys()):
        petition_id, day, class_, state = key
        if counted.get(key, 0) != stored.get(key, 0):
            faults.append(
                f"{slugs[petition_id]}: {class_} {state} of day {day}:"
                f" {counted.get(key, 0)} signatures, but the counter says {stored.get(key, 0)}"
            )
    faults += [f"{slugs[id_]}: {fault}" for id_, fault in await _loose_ends(tx)]
    faults += [f"{slugs[id_]}: {fault}" for id_, fault in await _wrong_sums(tx)]
    of_petition = defaultdict(list)
    for row in rows:
        of_petition[row["petition_id"]].append(row)
    letters, calls = await letter_figures(tx), await all_call_figures(tx)
    opened, answers = await all_opened_figures(tx), await heard_figures(tx)
    return Report(
        {slug: counts.summed(of_petition[id_]) for id_, slug in slugs.items()},
        faults,
        {slug: letters.get(id_, {}) for id_, slug in slugs.items()},
        {slug: calls.get(id_, dict(NO_CALLS)) for id_, slug in slugs.items()},
        {slug: opened.get(id_, 0) for id_, slug in slugs.items()},
        {slug: answers.get(id_, dict.fromkeys(HEARD_FIGURES, 0)) for id_, slug in slugs.items()},
    )


async def _wrong_sums(tx: Transaction) -> list[tuple[int, str]]:
    """Petitions, each with a total that is not the sum of its counters."""
    rows = await tx.fetch(
        "SELECT petition_id, state, class, sum(more) AS more FROM ("
        " SELECT petition_id, state, class, n AS more FROM totals"
        " UNION ALL SELECT petition_id, state, class, -n FROM counts"
        ") AS both_sides GROUP BY petition_id, state, class HAVING sum(more) <> 0"
        " ORDER BY petition_id, state, class"
    )
    return [
        (r["petition_id"], f"the total of {r['class']} {r['state']} is off by {r['more']}")
        for r in rows
    ]


async def _loose_ends(tx: Transaction) -> list[tuple[int, str]]:
    """Petitions, each with a fault in what its signatures say of each other."""
    absorbed = await tx.fetch(
        "SELECT a.petition_id, count(*) AS n FROM signatures a LEFT JOIN signatures s"
        "  ON s.petition_id = a.petition_id AND s.id = a.absorbed_by AND s.verified_at IS NOT NULL"
        "  AND s.withdrawn_at IS NULL AND s.rejected_at IS NULL"
        "  AND s.place_key = a.place_key"
        " WHERE a.absorbed_by IS NOT NULL AND s.id IS NULL GROUP BY a.petition_id"
    )
    groups = await tx.fetch(
        "SELECT petition_id, sum(more) AS more FROM ("
        " SELECT petition_id, group_key, count(*) AS more FROM signatures"
        "  WHERE group_key IS NOT NULL GROUP BY petition_id, group_key"
        " UNION ALL SELECT petition_id, group_key, carried - verified FROM groups_of_contacts"
        ") AS both_sides GROUP BY petition_id, group_key HAVING sum(more) <> 0"
    )
    return [
        *((r["petition_id"], f"{r['n']} signatures are absorbed by none") for r in absorbed),
        *((r["petition_id"], f"a group of contacts is off by {r['more']}") for r in groups),
    ]


def as_json(report: Report) -> dict[str, dict[str, object]]:
    """By slug, exact: verified, unverified, held, total and by_class; letters and calls."""
    return {
        slug: {
            "verified": f.verified,
            "unverified": f.unverified,
            "held": f.held,
            "total": f.total,
            "by_class": {c: f.by_class[c] for c in CLASSES},
            "letters": report.letters[slug],
            "calls": report.calls[slug],
            "opened_to_write": report.opened_to_write[slug],
            "answers": report.answers[slug],
        }
        for slug, f in report.figures.items()
    }
