"""The log of tombstones as a file: a line for each record, in a form that shows where it is torn.

A crash, or the loss of power, can tear the end of what was being written, of which nothing was
acknowledged: the next record is written over it. A line that is damaged anywhere else is damage.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from server.db.tombstones import Head, Record, checked
from server.errors import Misconfigured, TombstonesAway

_BLOCK = 1 << 16  # bytes; the end of the file is looked for in so many, then in more
_CHECK = 16  # hexadecimal digits of SHA-256 at the end of a line
_KIND = "undersigned tombstones"
Result = TypeVar("Result")


class FileLog:
    """`Log` as a file that only its owner may read. Other processes may write it too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.place = str(path)

    async def head(self) -> Head | None:
        return await self._do(self._head)

    async def begin(self, log: str, proof: str) -> None:
        await self._do(self._begin, log, proof)

    async def append(self, log: str, record: Record) -> None:
        await self._do(self._append, log, record)

    async def read(self, after: int, *, damaged: bool = False) -> list[Record]:
        return await self._do(self._read, after, damaged)

    async def drop(self, before: int) -> None:
        await self._do(self._drop, before)

    async def put_aside(self, now: int) -> str | None:
        return await self._do(self._put_aside, now)

    async def close(self) -> None:
        """Nothing stays open: it is written to too rarely."""

    async def _do(self, step: Callable[..., Result], *arguments: Any) -> Result:
        """One step on a thread, since disks block."""
        try:
            return await asyncio.to_thread(step, *arguments)
        except OSError as error:
            raise TombstonesAway(f"{error.filename or self._path}: {error.strerror}") from error

    def _head(self) -> Head | None:
        with contextlib.suppress(FileNotFoundError), self._path.open("rb") as file:
            return self._head_of(file)[0]
        return None

    def _head_of(self, file: BinaryIO) -> tuple[Head, int]:
        """The head, and where the last whole line ends."""
        file.seek(0)
        first = _parsed(file.readline())
        if not isinstance(first, dict) or first.get("kind") != _KIND:
            raise Misconfigured(f"{self._path} holds no tombstones, or its first line is damaged")
        last, end = _last(file)
        after = first["after"]
        head = Head(first["log"], first["proof"], after, after if last == first else last[0])
        return head, end

    def _begin(self, log: str, proof: str) -> None:
        part = self._path.with_name(f".{self._path.name}.{log}")
        _write_new(part, [_first(log, proof, 0)], self._path.parent.stat())
        with contextlib.suppress(FileExistsError):  # another process was faster
            self._path.hardlink_to(part)
        part.unlink()
        _sync(self._path.parent)

    def _append(self, log: str, record: Record) -> None:
        with self._held() as file:
            head, end = self._head_of(file)
            if (head.log, head.last) != (log, record.n - 1):
                raise TombstonesAway(f"{self._path} is not what it was a moment ago")
            try:
                file.truncate(end)  # what a crash has torn
                file.seek(end)
                _write(file, _line([record.n, record.at, record.notes]))
                os.fsync(file.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    file.truncate(end)
                raise

    def _read(self, after: int, damaged: bool) -> list[Record]:
        lines = self._path.read_bytes().splitlines(keepends=True)
        said = [_parsed(line) for line in lines]
        while said[-1:] == [None]:  # torn by a crash
            said.pop()
        if not damaged and None in said:
            raise Misconfigured(f"line {said.index(None) + 1} of {self._path} is damaged")
        records = [Record(*values) for values in said[1:] if values is not None]
        if not damaged and said:
            checked(records, said[0]["after"], said[0]["after"] + len(said) - 1, self.place)
        return [record for record in records if record.n > after]

    def _drop(self, before: int) -> None:
        with self._path.open("rb") as file:
            _, oldest = file.readline(), _parsed(file.readline())
        if oldest is None or oldest[1] >= before:
            return
        with self._held() as file:
            head, end = self._head_of(file)
            file.seek(0)
            lines = file.read(end).splitlines(keepends=True)[1:]
            said = (_parsed(line) for line in lines)
            old = sum(1 for _ in takewhile(lambda r: r is not None and r[1] < before, said))
            part = self._path.with_name(f".{self._path.name}.part")
            part.unlink(missing_ok=True)
            first = _first(head.log, head.proof, head.after + old)
            _write_new(part, [first, *lines[old:]], self._path.stat())
            part.rename(self._path)  # who waits for the old file takes the new one then
            _sync(self._path.parent)

    def _put_aside(self, now: int) -> str | None:
        if not self._path.exists():
            return None
        aside = self._path.with_name(f"{self._path.name}.until-{now}")
        others = (aside.with_name(f"{aside.name}-{number:02}") for number in count(1))
        free = next(p for p in chain([aside], others) if not p.exists())
        self._path.rename(free)
        _sync(self._path.parent)
        return str(free)

    @contextlib.contextmanager
    def _held(self) -> Iterator[Any]:
        """The file, which no other process changes until the block ends."""
        while True:
            with self._path.open("r+b", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                # Dropping gives the name to a new file.
                if os.path.samestat(os.fstat(file.fileno()), self._path.stat()):
                    yield file
                    return


def _first(log: str, proof: str, after: int) -> bytes:
    return _line({"kind": _KIND, "log": log, "proof": proof, "after": after})


def _line(said: object) -> bytes:
    body = json.dumps(said, separators=(",", ":")).encode()
    return b"%s %s\n" % (body, _checksum(body))


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:_CHECK].encode()


def _parsed(line: bytes) -> Any:
    """What a line says; None for one that is not whole."""
    body, _, check = line.rpartition(b" ")
    return json.loads(body) if check == _checksum(body) + b"\n" else None


def _last(file: BinaryIO) -> tuple[Any, int]:
    """What the last whole line says, and where it ends. The first one is whole."""
    whole = file.seek(0, os.SEEK_END)
    size = _BLOCK
    while True:
        start, end = max(0, whole - size), whole
        file.seek(start)
        lines = file.read(end - start).splitlines(keepends=True)
        for line in reversed(lines):  # the first of them may be cut, and is not whole then
            if (said := _parsed(line)) is not None:
                return said, end
            end -= len(line)
        size *= 4


def _write(file: Any, data: bytes) -> None:
    while data:
        data = data[file.write(data) :]


def _write_new(path: Path, lines: list[bytes], like: os.stat_result) -> None:
    """A new file with these lines, on the disk. Made by root, it belongs to whom `like` does."""
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb", buffering=0) as file:
        if os.geteuid() == 0:
            os.fchown(opened, like.st_uid, like.st_gid)
        _write(file, b"".join(lines))
        os.fsync(opened)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
