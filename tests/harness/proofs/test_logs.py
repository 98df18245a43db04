"""What a server logged is seen where a test of it fails."""

from __future__ import annotations

import pytest

SUITE = """
import pytest
from tests.harness import product

@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with product.running(tmp_path_factory.mktemp("shared") / "data") as server:
        yield server

def test_with_a_server_that_starts(server):
    assert server.get("/p/none").status == 200

def test_with_a_server_that_says_no_more(server):
    assert server.get("/p/none").status == 200
"""


def test_a_test_that_fails_shows_what_its_server_logged_meanwhile(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_inprocess("-p", "tests.harness.plugins.logs", "-p", "no:asyncio")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*Server log */shared0/data.log*", "*Undersigned is running.*"])
    assert result.stdout.str().count("Server log ") == 1
