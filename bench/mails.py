"""Mails a second over so many connections to a mail server that is 60 ms away and back.

    python -m bench.mails [--seconds 15] [--round-trip 0.06] [--connections 1 4 30]

Mails with codes, and mails of news, by a worker of its own on SQLite, to a mail server that does
nothing but answer so late, once with PIPELINING and once without. Each mail arrives once, or this
ends with 1.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from pathlib import Path
from typing import ClassVar

from bench.news import MANY, SECRET, processor
from bench.news import prepared as news_prepared
from bench.tools import BenchError
from tests.harness import product
from tests.harness.mail.mails import signs
from tests.harness.texts.phones import text_door

EACH = 9.0  # mails a second that are made ready for each connection


class Distant(asyncio.Protocol):
    """A mail server whose every word takes a round trip longer: that, and nothing else, is slow."""

    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self, round_trip: float, hurries: bool) -> None:
        self._round_trip, self._hurries = round_trip, hurries
        self._buffer, self._recipient, self._in_mail = b"", "", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._say("220 here")

    def _say(self, *lines: str) -> None:
        said = "".join(f"{line}\r\n" for line in lines).encode()
        loop = asyncio.get_running_loop()
        loop.call_later(self._round_trip, self._transport.write, said)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n.\r\n" if self._in_mail else b"\r\n")) >= 0:
            line, self._buffer = self._buffer[:end], self._buffer[end + 2 + 3 * self._in_mail :]
            if self._in_mail:
                self.seen[self._recipient] += 1
                self._in_mail = False
                self._say("250 taken")
            else:
                self._answer(line.decode())

    def _answer(self, line: str) -> None:
        match line[:4].upper():
            case "EHLO":
                self._say("250-here", *["250-PIPELINING"] * self._hurries, "250 8BITMIME")
            case "DATA":
                self._in_mail = True
                self._say("354 go on")
            case "RCPT":
                self._recipient = line
                self._say("250 OK")
            case _:
                self._say("250 OK")


def distant(round_trip: float, hurries: bool, told: Queue[list[float]]) -> None:
    """Runs one; says where it is, and what came when."""

    async def listen() -> None:
        loop, n = asyncio.get_running_loop(), 0
        there = await loop.create_server(lambda: Distant(round_trip, hurries), "127.0.0.1", 0)
        told.put([there.sockets[0].getsockname()[1]])
        while True:
            await asyncio.sleep(0.1)
            if len(Distant.seen) > n:
                n = len(Distant.seen)
                told.put([time.monotonic(), n, max(Distant.seen.values())])

    asyncio.run(listen())


@contextmanager
def server(round_trip: float, hurries: bool) -> Iterator[tuple[int, Queue[list[float]]]]:
    told: Queue[list[float]] = multiprocessing.Queue()
    process = multiprocessing.Process(target=distant, args=(round_trip, hurries, told), daemon=True)
    process.start()
    try:
        yield int(told.get(timeout=30)[0]), told
    finally:
        process.kill()


async def codes(url: str, count: int) -> None:
    """So many people have signed, and wait for their codes."""
    async with text_door(url) as phones:
        phones.now = time.time()
        for first in range(0, count, 100):
            names = range(first, min(first + 100, count))
            await asyncio.gather(
                *(signs(phones.services, f"Ana {_letters(n)}", f"{n}@example.org") for n in names)
            )


def _letters(n: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(n)).capitalize() + "x"


def measured(
    url: str, count: int, connections: int, round_trip: float, hurries: bool, folder: Path
) -> tuple[float, float]:
    """Mails a second, and milliseconds of a processor for each."""
    with server(round_trip, hurries) as (port, told):
        environment = {
            "UNDERSIGNED_DATABASE_URL": url,
            "UNDERSIGNED_SECRET_KEY": SECRET,
            "UNDERSIGNED_PUBLIC_URL": "https://sign.example.org",
            "UNDERSIGNED_SMTP_HOST": "127.0.0.1",
            "UNDERSIGNED_SMTP_PORT": str(port),
            "UNDERSIGNED_SMTP_TLS": "none",
            "UNDERSIGNED_SMTP_CONNECTIONS": str(connections),
            "UNDERSIGNED_MAIL_DAILY": MANY,
            "UNDERSIGNED_MAIL_PETITION_DAILY": MANY,
        }
        command, log = [sys.executable, "-m", "server", "worker"], folder / "worker.log"
        worker = product.spawn(command, log, product.clean() | environment)
        try:
            first = told.get(timeout=60)
            last = first
            while last[1] < count:
                last = told.get(timeout=30)
            busy = processor(worker.pid)
        finally:
            worker.kill()
            worker.wait()
    if last[2] > 1 or last[1] != count:
        raise BenchError(f"{last[1]:,.0f} of {count:,} have arrived, one {last[2]:.0f} times")
    seconds = last[0] - first[0]
    return (count - first[1]) / seconds, 1000 * busy / count


async def run(options: argparse.Namespace) -> None:
    print(f"{'':14}{'connections':>12}{'codes/s':>10}{'news/s':>10}{'ms of a processor':>20}")
    for hurries in (False, True):
        for connections in options.connections:
            count = int(options.seconds * EACH * connections)
            count = count // 2 if not hurries else count
            with tempfile.TemporaryDirectory() as name:
                folder, found = Path(name), []
                for kind in ("codes", "news"):
                    url = f"sqlite:///{folder / kind}.db"
                    await (codes(url, count) if kind == "codes" else news_prepared(url, count))
                    args = (url, count, connections, options.round_trip, hurries, folder)
                    found.append(await asyncio.to_thread(measured, *args))
            (by_codes, busy), (by_news, _) = found
            word = "PIPELINING" if hurries else "without"
            print(
                f"{word:14}{connections:>12}{by_codes:>10.1f}{by_news:>10.1f}{busy:>20.1f}",
                flush=True,
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--round-trip", type=float, default=0.06, help="seconds (default: 0.06)")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 4, 30])
    try:
        asyncio.run(run(parser.parse_args()))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
