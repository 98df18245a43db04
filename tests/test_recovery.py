"""The machine is gone, with all its data: what was kept elsewhere is put back and serves again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.recovery import DRILLS, Loss

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.mark.parametrize("drill", DRILLS.values(), ids=lambda drill: drill.__name__)
def test_only_the_newest_signings_are_lost_and_the_rest_is_whole(
    tmp_path: Path, drill: Callable[[Path, float], Loss]
) -> None:
    loss = drill(tmp_path, 50)  # it ends with `undersigned check`, which has to be content
    print(f"{drill.__name__}: {loss}")
    assert loss.lost < loss.acknowledged
    assert loss.gaps == 0
