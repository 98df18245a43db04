"""Where the time of a signing goes, by room: the limit behind the rates of `make bench`.

    python -m bench.profile [--signings 3000]

The same work as there, in one process without the HTTP server, under Python's own profiler. A share
is the time spent in functions of that room or package, without what they call elsewhere.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.product import phone
from server.app import running
from server.cli import demo
from server.config import Settings
from server.core.signing import signatures
from server.services import Services
from server.texting import TextDoor
from sms import Inbound
from tests.harness.people.signers import signer

IN_FLIGHT = 64
ROOMS = ("server/core", "server/db", "server/texting", "server/web", "sms/gateways", "sms")
PACKAGES = ("phonenumbers", "aiosqlite", "asyncio", "json", "re/", "hmac", "selectors", "queue")


async def by_web(services: Services, number: int, contact: bool) -> None:
    petition = services.directory.by_slug[demo.DEMO_SLUG]
    values = {"name": signer(number), "postcode": "59801"}
    signing = signatures.web_signing(
        petition,
        values | ({"phone": phone(number)} if contact else {}),
        keys=services.keys,
        country="US",
        language="en",
        id_=services.new_id(),
        now=services.now(),
    )
    await signatures.sign(services.group, signing)


async def profiled(services: Services, count: int, one: Callable[[int], Awaitable[object]]) -> None:
    numbers = iter(range(count))

    async def signer() -> None:
        for number in numbers:
            await one(number)

    profiler = cProfile.Profile()
    profiler.enable()
    await asyncio.gather(*(signer() for _ in range(IN_FLIGHT)))
    profiler.disable()
    shares, whole = spent(pstats.Stats(profiler))
    for place, seconds in shares.most_common(12):
        print(f"  {place:24}{100 * seconds / whole:5.0f} %{1e6 * seconds / count:8.0f} µs")


def spent(stats: pstats.Stats) -> tuple[Counter[str], float]:
    """Seconds by room or package, waiting left out, and their sum."""
    shares: Counter[str] = Counter()
    for (file, _, function), (_, _, own, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        if "poll" in function:
            continue
        place = next((r for r in ROOMS if f"/{r}/" in file or f"/{r}.py" in file), None)
        place = place or next((p.strip("/") for p in PACKAGES if f"/{p}" in file), "C and others")
        shares[place] += own
    return shares, sum(shares.values())


async def run(options: argparse.Namespace, settings: Settings) -> None:
    async with running(settings, with_worker=False) as services:
        door = TextDoor(services)
        print("web signing, no contact")
        await profiled(services, options.signings, lambda n: by_web(services, n, False))
        print("web signing, with a phone")
        await profiled(services, options.signings, lambda n: by_web(services, 90_000 + n, True))
        print("signing by text")
        await profiled(
            services,
            options.signings,
            lambda n: door.receive(
                Inbound(
                    gateway="twilio",
                    message_id=f"SM{n}",
                    sender=phone(200_000 + n),
                    recipient=demo.DEMO_NUMBER,
                    body=f"SIGN FACE {signer(200_000 + n)} 59801",
                )
            ),
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--signings", type=int, default=3000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        unlimited = {"UNDERSIGNED_SMS_DAILY_SEGMENTS": "999999999"}
        ready = demo.prepare(Path(name), unlimited, "127.0.0.1", 8000)
        asyncio.run(run(options, ready.settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
