"""What a test has measured is shown at the end, whichever process ran it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_KEY = "figures"


@pytest.fixture
def show(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Show lines below the tests' results, also of a test that passes."""
    return lambda lines: request.node.user_properties.append((_KEY, lines))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    shown = [lines for r in reports for key, lines in r.user_properties if key == _KEY]
    if shown:
        terminalreporter.section("measured")
        for lines in shown:
            terminalreporter.line(lines)
