"""An SQLite database as a file: copying one that is in use, and putting one in place of another."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from server.db.sqlite import sqlite3
from server.errors import Misconfigured, StoreFull

Error = sqlite3.Error
#: What SQLite and we keep beside a database while it is in use.
BESIDE = ("-wal", "-shm", "-turn")


def path_of(url: str) -> Path:
    """The file that a database URL names. Raises `Misconfigured` for another engine's."""
    if not url.startswith("sqlite:///"):
        raise Misconfigured(
            "this is for SQLite; PostgreSQL has its own: pg_dump for a copy, and a base backup with"
            " archived WAL for going back to a point in time (README, Backup)"
        )
    return Path(url.removeprefix("sqlite:///")).resolve()


def copy(source: Path, target: Path) -> None:
    """One consistent copy of a database that may be written to meanwhile, on the disk at the end.

    By VACUUM INTO, which reads one snapshot: SQLite's step-by-step backup begins anew with every
    write of another process, and under load never ends. Raises `StoreFull` if there is no room.
    """
    create_private(target)
    try:
        with contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as store:
            store.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        full = "full" in str(error)
        raise (StoreFull if full else Misconfigured)(f"cannot copy {source}: {error}") from error
    sync(target)


def create_private(path: Path) -> None:
    """A new, empty file that only its owner may read."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def sync(path: Path) -> None:
    """Make a file's or a folder's content survive a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def in_use(path: Path) -> bool:
    """Whether any process has the database open.

    Each connection in WAL mode keeps a shared lock on the file for as long as it is open, idle or
    not, and the kernel drops it with the process: an exclusive one is refused as long as a server
    runs, and no stale lock outlives a crash.
    """
    with contextlib.closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as store:
        try:
            store.execute("PRAGMA locking_mode = EXCLUSIVE")
            store.execute("BEGIN EXCLUSIVE")
            store.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
    return False


def remove(path: Path) -> None:
    """Remove a database and what stands beside it."""
    for file in (path, *(path.with_name(path.name + end) for end in BESIDE)):
        file.unlink(missing_ok=True)


def put_aside(path: Path, ending: str) -> Path:
    """Give a database another name, with all that belongs to it; the new path."""
    aside = path.with_name(path.name + ending)
    for end in ("-wal", "-shm", ""):
        file = path.with_name(path.name + end)
        if file.exists():
            file.rename(aside.with_name(aside.name + end))
    return aside


def copy_bytes(source: Path, target: Path) -> None:
    """A plain copy of a file that nobody writes, on the disk at the end."""
    create_private(target)
    shutil.copyfile(source, target)
    sync(target)
