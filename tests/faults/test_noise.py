"""A database that dies under a worker: the log has a line when it goes and one when it is back."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.harness import product
from tests.harness.databases.postgres import cluster
from tests.harness.people.signers import STORED, sign, signer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_a_database_that_is_away_costs_a_line_and_another_when_it_is_back(tmp_path: Path) -> None:
    with cluster("") as store:
        url = asyncio.run(store.create())
        with product.running(tmp_path / "data", UNDERSIGNED_DATABASE_URL=url) as server:
            sign(server, signer(1), email="ana@example.org")
            store.stop()
            product.eventually(lambda: "the store is away" in server.log.read_text())
            time.sleep(10)  # many rounds of many loops
            store.start("")
            product.eventually(lambda: "the store is back" in server.log.read_text())
            product.eventually(lambda: STORED in sign(server, signer(2)).text)
            time.sleep(3)
            lines = server.log.read_text().splitlines()
            said = [line for line in lines if "the store is" in line or '"error"' in line]
    assert len(said) == 2, said
    assert "messages wait" in said[1]
