"""Heads that nobody would write: each is answered or refused, and none raises, stays or leaks."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from server.serve.head import read_target
from server.serve.protocol import HEAD_BYTES, Protocol
from tests.harness.examples import examples

METHODS = [
    b"GET",
    b"POST",
    b"HEAD",
    b"OPTIONS",
    b"CONNECT",
    b"PUT",
    b"PRI",
    b"get",
    b"M-SEARCH",
    b"",
]
TARGETS = [
    *[b"/", b"/p/face", b"/p/face?a=b", b"*", b"", b"//", b"/%", b"/%00", b"/%ff", b"/?", b"/#x"],
    *[b"http://x", b"http://x/p", b"HTTP://X:81?q", b"http://[::1]/", b"http://[", b"http://x:y"],
    *[
        b"x:443",
        b"/\xc3\xa9",
        b"/\xff",
        b"/a b",
        b"/;",
        b"\\",
        b"http:///",
        b"ftp://x/",
        b"/" * 300,
    ],
    *[
        b"/p/face/names/" + b"9" * 400,
        b"/" + b"../" * 9,
        b"/" + b"a" * 17_000,
        b"?",
        b"http://a@b/",
    ],
]
VERSIONS = [
    b"HTTP/1.1",
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"HTTP/0.9",
    b"HTTP/1.10",
    b"http/1.1",
    b"",
]
NAMES = [
    *[b"Host", b"host", b"HOST", b"Host ", b"Content-Length", b"Transfer-Encoding", b"Connection"],
    *[b"Upgrade", b"Expect", b"Cookie", b"X-Forwarded-For", b"Accept", b"Accept-Language", b"TE"],
    *[b"", b":", b"X" * 300, b"\xff", b"a b", b"X\x00", b"Trailer", b"Keep-Alive", b"Content-Type"],
]
VALUES = [
    *[b"x", b"", b"localhost", b"[::1]:81", b"[", b"a, b", b"0", b"5", b"-1", b"9" * 30, b"0x5"],
    *[b"chunked", b"gzip, chunked", b"chunked, chunked", b"close", b"keep-alive", b"Upgrade"],
    *[b"h2c", b"websocket", b"100-continue", b"\xff\xfe", b"a\tb", b"a\x00b", b"\r\n y", b" x "],
    *[b"identity;q=0", b"*;q=1e9", b"y" * 9000, b"y" * 17_000],
]
BODIES = [
    *[
        b"",
        b"a=b&c",
        b"0\r\n\r\n",
        b"5\r\na=b&c\r\n0\r\nX: y\r\n\r\n",
        b"5;x=y\r\na=b&c\r\n0\r\n\r\n",
    ],
    *[
        b"zz\r\n",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02",
        b"x" * 400,
    ],
]
ENDS = [b"\n", b"\r", b"\r\n\r\n", b"\r\n "]
USUAL = [(b"Host", b"x"), (b"Connection", b"keep-alive"), (b"Cookie", b"a=b"), (b"Accept", b"*/*")]
SENT = [
    ((b"Content-Length", b"5"), b"a=b&c"),
    ((b"Transfer-Encoding", b"chunked"), b"5\r\na=b&c\r\n0\r\nX: y\r\n\r\n"),
]


def request(random: Random) -> list[bytes]:
    """A request with something odd here and there, in the pieces in which it comes."""

    def odd(usual: bytes, others: Sequence[bytes], share: float = 0.15) -> bytes:
        return random.choice(others) if random.random() < share else usual

    first = [odd(b"GET", METHODS), odd(b"/p/face?a=b", TARGETS, 0.4), odd(b"HTTP/1.1", VERSIONS)]
    header, body = random.choice(SENT)
    headers = random.sample(USUAL, random.choice([0, 1, 2, 4]))
    headers += [USUAL[0]] * (random.random() < 0.7) + [header] * (random.random() < 0.4)
    headers += [(b"X", b"y")] * random.choice([0, 0, 0, 40])
    lines = [odd(b" ", [b"  ", b"\t"], 0.02).join(first)]
    for name, value in headers:
        gap = odd(b": ", [b":", b" : ", b""], 0.05)
        lines.append(odd(name, NAMES, 0.1) + gap + odd(value, VALUES))
    raw = bytearray(b"".join(line + odd(b"\r\n", ENDS, 0.02) for line in lines))
    raw += b"\r\n" + odd(body, BODIES, 0.3)
    for _ in range(random.choice([0, 0, 0, 1, 3])):
        at = random.randrange(len(raw))
        raw[at : at + random.choice([0, 1, 9])] = random.randbytes(random.choice([0, 1, 2]))
    cuts = sorted(random.randrange(len(raw)) for _ in range(random.choice([0, 0, 1, 4])))
    return [bytes(raw[a:b]) for a, b in pairwise([0, *cuts, len(raw)])]


class Wire(asyncio.Transport):
    """The other side of a connection."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.closed = False

    def write(self, data: Any) -> None:
        assert not self.closed
        self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def write_eof(self) -> None:
        pass

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0


class Ours:
    """Our protocol before an application that looks at what it gets."""

    def __init__(self) -> None:
        self.config = uvicorn.Config(
            self.app,
            http=Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
        )
        self.config.load()
        self.state = ServerState()
        self.asked = 0

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        look_at(scope)
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.request":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"ok"})

    async def exchange(self, pieces: Sequence[bytes]) -> bytes:
        """What we write to somebody who sends these pieces and hangs up."""
        wire, protocol = Wire(), Protocol(self.config, self.state, {})
        protocol.connection_made(wire)
        for piece in pieces:
            if not wire.closed:
                protocol.data_received(piece)
            await asyncio.sleep(0)
        protocol.connection_lost(None)
        while self.state.tasks:
            await asyncio.gather(*self.state.tasks)
        assert not self.state.connections
        return bytes(wire.written)


def look_at(scope: Any) -> None:
    """Raise unless it is clear what the request is, and for whom."""
    headers = scope["headers"]
    names = [name for name, _ in headers]
    assert scope["path"].startswith("/")
    assert scope["http_version"] in {"1.0", "1.1"}
    assert names.count(b"host") == 1 or (
        scope["http_version"] == "1.0" and not names.count(b"host")
    )
    assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1
    assert all(name and name == name.lower() for name in names)
    assert not any(set(name + value) & set(b"\r\n\0") for name, value in headers)
    assert sum(len(name) + len(value) + 4 for name, value in headers) <= HEAD_BYTES


ANSWERS = {b"100", b"200", b"400", b"431"}


def judged(answer: bytes) -> list[bytes]:
    """The statuses of an answer; raises for one that no request may have."""
    statuses = re.findall(rb"^HTTP/1\.1 (\d{3}) ", answer, re.MULTILINE)
    assert set(statuses) <= ANSWERS, answer
    assert b"Traceback" not in answer
    return statuses


@given(st.randoms(use_true_random=False))
@examples(400)
def test_whatever_comes_is_answered_or_refused(random: Random) -> None:
    async def run() -> None:
        judged(await Ours().exchange(request(random)))

    asyncio.run(run())


HEADERS = st.lists(st.tuples(st.sampled_from([b"host", b"x"]), st.binary(max_size=20)), max_size=4)


@given(
    st.sampled_from(METHODS),
    st.sampled_from(TARGETS) | st.binary(max_size=40),
    st.sampled_from(["1.0", "1.1", "2.0", "0.9", ""]),
    HEADERS,
)
def test_a_target_is_a_path_with_one_host_at_most_or_refused(
    method: bytes, url: bytes, version: str, headers: list[tuple[bytes, bytes]]
) -> None:
    try:
        path, kept = read_target(method, url, version, headers)
    except ValueError:
        return
    assert path.startswith(b"/")
    assert [name for name, _ in kept].count(b"host") <= 1
    assert version in {"1.0", "1.1"}
    assert method != b"CONNECT"
    assert [h for h in kept if h[0] == b"x"] == [h for h in headers if h[0] == b"x"]


def resident() -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.full)])
@pytest.mark.timeout(1200)
async def test_many_of_them_take_no_memory_and_leave_no_trace(
    count: int, caplog: pytest.LogCaptureFixture
) -> None:
    faults: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    ours, random, statuses = Ours(), Random(count), Counter[bytes]()
    for number in range(count):
        if number == count // 4:
            before = resident()
        statuses.update(judged(await ours.exchange(request(random))))
    assert resident() - before < 4
    assert not [r for r in caplog.records if r.exc_info or r.levelno >= logging.ERROR]
    assert faults == []
    # They are no noise: many get through, and many are refused.
    assert min(ours.asked, statuses[b"200"], statuses[b"400"]) > count / 10
    assert statuses[b"431"] > count / 200
