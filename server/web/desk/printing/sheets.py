"""A batch of letters as its PDF shows it: a list of offices, then a letter on each sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any
from unicodedata import bidirectional

from server.core.letters.letter import Letter
from server.core.letters.offices import postal_address
from server.core.letters.printing import PrintBatch, PrintedLetter
from server.core.petitions.petitions import Petition
from server.mail.letters import printed_text
from server.services import Services
from server.words.render import N_, RIGHT_TO_LEFT, day_words, group_digits

PART = 250  # sheets in one document: more would take too much memory
#: Where paper is not A4 (Unicode CLDR, `paperSize`).
_LETTER_PAPER = frozenset("BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split())
_HEADING = N_("Letters to post: batch {number}")
_LEFT_OUT = N_("Not in it any more: {numbers}")
_TOTAL = N_("All")
_HEADS = (N_("Office"), N_("Letters"), N_("Numbers"))


def ranges(numbers: Iterable[int]) -> str:
    """1, 2, 3, 7 as "1–3, 7"."""
    runs = groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0])
    ends = [[number for _, number in run] for _, run in runs]
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in ends)


def parts_of_batch(batch: PrintBatch) -> list[tuple[int, str]]:
    """The documents of a batch: the number of each, and of which letters it is."""
    starts = range(1, batch.letters + 1, PART)
    numbers = (range(start, min(start + PART, batch.letters + 1)) for start in starts)
    return [(part, ranges(some)) for part, some in enumerate(numbers, 1)]


def document(
    services: Services,
    petition: Petition,
    batch: PrintBatch,
    sheets: Sequence[PrintedLetter],
    part: int,
) -> dict[str, Any]:
    """One document, as `templates/letter/sheets.typ` reads it; the list stands before the first."""
    first = (part - 1) * PART + 1
    here = [one for one in sheets if first <= one.number < first + PART]
    return {
        "title": petition.wording(petition.language).title,
        "paper": "us-letter" if petition.country in _LETTER_PAPER else "a4",
        "cover": _cover(services, petition, batch, sheets) if part == 1 else None,
        "letters": [_sheet(services, petition, batch.number, one) for one in here],
    }


def _cover(
    services: Services, petition: Petition, batch: PrintBatch, sheets: Sequence[PrintedLetter]
) -> dict[str, Any]:
    """In the server's language: organizers read it."""
    language, say = services.settings.language, services.renderer.say
    lines = [petition.wording(language).title, day_words(batch.made_at, language)]
    if batch.left_out:
        lines.append(say(language, _LEFT_OUT, numbers=ranges(batch.left_out)))
    return {
        "language": language,
        "way": _way_of(language),
        "heading": say(language, _HEADING, number=batch.number),
        "lines": [_piece(line) for line in lines],
        "heads": [say(language, head) for head in _HEADS],
        "rows": list(_rows(sheets, language)),
        "total": [say(language, _TOTAL), group_digits(len(sheets), language), ""],
    }


def _rows(sheets: Sequence[PrintedLetter], language: str) -> Iterator[list[Any]]:
    for _, some in groupby(sheets, lambda one: one.letter.office.key):
        theirs = list(some)
        numbers = ranges(one.number for one in theirs)
        name = _piece(theirs[-1].letter.office.name)
        yield [name, group_digits(len(theirs), language), numbers]


def _sheet(
    services: Services, petition: Petition, batch: int, one: PrintedLetter
) -> dict[str, Any]:
    letter, language = one.letter, petition.language
    words = printed_text(services.renderer, services.settings, petition, letter)
    paragraphs = words.split("\n\n")
    if paragraphs[0].strip() == letter.office.name:
        del paragraphs[0]  # it stands where the envelope shows it
    return {
        "language": language,
        "way": _way_of(language),
        "to": [_piece(line) for line in _addressed_to(petition, letter)],
        "date": day_words(letter.queued_at, language),
        "paragraphs": [_piece(words.strip("\n")) for words in paragraphs if words.strip()],
        "mark": f"{batch}-{one.number}",
    }


def _addressed_to(petition: Petition, letter: Letter) -> list[str]:
    """Name, office and address, line by line."""
    return [*letter.office.name.split("; "), *postal_address(petition, letter.office).splitlines()]


def _piece(words: str) -> dict[str, str]:
    """Words that run as their first letter does, whatever stands around them."""
    strong = (bidirectional(c) for c in words)
    first = next((kind for kind in strong if kind in {"L", "R", "AL"}), "L")
    return {"words": words, "way": "ltr" if first == "L" else "rtl"}


def _way_of(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
