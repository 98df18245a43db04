"""What a text costs, by 3GPP 23.038 (alphabets) and 23.040 (segments), and how to make it fit.

A segment holds 140 octets: 160 septets of the GSM-7 alphabet or 70 UTF-16 units of UCS-2. A text
of several segments gives 6 octets of each to a header, leaving 153 or 67. One character outside
GSM-7 puts the whole text into UCS-2.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from functools import cache
from itertools import accumulate, islice
from typing import Any, Final, Literal, NamedTuple

from sms.characters import UNDECOMPOSED, visible

# 3GPP 23.038, 6.2.1, in the order of the table; 0x1B (escape) is left out, being no character.
GSM7_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# 6.2.1.1: each is an escape and a second septet.
GSM7_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_GSM7: Final = GSM7_BASIC | GSM7_EXTENSION

Encoding = Literal["GSM-7", "UCS-2"]
_CAPACITY: Final[dict[Encoding, tuple[int, int]]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


class Size(NamedTuple):
    """`units` are septets or UTF-16 units, padding not counted; `left` is free in the last segment.

    An empty text is one segment, as it is billed.
    """

    encoding: Encoding
    units: int
    segments: int
    left: int


def measure(text: str) -> Size:
    """The exact size of `text`.

    Neither an escape sequence nor a surrogate pair may be split between segments, so a segment
    can end one unit early, and a text can need one segment more than division says.
    """
    encoding: Encoding = "GSM-7" if _GSM7.issuperset(text) else "UCS-2"
    units = _units(text, encoding)
    alone, each = _CAPACITY[encoding]
    if units <= alone:
        return Size(encoding, units, 1, alone - units)
    segments, used = 1, 0
    for width in _widths(text, encoding):
        if used + width > each:
            segments, used = segments + 1, 0
        used += width
    return Size(encoding, units, segments, each - used)


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return len(text) + sum(map(text.count, GSM7_EXTENSION))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _widths(text: str, encoding: Encoding) -> list[int]:
    if encoding == "GSM-7":
        return [1 + (char in GSM7_EXTENSION) for char in text]
    return [1 + (char > "\uffff") for char in text]


_TYPOGRAPHIC: Final = str.maketrans(
    dict.fromkeys("‘’‚‛′´`ʻʼ＇", "'")
    | dict.fromkeys("“”„‟″«»＂", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006", " ")
    | dict.fromkeys("\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " ")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
    | {"…": "...", "•": "*", "·": ".", "⁄": "/"}
)


def fold_to_gsm7(text: str) -> str:
    """`text` in GSM-7 if spelling it a little more plainly can do it, otherwise unchanged (in NFC).

    Quotes, dashes, the ellipsis and special spaces go first: nobody misses them, and one U+00A0
    doubles the price of a text. If accents still stand in the way they go too, since GSM-7 has
    é è ù ì ò à ñ ü ö ä but not á í ó ú or ç: "José, ¿firmó aquí?" costs one segment of 70 with its
    accents and is readable without. A text that stays UCS-2 anyway (Hindi, emoji) keeps every
    accent, quote and joiner: plainer would be no cheaper, and "..." costs more than "…" there.
    """
    shorter = text.replace("…", "...")  # all that most texts need
    if _GSM7.issuperset(shorter):
        return shorter
    text = unicodedata.normalize("NFC", text)
    plain = text.translate(_TYPOGRAPHIC)
    if _GSM7.issuperset(plain):
        return plain
    bare = "".join(char if char in _GSM7 else _bare(char) for char in plain)
    return bare if _GSM7.issuperset(bare) else text


def _bare(char: str) -> str:
    """The letters under the accents of `char`, or `char` itself if they are not GSM-7."""
    parts = unicodedata.normalize("NFKD", char.translate(UNDECOMPOSED)).translate(_TYPOGRAPHIC)
    return "".join(part for part in parts if not unicodedata.combining(part))


_LONGEST, _LONGEST_ASCII = 40, 140  # letters of a word; an address may be longer
_FIELD: Final = re.compile(r"\{(\w+)\}")


def fit(
    template: str,
    /,
    limit_segments: int = 1,
    reserve: int = 0,
    shrink: Collection[str] | None = None,
    lists: Collection[str] = (),
    **fields: object,
) -> str:
    """Fills `{name}` in `template`; the text, folded to GSM-7, takes at most `limit_segments`.

    `reserve` characters of the last segment stay free for what may be appended later. Where it
    is too long, the longest of the fields named in `shrink` (every field, if None) are shortened,
    all to the same length, and end in "…" ("..." in GSM-7); if even that is not enough, the text
    itself is. No grapheme is cut in half, nor a word of the fields named in `lists`, whose words
    have a comma between. Any value is taken: controls and newlines in it become
    spaces, and braces in it mean nothing. Raises KeyError for a field without a value.
    """
    values = {name: " ".join(visible(str(value)).split()) for name, value in fields.items()}

    def fits(text: str) -> bool:
        encoding: Encoding = "GSM-7" if _GSM7.issuperset(text) else "UCS-2"
        if _units(text, encoding) + reserve <= _CAPACITY[encoding][0]:
            return True
        return limit_segments > 1 and measure(text + "x" * reserve).segments <= limit_segments

    text = fold_to_gsm7(_FIELD.sub(lambda match: values[match[1]], template))
    if fits(text):
        return text
    # No grapheme takes less than a unit, so this much is all that could ever be used.
    limit = 160 * limit_segments
    pieces = {
        name: _first_graphemes(value, limit + 1)
        for name, value in values.items()
        if shrink is None or name in shrink
    }

    def filled(length: int) -> str:
        short = values | {
            name: (_shorten_list if name in lists else _shorten)(piece, length)
            for name, piece in pieces.items()
        }
        return fold_to_gsm7(_FIELD.sub(lambda match: short[match[1]], template))

    room = 160 * limit_segments - reserve - len(filled(0))
    lengths = sorted(map(len, pieces.values()))
    # Beyond the longest of them nothing changes, so the search need not begin further up.
    text = _longest(filled, fits, max(lengths, default=0), _share(lengths, room))
    if fits(text):
        return text
    whole = _first_graphemes(text, limit + 1)
    return _longest(lambda length: fold_to_gsm7(_shorten(whole, length)), fits, limit + 1, 0)


def _share(lengths: list[int], room: int) -> int:
    """To what length these, in rising order, are cut to fill `room`, were each letter one unit."""
    for index, length in enumerate(lengths):
        share = room // (len(lengths) - index) - 2  # "..." is two units more than the letter cut
        if length > share:
            return share
        room -= length
    return 0


def _longest(
    build: Callable[[int], str], fits: Callable[[str], bool], most: int, guess: int
) -> str:
    """`build` of a great length that fits, below `most`; `build(0)` if none does.

    Found by bisection, unless the guess is right. Where shortening also takes the last emoji out,
    what fits is not quite monotone, and then a longer text than the one found may fit as well.
    """
    low, high, best = 0, most, build(0)
    guesses = iter((guess, guess + 1))
    while high - low > 1:
        middle = next(guesses, 0)
        if not low < middle < high:
            middle = (low + high) // 2
        text = build(middle)
        if fits(text):
            low, best = middle, text
        else:
            high = middle
    return best


def _shorten(graphemes: list[str], length: int) -> str:
    """At most `length` graphemes, the last one being "…" if any had to go."""
    if len(graphemes) <= length:
        return "".join(graphemes)
    return "".join(graphemes[: length - 1]).rstrip() + "…" if length else ""


def _shorten_list(words: list[str], length: int) -> str:
    """As many words of a list as fit that length, the last one being "…" if any had to go."""
    if len(words) <= length:
        return "".join(words)
    kept, left = "".join(words[: max(length - 3, 0)]), "".join(words[max(length - 3, 0) :])
    kept = kept if left.startswith(", ") else kept.rpartition(", ")[0]
    return f"{kept}, …" if kept else "…" if length else ""


def ends(text: str, most: int) -> list[int]:
    """Where `text` may be parted, up to `most` characters: behind each word with its spaces, and
    within one of many letters, as of scripts without spaces, behind each grapheme."""
    found: list[int] = []
    for word in re.finditer(r"\S+\s*", text):
        if word.start() >= most:
            break
        if len(word[0]) <= (_LONGEST_ASCII if word[0].isascii() else _LONGEST):
            found.append(word.end())
            continue
        pieces = _first_graphemes(word[0], most - word.start())
        found += (word.start() + length for length in accumulate(map(len, pieces)))
    return [end for end in found if end <= most or end == len(text)]


def _first_graphemes(text: str, count: int) -> list[str]:
    """At most `count` of what readers see as one character each (UAX #29): a letter with all its
    marks, a conjunct, an emoji with its skin tone and family, a flag."""
    text = unicodedata.normalize("NFC", text)
    if text.isascii():
        return list(text[:count])
    return [found[0] for found in islice(_grapheme().finditer(text), count)]


@cache
def _grapheme() -> Any:
    """Loaded for the first text beyond ASCII that is too long: it takes 3 MB and 16 ms."""
    import regex

    return regex.compile(r"\X")
