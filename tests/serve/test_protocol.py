"""The HTTP server under odd clients: each row is something that stock uvicorn gets wrong."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import resource
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from server.serve import patience, run
from server.serve.protocol import WHOLE, Protocol
from server.serve.server import Server as OurServer
from tests.harness import product
from tests.harness.people.signers import STORED
from tests.harness.product import Server, exchange, post, request
from tests.harness.web.slow_link import slow_link

ANA = {"name": "Ana Diaz", "postcode": "59801"}


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def read_to_the_end(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_connection_stays_open_for_the_next_request_also_in_http_1_0(server: Server) -> None:
    for raw in (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    ):
        with connect(server) as connection:
            for _ in range(3):
                connection.sendall(raw)
                answer = b""
                while not answer.endswith(b"ok\n"):
                    piece = connection.recv(65536)
                    assert piece, answer
                    answer += piece
                assert answer.startswith(b"HTTP/1.1 200"), answer


def test_idle_connections_are_kept_for_five_minutes_at_least() -> None:
    # Waiting it out was done by hand; the server's own settings are what is promised here.
    assert run.KEEP_ALIVE_SECONDS >= 300


def test_a_head_of_more_than_sixteen_kilobytes_is_refused(server: Server) -> None:
    answer = exchange(server.port, request("GET", "/p/face", X_Long="x" * 20_000))
    assert answer.status == 431
    assert server.get("/healthz").status == 200


def test_stray_bytes_after_a_form_do_not_hide_that_it_was_stored(server: Server) -> None:
    raw = post("/p/face", ANA, Connection="keep-alive") + b"\r\n\x00garbage\r\n\r\n"
    assert "Thanks for signing the petition!" in exchange(server.port, raw).text


def test_an_expected_100_continue_and_a_chunked_form_are_read(server: Server) -> None:
    head = (
        b"POST /p/face HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Transfer-Encoding: chunked\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n"
    )
    with connect(server) as connection:
        connection.sendall(head)
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        for piece in (b"name=Chunk", b"y+Form&post", b"code=59801"):
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")
        assert b"Thanks for signing the petition!" in read_to_the_end(connection)


@pytest.mark.parametrize("pause", [1.5, pytest.param(30, marks=pytest.mark.full)])
def test_a_form_that_pauses_half_way_is_waited_for(server: Server, pause: float) -> None:
    raw = post("/p/face", ANA | {"name": "Slow Link"})
    with connect(server) as connection:
        connection.settimeout(pause + 10)
        connection.sendall(raw[:-10])
        time.sleep(pause)
        assert server.get("/healthz").status == 200
        connection.sendall(raw[-10:])
        assert b"Thanks for signing the petition!" in read_to_the_end(connection)


def test_on_a_slow_link_one_round_trip_signs(server: Server) -> None:
    """20 kbit/s and a second from the phone to us and back, on a connection that is open."""
    get = request("GET", "/p/face", Connection="keep-alive", Accept_Encoding="gzip")
    sign = post("/p/face", ANA | {"name": "Far Away"}, Accept_Encoding="gzip")
    with slow_link(server.port, down=20_000, up=20_000, round_trip=1) as link:
        with socket.create_connection(("127.0.0.1", link.port), timeout=30) as connection:
            connection.sendall(get)
            page = product.read_answer(connection)
            assert (page.status, link.turns) == (200, 2)  # the connection's own, and the page
            connection.sendall(sign)
            thanks = product.read_answer(connection)
        assert (thanks.status, link.turns, link.connections) == (200, 3, 1)
    assert b"Thanks for signing the petition!" in gzip.decompress(thanks.body)
    assert link.down.bytes < 5000


def test_1000_slow_clients_do_not_hurt_others(tmp_path: Path) -> None:
    # Started as on a system that allows 1,024 open files unless asked for more.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, hard), hard))
    try:
        server = product.start(tmp_path / "data")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(4096, hard)), hard))
    try:
        with contextlib.ExitStack() as stack:
            half_a_form = post("/p/face", ANA | {"name": "Slow Body"})[:-5]
            for number in range(1100):
                slow = b"GET /p/face HTTP/1.1\r\nHo" if number % 2 else half_a_form
                stack.enter_context(connect(server)).sendall(slow)
            assert server.get("/p/face").status == 200
            assert STORED in server.post("/p/face", ANA).text
    finally:
        server.kill()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A bare application on our protocol, with little patience; its port."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.3)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        """Read the body, and say what the head is by then."""
        while (await receive()).get("more_body"):
            pass
        said = b", ".join(b"%s=%s" % header for header in scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": said})

    listening = run.listener("127.0.0.1", 0)
    config = uvicorn.Config(app, http=Protocol, lifespan="off", log_config=None)
    served = OurServer(config)
    served.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    thread = threading.Thread(target=served.run, kwargs={"sockets": [listening]})
    thread.start()
    yield int(listening.getsockname()[1])
    served.should_exit = True
    thread.join()
    listening.close()


async def test_a_request_is_gone_once_it_is_answered() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(weakref.ref(receive.__self__))
        await scope["extensions"][WHOLE](b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n", b"")

    config = uvicorn.Config(app, http=Protocol, lifespan="off", log_config=None)
    config.load()
    served = await asyncio.get_running_loop().create_server(
        lambda: Protocol(config=config, server_state=ServerState(), app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*served.sockets[0].getsockname())
    gc.disable()
    try:
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
        assert seen[0]() is None  # (the second is the connection's until the next one)
    finally:
        gc.enable()
        writer.close()
        served.close()


def test_a_head_that_does_not_arrive_is_given_up(hasty: int) -> None:
    with socket.create_connection(("127.0.0.1", hasty), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 408 Request Timeout")


def test_an_idle_connection_outlives_the_patience_for_heads(hasty: int) -> None:
    raw = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", hasty), timeout=10) as connection:
        for _ in range(2):
            connection.sendall(raw)
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
            time.sleep(2)


@pytest.mark.parametrize("apart", [False, True])
def test_the_head_is_as_it_was_when_it_ended(hasty: int, apart: bool) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    rest = b"1\r\n.\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\nOrigin: https://evil.example\r\n\r\n"
    with socket.create_connection(("127.0.0.1", hasty), timeout=10) as connection:
        for piece in (head, rest) if apart else (head + rest,):
            connection.sendall(piece)
            time.sleep(0.05)
        said = read_to_the_end(connection)
    assert said.endswith(b"host=x, connection=close, transfer-encoding=chunked\r\n0\r\n\r\n")


def test_a_body_that_comes_byte_by_byte_is_taken(hasty: int) -> None:
    chunks = b"1\r\n.\r\n" * 20_000 + b"0\r\n\r\n"
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", hasty), timeout=10) as connection:
        connection.sendall(head)
        time.sleep(0.05)
        for at in range(0, len(chunks), 1001):
            connection.sendall(chunks[at : at + 1001])
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 200")


def test_the_second_head_of_a_piece_is_bounded_like_the_first(hasty: int) -> None:
    head = b"GET / HTTP/1.1\r\nHost: x\r\n"
    with socket.create_connection(("127.0.0.1", hasty), timeout=10) as connection:
        connection.sendall(head + b"\r\n" + head + b"X: %s\r\n\r\n" % (b"y" * 20_000))
        answer = read_to_the_end(connection)
    assert answer.startswith(b"HTTP/1.1 200") and answer.count(b"HTTP/1.1") <= 2
    assert b"yyy" not in answer
