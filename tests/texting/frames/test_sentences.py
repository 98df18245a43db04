"""Texts that sign nothing: no name comes of chatter, no opt-out of what is wished of the world, and
every wish to be left alone is heard. Each from a stranger, from a phone that was asked for a name,
and from one that has signed."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.texting.frames.played import Kept, demo_door, kept, letters, number, send
from tests.texting.frames.tables import CHATTER, WISHES, WORLD, Sentence

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.seldom_postgres(3)]

SIGNER = "Rosa Blackwood"
BEFORE = {"stranger": "", "asked": "SIGN FACE 59801", "signed": f"SIGN FACE {SIGNER} 59801"}


async def after(database_url: str, sentences: list[Sentence]) -> list[tuple[str, Sentence, Kept]]:
    """What is stored after each sentence in each situation."""
    played = [(before, sentence) for before in BEFORE for sentence in sentences]
    numbers = [number(index) for index in range(len(played))]
    situations = dict(zip(numbers, (before for before, _ in played), strict=True))
    async with demo_door(database_url) as phones:
        await send(phones, ((n, BEFORE[b]) for n, b in situations.items() if BEFORE[b]))
        for before, found in zip(situations.values(), await kept(phones, numbers), strict=True):
            assert names(found) == expected(before), (before, found)
            assert bool(found.asked) == (before == "asked"), (before, found)
        texts = (sentence.text for _, sentence in played)
        await send(phones, zip(numbers, texts, strict=True))
        end = await kept(phones, numbers)
    return [(*row, found) for row, found in zip(played, end, strict=True)]


def names(found: Kept) -> list[str]:
    return [letters(name) for name in found.names]


def expected(before: str) -> list[str]:
    """The names that are there before the sentence, and should be after it."""
    return [letters(SIGNER)] * (before == "signed")


def listed(faults: list[tuple[str, Sentence, Kept]]) -> str:
    """Each sentence that went otherwise in a line, with what is stored after each situation."""
    by_text: defaultdict[str, list[str]] = defaultdict(list)
    for before, sentence, found in faults:
        by_text[sentence.text].append(f"{before} -> {found}")
    lines = [f"{text!r}: {'; '.join(found)}" for text, found in by_text.items()]
    return "\n".join([f"{len(lines)} sentences, {len(faults)} times otherwise", *lines])


@pytest.mark.parametrize("table", [CHATTER, WORLD], ids=["chatter", "the world"])
async def test_nothing_of_a_text_without_a_name_is_stored_as_one(
    database_url: str, table: list[Sentence]
) -> None:
    played = await after(database_url, table)
    faults = [(b, s, found) for b, s, found in played if names(found) != expected(b)]
    assert not faults, listed(faults)


async def test_what_is_wished_of_the_world_is_no_opt_out(database_url: str) -> None:
    faults = [row for row in await after(database_url, WORLD) if row[2].out]
    assert not faults, listed(faults)


@pytest.mark.parametrize("kind", ["stop", "number", "erase"])
async def test_who_wants_to_be_left_alone_is_and_only_who_wants_it_is_erased(
    database_url: str, kind: str
) -> None:
    played = await after(database_url, [wish for wish in WISHES if wish.kind == kind])
    faults = [
        (before, wish, found)
        for before, wish, found in played
        if not found.out or names(found) != ([] if kind == "erase" else expected(before))
    ]
    assert not faults, listed(faults)
