"""Petitions with like titles, in any of their languages, however they are spelt."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from server.core.petitions.petitions import Petition
from server.core.values.folding import fold_words

SIMILAR_SHOWN = 5
_LIKE = 0.6  # of the words of both that they share, from which on titles are alike
_LETTERS = 3  # of words that say little


def similar(titles: Iterable[str], among: Iterable[Petition]) -> list[Petition]:
    """Of these petitions those that have a title like one of these, the likest first."""
    wanted = [words for title in titles if (words := _words(title))]
    found = [(_likeness(wanted, petition), petition) for petition in among] if wanted else []
    like = sorted((pair for pair in found if pair[0] >= _LIKE), key=lambda pair: -pair[0])
    return [petition for _, petition in like[:SIMILAR_SHOWN]]


def _likeness(wanted: Iterable[frozenset[str]], petition: Petition) -> float:
    """How much of its words one of these titles shares with one of the petition's: 0 to 1."""
    titles = [_words(wording.title) for wording in petition.wordings.values()]
    shared = (2 * len(a & b) / (len(a) + len(b)) for a in wanted for b in titles if b)
    return max(shared, default=0.0)


@lru_cache(maxsize=20_000)
def _words(title: str) -> frozenset[str]:
    """What it says; all of it where it has but short words."""
    words = fold_words(title).split()
    return frozenset(word for word in words if len(word) > _LETTERS) or frozenset(words)
