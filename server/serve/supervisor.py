"""`undersigned serve --workers N`: several processes on one port; a restart refuses nobody.

The ports are this process's own and outlive every child: what connects while a child is replaced
waits in the port's queue. A child that dies is started anew. SIGHUP starts new children, which load
the program as it is installed now, and ends each old one once its successor serves; a successor
that cannot start is given up, and the old one serves on. SIGTERM and SIGINT end them all in order.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

END_SECONDS = 25  # longer than a child takes to answer what is under way
DELAYS = (0.0, 0.2, 1.0, 5.0)  # seconds before the next start, by how many have failed in a row
HOPELESS = 5  # failures in a row, none having served
READY = b"r"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # as prometheus_client names it

#: The command line of a child, from its number, its port's descriptor and that of its line to us.
Command = Callable[[int, int, int], Sequence[str]]
log = logging.getLogger(__name__)


@dataclass(eq=False)
class Child:
    """One process. `line` brings `READY` once it serves, and tells it by its end if we are gone."""

    process: subprocess.Popen[bytes]
    line: socket.socket
    ready: bool = False


@dataclass(eq=False)
class Slot:
    """A port and the process behind it, and the one that is to take its place."""

    number: int
    port: socket.socket
    current: Child | None = None
    successor: Child | None = None
    failures: int = 0
    start_at: float = 0.0


class Supervisor:
    """Keeps one child for each port; `run` returns when all have ended."""

    def __init__(self, ports: Sequence[socket.socket], command: Command) -> None:
        self._slots = [Slot(number, port) for number, port in enumerate(ports)]
        self._command = command
        self._retired: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._asked: set[int] = set()  # signals that came
        self._deadline: float | None = None  # when ending, by when
        self._hopeless = False
        self._environment: dict[str, str] = {}

    def run(self) -> int:
        """0 after a signal to end; 1 if no child can be kept alive."""
        with self._signals(), tempfile.TemporaryDirectory(prefix="undersigned-") as folder:
            # Where the children count what `/metrics` shows, so that any of them answers for all.
            self._environment = {**os.environ, FOLDER: folder}
            while self._deadline is None or self._children():
                for key, _ in self._selector.select(timeout=0.2):
                    key.data()
                self._obey()
                self._reap()
                if self._deadline is None:
                    self._fill()
                elif time.monotonic() > self._deadline:
                    for child in self._children():
                        child.process.kill()
        return int(self._hopeless)

    def _fill(self) -> None:
        """Start what is missing and due."""
        for slot in self._slots:
            if slot.current is None and time.monotonic() >= slot.start_at:
                slot.current = self._start(slot)

    def _start(self, slot: Slot) -> Child:
        ours, theirs = socket.socketpair()
        passed = (slot.port.fileno(), theirs.fileno())
        process = subprocess.Popen(  # noqa: S603 (our own program)
            self._command(slot.number, *passed), pass_fds=passed, env=self._environment
        )
        theirs.close()
        child = Child(process, ours)
        self._selector.register(ours, selectors.EVENT_READ, lambda: self._heard(slot, child))
        return child

    def _heard(self, slot: Slot, child: Child) -> None:
        if child.line.recv(1) != READY:
            self._selector.unregister(child.line)  # it is ending, and will be reaped
            return
        child.ready, slot.failures = True, 0
        if child is slot.successor:
            if slot.current:
                slot.current.process.terminate()
                self._retired.append(slot.current)
            slot.current, slot.successor = child, None

    def _obey(self) -> None:
        asked, self._asked = self._asked, set()
        if asked & {signal.SIGTERM, signal.SIGINT} and self._deadline is None:
            self._end()
        elif signal.SIGHUP in asked and self._deadline is None:
            for slot in self._slots:
                if slot.current and not slot.successor:
                    slot.successor = self._start(slot)

    def _end(self) -> None:
        self._deadline = time.monotonic() + END_SECONDS
        for child in self._children():
            child.process.terminate()

    def _reap(self) -> None:
        for child in [c for c in self._retired if self._has_ended(c)]:
            self._retired.remove(child)
        for slot in self._slots:
            if slot.successor and self._has_ended(slot.successor):
                log.error("the new process %d did not start; the old one serves on", slot.number)
                slot.successor = None
            if slot.current and self._has_ended(slot.current):
                lost, slot.current = slot.current, None
                self._lost(slot, lost)

    def _has_ended(self, child: Child) -> bool:
        if child.process.poll() is None:
            return False
        with contextlib.suppress(KeyError, ValueError):  # its end may have been heard already
            self._selector.unregister(child.line)
        child.line.close()
        for gauge in Path(self._environment[FOLDER]).glob(f"gauge_live*_{child.process.pid}.db"):
            gauge.unlink()  # what it had waiting waits no more
        return True

    def _lost(self, slot: Slot, child: Child) -> None:
        if self._deadline is not None:
            return
        log.error("process %d ended with %d", slot.number, child.process.returncode)
        slot.failures += 1
        slot.start_at = time.monotonic() + DELAYS[min(slot.failures, len(DELAYS)) - 1]
        serving = any(s.current and s.current.ready for s in self._slots)
        if slot.failures >= HOPELESS and not serving:
            log.critical("no process stays alive: stopping")
            self._hopeless = True
            self._end()

    def _children(self) -> list[Child]:
        placed = [c for s in self._slots for c in (s.current, s.successor) if c]
        return [*placed, *self._retired]

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Signals are noted, and wake the selector."""
        reading, writing = socket.socketpair()
        for end in (reading, writing):
            end.setblocking(False)
        signal.set_wakeup_fd(writing.fileno())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, _: self._asked.add(number))
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(reading, selectors.EVENT_READ, lambda: reading.recv(100))
        yield
        signal.set_wakeup_fd(-1)


def hold(line: int, stop: Callable[[], None]) -> None:
    """In a child: say that it serves, and end in order if the supervisor is gone."""
    import asyncio  # (the supervisor itself has no use for it)

    os.write(line, READY)
    asyncio.get_running_loop().add_reader(line, stop)
