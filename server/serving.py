"""Running the application under granian, the HTTP server that we ship (see bench/servers.py)."""

from __future__ import annotations

from functools import partial
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings

from server.app import create_app
from server.config import Settings

KEEP_ALIVE_SECONDS = 330  # a phone on a slow link comes back on the same connection
DRAIN_SECONDS = 20


def serve(settings: Settings, *, host: str, port: int, with_worker: bool = True) -> None:
    """Serve until SIGTERM or SIGINT, then answer what is under way and return.

    Raises `SystemExit` where the port cannot be had or the store cannot be opened.
    """
    server: Any = Granian(
        "server.app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=KEEP_ALIVE_SECONDS * 1000),
        websockets=False,
        backlog=2048,
        log_access=False,
        workers_kill_timeout=DRAIN_SECONDS,
    )
    server.serve(target_loader=partial(_load, settings, with_worker))


def _load(settings: Settings, with_worker: bool, *_: Any) -> Any:
    return create_app(settings, with_worker=with_worker)
