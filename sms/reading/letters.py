"""A text taken apart into words, each with its place in the original.

Nothing is cleaned beforehand, so that every place is one in the text that the sender wrote: what
nobody sees lies inside a word and is left out when the word is compared or shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from sms.characters import fold, visible

# What parts words. Everything else is a letter, a digit, a mark on one of them, or unseen.
_PARTING: Final = (
    r"\x00-\x26\x28-\x2f\x3a-\x40\x5b-\x5e\x5f\x7b-\xa9\xab\xac\xae-\xb1\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7"
    r"\u037e\u0387\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u0600-\u060f\u061b\u061d-\u061f"
    r"\u066a-\u066d\u06d4\u0700-\u070d\u0964\u0965\u0970\u0df4\u0e3f\u0e4f\u0e5a\u0e5b\u104a-\u104f"
    r"\u10fb\u1361-\u1368\u17d4-\u17da\u1800-\u180a\u2000-\u200a\u2010-\u2017\u201a-\u2029\u202f-\u205f"
    r"\u20a0-\u20cf\u2190-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3007-\u3020\u3030\u303d\u30fb\uff01-\uff0f"
    r"\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufe10-\ufe1f\ufe30-\ufe6b\ufffc\ufffd"
    r"\U0001f000-\U0001faff\U000e0020-\U000e007f"
)
_APOSTROPHES: Final = "'`´‘’‛ʼʻ＇"
_LETTER: Final = rf"[^{_PARTING}{_APOSTROPHES}\u2018\u2019]"
#: A word: letters, with apostrophes between them (O'Brien) or before a lone one ('t Hoff), and the
#: dot between two parts of a name in Japanese.
_WORD: Final = re.compile(
    rf"(?:(?<![^\s])['’](?=[tT]\s[A-Z]))?{_LETTER}+"
    rf"(?:[{_APOSTROPHES}]{_LETTER}+|(?<=[\u30a1-\u30fc])・(?=[\u30a1-\u30fa]){_LETTER}+)*"
)
#: Addresses and links, for a text that may hold one.
_LINK: Final = re.compile(
    r"(?:https?://|www\.)[^\s,;<>]+|</?(?:a|b|i|p|u|br|em|div|span|strong|font|html|body)\s?/?>"
    r"|(?<![^\s,;:<>@()])[^\s,;:<>@()]++@[^\s,;:<>@()]+"
    r"|(?<![\w.-])[\w-]+\.(?:com|org|net|gov|example)\b[^\s,;<>]*"
)
#: zip59801, Díaz59801, 59801Ana, 王小明59801: letters of any script, and digits of any.
_GLUED: Final = re.compile(
    r"([A-Za-z][^\d]*[^\d_]|[^\W\dA-Za-z_][^\d]*)(\d{4,})|(\d{5})([^\W\d_][^\d]+)"
)
#: Stopppp, pleeease. Nobody stretches how a word begins, and Edward VIII is a name.
_STRETCHED: Final = re.compile(r"(?<=([A-Z]))(?!\1)([A-HJ-Z])\2{2,}")
_UNSEEN: Final = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\xad\u200c\u200d\ufe0e\ufe0f\u20e3]"
)
_STYLED: Final = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff]")
_DROPPED: Final = str.maketrans(dict.fromkeys(_APOSTROPHES))
_HYPHENS: Final = "-‐‑‒–—"
_CYRILLIC: Final = str.maketrans("АВЕКМНОРСТУХавекмнорстух", "ABEKMHOPCTYXABEKMHOPCTYX")


class Words:
    """The words of one text, as columns: the cleaned spelling, the form in which they are compared,
    the places in the original, and what lies between each word and the one before.

    `gaps` has one entry more than there are words, for what stands behind the last: '' for space,
    '-' for a hyphen that joins, and `, . ? ¿` or a newline for what parts.
    """

    __slots__ = ("ends", "exact", "folded", "gaps", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.folded: list[str] = []
        self.exact: list[str] = []
        self.gaps: list[str] = []

    def __len__(self) -> int:
        return len(self.folded)


def words_of(text: str, known: Collection[str] = ()) -> Words:
    """The words of a text, links and addresses as one word each ('@' when compared).

    Digits that are glued to a word are another, unless the whole is one of the `known` words.
    """
    found = Words(text)
    end = 0
    linked = "@" in text or "." in text or "<" in text
    links = [match.span() for match in _LINK.finditer(text)] if linked else []
    for match in _WORD.finditer(text):
        start = match.start()
        if start < end:
            continue
        if links and links[0][0] <= start:
            start, stop = links.pop(0)
            _add(found, end, start, stop, "@", "@")
        else:
            stop = match.end()
            raw = match[0]
            if not raw.isalpha() or (known and raw[0] < "\x80" and not raw.isascii()):
                for seam in _seams(raw, known):
                    _add_raw(found, known, end, start, match.start() + seam)
                    end = start = match.start() + seam
            if not _add_raw(found, known, end, start, stop):
                continue
        end = stop
        while links and links[0][0] < end:
            links.pop(0)
    found.gaps.append(_gap(text[end:].rstrip()))
    return found


def _add_raw(words: Words, known: Collection[str], end: int, start: int, stop: int) -> bool:
    """Add a word as it stands in the text; False if nobody sees anything of it."""
    raw = words.text[start:stop]
    if raw.isascii():
        upper = raw.upper()
        long = 4 < stop - start < 16 and raw.isalpha() and upper not in known
        if long and _STRETCHED.search(upper):
            upper = _STRETCHED.sub(r"\2", upper)
        _add(words, end, start, stop, upper.translate(_DROPPED) if "'" in raw else upper, raw)
        return True
    spelt, compared = _spelt(raw)
    if compared:
        _add(words, end, start, stop, compared, spelt)
    return bool(compared)


def _seams(raw: str, known: Collection[str]) -> list[int]:
    """Where a word is several that are glued: a petition's word before letters of another script,
    digits before or behind a name; none where it is a petition's word, as that may end in digits.
    """
    if raw.upper() in known:
        return []
    own = max((len(word) for word in known if _is_glued(raw, word)), default=0)
    seams = [own] if own else []
    if glued := _GLUED.fullmatch(raw, own):
        seams.append(glued.end(1) if glued[1] else glued.end(3))
    return seams


def _is_glued(raw: str, word: str) -> bool:
    """Whether a word begins with a petition's, and goes on with digits behind its own, or in
    another script."""
    behind = raw[len(word) :]
    if not behind or raw[: len(word)].upper() != word:
        return False
    return behind.isdigit() if word[-1].isdigit() else behind[0] >= "\u0370" and behind[0].isalpha()


def _add(words: Words, end: int, start: int, stop: int, compared: str, spelt: str) -> None:
    between = words.text[end:start]
    if not words.gaps:
        between = between.lstrip()
    words.gaps.append("" if between == " " or not between else _gap(between))
    words.starts.append(start)
    words.ends.append(stop)
    words.folded.append(compared)
    words.exact.append(spelt)


@lru_cache(maxsize=8192)
def _spelt(raw: str) -> tuple[str, str]:
    """A word as it is shown, and as it is compared."""
    shown = _UNSEEN.sub("", raw) if not raw.isascii() and _has_latin(raw) else raw
    shown = unicodedata.normalize(
        "NFKC" if _STYLED.search(shown) else "NFC", visible(shown)
    ).strip()
    return shown, folded(shown)


def _has_latin(raw: str) -> bool:
    return any(char < "\u0250" and char.isalnum() for char in raw) or not any(map(str.isalpha, raw))


def folded(word: str) -> str:
    """The form in which words are compared: capitals without accents and apostrophes, and digits of
    every script as ours; a Cyrillic letter among Latin ones is the Latin letter that it looks like.
    """
    form = fold(word).translate(_DROPPED)
    if form.isascii():
        return form
    if not form.isalpha():
        form = "".join(str(unicodedata.decimal(c, c)) for c in form)
    return form.translate(_CYRILLIC) if _is_mixed(form) else form


def _is_mixed(form: str) -> bool:
    return any("A" <= c <= "Z" for c in form) and any("\u0400" <= c <= "\u04ff" for c in form)


_CONTROLS: Final = dict.fromkeys(range(32), " ") | {10: "\n", 13: "\n"}


@lru_cache(maxsize=4096)
def _gap(between: str) -> str:
    """What parts two words: the strongest sign between them."""
    between = between.translate(_CONTROLS)
    if "?" in between or "؟" in between or "？" in between:
        return "?"
    if "¿" in between:
        return "¿"
    if "\n" in between:
        return "\n"
    bare = between.strip()
    if not bare or all(c in _QUOTES for c in bare):
        return ""
    if between in _HYPHENS:
        return "-"
    if bare[0] == "." and any(c in ",;:/(-–—" for c in bare):
        return ","  # Jr., and more of the sentence
    if any(c in ".!。।॥…！۔" for c in between):
        return "." if len(between) > len(bare) or len(bare) > 1 or bare != "." else ":"
    return "+" if "&" in bare or bare == "+" else ","


_QUOTES: Final = "\"“”„‟«»‘’'`´_"


def is_capital(word: str) -> bool:
    """Whether a word begins with a capital letter; never in a script without capitals."""
    return word[:1].isupper() or word[:1].istitle()
