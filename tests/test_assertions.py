"""Every test asserts something: one that only runs shows no more than that nothing was raised."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
#: Helpers that assert by themselves: a test that calls one needs no `assert` of its own.
ASSERTING = {
    "eventually": "fails if it does not come true",
    "judged": "knows which statuses an answer may have",
    "talked": "counts signatures and replies after each text",
    "wait_for": "Playwright's: fails if it does not appear",
}
PYTEST = {"fail", "raises", "warns"}


def silent(tree: ast.AST, helpers: set[str]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The tests in a file that assert nothing, where calling one of the helpers is to assert."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
            node.name.startswith("test_") and not any(_asserts(n, helpers) for n in ast.walk(node))
        ):
            yield node


def _asserts(node: ast.AST, helpers: set[str]) -> bool:
    match node:
        case ast.Assert(test=ast.Constant()):
            return False  # it holds, or fails, whatever was done
        case ast.Assert():
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="pytest"), attr=name)):
            return name in PYTEST
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in helpers
    return False


def silent_tests(helpers: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT.parent)}:{test.lineno} {test.name}"
        for path in sorted(ROOT.rglob("test_*.py"))
        for test in silent(ast.parse(path.read_bytes()), helpers)
    ]


def test_every_test_asserts_something() -> None:
    assert silent_tests(set(ASSERTING)) == []


@pytest.mark.parametrize("helper", ASSERTING)
def test_a_helper_that_no_test_rests_on_is_not_listed(helper: str) -> None:
    assert silent_tests(set(ASSERTING) - {helper}) != []


@pytest.mark.parametrize(
    ("body", "is_silent"),
    [
        ("parse(text)", True),
        ("assert True", True),
        ("gateway.raises(text)", True),
        ("with contextlib.suppress(Malformed): parse(text)", True),
        ("assert parse(text)", False),
        ("with pytest.raises(Malformed): parse(text)", False),
        ("page.locator('h1').wait_for()", False),
        ("def one(): assert parse(text)\n    each(one)", False),
    ],
)
def test_a_silent_test_is_found(body: str, is_silent: bool) -> None:
    for define in ("def", "async def"):
        tree = ast.parse(f"{define} test_x(text):\n    {body}\n")
        assert [test.name for test in silent(tree, {"wait_for"})] == ["test_x"] * is_silent
