"""The organizers' room of one server, asked as a browser without script asks it."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp

from server.app import doors
from server.cli.shared import prepare
from server.config import LANGUAGES, Settings, load
from server.core.desk.people import organizers
from server.core.petitions import petitions
from server.services import Services, open_services
from server.texting.gateways import gateways
from server.web.http.front import Front
from server.web.http.guard import Hosts
from server.web.http.pages import Pages
from server.web.public.site import Site
from tests.harness.team import run_by
from tests.harness.world import NOW, World, draft

PASSWORD = "correct horse battery"


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def title(self) -> str:
        """'' of what is no page."""
        return html.unescape("".join(re.findall("<title>(.*?)</title>", self.text)[:1]))

    def header(self, name: str) -> str:
        return next((v for k, v in self.headers if k == name), "")

    @property
    def size(self) -> int:
        """Bytes on the wire, with the status line and the headers that the server adds."""
        head = sum(len(k) + len(v) + 4 for k, v in self.headers)
        return len("HTTP/1.1 200 OK\r\n\r\n") + len("date: ") + 31 + head + len(self.body)


class Fields(HTMLParser):
    """What a browser would send with the form that posts to `action`."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._action, self._inside = action, False
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        if tag == "form":
            self._inside = a["action"].partition("#")[0] == self._action
        if not self._inside:
            return
        if tag == "input" and ("checked" in a or a.get("type") != "checkbox"):
            self.values[a["name"]] = a.get("value", "")
        elif tag == "select":
            self._select = a["name"]
        elif tag == "option" and "selected" in a:
            self.values[self._select] = a["value"]
        elif tag == "textarea":
            self._area = a["name"]
            self.values[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # The line end right after the tag is no part of the value.
            self.values[self._area] = self.values[self._area].removeprefix("\n")
            self._area = ""
        self._inside = self._inside and tag != "form"

    def handle_data(self, data: str) -> None:
        if self._inside and self._area:
            self.values[self._area] += data


@dataclass
class Browser:
    """Keeps cookies, sends what it is told, follows nothing."""

    app: ASGIApp
    address: str = "192.0.2.7"
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, b"", headers)

    async def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        headers = {"content_type": "application/x-www-form-urlencoded"} | headers
        return await self._ask("POST", path, urlencode(form).encode(), headers)

    async def fill(self, page: Answer, action: str, **changes: str) -> dict[str, str]:
        return Fields(page.text, action).values | changes

    async def sign_in(self, name: str = "ana", password: str = PASSWORD) -> Answer:
        return await self.post("/organizer/sign-in", {"name": name, "password": password})

    async def press(self, path: str, action: str) -> Answer:
        return await self.post(action, await self.fill(await self.get(path), action))

    async def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        plain, _, query = path.partition("?")
        sent = {"host": "petition.example.org", **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": plain,
            "raw_path": plain.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in sent.items()],
            "client": (self.address, 5000),
            "server": ("petition.example.org", 443),
            "scheme": "https",
        }
        return self._keep(await _exchange(self.app, scope, body))

    def _keep(self, answer: Answer) -> Answer:
        for name, value in answer.headers:
            if name == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies.pop(key, None)
                    if morsel.value:
                        self.cookies[key] = morsel.value
        return answer


async def _exchange(app: ASGIApp, scope: dict[str, Any], body: bytes) -> Answer:
    answer = Answer(0, [], b"")
    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            await asyncio.sleep(60)
        asked = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(k.decode(), v.decode()) for k, v in message["headers"]]
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer


@dataclass
class Room:
    """A server with the petition of `World`, run by Ana; Bo runs another one."""

    services: Services
    app: ASGIApp
    world: World
    now: int = NOW

    def browser(self, address: str = "192.0.2.7") -> Browser:
        return Browser(self.app, address)

    async def signed_in(self, name: str = "ana") -> Browser:
        browser = self.browser()
        assert (await browser.sign_in(name)).status == 303
        return browser


def settings_of(path: Path, **changes: str) -> Settings:
    return load(
        {
            "UNDERSIGNED_DATABASE_URL": f"sqlite:///{path}",
            "UNDERSIGNED_PUBLIC_URL": "https://petition.example.org",
            "UNDERSIGNED_SECRET_KEY": "k" * 40,
            **changes,
        }
    )


@asynccontextmanager
async def opened(folder: Path, **settings: str) -> AsyncIterator[Room]:
    """A server with two petitions: Ana owns that of the lake, Bo that of the river."""
    chosen = settings_of(folder / "room.db", **settings)
    await prepare(chosen, new=True)
    services = await open_services(chosen, gateways)
    async with services.database.write() as tx:
        ids = []
        for name, slug in (("ana", "lake"), ("bo", "river")):
            who = await organizers.add(tx, name, PASSWORD, salt=b"s" * 16, now=NOW)
            new = draft(slug=slug, keyword=slug.upper())
            ids.append(
                await petitions.create(
                    tx, new, reserved=frozenset(), salt=slug[:1].encode() * 32, now=NOW
                )
            )
            await run_by(tx, ids[-1], who.id)
        await petitions.open_(tx, ids[0], NOW - 90)
    directory = await services.directory.refresh()
    pages = Pages()
    hosts = Hosts(services.settings.public_url)
    app = Front(doors(Site(services, pages)), pages, LANGUAGES, "en", hosts, {})
    world = World(services.database, services.group, directory.by_id[ids[0]], services.keys)
    room = Room(services, app, world)
    services.clock = lambda: room.now
    yield room
    await services.close()
