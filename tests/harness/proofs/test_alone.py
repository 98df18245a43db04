"""A test that measures time has the machine to itself."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

CONFTEST = """
import time
from pathlib import Path
import pytest

@pytest.fixture
def run(request):
    def run():
        name = request.node.name
        with Path({log!r}).open("a", buffering=1) as log:
            print("+", name, file=log)
            time.sleep(0.05)
            print("-", name, file=log)
    return run
"""
COMPANY = "import pytest\n" + "".join(f"def test_{n}(run): run()\n" for n in range(15))
ALONE = """
import pytest

@pytest.mark.alone
@pytest.mark.parametrize("n", range(5))
def test_alone(run, n): run()
"""


def test_nothing_begins_or_ends_while_one_is_alone(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    pytester.makeconftest(CONFTEST.format(log=str(log)))
    pytester.makeini("[pytest]\nmarkers = alone")
    pytester.makepyfile(test_a=COMPANY, test_b=COMPANY, test_alone=ALONE)
    plugins = ["-p", "tests.harness.plugins.alone", "-p", "no:asyncio"]
    result = pytester.runpytest_inprocess(*plugins, "-n", "2", "--dist", "loadfile")
    result.assert_outcomes(passed=35)
    lines = log.read_text().split("\n")
    begun = [n for n, line in enumerate(lines) if line.startswith("+ test_alone")]
    assert len(begun) == 5
    for number in begun:
        assert lines[number + 1] == lines[number].replace("+", "-")
    # The others do not wait for each other.
    assert any(one[:1] == other[:1] == "+" for one, other in pairwise(lines))
