"""The machine is gone, with all its data, and comes back from what was kept elsewhere: drills.

People sign at a steady rate; the whole server is killed with SIGKILL and its data removed. Then the
data is put back, the server started, and the page asked for. `undersigned check` must be content
each time, and whoever was acknowledged before the last copy began, or before the replica had caught
up, must be there; but nobody who has taken it back since. The tests make each drill once,
`bench.recovery` often, to print what it costs.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness import product
from tests.harness.databases.postgres import ARCHIVED, Cluster, cluster
from tests.harness.people.signers import STORED, letters, names, sign, signer
from tests.harness.product import Server

SETTLE_SECONDS = 4.0  # of signing before the loss
DATABASE = "undersigned.db"
#: People who sign by text, and take it back.
LEAVERS = {f"Leaver {letters(n).capitalize()}": f"+1406555{n:04}" for n in range(200, 205)}


@dataclass
class Crowd:
    """People who sign one after the other until told to stop; who was acknowledged, and when."""

    server: Server
    rate: float
    place: Path | str  # of the store: as `names` takes it
    acknowledged: dict[str, float] = field(default_factory=dict)
    promised: frozenset[str] = frozenset()  # acknowledged before something was kept elsewhere
    gone: frozenset[str] = frozenset()  # have taken it back after that
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def signing(self) -> Iterator[None]:
        thread = threading.Thread(target=self._go_on)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def promise(self) -> None:
        """What is acknowledged by now is about to be kept elsewhere, and must be there later."""
        for name, phone in LEAVERS.items():
            assert name in self.server.text(f"SIGN FACE {name} 59801", phone)
        assert LEAVERS.keys() <= set(names(self.place))
        self.promised = frozenset(self.acknowledged)

    def leave(self) -> None:
        """Those of `LEAVERS` take it back, now that it is kept elsewhere."""
        for name, phone in LEAVERS.items():
            assert name in self.server.text("REMOVE ME", phone)
        self.gone = frozenset(LEAVERS)

    def _go_on(self) -> None:
        for number in range(10_000_000):
            with contextlib.suppress(OSError):
                if STORED in sign(self.server, signer(number)).text:
                    self.acknowledged[signer(number)] = time.monotonic()
            if self._stop.wait(1 / self.rate):
                return


@dataclass
class Loss:
    """What one drill found."""

    acknowledged: int
    promised: int
    broken: int  # promised, and not there
    lost: int
    seconds_lost: float
    seconds_away: float  # from the loss of the machine to the first page
    gaps: int  # signings that are there although older ones are not
    revived: int  # taken back, and there again, or texted again


def lose(server: Server) -> None:
    """The machine is gone: every process killed, and all that stood in the data folder's files."""
    server.kill()
    for file in server.data.glob(f"{DATABASE}*"):
        file.unlink()


def compare(crowd: Crowd, there: set[str], texted: set[str], killed: float, back: float) -> Loss:
    lost = [at for name, at in crowd.acknowledged.items() if name not in there]
    kept = [at for name, at in crowd.acknowledged.items() if name in there]
    return Loss(
        acknowledged=len(crowd.acknowledged),
        promised=len(crowd.promised),
        broken=len(crowd.promised - there),
        lost=len(lost),
        seconds_lost=killed - min(lost) if lost else 0.0,
        seconds_away=back - killed,
        gaps=sum(at > min(lost) for at in kept) if lost else 0,
        revived=len(crowd.gone & (there | texted)),
    )


def come_back(data: Path, crowd: Crowd, killed: float, **environment: str) -> Loss:
    """Serve what was put back, and see what is in it."""
    with product.running(data, **environment) as server:
        assert server.get("/p/face").status == 200
        back = time.monotonic()
        done = server.command("check")
        assert done.returncode == 0, done.stderr
        there = names(environment.get("UNDERSIGNED_DATABASE_URL", server.store))
        texted = {name for name, phone in LEAVERS.items() if server.text("HELP", phone)}
        return compare(crowd, set(there), texted, killed, back)


def from_backup(folder: Path, rate: float) -> Loss:
    """A copy made in the middle, by `undersigned backup`."""
    data, copies = folder / "data", folder / "copies"
    with product.running(data, **elsewhere(folder)) as server:
        crowd = Crowd(server, rate, server.store)
        with crowd.signing():
            time.sleep(SETTLE_SECONDS / 2)
            crowd.promise()
            assert server.command("backup", "--to", str(copies)).returncode == 0
            crowd.leave()
            time.sleep(SETTLE_SECONDS / 2)
            killed = time.monotonic()
            lose(server)
    (copy,) = copies.iterdir()
    done = server.command("restore", str(copy))
    assert done.returncode == 0, done.stderr
    return come_back(data, crowd, killed, **elsewhere(folder))


def elsewhere(folder: Path) -> dict[str, str]:
    """The tombstones are on another disk than the data."""
    return {"UNDERSIGNED_TOMBSTONES": str(folder / "tombstones")}


def from_litestream(folder: Path, rate: float) -> Loss:
    """Litestream running beside the server, with the configuration that we print for it."""
    data, restored = folder / "data", folder / "restored.db"
    config, litestream = folder / "litestream.yml", Path(sys.executable).parent / "litestream"
    with product.running(data, **elsewhere(folder)) as server:
        printed = server.command("backup", "--litestream", f"file://{folder / 'replica'}")
        # The socket is for the drill alone: through it we learn when the replica has caught up.
        socket = folder / "socket"
        config.write_text(f"{printed.stdout}socket:\n  enabled: true\n  path: {socket}\n")
        with (folder / "litestream.log").open("wb") as log:
            command = [str(litestream), "replicate", "-config", str(config)]
            beside = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            crowd = Crowd(server, rate, server.store)
            with crowd.signing():
                time.sleep(SETTLE_SECONDS / 2)
                crowd.promise()
                where = ["-socket", str(socket), str(data / DATABASE)]
                _run(litestream, "sync", "-wait", *where)
                crowd.leave()
                time.sleep(SETTLE_SECONDS / 2)
                killed = time.monotonic()
                beside.kill()  # on the same machine, so it goes too
                lose(server)
        finally:
            beside.kill()
            beside.wait()
    _run(litestream, "restore", "-config", str(config), "-o", str(restored), str(data / DATABASE))
    done = server.command("restore", str(restored))
    assert done.returncode == 0, done.stderr
    return come_back(data, crowd, killed, **elsewhere(folder))


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def from_dump(folder: Path, rate: float) -> Loss:
    """PostgreSQL: pg_dump in the middle, restored into a new database. The tombstones are in a
    second one, of another server."""
    with cluster("") as store, cluster() as other:
        elsewhere = {"UNDERSIGNED_TOMBSTONES": other.url("postgres")}
        settings = {"UNDERSIGNED_DATABASE_URL": store.url("first"), **elsewhere}
        store.run("createdb", "-h", str(store.folder), "-U", "tester", "first")
        data = folder / "data"
        with product.running(data, **settings) as server:
            crowd = Crowd(server, rate, store.url("first"))
            with crowd.signing():
                time.sleep(SETTLE_SECONDS / 2)
                crowd.promise()
                dump = store.folder / "first.dump"
                store.run("pg_dump", "-Fc", "-f", str(dump), "-d", store.url("first"))
                crowd.leave()
                time.sleep(SETTLE_SECONDS / 2)
                killed = time.monotonic()
                server.kill()
        store.run("dropdb", "-h", str(store.folder), "-U", "tester", "first")
        store.run("createdb", "-h", str(store.folder), "-U", "tester", "again")
        store.run("pg_restore", "-d", store.url("again"), "--exit-on-error", str(dump))
        settings["UNDERSIGNED_DATABASE_URL"] = store.url("again")
        return come_back(data, crowd, killed, **settings)


@contextlib.contextmanager
def based(folder: Path, options: str, rate: float) -> Iterator[tuple[Cluster, Server, Crowd, Path]]:
    """A PostgreSQL under load, and a base backup of it that was taken meanwhile.

    Without archiving in its options, its log is received, from before the backup on: else a part
    between the two could be missing.
    """
    with cluster(options) as store, contextlib.ExitStack() as beside:
        store.make_folder("archive")
        if options != ARCHIVED:
            beside.enter_context(store.receiving())
        store.run("createdb", "-h", str(store.folder), "-U", "tester", "first")
        base, where = store.folder / "base", ["-h", str(store.folder), "-U", "tester"]
        settings = {"UNDERSIGNED_DATABASE_URL": store.url("first"), **elsewhere(folder)}
        with product.running(folder / "data", **settings) as server:
            crowd = Crowd(server, rate, store.url("first"))
            with crowd.signing():
                time.sleep(SETTLE_SECONDS / 4)
                store.run("pg_basebackup", *where, "-c", "fast", "-D", str(base))
                yield store, server, crowd, base
                server.kill()


def from_archive(folder: Path, rate: float) -> Loss:
    """PostgreSQL: a base backup and the archived log, replayed to its end on a new server."""
    with based(folder, ARCHIVED, rate) as (store, server, crowd, base):
        crowd.promise()
        store.archive_now()
        crowd.leave()
        time.sleep(SETTLE_SECONDS / 2)
        return _recovered(store, server, crowd, base)


def from_stream(folder: Path, rate: float) -> Loss:
    """PostgreSQL: a base backup and the log that pg_receivewal writes down as it comes."""
    with based(folder, "", rate) as (store, server, crowd, base):
        crowd.promise()
        store.stream_now()
        crowd.leave()
        time.sleep(SETTLE_SECONDS / 2)
        return _recovered(store, server, crowd, base)


def _recovered(store: Cluster, server: Server, crowd: Crowd, base: Path) -> Loss:
    killed = time.monotonic()
    store.destroy()
    server.kill()
    store.recover(base)
    settings = {"UNDERSIGNED_DATABASE_URL": store.url("first"), **elsewhere(server.data.parent)}
    return come_back(server.data, crowd, killed, **settings)


DRILLS: dict[str, Callable[[Path, float], Loss]] = {
    "SQLite, last `undersigned backup`": from_backup,
    "SQLite, Litestream": from_litestream,
    "PostgreSQL, last pg_dump": from_dump,
    "PostgreSQL, base backup and archived log": from_archive,
    "PostgreSQL, base backup and pg_receivewal": from_stream,
}
