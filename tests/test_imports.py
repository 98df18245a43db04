"""Imports run downwards only (docs/design.md, section 2)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests import harness
from tests.harness import attacks, databases, mail, people, texts, web

ROOT = Path(__file__).parent.parent
HOUSES = ("server", "sms", "tests", "bench")

# The floors of docs/design.md, section 2, from the top down. A room sees its own inside and the
# floors below, never a neighbour. Whoever adds a room gives it a place here.
FLOORS = {
    "server": (
        {"__main__"},
        {"cli"},
        {"app"},
        {"web", "outgoing"},
        {"texting"},
        {"mail", "services"},
        {"core", "words"},
        {"channels", "db", "serve", "config"},
        {"errors", "metrics"},
    ),
    "server.core": (
        {"upkeep"},
        {"desk", "letters", "conversations", "news"},
        {"signing"},
        {"petitions", "floods"},
        {"values", "counting", "outbox", "places", "log"},
    ),
    "server.web": (
        {"hooks", "health"},
        {"desk", "api"},
        {"public"},
        {"http"},
    ),
}
# What a room does not see although it lies below.
BLIND = {
    # Settings are read by whoever wires: core gets values passed in, and counts nothing by itself.
    "core": {"config", "metrics"},
    "words": {"db"},
}
# The HTTP server knows no application, and no application knows it: the command joins the two.
ONLY_FOR = {"serve": {"cli"}}

HTTP = {"aiohttp", "granian", "h11", "http", "httptools", "httpx", "requests", "socket"}
HTTP |= {"starlette", "urllib.request", "urllib3", "uvicorn"}
WORDING = {"babel", "jinja2"}
DRIVERS = {"aiosqlite", "asyncpg", "pysqlite3", "sqlite3"}
SMS = {"sms", "twilio"}
# Packages that stay out of a room, whatever the room may import of ours.
FORBIDDEN_PACKAGES = {
    "core": HTTP | WORDING | DRIVERS | SMS,
    "db": HTTP | WORDING | SMS,
    "errors": HTTP | WORDING | DRIVERS | SMS,
    "config": HTTP | WORDING | DRIVERS | SMS,
}
FORBIDDEN_ELSEWHERE = DRIVERS  # the engines differ only inside `db`
FORBIDDEN_IN_SMS = {"server", "starlette"} | DRIVERS
AROUND_THE_PRODUCT = {"tests", "bench"}


def violations(root: Path) -> list[str]:
    """One line for each import under `root` that the rooms forbid."""
    found = [*_unplaced_rooms(root)]
    for path in sorted(path for top in HOUSES for path in root.glob(f"{top}/**/*.py")):
        module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        for line, imported in _imports(ast.parse(path.read_bytes()), package):
            if why := _refusal(root, module, imported):
                found.append(f"{path.relative_to(root)}:{line} imports {imported}: {why}")
    return found


def _unplaced_rooms(root: Path) -> Iterator[str]:
    for house, floors in FLOORS.items():
        placed = set().union(*floors) | {"__init__"}
        folder = root.joinpath(*house.split("."))
        for path in sorted(folder.glob("*.py")) + sorted(folder.glob("*/*.py")):
            room = path.relative_to(folder).parts[0].removesuffix(".py")
            if room not in placed:
                placed.add(room)
                yield f"{path.relative_to(root)}: give the room {room!r} a place in FLOORS"


def _imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything imported, wherever in the file it stands.

    `from a import b` counts as `a.b`: whether b is a module is for the reader to find out.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                above = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                base = ".".join([*above, *([module] if module else [])])
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def _refusal(root: Path, module: str, imported: str) -> str | None:
    top, _, rest = module.partition(".")
    if top in AROUND_THE_PRODUCT:
        return _unshared(module, imported)
    if why := _forbidden(imported, AROUND_THE_PRODUCT, "the product stands without them"):
        return why
    if top == "sms":
        return _forbidden(imported, FORBIDDEN_IN_SMS, "sms knows nothing of petitions")
    room = rest.partition(".")[0]
    if imported == "server" or imported.startswith("server."):
        return next(
            filter(None, (_upwards(root, house, module, imported) for house in FLOORS)), None
        )
    outside = FORBIDDEN_PACKAGES.get(room, FORBIDDEN_ELSEWHERE)
    return _forbidden(imported, outside, f"not in {room or 'server'}")


def _unshared(module: str, imported: str) -> str | None:
    """Why a test or a benchmark may not import this, if it is of a test or a benchmark."""
    house, room, *_ = f"{module}.".split(".")
    top, *inside = imported.split(".")
    if top == "bench":
        return None if house == "bench" else "tests stand without the benchmarks"
    if top != "tests":
        return None
    if inside[:1] != ["harness"] and (house == "bench" or inside[:1] != [room]):
        return "what is shared lies in tests/harness"
    if any(part == "conftest" or part.startswith("test_") for part in inside):
        return "nothing is taken from a file of tests"
    return None


def _upwards(root: Path, house: str, module: str, imported: str) -> str | None:
    """Why a module of that house may not import this, if both are of it."""
    if not imported.startswith(house + "."):
        return None
    other = imported.removeprefix(house + ".").partition(".")[0]
    if not _is_room(root.joinpath(*house.split(".")), other):
        return None
    if module == house:
        return f"the door of {house} is not above {other}"
    if not module.startswith(house + "."):
        return None
    room = module.removeprefix(house + ".").partition(".")[0]
    if room == other:
        return None
    sees = _below(house, room) - (BLIND.get(room, set()) if house == "server" else set())
    if house == "server" and other in ONLY_FOR and room not in ONLY_FOR[other]:
        return f"{other} is only for {', '.join(ONLY_FOR[other])}"
    return None if other in sees else f"{room} is not above {other}"


def _below(house: str, room: str) -> set[str]:
    """The rooms on the floors below that one; none below a room without a place."""
    floors = FLOORS[house]
    level = next((n for n, rooms in enumerate(floors) if room in rooms), len(floors))
    return set().union(*floors[level + 1 :])


def _is_room(folder: Path, name: str) -> bool:
    return (folder / name).is_dir() or (folder / f"{name}.py").is_file()


def _forbidden(imported: str, packages: set[str], why: str) -> str | None:
    return why if any(f"{imported}.".startswith(f"{p}.") for p in packages) else None


def test_imports_run_downwards() -> None:
    assert violations(ROOT) == []


def test_every_module_lies_in_the_rooms() -> None:
    assert sum(1 for _ in ROOT.glob("server/**/*.py")) > 10
    assert sum(1 for _ in ROOT.glob("sms/**/*.py")) > 3


@pytest.mark.parametrize(
    ("path", "code", "fault"),
    [
        ("server/core/desk/x.py", "from server.web import forms", "server.web.forms"),
        ("server/core/desk/x.py", "from server import words", "server.words"),
        ("server/core/desk/x.py", "from ... import web", "server.web"),
        ("server/core/desk/x.py", "from ...web.forms import read", "server.web.forms.read"),
        ("server/core/desk/x.py", "def f():\n    import server.texting", "server.texting"),
        ("server/core/desk/x.py", "import starlette.requests", "starlette.requests"),
        ("server/core/desk/x.py", "from urllib import request", "urllib.request"),
        ("server/core/desk/x.py", "import sms", "sms"),
        ("server/core/desk/x.py", "from twilio.rest import Client", "twilio.rest.Client"),
        ("server/core/desk/x.py", "import_module('aiosqlite')", "aiosqlite"),
        ("server/core/__init__.py", "from ..config import load", "server.config.load"),
        (
            "server/core/signing/x.py",
            "from server.core.desk import audit",
            "server.core.desk.audit",
        ),
        ("server/core/floods/x.py", "from server.core import petitions", "server.core.petitions"),
        ("server/core/values/x.py", "import server.core.counting", "server.core.counting"),
        ("server/core/signing/x.py", "from server import metrics", "server.metrics"),
        ("server/db/sqlite.py", "import server.core.values", "server.core.values"),
        ("server/errors.py", "from server.config import load", "server.config.load"),
        ("server/__init__.py", "from server.app import create_app", "server.app.create_app"),
        ("server/words/render.py", "from server.web import http", "server.web.http"),
        ("server/texting/x.py", "import server.web", "server.web"),
        ("server/web/http/forms.py", "from server.app import create_app", "server.app.create_app"),
        ("server/web/http/forms.py", "from server.web.public import x", "server.web.public.x"),
        ("server/web/public/x.py", "from server.web.desk import words", "server.web.desk.words"),
        ("server/web/http/forms.py", "import pysqlite3", "pysqlite3"),
        ("server/web/http/forms.py", "from server import serve", "server.serve"),
        ("server/app.py", "import server.cli", "server.cli"),
        ("sms/segments.py", "from server.core import petitions", "server.core.petitions"),
        ("sms/gateways/x.py", "importlib.import_module('server.app')", "server.app"),
        ("server/core/desk/x.py", "from tests.harness import world", "tests.harness.world"),
        ("server/cli/x.py", "from bench import product", "bench.product"),
        ("sms/segments.py", "from tests import harness", "tests.harness"),
        ("tests/web/test_x.py", "from bench.attacks import main", "bench.attacks.main"),
        ("tests/web/test_x.py", "from tests.faults import disk", "tests.faults.disk"),
        ("tests/web/test_x.py", "from tests.web.test_y import Z", "tests.web.test_y.Z"),
        ("tests/web/test_x.py", "from tests.conftest import NOW", "tests.conftest.NOW"),
        ("tests/harness/x.py", "from tests.faults import disk", "tests.faults.disk"),
        ("bench/x.py", "from tests.faults.disk import Disk", "tests.faults.disk.Disk"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, path: str, code: str, fault: str) -> None:
    _house(tmp_path)
    (tmp_path / path).write_text(f"import json\n{code}\n")
    [found] = violations(tmp_path)
    assert found.startswith(f"{path}:") and f" imports {fault}: " in found


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("server/cli/x.py", "from server.app import create_app\nfrom server import __version__"),
        ("server/cli/x.py", "from server.serve import run"),
        ("server/app.py", "from server.web.http import forms\nimport sms, starlette"),
        ("server/web/desk/x.py", "from . import pages\nfrom server.texting import answer"),
        ("server/web/desk/x.py", "from server.web.public import petition"),
        ("server/texting/x.py", "from sms.reading import read\nimport server.core, server"),
        ("server/core/upkeep/x.py", "from server.core.desk import audit\nfrom ... import errors"),
        ("server/core/signing/x.py", "from server.db import Database\nfrom . import decide"),
        ("server/core/signing/x.py", "from urllib.parse import urlsplit\nimport hmac"),
        ("server/db/sqlite.py", "import aiosqlite\nfrom server.errors import StoreFull"),
        ("sms/segments.py", "from sms import reading"),
        ("tests/faults/x.py", "from tests.faults import disk\nfrom tests.harness import world"),
        ("tests/harness/x.py", "from . import world\nfrom server.app import create_app"),
        ("bench/x.py", "from bench.tools import ask\nfrom tests.harness import product"),
    ],
)
def test_an_import_downwards_is_welcome(tmp_path: Path, path: str, code: str) -> None:
    _house(tmp_path)
    (tmp_path / path).write_text(code)
    assert violations(tmp_path) == []


@pytest.mark.parametrize("room", ["server/attic.py", "server/core/attic.py", "server/web/attic.py"])
def test_a_room_without_a_place_is_found(tmp_path: Path, room: str) -> None:
    _house(tmp_path)
    (tmp_path / room).touch()
    assert violations(tmp_path) == [f"{room}: give the room 'attic' a place in FLOORS"]


def test_forbidden_packages_of_the_standard_library_exist() -> None:
    assert {"http", "socket", "sqlite3"} <= sys.stdlib_module_names


def test_only_few_files_lie_loose() -> None:
    loose = {path.name for path in ROOT.glob("server/*.py")}
    wiring = {"__init__", "__main__", "app", "errors", "metrics", "services"}
    assert loose == {f"{name}.py" for name in wiring}


ROOMS = (harness, attacks, databases, mail, people, texts, web)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_the_harness_tells_what_is_in_it(room: ModuleType) -> None:
    told = {line.split()[0] for line in (room.__doc__ or "").splitlines() if line[:4] == " " * 4}
    here = {path.stem for path in Path(str(room.__file__)).parent.glob("[!_]*")}
    assert told == {name for name in here if not name.startswith("test_")}


def _house(root: Path) -> None:
    """An empty house with the rooms of the product, and some of those around it."""
    for house, floors in FLOORS.items():
        for room in set().union(*floors) - {"__main__", "app", "errors", "metrics"}:
            folder = root.joinpath(*house.split("."), room)
            folder.mkdir(parents=True)
            (folder / "__init__.py").touch()
        root.joinpath(*house.split("."), "__init__.py").touch()
    for place in ("sms/gateways", "tests/web", "tests/faults", "tests/harness", "bench"):
        (root / place).mkdir(parents=True)
    for module in ("app", "errors", "metrics"):
        (root / f"server/{module}.py").touch()
