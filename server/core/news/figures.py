"""What became of a piece of news."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.news.piece import News
from server.core.news.sending import NewsRun, runs_of
from server.core.news.telling import LEFT_OUT, UNCERTAIN
from server.db import Transaction


@dataclass(frozen=True, slots=True)
class NewsFigures:
    """Messages by what became of them, of those meant for `people`. `left_out`: they wanted no
    more; `uncertain`: the line broke, and nothing is sent twice."""

    people: int
    waiting: int = 0
    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    left_out: int = 0

    @property
    def done(self) -> int:
        """With whom we are through."""
        return self.sent + self.failed + self.uncertain + self.left_out


_FATE = (
    f"CASE WHEN error IN ('{LEFT_OUT}', 'opted_out', 'country') THEN 'left_out'"
    f" WHEN error = '{UNCERTAIN}' THEN 'uncertain'"
    " WHEN failed_at IS NOT NULL THEN 'failed' WHEN sent_at IS NOT NULL THEN 'sent'"
    " ELSE 'waiting' END"
)


async def news_figures(tx: Transaction, news: News) -> NewsFigures:
    rows = await tx.fetch(
        f"SELECT {_FATE} AS fate, count(*) AS n FROM outbox WHERE news_id = :id GROUP BY fate",
        id=news.id,
    )
    runs: list[NewsRun] = await runs_of(tx, news)
    return NewsFigures(sum(run.people for run in runs), **{row["fate"]: row["n"] for row in rows})
