"""No file of tests is left out quietly: those that play what lies beside the checkout are not
collected where that is missing, and listed in capitals at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.people.land import READERS, REAL
from tests.harness.texts.spoken import CASES, PLAYERS


def beside() -> dict[Path, tuple[Path, str]]:
    """Of each file of tests, what it needs, and what is missed without that."""
    players = (CASES, "NO CONVERSATIONS FROM LIFE")
    readers = (REAL, "NO REAL FILES OF PEOPLE AND POSTCODES")
    return dict.fromkeys(PLAYERS, players) | dict.fromkeys(READERS, readers)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    needed = beside().get(collection_path)
    return True if needed and not needed[0].exists() else None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    missing = {
        file: f"{missed}: {needed} IS NOT THERE"
        for file, (needed, missed) in beside().items()
        if _asked_for(config, file) and not needed.exists()
    }
    if not missing:
        return
    terminalreporter.section(f"LEFT OUT: {len(missing)} FILES", sep="!", red=True, bold=True)
    for file, why in missing.items():
        terminalreporter.line(f"{file}\n    {why}")


def _asked_for(config: pytest.Config, file: Path) -> bool:
    """Whether this run would have collected it: in other processes, where there are any."""
    here = config.invocation_params.dir
    asked = [(here / argument.partition("::")[0]).resolve() for argument in config.args]
    return any(folder == file or folder in file.parents for folder in asked)
