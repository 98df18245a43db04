"""Some tests run with PostgreSQL seldom."""

from __future__ import annotations

import pytest

TESTS = """
import pytest

@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request): return request.param

@pytest.mark.seldom_postgres
def test_never(database_url): pass

@pytest.mark.seldom_postgres(3)
@pytest.mark.parametrize("n", range(7))
def test_some(database_url, n): pass

def test_always(database_url): pass
"""


@pytest.mark.parametrize(
    ("asked", "with_postgres"),
    [
        ("not full", ["some[postgres-0]", "some[postgres-3]", "some[postgres-6]"]),
        ("", ["never[postgres]", *(f"some[postgres-{n}]" for n in range(7))]),
    ],
)
def test_few_of_these_run_with_postgres_unless_all_is_asked_for(
    pytester: pytest.Pytester, asked: str, with_postgres: list[str]
) -> None:
    pytester.makeini("[pytest]\nmarkers =\n    seldom_postgres\n    full")
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_inprocess(
        "-p",
        "tests.harness.plugins.engines",
        "-p",
        "no:asyncio",
        "-m",
        asked,
        "--collect-only",
        "-q",
    )
    ran = [line.partition("::test_")[2] for line in result.outlines if "::" in line]
    assert len([name for name in ran if "sqlite" in name]) == 9
    assert [name for name in ran if "postgres" in name] == [*with_postgres, "always[postgres]"]
