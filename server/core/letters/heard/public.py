"""What everybody may know of letters: how many offices have had, and which of them answer.

Nobody shall learn from it who wrote. An office stands there by itself from `LEAST_LETTERS` on; all
others are added up, and if they are fewer than that together, they stand nowhere: no sum of all is
told from which they could be taken. Figures are rounded down, and made once a day, so that no
letter moves them by itself while somebody looks on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from statistics import median

from server.core.counting.counts import DAY
from server.db import ColumnType, Row, Transaction, pack

LEAST_LETTERS = 20  # letters
ROUNDED_TO = 5
OTHERS = ""  # in place of the key of an office: all that have few letters
#: Of a row of `letters`: an office has it, as far as we know. Thanks ask for no answer.
_TAKEN = "kind = 'letter' AND state IN ('accepted', 'done')"
_values = attrgetter("office", "name", "letters", "said_yes", "said_no", "answered", "days")
_STORED: dict[str, ColumnType] = {
    "office": "text",
    "office_name": "text",
    "letters": "int",
    "said_yes": "int",
    "said_no": "int",
    "answered": "int",
    "days": "int",
}


@dataclass(slots=True)
class Heard:
    """Exact figures of one office: letters that it has had, what signers say of its answers, and
    how many seconds those took that came to our address."""

    name: str
    letters: int = 0
    said_yes: int = 0
    said_no: int = 0
    took: list[int] = field(default_factory=list)

    def add(self, other: Heard) -> None:
        self.letters += other.letters
        self.said_yes += other.said_yes
        self.said_no += other.said_no
        self.took += other.took


@dataclass(frozen=True, slots=True)
class ShownAnswers:
    """The same as everybody may know it: rounded down to `ROUNDED_TO`, with the days in the middle
    of those answers, None for too few. `agreed`: an organizer says that the office has."""

    office: str
    name: str
    letters: int
    said_yes: int
    said_no: int
    answered: int
    days: int | None
    agreed: bool = False


def shown_of(offices: dict[str, Heard]) -> list[ShownAnswers]:
    """What may be shown of these, by the keys of the offices: the one with most letters first, and
    the others last."""
    others = Heard(OTHERS)
    for heard in offices.values():
        if heard.letters < LEAST_LETTERS:
            others.add(heard)
    shown = {key: heard for key, heard in offices.items() if heard.letters >= LEAST_LETTERS}
    found = sorted(shown.items(), key=lambda item: (-item[1].letters, item[1].name, item[0]))
    if others.letters >= LEAST_LETTERS:
        found.append((OTHERS, others))
    return [_rounded(key, heard) for key, heard in found]


def _rounded(key: str, heard: Heard) -> ShownAnswers:
    answered = _down(len(heard.took))
    return ShownAnswers(
        key,
        heard.name,
        _down(heard.letters),
        _down(heard.said_yes),
        _down(heard.said_no),
        answered,
        round(median(heard.took) / DAY) if answered else None,
    )


def _down(n: int) -> int:
    return n - n % ROUNDED_TO


async def count_answers(tx: Transaction) -> dict[int, list[ShownAnswers]]:
    """What is to be shown of each petition now."""
    found: defaultdict[int, dict[str, Heard]] = defaultdict(dict)
    for row in await tx.fetch(
        "SELECT petition_id, office, max(office_name) AS name, count(*) AS letters,"
        " sum(CASE WHEN said = 'yes' THEN 1 ELSE 0 END) AS said_yes,"
        " sum(CASE WHEN said = 'no' THEN 1 ELSE 0 END) AS said_no"
        f" FROM letters WHERE {_TAKEN} GROUP BY petition_id, office"
    ):
        figures = row["name"], row["letters"], int(row["said_yes"]), int(row["said_no"])
        found[row["petition_id"]][row["office"]] = Heard(*figures)
    for row in await tx.fetch(
        "SELECT petition_id, office, answered_at - accepted_at AS took FROM letters"
        f" WHERE {_TAKEN} AND answered_at IS NOT NULL"
    ):
        found[row["petition_id"]][row["office"]].took.append(row["took"])
    return {petition_id: shown_of(offices) for petition_id, offices in found.items()}


async def show_answers(tx: Transaction, found: Mapping[int, Sequence[ShownAnswers]]) -> None:
    """Let this be what is shown."""
    await tx.execute("DELETE FROM answers_shown")
    rows = [(id_, *_values(one)) for id_, offices in found.items() for one in offices]
    columns = ", ".join(_STORED)
    await tx.execute(
        f"INSERT INTO answers_shown (petition_id, {columns}) SELECT petition_id, {columns}"
        f" FROM {tx.rows('batch', petition_id='int', **_STORED)} b"
        # One may have ended since it was counted.
        " WHERE petition_id IN (SELECT p.id FROM petitions p WHERE p.ended_at IS NULL)",
        batch=pack(rows),
    )


async def shown_answers(tx: Transaction, petition_id: int) -> list[ShownAnswers]:
    """What is shown of one petition, with the offices that an organizer says have agreed."""
    rows = await tx.fetch(
        f"SELECT {', '.join(f's.{column}' for column in _STORED)},"
        " a.office IS NOT NULL AS agreed FROM answers_shown s LEFT JOIN agreed_offices a"
        "  ON a.petition_id = s.petition_id AND a.office = s.office"
        " WHERE s.petition_id = :petition"
        " ORDER BY CASE WHEN s.office = :others THEN 1 ELSE 0 END, s.letters DESC, s.office_name,"
        " s.office",
        petition=petition_id,
        others=OTHERS,
    )
    return [_read(row) for row in rows]


def _read(row: Row) -> ShownAnswers:
    return ShownAnswers(
        row["office"],
        row["office_name"],
        row["letters"],
        row["said_yes"],
        row["said_no"],
        row["answered"],
        row["days"],
        bool(row["agreed"]),
    )


async def with_answers(tx: Transaction) -> frozenset[int]:
    """The petitions of which there is anything to show."""
    rows = await tx.fetch("SELECT DISTINCT petition_id FROM answers_shown")
    return frozenset(row["petition_id"] for row in rows)
