"""A test that fails shows what its servers logged meanwhile."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import pytest

from tests.harness import product

LINES = 60  # the last ones of each log
_SIZES = pytest.StashKey[Mapping[Path, int]]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_SIZES] = {log: log.stat().st_size for log in product.LOGS if log.exists()}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        report.sections += _written_since(item.stash.get(_SIZES, {}))
    return report


def _written_since(sizes: Mapping[Path, int]) -> Iterator[tuple[str, str]]:
    """Title and text for each log that has grown, or is new, since those sizes were taken."""
    for log in product.LOGS:
        if log.exists() and (written := log.read_bytes()[sizes.get(log, 0) :]):
            lines = written.decode(errors="replace").splitlines()[-LINES:]
            yield f"Server log {log}", "\n".join(lines)
