"""What the demo makes for itself survives what may happen to it."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server import config
from server.cli import demo, main
from server.cli.sample import sample
from server.db import files
from sms.reading import reserved
from tests.harness.product import ROOT, Server, running


def test_the_secret_key_has_its_name_only_once_it_is_whole_and_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(Exception):
        pass

    def cut(path: Path) -> None:
        raise PowerCut

    monkeypatch.setattr(files, "sync", cut)
    with pytest.raises(PowerCut):
        demo.prepare(tmp_path, {}, "127.0.0.1", 8000)
    assert not (tmp_path / "secret.key").exists()
    monkeypatch.undo()

    synced: list[str] = []
    real = os.fsync

    def fsync(opened: int) -> None:
        synced.append(Path(f"/proc/self/fd/{opened}").readlink().name)
        real(opened)

    monkeypatch.setattr(os, "fsync", fsync)
    demo.prepare(tmp_path, {}, "127.0.0.1", 8000)
    assert synced[:2] == ["secret.key.part", tmp_path.name]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert len((tmp_path / "secret.key").read_text().strip()) >= 32


def test_what_the_demo_writes_down_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(0o755)
    written = folder / "demo.env"
    written.write_text("UNDERSIGNED_COUNTRY=US\n")  # by a version before this one
    written.chmod(0o644)
    before = os.umask(0)
    try:
        demo.prepare(folder, {}, "127.0.0.1", 8000)
    finally:
        os.umask(before)
    for name in ("demo.env", "secret.key", "organizer-password"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert not list(folder.glob("*.part"))
    assert demo.environment_of(folder)["UNDERSIGNED_PUBLIC_URL"] == "http://127.0.0.1:8000"


def test_the_demo_writes_its_mails_out_unless_it_has_a_mail_server(tmp_path: Path) -> None:
    https = {"UNDERSIGNED_PUBLIC_URL": "https://petition.example.org"}
    for environ, mail in (
        (https, "console"),
        (https | {"UNDERSIGNED_SMTP_HOST": "mail.example.org"}, ""),
    ):
        settings = demo.prepare(tmp_path, environ, "127.0.0.1", 8000).settings
        config.check_mail(settings)
        assert settings.mail == mail
        assert "UNDERSIGNED_MAIL" not in demo.environment_of(tmp_path)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_site_on_https_without_a_mail_server_does_not_start(tmp_path: Path, command: str) -> None:
    demo.prepare(tmp_path, {}, "127.0.0.1", 8000)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("UNDERSIGNED_")}
    done = subprocess.run(
        [sys.executable, "-m", "server", "--data", str(tmp_path), command],
        cwd=ROOT,
        env=clean | {"UNDERSIGNED_PUBLIC_URL": "https://petition.example.org"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "UNDERSIGNED_SMTP_HOST must be set" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_folder_serves_one_demo_at_a_time(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        second = server.command("demo", "--port", "0")
        assert second.returncode == 1
        assert f"is running at {server.url}; stop it" in second.stderr
        assert server.url in (tmp_path / "data" / "demo.env").read_text()


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_is_none_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str], port: str
) -> None:
    with pytest.raises(SystemExit):
        main(["serve", f"--port={port}"])
    assert "a port is a number up to 65535" in capsys.readouterr().err


def test_no_command_is_called_as_the_sample_petition_is() -> None:
    assert sample().keyword not in reserved()


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo as `make run` starts it."""
    with running(tmp_path_factory.mktemp("lively") / "data", serve=("demo",)) as server:
        yield server


def rows(server: Server, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(server.store)) as store:
        return [tuple(row) for row in store.execute(sql)]


def test_the_desk_of_the_demo_has_life_in_it(lively: Server) -> None:
    figures = json.loads(lively.command("check", "--json").stdout)["library"]
    assert 100 < figures["verified"] < 300
    assert all(figures["by_class"].values())
    assert figures["unverified"]
    assert figures["held"] == 6
    assert "is sound" in lively.command("check").stdout
    assert "Open the library on Sundays" in lively.get("/").text
    assert rows(lively, "SELECT 1 FROM signatures WHERE comment <> '' AND approved_at IS NULL")
    assert rows(lively, "SELECT 1 FROM signatures WHERE approved_at IS NOT NULL")
    assert len(rows(lively, "SELECT 1 FROM collectors")) == 2
    assert len(rows(lively, "SELECT 1 FROM inbound WHERE kind = 'unknown'")) == 5
    assert len(rows(lively, "SELECT 1 FROM news WHERE queued_at IS NULL")) == 1
    assert rows(lively, "SELECT 1 FROM signatures WHERE news_at > 0 AND verified_at > 0")
    days = rows(lively, "SELECT count(DISTINCT created_at / 86400) FROM signatures")
    assert days[0][0] in {20, 21, 22}
    scripts = {chr(ord(str(n[0])[0]) & ~0x7F) for n in rows(lively, "SELECT name FROM signatures")}
    assert len(scripts) > 5


def test_nobody_of_the_demo_is_anybody_and_nothing_goes_out_to_them(lively: Server) -> None:
    contacts = rows(
        lively,
        "SELECT contact FROM signatures WHERE contact IS NOT NULL UNION SELECT sender FROM inbound",
    )
    invented = re.compile(r"\+1\d{3}55501\d\d|[a-z0-9]+@example\.org")
    assert [c for (c,) in contacts if not invented.fullmatch(str(c))] == []
    waits = "SELECT 1 FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL"
    assert rows(lively, waits) == []
    assert "signer" not in lively.log.read_text()


def test_nobody_is_invented_a_second_time(tmp_path: Path) -> None:
    for lively in (False, True):
        demo.prepare(tmp_path / "bare", {}, "127.0.0.1", 8000, lively=lively)
        demo.prepare(tmp_path / "full", {}, "127.0.0.1", 8000, lively=True)
    counted = []
    for folder in ("bare", "full"):
        with closing(sqlite3.connect(tmp_path / folder / "undersigned.db")) as store:
            counted += store.execute("SELECT count(*) FROM signatures").fetchone()
    assert counted[0] == 0
    assert counted[1] < 300


#: What only pages, texts and forms need.
HEAVY = ("jinja2", "babel", "sms.reading.lexicon", "starlette", "uvicorn")


def test_a_command_beside_the_server_loads_nothing_of_pages_and_texts(tmp_path: Path) -> None:
    demo.prepare(tmp_path, {}, "127.0.0.1", 8000)
    run = "import sys; from server.cli import main; main(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", run, "--data", str(tmp_path), "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "face: 0 verified" in done.stdout
    assert not [name for name in HEAVY if name in done.stdout.split()]
