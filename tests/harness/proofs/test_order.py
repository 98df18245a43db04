"""Long files of tests go first."""

from __future__ import annotations

import pytest


def test_files_with_slow_tests_go_first_and_of_the_others_those_with_many(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeini("[pytest]\nmarkers =\n    slow\n    full")
    full = "import pytest\n@pytest.mark.full\n@pytest.mark.parametrize('n', range(9))\n"
    pytester.makepyfile(
        test_a="def test_one(): pass",
        test_b=f"def test_one(): pass\n{full}def test_left_out(n): pass",
        test_c="def test_one(): pass\ndef test_two(): pass",
        test_d="import pytest\ndef test_one(): pass\n@pytest.mark.slow\ndef test_two(): pass",
    )
    result = pytester.runpytest_inprocess(
        "-p",
        "tests.harness.plugins.order",
        "-p",
        "no:asyncio",
        "-m",
        "not full",
        "--collect-only",
        "-q",
    )
    ran = [line for line in result.outlines if "::" in line]
    assert ran == [
        "test_d.py::test_one",
        "test_d.py::test_two",
        "test_c.py::test_one",
        "test_c.py::test_two",
        "test_a.py::test_one",
        "test_b.py::test_one",
    ]
