"""All petitions in memory, looked up without asking the database by slug or keyword, whether they
have it now or had it before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from server.core.petitions.petitions import Petition, all_petitions
from server.db import Database, Transaction
from server.db.patience import patiently
from server.errors import NotFound

DIRECTORY_SECONDS = 1.0


async def _version_of_each(tx: Transaction) -> dict[int, int]:
    """The version of every petition by id, newest first."""
    rows = await tx.fetch("SELECT id, version FROM petitions ORDER BY id DESC")
    return {row["id"]: row["version"] for row in rows}


class Directory:
    """`current` brings it up to date every now and then, `refresh` at once, as after an edit: it
    reads those petitions anew that have changed, in this process or another."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database, self._now = database, now
        self._looked_at = float("-inf")
        self._mark: tuple[int, ...] | None = None
        self._begun = self._taken = 0  # looks at the database, by number
        self.by_id: dict[int, Petition] = {}
        self.by_slug: dict[str, Petition] = {}
        self.by_keyword: dict[str, Petition] = {}
        self._open: list[Petition] = []
        self._have_opened = 0
        self._next_close = float("inf")  # when the first of them closes by itself

    async def current(self) -> Directory:
        """At most `DIRECTORY_SECONDS` behind other processes; the last known petitions while the
        store is slow or away."""
        now = self._now()
        if not 0 <= now - self._looked_at < DIRECTORY_SECONDS:
            self._looked_at = now  # one caller looks; the others have the last ones meanwhile
            async with patiently():
                await self.refresh()
        if now >= self._next_close:
            self._arrange(self.by_id)
        return self

    async def refresh(self) -> Directory:
        """As the petitions are stored now. A look that ends after a later one has brought nothing
        new, and what it saw would undo an edit."""
        self._begun = look = self._begun + 1
        async with self._database.read() as tx:
            row = await tx.fetch_one(
                "SELECT count(*) AS n, coalesce(sum(version), 0) AS versions,"
                " coalesce(max(id), 0) AS newest FROM petitions"
            )
            # (the newest tells a draft that came in place of one that was deleted)
            mark = (row["n"], row["versions"], row["newest"]) if row else None
            if mark == self._mark:
                return self
            now = await _version_of_each(tx)
            kept = {id_: p for id_, p in self.by_id.items() if p.version == now.get(id_)}
            read = await all_petitions(tx, now.keys() - kept.keys())
        if look < self._taken:
            return self
        self._taken = look
        self._arrange({id_: p for id_ in now if (p := read.get(id_) or kept.get(id_))})
        self._mark = mark
        return self

    def _arrange(self, known: Mapping[int, Petition]) -> None:
        """Let these be all petitions, as they are at this moment."""
        at = int(self._now())
        self.by_id = {id_: p.at(at) for id_, p in known.items()}
        found = self.by_id.values()
        self.by_slug = {slug: p for p in found for slug in (p.slug, *p.former_slugs)}
        self.by_keyword = {word: p for p in found for word in (p.keyword, *p.former_keywords)}
        self._open = [p for p in found if p.state == "open"]
        self._have_opened = sum(p.opened_at is not None for p in found)
        closing = [p.schedule.closes_at for p in found if p.state in {"open", "paused"}]
        self._next_close = min((c for c in closing if c is not None), default=float("inf"))

    def slug_of_today(self, slug: str) -> str:
        """The slug of the petition that has, or had, this one; the same for one that nobody had."""
        petition = self.by_slug.get(slug)
        return petition.slug if petition else slug

    def public(self, slug: str) -> Petition:
        """The petition that the public may see. Raises `NotFound`, for a draft too."""
        petition = self.by_slug.get(slug)
        if petition is None or petition.state == "draft":
            raise NotFound(slug)
        return petition

    def open(self) -> list[Petition]:
        """Petitions that take signatures now, newest first."""
        return self._open

    def ever_open(self, ids: Collection[int]) -> list[Petition]:
        """Those of these petitions that have taken signatures, the ones that do so now before the
        others, and newest first."""
        found = [p for p in self.by_id.values() if p.id in ids and p.opened_at is not None]
        return sorted(found, key=lambda p: p.state != "open")

    @property
    def has_several(self) -> bool:
        """Whether more than one petition takes signatures, or has."""
        return self._have_opened > 1

    @property
    def only(self) -> Petition | None:
        """The one petition that takes signatures now, if there is just one."""
        return self._open[0] if len(self._open) == 1 else None
