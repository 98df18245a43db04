"""The code of who brought the sender, which no name and no postcode is: FACE ANA7 Bo Diaz 59801."""

from __future__ import annotations

import re
from typing import Final

from sms.reading.context import Context
from sms.reading.letters import Words
from sms.reading.reading import Span

_CODE: Final = re.compile(r"[A-Z]{3,9}[0-9]{1,2}")


def take_code(words: Words, context: Context) -> tuple[str, tuple[Span, ...]]:
    """Take it out of the text; the code, and where it stood.

    One that is known is taken wherever it stands, unless it is all that was sent. One that nobody
    has counts for nothing, and behind a petition's word, in capitals, it is no part of a name.
    """
    at = _place(words, context)
    if at is None:
        return "", ()
    code, span = words.folded[at], Span(words.starts[at], words.ends[at], "collector")
    for column in (words.folded, words.exact, words.starts, words.ends):
        del column[at]
    words.gaps[at : at + 2] = [words.gaps[at + 1] or words.gaps[at]]
    return code if code in context.petitions.codes else "", (span,)


def _place(words: Words, context: Context) -> int | None:
    known = context.petitions
    if known.codes and len(words) > 1:
        found = (at for at, word in enumerate(words.folded) if word in known.codes)
        if (at := next(found, None)) is not None:
            return at
    behind = (at + 1 for at, word in enumerate(words.folded[:-1]) if word in known.words)
    return next((at for at in behind if _CODE.fullmatch(words.exact[at])), None)
