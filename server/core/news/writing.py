"""News written, edited, read and deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from server.core.news.piece import NEWS_LATE_SECONDS, Kind, News, NewsWording, Piece
from server.db import Row, Transaction, Value, pack
from server.errors import NotFound, NotOpen, Overtaken

_COLUMNS = (
    "id, petition_id, number, kind, place, version, changed_by, created_at, changed_at,"
    " queued_at, stopped_at, finished_at"
)


async def write_news(
    tx: Transaction,
    petition_id: int,
    id_: int,
    piece: Piece,
    *,
    now: int,
    actor: str,
    kind: Kind = "news",
) -> int:
    """A new piece of news as a draft; its number. The piece is as `checked_piece` gives it."""
    # Two who write at once wait for one another: each number is given once.
    await tx.lock([b"news of %d" % petition_id])
    row = await tx.fetch_one(
        "SELECT coalesce(max(number), 0) + 1 AS number FROM news WHERE petition_id = :petition",
        petition=petition_id,
    )
    number: int = row["number"] if row else 1
    await tx.execute(
        "INSERT INTO news (id, petition_id, number, kind, place, changed_by, created_at,"
        " changed_at)"
        " VALUES (:id, :petition, :number, :kind, :place, :actor, :now, :now)",
        id=id_,
        petition=petition_id,
        number=number,
        kind=kind,
        place=piece.place,
        actor=actor,
        now=now,
    )
    await _write_words(tx, petition_id, id_, piece.wordings)
    return number


async def edit_news(
    tx: Transaction, news: News, piece: Piece, based_on: int, *, now: int, actor: str
) -> bool:
    """Replace what a draft says; False if it says that already. What was halted before anything of
    it left is a draft again.

    Raises `NotOpen` once any of it has been sent, `NotFound` if it was deleted, and `Overtaken` if
    it was changed after the version that the piece is based on.
    """
    stored = await _locked(tx, news, now)
    if (stored.wordings, stored.place) == (piece.wordings, piece.place):
        return False
    if stored.version > based_on:
        raise Overtaken(f"version {stored.version} by {stored.changed_by}")
    await tx.execute(
        "UPDATE news SET place = :place, changed_by = :actor, changed_at = :now,"
        " version = version + 1 WHERE id = :id",
        id=news.id,
        place=piece.place,
        actor=actor,
        now=now,
    )
    await tx.execute("DELETE FROM news_wordings WHERE news_id = :id", id=news.id)
    await _write_words(tx, news.petition_id, news.id, piece.wordings)
    return True


async def delete_news(tx: Transaction, news: News, now: int) -> None:
    """Delete what nobody has got. Raises `NotOpen` if anybody may have it, `NotFound` if it is
    gone."""
    await _locked(tx, news, now)
    await tx.execute("DELETE FROM news_wordings WHERE news_id = :id", id=news.id)
    await tx.execute("DELETE FROM news WHERE id = :id", id=news.id)


async def is_unsent(tx: Transaction, news: News, now: int) -> bool:
    """Whether nobody has got any of it, or may have: a draft, or what was halted in time."""
    if news.state != "stopped":
        return news.state == "draft"
    gone = await tx.fetch_one(
        "SELECT 1 AS one FROM outbox WHERE news_id = :id"
        " UNION ALL SELECT 1 FROM news_told WHERE news_id = :id LIMIT 1",
        id=news.id,
    )
    # Later, both have been forgotten.
    return gone is None and (news.queued_at or 0) > now - NEWS_LATE_SECONDS


async def _locked(tx: Transaction, news: News, now: int) -> News:
    """The draft as it is stored now, which nobody sends or edits until the transaction ends."""
    await tx.lock([b"news of %d" % news.petition_id, b"news %d" % news.id])
    stored = await one_news(tx, news.petition_id, news.number)
    if not await is_unsent(tx, stored, now):
        raise NotOpen("it has been sent")
    await tx.execute("DELETE FROM news_runs WHERE news_id = :id", id=news.id)
    await tx.execute(
        "UPDATE news SET queued_at = NULL, stopped_at = NULL WHERE id = :id", id=news.id
    )
    return stored


async def _write_words(
    tx: Transaction, petition_id: int, id_: int, wordings: Mapping[str, NewsWording]
) -> None:
    rows = tx.rows("words", language="text", title="text", body="text", text="text")
    await tx.execute(
        "INSERT INTO news_wordings (news_id, petition_id, language, title, body, text)"
        f" SELECT :id, :petition, language, title, body, text FROM {rows} w",
        id=id_,
        petition=petition_id,
        words=pack((code, said.title, said.body, said.text) for code, said in wordings.items()),
    )


async def one_news(tx: Transaction, petition_id: int, number: int) -> News:
    """Raises `NotFound`."""
    found = await _read(tx, "petition_id = :id AND number = :number", id=petition_id, number=number)
    if not found:
        raise NotFound(f"news {number}")
    return found[0]


async def news_of(
    tx: Transaction,
    petition_id: int,
    *,
    public: bool = False,
    limit: int = 50,
    before: int = 1 << 62,
) -> list[News]:
    """A petition's news, the newest first, of numbers below `before`; `public`: as `News.is_public`
    says."""
    seen = " AND queued_at IS NOT NULL AND stopped_at IS NULL AND place = ''" if public else ""
    where = f"petition_id = :id AND number < :before{seen} ORDER BY number DESC LIMIT :limit"
    return await _read(tx, where, id=petition_id, before=before, limit=limit)


async def going(tx: Transaction) -> list[News]:
    """What is being sent now, over all petitions, the oldest first."""
    return await _read(
        tx,
        "queued_at IS NOT NULL AND finished_at IS NULL AND stopped_at IS NULL"
        " ORDER BY queued_at, id",
    )


async def latest_to_all(tx: Transaction, since: int) -> list[News]:
    """Of each petition the last piece of news that went to all, begun after that time."""
    return await _read(
        tx,
        "queued_at > :since AND place = '' AND NOT EXISTS (SELECT 1 FROM news n"
        "  WHERE n.petition_id = news.petition_id AND n.place = '' AND n.number > news.number"
        "  AND n.queued_at IS NOT NULL)"
        " ORDER BY id",
        since=since,
    )


async def by_news_ids(tx: Transaction, ids: set[int]) -> dict[int, News]:
    """Those pieces of news, by id."""
    rows = tx.rows("wanted", id="int")
    where = f"id IN (SELECT id FROM {rows} w)"
    found = await _read(tx, where, wanted=pack((id_,) for id_ in sorted(ids)))
    return {news.id: news for news in found}


async def _read(tx: Transaction, where: str, **values: Value) -> list[News]:
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM news WHERE {where}", **values)
    wanted = tx.rows("wanted", id="int")
    words: dict[int, dict[str, NewsWording]] = defaultdict(dict)
    for row in await tx.fetch(
        f"SELECT w.news_id, w.language, w.title, w.body, w.text FROM {wanted} n"
        " JOIN news_wordings w ON w.news_id = n.id ORDER BY w.news_id, w.language",
        wanted=pack((row["id"],) for row in rows),
    ):
        words[row["news_id"]][row["language"]] = NewsWording(row["title"], row["body"], row["text"])
    return [_from_row(row, words[row["id"]]) for row in rows]


def _from_row(row: Row, wordings: Mapping[str, NewsWording]) -> News:
    columns = _COLUMNS.split(", ")
    return News(wordings=wordings, **{column: row[column] for column in columns})
