"""Any name in any way to sign: what is stored is that name or nothing, nearly always at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import pytest

from tests.texting.frames.played import Kept, demo_door, kept, letters, number, send
from tests.texting.frames.tables import FRAMES, NAMES, PLACES, Frame, Name, Place

AT_ONCE = 0.9  # of the pairs sign with one text; the rest after one answer
EXAMPLES = 2  # of the failures of one frame


@dataclass(frozen=True)
class Pair:
    """One person who signs in one way."""

    frame: Frame
    name: Name
    place: Place

    @property
    def text(self) -> str:
        return self.frame.filled(self.name, self.place)

    def answer(self, asked: tuple[str, str] | None) -> str:
        """What the person replies: the name unless it is known, else the ZIP code. Whoever asks
        for both has lost one that the text held."""
        return self.place.zip if asked and asked[0] else self.name.text

    def signed(self, found: Kept) -> bool:
        """Whether that person has signed, and nobody else, from where they live."""
        return [(letters(n), p[:5]) for n, p in found.signed] == [
            (letters(self.name.text), self.place.zip)
        ]


def pairs(*, every: bool) -> list[Pair]:
    """All pairs of frame and name that fit, or every twentieth: ten names for each frame, in turn
    from the whole table."""
    return [
        Pair(frame, name, PLACES[(31 * f + 17 * n) % len(PLACES)])
        for f, frame in enumerate(FRAMES)
        for n, name in enumerate(NAMES)
        if frame.fits(name) and (every or (7 * f + n) % 20 == 0)
    ]


def test_a_wrong_name_or_zip_code_is_seen() -> None:
    pair = Pair(FRAMES[0], Name("Latin", "Siobhán O'Sullivan"), PLACES[0])
    right = ("siobhán O’sullivan", f"{pair.place.zip}-2204")
    assert pair.signed(Kept((right,)))
    for wrong in ("ok", "Siobhán O'Sullivan ok", "O'Sullivan", "Siobhan O'Sullivan"):
        assert not pair.signed(Kept(((wrong, pair.place.zip),)))
    assert not pair.signed(Kept(((pair.name.text, PLACES[1].zip),)))
    assert not pair.signed(Kept((right, right)))
    assert not pair.signed(Kept())


@pytest.mark.slow
@pytest.mark.seldom_postgres
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "every",
    [False, pytest.param(True, marks=pytest.mark.full)],
    ids=["a twentieth of the pairs", "every pair"],
)
async def test_who_signs_in_any_way_is_stored_by_that_name_or_asked(
    database_url: str, every: bool
) -> None:
    played = pairs(every=every)
    numbers = [number(index) for index in range(len(played))]
    async with demo_door(database_url) as phones:
        await send(phones, zip(numbers, (pair.text for pair in played), strict=True))
        first = await kept(phones, numbers)
        answers = [
            (phone, pair.answer(found.asked))
            for phone, pair, found in zip(numbers, played, first, strict=True)
            if not found.signed
        ]
        await send(phones, answers)
        last = await kept(phones, numbers)
    faults = [
        (pair, before, after)
        for pair, before, after in zip(played, first, last, strict=True)
        if not pair.signed(after)
    ]
    wrong = sum(bool(after.signed) for _, _, after in faults)
    share = sum(map(Pair.signed, played, first)) / len(played)
    total = (
        f"{len(played)} pairs: {share:.1%} signed at once, {wrong} wrong,"
        f" {len(faults) - wrong} unsigned after one answer"
    )
    assert not faults, f"{total}\n{listed(faults)}"
    assert share >= AT_ONCE, f"{total}\nasked most:\n{asked_most(played, first)}"


def listed(faults: list[tuple[Pair, Kept, Kept]]) -> str:
    """The failures of each frame in a line, the worst first; then the names that fail most."""
    by_frame = defaultdict(list)
    for fault in faults:
        by_frame[fault[0].frame].append(fault)
    lines = []
    for frame, found in sorted(by_frame.items(), key=lambda item: -len(item[1])):
        shown = [
            f"{pair.name.text} -> {after if after.signed else f'{before}, then {after}'}"
            for pair, before, after in found[:EXAMPLES]
        ]
        lines.append(f"{len(found):4} {frame.text!r}: {'; '.join(shown)}")
    names = Counter(pair.name.text for pair, _, _ in faults).most_common(20)
    return "\n".join([*lines, "names: " + ", ".join(f"{name} {n}" for name, n in names)])


def asked_most(played: list[Pair], first: list[Kept]) -> str:
    """The frames and names after which we asked, though all was said."""
    asked = [p for p, found in zip(played, first, strict=True) if not p.signed(found)]
    frames = Counter(pair.frame.text for pair in asked).most_common(40)
    names = Counter(pair.name.text for pair in asked).most_common(20)
    return "\n".join(f"{n:4} {text!r}" for text, n in [*frames, *names])
