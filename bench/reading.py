"""`python -m bench.reading`: how long a text takes to be read, over the texts of a file of cases.

    python -m bench.reading ../shared/cases/texts.json

Prints the mean and the slowest tenth, in millionths of a second on one core, and what the tables
cost to load. Without a file, texts of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import tracemalloc
from pathlib import Path

TEXTS = (
    "SIGN FACE Ana Diaz 59801",
    "Hi, I'd like to sign FACE. My name is Ana Diaz, I live in Missoula MT 59801. Thank you!",
    "Hola, quiero firmar FACE, me llamo Luz Peña, código postal 59801",
    "मेरा नाम राधा शर्मा है और मैं FACE पर साइन करना चाहती हूँ, पिन 59801",
    "Please stop texting me",
    "why do you need that?",
    "59801",
)
ROUNDS = 40


def texts_of(file: Path | None) -> list[str]:
    """Every text of the cases, bodies alone."""
    if file is None:
        return list(TEXTS)
    cases = json.loads(file.read_text("utf-8"))
    found = [text for case in cases for text in case["texts"]]
    return [text if isinstance(text, str) else str(text["body"]) for text in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("cases", nargs="?", type=Path)
    texts = texts_of(parser.parse_args().cases)
    tracemalloc.start()
    began = time.process_time()
    from sms.reading import Context, PetitionWord, PetitionWords, read

    read("")  # (makes the tables)
    loaded, memory = time.process_time() - began, tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    context = Context(PetitionWords([PetitionWord("FACE"), PetitionWord("LAKE")]))
    costs = []
    for text in texts:
        began = time.process_time()
        for _ in range(ROUNDS):
            read(text, context)
        costs.append((time.process_time() - began) / ROUNDS * 1e6)
    tenth = statistics.quantiles(costs, n=10)[-1] if len(costs) > 1 else costs[0]
    print(f"{len(texts)} texts: mean {statistics.mean(costs):.0f} µs, slowest tenth {tenth:.0f} µs")
    print(f"tables: {loaded * 1000:.0f} ms (traced), {memory / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
