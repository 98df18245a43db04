"""What the attacks share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.said import listening


@pytest.fixture
def said(tmp_path: Path) -> Iterator[Path]:
    """The file of all that goes to the log, of ours and of libraries, at every level."""
    with (tmp_path / "log").open("w") as log, listening(log):
        yield tmp_path / "log"
