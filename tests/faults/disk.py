"""A disk that remembers: every write, truncation, sync, creation and deletion in order.

The product's own engine runs on it. apsw lets file functions of ours stand below SQLite (a VFS);
`connector` gives its connections the few methods that aiosqlite calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
from pysqlite3 import dbapi2 as pysqlite3

BUSY_MILLISECONDS = 5000
_KEPT_FILES = apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL
_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL


@dataclass(frozen=True, slots=True)
class Create:
    """A name in the folder points to a new, empty file."""

    name: str
    file: int


@dataclass(frozen=True, slots=True)
class Delete:
    name: str


@dataclass(frozen=True, slots=True)
class Write:
    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    file: int


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """The names themselves are on the disk."""


@dataclass(frozen=True, slots=True)
class Mark:
    """No event of the disk: from here on, `name` has been told `state`."""

    name: str
    state: str


Event = Create | Delete | Write | Truncate | Sync | SyncFolder | Mark


@dataclass(slots=True)
class Trace:
    """What happened to the files of one folder, since they were `images`."""

    images: Mapping[str, bytes] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    _files: dict[str, int] = field(default_factory=dict)
    _made: int = 0

    def __post_init__(self) -> None:
        self._files = {name: number for number, name in enumerate(self.images)}
        self._made = len(self._files)

    def add(self, event: Event) -> None:
        self.events.append(event)

    def opened(self, name: str) -> int:
        """The number of the file that the name stands for."""
        if name not in self._files:
            self._files[name] = self._made
            self._made += 1
            self.add(Create(name, self._files[name]))
        return self._files[name]

    def deleted(self, name: str) -> None:
        if self._files.pop(name, None) is not None:
            self.add(Delete(name))


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        self._file = disk.trace.opened(_base(name))
        # As SQLite does on Unix: the first sync of a journal makes its name durable as well.
        self._name_unsynced = bool(flags[0] & _JOURNALS and flags[0] & apsw.SQLITE_OPEN_CREATE)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802 (SQLite's name)
        super().xWrite(data, offset)
        self._disk.trace.add(Write(self._file, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self._disk.trace.add(Truncate(self._file, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        # The real files lie in memory: there is nothing to sync but the record.
        self._disk.on_sync()
        if self._disk.lies:
            return
        self._disk.trace.add(Sync(self._file))
        if self._name_unsynced:
            self._disk.trace.add(SyncFolder())
            self._name_unsynced = False


class Disk(apsw.VFS):
    """Where SQLite's files go. `lies`: it says that it has synced and has not."""

    def __init__(
        self, trace: Trace, *, lies: bool = False, on_sync: Callable[[], None] = lambda: None
    ) -> None:
        self.name = f"disk-{id(self)}"
        super().__init__(self.name, "")
        self.trace, self.lies, self.on_sync = trace, lies, on_sync

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        if name is None or not flags[0] & _KEPT_FILES:
            return super().xOpen(name, flags)
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        self.trace.deleted(Path(filename).name)
        if syncdir and not self.lies:
            self.trace.add(SyncFolder())


def _base(name: Any) -> str:
    return Path(name.filename() if isinstance(name, apsw.URIFilename) else name).name


def connector(disk: Disk, instead: Mapping[str, str] | None = None) -> Callable[[str], Connection]:
    """For `SQLite.open`: connections on that disk, with some statements run `instead` of others."""
    return lambda path: Connection(path, disk, instead or {})


class Row(dict[str, Any]):
    """As the product's rows: by name, or as a tuple."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())


@dataclass(frozen=True, slots=True)
class _Rows:
    rows: list[Row]

    def fetchall(self) -> list[Row]:
        return self.rows

    def fetchone(self) -> Row | None:
        return self.rows[0] if self.rows else None


class Connection:
    """apsw's connection, with what aiosqlite calls of a DB-API one."""

    row_factory: Any = None  # its rows answer by name in any case

    def __init__(self, path: str, disk: Disk, instead: Mapping[str, str]) -> None:
        self._instead = instead
        with _as_dbapi():
            self._connection = apsw.Connection(path, vfs=disk.name)
            self._connection.set_busy_timeout(BUSY_MILLISECONDS)
            self._connection.row_trace = _row

    def execute(self, sql: str, values: Any = ()) -> _Rows:
        with _as_dbapi():
            cursor = self._connection.execute(self._instead.get(sql, sql), values or None)
            return _Rows(list(cursor))

    def rollback(self) -> None:
        if self._connection.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        with _as_dbapi():
            self._connection.close()


def _row(cursor: Any, values: Any) -> Row:
    return Row(zip((column[0] for column in cursor.get_description()), values, strict=True))


@contextmanager
def _as_dbapi() -> Iterator[None]:
    """apsw's errors, as the product knows them from its own driver."""
    try:
        yield
    except apsw.Error as error:
        kind = pysqlite3.OperationalError
        if isinstance(error, apsw.ConstraintError):
            kind = pysqlite3.IntegrityError
        elif isinstance(error, apsw.CorruptError | apsw.NotADBError):
            kind = pysqlite3.DatabaseError
        translated = kind(str(error))
        names = apsw.mapping_extended_result_codes | apsw.mapping_result_codes
        translated.sqlite_errorname = names.get(getattr(error, "extendedresult", 0), "")
        raise translated from error
