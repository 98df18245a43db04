"""An installed wheel is the whole product: built, installed in a clean environment, serving."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS = 30
STOP_SECONDS = 20
# Folders of the checkout, and where the wheel has them.
PLACES = {"server": "server", "sms": "sms", "templates": "server/templates"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@dataclass(frozen=True)
class Installed:
    """A virtual environment that holds the wheel, and its commands."""

    folder: Path
    wheel: Path

    def command(self, name: str) -> str:
        return str(self.folder / "bin" / name)


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """What the command prints; what it printed is in the failure too."""
    done = subprocess.run(
        command, cwd=cwd, env=clean_environment(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def clean_environment() -> dict[str, str]:
    """The environment without the product's settings and without a way back to the checkout."""
    ours = ("UNDERSIGNED_", "TWILIO_", "PYTHON")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, built from the source archive, in an environment that no checkout reaches."""
    built = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", built)
    [wheel] = built.glob("*.whl")
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--no-index", "--no-deps", wheel)
    # The dependencies come from the environment of the tests. Python follows no .pth files found
    # on a path that itself came from a .pth file, so the checkout stays out of reach.
    packages = python_says(python, "import sysconfig; print(sysconfig.get_path('purelib'))")
    there = sysconfig.get_path("purelib"), sysconfig.get_path("platlib")
    Path(packages, "dependencies.pth").write_text("\n".join(dict.fromkeys(there)) + "\n")
    return Installed(folder, wheel)


def python_says(python: Path, code: str) -> str:
    return run(python, "-c", code, cwd=python.parent).strip()


def test_the_wheel_carries_the_whole_product_and_nothing_else(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"server", "sms"}
    assert {"server/py.typed", "sms/py.typed"} <= names  # whoever imports them gets their types
    for folder, place in PLACES.items():
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                assert f"{place}/{path.relative_to(ROOT / folder).as_posix()}" in names


@pytest.mark.parametrize("package", ["server", "sms"])
def test_the_product_is_imported_from_the_wheel(installed: Installed, package: str) -> None:
    code = f"import {package}; print({package}.__file__)"
    found = Path(python_says(installed.folder / "bin" / "python", code))
    assert found.is_relative_to(installed.folder)


def test_an_installed_wheel_serves_a_petition(installed: Installed, tmp_path: Path) -> None:
    with demo(installed, tmp_path) as site:
        assert get(f"{site}/healthz")
        front = get(f"{site}/")
        links = re.findall(r'href="(?:https?://[^/"]+)?(/p/[a-z0-9-]+)"', front)
        assert links, f"the first page leads to no petition:\n{front}"
        assert "<form" in get(f"{site}{links[0]}")


@contextmanager
def demo(installed: Installed, folder: Path) -> Iterator[str]:
    """A running `undersigned demo`; stopping it politely must end it with status 0."""
    port = free_port()
    command = [installed.command("undersigned"), "demo", "--data", str(folder / "data")]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        site = f"http://127.0.0.1:{port}"
        wait_until_it_serves(site, process, log)
        yield site
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_serves(site: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the demo ended with status {process.returncode}:\n{log.read_text()}")
        try:
            get(f"{site}/healthz")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the demo did not serve within {START_SECONDS} seconds:\n{log.read_text()}")


def get(url: str) -> str:
    """The body of a page that answers 200, asked for directly: no proxy of the environment."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        assert answer.status == 200
        return str(answer.read().decode())
