"""What a crowd costs in machines, disk and texts, and what breaks first: on paper.

    python -m bench.scale

Every constant names the command that measures it; change it here when it does. A core here is one
of the two noisy ones that the figures come from, and half of each is left free for what a model
does not know. The database's cores are counted as those of one machine, since signings of one
petition meet there; servers can stand anywhere.
"""

from __future__ import annotations

import math

# `make bench`, column "core µs each", and the lines below its table.
SIGNING_US = 400  # a web signing without contact, on SQLite or PostgreSQL
TEXT_US = 1190
VIEW_US = 93
STORE_US = 150  # PostgreSQL's own work for one signing
STORE_BYTES = 225  # a row in PostgreSQL with its indexes
# `python -m bench.large`.
FILE_BYTES = 142  # a row in SQLite with its indexes, at ten million
# Assumptions: yours may differ.
VIEWS = 5  # page views for each signature
TEXTS = 0.2  # signatures that come by text
SEGMENTS = 2  # of each: the text and its answer
CENTS = 0.83  # for a segment in the United States, before carriers' fees
NUMBER_PER_SECOND = 100  # texts a second that one short code may send
FREE = 0.5  # of a core, kept for what the model does not know
BIG_MACHINE = 64  # cores


def cores(rate: float) -> tuple[float, float]:
    """Cores for the servers and for the database at so many signings a second."""
    each = (1 - TEXTS) * SIGNING_US + TEXTS * TEXT_US + VIEWS * VIEW_US
    return rate * each / 1e6 / FREE, rate * STORE_US / 1e6 / FREE


def first_to_break(rate: float) -> str:
    servers, store = cores(rate)
    if servers + store <= 2:
        return "nothing: one process, one file"
    if servers <= 8:
        return "the server's processor: --workers, one file"
    if rate * TEXTS > 2 * NUMBER_PER_SECOND and store <= 16:
        return "the short codes: more of them; and one file: PostgreSQL"
    if store <= BIG_MACHINE:
        return "the database's processor: a bigger machine, then petitions apart"
    return "one machine for the database: tables split by petition and shard"


def main() -> None:
    print("signings/s    server cores   database cores   short codes   what breaks first, and then")
    for rate in (25, 33, 250, 1_000, 2_500, 10_000, 50_000):
        servers, store = cores(rate)
        codes = math.ceil(rate * TEXTS / NUMBER_PER_SECOND)
        print(f"{rate:>10,}{servers:>16.1f}{store:>17.1f}{codes:>14}   {first_to_break(rate)}")
    print("\nsignatures     SQLite file     PostgreSQL    texts, if a fifth come by text")
    for millions in (1, 10, 100):
        n = millions * 1_000_000
        dollars = n * TEXTS * SEGMENTS * CENTS / 100
        print(
            f"{n:>11,}{n * FILE_BYTES / 1e9:>13.1f} GB{n * STORE_BYTES / 1e9:>12.1f} GB"
            f"{n * TEXTS * SEGMENTS:>16,.0f} segments, ${dollars:,.0f}"
        )
    print(
        f"\nA core: {1e6 / SIGNING_US:,.0f} web signings, {1e6 / TEXT_US:,.0f} by text, or"
        f" {1e6 / VIEW_US:,.0f} page views a second, all of it used."
        f"\n{VIEWS} views and {TEXTS:.0%} texts for each signature; {FREE:.0%} of a core kept free;"
        f" {CENTS} cents a segment."
    )


if __name__ == "__main__":
    main()
