"""How answers are put together."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from server.web.http.responses import (
    FOR_ALL,
    PLAIN,
    html,
    redirect,
    respond,
    security_headers,
    send_html,
    stream,
)


class Client:
    """Gathers an answer; says that it has gone away once it has that many pieces."""

    def __init__(self, method: str = "GET", most: int = 1000, **headers: str) -> None:
        pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
        self.scope: dict[str, Any] = {"type": "http", "method": method, "headers": pairs}
        self.status, self.headers, self.pieces = 0, dict[bytes, bytes](), list[bytes]()
        self.ended = False
        self._most = most
        self._left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
            return
        self.pieces.append(message["body"])
        self.ended = not message.get("more_body", False)
        if len(self.pieces) >= self._most:
            self._left.set()
        await asyncio.sleep(0)

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)


def test_the_policy_allows_the_pages_own_style_by_its_hash_and_nothing_else() -> None:
    style = "body{margin:0}"
    headers = dict(security_headers(f"<style>{style}</style>"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = headers[b"content-security-policy"].decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_page_says_who_may_keep_it() -> None:
    body, headers = html("<title>Ä</title>", FOR_ALL)
    assert body == "<title>Ä</title>".encode()
    assert {b"content-type", b"content-security-policy"} < dict(headers).keys()
    assert FOR_ALL in headers


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
async def test_head_says_what_get_would_and_has_no_body(coding: str) -> None:
    got, asked = Client(accept_encoding=coding), Client("HEAD", accept_encoding=coding)
    for client in (got, asked):
        await send_html(client.scope, client.send, 503, "word " * 200, [(b"retry-after", b"5")])
    assert got.headers == asked.headers
    assert (got.status, got.headers[b"retry-after"]) == (503, b"5")
    assert got.headers[b"content-length"] == b"%d" % len(got.body)
    assert got.headers.get(b"content-encoding", b"identity") == coding.encode()
    assert (asked.status, asked.body) == (503, b"")


@pytest.mark.parametrize(("status", "length"), [(200, b"3"), (404, b"3"), (204, None), (304, None)])
async def test_an_answer_has_its_length_where_it_may_have_a_body(
    status: int, length: bytes | None
) -> None:
    client = Client()
    await respond(client.scope, client.send, status, [PLAIN], b"abc")
    assert client.headers.get(b"content-length") == length


async def test_an_answer_is_written_at_once_where_the_server_can() -> None:
    written: list[tuple[bytes, bytes]] = []

    async def whole(head: bytes, body: bytes) -> None:
        written.append((head, body))

    client = Client()
    client.scope["extensions"] = {"undersigned.whole": whole}
    await redirect(client.scope, client.send, 303, "/organizer/")
    head = b"HTTP/1.1 303 See Other\r\nlocation: /organizer/\r\ncontent-length: 0\r\n"
    assert written == [(head, b"")]
    assert client.status == 0  # nothing went the other way


class Blocks:
    """A source that never ends, and knows when it was closed."""

    closed = False

    async def read(self) -> AsyncGenerator[bytes]:
        try:
            while True:
                yield b"block"
        finally:
            self.closed = True


async def test_a_long_answer_stops_and_closes_its_source_when_its_reader_is_gone() -> None:
    client, blocks = Client(most=3), Blocks()
    async with asyncio.timeout(10):
        await stream(client.scope, client.receive, client.send, [PLAIN], blocks.read())
    assert 3 <= len(client.pieces) < 10
    assert blocks.closed


async def test_a_long_answer_is_whole_and_head_reads_nothing_of_it() -> None:
    async def three() -> AsyncGenerator[bytes]:
        for block in (b"a", b"b", b"c"):
            read.append(block)
            yield block

    for method, body in (("HEAD", b""), ("GET", b"abc")):
        read: list[bytes] = []
        client = Client(method)
        await stream(client.scope, client.receive, client.send, [PLAIN], three())
        assert (client.status, client.body, client.ended) == (200, body, True)
        assert b"".join(read) == body


async def test_a_long_answer_that_breaks_off_is_not_ended_as_if_it_were_whole() -> None:
    async def broken() -> AsyncGenerator[bytes]:
        yield b"a"
        raise OSError("the disk failed")

    client = Client()
    with pytest.raises(OSError, match="disk"):
        await stream(client.scope, client.receive, client.send, [PLAIN], broken())
    assert (client.pieces, client.ended) == ([b"a"], False)
