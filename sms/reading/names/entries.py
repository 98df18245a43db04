"""A name and a postcode that make an entry, by what else stands in a text."""

from __future__ import annotations

import re
from typing import Final

from sms.reading.names.capitals import is_title
from sms.reading.names.names import Found
from sms.reading.pieces import Pieces


def is_entry(pieces: Pieces, line: str, found: Found) -> bool:
    """Ana Diaz 59801: a name and a postcode with nothing besides that would need another sense."""
    first, last = found.places[0][0], found.places[-1][1]
    others = [
        tag
        for at, tag in enumerate(line)
        if pieces.last[at] > pieces.first[at] and not first <= pieces.start(at) < last
    ]
    allowed = "PyegnzkljcA&V2<>*H8F" + ("dt" if found.cued else "")
    return all(tag in allowed for tag in others)


def talks(pieces: Pieces, line: str, found: Found) -> bool:
    """Tell Mike I said hi: whether more is said beside a name than an answer needs."""
    others = [tag for at, tag in enumerate(line) if not _is_in(pieces, at, found)]
    few = others.count("l") < 2 and not {"l", "e"} <= set(others)
    return not few or bool(set(others) & set("dqvxoOSM"))


#: A name beside a postcode, as a sentence of its own at the end of a text.
_ENTRY: Final = re.compile(r"(?:^|[.?\n])[,eyg]*(?:[nk]?X+[,.\nczA]*P|P[,.\nczA]*X+)[,.\ncAyegF]*$")
_PERHAPS_NAME: Final = "NwT2p#&f"


def ends_in_entry(pieces: Pieces, line: str, found: Found) -> bool:
    """No more scans! Ana Diaz, 59801: who talks first and signs then; not what programs send."""
    tags = [
        "X" if (_is_in(pieces, at, found) if found.names else tag in _PERHAPS_NAME) else tag
        for at, tag in enumerate(line)
    ]
    return bool(_ENTRY.search("".join(tags)))


def has_capitals(pieces: Pieces, line: str) -> bool:
    """Name: Happy Singh Zip: 59801: whether words in a row have capitals, and may be a name."""
    tags = (
        "X" if tag in _PERHAPS_WORD and is_title(pieces, at) else tag for at, tag in enumerate(line)
    )
    row = re.search("X(?:[X2p]*X)+", "".join(tags))
    return row is not None and bool(set("NwT2") & set(line[slice(*row.span())]))


_PERHAPS_WORD: Final = "NwT2pdv&l#"


def _is_in(pieces: Pieces, at: int, found: Found) -> bool:
    """Whether a piece is part of a name."""
    if pieces.last[at] == pieces.first[at]:
        return False
    return any(first <= pieces.start(at) < last for first, last in found.places)
