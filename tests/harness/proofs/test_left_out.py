"""What lies outside the checkout is missed aloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.plugins import left_out


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess(
        "-p", "tests.harness.plugins.left_out", "-p", "no:asyncio", *arguments
    )


@pytest.fixture
def player(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of tests that plays cases that are not there, and one beside it."""
    files = {"test_good": "def test_good(): pass", "other/test_more": "def test_more(): pass"}
    for name, text in files.items():
        path = pytester.path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    player = pytester.path / "test_player.py"
    player.write_text("def test_played(): pass")
    monkeypatch.setattr(left_out, "PLAYERS", (player,))
    monkeypatch.setattr(left_out, "READERS", ())
    monkeypatch.setattr(left_out, "CASES", pytester.path / "cases.json")
    return player


def test_a_file_without_its_cases_is_not_run_and_listed_in_capitals(
    pytester: pytest.Pytester, player: Path
) -> None:
    result = run(pytester, "-n", "0")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["*LEFT OUT: 1 FILES*", str(player), "*NO CONVERSATIONS FROM LIFE: *cases.json*"]
    )
    assert result.ret == pytest.ExitCode.OK


def test_it_is_run_and_not_listed_where_its_cases_are(
    pytester: pytest.Pytester, player: Path
) -> None:
    (player.parent / "cases.json").write_text("[]")
    result = run(pytester, "-n", "0")
    result.assert_outcomes(passed=3)
    assert "LEFT OUT" not in result.stdout.str()


@pytest.mark.parametrize("asked", ["other", "test_good.py", "test_good.py::test_good"])
def test_it_is_not_missed_where_nobody_asked_for_it(
    pytester: pytest.Pytester, player: Path, asked: str
) -> None:
    result = run(pytester, "-n", "0", asked)
    result.assert_outcomes(passed=1)
    assert "LEFT OUT" not in result.stdout.str()


def test_it_is_listed_where_another_process_has_collected(
    pytester: pytest.Pytester, player: Path
) -> None:
    result = run(pytester, "-n", "1")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*LEFT OUT: 1 FILES*", str(player)])
