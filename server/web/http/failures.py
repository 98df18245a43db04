"""What becomes of a request that fails: it is counted, logged where nobody meant it to happen, and
answered in a form that its sender can read, with the status of the error."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import metrics
from server.errors import StoreUnavailable, Throttled, UndersignedError, status_of
from server.web.http.responses import Headers, respond, retry_after

log = logging.getLogger(__name__)
PROBLEM = (b"content-type", b"application/problem+json")  # RFC 9457

#: Sends a page of one part of the site that says what a status means.
Explain = Callable[[Scope, Send, int, Headers], Awaitable[None]]


class Failures:
    """Around an application: answers in its place when it raises."""

    def __init__(self, app: ASGIApp, explain: Mapping[str, Explain]) -> None:
        """`explain` has the parts of the site by how their addresses begin, the longest first."""
        self._app = app
        self._explain = explain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        except Exception as error:
            note(error)
            if begun:
                raise  # half an answer: the HTTP server hangs up, and that says it
            await self._answer(scope, send, error)

    async def _answer(self, scope: Scope, send: Send, error: Exception) -> None:
        status, headers = status_and_headers(error)
        path = scope["path"]
        if path.endswith(".json"):
            problem = {"title": HTTPStatus(status).phrase, "status": status}
            await respond(scope, send, status, [PROBLEM, *headers], json.dumps(problem).encode())
            return
        explain = next(self._explain[part] for part in self._explain if path.startswith(part))
        await explain(scope, send, status, headers)


def note(error: Exception) -> None:
    """Count what failed on our side; log what nobody meant to happen."""
    if isinstance(error, StoreUnavailable):
        metrics.ERRORS.labels(type(error).__name__).inc()
    elif not isinstance(error, (UndersignedError, HTTPException)):
        metrics.ERRORS.labels("unexpected").inc()
        log.error("a request failed", exc_info=error)


def status_and_headers(error: Exception) -> tuple[int, Headers]:
    """What an error is called over HTTP, and the headers that go with it."""
    match error:
        case HTTPException(status_code=status):
            return status, [(k.encode(), v.encode()) for k, v in (error.headers or {}).items()]
        case StoreUnavailable(retry_after=seconds) | Throttled(seconds=seconds):
            return status_of(error), [retry_after(seconds)]
        case UndersignedError():
            return status_of(error), []
    return 500, []
