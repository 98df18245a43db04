"""Free text -> what its sender means, once, in every language.

    languages/      the words, one table each
    lexicon.py      the tables, turned round
    letters.py      a text as words, in their places
    pieces.py       words and phrases of a text, each with a sign
    frames.py       quotes of ours, reactions, footers
    collectors.py   the code of who brought the sender
    petitions.py    the petition's word: glued, dotted, misspelt
    postcodes.py    postcodes and other numbers
    places.py       cities, states, streets
    names/          who signs (capitals, candidates, evidence, entries, written)
    wishes.py       stop, remove, undo
    decide.py       commands, questions, refusals, language
    meaning.py      all of it together
    context.py      what is known beforehand
    reading.py      what comes of it
    yes_no.py       the answer to a question that takes yes or no
    spans.py        what explains each part of the text

Spans of the text are consumed by what explains them; the name is what stands where a name stands,
never what is left over. Nothing here knows the content of a petition, or a database.
"""

from __future__ import annotations

from typing import Final

from sms.reading.collectors import take_code
from sms.reading.context import Context, OpenQuestion, PetitionWord, PetitionWords
from sms.reading.frames import Framed, take_footers, unframed
from sms.reading.letters import words_of
from sms.reading.lexicon import lexicon
from sms.reading.meaning import meaning_of
from sms.reading.petitions import find_petitions, split_glued, take_slip
from sms.reading.pieces import pieces_of
from sms.reading.postcodes import find_postcode
from sms.reading.reading import Doubt, Intent, Reading, Span
from sms.reading.spans import left_of, spans_of
from sms.reading.yes_no import yes_or_no

__all__ = [
    "Context",
    "Doubt",
    "Intent",
    "OpenQuestion",
    "PetitionWord",
    "PetitionWords",
    "Reading",
    "Span",
    "read",
    "reserved",
    "yes_or_no",
]

_NOWHERE: Final = Context()


def reserved() -> frozenset[str]:
    """What must not become a petition's word: every command, in all languages."""
    return lexicon().reserved


def read(text: str, context: Context = _NOWHERE, *, explain: bool = True) -> Reading:
    """What the sender of this text means. Never raises.

    `explain`: with the span of each piece and what is left; who only answers does without.
    """
    framed = unframed(text, context.ours)
    if framed.whole:
        return _quoted(text, framed, context)
    words = words_of(framed.text, context.petitions.words)
    split_glued(words, context)
    collector, spans = take_code(words, context)
    pieces = pieces_of(words, context.petitions.words)
    take_footers(pieces)
    named = [pieces.folded(at) for at, tag in enumerate(pieces.tags) if tag == "K"]
    postcode = find_postcode(pieces, context.countries(named), context.postcode)
    slip = "" if context.asked and context.asked.petition else take_slip(pieces)
    petitions = find_petitions(pieces, context)
    meaning = meaning_of(pieces, context, petitions, postcode)
    if collector:
        meaning = meaning._replace(collector=collector)
    if explain:
        spans = tuple(sorted((*spans, *spans_of(pieces, framed, meaning))))
        left = left_of(pieces, meaning)
        return meaning._replace(petitions=petitions, typed=slip, spans=spans, left=left)
    return meaning._replace(petitions=petitions, typed=slip) if petitions or slip else meaning


def _quoted(text: str, framed: Framed, context: Context) -> Reading:
    """A text of ours, sent back: a reaction, or a forward that names its petition."""
    words = (word for word in words_of(text).folded if word in context.petitions)
    spans = tuple(Span(*span) for span in framed.spans)
    return Reading(intent="quote", petitions=tuple(dict.fromkeys(words))[:1], spans=spans)
