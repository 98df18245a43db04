"""No file of tests is left out quietly: those that play what lies beside the checkout are not
collected where that is missing, and listed in capitals at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.spoken import CASES, PLAYERS


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    return True if collection_path in PLAYERS and not CASES.is_file() else None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    missing = [file for file in PLAYERS if _asked_for(config, file) and not CASES.is_file()]
    if not missing:
        return
    terminalreporter.section(f"LEFT OUT: {len(missing)} FILES", sep="!", red=True, bold=True)
    for file in missing:
        terminalreporter.line(f"{file}\n    NO CONVERSATIONS FROM LIFE: {CASES} IS NOT THERE")


def _asked_for(config: pytest.Config, file: Path) -> bool:
    """Whether this run would have collected it: in other processes, where there are any."""
    here = config.invocation_params.dir
    asked = [(here / argument.partition("::")[0]).resolve() for argument in config.args]
    return any(folder == file or folder in file.parents for folder in asked)
