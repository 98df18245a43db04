"""An SQLite database as a file: copying one that is in use, and putting one in place of another."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from server.db import sqlite_path
from server.db.sqlite import sqlite3
from server.errors import Misconfigured, StoreFull

Error = sqlite3.Error
#: What SQLite and we keep beside a database while it is in use.
BESIDE = ("-wal", "-shm", "-turn", "-journal")
# Length and place of the range that a shared lock covers (sqlite.org, "Database File Format", the
# lock-byte page; os.h, SHARED_SIZE and SHARED_FIRST).
_LOCK_BYTES = (510, 0x40000002)
_STEPS = 1_000_000  # of SQLite's machine between two calls of `progress`: some ten a second


def path_of(url: str) -> Path:
    """The file that a database URL names. Raises `Misconfigured` for PostgreSQL's, and like
    `sqlite_path`."""
    path = sqlite_path(url)
    if path is None:
        raise Misconfigured(
            "this is for SQLite; PostgreSQL has its own: pg_dump for a copy, and a base backup with"
            " archived WAL for going back to a point in time (docs/operating.md)"
        )
    return Path(path).resolve()


def copy(source: Path, target: Path, progress: Callable[[float], None]) -> None:
    """One consistent copy, into an empty file, of a database that may be written to meanwhile.

    It is on the disk at the end. By VACUUM INTO, which reads one snapshot: SQLite's step-by-step
    backup begins anew with every write of another process, and under load never ends. Raises
    `StoreFull` if there is no room. `progress` hears now and then which share is written.
    """
    whole = source.stat().st_size  # an estimate: the log may hold more, and what is free goes
    try:
        with contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as store:
            store.set_progress_handler(
                lambda: progress(min(0.99, target.stat().st_size / whole)), _STEPS
            )
            store.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        full = "full" in str(error)
        raise (StoreFull if full else Misconfigured)(f"cannot copy {source}: {error}") from error
    sync(target)
    progress(1.0)


def create_private(path: Path) -> None:
    """A new, empty file that only its owner may read."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


@contextlib.contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Tell others until the block ends that this file is in the making; the kernel does when the
    process is killed. It is no lock of SQLite's, and opens the file once for all."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_left(path: Path) -> bool:
    """Whether something is in it, and no process that lives is making it."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.fstat(file.fileno()).st_size > 0
    except (BlockingIOError, FileNotFoundError):  # it is being made, or has its name by now
        return False


def sync(path: Path) -> None:
    """Make a file's or a folder's content survive a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep all other processes from opening the database until the block ends.

    Raises `Misconfigured` while one has it open. A connection in WAL mode keeps a shared lock on
    the file's lock bytes as long as it lives, idle or not, Litestream's and a shell's too, and the
    kernel drops it with its process. We lock these bytes ourselves instead of asking SQLite: that
    works on a file too damaged to open, and changes nothing in it. Whoever opens and closes the
    file inside the block drops the lock (POSIX).
    """
    if not path.exists():
        yield
        return
    opened = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        try:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB, *_LOCK_BYTES)
        except OSError as error:  # EAGAIN or EACCES, by the system
            raise Misconfigured(f"a server or a tool has {path} open; stop it first") from error
        yield
    finally:
        os.close(opened)


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """What the system refuses, in one line: no room, no right, no such folder."""
    try:
        yield
    except OSError as error:
        full = error.errno == errno.ENOSPC
        what = f"{error.filename or 'the disk'}: {error.strerror}"
        raise (StoreFull if full else Misconfigured)(what) from error


def remove(path: Path) -> None:
    """Remove a database and what stands beside it."""
    for file in (path, *(path.with_name(path.name + end) for end in BESIDE)):
        file.unlink(missing_ok=True)


def put_in_place(part: Path, target: Path, aside: Path) -> None:
    """Give `part` the name `target`; what is there, with all that belongs to it, becomes `aside`.

    What stands beside a database goes even where the database itself is gone: SQLite would replay
    the old log into the new file. The name is never without a file in between, on which a server
    could start from nothing. The caller holds `target`.
    """
    there = target.exists()
    if there:
        aside.hardlink_to(target)
    for end in ("-wal", "-shm"):
        beside = target.with_name(target.name + end)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + end))
    if there:
        part.rename(target)
    else:
        target.hardlink_to(part)  # unlike a rename, refused if a server has made one meanwhile
    sync(target.parent)


def give_to_owner_of(path: Path, like: Path) -> None:
    """Restored by root, a database must still belong to the user that serves it."""
    if os.geteuid() == 0:
        known = like.stat()
        os.chown(path, known.st_uid, known.st_gid)


def copy_stopped(source: Path, target: Path) -> None:
    """Copy a database that nobody has open, byte for byte, with the log that a crash has left."""
    log = source.with_name(f"{source.name}-wal")
    if log.exists():
        with held(source):
            _copy_bytes(log, target.with_name(f"{target.name}-wal"))
            _copy_bytes(source, target)
    else:
        _copy_bytes(source, target)


def _copy_bytes(source: Path, target: Path) -> None:
    create_private(target)
    shutil.copyfile(source, target)
    sync(target)
