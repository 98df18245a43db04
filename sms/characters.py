"""Letters as people type them, and as we compare them."""

import re
import unicodedata

# Accents of Latin letters (and of Greek and Cyrillic, where losing them does no harm), the Arabic
# vowel signs, hamza and tatweel, which are written or left out at will, and variation selectors.
# Indic vowel signs are letters in all but name, so they stay.
_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u0640\ufe00-\ufe0f]")

# Letters that Unicode does not take apart into a base and an accent.
UNDECOMPOSED = str.maketrans(
    {"Đ": "D", "đ": "d", "Ł": "L", "ł": "l", "Ħ": "H", "ħ": "h", "ı": "i", "Œ": "OE", "œ": "oe"}
    | {"Ø": "O", "ø": "o", "Æ": "AE", "æ": "ae", "ẞ": "SS", "ß": "ss", "Þ": "TH", "þ": "th"}
)

_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    """`text` without characters that nobody sees: zero-width ones, direction marks, soft hyphens.

    The two joiners stay, since names in Hindi and Persian are spelt with them. Controls other
    than newlines, and lone surrogates (which no database takes), become spaces.
    """
    if text.isascii() and text.isprintable():  # nearly always, and much faster
        return text
    return "".join(_shown(char) for char in text)


def storable(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, without what no database takes: NUL, which is dropped,
    and lone surrogates, which JSON can carry and which become "?"."""
    return text[:limit].replace("\x00", "").encode("utf-8", "replace").decode()


def _shown(char: str) -> str:
    if char.isprintable() or char == "\n" or char in _JOINERS:
        return char
    return "" if unicodedata.category(char) == "Cf" else " "


def fold(word: str) -> str:
    """The form in which words are compared and keywords are stored: `fírma` becomes `FIRMA`.

    Upper case, NFKC, without accents, zero-width characters and joiners. Folding twice changes
    nothing more.
    """
    if word.isascii() and word.isprintable():
        return word.upper()
    bare = visible(word).translate({ord(joiner): None for joiner in _JOINERS})
    upper = bare.translate(UNDECOMPOSED).upper()
    parts = unicodedata.normalize("NFKD", upper).upper().translate(UNDECOMPOSED)
    return unicodedata.normalize("NFC", _MARKS.sub("", parts))
