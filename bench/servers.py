"""Shows, in one bounded run, how granian and uvicorn compare as the HTTP server that we ship.

    python -m bench.servers [--rounds 5] [--seconds 3] [--connections 64]

Needs granian, uvicorn, httptools, uvloop and starlette in the Python that runs it, Linux, and `wrk`
(`apt-get install -y wrk`) for the rates; without wrk only memory and cold start are measured, and
the exit status is 1. Nothing of the product is used, and only 127.0.0.1 is spoken to.

Every round starts each server afresh with one worker, in an order that alternates, and loads it
with three things: a Starlette route of 13 bytes, 1.5 KB of cached bytes from a plain ASGI callable,
and a 150-byte form whose answer waits for a grouped commit (stood in for by a future that is
resolved every 2 ms; no disk is touched).

The load generator shares the cores with the server. On a noisy machine even the ratios move from
run to run (granian ÷ uvicorn on hello: 1.90, 1.82 and 1.39 in three runs of one hour), so read the
spread, and repeat the run before a decision rests on less than a factor of 1.5.

A round counts only if it measured what it says: the process that answers is one that this round
started (granian sets SO_REUSEPORT, so that two servers can share a port unseen), the bytes are the
expected ones, wrk saw no error, and the server received as many requests as wrk says were answered.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.metadata
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.tools import LUA, BenchError, ask, free_port, memory, print_machine, ratios, shown, wrk

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

GROUP_SECONDS = 0.002
HELLO = b"Hello, world!"
PAGE = (b"<!doctype html><title>A petition</title>" + b"<p>Some 450 words. " * 90)[:1536]
THANKS = b"<!doctype html><title>Thank you</title><p>Stored."
FORM = b"name=Ana+Diaz&postcode=59801&email=ana.diaz%40example.org&comment=" + b"x" * 84
WORKLOADS = {"hello": ("/hello", HELLO), "page": ("/page", PAGE), "sign": ("/sign", THANKS)}
TITLES = {
    "hello": "Starlette hello, 13 B",
    "page": "raw ASGI, cached 1.5 KB",
    "sign": "POST 150 B, grouped 2 ms",
}
PLAIN = [(b"content-type", b"text/html; charset=utf-8")]


# --- the server's side -------------------------------------------------------------------------


class Group:
    """Resolves all waiting futures together, `GROUP_SECONDS` after the first of them came."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[None]] = []

    def commit(self) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        if not self.waiting:
            loop.call_later(GROUP_SECONDS, self.resolve)
        future: asyncio.Future[None] = loop.create_future()
        self.waiting.append(future)
        return future

    def resolve(self) -> None:
        batch, self.waiting = self.waiting, []
        for future in batch:
            if not future.done():
                future.set_result(None)


def make_app() -> App:
    """The three workloads, and `/seen`: who answers, and how many requests each has received."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    seen = dict.fromkeys(WORKLOADS, 0)
    group = Group()
    page_head = [*PLAIN, (b"content-length", str(len(PAGE)).encode())]
    thanks_head = [*PLAIN, (b"content-length", str(len(THANKS)).encode())]

    async def hello(request: Request) -> PlainTextResponse:
        seen["hello"] += 1
        return PlainTextResponse(HELLO)

    starlette = Starlette(routes=[Route("/hello", hello)])

    async def page(send: Send) -> None:
        seen["page"] += 1
        await send({"type": "http.response.start", "status": 200, "headers": page_head})
        await send({"type": "http.response.body", "body": PAGE})

    async def sign(receive: Receive, send: Send) -> None:
        seen["sign"] += 1
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if body != FORM:
            raise BenchError(f"the form arrived as {body!r}")
        await group.commit()
        await send({"type": "http.response.start", "status": 200, "headers": thanks_head})
        await send({"type": "http.response.body", "body": THANKS})

    async def report(send: Send) -> None:
        body = " ".join([str(os.getpid()), *(str(count) for count in seen.values())]).encode()
        head = [*PLAIN, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path")
        if path == "/page":
            await page(send)
        elif path == "/sign":
            await sign(receive, send)
        elif path == "/seen":
            await report(send)
        else:
            await starlette(scope, receive, send)

    return app


def load_app(target: str) -> App:
    """granian's loader: called in the worker's process, with the (unused) target."""
    return make_app()


def serve_granian(port: int) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops

    Granian(
        "bench",
        "127.0.0.1",
        port,
        interface=Interfaces.ASGI,
        workers=1,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        backpressure=16_384,  # counts connections: the default is as many as the backlog
        log_enabled=False,
        workers_kill_timeout=5,
    ).serve(target_loader=load_app)


def serve_uvicorn(port: int, protocol: str) -> None:
    import uvicorn

    uvicorn.Server(
        uvicorn.Config(
            make_app(),
            host="127.0.0.1",
            port=port,
            loop="uvloop",
            http=protocol,
            ws="none",
            lifespan="on",
            backlog=2048,
            timeout_keep_alive=300,
            timeout_graceful_shutdown=5,
            server_header=False,
            proxy_headers=False,
            access_log=False,
            log_config=None,
        )
    ).run()


# --- the bench's side --------------------------------------------------------------------------


@dataclass
class Samples:
    """What the rounds measured of one server: rates per second, milliseconds, MB, seconds."""

    rate: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in WORKLOADS})
    p50: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in WORKLOADS})
    p99: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in WORKLOADS})
    idle: list[float] = field(default_factory=list)
    loaded: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)


class Running:
    """One server, from its start to the end of all its processes, whatever happens in between."""

    def __init__(self, name: str, protocol: str) -> None:
        self.name, self.port = name, free_port()
        command = [sys.executable, "-m", "bench.servers", "--serve", name, "--port", str(self.port)]
        command += ["--uvicorn-http", protocol]
        began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            self.cold = self._first_page(began)
            self._check_answers()
        except BaseException:
            self.stop()
            raise

    def _first_page(self, began: float) -> float:
        while time.perf_counter() - began < 20:
            if self.process.poll() is not None:
                assert self.process.stderr is not None
                said = self.process.stderr.read().decode()[-2000:]
                raise BenchError(f"{self.name} ended at once:\n{said}")
            try:
                if ask(self.port, "/page") == PAGE:
                    return time.perf_counter() - began
            except OSError:
                time.sleep(0.002)
        raise BenchError(f"{self.name} did not answer within 20 s")

    def _check_answers(self) -> None:
        for name, (path, expected) in WORKLOADS.items():
            if ask(self.port, path, FORM if name == "sign" else b"") != expected:
                raise BenchError(f"{self.name} answers {path} with other bytes")

    def seen(self) -> dict[str, int]:
        """Requests received so far by workload; BenchError if a foreign process answers."""
        pid, *counts = (int(word) for word in ask(self.port, "/seen").split())
        if os.getpgid(pid) != self.process.pid:
            raise BenchError(f"port {self.port}: process {pid} answers, which is not {self.name}'s")
        return dict(zip(WORKLOADS, counts, strict=True))

    def stop(self) -> None:
        """Ends the whole group: SIGTERM, and SIGKILL for what is left after 8 s."""
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(8)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(5)
        if self.process.stderr is not None:
            self.process.stderr.close()


def scripts(folder: Path) -> dict[str, Path]:
    """wrk's script for each workload."""
    quoted = FORM.decode().replace('"', '\\"')
    post = (
        'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/x-www-form-urlencoded"\n'
        f'wrk.body = "{quoted}"\n'
    )
    paths = {}
    for name in WORKLOADS:
        paths[name] = folder / f"{name}.lua"
        paths[name].write_text((post if name == "sign" else "") + LUA)
    return paths


def measure(
    name: str, into: Samples, options: argparse.Namespace, binary: str | None, lua: dict[str, Path]
) -> None:
    """One round of one server, added to its samples."""
    running = Running(name, options.uvicorn_http)
    try:
        into.cold.append(running.cold)
        time.sleep(0.3)
        into.idle.append(memory(running.process.pid))
        for work, (path, _) in WORKLOADS.items() if binary else ():
            assert binary is not None
            url = f"http://127.0.0.1:{running.port}{path}"
            connections = options.connections
            wrk(binary, lua[work], url, 1, connections)
            before = running.seen()[work]
            requests, seconds, p50, p99 = wrk(binary, lua[work], url, options.seconds, connections)
            received = running.seen()[work] - before
            # Those in flight when wrk stops are received, not answered: at most one a connection.
            if not 0 <= received - requests <= connections:
                raise BenchError(f"{name} {work}: wrk counts {requests}, the server {received}")
            into.rate[work].append(requests / seconds)
            into.p50[work].append(p50)
            into.p99[work].append(p99)
        if binary:
            into.loaded.append(memory(running.process.pid))
    finally:
        running.stop()


def print_results(samples: dict[str, Samples]) -> None:
    """Every median with its spread; ratios are granian ÷ uvicorn."""
    left, right = samples["granian"], samples["uvicorn"]
    print(f"{'':34}{'granian':>26}{'uvicorn':>26}{'granian ÷ uvicorn':>26}")

    def row(title: str, a: list[float], b: list[float], form: str) -> None:
        both = ratios(a, b) if a else "-"
        print(f"{title:34}{shown(a, form):>26}{shown(b, form):>26}{both:>26}")

    for work, title in TITLES.items():
        row(f"{title}  req/s", left.rate[work], right.rate[work], ",.0f")
        row("    p50 ms", left.p50[work], right.p50[work], ".2f")
        row("    p99 ms", left.p99[work], right.p99[work], ".2f")
    row("memory after the first page  MB", left.idle, right.idle, ".1f")
    row("memory after the load  MB", left.loaded, right.loaded, ".1f")
    row("cold start to first page  s", left.cold, right.cold, ".3f")
    if left.rate["hello"]:
        print("\nagainst the same server's hello (as targets are stated)")
        for work in ("page", "sign"):
            own = [ratios(each.rate[work], each.rate["hello"]) for each in (left, right)]
            print(f"{TITLES[work] + ' ÷ hello':34}{own[0]:>26}{own[1]:>26}")


def compare(options: argparse.Namespace) -> int:
    # `timeout` and CI end a run with SIGTERM: the servers, in their own sessions, must end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    binary = shutil.which("wrk")
    print_machine(options, binary)
    samples = {"granian": Samples(), "uvicorn": Samples()}
    with tempfile.TemporaryDirectory() as folder:
        lua = scripts(Path(folder))
        for number in range(options.rounds):
            for name in list(samples)[:: -1 if number % 2 else 1]:
                measure(name, samples[name], options, binary, lua)
            print(f"round {number + 1} of {options.rounds} done", file=sys.stderr, flush=True)
    print_results(samples)
    if binary is None:
        print("\nNOT MEASURED: rates and latencies need wrk: apt-get install -y wrk")
        return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each measured run")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--uvicorn-http", default="httptools", help="or our own module:Class")
    parser.add_argument("--serve", choices=("granian", "uvicorn"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve == "granian":
        serve_granian(options.port)
    elif options.serve == "uvicorn":
        serve_uvicorn(options.port, options.uvicorn_http)
    else:
        try:
            return compare(options)
        except (BenchError, importlib.metadata.PackageNotFoundError) as error:
            print(f"no result: {error}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
