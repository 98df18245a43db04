"""What every command asks for first: a demo's folder or settings, and a database in a file."""

from __future__ import annotations

import io
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from server.cli import demo, main
from server.cli.mail import LATER
from server.config import TABLE
from server.db import open_database, sqlite_path
from server.errors import Misconfigured

COMMANDS = [
    "serve",
    "serve --workers 2",
    "worker",
    "init",
    "check",
    "clock",
    "backup",
    "restore copy.db",
    "migrate-to postgresql://127.0.0.1/x",
    "petition list",
    "key dkim dkim.pem",
    "organizer add ana",
    "organizer reviewer ana",
    "organization list",
    "decision-makers import people.json",
    "divisions import places.csv",
    "sms simulate STATUS",
    "sms reconcile",
    "mail-in",
    "bounced",
]
FAILED = {"mail-in": LATER, "bounced": LATER}
IN_MEMORY = [
    "sqlite://",
    "sqlite:",
    "sqlite:///",
    "sqlite:///:memory:",
    "sqlite://:memory:",
    "sqlite:////:memory:",
    "sqlite:///:MEMORY:",
    "sqlite:///:memory:?cache=shared",
    ":memory:",
    "file::memory:",
    "file::memory:?cache=shared",
    "file:x?mode=memory",
    "sqlite:///file::memory:",
    "sqlite:///file:x?mode=memory&cache=shared",
    "sqlite:///x.db?mode=memory",
]


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, no setting, and an address on the standard input."""
    for variable, _, _ in TABLE:
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(f"{variable}_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    text = "Final-Recipient: rfc822; ana@example.org\nAction: failed\nStatus: 5.1.1\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_demo_and_settings_a_command_says_how_to_name_the_folder(
    command: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.split()) == FAILED.get(command, 1)
    said = capsys.readouterr()
    assert said.err.startswith("undersigned: No demo in ./data. Name its folder by --data FOLDER. ")
    assert said.err.count("\n") == 1
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        "--data {} check --json",
        "check --data {} --json",
        "check --json --data={}",
        "--data nowhere check --data {} --json",
    ],
)
def test_the_folder_may_stand_on_either_side_of_the_command(
    words: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = empty / "a folder"
    demo.prepare(folder, {}, "127.0.0.1", 8000)
    parts = [word.format(folder) for word in words.split()]
    assert main(parts) == 0
    assert '"face"' in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        "--data {} sms simulate STATUS",
        "sms --data {} simulate STATUS",
        "sms simulate --data {} STATUS",
        "sms simulate STATUS --data {}",
    ],
)
def test_and_on_either_side_of_an_action(
    words: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.format(empty / "elsewhere") for word in words.split()]) == 1
    assert f"No demo in {empty}/elsewhere." in capsys.readouterr().err
    demo.prepare(empty / "elsewhere", {}, "127.0.0.1", 1)  # where no server can be
    assert main([word.format(empty / "elsewhere") for word in words.split()]) == 1
    assert "no server answers at http://127.0.0.1:1" in capsys.readouterr().err


def test_settings_of_ones_own_need_no_demo(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", "k" * 40)
    assert main(["init"]) == 0
    assert (empty / "undersigned.db").is_file()
    monkeypatch.delenv("UNDERSIGNED_SECRET_KEY")
    monkeypatch.setenv("UNDERSIGNED_DATABASE_URL", "sqlite:///undersigned.db")
    assert main(["check"]) == 1
    assert "UNDERSIGNED_SECRET_KEY must be set" in capsys.readouterr().err


@pytest.mark.parametrize("url", IN_MEMORY)
@pytest.mark.parametrize("command", ["check", "demo --port 0", "sms simulate STATUS"])
def test_a_database_in_memory_is_refused_in_every_spelling(
    url: str,
    command: str,
    empty: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("UNDERSIGNED_DATABASE_URL", url)
    assert main(command.split()) == 1
    said = capsys.readouterr().err
    assert "UNDERSIGNED_DATABASE_URL must name a file" in said and said.count("\n") == 1
    made = {path.name for path in empty.rglob("*")}
    assert made <= {"data", "demo.lock", "secret.key"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_in_memory_is_refused_by_every_command(
    command: str,
    empty: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("UNDERSIGNED_DATABASE_URL", "sqlite:///:memory:")
    assert main(command.split()) == FAILED.get(command, 1)
    assert "must name a file" in capsys.readouterr().err
    assert list(empty.iterdir()) == []


async def test_nor_does_the_seam_open_one(empty: Path) -> None:
    with pytest.raises(Misconfigured, match="must name a file"):
        await open_database("sqlite:///:memory:")
    with pytest.raises(Misconfigured, match="must be sqlite:///"):
        await open_database("mysql://x/y")
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///undersigned.db", "undersigned.db"),
        ("sqlite:////srv/my data/u.db", "/srv/my data/u.db"),
        ("sqlite:///memory.db", "memory.db"),
        ("postgresql://ana:file:x@host/name?mode=memory", None),
        ("postgres://host/:memory:", None),
    ],
)
def test_other_places_stay_what_they_are(url: str, path: str | None) -> None:
    assert sqlite_path(url) == path


def test_a_folder_is_said_as_it_would_be_typed() -> None:
    assert demo.shown(Path("data")) == "./data"
    assert demo.shown(Path("/srv/demo")) == "/srv/demo"
    assert demo.shown(Path("my demo")) == "'./my demo'"


def test_every_command_is_tried_here(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = re.findall(r"^    ([a-z-]+)", capsys.readouterr().out, re.M)
    assert set(commands) - {"demo"} == {command.split()[0] for command in COMMANDS}


def test_a_petition_that_names_nobody_is_told_where_to_say_who_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.prepare(tmp_path, {}, "127.0.0.1", 8000)
    with closing(sqlite3.connect(tmp_path / "undersigned.db")) as store:
        store.execute("UPDATE petitions SET started_by = '', paused_at = 1")
        store.commit()
    assert main(["--data", str(tmp_path), "petition", "open", "face"]) == 1
    assert "write it on /organizer/p/face/edit, then open it" in capsys.readouterr().err


def test_a_petition_that_is_over_is_told_where_to_say_until_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.prepare(tmp_path, {}, "127.0.0.1", 8000)
    with closing(sqlite3.connect(tmp_path / "undersigned.db")) as store:
        store.execute("UPDATE petitions SET zone = 'Etc/UTC', closes_at = 1, closed_at = 1")
        store.commit()
    assert main(["--data", str(tmp_path), "petition", "open", "face"]) == 1
    assert "change it on /organizer/p/face/edit, then open it" in capsys.readouterr().err
