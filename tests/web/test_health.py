"""What operators ask: alive, ready, and what was done; and pages while the store is away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cli import demo
from tests.harness import product
from tests.harness.databases.postgres import cluster
from tests.harness.product import Server, eventually

pytestmark = pytest.mark.timeout(120)
TOKEN = "m" * 40


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("operators") / "data"
    with product.running(data, UNDERSIGNED_METRICS_TOKEN=TOKEN) as server:
        yield server


def figures(server: Server) -> dict[str, float]:
    answer = server.get("/metrics", Authorization=f"Bearer {TOKEN}")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = (line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def sign(server: Server, name: str) -> None:
    answer = server.post("/p/face", {"name": name, "postcode": "59801"})
    assert "Thanks for signing the petition!" in answer.text


def test_signings_are_counted_by_door_and_outcome(server: Server) -> None:
    before = figures(server)
    sign(server, "Count Me")
    sign(server, "Count Me")
    server.post("/p/face", {"name": "", "postcode": "59801"})
    assert server.command("sms", "simulate", "SIGN FACE Bo Lee 59801").returncode == 0
    assert server.command("sms", "simulate", "HELP").returncode == 0
    after = figures(server)

    def risen(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert risen('undersigned_signings_total{door="web",outcome="new"}') == 1
    assert risen('undersigned_signings_total{door="web",outcome="again"}') == 1
    assert risen('undersigned_signings_total{door="web",outcome="invalid"}') == 1
    assert risen('undersigned_signings_total{door="sms",outcome="new"}') == 1
    assert risen('undersigned_texts_total{gateway="console",kind="help"}') == 1
    assert risen('undersigned_signatures{class="sms",petition="face",state="verified"}') == 1
    assert risen("undersigned_batch_size_sum") == 4
    assert risen("undersigned_commit_seconds_count") == 4
    assert risen("undersigned_sms_segments_today") == 2
    assert after["undersigned_store_up"] == 1
    assert after["undersigned_queue"] == 0
    assert after["undersigned_outbox_waiting"] == 0


def test_nothing_personal_is_in_the_figures(server: Server) -> None:
    sign(server, "Secret Person")
    text = server.get("/metrics", Authorization=f"Bearer {TOKEN}").text
    assert not re.search(r"Secret|Person|59801|\+1406", text)


def test_figures_need_the_token(server: Server) -> None:
    assert server.get("/metrics").status == 403
    assert server.get("/metrics", Authorization="Bearer wrong").status == 403


def test_without_a_token_there_are_no_figures(tmp_path: Path) -> None:
    with product.running(tmp_path / "data") as server:
        assert server.get("/metrics", Authorization="Bearer ").status == 404


def test_processes_on_one_port_answer_for_each_other(tmp_path: Path) -> None:
    data = tmp_path / "data"
    demo.prepare(data, {}, "127.0.0.1", 8000)
    two = ("serve", "--workers", "2")
    with product.running(data, serve=two, UNDERSIGNED_METRICS_TOKEN=TOKEN) as server:
        for n in range(12):
            sign(server, "Signer " + chr(97 + n))
        for _ in range(6):
            found = figures(server)
            assert found['undersigned_signings_total{door="web",outcome="new"}'] == 12


def test_while_the_store_is_away_pages_stay_and_say_that_the_count_may_be_old(
    tmp_path: Path,
) -> None:
    with cluster() as store:
        url = asyncio.run(store.create())
        settings = {"UNDERSIGNED_DATABASE_URL": url, "UNDERSIGNED_METRICS_TOKEN": TOKEN}
        with product.running(tmp_path / "data", **settings) as server:
            assert server.get("/readyz").text == "ready\n"
            assert "may be old" not in server.get("/p/face").text
            store.control("-m", "fast", "stop")
            assert server.get("/healthz").text == "ok\n"
            away = server.get("/readyz")
            assert away.status == 503
            assert int(away.headers["retry-after"]) > 0
            eventually(lambda: "may be old" in server.get("/p/face").text)
            assert 'name="postcode"' in server.get("/p/face").text  # the form is still there
            assert "puede no estar al día" in server.get("/es/p/face").text  # never shown before
            assert figures(server)["undersigned_store_up"] == 0
            refused = server.post("/p/face", {"name": "Not Yet", "postcode": "59801"})
            assert refused.status == 503
            assert "not stored yet" in refused.text
            assert server.get("/p/face/count.json").status == 503  # exact or nothing
            store.start("-c fsync=off")
            eventually(lambda: "may be old" not in server.get("/p/face").text)
            sign(server, "Now Yes")
