"""What every request passes before the routes: our names, addresses, how many are let in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from server.web.http import front
from server.web.http.front import Front
from server.web.http.guard import Hosts
from server.web.http.pages import Pages
from tests.harness import product

REFUSALS = {421: b"not our address", 503: b"come back"}


class Door:
    """An application that says which page it was asked for, when it is told to."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.open.wait()
        words = f"{scope['page']} {scope['path']} {scope['language']}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": words})


async def ask(
    app: Any, path: str, method: str = "GET", host: str = "sign.example.org", query: bytes = b""
) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", host.encode())]
    scope = {"type": "http", "method": method, "path": path, "query_string": query}
    await app(scope | {"headers": headers}, None, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def made(door: Any) -> Front:
    hosts = Hosts("https://sign.example.org")
    return Front(door, Pages(), ("en", "es"), "en", hosts, REFUSALS)


@pytest.mark.parametrize(
    ("path", "query", "location"),
    [
        ("/p/lake/", b"", b"/p/lake"),
        ("/p/Lake", b"", b"/p/lake"),
        ("/P/LAKE", b"utm=x&y=%20", b"/p/lake?utm=x&y=%20"),
        ("//p//lake//", b"", b"/p/lake"),
        ("//evil.example/", b"", b"/evil.example"),
        ("/\\evil.example/", b"", b"/%5Cevil.example"),
        ("/p/lake\r\nX: y/", b"", b"/p/lake%0D%0Ax:%20y"),
        ("/p/LAKE", b"a b\x00", b"/p/lake"),
        ("/ES/p/lake", b"", b"/es/p/lake"),
        ("/es", b"", b"/es/"),
        ("/help/", b"", b"/help"),
        ("/p/é/", b"", b"/p/%C3%A9"),
        ("//", b"", b"/"),
        ("/p/Lake.", b"utm=x", b"/p/lake?utm=x"),
        ("/ES/p/lake/).", b"", b"/es/p/lake"),
        ("/es/.", b"", b"/es/"),
        ("/help,", b"", b"/help"),
        ("/p/lake/names!", b"", b"/p/lake/names"),
        ("/p/lake.txt)", b"", b"/p/lake.txt"),
        ("/p/lake-", b"", b"/p/lake"),
        ("//evil.example.", b"", b"/evil.example"),
    ],
)
async def test_a_page_has_one_address_to_which_others_lead(
    path: str, query: bytes, location: bytes
) -> None:
    app = made(Door())
    for method in ("GET", "HEAD"):
        status, headers, _ = await ask(app, path, method, query=query)
        assert (status, headers[b"location"]) == (301, location)
    # A form is not sent on: old browsers would lose what was typed.
    assert (await ask(app, path, "POST", query=query))[0] == 200


#: What other programs leave at the end of a link: of sentences, quotations and brackets, of mails
#: and word processors, and what nobody sees.
LEFT_BEHIND = (
    [*".,;:!?)]}>'\"`*_~|\\^<=+$", "...", ").", '".', "!!", "/.", "./", " ", "\t", "\r\n", "**"]
    + [*"…’”»›“„–—•·©", *"。、，．！？；：）］」』】〉》", *"؟،؛۔।॥", "\u2019.", "\ufffd"]
    + ["\xa0", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2009", "\u202c", "\u2028"]
    + ["\u2060", "\u2069", "\u3000", "\ufeff", "\xad", "🙏", "❤\ufe0f", "👉🏽", " \u200b)"]
)


@pytest.mark.parametrize("mark", LEFT_BEHIND, ids=ascii)
async def test_what_other_programs_leave_at_the_end_of_a_link_leads_to_the_page_in_one_step(
    mark: str,
) -> None:
    app = made(Door())
    for path, page in (("/p/lake", b"/p/lake"), ("/Es/p/LAKE", b"/es/p/lake")):
        status, headers, _ = await ask(app, path + mark)
        assert (status, headers[b"location"]) == (301, page)
        form = await ask(app, path + mark, "POST")  # taken as it is
        assert (form[0], form[2].split()[:2]) == (200, [page, b"/p/lake"])


@pytest.mark.parametrize(
    "path", ["/p/lake\0", "/p/lake.é", "/p/laké", "/p/lake...txt", "/p/..", "/p/\ufffd.", "/p/湖。"]
)
async def test_what_is_no_mark_is_kept(path: str) -> None:
    assert (await ask(made(Door()), path))[0] == 200


async def test_an_address_that_was_given_up_leads_on_in_one_step_that_nobody_remembers() -> None:
    app = made(Door())
    app.slug_of_today = lambda slug: {"pond": "lake"}.get(slug, slug)
    for path, page in (
        ("/p/pond", b"/p/lake"),
        ("/es/p/POND/names).", b"/es/p/lake/names"),
        ("/p/pond.txt", b"/p/lake.txt"),
    ):
        status, headers, _ = await ask(app, path)
        assert (status, headers[b"location"]) == (301, page)
        assert headers[b"cache-control"] == b"no-cache"
    assert (await ask(app, "/p/pond", "POST"))[0] == 200
    assert (await ask(app, "/p/ponds"))[0] == 200
    assert (await ask(app, "/p/LAKE"))[1][b"cache-control"] == b"max-age=86400"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", b"/?  / None"),
        ("/p/lake", b"/p/lake /p/lake None"),
        ("/es/", b"/es/ / es"),
        ("/es/p/lake", b"/es/p/lake /p/lake es"),
        ("/organizer", b"/organizer/ /organizer/ None"),
        ("/organizer/p/Lake/", b"/organizer/p/Lake/ /organizer/p/Lake/ None"),
        ("/sms/http/SeCrEt/", b"/sms/http/SeCrEt /sms/http/SeCrEt None"),
        ("/healthz", b"/healthz /healthz None"),
    ],
)
async def test_what_stands_where_it_should_is_served(path: str, page: bytes) -> None:
    status, _, body = await ask(made(Door()), path, query=b"utm=x")
    assert (status, body.split()) == (200, page.split())


@pytest.mark.parametrize("path", ["/", "/p/lake", "/organizer/", "/es/help", "/smsx", "/healthzz"])
async def test_another_sites_name_gets_no_page_of_ours(path: str) -> None:
    for method in ("GET", "POST"):
        status, headers, body = await ask(made(Door()), path, method, host="evil.example")
        assert (status, body) == (421, REFUSALS[421])
        assert b"location" not in headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/sms/twilio/status"])
async def test_machines_may_call_us_by_any_name(path: str) -> None:
    assert (await ask(made(Door()), path, host="undersigned.cluster.local"))[0] == 200


async def test_a_flood_of_reads_is_shed_while_health_and_signing_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(front, "READS", 3)
    door = Door()
    app = made(door)
    door.open.clear()
    reading = [asyncio.create_task(ask(app, f"/p/lake/names/{i}")) for i in range(3)]
    await asyncio.sleep(0)
    status, headers, body = await ask(app, "/p/lake/count.json")
    assert (status, body) == (503, REFUSALS[503])
    assert int(headers[b"retry-after"]) > 0
    others = [asyncio.create_task(ask(app, "/healthz"))]
    others.append(asyncio.create_task(ask(app, "/p/lake", "POST")))
    await asyncio.sleep(0)
    door.open.set()
    assert {answer[0] for answer in await asyncio.gather(*reading, *others)} == {200}
    assert (await ask(app, "/p/lake/count.json"))[0] == 200


def test_over_https_pages_say_so_for_years_within_their_budgets(tmp_path: Path) -> None:
    url = "https://sign.example.org"
    with product.running(tmp_path / "data", UNDERSIGNED_PUBLIC_URL=url) as server:
        asked = {"Host": "sign.example.org", "Accept_Encoding": "gzip", "Connection": "keep-alive"}
        page = server.get("/p/face", **asked)
        thanks = server.post("/p/face", {"name": "Ana Diaz", "postcode": "59801"}, **asked)
        room = server.get("/organizer/sign-in", **asked)
        for answer in (page, thanks, room, server.get("/", **asked)):
            assert answer.status == 200
            assert answer.headers["strict-transport-security"] == "max-age=63072000"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert room.headers["x-frame-options"] == "DENY"
        assert (page.size <= 2900, thanks.size <= 1440) == (True, True)
        known = server.get("/p/face", If_None_Match=page.headers["etag"], **asked)
        assert (known.status, known.size <= 160) == (304, True)
        refused = server.get("/p/face", Host="evil.example")
        assert refused.status == 421
        assert f'<a href="{url}/">' in refused.text
        assert "evil.example" not in refused.text


def test_kinds_that_are_no_pages_cannot_become_one(tmp_path: Path) -> None:
    with product.running(tmp_path / "data") as server:
        for path in ("count", "count.txt", "count.json", "badge.svg", "feed.atom"):
            answer = server.get(f"/p/face/{path}")
            assert answer.headers["x-content-type-options"] == "nosniff", path
        assert server.get("/p/face.txt").headers["x-content-type-options"] == "nosniff"
        badge = server.get("/p/face/badge.svg").headers
        assert badge["content-security-policy"] == "default-src 'none'"
