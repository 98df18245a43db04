"""What `organizer` and `organization` say when they cannot do what they are asked."""

from __future__ import annotations

import io

import pytest

from server.cli import main


@pytest.fixture(autouse=True)
def store(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSIGNED_DATABASE_URL", database_url)
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", "k" * 40)
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n" * 9))


def run(capsys: pytest.CaptureFixture[str], line: str) -> str:
    """What it says on its standard output, or of its failure."""
    status = main(line.split())
    said = capsys.readouterr()
    return said.err.removeprefix("undersigned: ").strip() if status else said.out.strip()


def test_they_say_what_is_missing_or_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "organizer add ana") == "ana can sign in now."
    for line, said in (
        ("organizer add", "say which organizer"),
        ("organizer add ana", "there is an organizer of that name already"),
        ("organizer add a*b", "a name has 2 to 64 letters, digits or . _ - @"),
        ("organizer assign ana", "say where: --organization NUMBER or --petition SLUG"),
        ("organizer assign bo --organization 1", "no organizer 'bo'; `organizer list` shows them"),
        ("organizer assign ana --organization 7", "no organization 7"),
        ("organizer assign ana --petition x", "no petition 'x'; `petition list` shows them"),
        ("organizer assign ana --organization 1 --role editor", "they are the last owner there"),
        ("organizer reviewer", "say which organizer"),
        ("organizer reviewer bo", "no organizer 'bo'; `organizer list` shows them"),
        ("organizer remove bo", "no organizer 'bo'"),
        ("organization add Friends", "say its name, and --owner ORGANIZER"),
        ("organization add Friends --owner bo", "no organizer 'bo'"),
        ("organization give 1", "say the number of the organization, and --petition SLUG"),
        ("organization give x --petition y", "no organization 0"),
    ):
        assert run(capsys, line).startswith(said), line


def test_whoever_was_the_only_owner_is_named_when_they_go(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(capsys, "organizer add ana")
    run(capsys, "organizer add bo --organization 1 --role viewer")
    run(capsys, "organizer reviewer ana")
    assert "1 (ana) has no owner" in run(capsys, "organizer remove ana")
    assert run(capsys, "organizer list") == "ana\tremoved\nbo\t1: viewer"
