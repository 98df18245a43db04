"""Letters on paper: how long documents of 1,000 letters take, and how much memory their process.

    python -m bench.print            1,000 letters of usual length in four scripts
    python -m bench.print --longest  as long as letters can be

It fails beyond a minute or 200 MB. Meanwhile the server goes on: the process has a lower priority.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import time
from itertools import islice
from typing import Any

from bench.tools import BenchError
from server.channels.printing import PrintShop
from server.core.letters.letter import LONGEST
from server.web.desk.printing.sheets import PART
from server.words.render import template_folder

MOST_SECONDS, MOST_BYTES = 60, 200_000_000
USUAL = 600  # characters of a signer's own words
SAID = {
    "en": "I live on a farm by the lake, and my children swim in it. Please keep it clean. ",
    "ar": "أعيش في مزرعة قرب البحيرة، والخط بطيء جدًا. يسبح أطفالي في البحيرة كل صيف. ",
    "hi": "मैं झील के पास एक खेत में रहता हूँ। मेरे बच्चे हर गर्मी में झील में तैरते हैं। ",
    "vi": "Tôi sống ở một trang trại gần hồ. Các con tôi bơi trong hồ mỗi mùa hè. ",
}


def sheet(number: int, length: int) -> dict[str, Any]:
    language = list(SAID)[number % len(SAID)]
    way, said = "rtl" if language == "ar" else "ltr", SAID[language]
    own = (said * (length // len(said) + 1))[:length]
    return {
        "language": language,
        "way": way,
        "to": [{"words": line, "way": "ltr"} for line in ("Jo Marsh, Mayor", "1 Main St")],
        "date": "1 Dec 2026",
        "paragraphs": [{"words": own, "way": way}, {"words": "Ana Diaz, 59801", "way": "ltr"}],
        "mark": f"1-{number}",
    }


async def run(letters: int, length: int) -> tuple[float, int]:
    """Seconds, and bytes of all documents together."""
    shop = PrintShop((template_folder() / "letter" / "sheets.typ").read_text("utf-8"))
    sheets, size, start = iter(range(1, letters + 1)), 0, time.perf_counter()
    while some := [sheet(number, length) for number in islice(sheets, PART)]:
        batch = {"title": "Lake", "paper": "a4", "cover": None, "letters": some}
        size += len(await shop.pdf(batch))
    return time.perf_counter() - start, size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--letters", type=int, default=1000)
    parser.add_argument("--longest", action="store_true")
    options = parser.parse_args()
    length = LONGEST if options.longest else USUAL
    seconds, size = asyncio.run(run(options.letters, length))
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(
        f"{options.letters:,} letters of {length:,} characters: {seconds:.1f} s,"
        f" {size / 1e6:.1f} MB of PDF, {most / 1e6:.0f} MB at most in their process"
    )
    if seconds > MOST_SECONDS or most > MOST_BYTES:
        raise BenchError("more than a minute, or more than 200 MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
