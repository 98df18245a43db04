"""One name for one thing, over the whole product (docs/design.md, section 3)."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSES = ("server", "sms")

#: Names that may stand for more than one thing: each language's table is its `ROW`, and the product
#: and the reading of texts have their own list of `LANGUAGES`.
STILL_SHARED: dict[str, set[str]] = {"classes": set(), "constants": {"LANGUAGES", "ROW"}}


def shared(root: Path, kind: str) -> dict[str, list[str]]:
    """Name -> the files in which it stands for something, if there are two meanings of it."""
    places: dict[str, list[str]] = defaultdict(list)
    meanings: dict[str, set[str]] = defaultdict(set)
    for path in sorted(file for house in HOUSES for file in root.glob(f"{house}/**/*.py")):
        for name, meaning in _named(ast.parse(path.read_bytes()), kind):
            places[name].append(str(path.relative_to(root)))
            # Each class is a thing of its own; a constant is what it is worth.
            meanings[name].add(meaning or f"{path}")
    return {name: places[name] for name, found in meanings.items() if len(found) > 1}


def _named(module: ast.Module, kind: str) -> Iterator[tuple[str, str]]:
    for node in module.body:
        match node:
            case ast.ClassDef(name=name) if kind == "classes":
                yield name, ""
            case (
                ast.Assign(targets=[target], value=value)
                | ast.AnnAssign(target=target, value=ast.expr() as value)
            ) if kind == "constants":
                yield from _constants(target, value)


def _constants(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str]]:
    """The names in capitals that a module shows to others, and what each is worth."""
    match target, value:
        case ast.Name(id=name), _ if name.isupper() and not name.startswith("_"):
            yield name, ast.unparse(value)
        case ast.Tuple(elts=targets), ast.Tuple(elts=values):
            for each, worth in zip(targets, values, strict=True):
                yield from _constants(each, worth)


@pytest.mark.parametrize("kind", STILL_SHARED)
def test_no_name_has_two_meanings(kind: str) -> None:
    found = shared(ROOT, kind)
    assert {name: found[name] for name in found.keys() - STILL_SHARED[kind]} == {}


@pytest.mark.parametrize("kind", STILL_SHARED)
def test_what_was_told_apart_is_no_longer_excused(kind: str) -> None:
    assert STILL_SHARED[kind] - shared(ROOT, kind).keys() == set()


@pytest.mark.parametrize(
    ("one", "other", "kind", "name"),
    [
        ("class Typed: ...", "import x\nclass Typed(dict): ...", "classes", "Typed"),
        ("TRIES = 5", "TRIES: Final = 6", "constants", "TRIES"),
        ("BAR, HEIGHT = 10, 60", "HEIGHT = 61", "constants", "HEIGHT"),
    ],
)
def test_a_name_with_two_meanings_is_found(
    tmp_path: Path, one: str, other: str, kind: str, name: str
) -> None:
    _write(tmp_path, one, other)
    assert shared(tmp_path, kind) == {name: ["server/web/one.py", "sms/other.py"]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("class Typed: ...", "class Written:\n    class Typed: ..."),
        ("TRIES = 5", "TRIES = 5"),
        ("_TRIES = 5", "_TRIES = 6"),
        ("from x import TRIES", "TRIES = 6"),
        ("def f():\n    TRIES = 5", "TRIES = 6"),
    ],
)
def test_a_name_with_one_meaning_is_welcome(tmp_path: Path, one: str, other: str) -> None:
    _write(tmp_path, one, other)
    assert shared(tmp_path, "classes") == shared(tmp_path, "constants") == {}


def _write(root: Path, one: str, other: str) -> None:
    for path, code in (("server/web/one.py", one), ("sms/other.py", other)):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(code)
