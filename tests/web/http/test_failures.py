"""What becomes of a request that fails: it is counted, logged, and answered readably."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from server import metrics
from server.errors import (
    CrossSite,
    InvalidInput,
    NotFound,
    NotOpen,
    Problem,
    StoreBusy,
    StoreFull,
    Throttled,
    UndersignedError,
    status_of,
)
from server.web.desk import words as desk_words
from server.web.http.failures import Failures, note
from server.web.public import words


def counted(kind: str) -> float:
    return float(metrics.ERRORS.labels(kind)._value.get())


def failing(error: Exception, begun: bool = False) -> Failures:
    """An application that raises, with a part `/organizer/` of its own."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    def explained_by(part: bytes) -> Any:
        async def explain(scope: Any, send: Any, status: int, headers: Any) -> None:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": part})

        return explain

    return Failures(app, {"/organizer/": explained_by(b"desk"), "/": explained_by(b"public")})


async def ask(app: Failures, path: str = "/p/lake") -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await app({"type": "http", "method": "GET", "path": path, "headers": []}, None, send)  # type: ignore[arg-type]
    assert len(sent) == 2
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (NotFound("x"), 404, {}),
        (CrossSite("x"), 403, {}),
        (InvalidInput(Problem("name", "missing")), 422, {}),
        (NotOpen("x"), 409, {}),
        (Throttled(90), 429, {b"retry-after": b"90"}),
        (StoreFull("x"), 503, {b"retry-after": b"60"}),
        (HTTPException(405, headers={"allow": "GET, HEAD"}), 405, {b"allow": b"GET, HEAD"}),
        (KeyError("x"), 500, {}),
    ],
)
async def test_an_error_has_its_status_and_headers(
    error: Exception, status: int, headers: dict[bytes, bytes]
) -> None:
    assert await ask(failing(error)) == (status, headers, b"public")
    assert await ask(failing(error), "/organizer/p/lake") == (status, headers, b"desk")
    found, sent, body = await ask(failing(error), "/p/lake/count.json")
    assert sent[b"content-type"] == b"application/problem+json"
    assert (found, json.loads(body)["status"], sent.items() >= headers.items()) == (
        status,
        status,
        True,
    )


@pytest.mark.parametrize("path", ["/p/lake", "/organizer/p/lake"])
async def test_only_what_failed_on_our_side_is_counted_and_only_the_unexpected_logged(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    before = counted("StoreBusy"), counted("unexpected")
    await ask(failing(NotFound("x")), path)
    await ask(failing(HTTPException(405)), path)
    await ask(failing(StoreBusy("x")), path)
    assert (counted("StoreBusy"), counted("unexpected")) == (before[0] + 1, before[1])
    assert not caplog.records
    await ask(failing(ZeroDivisionError("by accident")), path)
    assert counted("unexpected") == before[1] + 1
    assert [r.exc_info and r.exc_info[0] for r in caplog.records] == [ZeroDivisionError]


async def test_half_an_answer_is_left_to_the_server_to_break_off() -> None:
    before = counted("unexpected")
    with pytest.raises(ZeroDivisionError):
        await ask(failing(ZeroDivisionError(), begun=True))
    assert counted("unexpected") == before + 1


def test_what_an_endpoint_answers_itself_is_counted_in_the_same_place() -> None:
    before = counted("StoreFull")
    note(StoreFull("no room on the disk"))
    assert counted("StoreFull") == before + 1


def test_every_status_of_an_error_means_something_in_both_parts() -> None:
    for status in {405, 500, *(status_of(kind.__new__(kind)) for kind in kinds(UndersignedError))}:
        for meaning_of in (words.meaning_of, desk_words.meaning_of):
            title, lines = meaning_of(status)
            assert (status, bool(title), bool(lines)) == (status, True, True)


def kinds(error: type[UndersignedError]) -> list[type[UndersignedError]]:
    """All errors that are of this kind, at whatever remove."""
    return [kind for sub in error.__subclasses__() for kind in (sub, *kinds(sub))]
