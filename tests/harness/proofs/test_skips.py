"""What is left out is said aloud."""

from __future__ import annotations

import subprocess

import pytest

from tests.harness import needs
from tests.harness.web import npm

SUITE = """
import pytest

@pytest.mark.skip(reason="no lynx")
def test_marked(): pass

def test_skipping_itself(): pytest.skip("no line")

@pytest.mark.xfail(reason="not yet")
def test_expected_to_fail(): assert False

def test_good(): pass
"""
WHOLE_FILE = 'import pytest\npytest.skip("no network", allow_module_level=True)'


processes = pytest.mark.parametrize("processes", ["0", "1"])  # in this one, or in one beside it


def run(pytester: pytest.Pytester, processes: str) -> pytest.RunResult:
    pytester.makepyfile(test_some=SUITE, test_whole=WHOLE_FILE)
    return rerun(pytester, processes)


def rerun(pytester: pytest.Pytester, processes: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess(
        "-p", "tests.harness.plugins.skips", "-p", "no:asyncio", "-n", processes
    )


@processes
def test_skips_are_listed_in_capitals(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.delenv("CI", raising=False)
    result = run(pytester, processes)
    result.assert_outcomes(passed=1, skipped=3, xfailed=1)
    result.stdout.fnmatch_lines_random(
        ["*SKIPPED: 3*", "*::test_marked", "*NO LYNX", "*NO LINE", "*NO NETWORK"]
    )
    assert result.ret == pytest.ExitCode.OK


@processes
def test_skips_fail_where_ci_is_set(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.setenv("CI", "true")
    result = run(pytester, processes)
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*no network*", "CI is set: a skipped test is a failed one."])
    # A file that skips itself stops the run at once; the others are counted without it.
    (pytester.path / "test_whole.py").unlink()
    rerun(pytester, processes).assert_outcomes(passed=1, failed=1, errors=1, xfailed=1)


def test_what_is_missing_is_skipped_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(needs.PROGRAMS, "teletype", ("no-such-teletype",))
    mark = needs.needs("teletype").mark
    assert mark.args == (True,)
    assert mark.kwargs["reason"] == "not installed: teletype (apt-get install teletype)"
    with pytest.raises(pytest.skip.Exception, match="not installed: teletype"):
        needs.program("teletype")


def test_what_is_here_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(needs.PROGRAMS, "shell", ("no-such-shell", "sh"))
    assert needs.needs("shell").mark.args == (False,)
    assert needs.program("shell").endswith("/sh")


@pytest.mark.parametrize(("user", "installs"), [(0, True), (1000, False)])
def test_only_root_installs_packages(
    user: int,
    installs: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls: list[list[str]] = []
    which = {"apt-get": "/usr/bin/apt-get"}.get

    def apt(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return subprocess.CompletedProcess(command, 100)

    monkeypatch.setattr(needs, "PROGRAMS", {"teletype": ("no-such-teletype",)})
    monkeypatch.setattr(npm, "PACKAGES", {})
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr("shutil.which", which)
    monkeypatch.setattr("subprocess.run", apt)
    assert needs.main() == 0
    assert [c[-1] for c in calls] == (["update", "teletype"] if installs else [])
    assert "NOT INSTALLED: TELETYPE. TESTS THAT NEED" in capsys.readouterr().out
