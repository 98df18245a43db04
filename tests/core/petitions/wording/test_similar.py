"""Petitions with like titles are found while another is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.core.petitions.petitions import Petition
from server.core.petitions.wording.draft import Wording
from server.core.petitions.wording.similar import SIMILAR_SHOWN, similar
from tests.harness.world import World


def titled(world: World, *titles: str) -> Petition:
    """An open petition with a title in each of some languages."""
    codes = ("en", "es", "hi")
    return replace(
        world.petition,
        wordings={c: Wording(t, "Please.") for c, t in zip(codes, titles, strict=False)},
    )


@pytest.mark.parametrize(
    ("title", "other", "alike"),
    [
        ("Keep the lake clean", "Keep our LAKE clean", True),
        ("Keep the lake clean", "Clean the lake and keep it so", True),
        ("Keep the lake clean", "Build a new school", False),
        ("Cuidén el lágo", "Cuiden el lago", True),
        ("Keep the lake clean", "", False),
        ("", "Keep the lake clean", False),
        ("No A B", "No A B", True),
        ("झील को साफ़ रखें", "झील को साफ रखें", True),
    ],
)
def test_titles_are_alike_that_share_most_words(
    world: World, title: str, other: str, alike: bool
) -> None:
    petition = titled(world, other)
    assert similar([title], [petition]) == ([petition] if alike else [])


def test_the_likest_is_first_in_any_language_and_there_are_few(world: World) -> None:
    near = titled(world, "Something else", "Limpien el lago grande")
    same = titled(world, "Limpien el lago")
    assert similar(["x", "Limpien el lago"], [near, same]) == [same, near]
    assert len(similar(["Limpien el lago"], [same] * 9)) == SIMILAR_SHOWN
