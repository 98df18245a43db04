"""How words are written when they are looked for: what hurried people leave out does not count."""

from __future__ import annotations

import unicodedata

#: Letters that Unicode does not take apart into a base and a mark, those of Arabic that are written
#: one for the other, and the quotation marks that phones put in the place of what was typed.
_ALIKE = {
    "đ": "d",
    "ð": "d",
    "ɗ": "d",
    "ø": "o",
    "ł": "l",
    "ħ": "h",
    "ŧ": "t",
    "ı": "i",
    "ŋ": "n",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ɓ": "b",
    "ƙ": "k",
    "ς": "σ",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
    "ٱ": "ا",
    "ـ": "",
    **dict.fromkeys("‘’‚‛ʻʼ′", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    # What means something to LIKE, as another character that is looked for as itself.
    "%": "％",
    "_": "＿",
    "\\": "＼",
}
#: Combining classes of marks that are left out at will: nukta, the points of Hebrew, Arabic and
#: Syriac, the tones of Thai and Lao, accents. Vowel signs, viramas and the voicing of kana have
#: others, or none: without them a word is another word.
_LEFT_OUT = frozenset({7, *range(10, 37), 107, 122, *range(200, 241)})
_NOTHING = frozenset({"Cf", "Me"})  # to be seen, but for what it stands on
_PARTS = frozenset({"Cc", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})  # words


class _Letters(dict[int, str]):
    """What stands for each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _letter(chr(code))
        return found


def _letter(c: str) -> str:
    category = unicodedata.category(c)
    if category in _PARTS:
        return " "
    if category in _NOTHING or "\ufe00" <= c <= "\ufe0f" or unicodedata.combining(c) in _LEFT_OUT:
        return ""
    if category == "Pd":
        return "-"
    if category == "Nd":
        return str(unicodedata.digit(c))
    return _ALIKE.get(c, c)


_LETTERS = _Letters()


def fold_words(text: str) -> str:
    """Words in small letters, without marks (đ is d), in one width, with single spaces between.

    Nothing in it means something to LIKE, and nothing is left that a database cannot take. Folding
    twice changes nothing more.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = unicodedata.normalize("NFKD", plain).translate(_LETTERS)
    return " ".join(unicodedata.normalize("NFC", letters).split())
