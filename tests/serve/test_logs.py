"""Logs: ours as the operator asks for them, libraries' from WARNING up, nobody's data in any."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from server.serve import logs
from sms import Outbound
from sms.gateways.twilio import Twilio
from tests.harness.databases.postgres import Cluster
from tests.harness.texts.provider import Provider, provider

NUMBER, WORDS = "+14065550123", "Gracias, Ana Diaz"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What a test sets up ends with it."""
    loggers = [logging.getLogger(name) for name in (None, *logs.OURS)]
    handlers, levels = loggers[0].handlers[:], [logger.level for logger in loggers]
    yield
    loggers[0].handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


Errors = pytest.CaptureFixture[str]


def lines(capsys: Errors) -> list[dict[str, Any]]:
    """What has gone to standard error since the last time."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture
def api() -> Iterator[Provider]:
    with provider() as api:
        yield api


async def test_a_text_sent_by_twilios_client_leaves_no_trace_of_it(
    capsys: Errors, api: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    logs.set_up("DEBUG")
    api.answer = (201, json.dumps({"sid": "SM" + "1" * 32, "body": WORDS, "to": NUMBER}))
    twilio = Twilio(
        account_sid="AC" + "1" * 32, auth_token="t" * 32, sender="+14065550100", api_url=api.url
    )
    assert (await twilio.send(Outbound(NUMBER, WORDS, "7"))).result == "sent"
    api.answer = (400, json.dumps({"code": 21211, "message": f"{NUMBER} is no number"}))
    assert (await twilio.send(Outbound(NUMBER, WORDS, "8"))).code == "21211"
    api.answer = "cut"
    assert (await twilio.send(Outbound(NUMBER, WORDS, "9"))).code == "network"
    assert len(api.calls) == 3
    assert NUMBER[1:] in api.calls[0].body
    logging.getLogger("sms").debug("the end")
    assert [line["message"] for line in lines(capsys)] == ["the end"]


@pytest.mark.parametrize(
    ("level", "said"),
    [("DEBUG", 8), ("INFO", 6), ("WARNING", 4), ("ERROR", 2)],
)
def test_ours_speak_from_the_level_that_is_set_and_libraries_from_warning_up(
    capsys: Errors, level: str, said: int
) -> None:
    logs.set_up(level)
    levels = ("debug", "info", "warning", "error")
    for name in ("server.core.x", "sms.y"):
        for each in levels:
            getattr(logging.getLogger(name), each)("one")
    ours = lines(capsys)
    assert len(ours) == said
    assert {line["logger"] for line in ours} == {"server.core.x", "sms.y"}
    for name in ("twilio.http_client", "urllib3.connectionpool", "asyncio", "servers", ""):
        for each in levels:
            getattr(logging.getLogger(name), each)("two")
    theirs = [line["level"] for line in lines(capsys)]
    assert theirs == ["warning", "error"] * 5 if level != "ERROR" else ["error"] * 5


def test_a_library_with_a_level_of_its_own_speaks_from_warning_up_as_well(
    capsys: Errors,
) -> None:
    logs.set_up("DEBUG")
    own = logging.getLogger("twilio.http_client")
    own.setLevel(logging.DEBUG)
    try:
        own.info("GET Request: %s", "https://x.example/?To=%2B14065550123")
        own.warning("slow")
    finally:
        own.setLevel(logging.NOTSET)
    assert [line["message"] for line in lines(capsys)] == ["slow"]


def test_what_a_library_puts_into_its_sentences_is_left_out(capsys: Errors) -> None:
    logs.set_up("DEBUG")
    library = logging.getLogger("urllib3.connectionpool")
    url = f"/Messages.json?To=%2B14065550123&Body={WORDS}"
    library.warning("Retrying (%r) after connection broken by '%r': %s", 3, OSError(WORDS), url)
    library.error(f"no answer to /Messages.json?To={NUMBER} for {NUMBER} and ana@example.org")
    assert [line["message"] for line in lines(capsys)] == [
        "Retrying (%r) after connection broken by '%r': %s",
        "no answer to /Messages.json… for … and …",
    ]


@pytest.mark.parametrize("logger", ["server.app", "urllib3"])
def test_a_trace_tells_where_it_was_and_not_whom_it_was_about(capsys: Errors, logger: str) -> None:
    logs.set_up("INFO")
    with pytest.raises(ValueError, match="GET") as caught:
        raise ValueError(f"GET http://x.example/a.json?To={NUMBER} (+1 406 555-0123, a@b.example)")
    logging.getLogger(logger).error("a request failed", exc_info=caught.value)
    [line] = lines(capsys)
    assert line["message"] == "a request failed"
    assert "ValueError: GET http://x.example/a.json… (…, …)" in line["trace"]
    assert "test_logs.py" in line["trace"]
    assert "0123" not in line["trace"]


async def test_a_row_that_postgresql_shows_in_an_error_is_left_out(
    capsys: Errors, postgres: Cluster
) -> None:
    logs.set_up("INFO")
    connection = await asyncpg.connect(await postgres.create())
    await connection.execute("CREATE TABLE t (name text, postcode text NOT NULL)")
    with pytest.raises(asyncpg.PostgresError, match="Ana Diaz") as caught:
        await connection.execute("INSERT INTO t VALUES ($1, NULL)", "Ana " + "Diaz")
    await connection.close()
    logging.getLogger("server.db.group").error("a batch failed", exc_info=caught.value)
    [line] = lines(capsys)
    assert "Ana Diaz" not in json.dumps(line)
    assert "NotNullViolationError" in line["trace"]
