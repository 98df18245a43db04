"""Copies made under load, verified and rotated; restoring that overwrites nothing by accident."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from server.cli import backup
from server.core.upkeep.tombstones import Tombstones
from server.core.values.keys import Keys
from server.db import files, shared
from server.db.migrations import Migration, migrations
from server.db.tombstones_file import FileLog
from server.errors import Misconfigured
from tests.harness import product
from tests.harness.people.signers import STORED, names, sign, signer
from tests.harness.product import Server

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with product.running(tmp_path_factory.mktemp("backup") / "data") as server:
        stored(server, *range(30))
        yield server


def stored(server: Server, *numbers: int) -> None:
    """These people have signed, and were told so."""
    for number in numbers:
        assert STORED in sign(server, signer(number)).text


def restore(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`undersigned restore` with a data folder that has the demo's settings, and not the
    tombstones of the server that the copy is from."""
    command = ["restore", "--without-tombstones", *arguments]
    return subprocess.run(
        [sys.executable, "-m", "server", "--data", str(data), *command],
        cwd=product.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def prepared(
    server: Server, folder: Path, say: Callable[[str], None] = print
) -> backup.Preparation:
    """What `undersigned restore` hands over, with a log of tombstones in that folder."""
    keys = Keys((server.data / "secret.key").read_text().strip())
    kept = Tombstones(FileLog(folder / "some-tombstones"), keys, time.time, secrets.token_bytes)
    return backup.Preparation(
        now=0, keys=keys, pending_hours=72, tombstones=kept, without=True, say=say
    )


def share_key(server: Server, data: Path) -> None:
    """A new folder, for a server with the same key."""
    data.mkdir(mode=0o700)
    shutil.copy(server.data / "secret.key", data)


@pytest.fixture(scope="module")
def other(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of another server with the same key, which was stopped; one signature."""
    data = tmp_path_factory.mktemp("other") / "data"
    share_key(server, data)
    with product.running(data) as server:
        stored(server, 5000)
        assert server.stop() == 0
    return data


@pytest.fixture
def stopped(other: Path, tmp_path: Path) -> Path:
    """A data folder like the server's, of which nothing runs; with one signature of its own."""
    data = tmp_path / "data"
    shutil.copytree(other, data)
    settings = data / "demo.env"  # names the folder
    settings.write_text(settings.read_text().replace(str(other), str(data)))
    return data


def test_a_copy_made_while_people_sign_holds_all_who_were_acknowledged_before(
    server: Server, tmp_path: Path
) -> None:
    stop, signed = threading.Event(), []

    def go_on() -> None:
        for number in range(1000, 9000):
            if stop.is_set():
                return
            stored(server, number)
            signed.append(number)

    threads = [threading.Thread(target=go_on)]
    threads[0].start()
    product.eventually(lambda: len(signed) > 20)
    before = {signer(n) for n in signed}
    done = server.command("backup", "--to", str(tmp_path / "copies"))
    stop.set()
    threads[0].join()
    assert done.returncode == 0, done.stderr
    (copy,) = (tmp_path / "copies").iterdir()
    assert before <= set(names(copy))
    assert f"Verified: {copy}" in done.stdout
    assert "in all" in done.stdout
    assert "secret key is not in it" in done.stdout
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.parent.stat().st_mode & 0o777 == 0o700


def test_the_newest_copies_are_kept_and_nothing_else_is_touched(
    server: Server, tmp_path: Path
) -> None:
    other = tmp_path / "undersigned-notes.db"
    other.write_text("mine")
    made = []
    for _ in range(4):
        done = server.command("backup", "--to", str(tmp_path), "--keep", "2")
        assert done.returncode == 0, done.stderr
        (line,) = (s for s in done.stdout.splitlines() if s.startswith("Verified: "))
        made.append(Path(line.removeprefix("Verified: ").rpartition(" (")[0]))
    assert set(tmp_path.iterdir()) == {other, *made[-2:]}


def test_what_a_copy_left_that_was_killed_is_removed_by_the_next(
    server: Server, tmp_path: Path
) -> None:
    """Whoever takes a signature back afterwards would be in it for ever."""
    left, other = (tmp_path / f".undersigned-2026112{n}T091700Z.db.part" for n in (3, 4))
    for file in (left, left.with_name(f"{left.name}-journal"), other, tmp_path / ".mine.part"):
        file.write_bytes(b"Ana Diaz")
    with files.claimed(other):  # a copy that is being made
        assert server.command("backup", "--to", str(tmp_path)).returncode == 0
    [made] = tmp_path.glob("undersigned-*")
    assert {file.name for file in tmp_path.iterdir()} == {made.name, other.name, ".mine.part"}


def test_one_that_is_killed_in_the_middle_leaves_nothing_behind_the_next(
    server: Server, tmp_path: Path
) -> None:
    command = product.spawn(server.asked("backup", "--to", str(tmp_path)), tmp_path / "log")
    parts = partial(tmp_path.glob, ".undersigned-*.part")
    product.eventually(lambda: [p for p in parts() if p.exists()] or command.poll() == 0)
    command.kill()
    command.wait()
    assert server.command("backup", "--to", str(tmp_path)).returncode == 0
    assert [part for part in parts() if part.stat().st_size] == []


def test_a_damaged_source_makes_no_copy_and_removes_none(stopped: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    run = [sys.executable, "-m", "server", "--data", str(stopped), "backup", "--to", str(folder)]
    first = subprocess.run([*run, "--keep", "1"], cwd=product.ROOT, timeout=60)
    assert first.returncode == 0
    kept = list(folder.iterdir())
    with contextlib.closing(sqlite3.connect(stopped / "undersigned.db")) as store:
        store.execute("UPDATE counts SET n = n + 1")
        store.commit()
    again = subprocess.run(
        [*run, "--keep", "1"], cwd=product.ROOT, capture_output=True, text=True, timeout=60
    )
    assert again.returncode == 1
    assert "but the counter says" in again.stderr
    assert "Traceback" not in again.stderr
    assert list(folder.iterdir()) == kept


def test_no_room_for_the_copy_is_said_and_leaves_no_trace(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk (run as root)")
    try:
        done = server.command("backup", "--to", str(folder))
        assert done.returncode == 1
        assert "full" in done.stderr
        assert list(folder.iterdir()) == []
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_cron_makes_a_copy_from_an_empty_environment_and_hears_one_line(
    server: Server, tmp_path: Path
) -> None:
    """The line of docs/operating.md, with these places for those."""
    page = (product.ROOT / "docs" / "operating.md").read_text()
    line = next(one for one in page.splitlines() if one.startswith("17 * * * *"))
    settings = tmp_path / "settings"
    settings.write_text(f"UNDERSIGNED_DATABASE_URL=sqlite:///{server.store}\n")
    command = (
        line.partition("* * * * ")[2]
        .replace("/etc/undersigned/settings", str(settings))
        .replace("/opt/undersigned/bin/undersigned", f"{sys.executable} -m server")
        .replace("/backup/undersigned", str(tmp_path / "copies"))
    )
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=product.ROOT, env={}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
    [copy] = (tmp_path / "copies").iterdir()
    assert str(copy) in done.stdout


def test_a_copy_that_is_damaged_is_called_by_the_name_that_was_given(
    server: Server, tmp_path: Path
) -> None:
    given = tmp_path / "from-tuesday.db"
    given.write_bytes(b"no database" * 1000)
    with pytest.raises(Misconfigured) as said:
        backup.restore(
            given, tmp_path / "live.db", force=False, preparation=prepared(server, tmp_path)
        )
    assert str(said.value).startswith(f"{given} is no database of ours, or damaged: ")
    assert ".part" not in str(said.value)


def test_what_a_copy_left_beside_its_file_goes_with_the_next(
    server: Server, tmp_path: Path
) -> None:
    left = tmp_path / ".undersigned-20270115T080000Z.db.part-journal"
    left.write_bytes(b"x")
    assert server.command("backup", "--to", str(tmp_path)).returncode == 0
    assert not left.exists()


def test_litestream_copies_to_a_folder_that_is_named_as_one(server: Server) -> None:
    done = server.command("backup", "--litestream", "/replica/of ours")
    assert 'url: "file:///replica/of ours"' in done.stdout


def test_postgresql_is_sent_to_its_own_tools(server: Server) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server", "--data", str(server.data), "backup"],
        cwd=product.ROOT,
        env={
            "UNDERSIGNED_DATABASE_URL": "postgresql://nobody@/none",
            "UNDERSIGNED_SECRET_KEY": "k" * 40,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "pg_dump" in done.stderr


def backed_up(server: Server, folder: Path) -> Path:
    assert server.command("backup", "--to", str(folder)).returncode == 0
    (copy,) = folder.iterdir()
    return copy


def test_restoring_never_overwrites_by_accident(
    server: Server, stopped: Path, tmp_path: Path
) -> None:
    copy = backed_up(server, tmp_path / "copies")
    refused = restore(stopped, str(copy))
    assert refused.returncode == 1
    assert "is there already, with 1 signatures; --force keeps it" in refused.stderr
    assert names(stopped / "undersigned.db") == [signer(5000)]
    done = restore(stopped, str(copy), "--force")
    assert done.returncode == 0, done.stderr
    assert names(stopped / "undersigned.db") == names(copy)
    (aside,) = stopped.glob("undersigned.db.before-restore-*Z")
    assert names(aside) == [signer(5000)]
    assert (stopped / "undersigned.db").stat().st_mode & 0o777 == 0o600
    with product.running(stopped) as again:
        stored(again, 5001)
        assert again.command("check").returncode == 0


def test_restoring_under_a_running_server_is_refused(server: Server, tmp_path: Path) -> None:
    copy = backed_up(server, tmp_path)
    done = restore(server.data, str(copy), "--force")
    assert done.returncode == 1
    assert "stop it first" in done.stderr
    stored(server, 77)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            lambda f: f.write_bytes(b"not a database at all" * 100),
            "no database of ours, or damaged",
        ),
        (lambda f: f.write_bytes(f.read_bytes()[:20_000]), "damaged"),
        (lambda f: _sql(f, "INSERT INTO migrations VALUES (9999, 'later', 0)"), "newer version"),
        (lambda f: _sql(f, "DELETE FROM counts"), "damaged"),
        (lambda f: _sql(f, "DROP TABLE migrations"), "no database of ours"),
        (lambda f: f.unlink(), "there is no file"),
    ],
)
def test_a_copy_that_is_not_whole_is_refused_and_harms_nothing(
    server: Server, stopped: Path, tmp_path: Path, damage: object, words: str
) -> None:
    copy = backed_up(server, tmp_path / "copies")
    damage(copy)  # type: ignore[operator]
    done = restore(stopped, str(copy), "--force")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert names(stopped / "undersigned.db") == [signer(5000)]
    assert not list(stopped.glob("*before-restore*"))


def test_a_copy_is_kept_though_the_names_of_others_are_of_a_later_year(
    server: Server, tmp_path: Path
) -> None:
    for year in (2097, 2098, 2099):
        (tmp_path / f"undersigned-{year}0101T000000Z.db").touch()
    done = server.command("backup", "--to", str(tmp_path), "--keep", "2")
    assert done.returncode == 0, done.stderr
    made, other = sorted(f.name for f in tmp_path.iterdir())
    assert f"Verified: {tmp_path / made} " in done.stdout
    assert other == "undersigned-20990101T000000Z.db"


def test_copies_made_at_once_all_get_names_of_their_own(server: Server, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(server.command, "backup", "--to", str(tmp_path)) for _ in range(4)]
    assert [m.result().stderr for m in made] == [""] * 4
    assert [names(file) for file in tmp_path.iterdir()] == [names(server.store)] * 4


def test_a_folder_that_cannot_be_had_is_said_in_one_line(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = server.command("backup", "--to", str(tmp_path / "file" / "copies"))
    assert done.returncode == 1
    assert done.stderr == f"undersigned: {tmp_path / 'file' / 'copies'}: Not a directory\n"


def killed(server: Server, data: Path, *numbers: int) -> Path:
    """A database whose server was killed: its newest signatures are in the log beside it."""
    share_key(server, data)
    with product.running(data) as server:
        stored(server, *numbers)
        server.kill()
    assert (data / "undersigned.db-wal").stat().st_size > 0
    return data / "undersigned.db"


def test_a_database_left_by_a_crash_is_restored_with_the_log_beside_it(
    server: Server, stopped: Path, tmp_path: Path
) -> None:
    left = killed(server, tmp_path / "left", 1, 2, 3)
    done = restore(stopped, str(left), "--force")
    assert done.returncode == 0, done.stderr
    assert names(stopped / "undersigned.db") == [signer(n) for n in (1, 2, 3)]


def test_a_log_left_behind_never_enters_the_restored_database(
    server: Server, tmp_path: Path
) -> None:
    copy = backed_up(server, tmp_path / "copies")
    left = killed(server, tmp_path / "data", 1, 2, 3)
    left.unlink()  # and its log stays
    done = restore(left.parent, str(copy))
    assert done.returncode == 0, done.stderr
    assert names(left) == names(copy)
    with product.running(left.parent) as again:
        assert again.command("check").returncode == 0


def test_a_database_too_damaged_to_open_is_put_aside(
    server: Server, stopped: Path, tmp_path: Path
) -> None:
    copy = backed_up(server, tmp_path / "copies")
    damaged = b"no database at all " * 1000
    (stopped / "undersigned.db").write_bytes(damaged)
    refused = restore(stopped, str(copy))
    assert refused.returncode == 1
    assert "with what cannot be read as ours; --force keeps it" in refused.stderr
    done = restore(stopped, str(copy), "--force")
    assert done.returncode == 0, done.stderr
    (aside,) = stopped.glob("*.before-restore-*")
    assert aside.read_bytes() == damaged
    assert names(stopped / "undersigned.db") == names(copy)


def test_a_server_that_starts_during_the_restore_keeps_its_database(
    server: Server, stopped: Path, tmp_path: Path
) -> None:
    copy = backed_up(server, tmp_path / "copies")
    with contextlib.ExitStack() as starting:

        def say(_: str) -> None:
            starting.enter_context(product.running(stopped))

        target, ready = stopped / "undersigned.db", prepared(server, stopped, say)
        with pytest.raises(Misconfigured, match="stop it first"):
            backup.restore(copy, target, force=True, preparation=ready)
    assert names(stopped / "undersigned.db") == [signer(5000)]
    assert not list(stopped.glob("*.before-restore-*"))


def test_a_copy_of_an_older_version_is_brought_up_to_date_before_it_is_checked(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = backed_up(server, tmp_path / "copies")
    _sql(copy, "UPDATE counts SET n = n + 1")  # as if an older version had counted so
    later = Migration(999, "later", ("UPDATE counts SET n = n - 1",))
    monkeypatch.setattr(shared, "migrations", lambda engine: [*migrations(engine), later])
    restored = tmp_path / "restored.db"
    backup.restore(copy, restored, force=False, preparation=prepared(server, tmp_path))
    assert names(restored) == names(copy)


def test_a_long_copy_says_how_far_it_is(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[float] = []
    monkeypatch.setattr(files, "_STEPS", 1)
    source = server.store
    backup.backup(source, tmp_path, keep=1, now=0, progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 2
    assert shares[-1] == 1.0


def test_litestream_reads_the_configuration_that_we_print(server: Server, tmp_path: Path) -> None:
    source, restored = tmp_path / "one: two.db", tmp_path / "restored.db"
    backed_up(server, tmp_path / "copies").rename(source)
    config = tmp_path / "litestream.yml"
    config.write_text(backup.litestream(source, f"file://{tmp_path}/replica"))

    def litestream(command: str, *rest: str | Path) -> None:
        program: Path = Path(sys.executable).parent / "litestream"
        run = [program, command, "-config", config, *rest]
        done = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr

    litestream("replicate", "-once")
    litestream("restore", "-o", restored, source)
    assert names(restored) == names(server.store)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_restored_by_root_it_belongs_to_the_user_who_serves_it(
    server: Server, stopped: Path, tmp_path: Path
) -> None:
    copy = backed_up(server, tmp_path / "copies")
    os.chown(stopped / "undersigned.db", 65534, 65534)
    assert restore(stopped, str(copy), "--force").returncode == 0
    assert (stopped / "undersigned.db").stat().st_uid == 65534


def _sql(file: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as store:
        store.execute(statement)
        store.commit()


def test_what_is_due_to_be_erased_is_gone_after_a_restore_and_before_serving(
    server: Server, stopped: Path, tmp_path: Path
) -> None:
    done = server.command("sms", "simulate", "SIGN FACE Long Ago 59801")
    assert done.returncode == 0, done.stderr
    copy = backed_up(server, tmp_path / "copies")
    _sql(copy, f"UPDATE inbound SET received_at = {int(time.time()) - 31 * 86_400}")
    assert restore(stopped, str(copy), "--force").returncode == 0
    query = "SELECT count(*) FROM inbound WHERE sender IS NOT NULL OR body IS NOT NULL"
    with contextlib.closing(sqlite3.connect(stopped / "undersigned.db")) as store:
        assert store.execute(query).fetchone() == (0,)
    # However it was put back: a server erases before it answers anybody.
    shutil.copy(copy, stopped / "undersigned.db")
    tombstones = str(server.store) + "-tombstones"
    shutil.copy(server.data / "secret.key", stopped / "secret.key")
    with (
        product.running(stopped, serve=("serve", "--no-worker"), UNDERSIGNED_TOMBSTONES=tombstones),
        contextlib.closing(sqlite3.connect(stopped / "undersigned.db")) as store,
    ):
        assert store.execute(query).fetchone() == (0,)


def test_letters_that_waited_in_the_copy_are_not_sent_again(
    server: Server, stopped: Path, tmp_path: Path
) -> None:
    copy = backed_up(server, tmp_path / "copies")
    _sql(
        copy,
        "INSERT INTO letters (id, petition_id, signature_id, office, office_name, office_address,"
        " channel, state, language, subject, words, own_words, created_at, due_at, sender_key)"
        " SELECT 7, id, 7, 'named jo', 'Jo', 'jo@town.example', 'smtp', 'queued', 'en', 'Lake',"
        " 'Please act.', 11, 1, 1, x'01' FROM petitions LIMIT 1",
    )
    assert restore(stopped, str(copy), "--force").returncode == 0
    with contextlib.closing(sqlite3.connect(stopped / "undersigned.db")) as store:
        assert store.execute("SELECT state, why FROM letters").fetchall() == [
            ("uncertain", "restored")
        ]
