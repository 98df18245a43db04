"""Imports run downwards only (DESIGN.md, section 2)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Each room of `server`, from the top down, with the rooms below that it may import. Whoever adds
# a room gives it a place here; a room may always import itself, and `server` for its version.
BOTTOM = {"db", "errors"}
CORE = BOTTOM | {"core"}
SHARED = CORE | {"config", "logs", "metrics", "render"}
DOOR = SHARED | {"services"}
TOP = DOOR | {"mail", "reconcile", "sending", "texting", "web", "worker"}
MAY_IMPORT: dict[str, set[str]] = {
    "__main__": {"cli"},
    "cli": TOP | {"app", "backup", "demo", "gateways", "serving", "supervisor"},
    "serving": {"errors", "http"},
    "http": {"head", "supervisor"},
    "head": set(),
    "supervisor": set(),
    "app": TOP | {"gateways"},
    "backup": CORE,
    "demo": SHARED,
    # A gateway's webhook arrives over HTTP and hands the text to the other door; the worker hands
    # it those that were found late.
    "web": DOOR | {"sending", "texting"},
    "worker": DOOR | {"mail", "reconcile", "sending"},
    "mail": SHARED,
    "reconcile": DOOR | {"texting"},
    "texting": DOOR | {"sending"},
    "sending": DOOR,
    "gateways": SHARED,
    # What every door is handed: store, keys, pages.
    "services": SHARED,
    "render": CORE | {"config"},
    "core": BOTTOM,
    # Settings are read by whoever wires: core gets values passed in.
    "config": {"errors"},
    "logs": {"errors"},
    "metrics": set(),
    "db": {"errors"},
    "errors": set(),
}

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


def violations(root: Path) -> list[str]:
    """One line for each import under `root` that the rooms forbid."""
    found = [*_unplaced_rooms(root)]
    for path in sorted(root.glob("server/**/*.py")) + sorted(root.glob("sms/**/*.py")):
        module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        for line, imported in _imports(ast.parse(path.read_bytes()), package):
            if why := _refusal(root, module, imported):
                found.append(f"{path.relative_to(root)}:{line} imports {imported}: {why}")
    return found


def _unplaced_rooms(root: Path) -> Iterator[str]:
    for path in sorted(root.glob("server/*.py")) + sorted(root.glob("server/*/*.py")):
        room = path.relative_to(root / "server").parts[0].removesuffix(".py")
        if room not in MAY_IMPORT and room != "__init__":
            yield f"{path.relative_to(root)}: give the room {room!r} a place in MAY_IMPORT"


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
    if top == "sms":
        return _forbidden(imported, FORBIDDEN_IN_SMS, "sms knows nothing of petitions")
    room = rest.partition(".")[0]
    if imported == "server" or imported.startswith("server."):
        other = imported.removeprefix("server").strip(".").partition(".")[0]
        allowed = MAY_IMPORT.get(room, set()) | {room, ""}
        if other in allowed or not _is_room(root, other):
            return None
        return f"{room or 'server'} is not above {other}"
    outside = FORBIDDEN_PACKAGES.get(room, FORBIDDEN_ELSEWHERE)
    return _forbidden(imported, outside, f"not in {room or 'server'}")


def _is_room(root: Path, name: str) -> bool:
    return (root / "server" / name).is_dir() or (root / "server" / f"{name}.py").is_file()


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
        ("server/core/petitions.py", "from server.web import forms", "server.web.forms"),
        ("server/core/petitions.py", "from server import render", "server.render"),
        ("server/core/petitions.py", "from .. import web", "server.web"),
        ("server/core/petitions.py", "from ..web.forms import read", "server.web.forms.read"),
        ("server/core/petitions.py", "def f():\n    import server.texting", "server.texting"),
        ("server/core/petitions.py", "import starlette.requests", "starlette.requests"),
        ("server/core/petitions.py", "from urllib import request", "urllib.request"),
        ("server/core/petitions.py", "import sms", "sms"),
        ("server/core/petitions.py", "from twilio.rest import Client", "twilio.rest.Client"),
        ("server/core/petitions.py", "import_module('aiosqlite')", "aiosqlite"),
        ("server/core/__init__.py", "from ..config import load", "server.config.load"),
        ("server/db/sqlite.py", "import server.core.names", "server.core.names"),
        ("server/errors.py", "from server.config import load", "server.config.load"),
        ("server/__init__.py", "from server.app import create_app", "server.app.create_app"),
        ("server/render.py", "from server.web import forms", "server.web.forms"),
        ("server/texting.py", "import server.web", "server.web"),
        ("server/web/forms.py", "from server.app import create_app", "server.app.create_app"),
        ("server/web/forms.py", "import pysqlite3", "pysqlite3"),
        ("server/app.py", "import server.cli", "server.cli"),
        ("sms/keywords.py", "from server.core import petitions", "server.core.petitions"),
        ("sms/gateways/x.py", "importlib.import_module('server.app')", "server.app"),
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
        ("server/cli.py", "from server.app import create_app\nfrom server import __version__"),
        ("server/app.py", "from server.web import forms\nimport sms, starlette"),
        ("server/web/forms.py", "from . import pages\nfrom server.texting import answer"),
        ("server/texting.py", "from sms.keywords import parse\nimport server.core.names, server"),
        ("server/core/petitions.py", "from server.db import Database\nfrom .. import errors"),
        ("server/core/petitions.py", "from urllib.parse import urlsplit\nimport hmac"),
        ("server/db/sqlite.py", "import aiosqlite\nfrom server.errors import StoreFull"),
        ("sms/keywords.py", "from sms import words"),
    ],
)
def test_an_import_downwards_is_welcome(tmp_path: Path, path: str, code: str) -> None:
    _house(tmp_path)
    (tmp_path / path).write_text(code)
    assert violations(tmp_path) == []


def test_a_room_without_a_place_is_found(tmp_path: Path) -> None:
    _house(tmp_path)
    (tmp_path / "server/attic.py").touch()
    assert violations(tmp_path) == ["server/attic.py: give the room 'attic' a place in MAY_IMPORT"]


def test_forbidden_packages_of_the_standard_library_exist() -> None:
    assert {"http", "socket", "sqlite3"} <= sys.stdlib_module_names


def _house(root: Path) -> None:
    """An empty house with the rooms of the product."""
    for room in ("server/core", "server/db", "server/web", "sms/gateways"):
        (root / room).mkdir(parents=True)
        (root / room / "__init__.py").touch()
    for module in ("app", "cli", "config", "errors", "render", "texting", "worker"):
        (root / f"server/{module}.py").touch()
