"""By how much attacks move the verified count, how many signatures they leave held, how many
messages they make us send to people who asked for none; what an organizer takes out alone, what the
public figure tells, and what bytes without end cost.

    python -m bench.attacks [--count 10000] [--only WORD]

The tests make the same with a few hundred.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.harness.attacks.floods import (
    attacked,
    bots,
    buried,
    catch_all,
    consecutive_numbers,
    mail_bomb,
    neighbours,
    one_mailbox,
    stranger_first,
    tally,
    texted_to_death,
)
from tests.harness.attacks.guesses import ATTACKS, REPEATED, share_right
from tests.harness.attacks.slices import slices
from tests.harness.attacks.trailers import WITHOUT_END, pour
from tests.harness.mail.smtp import PostOffice
from tests.harness.product import Server
from tests.harness.texts.phones import text_door
from tests.harness.web.site import Site


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.attacks", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="of each attack")
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    options = parser.parse_args()
    for name, part in PARTS.items():
        if options.only in {None, name}:
            with (
                tempfile.TemporaryDirectory() as folder,
                attacked(Path(folder)) as (server, office),
            ):
                part(server, office, options.count)


def _floods(server: Server, office: PostOffice, count: int) -> None:
    attacks: dict[str, Callable[[], object]] = {
        f"{count} bot posts from 5 addresses": lambda: bots(server, count, 5),
        f"{count} bot posts from 5,000 addresses": lambda: bots(server, count, 5000),
        "1,000 names on one mailbox": lambda: one_mailbox(server, office, 1000),
        f"{count} addresses on one domain": lambda: catch_all(server, office, count),
        f"{count} texts from consecutive numbers": lambda: consecutive_numbers(server, count),
        "500 addresses with which a stranger signs first": lambda: stranger_first(
            server, office, 500
        ),
        "500 neighbours behind one address": lambda: neighbours(server, 500),
    }
    for name, attack in attacks.items():
        before = tally(server)
        done = attack()
        told = f", {done} of them as the stranger wanted" if isinstance(done, int) else ""
        print(f"{name}: {tally(server).since(before)}{told}", flush=True)


def _bombs(server: Server, office: PostOffice, count: int) -> None:
    sent = mail_bomb(server, office, count)
    print(f"{count} strangers entered from one network: {sent} mails at once", flush=True)
    sent = buried(server, office, count)
    print(f"one mailbox entered from {count} networks: {sent} mails", flush=True)
    sent = asyncio.run(_texts(server.data, count))
    print(f"one phone entered {count} times in a day: {sent} texts", flush=True)


async def _texts(folder: Path, count: int) -> int:
    async with text_door(f"sqlite:///{folder / 'texts.db'}") as phones:
        return await texted_to_death(phones, 20, count)


def _slices(server: Server, office: PostOffice, count: int) -> None:
    site = Site(server, office, f"sqlite:///{server.store.resolve()}")
    people, tries = count // 10, count // 100
    out = slices(site, people, tries)
    print(f"{people} people, {tries} removals of one postcode each: {out} out alone", flush=True)


def _oracle(server: Server, office: PostOffice, count: int) -> None:
    for attack in ATTACKS + REPEATED:
        words = attack.__name__.replace("_", " ")
        print(f"{count} people, {words}: right about {share_right(attack, count):.1%}", flush=True)


def _trailers(server: Server, office: PostOffice, count: int) -> None:
    for name, (begin, more) in WITHOUT_END.items():
        poured = pour(server, begin, more, 10_000 * count)
        print(
            f"{name}: {poured.sent / 1e6:.1f} MB were taken, {poured.megabytes:.1f} MB of memory,"
            f" answer {poured.status or 'none'}",
            flush=True,
        )


PARTS: dict[str, Callable[[Server, PostOffice, int], None]] = {
    "floods": _floods,
    "bombs": _bombs,
    "slices": _slices,
    "oracle": _oracle,
    "trailers": _trailers,
}


if __name__ == "__main__":
    main()
