"""Programs that the tests drive and that no Python package brings.

`make test` runs this file before pytest: as root it installs what is missing from Debian's
packages, and as anybody it fetches the packages of `tests.harness.web.npm`. What then is still
missing it says loudly, with what will be skipped. A test says what it needs:

    @needs("lynx")
    def test_a_text_browser_signs() -> None:
        subprocess.run([program("lynx"), "-dump", ...])

A skip is a failure where `CI` is set (`tests/harness/plugins/skips.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from tests.harness.web import npm

# What a test asks for, which is also Debian's package: the commands that will do, best first. Of
# fonts there is a file to look for instead.
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
    "curl": ("curl",),
    "default-jre-headless": ("java",),
    "elinks": ("elinks",),
    "faketime": ("faketime",),
    "fiu-utils": ("fiu-ctrl",),
    "fonts-noto-core": (),
    "kannel": ("bearerbox", "/usr/sbin/bearerbox"),
    "links": ("links",),
    "lynx": ("lynx",),
    "nginx-light": ("nginx", "/usr/sbin/nginx"),
    "pgbouncer": ("pgbouncer", "/usr/sbin/pgbouncer"),
    "poppler-utils": ("pdftotext",),
    "w3m": ("w3m",),
}
FONTS = {"fonts-noto-core": Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")}


def needs(*names: str) -> pytest.MarkDecorator:
    """Marks a test, a class or (as `pytestmark`) a file that is skipped unless all are here."""
    lacking = missing(names)
    return pytest.mark.skipif(bool(lacking), reason=_reason(lacking))


def program(name: str) -> str:
    """The path of the program, for fixtures and test bodies; skips the test when it is missing."""
    path = find(name)
    if path is None:
        pytest.skip(_reason([name]))
    return path


def find(name: str) -> str | None:
    """The path of the first command that will do, or of the font; None where it is missing."""
    if name in FONTS:
        return str(FONTS[name]) if FONTS[name].exists() else None
    return next(filter(None, map(shutil.which, PROGRAMS[name])), None)


def missing(names: Iterable[str]) -> list[str]:
    return [name for name in names if find(name) is None]


def _reason(names: Sequence[str]) -> str:
    return f"not installed: {', '.join(names)} (apt-get install {' '.join(names)})"


def main() -> int:
    """Installs what is missing where that is possible, and never stops the tests that can run."""
    lacking = missing(PROGRAMS)
    if lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(lacking)
        lacking = missing(PROGRAMS)
    print(_report(lacking, npm.fetch()), flush=True)
    return 0


def _install(packages: Sequence[str]) -> None:
    print(f"Installing for the tests: {', '.join(packages)} ...", flush=True)
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # A source that cannot be reached fails the update, and the others may well have the packages.
    subprocess.run([*apt, "update"], env=environment, check=False)
    install = [*apt, "install", "--yes", "--no-install-recommends", *packages]
    subprocess.run(install, env=environment, check=False)


def _report(lacking: Sequence[str], unfetched: Sequence[str]) -> str:
    if not lacking and not unfetched:
        return f"Programs for the tests are all here: {', '.join([*PROGRAMS, *npm.PACKAGES])}."
    lines = []
    if lacking:
        lines += [
            f"NOT INSTALLED: {', '.join(lacking).upper()}. TESTS THAT NEED THEM WILL BE SKIPPED.",
            f"To run them too, as root: apt-get install {' '.join(lacking)}",
        ]
    if unfetched:
        lines += [
            f"NOT FETCHED: {', '.join(unfetched).upper()}. TESTS THAT NEED THEM WILL BE SKIPPED.",
            "To run them too, with a network: python -m tests.harness.web.npm",
        ]
    if os.environ.get("CI"):
        lines.append("CI is set: each of these skips is a failure.")
    rule = "!" * 78
    return "\n".join([rule, *lines, rule])


if __name__ == "__main__":
    sys.exit(main())
