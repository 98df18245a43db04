"""Which of a text's words are a postcode, and which numbers are something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from sms.reading.pieces import PARTING, Pieces

Form = Callable[[str, str], str | None]

_FORMS: Final = {
    "US": re.compile(r"\d{5}(\d{4})?"),
    "CA": re.compile(r"[A-Z]\d[A-Z]\d[A-Z]\d"),
    "GB": re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}"),
    "BR": re.compile(r"\d{8}"),
    "IN": re.compile(r"[1-9]\d{5}"),
}
_ANY: Final = re.compile(r"(?=.*\d)[A-Z\d]{4,8}")
_GAPS: Final = re.compile(r"[\s.-]")


def any_form(text: str, country: str) -> str | None:
    """A postcode by the look of it, for readers that bring no better judge."""
    bare = _GAPS.sub("", text).upper()
    if not _FORMS.get(country, _ANY).fullmatch(bare):
        return None
    if country == "US" and len(bare) == 9:
        return f"{bare[:5]}-{bare[5:]}"
    return f"{bare[:-3]} {bare[-3:]}" if country in {"CA", "GB"} else bare


#: Letters that are taken for the digits that they look like.
_LOOKALIKES: Final = str.maketrans("OIL", "011")
_STATES: Final = frozenset(
    (
        "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ"
        " NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR GU VI AS MP"
        " ON QC BC AB MB SK NS NB NL"
    ).split()
)


class Postcode(NamedTuple):
    """What a text says of a postcode: its normal form, or the words that stand in its place;
    doubtful where two that differ stand there."""

    normal: str = ""
    wrong: str = ""
    doubtful: bool = False


class _Found(NamedTuple):
    first: int  # pieces
    last: int
    normal: str


def find_postcode(pieces: Pieces, countries: Sequence[str], form: Form) -> Postcode:
    """The postcode, its pieces tagged 'P'; telephone numbers, dates and ages become '8'.

    It is the one with a label or a state beside it, or the only one there is.
    """
    if "9" not in pieces.tags:
        return Postcode()
    found = [*_candidates(pieces, countries, form)]
    _mark_states(pieces, found)
    chosen = _chosen(pieces, found)
    for one in found:
        if chosen and one.normal == chosen:
            pieces.tags[one.first : one.last] = ["P"] * (one.last - one.first)
    _mark_others(pieces)
    wrong = "" if chosen or found else _in_its_place(pieces)
    return Postcode(chosen, wrong, not chosen and len(found) > 1)


def _candidates(pieces: Pieces, countries: Sequence[str], form: Form) -> Iterator[_Found]:
    at, tags = 0, pieces.tags
    while at < len(tags):
        if tags[at] == "9":
            for last, text in _readings(pieces, at):
                normal = next((n for c in countries if (n := form(text, c))), None)
                if normal:
                    yield _Found(at, last, normal)
                    at = last - 1
                    break
        at += 1


def _readings(pieces: Pieces, at: int) -> Iterator[tuple[int, str]]:
    """What may be meant by the number that begins here: with its second half, alone, or slipped."""
    one = pieces.folded(at)
    behind = at + 1
    between = ""
    if behind < len(pieces.tags) and pieces.tags[behind] in ",\n":
        between = pieces.tags[behind]
        behind += 1
    if behind < len(pieces.tags) and pieces.tags[behind] == "9":
        two = pieces.folded(behind)
        if _is_half(one, two, between):
            yield behind + 1, f"{one} {two}"
    yield at + 1, one
    if sum(map(str.isdigit, one)) >= 3 and not one.isdigit():
        yield at + 1, one.translate(_LOOKALIKES)


def _is_half(one: str, two: str, between: str) -> bool:
    """Whether two numbers may be one postcode: K1A 0B1, 59801 1234, 59,801."""
    if between == ",":
        return len(one) == 2 and len(two) == 3 and (one + two).isdigit()
    if one.isdigit() and two.isdigit():
        return (len(one), len(two)) in {(5, 4), (5, 3), (3, 3), (4, 3)}
    return len(one) <= 4 and len(two) <= 3


def _mark_states(pieces: Pieces, found: Sequence[_Found]) -> None:
    """MT before a postcode is a state."""
    for one in found:
        before = _before(pieces, one.first)
        if before < 0 or pieces.last[before] - pieces.first[before] != 1:
            continue
        if pieces.folded(before) in _STATES and _is_code(pieces, before):
            pieces.tags[before] = "A"


def _is_code(pieces: Pieces, at: int) -> bool:
    """Whether two letters are meant as a code: capitals, or letters that are no word."""
    spelt = pieces.spelt(at)
    return spelt.isupper() or pieces.tags[at] == "N"


def _before(pieces: Pieces, at: int) -> int:
    """The piece before, across commas; -1 if there is none."""
    at -= 1
    while at >= 0 and pieces.tags[at] in ",":
        at -= 1
    return at


def _chosen(pieces: Pieces, found: Sequence[_Found]) -> str:
    kept = [one for one in found if pieces.tags[max(0, _before(pieces, one.first))] != "v"]
    if len({one.normal for one in kept}) > 1:
        named = [one for one in kept if pieces.tags[max(0, _before(pieces, one.first))] in "zA"]
        kept = named or [one for one in kept if not _is_house(pieces, one)]
    forms = {one.normal for one in kept}
    return forms.pop() if len(forms) == 1 else ""


def _is_house(pieces: Pieces, one: _Found) -> bool:
    """12345 Oak St: a number before a street."""
    line = pieces.line[one.last : one.last + 5]
    return "#" in line


_OTHERS: Final = re.compile(r"9(?:[,.]?9){2,}|9t|t9|[9]t")


def _mark_others(pieces: Pieces) -> None:
    for match in _OTHERS.finditer(pieces.line):
        for at in range(match.start(), match.end()):
            if pieces.tags[at] == "9":
                pieces.tags[at] = "8"
    for at, tag in enumerate(pieces.tags):
        if tag == "9" and len(pieces.folded(at)) >= 7:
            pieces.tags[at] = "8"


def _in_its_place(pieces: Pieces) -> str:
    """The words in the place of a postcode: with its label, or the last number of the text."""
    places = [at for at, tag in enumerate(pieces.tags) if tag == "9"]
    labelled = [at for at in places if pieces.tags[max(0, _before(pieces, at))] == "z"]
    chosen = (labelled or places)[-1:]
    if not chosen or (not labelled and _is_house(pieces, _Found(chosen[0], chosen[0] + 1, ""))):
        return ""
    at = chosen[0]
    first = at - 1 if at and pieces.tags[at - 1] == "9" else at
    pieces.tags[first : at + 1] = ["7"] * (at + 1 - first)
    text = pieces.words.text[pieces.start(first) : pieces.end(at)]
    return " ".join(text.split())


__all__ = ["PARTING", "Form", "Postcode", "any_form", "find_postcode"]
