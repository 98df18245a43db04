"""What those who decide have answered to a petition that is closed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

from server.core.values.names import tidy, tidy_lines
from server.db import Transaction
from server.errors import InvalidInput, Problem

ANSWERER_LIMIT = 120  # letters
ANSWER_LIMIT = 10_000  # letters, in each language


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """`by` is who answered, `on` the day (`2026-12-24`) on which they did, `promised` the day by
    which they promise to act, '' for none; `words` is what they said, by language."""

    by: str
    on: str
    words: Mapping[str, str]
    promised: str = ""

    def language(self, wanted: str, own: str) -> str:
        """In which language it is said to readers of one: theirs, the petition's own, or one that
        there is."""
        return next((code for code in (wanted, own) if code in self.words), next(iter(self.words)))


def checked_answer(answer: GivenAnswer, languages: Collection[str], now: int) -> GivenAnswer:
    """The answer in normal form. Raises `InvalidInput` with every problem at once."""
    words = {code: tidy_lines(text) for code, text in answer.words.items() if code in languages}
    normal = GivenAnswer(
        by=tidy(answer.by),
        on=tidy(answer.on),
        promised=tidy(answer.promised),
        words={code: text for code, text in words.items() if text},
    )
    if problems := [*_day_problems(normal, now), *_word_problems(normal, languages)]:
        raise InvalidInput(*problems)
    return normal


def _day_problems(answer: GivenAnswer, now: int) -> list[Problem]:
    found = [] if answer.by else [Problem("answer_by", "missing")]
    if len(answer.by) > ANSWERER_LIMIT:
        found.append(Problem("answer_by", "long"))
    tomorrow = (datetime.fromtimestamp(now, UTC) + timedelta(days=1)).date()  # in the far east
    if (on := _day(answer.on)) is None or on > tomorrow:
        found.append(Problem("answer_on", "future" if on else "malformed"))
    if answer.promised and _day(answer.promised) is None:
        found.append(Problem("answer_promised", "malformed"))
    return found


def _word_problems(answer: GivenAnswer, languages: Collection[str]) -> list[Problem]:
    if not answer.words:
        return [Problem(f"answer_{next(iter(languages))}", "missing")]
    long = [code for code, text in answer.words.items() if len(text) > ANSWER_LIMIT]
    return [Problem(f"answer_{code}", "long") for code in long]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def packed_answer(answer: GivenAnswer) -> str:
    return json.dumps(asdict(answer), ensure_ascii=False)


def unpacked_answer(text: str) -> GivenAnswer | None:
    return GivenAnswer(**json.loads(text)) if text else None


async def write_answer(tx: Transaction, petition_id: int, answer: GivenAnswer, now: int) -> bool:
    """Store it; False if it says that already. Raises `InvalidInput` unless the petition is closed,
    or was answered and opened again, and has not ended."""
    takes = "(closed_at IS NOT NULL OR answered_at IS NOT NULL) AND ended_at IS NULL"
    state = f"SELECT answer FROM petitions WHERE id = :id AND {takes}"
    if (row := await tx.fetch_one(state, id=petition_id)) is None:
        raise InvalidInput(Problem("answer", "not_closed"))
    if row["answer"] == packed_answer(answer):
        return False
    await tx.execute(
        "UPDATE petitions SET answer = :answer, answered_at = coalesce(answered_at, :now),"
        f" version = version + 1 WHERE id = :id AND {takes}",
        answer=packed_answer(answer),
        now=now,
        id=petition_id,
    )
    return True
