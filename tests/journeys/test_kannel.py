"""A real Kannel, set up as docs/gateways.md says, carries whatever our own gateways in tests do."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.db.sqlite import connect
from sms.segments import measure
from tests.harness import product
from tests.harness.needs import needs
from tests.harness.people.signers import signer
from tests.harness.product import Server, eventually
from tests.harness.texts.kannel import Kannel, kannel

pytestmark = [needs("kannel"), pytest.mark.slow, pytest.mark.timeout(180)]

ANA, SAMIR, BO = "+14065550123", "+14065550124", "+14065550125"
TEXTS = 200  # of those that are sent while both are killed


@contextlib.contextmanager
def carried(folder: Path) -> Iterator[tuple[Kannel, Server]]:
    """A server beside a Kannel of its own."""
    port = product.free_port()
    with kannel(folder, port) as gateway:
        server = product.start(folder / "data", port, **gateway.settings)
        try:
            yield gateway, server
        finally:
            server.kill()


def stored(server: Server, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(connect(str(server.store))) as store:
        return [tuple(row) for row in store.execute(sql).fetchall()]


def queue(server: Server, phone: str, body: str) -> None:
    """A text of ours waits in the outbox."""
    with contextlib.closing(connect(str(server.store))) as store:
        store.execute(
            "INSERT INTO outbox (id, channel, kind, language, recipient, body, gateway, created_at,"
            " due_at, turn) VALUES (77, 'sms', 'reply', 'en', ?, ?, 'http', ?, ?, 0)",
            (phone, body, int(time.time()), int(time.time())),
        )
        store.commit()


def test_signing_arabic_long_replies_stop_and_a_report_go_through_it(tmp_path: Path) -> None:
    with carried(tmp_path) as (gateway, server):
        gateway.text(ANA, "SIGN FACE Ana Diaz 59801")
        [reply] = gateway.wait_for(ANA)
        assert reply.startswith("Thank you, Ana Diaz. You signed FACE")

        gateway.text(SAMIR, "FACE سمير 59801")
        assert "سمير" in gateway.wait_for(SAMIR)[0]
        gateway.text(SAMIR, "مساعدة")
        parts = gateway.wait_for(SAMIR, 3)[1:]
        assert len(parts) == 2
        assert "توقف" in "".join(parts)

        long = "A queued text. " * 26
        assert measure(long).segments == 3
        queue(server, BO, long)
        assert "".join(gateway.wait_for(BO, 3)).strip() == long.strip()
        told = "SELECT status, provider_id, error FROM outbox WHERE id = 77"
        eventually(lambda: stored(server, told) == [("delivered", "77", None)])

        gateway.text(ANA, "STOP")
        assert "no more texts" in gateway.wait_for(ANA, 2)[1]
        gateway.text(ANA, "SIGN FACE Cy Young 59801")
        eventually(lambda: stored(server, "SELECT count(*) FROM signatures") == [(3,)])
        time.sleep(1)
        assert len(gateway.to(ANA)) == 2


def test_of_texts_between_which_both_are_killed_each_signs_once(tmp_path: Path) -> None:
    """The server at any moment, for Kannel asks again; Kannel between two crowds, for what it is
    asking a server about is in its memory alone."""
    port, data = product.free_port(), tmp_path / "data"
    count = "SELECT count(*), count(DISTINCT name) FROM signatures WHERE verified_at > 0"
    with kannel(tmp_path, port) as gateway:
        server = product.start(data, port, **gateway.settings)
        for taken in range(TEXTS // 4, TEXTS + 1, TEXTS // 4):
            for n in range(taken - TEXTS // 4, taken):
                gateway.text(f"+1406556{n:04}", f"SIGN FACE {signer(n)} 59801")
            begun = taken - TEXTS // 4
            eventually(lambda begun=begun: stored(server, count)[0][0] > begun)  # type: ignore[misc] # noqa: B023
            server.kill()
            server = product.start(data, port, **gateway.settings)
            with contextlib.suppress(AssertionError):
                eventually(lambda taken=taken: stored(server, count) == [(taken, taken)])  # type: ignore[misc] # noqa: B023
            assert stored(server, count) == [(taken, taken)]
            gateway.kill("smsbox", "bearerbox")
            gateway.start()
        server.kill()
