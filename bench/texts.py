"""Texts a second by a gateway that takes 200 ms for each answer, at the rate that is set.

    python -m bench.texts [--seconds 10] [--answer 0.2] [--rates 1 3 30 100]

Codes by text wait in the outbox of a worker on SQLite; the gateway stands on loopback and speaks
HTTP as Kannel does. Each text arrives once, and none comes faster than it may, or this ends with 1.
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
from urllib.parse import parse_qs, urlsplit

from bench.news import SECRET, processor
from bench.tools import BenchError
from server.cli.shared import prepare
from server.config import load
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.values.ids import Ids
from server.db import open_database
from tests.harness import product


class Taking(asyncio.Protocol):
    """Answers each request with `0: Accepted for delivery`, after a while."""

    seen: ClassVar[Counter[str]] = Counter()
    moments: ClassVar[list[float]] = []

    def __init__(self, seconds: float) -> None:
        self._seconds, self._asked = seconds, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._asked += data
        if b"\r\n\r\n" not in self._asked:
            return
        query = parse_qs(urlsplit(self._asked.split()[1].decode()).query)
        self.seen[query["to"][0]] += 1
        self.moments.append(time.monotonic())
        asyncio.get_running_loop().call_later(self._seconds, self._answer)

    def _answer(self) -> None:
        said = b"0: Accepted for delivery"
        head = f"HTTP/1.1 202 Accepted\r\nContent-Length: {len(said)}\r\nConnection: close\r\n\r\n"
        self._transport.write(head.encode() + said)  # type: ignore[attr-defined]
        self._transport.close()


def gateway(seconds: float, told: Queue[tuple[int, int, float]]) -> None:
    """Runs one; says where it is, and how many have come, the most of one, and over what time."""

    async def listen() -> None:
        loop, n = asyncio.get_running_loop(), 0
        there = await loop.create_server(lambda: Taking(seconds), "127.0.0.1", 0, backlog=200)
        told.put((there.sockets[0].getsockname()[1], 0, 0.0))
        while True:
            await asyncio.sleep(0.1)
            if len(Taking.seen) > n:
                n = len(Taking.seen)
                spent = Taking.moments[-1] - Taking.moments[0]
                told.put((n, max(Taking.seen.values()), spent))

    asyncio.run(listen())


@contextmanager
def taking(seconds: float) -> Iterator[tuple[int, Queue[tuple[int, int, float]]]]:
    told: Queue[tuple[int, int, float]] = multiprocessing.Queue()
    process = multiprocessing.Process(target=gateway, args=(seconds, told), daemon=True)
    process.start()
    try:
        yield told.get(timeout=30)[0], told
    finally:
        process.kill()


async def filled(environment: dict[str, str], count: int) -> None:
    """So many answers wait for their gateway."""
    settings = load(environment)
    await prepare(settings, new=True)
    database, ids, now = await open_database(settings.database_url), Ids(1), int(time.time())
    try:
        async with database.write() as tx:
            waiting = [
                Announcement(
                    id=ids.next(now),
                    channel="sms",
                    kind="reply",
                    petition_id=None,
                    language="en",
                    recipient=f"+1406555{n:04}",
                    body="Your code is 123456.",
                    gateway="http",
                )
                for n in range(count)
            ]
            await outbox.put(tx, waiting, now)
    finally:
        await database.close()


async def measured(folder: Path, rate: int, count: int, answer: float) -> tuple[float, float]:
    """Texts a second, and milliseconds of a processor for each."""
    with taking(answer) as (port, told):
        environment = {
            "UNDERSIGNED_DATABASE_URL": f"sqlite:///{folder / 'texts.db'}",
            "UNDERSIGNED_SECRET_KEY": SECRET,
            "UNDERSIGNED_PUBLIC_URL": "https://sign.example.org",
            "UNDERSIGNED_MAIL": "console",
            "UNDERSIGNED_SMS_NUMBER": "+14065550100",
            "UNDERSIGNED_SMS_HTTP": "kannel",
            "UNDERSIGNED_SMS_HTTP_SEND_URL": f"http://127.0.0.1:{port}/cgi-bin/sendsms",
            "UNDERSIGNED_SMS_HTTP_SEND_AUTH": "us:secret",
            "UNDERSIGNED_SMS_SECRET": "s" * 20,
            "UNDERSIGNED_SMS_RATE": str(rate),
            "UNDERSIGNED_SMS_DAILY_SEGMENTS": "1000000",
        }
        await filled(environment, count)
        command, log = [sys.executable, "-m", "server", "worker"], folder / "worker.log"
        worker = product.spawn(command, log, product.clean() | environment)
        try:
            n, most, spent = 0, 0, 0.0
            while n < count:
                n, most, spent = await asyncio.to_thread(told.get, timeout=60)
            busy = processor(worker.pid)
        finally:
            worker.kill()
            worker.wait()
    if most > 1:
        raise BenchError(f"somebody got a text {most} times")
    if (found := (count - 1) / spent) > rate * 1.1:
        raise BenchError(f"{found:.1f} a second, where {rate} are allowed")
    return found, 1000 * busy / count


async def run(options: argparse.Namespace) -> None:
    print(f"{'allowed/s':>12}{'texts/s':>12}{'ms of a processor':>20}")
    for rate in options.rates:
        count = max(5, int(rate * options.seconds))
        with tempfile.TemporaryDirectory() as name:
            found, busy = await measured(Path(name), rate, count, options.answer)
        print(f"{rate:>12}{found:>12.1f}{busy:>20.1f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--answer", type=float, default=0.2, help="seconds (default: 0.2)")
    parser.add_argument("--rates", type=int, nargs="+", default=[1, 3, 30, 100])
    try:
        asyncio.run(run(parser.parse_args()))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
