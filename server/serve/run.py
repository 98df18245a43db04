"""Running the application: the socket, the HTTP server's settings, and how it ends."""

from __future__ import annotations

import gc
import os
import resource
import socket

import uvicorn
from starlette.types import ASGIApp

from server.errors import Misconfigured
from server.serve.protocol import Protocol
from server.serve.server import Server

KEEP_ALIVE_SECONDS = 310  # a phone on a slow link comes back on the same connection
DRAIN_SECONDS = 15
GARBAGE = 10_000  # objects that may be left before a search for those that hold each other
BACKLOG = 2048
CONNECTIONS = 10_000  # of each process; a flood that holds all of them open takes 180 MB
SPARE_FILES = 128  # for the store, the logs, what goes out
FEWEST_FILES = 2 * SPARE_FILES  # with fewer everybody would be sent away


def listener(host: str, port: int) -> socket.socket:
    """The socket to serve on: systemd's if it hands one over, which outlives a restart.

    Raises `Misconfigured` where the address cannot be had.
    """
    if os.environ.get("LISTEN_PID") == str(os.getpid()):
        return socket.socket(fileno=3)  # sd_listen_fds(3)
    return _bound(host, port, shared=False)


def listeners(host: str, port: int, count: int) -> list[socket.socket]:
    """As many sockets on one port, among which the kernel spreads connections evenly.

    Sharing one socket leaves nearly all connections of a crowd to the process that woke up first.
    The one that systemd hands over must be shared all the same.
    """
    first = listener(host, port)  # says that the port is taken; sharing would hide it
    if count == 1 or os.environ.get("LISTEN_PID") == str(os.getpid()):
        return [first] * count
    host, port = first.getsockname()[:2]
    first.close()
    return [_bound(host, port, shared=True) for _ in range(count)]


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=shared)
    except OSError as error:
        why = error.strerror or str(error)
        raise Misconfigured(f"cannot listen on {host}:{port}: {why}") from error


def _allow_many_connections() -> None:
    """Each connection is an open file, of which many systems allow 1,024 until asked for more.

    Raises `Misconfigured` where too few are allowed to serve anybody.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FEWEST_FILES:
        raise Misconfigured(
            f"only {hard} files may be open at once (`ulimit -Hn`), and {FEWEST_FILES} are needed"
        )
    every = CONNECTIONS + SPARE_FILES
    wanted = min(every, hard) if hard != resource.RLIM_INFINITY else every
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    Protocol.most = min(CONNECTIONS, max(soft, wanted) - SPARE_FILES)


def serve(app: ASGIApp, socket_: socket.socket, supervisor: int | None = None) -> int:
    """Serve until SIGTERM or SIGINT, answer what is under way, and return the exit status.

    `supervisor` is the descriptor of the line to the process that keeps this one.
    """
    _allow_many_connections()
    # What is there before the first request stays, and is not looked through again and again; a
    # request makes hundreds of objects that go by themselves.
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        server_header=False,
        proxy_headers=False,
        access_log=False,  # it would hold addresses
        log_config=None,
    )
    server = Server(config, supervisor)
    server.run(sockets=[socket_])
    return 0 if server.started else 3
