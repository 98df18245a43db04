"""What people say beside signing, a line each: written without a look at the tables."""

from pathlib import Path

_SAID = Path(__file__).parent / "said"

#: Sentences about the world, wishes to be left alone, and sentences in which nobody is named.
ABOUT_THE_WORLD, LEFT_ALONE, NOBODY = (
    (_SAID / f"{kind}.txt").read_text(encoding="utf-8").splitlines()
    for kind in ("about_the_world", "left_alone", "nobody")
)
