"""A database that is not there, or was made with another key: said in one line, nothing changed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from server.cli import main
from server.cli.shared import prepare
from server.config import load
from server.core.upkeep import fingerprint
from server.core.values.keys import Keys
from server.db import Database
from server.errors import Misconfigured

COMMANDS = ("serve --port 0", "serve --workers 2 --port 0", "worker", "check", "petition list")
KEY, OTHER_KEY = "k" * 40, "j" * 40


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings say that the database is."""
    for variable in os.environ:
        if variable.startswith("UNDERSIGNED_"):
            monkeypatch.delenv(variable)
    path = tmp_path / "undersigned.db"
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", KEY)
    monkeypatch.setenv("UNDERSIGNED_DATABASE_URL", f"sqlite:///{path}")
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_but_init_makes_a_database(
    command: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.split()) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"there is no file {path}" in line and "undersigned init" in line
    assert not list(path.parent.iterdir())
    path.touch()
    assert main(command.split()) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{path} holds nothing" in line and "undersigned init" in line


def test_init_makes_one_and_brings_it_up_to_date_again(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert main(["init"]) == 0
    assert main(["check"]) == 0
    assert "sound" in capsys.readouterr().out


@pytest.mark.parametrize("command", [*COMMANDS, "init"])
def test_a_key_that_the_database_was_not_made_with_is_refused(
    command: str, path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(prepare(load(os.environ), new=True))
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", OTHER_KEY)
    assert main(command.split()) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "UNDERSIGNED_SECRET_KEY is not the key that this database was made with" in line
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", KEY)
    assert main(["check"]) == 0


def test_a_copy_is_made_without_the_key(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["init"]) == 0
    monkeypatch.delenv("UNDERSIGNED_SECRET_KEY")
    assert main(["backup"]) == 0
    assert "Verified" in capsys.readouterr().out
    assert main(["check"]) == 1
    assert "UNDERSIGNED_SECRET_KEY must be set" in capsys.readouterr().err


def test_a_copy_is_put_back_with_its_own_key_alone(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["init"]) == 0
    assert main(["backup"]) == 0
    (copy,) = (path.parent / "backups").iterdir()
    path.unlink()
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", OTHER_KEY)
    assert main(["restore", str(copy)]) == 1
    assert "is not the key" in capsys.readouterr().err
    assert not path.exists()
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", KEY)
    assert main(["restore", str(copy)]) == 0


async def test_a_database_of_before_takes_the_first_key_that_comes(database: Database) -> None:
    mine, other = Keys(KEY), Keys(OTHER_KEY)
    for _ in range(2):
        await fingerprint.check(database, mine)
    with pytest.raises(Misconfigured, match="everybody could sign again"):
        await fingerprint.check(database, other)
    async with database.read() as tx:
        (row,) = await tx.fetch("SELECT * FROM secret_keys")
    assert bytes(row["fingerprint"]) == mine.server("fingerprint")
    assert KEY.encode() not in bytes(row["fingerprint"])
