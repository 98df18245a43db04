"""Whose name stands in a text: what stands where a name stands, never what is left over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from sms.reading.context import Context
from sms.reading.names.candidates import Candidate, candidate, runs
from sms.reading.names.capitals import is_title
from sms.reading.names.evidence import weigh
from sms.reading.names.written import name_of, span_of, spans_of_name
from sms.reading.pieces import Pieces


class Found(NamedTuple):
    """The names, as they are written; `sure` if they can only be that; `people`: more than one
    person, not all of them with a whole name; `cued`: the text says that it is a name."""

    names: tuple[str, ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    sure: bool = False
    people: bool = False
    cued: bool = False
    other: bool = False
    any: bool = False


def find_names(pieces: Pieces, context: Context) -> Found:
    """The name or names in a text whose other pieces are explained."""
    line = pieces.line
    candidates = [c for run in runs(pieces, line) if (c := candidate(pieces, line, run))]
    for one in candidates:
        weigh(pieces, line, one, context)
    if "j&j" in line or "j&lj" in line:
        return Found(people=True, any=True)
    if not candidates:
        return Found()
    candidates = _joined(pieces, candidates)
    together = _together(pieces, line, candidates)
    if together:
        return _people(pieces, together)
    return _best(pieces, candidates)


def _together(pieces: Pieces, line: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Two that stand for two people: joined by "and", or of one family name."""
    for one, two in pairwise(candidates):
        between = line[one.last : two.first]
        if _is_within(pieces, one, two):
            return [one, two]
        if not (_is_somebody(pieces, line, one) and _is_somebody(pieces, line, two)):
            continue
        if re.fullmatch(r"[,PlcA2]*&[,lkjn*A2]*", between):
            return [one, two]
        if _is_with(pieces, one, two):
            two.doubtful = True  # (it may be a club as well)
            return [one, two]
        if re.fullmatch(r"[,P]+", between) and _are_family(pieces, one, two):
            return [one, two]
    return []


def _is_somebody(pieces: Pieces, line: str, one: Candidate) -> bool:
    """Whether a word is of no table, or all are names with capitals: Grace and Tom Young."""
    tags = line[one.first : one.last]
    return "N" in tags or (
        "w" in tags and all(is_title(pieces, at) for at in range(one.first, one.last))
    )


def _is_with(pieces: Pieces, one: Candidate, two: Candidate) -> bool:
    """Grace with her husband Tom Young."""
    between = range(one.last, two.first)
    entries = [pieces.entries[at] for at in between]
    return all(pieces.tags[at] in ",l&k" for at in between) and any(
        entry and "with" in entry.kinds for entry in entries
    )


def _are_family(pieces: Pieces, one: Candidate, two: Candidate) -> bool:
    """Ana Diaz, Bob Diaz."""
    same = pieces.folded(one.last - 1) == pieces.folded(two.last - 1)
    whole = one.size > 1 and two.size > 1
    return same and whole and name_of(pieces, one) != name_of(pieces, two)


def _joined(pieces: Pieces, candidates: list[Candidate]) -> list[Candidate]:
    """First name: Ana. Last name: Diaz."""
    for one, two in pairwise(candidates):
        kinds = [_cue_kinds(pieces, c) for c in (one, two)]
        if "family" in kinds[1] and kinds[0] & {"given", "cue"}:
            one.parts = ((one.first, one.last), (two.first, two.last))
        elif "family" in kinds[0] and "given" in kinds[1]:
            one.parts = ((two.first, two.last), (one.first, one.last))
        else:
            continue
        one.size += two.size
        one.strength += 4
        one.doubtful = False
        return [c for c in candidates if c is not two]
    return candidates


def _cue_kinds(pieces: Pieces, found: Candidate) -> frozenset[str]:
    at = found.first - 1
    while at >= 0 and pieces.tags[at] in ",\n":
        at -= 1
    entry = pieces.entries[at] if at >= 0 and pieces.tags[at] == "n" else None
    return entry.kinds if entry else frozenset()


#: "José Ortega y Gasset" is one.
_WITHIN: Final = frozenset({"Y", "E", "I"})


def _is_within(pieces: Pieces, one: Candidate, two: Candidate) -> bool:
    """José Ortega y Gasset, Maria Costa e Silva: one name of two families."""
    alone = two.first - one.last == 1 and pieces.tags[one.last] == "&"
    return alone and one.size > 1 and two.size == 1 and pieces.folded(one.last) in _WITHIN


def _people(pieces: Pieces, both: list[Candidate]) -> Found:
    one, two = both
    if _is_within(pieces, one, two):
        whole = Candidate(one.first, two.last, one.size + two.size)
        return Found(
            (name_of(pieces, whole),), (span_of(pieces, whole),), sure=True, cued=one.cued, any=True
        )
    if one.size > 1 and two.size > 1 and not (one.doubtful or two.doubtful):
        names = tuple(name_of(pieces, c) for c in both)
        return Found(
            names, tuple(span_of(pieces, c) for c in both), sure=True, cued=one.cued, any=True
        )
    return Found(people=True, any=True)


def _is_second(pieces: Pieces, best: Candidate, candidates: list[Candidate]) -> bool:
    """Mark, Pine Ridge, 57770: another that may be the name stands before it in a list."""
    if best.cued or best.other:
        return False
    tags = pieces.tags
    return any(
        one.last == best.first - 1 and tags[one.last] == "," and pieces.is_capital(one.first)
        for one in candidates
        if one is not best
    )


def _best(pieces: Pieces, candidates: list[Candidate]) -> Found:
    ranked = sorted(candidates, key=lambda c: -c.strength)
    best = ranked[0]
    rivals = [c for c in ranked[1:] if name_of(pieces, c).upper() != name_of(pieces, best).upper()]
    rival = rivals[0].strength if rivals else 0
    clear = best.strength >= 4 and (
        best.strength - rival >= 3 or not rivals or (best.cued and not rivals[0].cued)
    )
    sure = clear and not best.doubtful and not _is_second(pieces, best, candidates)
    names = (name_of(pieces, best),) if clear else ()
    return Found(
        names,
        spans_of_name(pieces, best) if clear else (),
        sure=sure,
        cued=best.cued or best.right == "V",
        other=best.other,
        any=best.strength >= 3,
    )
