"""By how much attacks move the verified count, how many signatures they leave held, and how many
messages they make us send to people who asked for none.

python -m bench.attacks            10,000 of each; the tests make the same with a few hundred
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.harness.attacks import (
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
from tests.harness.phones import text_door


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder, attacked(Path(folder)) as (server, office):
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
        sent = mail_bomb(server, office, count)
        print(f"{count} strangers entered from one network: {sent} mails at once", flush=True)
        sent = buried(server, office, count)
        print(f"one mailbox entered from {count} networks: {sent} mails", flush=True)
        sent = asyncio.run(_texts(Path(folder), count))
        print(f"one phone entered {count} times in a day: {sent} texts", flush=True)


async def _texts(folder: Path, count: int) -> int:
    async with text_door(f"sqlite:///{folder / 'texts.db'}") as phones:
        return await texted_to_death(phones, 20, count)


if __name__ == "__main__":
    main()
