"""Two pairs of eyes are not got round by slices: `tests.harness.attacks.slices`."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.core.desk.signers.consent import ALONE
from tests.harness.attacks.floods import attacked
from tests.harness.attacks.slices import slices
from tests.harness.web.site import Site

pytestmark = pytest.mark.slow


def test_an_organizer_takes_out_but_a_few_alone_however_they_are_sliced(tmp_path: Path) -> None:
    with attacked(tmp_path) as (server, office):
        site = Site(server, office, f"sqlite:///{server.store.resolve()}")
        assert slices(site, 40, 12) == ALONE
