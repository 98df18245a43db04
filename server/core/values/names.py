"""Names: what is well formed, when two are the same, and what else stands beside them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from server.core.values.postcodes import normal_postcode

NAME_LIMIT = 80  # characters; the longest name still fits one text with the petition's word

MARKS = 4  # on one letter; no language that we know writes more
JOINERS = "\u200c\u200d"
# Nothing to be seen either, whatever their category says: the fillers of Hangul, the blank of
# Braille, and what keeps two letters from joining.
_BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_SPACES = re.compile(r"\s+")
_ORDINAL = re.compile(r"(?<=\w) \d(?:st|nd|rd|th)$", re.IGNORECASE)  # Robert Brown 3rd
_LINK = re.compile(r"https?:|www\.|@|://", re.IGNORECASE)


def tidy(typed: str) -> str:
    """One line: NFC, no control or invisible characters, single spaces, and no letter with more
    than `MARKS` marks, which would run over the lines above and below.

    Joiners stay: some scripts (Hindi, Persian) spell with them.
    """
    if typed.isascii() and typed.isprintable():  # nearly always, and ten times as fast
        return " ".join(typed.split())
    seen = "".join(_shown(c) for c in typed)
    return _SPACES.sub(" ", _few_marks(unicodedata.normalize("NFC", seen))).strip()


def tidy_lines(typed: str) -> str:
    """Lines, each `tidy`, with at most one empty line between two."""
    lines = (tidy(line) for line in typed.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _shown(c: str) -> str:
    """The character, a space for one that parts words, nothing for one that nobody sees."""
    if c in JOINERS:
        return c
    if c in _BLANKS or unicodedata.category(c) == "Cf":
        return ""
    return " " if unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} else c


def _few_marks(line: str) -> str:
    """Without the fifth mark and all that follow on one letter; those of spacing vowels are none.

    A joiner begins no new letter, and a mark that stands on nothing goes too.
    """
    kept, room = [], 0
    for c in line:
        if unicodedata.category(c) in {"Mn", "Me"}:
            room -= 1
            if room < 0:
                continue
        elif c not in JOINERS:
            room = 0 if c.isspace() else MARKS
        kept.append(c)
    return "".join(kept)


def check_name(name: str) -> str | None:
    """The fault of a tidied name as a problem code, or None: missing, long or not_a_name."""
    if not name:
        return "missing"
    if len(name) > NAME_LIMIT:
        return "long"
    if not any(map(str.isalpha, name)) or _LINK.search(name):
        return "not_a_name"
    return None


def check_texted_name(name: str) -> str | None:
    """As `check_name`, of a name that stood among other words: a digit in it is part of a postcode
    or an address, or an answer to something else."""
    fault = check_name(name)
    return fault or ("not_a_name" if any(map(str.isdigit, _ORDINAL.sub("", name))) else None)


@lru_cache(maxsize=8192)
def fold_name(name: str) -> str:
    """Two spellings of one name fold to the same: case, accents, punctuation and spaces."""
    if name.isascii():
        return _NOT_LETTERS.sub(" ", name.lower().replace("'", "")).strip()
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = (c if _spells(c) else " " for c in decomposed if not _is_latin_mark(c))
    return " ".join("".join(letters).split())


def _spells(c: str) -> bool:
    return c.isalnum() or unicodedata.category(c)[0] == "M"


def _is_latin_mark(c: str) -> bool:
    # Only the combining block: vowel signs of Indic scripts are marks too, and tell names apart.
    return "\u0300" <= c <= "\u036f" or c in "'\u2019\u02bc"


def same_person(one: str, other: str) -> bool:
    """Whether two folded names on one contact are one person: one edit or one word apart."""
    if one == other:
        return True
    shorter, longer = sorted((one.split(), other.split()), key=len)
    if len(longer) == len(shorter) + 1:
        return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
    return _one_edit(one, other)


def _one_edit(one: str, other: str) -> bool:
    """One letter changed, added, left out, or two neighbours swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[1::-1] == b[:2] and a[2:] == b[2:])


def split_name_and_postcode(typed: str, country: str) -> tuple[str, str]:
    """The name and postcode in free words, in either order; what is not there is ''.

    The longest run of neighbouring words that is a postcode of the country counts as one, the last
    such run if there are several; failing that, the words with digits are taken as a postcode
    that will be reported as wrong, in the words of the person who wrote it. A word of letters that
    the postcode can do without ("Ana De 10115") stays with the name.
    """
    words = [w for w in (w.strip(".,;:!?()[]<>\"'*_") for w in re.split(r"[\s,;]+", typed)) if w]
    for size in (3, 2, 1):
        for start in range(len(words) - size, -1, -1):
            run = words[start : start + size]
            postcode = normal_postcode(" ".join(run), country) if _has_digit(run) else None
            if postcode and not _can_spare_first(run, postcode, country):
                return " ".join(words[:start] + words[start + size :]), postcode
    with_digits = [w for w in words if _has_digit([w])]
    return " ".join(w for w in words if w not in with_digits), " ".join(with_digits)


def _can_spare_first(run: list[str], postcode: str, country: str) -> bool:
    rest = normal_postcode(" ".join(run[1:]), country) if run[0].isalpha() else None
    return rest == postcode or (rest is not None and run[0].upper() != country)


def _has_digit(run: list[str]) -> bool:
    return any(map(str.isdigit, "".join(run)))
