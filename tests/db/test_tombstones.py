"""The log outside the database: in a file, and in a second database."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.db import tombstones_file
from server.db.tombstones import Head, Log, Record, log_at
from server.db.tombstones_database import DatabaseLog
from server.db.tombstones_file import FileLog
from server.errors import Misconfigured, TombstonesAway
from tests.harness import product
from tests.harness.databases.postgres import Cluster

NOTES: list[list[int | str]] = [["withdrawn", 1, "ab12"], ["stopped", "cd34"]]


def record(n: int, at: int = 0) -> Record:
    return Record(n, at or n * 10, NOTES)


@pytest.fixture(params=["file", "database"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Log]:
    if request.param == "file":
        place = str(tmp_path / "tombstones")
    else:
        made: Cluster = request.getfixturevalue("postgres")
        place = await made.create()
    log = log_at(place)
    yield log
    await log.close()


@pytest.fixture
async def file(tmp_path: Path) -> FileLog:
    """A log with three records."""
    log = FileLog(tmp_path / "tombstones")
    await log.begin("one", "proof")
    for n in (1, 2, 3):
        await log.append("one", record(n))
    return log


async def test_records_come_back_as_they_were_added(log: Log) -> None:
    assert await log.head() is None
    await log.begin("one", "proof")
    assert await log.head() == Head("one", "proof", 0, 0)
    for n in (1, 2, 3):
        await log.append("one", record(n))
    assert await log.head() == Head("one", "proof", 0, 3)
    assert await log.read(0) == [record(1), record(2), record(3)]
    assert await log.read(2) == [record(3)]
    assert await log.read(3) == []


async def test_a_log_that_has_begun_begins_no_second_time(log: Log) -> None:
    await log.begin("one", "proof")
    await log.append("one", record(1))
    await log.begin("two", "other")
    assert await log.head() == Head("one", "proof", 0, 1)


@pytest.mark.parametrize(("name", "n"), [("two", 2), ("one", 1), ("one", 3)])
async def test_only_the_next_record_of_the_same_log_is_taken(log: Log, name: str, n: int) -> None:
    await log.begin("one", "proof")
    await log.append("one", record(1))
    with pytest.raises(TombstonesAway, match="not what it was"):
        await log.append(name, record(n))
    assert await log.read(0) == [record(1)]


async def test_the_oldest_records_are_dropped_and_the_numbers_go_on(log: Log) -> None:
    await log.begin("one", "proof")
    for n, at in ((1, 10), (2, 30), (3, 20), (4, 40)):
        await log.append("one", record(n, at))
    await log.drop(10)
    assert await log.head() == Head("one", "proof", 0, 4)
    await log.drop(25)  # the third is older, but behind one that is not
    assert await log.head() == Head("one", "proof", 1, 4)
    assert await log.read(0) == [record(2, 30), record(3, 20), record(4, 40)]
    await log.drop(1000)
    assert await log.head() == Head("one", "proof", 4, 4)
    assert await log.read(4) == []
    await log.append("one", record(5))
    assert await log.head() == Head("one", "proof", 4, 5)
    assert await log.read(4) == [record(5)]


async def test_a_log_is_put_aside_for_another_and_stays(log: Log, tmp_path: Path) -> None:
    assert await log.put_aside(7) is None
    said: str | None = None
    for name in ("one", "two"):
        await log.begin(name, "proof")
        await log.append(name, record(1))
        said = await log.put_aside(7)
        assert await log.head() is None
    assert said
    if isinstance(log, FileLog):
        names = {f.name for f in tmp_path.iterdir()}
        assert names == {"tombstones.until-7", "tombstones.until-7-01"}
        assert (await FileLog(Path(said)).head()) == Head("two", "proof", 0, 1)


# A second database.


async def test_a_database_that_is_away_is_said_to_be_and_not_tried_again_at_once() -> None:
    log = DatabaseLog("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(TombstonesAway, match="cannot reach PostgreSQL"):
        await log.head()
    with pytest.raises(TombstonesAway, match=r"is away$"):
        await log.append("one", record(1))


async def test_records_missing_in_a_database_are_noticed(postgres: Cluster) -> None:
    url = await postgres.create()
    log = DatabaseLog(url)
    await log.begin("one", "proof")
    for n in (1, 2, 3):
        await log.append("one", record(n))
    postgres.run("psql", "-d", url, "-c", "DELETE FROM tombstones WHERE n = 2")
    with pytest.raises(Misconfigured, match="are missing"):
        await log.read(0)
    assert await log.read(0, damaged=True) == [record(1), record(3)]
    assert await log.read(2) == [record(3)]
    await log.close()


# A file.


async def test_only_its_owner_may_read_the_file_also_after_dropping(file: FileLog) -> None:
    path = Path(file.place)
    assert path.stat().st_mode & 0o777 == 0o600
    await file.drop(15)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
async def test_made_by_root_it_belongs_to_the_user_who_serves(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    log = FileLog(tmp_path / "tombstones")
    await log.begin("one", "proof")
    for n in (1, 2):
        await log.append("one", record(n))
    await log.drop(15)
    assert Path(log.place).stat().st_uid == 65534


async def test_a_record_is_on_the_disk_before_it_is_acknowledged(
    file: FileLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(file.place).read_bytes()))
    await file.append("one", record(4))
    assert [s.count(b"\n") for s in synced] == [5]  # one sync for one record, with all of it there


@pytest.mark.parametrize("torn", range(1, 60, 7))
async def test_a_line_torn_by_a_crash_is_ignored_and_written_over(file: FileLog, torn: int) -> None:
    path = Path(file.place)
    path.write_bytes(path.read_bytes()[:-torn])
    assert await file.head() == Head("one", "proof", 0, 2)
    assert await file.read(0) == [record(1), record(2)]
    await file.append("one", record(3))
    assert await file.read(0) == [record(1), record(2), record(3)]


@pytest.mark.parametrize("rubbish", [b"\x00" * 5000, b"[3,30", b"\n\n", b"{}\nx\ry\n", b"\xff" * 9])
async def test_what_a_power_cut_leaves_at_the_end_is_ignored_and_written_over(
    file: FileLog, rubbish: bytes
) -> None:
    path = Path(file.place)
    path.write_bytes(path.read_bytes() + rubbish)
    assert await file.head() == Head("one", "proof", 0, 3)
    assert len(await file.read(0)) == 3
    await file.append("one", record(4))
    assert await file.read(0) == [record(n) for n in (1, 2, 3, 4)]


async def test_damage_in_the_middle_is_no_torn_end(file: FileLog) -> None:
    path = Path(file.place)
    path.write_bytes(path.read_bytes().replace(b"[2,20", b"[2,21"))
    with pytest.raises(Misconfigured, match=r"line 3 of .* is damaged"):
        await file.read(0)
    assert await file.read(0, damaged=True) == [record(1), record(3)]


async def test_a_line_that_is_missing_is_noticed(file: FileLog) -> None:
    path = Path(file.place)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))
    with pytest.raises(Misconfigured, match="are missing"):
        await file.read(0)


@pytest.mark.parametrize("content", [b"", b"a letter to my mother\n", b"\x00" * 100])
async def test_another_file_is_not_taken_for_one_and_not_touched(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "tombstones"
    path.write_bytes(content)
    log = FileLog(path)
    with pytest.raises(Misconfigured, match="holds no tombstones"):
        await log.head()
    with pytest.raises(Misconfigured, match="holds no tombstones"):
        await log.append("one", record(1))
    assert path.read_bytes() == content


async def test_records_longer_than_what_is_read_at_once_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tombstones_file, "_BLOCK", 16)
    log = FileLog(tmp_path / "tombstones")
    await log.begin("one", "proof")
    assert await log.head() == Head("one", "proof", 0, 0)
    await log.append("one", record(1))
    await log.append("one", Record(2, 20, NOTES * 100))
    assert await log.head() == Head("one", "proof", 0, 2)


async def test_a_disk_that_fails_leaves_the_file_as_it_was(
    file: FileLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(TombstonesAway, match="Input/output error"):
            await file.append("one", record(4))
    assert await file.head() == Head("one", "proof", 0, 3)
    await file.append("one", record(4))
    assert len(await file.read(0)) == 4


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    log = FileLog(tmp_path / "nowhere" / "tombstones")
    assert await log.head() is None
    with pytest.raises(TombstonesAway, match="No such file or directory"):
        await log.begin("one", "proof")


_WRITER = """
import asyncio, sys
from pathlib import Path
from server.db.tombstones import Record
from server.db.tombstones_file import FileLog
from server.errors import TombstonesAway

async def go():
    log = FileLog(Path(sys.argv[1]))
    await log.begin(sys.argv[2], "proof")
    done = 0
    while done < 40:
        head = await log.head()
        try:
            await log.append(head.log, Record(head.last + 1, head.last + 1, [[sys.argv[2]]]))
            done += 1
        except TombstonesAway:
            continue  # another process was faster
        if done % 10 == 0:
            await log.drop(head.last - 30)

asyncio.run(go())
"""


@pytest.mark.timeout(120)
async def test_processes_that_add_and_drop_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tombstones"
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(path), name], cwd=product.ROOT)
        for name in ("a", "b", "c")
    ]
    assert [await asyncio.to_thread(w.wait) for w in writers] == [0, 0, 0]
    log = FileLog(path)
    head = await log.head()
    assert head
    assert head.last == 120
    assert [r.n for r in await log.read(head.after)] == list(range(head.after + 1, 121))
    assert head.after > 0
