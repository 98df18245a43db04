"""How a request is taken: by which door, with which headers, and its body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from server.errors import TooLarge

BODY_BYTES = 65_536

#: What answers one kind of request. All of `web` speaks ASGI, and nothing on top of it.
Endpoint = Callable[[Scope, Receive, Send], Awaitable[None]]


class Disconnected(Exception):
    """The client went away in the middle of its body. There is nobody to answer."""


class Methods:
    """A door: one endpoint for each method. What GET answers, HEAD answers without the body."""

    def __init__(self, **endpoints: Endpoint) -> None:
        self._endpoints = endpoints
        if "GET" in endpoints:
            self._endpoints["HEAD"] = endpoints["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._endpoints.get(scope["method"])
        if endpoint is None:
            raise HTTPException(405, headers={"allow": ", ".join(sorted(self._endpoints))})
        try:  # (`suppress` makes an object for each request)
            await endpoint(scope, receive, send)
        except Disconnected:
            return  # nobody is left to be answered


def header(scope: Scope, name: bytes) -> str:
    """The first header of that lower-case name, or ''."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


async def read_body(scope: Scope, receive: Receive, limit: int = BODY_BYTES) -> bytes:
    """The whole body. Raises `TooLarge` as soon as it is known to be, and `Disconnected`.

    How long it may take is the HTTP server's to say (`server/serve/protocol.py`).
    """
    declared = header(scope, b"content-length")
    if declared.isdecimal() and int(declared[:20]) > limit:  # (of thousands there is no number)
        raise TooLarge(f"{declared} bytes")
    body, more = await _next_piece(receive)
    if more:
        gathered = bytearray(body)
        while more and len(gathered) <= limit:
            piece, more = await _next_piece(receive)
            gathered += piece
        body = bytes(gathered)
    if len(body) > limit:
        raise TooLarge(f"more than {limit} bytes")
    return body


async def _next_piece(receive: Receive) -> tuple[bytes, bool]:
    message: Any = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message.get("body", b""), message.get("more_body", False)
