"""The first page: all petitions, a page at a time, and those that somebody looks for.

No cookie, no script, the same for everybody who asks the same.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.types import Receive, Scope, Send

from server.config import LANGUAGES
from server.core.counting import counts
from server.core.counting.counts import PublicFigures
from server.core.petitions.directory import Directory
from server.core.petitions.petitions import Petition
from server.core.petitions.wording import search
from server.core.values.folding import fold_words
from server.core.values.names import tidy
from server.db.patience import patiently
from server.errors import NotFound
from server.web.http.compress import QUICK
from server.web.http.forms import read_query
from server.web.http.pages import Pages, send_page
from server.web.http.responses import FOR_ALL, Headers, html
from server.web.public.site import Site, path_of

PETITIONS_LISTED = 50  # on a page
TOPICS_LISTED = 12
LISTS_KEPT = 100  # of those that have a query; the others have a memory of their own
ORDER_SECONDS = 2.0  # that an order by figures may lag behind them
_DIGITS = 6  # of the number of a page

Figures = dict[int, PublicFigures]


@dataclass(frozen=True, slots=True)
class Query:
    """What an address asks of the first page. Whatever it says else is left aside."""

    typed: str = ""
    topic: str = ""
    by: Literal["newest", "most"] = "newest"
    page: int = 1

    @classmethod
    def read(cls, scope: Scope) -> Query:
        """Raises `BadRequest` and `TooLarge` like a form; `NotFound` for a page that is no page."""
        query = read_query(scope)
        number = query.get("page") or "1"
        if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS and int(number)):
            raise NotFound(f"page {number[:20]}")
        typed = tidy(query.get("q", "")[: search.QUERY_LIMIT])
        topic = tidy(query.get("topic", "")[: search.QUERY_LIMIT])
        return cls(typed, topic, "most" if query.get("by") == "most" else "newest", int(number))

    @property
    def address(self) -> str:
        """What stands behind the path: '' for the plain first page."""
        said = {"q": self.typed, "topic": self.topic, "by": self.by, "page": self.page}
        plain = {"q": "", "topic": "", "by": "newest", "page": 1}
        changed = {name: value for name, value in said.items() if value != plain[name]}
        return f"?{urlencode(changed)}" if changed else ""

    def on(self, page: int) -> str:
        return replace(self, page=page).address

    @staticmethod
    def of(topic: str) -> str:
        """The address of all open petitions with that topic."""
        return Query(topic=topic).address

    def sorted_by(self, by: Literal["newest", "most"]) -> str:
        return replace(self, by=by, page=1).address


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list; `found` are all that it is a page of, and `others` says whether the
    site has more petitions than one, so that there is something to look for. `topics` are the most
    common ones of all that are open."""

    petitions: Sequence[Petition]
    figures: Figures
    late: bool
    found: int
    others: bool
    topics: tuple[str, ...]

    @property
    def key(self) -> object:
        each = tuple((p.id, p.version, self.figures.get(p.id)) for p in self.petitions)
        return each, self.late, self.found, self.others, self.topics


class Listing:
    """`index` is the endpoint, `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        # What people look for is without end, and must not push petitions out of memory.
        self._queried = Pages(site.pages.every, LISTS_KEPT)
        self._entries: dict[tuple[int, str, str | None], tuple[object, Markup]] = {}
        self._ordered, self._order = float("-inf"), dict[int, int]()

    async def index(self, scope: Scope, receive: Receive, send: Send) -> None:
        """All petitions of any time, or those that have the words of `q`; the open ones first."""
        asked = Query.read(scope)
        pages = self._queried if asked.address else self._site.pages
        name = scope["page"] + asked.address
        # The plain first page comes here only if it is time to look: see `Front`.
        page = pages.fresh(name) if asked.address else None
        if page is None:
            shown = await self._shown(asked)
            language = scope["language"] or self._site.services.settings.language

            def render() -> tuple[bytes, Headers]:
                return html(self._render(asked, shown, language, scope["language"]), FOR_ALL)

            page = pages.keep(name, (shown.key, language), render, QUICK)
        await send_page(page, scope, send)

    async def _shown(self, asked: Query) -> Listed:
        """The petitions and their figures: one query for the figures, and one for the words."""
        directory = await self._site.services.directory.current()
        found = await self._found(asked, directory)
        if asked.by == "most":
            verified = await self._verified()
            found = sorted(found, key=lambda p: -verified.get(p.id, 0))
            found.sort(key=lambda p: p.state != "open")
        first = (asked.page - 1) * PETITIONS_LISTED
        listed = found[first : first + PETITIONS_LISTED]
        if first and not listed:
            raise NotFound(f"page {asked.page}")
        figures, late = await self._site.figures_of(listed)
        topics = _common(directory.open())
        return Listed(listed, figures, late, len(found), directory.has_several, topics)

    async def _verified(self) -> dict[int, int]:
        """The verified figure of each petition, to sort by: the other one, which moves in steps, is
        not to be read out of an order. At most `ORDER_SECONDS` old, or the last known."""
        now = time.monotonic()
        if now - self._ordered > ORDER_SECONDS:
            self._ordered = now
            async with patiently(), self._site.services.database.read() as tx:
                self._order = await counts.verified_of_all(tx)
        return self._order

    async def _found(self, asked: Query, directory: Directory) -> list[Petition]:
        if not asked.typed:
            return _with_topic(directory.ever_open(directory.by_id), asked.topic)
        words = search.words_of(asked.typed)
        if not words:
            return []
        async with self._site.services.database.read() as tx:
            found = directory.ever_open(await search.matching(tx, words))
        return _with_topic(found, asked.topic)

    def _render(self, asked: Query, shown: Listed, language: str, prefix: str | None) -> str:
        pages = -(-shown.found // PETITIONS_LISTED)
        return self._site.render(
            "web/index.html",
            language,
            prefix,
            asked=asked,
            found=shown.found,
            topics=shown.topics,
            searchable=shown.others or asked.typed,
            newer=asked.page - 1,
            older=asked.page + 1 if asked.page < pages else 0,
            petitions=[self._entry(p, language, prefix, shown) for p in shown.petitions],
            others=[(code, name) for code, name in LANGUAGES.items() if code != language],
            path_in=lambda code: f"/{code}/",
        )

    def _entry(
        self, petition: Petition, language: str, prefix: str | None, listed: Listed
    ) -> Markup:
        """A petition's lines, made anew when something in them has changed: a page has fifty, and a
        signature changes one."""
        figures, late = listed.figures.get(petition.id), listed.late
        made_of, place = (petition.version, figures, late), (petition.id, language, prefix)
        before, lines = self._entries.get(place, (None, Markup()))
        if before == made_of:
            return lines
        lines = Markup(  # noqa: S704 (our own template)
            self._site.services.renderer.page(
                "web/_entry.html",
                language,
                petition=petition,
                path=path_of(petition, prefix),
                wording=petition.wording(language),
                wording_language=language if language in petition.wordings else petition.language,
                counts=self._site.figures_words(language, figures, late),
                sms_number=self._site.services.settings.sms_number,
            )
        )
        self._entries[place] = made_of, lines
        return lines


def _with_topic(found: list[Petition], topic: str) -> list[Petition]:
    """Those of these petitions that have it, however it is spelt; all if there is none to have."""
    if not topic:
        return found
    wanted = fold_words(topic)
    return [p for p in found if wanted in map(fold_words, p.extras.topics)]


def _common(found: Iterable[Petition]) -> tuple[str, ...]:
    """The topics that most of these petitions have, each as the newest of them spells it."""
    spelt: dict[str, str] = {}
    for petition in found:
        for topic in petition.extras.topics:
            spelt.setdefault(fold_words(topic), topic)
    if not spelt:
        return ()
    said = Counter(fold_words(topic) for p in found for topic in p.extras.topics)
    return tuple(spelt[folded] for folded, _ in said.most_common(TOPICS_LISTED))
