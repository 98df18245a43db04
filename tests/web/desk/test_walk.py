"""A walk through the whole site map as a stranger, in each role, and as another team's owner.

Each gets what is theirs, and elsewhere 404 or 403, which change nothing. A door that stands in no
table here fails; a page that shows somebody a button or link that is not theirs does, too.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server.core.desk.people import organizers, reviewers, teams
from server.core.desk.people.teams import Role
from server.core.desk.signers import invalidation
from server.core.desk.signers.conditions import Condition
from server.core.news.piece import NewsWording, Piece
from server.core.news.writing import write_news
from server.core.petitions import collectors, review
from tests.harness.web.pages import ROUTES, pattern
from tests.harness.world import NOW
from tests.web.desk.room import PASSWORD, Answer, Browser, Room, opened

#: What somebody needs for each door of the desk; "nothing": no sign-in either.
DESK: dict[str, dict[str, str]] = {
    "sign-in": {"GET": "nothing", "POST": "nothing"},
    "sign-out": {"POST": "nothing"},
    "prove": {"POST": "nothing"},
    "forgotten": {"GET": "nothing", "POST": "nothing"},
    "join/{token}": {"GET": "nothing", "POST": "nothing"},
    "": {"GET": "sign-in"},
    "account": {"GET": "sign-in"},
    "account/password": {"GET": "sign-in", "POST": "sign-in"},
    "account/email": {"GET": "sign-in", "POST": "sign-in"},
    "account/notices": {"POST": "sign-in"},
    "account/second-step": {"GET": "sign-in", "POST": "sign-in"},
    "account/second-step/off": {"POST": "sign-in"},
    "account/sessions/end-others": {"POST": "sign-in"},
    "account/sessions/{id}/end": {"POST": "sign-in"},
    "o/{organization}": {"GET": "viewer"},
    "o/{organization}/leave": {"POST": "viewer"},
    "o/{organization}/name": {"POST": "owner"},
    "o/{organization}/invite": {"POST": "owner"},
    "o/{organization}/invitations/{id}/revoke": {"POST": "owner"},
    "o/{organization}/members/{id}": {"POST": "owner"},
    "o/{organization}/members/{id}/remove": {"POST": "owner"},
    "petitions/new": {"GET": "editor", "POST": "editor"},
    "p/{slug}": {"GET": "viewer"},
    "p/{slug}/figures": {"GET": "viewer"},
    "p/{slug}/figures.json": {"GET": "viewer"},
    "p/{slug}/figures.csv": {"GET": "viewer"},
    "p/{slug}/share": {"GET": "viewer"},
    "p/{slug}/edit": {"GET": "editor", "POST": "editor"},
    "p/{slug}/preview": {"GET": "viewer"},
    "review/{draft}": {"GET": "reviewer", "POST": "reviewer"},
    "p/{slug}/hand-in": {"POST": "owner"},
    "p/{slug}/open": {"POST": "owner"},
    "p/{slug}/pause": {"GET": "owner", "POST": "owner"},
    "p/{slug}/close": {"GET": "owner", "POST": "owner"},
    "p/{slug}/answer": {"GET": "editor", "POST": "editor"},
    "p/{slug}/delete": {"GET": "owner", "POST": "owner"},
    "p/{slug}/end": {"GET": "owner", "POST": "owner"},
    "p/{slug}/end/agree": {"GET": "moderator", "POST": "moderator"},
    "p/{slug}/end/keep": {"POST": "moderator"},
    "p/{slug}/stop-mail": {"POST": "moderator"},
    "p/{slug}/resume-mail": {"POST": "moderator"},
    "p/{slug}/news": {"GET": "viewer"},
    "p/{slug}/news/new": {"GET": "editor", "POST": "editor"},
    "p/{slug}/news/{number}": {"GET": "viewer"},
    "p/{slug}/news/{number}/edit": {"GET": "editor", "POST": "editor"},
    "p/{slug}/news/{number}/delete": {"POST": "editor"},
    "p/{slug}/news/{number}/test": {"POST": "editor"},
    "p/{slug}/news/{number}/send": {"GET": "editor", "POST": "editor"},
    "p/{slug}/news/{number}/stop": {"POST": "editor"},
    "p/{slug}/news/{number}/go-on": {"POST": "editor"},
    "p/{slug}/letters": {"GET": "viewer"},
    "p/{slug}/letters/pause": {"POST": "moderator"},
    "p/{slug}/letters/resume": {"POST": "moderator"},
    "p/{slug}/letters/agreed": {"POST": "moderator"},
    "p/{slug}/letters/not-agreed": {"POST": "moderator"},
    "p/{slug}/letters/again": {"POST": "moderator"},
    "p/{slug}/letters/test": {"POST": "moderator"},
    "p/{slug}/letters/congress": {"GET": "editor", "POST": "editor"},
    "p/{slug}/letters/on-paper": {"POST": "editor"},
    "p/{slug}/letters/print": {"GET": "viewer"},
    "p/{slug}/letters/print/places": {"POST": "editor"},
    "p/{slug}/letters/print/make": {"POST": "editor"},
    "p/{slug}/letters/print/{number}/{part}.pdf": {"GET": "editor"},
    "p/{slug}/letters/print/{number}/posted": {"POST": "editor"},
    "p/{slug}/letters/print/{number}/back": {"POST": "editor"},
    "p/{slug}/moderation": {"GET": "moderator"},
    "p/{slug}/collectors": {"GET": "viewer"},
    "p/{slug}/collectors/add": {"POST": "editor"},
    "p/{slug}/collectors/{id}/rename": {"POST": "editor"},
    "p/{slug}/collectors/{id}/end": {"POST": "editor"},
    "p/{slug}/collectors/{id}/resume": {"POST": "editor"},
    "p/{slug}/moderation/decide": {"POST": "moderator"},
    "p/{slug}/moderation/comments": {"POST": "moderator"},
    "p/{slug}/moderation/hide": {"POST": "moderator"},
    "p/{slug}/moderation/populations": {"POST": "moderator"},
    "p/{slug}/organizations": {"GET": "moderator", "POST": "moderator"},
    "p/{slug}/texts": {"GET": "moderator", "POST": "moderator"},
    "p/{slug}/texts/ask": {"GET": "moderator", "POST": "moderator"},
    "p/{slug}/texts/cases.txt": {"GET": "moderator"},
    "p/{slug}/signers": {"GET": "moderator", "POST": "moderator"},
    "p/{slug}/signers/{id}": {"GET": "moderator"},
    "p/{slug}/signers/{id}/correct": {"POST": "moderator"},
    "p/{slug}/signers/{id}/silence": {"POST": "moderator"},
    "p/{slug}/signers/{id}/hide": {"POST": "moderator"},
    "p/{slug}/signers/{id}/erase": {"GET": "moderator", "POST": "moderator"},
    "p/{slug}/signers/{id}/data": {"GET": "owner"},
    "p/{slug}/signers/{id}/text": {"GET": "owner"},
    "p/{slug}/signers/erasures/{id}/agree": {"POST": "moderator"},
    "p/{slug}/signers/erasures/{id}/off": {"POST": "moderator"},
    "p/{slug}/text-codes": {"POST": "owner"},
    "p/{slug}/invalidate": {"GET": "moderator", "POST": "moderator"},
    "p/{slug}/invalidate/{id}/confirm": {"POST": "moderator"},
    "p/{slug}/invalidate/{id}/undo": {"POST": "moderator"},
    "p/{slug}/audit": {"GET": "viewer"},
    "p/{slug}/audit.jsonl": {"GET": "viewer"},
    "p/{slug}/partners": {"GET": "owner"},
    "p/{slug}/export.csv": {"GET": "owner"},
}
#: Where nobody is asked who they are.
PUBLIC = set(
    "/ /accessibility /help /mine /privacy /healthz /readyz /metrics /p/{slug} /p/{slug}.txt"
    " /p/{slug}/verify /p/{slug}/withdraw /p/{slug}/letter /p/{slug}/changes"
    " /p/{slug}/by/{collector} /p/{slug}/by/{collector}/poster"
    " /p/{slug}/count /p/{slug}/count.txt /p/{slug}/count.json"
    " /p/{slug}/poster /p/{slug}/badge.svg /p/{slug}/names"
    " /p/{slug}/names/{page} /p/{slug}/feed.atom /sms/{gateway} /sms/{gateway}/{rest}"
    " /preview/{ref} /preview/{ref}/{rest} /p/{slug}/privacy"
    " /p/{slug}/organizations /p/{slug}/organizations/{page} /news/off/{word}"
    " /p/{slug}/answers /p/{slug}/answers.json /p/{slug}/answered"
    " /p/{slug}/news /p/{slug}/news/before/{page} /p/{slug}/news/{number}".split()
)
PARTS = {"slug": "lake", "organization": "1", "id": "1", "token": "0" * 32, "page": "1"}
PARTS |= {"draft": "river", "number": "1", "part": "1", "word": "a" * 42}
PARTS |= {"gateway": "none", "rest": "x", "ref": "1-" + "0" * 32, "collector": "ana7"}
#: Whoever walks, and what they are where the lake's petition is run; Bo owns another one.
PEOPLE: dict[str, set[Role]] = {
    "vy": {"viewer"},
    "mo": {"moderator"},
    "ed": {"editor"},
    "eve": {"editor", "moderator"},
    "ana": {"owner"},
    "bo": set(),
    "rev": set(),
}
#: Who is nothing there; Rev reviews drafts of others.
OUTSIDE = {"bo", "rev"}
#: What each role has besides its own.
HAS: dict[str, set[str]] = {
    "viewer": {"viewer"},
    "moderator": {"viewer", "moderator"},
    "editor": {"viewer", "editor"},
    "owner": {"viewer", "moderator", "editor", "owner"},
}
PAGE_LIMIT = 4096  # bytes on the wire
GZIP = {"accept_encoding": "gzip"}
REFUSED = "Your role does not let you do this"


@dataclass
class Walk:
    place: Room
    tokens: dict[str, str] = field(default_factory=dict)

    async def browser(self, name: str) -> Browser:
        browser = await self.place.signed_in(name)
        fields = await browser.fill(await browser.get("/organizer/"), "/organizer/sign-out")
        self.tokens[name] = fields["csrf"]
        return browser

    async def entries(self) -> int:
        """How long the audit log is."""
        async with self.place.services.database.read() as tx:
            row = await tx.fetch_one("SELECT coalesce(max(n), 0) AS n FROM audit")
        assert row
        return int(row["n"])


@pytest.fixture
async def walk(tmp_path: Path) -> AsyncIterator[Walk]:
    async with opened(tmp_path, UNDERSIGNED_REVIEW="1") as place:
        async with place.services.database.write() as tx:
            for name, roles in PEOPLE.items():
                if name not in {"ana", "bo"}:
                    who = await organizers.add(tx, name, PASSWORD, salt=b"s" * 16, now=NOW)
                    if roles:
                        await teams.join(tx, 1, who.id, frozenset(roles), NOW)
                    else:
                        await reviewers.appoint(tx, who, NOW)
            await review.hand_in(tx, 2, NOW)
            nobody = Condition(name="nobody")
            await invalidation.ask(tx, place.world.petition.id, nobody, "why", 1, NOW)
            await collectors.add(
                tx, place.world.petition.id, "US", name="Ana", code="ANA7", taken=(), now=NOW
            )
            piece = Piece(wordings={"en": NewsWording("We won", "The lake stays.", "We won.")})
            await write_news(tx, place.world.petition.id, 1, piece, now=NOW, actor="ana")
        await place.services.directory.refresh()
        yield Walk(place)


def doors() -> Iterator[tuple[str, str]]:
    """Every door of the site map: its address and a method."""
    for route in ROUTES:
        for method in getattr(route.endpoint, "_endpoints", {}):
            if method != "HEAD":
                yield re.sub(r":\w+(?=})", "", route.path), method


def filled(path: str) -> str:
    return path.format(**PARTS)


def needs(path: str, method: str) -> str:
    return DESK[path.removeprefix("/organizer/")][method]


def test_every_door_is_in_a_table() -> None:
    found = set(doors())
    desk = {(f"/organizer/{path}", m) for path, methods in DESK.items() for m in methods}
    assert {door for door in found if door[0].startswith("/organizer/")} == desk
    assert {path for path, _ in found if not path.startswith("/organizer/")} == PUBLIC


def allowed(name: str, path: str, method: str) -> bool:
    need = needs(path, method)
    if need in {"nothing", "sign-in"}:
        return True
    if need == "reviewer":
        return name == "rev"
    if name == "bo":  # an owner, elsewhere
        return path == "/organizer/petitions/new"
    return need in set[str]().union(*(HAS[role] for role in PEOPLE[name]))


async def ask(walk: Walk, browser: Browser, name: str, path: str, method: str) -> Answer:
    address = filled(path)
    if method == "GET":
        return await browser.get(address)
    return await browser.post(address, {"csrf": walk.tokens.get(name, "")})


def of_the_desk(*last: str) -> list[tuple[str, str]]:
    """Its doors, those that end in one of these words at the end, in their order."""
    found = sorted(door for door in doors() if door[0].startswith("/organizer/"))
    return sorted(found, key=lambda door: [door[0].endswith(word) for word in reversed(last)])


@pytest.mark.parametrize("name", PEOPLE)
async def test_each_gets_what_is_theirs_and_nothing_else(walk: Walk, name: str) -> None:
    browser = await walk.browser(name)
    for path, method in of_the_desk("/{number}/delete", "/leave", "/sign-out", "/sign-in"):
        before = await walk.entries()
        answer = await ask(walk, browser, name, path, method)
        seen = (name, method, path, answer.status, answer.title)
        if path == "/organizer/join/{token}":
            assert answer.status == 404, seen  # there is no such link
        elif allowed(name, path, method):
            # (400: the form of the second step brings what only its page can give)
            assert answer.status in {200, 303, 400}, seen
            continue
        elif "petitions/new" not in path and (name in OUTSIDE or needs(path, method) == "reviewer"):
            title = "" if path.endswith(".json") else "There is nothing at this address"
            assert (answer.status, answer.title) == (404, title), seen
        else:
            assert (answer.status, answer.title) == (403, REFUSED), seen
        assert await walk.entries() == before, seen


async def test_a_stranger_gets_nothing_but_the_way_in(walk: Walk) -> None:
    browser, before = walk.place.browser(), await walk.entries()
    for path, method in of_the_desk():
        if needs(path, method) == "nothing":
            continue
        answer = await ask(walk, browser, "", path, method)
        seen = (method, path, answer.status)
        if method == "GET":
            assert answer.status == 303, seen
            assert answer.header("location").startswith("/organizer/sign-in"), seen
        else:
            assert answer.title == "Error: Sign in as an organizer", seen
    assert await walk.entries() == before


@pytest.mark.parametrize("name", [*PEOPLE, ""])
async def test_public_doors_ask_nobody_who_they_are(walk: Walk, name: str) -> None:
    stranger = walk.place.browser()
    browser = await walk.browser(name) if name else stranger
    for path in sorted(PUBLIC):
        answers = [await each.get(filled(path)) for each in (stranger, browser)]
        assert answers[0].status == answers[1].status != 403, path
        assert answers[0].body == answers[1].body or path in {"/metrics"}, path


@pytest.mark.parametrize("name", PEOPLE)
async def test_no_page_shows_a_button_or_link_that_is_not_theirs(walk: Walk, name: str) -> None:
    browser = await walk.browser(name)
    for path, method in of_the_desk():
        if method == "GET" and allowed(name, path, method):
            page = await ask(walk, browser, name, path, method)
            for kind, target in shown(page):
                where = pattern(target)
                if where.startswith("/organizer/") and name != "bo":
                    assert allowed(name, where, kind), (name, path, kind, target)


def shown(page: Answer) -> Iterator[tuple[str, str]]:
    """Where a page leads: by links, and by forms."""
    for kind, mark in (("GET", '<a href="'), ("POST", '<form method="post" action="')):
        for part in page.text.split(mark)[1:]:
            yield kind, part.partition('"')[0].partition("#")[0]


async def test_whoever_is_let_go_has_nothing_from_then_on(walk: Walk) -> None:
    owner, mo = await walk.browser("ana"), await walk.browser("mo")
    assert (await mo.get("/organizer/p/lake/moderation")).status == 200
    async with walk.place.services.database.read() as tx:
        [id_] = [m.organizer_id for m in await teams.members(tx, 1) if m.name == "mo"]
    form = {"csrf": walk.tokens["ana"]}
    for _ in range(2):  # pressed twice it is the same
        assert (await owner.post(f"/organizer/o/1/members/{id_}/remove", form)).status == 303
    for path in ("p/lake", "p/lake/moderation", "o/1", "p/lake/audit.jsonl"):
        assert (await mo.get(f"/organizer/{path}")).status == 404
    assert "in no organization" in (await mo.get("/organizer/")).text


async def test_each_page_of_the_desk_is_small(walk: Walk) -> None:
    browser = await walk.browser("ana")
    pages = [path for path, method in of_the_desk() if method == "GET" and "." not in path]
    sizes = {path: (await browser.get(filled(path), **GZIP)).size for path in pages}
    assert len(pages) > 15
    assert {path: size for path, size in sizes.items() if size > PAGE_LIMIT} == {}
