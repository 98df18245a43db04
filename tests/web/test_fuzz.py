"""Requests that nobody would make: each page answers them, none by failing, and none stays."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import Mock
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route
from starlette.types import ASGIApp

from server.app import doors, routes
from server.config import LANGUAGES
from server.core.desk.people import organizers
from server.core.values import passwords
from server.db import Database
from server.services import Services
from server.texting.gateways import gateways
from server.web.desk.session import SESSION
from server.web.http.cookies import kept_cookie
from server.web.http.front import Front
from server.web.http.guard import Hosts
from server.web.http.pages import Pages
from server.web.public.site import Site
from tests.harness.examples import examples
from tests.harness.team import run_by
from tests.harness.texts.phones import text_door
from tests.harness.world import NOW

HOST = b"sign.example.org"
TOKEN = b"t" * organizers.TOKEN_BYTES
AT_ONCE = 25
SECRET = "s" * 16
GATEWAYS = ["http", "africastalking", "twilio", "android", "console"]
SETTINGS = {
    "UNDERSIGNED_SMS_SECRET": SECRET,
    "UNDERSIGNED_SMS_CONSOLE": "1",
    "UNDERSIGNED_SMS_HTTP": "kannel",
    "UNDERSIGNED_SMS_HTTP_SEND_URL": "http://127.0.0.1:9/",
    "AFRICASTALKING_USERNAME": "sandbox",
    "AFRICASTALKING_API_KEY": "key",
    "UNDERSIGNED_ANDROID_URL": "http://127.0.0.1:9/",
    "UNDERSIGNED_ANDROID_SIGNING_KEY": "key",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "UNDERSIGNED_METRICS_TOKEN": "token",
}
#: What may stand in the place of a part of an address, a field, a header.
ODD = [
    *["", "0", "1", "-1", "9" * 30, "9" * 5000, "٣", "²", "1e9", "NaN", "0x5", "1_0", "True"],
    *["lake", "LAKE", "é", "\u202e", "\0", "\r\nX: y", "\ufffd", "\U0001f600", "a\u0301" * 90],
    *[
        "[",
        "]",
        "http://[",
        "http://[::1",
        "//x:y",
        "https://evil.example",
        "null",
        "{{7*7}}",
        "%s",
    ],
    *["../..", ".", "..", "'", '"', "<b>", "\\", ";", "a=b&c=d", "%", "%zz", "=", "&", "__class__"],
    *["ana@example.org", "a@b", "@", "o’brien@example.org", "+14065550123", "+", "59801", "🇺🇸"],
    *["AAAAAAAAAAAAAAAAAAAAAA", "AAAA=", "eJwDAAAAAAE=", "x" * 300, "x " * 4000, " ", "\u3000"],
]
BYTES = [
    b"",
    b"\xff\xfe",
    b"%",
    b"%ff%00",
    b"a" * 9000,
    b"&" * 200,
    b"=" * 90,
    b"\x00",
    b"\xed\xa0\x80",
]
FIELDS = [
    *["name", "postcode", "email", "phone", "comment", "public", "news", "url", "_charset_", "v"],
    *["code", "contact", "ref", "not_me", "next", "typed", "password", "csrf", "done", "q", "page"],
    *["slug", "keyword", "language", "country", "goal", "origins", "add", "title_en", "body_en"],
    *["started_by"],
    *["maker0_name", "maker0_email", "maker7_form", "why", "accept", "reason", "domain", "since"],
    *["class", "prefix", "until", "sure", "people", "on", "c1799999999999999999", "after"],
    *["before", "c9", "c\u0663", "organization", "whom", "nonce", "viewer", "owner", "was"],
    *["old", "salt", "opens", "closes", "zone"],
    *["maker0_title", "maker0_phone", "maker8_name", "postcode_required", "entries", "reference"],
    *["From", "Body", "MessageSid", "CallSid", "Digits", "text", "from", "id", "sessionId", ""],
]  # fmt: skip
HEADERS = [
    *["accept-encoding", "accept-language", "cookie", "if-none-match", "origin", "sec-fetch-site"],
    *["x-forwarded-for", "content-type", "content-length", "range", "authorization", "referer"],
    *["x-twilio-signature", "x-signature", "x-timestamp", "user-agent", "x-undersigned-id"],
]  # fmt: skip
KINDS = [
    *[b"application/x-www-form-urlencoded"] * 6,
    *[b"", b"multipart/form-data; boundary=B", b"application/json", b"text/plain;charset=\xff"],
    *[b"multipart/form-data", b'multipart/form-data; boundary="', b"APPLICATION/x; charset=["],
]
METHODS = ["GET", "GET", "GET", "POST", "POST", "POST", "HEAD", "PUT", "OPTIONS", "x"]


def addresses() -> list[str]:
    """Every address of the site map, with its parts in braces."""
    found = [r.path for r in routes(Mock(), Mock()) if isinstance(r, Route)]
    return [re.sub(r":\w+(?=})", "", path) for path in found]


class Requests:
    """Draws requests, each for some page of ours, with something odd here and there."""

    def __init__(self, random: Random, form_token: str) -> None:
        self._random = random
        self._addresses = addresses()
        self._token = form_token

    def one(self) -> tuple[dict[str, Any], bytes]:
        """A scope, and the body that comes with it."""
        draw = self._random
        body = self._body()
        headers = [(b"host", HOST), (b"content-type", draw.choice(KINDS))]
        headers += [(b"cookie", self._cookie())] * (draw.random() < 0.4)
        for _ in range(draw.choice([0, 0, 1, 3])):
            value = self._odd().encode("utf-8", "replace")
            headers.append((draw.choice(HEADERS).encode(), value))
        scope = {
            "type": "http",
            "method": draw.choice(METHODS),
            "path": unquote_to_bytes(self._path()).decode("utf-8", "replace"),
            "query_string": self._query(),
            "headers": headers,
            "client": (draw.choice(["192.0.2.1", "2001:db8::1", "", "unix"]), 5),
        }
        return scope, body

    def _odd(self) -> str:
        draw = self._random
        if draw.random() < 0.2:
            return "".join(chr(draw.choice([40, 200, 0x3000, 0xFFFF])) for _ in range(3))
        return draw.choice(ODD)

    def _path(self) -> str:
        draw = self._random
        usual = {"slug": "lake", "page": "1", "id": "1", "rest": SECRET, "ref": "1-" + 32 * "0"}
        usual |= {"collector": "ana7", "draft": "lake", "number": "1", "part": "1"}
        usual |= {"organization": "1", "token": 32 * "0", "word": 42 * "a"}
        usual["gateway"] = draw.choice(GATEWAYS)

        def part(found: re.Match[str]) -> str:
            return usual[found[1]] if draw.random() < 0.7 else self._odd()

        path = re.sub(r"\{(\w+)\}", part, draw.choice(self._addresses))
        if draw.random() < 0.2:
            path = f"/{draw.choice([*LANGUAGES, 'xx', ''])}{path}"
        if draw.random() < 0.2:
            path += draw.choice(["/", ".", ")", "\u200b", self._odd()])
        if draw.random() < 0.1:
            at = draw.randrange(len(path))
            path = path[:at] + self._odd() + path[at + 1 :]
        return path

    def _query(self) -> bytes:
        draw = self._random
        if draw.random() < 0.5:
            return b""
        if draw.random() < 0.2:
            return draw.choice(BYTES)
        return urlencode({draw.choice(FIELDS): self._odd()}).encode()

    def _body(self) -> bytes:
        draw = self._random
        if draw.random() < 0.1:
            return draw.choice(BYTES)
        signs = {"name": "Ana Diaz", "postcode": "59801", "code": "123456"}
        fields = signs if draw.random() < 0.6 else {}
        fields |= {"csrf": self._token} if draw.random() < 0.6 else {}
        fields |= {draw.choice(FIELDS): self._odd() for _ in range(draw.choice([0, 1, 3, 9]))}
        body = urlencode(fields).encode()
        if draw.random() < 0.1:
            body = body.replace(b"=", quote_from_bytes(draw.choice(BYTES)).encode(), 1)
        return body

    def _cookie(self) -> bytes:
        draw = self._random
        signed_in = kept_cookie(SESSION, TOKEN, secure=True)[1].partition(b";")[0]
        return signed_in if draw.random() < 0.8 else self._odd().encode("utf-8", "replace")


async def answer(app: ASGIApp, scope: dict[str, Any], body: bytes) -> int:
    """The status; raises if there is no whole answer."""
    sent: list[Any] = []
    pieces = [body[: len(body) // 2], body[len(body) // 2 :]]

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent[0]["type"] == "http.response.start", scope
    assert not sent[-1].get("more_body")
    for name, value in sent[0]["headers"]:
        assert not set(name + value) & set(b"\r\n\0"), (scope, name, value)
    return int(sent[0]["status"])


async def site_of(services: Services) -> ASGIApp:
    """All pages of a server in this process, with somebody who runs its petition and is signed
    in."""
    async with services.database.write() as tx:
        salt = b"s" * passwords.PASSWORD_SALT_BYTES
        organizer = await organizers.add(tx, "jo", "four green herons wade", salt=salt, now=NOW)
        await run_by(tx, 1, organizer.id)
        await organizers.start_session(tx, organizer, TOKEN, NOW)
    services.gateways = gateways(services.settings, services.keys)
    pages = Pages()
    hosts = Hosts(services.settings.public_url)
    return Front(doors(Site(services, pages)), pages, LANGUAGES, "en", hosts, {})


def resident() -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.full)])
@pytest.mark.timeout(1800)
async def test_no_request_makes_a_page_fail_or_memory_grow(
    database_url: str, database: Database, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    statuses = Counter[int]()
    async with text_door(database_url, **SETTINGS) as phones:
        app = await site_of(phones.services)
        requests = Requests(Random(count), organizers.form_token(TOKEN))
        for begun in range(0, count, AT_ONCE):
            if begun == count // 2:  # by then, what is loaded late is there
                before = resident()
            batch = [requests.one() for _ in range(AT_ONCE)]
            found = await asyncio.gather(*(answer(app, *each) for each in batch))
            failed = [each for each, s in zip(batch, found, strict=True) if s >= 500]
            assert not failed, (failed, caplog.text)
            statuses.update(found)
    assert not caplog.records
    assert resident() - before < 16
    # They are no noise: many get through, and many are refused.
    assert min(statuses[200], statuses[404], statuses[400] + statuses[403]) > count / 50, statuses


Ask = Callable[[dict[str, Any], bytes], int]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """The status of an answer of a site that goes on between two tests' requests."""
    url = f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'test.db'}"
    with asyncio.Runner() as runner:
        door = text_door(url, **SETTINGS)
        phones = runner.run(door.__aenter__())
        app = runner.run(site_of(phones.services))
        yield lambda scope, body: runner.run(answer(app, scope, body))
        runner.run(door.__aexit__(None, None, None))


PATHS = st.sampled_from(["", "/p/lake", "/p/lake/names/", "/es/p/", "/organizer/p/", "/sms/http/"])


@given(
    st.sampled_from(METHODS),
    st.builds(str.__add__, PATHS, st.text(max_size=40)),
    st.binary(max_size=60),
    st.lists(st.tuples(st.sampled_from(HEADERS), st.binary(max_size=40)), max_size=4),
    st.binary(max_size=200),
)
@examples(300)
def test_letters_and_bytes_of_any_kind_are_answered(
    ask: Ask, method: str, path: str, query: bytes, headers: list[tuple[str, bytes]], body: bytes
) -> None:
    named = [(b"host", HOST), *((name.encode(), value) for name, value in headers)]
    scope = {"type": "http", "method": method, "path": f"/{path.lstrip('/')}", "headers": named}
    assert ask(scope | {"query_string": query, "client": ("192.0.2.1", 5)}, body) < 500
