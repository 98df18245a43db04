"""`@pytest.mark.alone`: a test that measures time runs while every other process waits.

Each test is in the room while it runs, one that is alone without company. All go in by one door,
one after the other, so that those who come later cannot keep it waiting for ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before the clock of pytest-timeout starts
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with contextlib.ExitStack() as stay:
        if hasattr(item.config, "workerinput"):  # one process of several
            folder = Path(item.config.option.basetemp).parent  # the same for all of them
            company = fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH
            with _locked(folder / "door", fcntl.LOCK_EX):
                stay.enter_context(_locked(folder / "room", company))
        return (yield)


@contextlib.contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    opened = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(opened, how)
        yield
    finally:
        os.close(opened)
