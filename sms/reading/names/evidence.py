"""What speaks for a run of words that may be a name, and what makes it doubtful."""

from __future__ import annotations

import re
from typing import Final

from sms.reading.commands import language_of
from sms.reading.context import Context
from sms.reading.lexicon import lexicon
from sms.reading.names.candidates import Candidate, nearest, script_of
from sms.reading.names.capitals import is_foreign, is_title, is_weak_cue
from sms.reading.pieces import Pieces

_LONGEST: Final = 6  # words of a name, particles not counted; more are asked about


def weigh(pieces: Pieces, line: str, found: Candidate, context: Context) -> None:
    """Note how strongly a run is a name, and whether it may be more than one, or none."""
    changed = found.left == "H" and "d" not in line[: found.first]
    found.cued = found.left == "n" or changed or _is_myself(pieces, line, found)
    found.other = found.left == "k" and "N" in line[found.first : found.last]
    case = _capitals(pieces, line, found.first, found.last)
    awaited = context.asked is not None and context.asked.wants_name and _is_alone(line, found)
    found.strength = (
        (1 if found.size > 1 else 0)
        + _by_left(line, found)
        + _by_right(line, found)
        + (2 if line[found.first - 1 : found.first] == "j" else 0)
        - _by_words(line, found, case)
        + (3 if awaited else 0)
        + _by_capitals(pieces, line, found, case)
        + _by_script(pieces, line, found)
        - (3 if line[found.first - 1 : found.first] in ("v", "r") else 0)  # no face scans
    )
    found.doubtful |= _is_doubtful(pieces, line, found, context, case)


def _by_words(line: str, found: Candidate, case: tuple[int, int]) -> int:
    """Words that mean something else speak less for a name; a small one among others hardly."""
    large, small = case
    if "N" not in line[found.first : found.last]:
        return 1 if large > 1 and not small else 2
    alone = found.size == 1 and small and not large and not found.cued
    return 3 if alone and "P" not in line and _TALKS.search(line) else 0


#: Signs of a text that says something, or wants more than to sign.
_TALKS: Final = re.compile("[ldqvoOMS]")


def _by_left(line: str, found: Candidate) -> int:
    """A cue before it, somebody's kin, the petition's word, or the postcode."""
    if found.cued or found.other:
        return 5 if found.cued else 4
    at = found.first - 1
    sign = nearest(line, at, -1, ",\nyegl&kdG") or _across(line, at, -1)
    if sign and sign in "KsJ":
        return 3
    if sign in ("P", "z"):
        return 3 if "K" in line or "s" in line or _is_alone(line, found) else 2
    if found.left:
        return 0
    return 2 if "P" in line and ("K" in line or "s" in line) else 1


def _by_right(line: str, found: Candidate) -> int:
    """ "Ana Diaz here", the postcode or its label, the petition's word."""
    if found.right == "V":
        return 5
    sign = nearest(line, found.last, 1, ",\nyegcl<d&G") or _across(line, found.last, 1)
    if sign in ("P", "7") or found.right == "z":
        return 3
    if sign and sign in "KsJ":
        return 2
    return 0 if found.right else 1


def _across(line: str, at: int, step: int) -> str:
    """What is beyond the end of a sentence: "Sign FACE. Ana Diaz. 59801"."""
    beyond = at + step
    if not (0 <= at < len(line) and 0 <= beyond < len(line) and line[at] == "."):
        return ""
    sign = nearest(line, beyond, step, ",ly")
    return "P" if sign in ("P", "z") else sign if sign and sign in "Ks" else ""


def _is_myself(pieces: Pieces, line: str, found: Candidate) -> bool:
    """I, Ana Diaz, sign."""
    at, behind = found.first - 1, line[found.last : found.last + 1]
    if at > 0 and line[at] == "," == behind:
        at -= 1
    elif behind not in ("s", "J") or found.size < 2:
        return False
    return at >= 0 and pieces.folded(at) in _MYSELF


_MYSELF: Final = frozenset({"I", "YO", "EU", "JE", "MOI", "MWEN"})


def _is_alone(line: str, found: Candidate) -> bool:
    """Whether nothing but courtesy and a postcode stands beside it."""
    return not (line[: found.first] + line[found.last :]).strip(",.\nygejPzcAF")


def _by_script(pieces: Pieces, line: str, found: Candidate) -> int:
    """A name in other letters than the words around it stands out."""
    if pieces.words.text.isascii():
        return 0
    own = script_of(pieces.spelt(found.first))
    others = {script_of(pieces.spelt(at)) for at, tag in enumerate(line) if tag in "nzyglde<vJshq"}
    return 2 if others and own not in others else 0


def _by_capitals(pieces: Pieces, line: str, found: Candidate, case: tuple[int, int]) -> int:
    """Capitals say much in a text that has small letters elsewhere."""
    large, small = case
    if not (large or small):
        return 0
    others = _frame_is_small(pieces, line, found)
    if large and not small:
        return 2 if others else 0
    return -2 if small and not large and _other_is_large(pieces, line, found) else 0


def _capitals(pieces: Pieces, line: str, first: int, last: int) -> tuple[int, int]:
    """How many words of a run begin with a capital, and how many with a small letter."""
    words = pieces.words
    places = [pieces.first[at] for at in range(first, last) if line[at] in "NwT2"]
    spelt = [words.exact[at] for at in places if words.gaps[at] != "-"]
    large = len([word for word in spelt if word[:1].isupper()])
    return large, len([word for word in spelt if word[:1].islower()])


def _frame_is_small(pieces: Pieces, line: str, found: Candidate) -> bool:
    """Whether a word around it begins with a small letter."""
    return any(
        tag in "ldnqvzyg<Jskhe&" and pieces.spelt(at)[:1].islower()
        for at, tag in enumerate(line)
        if not found.first <= at < found.last
    )


def _other_is_large(pieces: Pieces, line: str, found: Candidate) -> bool:
    return any(
        tag == "N" and not found.first <= at < found.last and pieces.is_capital(at)
        for at, tag in enumerate(line)
    )


def _is_doubtful(
    pieces: Pieces, line: str, found: Candidate, context: Context, case: tuple[int, int]
) -> bool:
    """Whether the run may be more than a name, or none."""
    large, small = case
    if found.size > _LONGEST or (large > 1 and small and _ends_small(pieces, line, found)):
        return True
    if small and not large and found.size > 3 and not (found.cued or found.right == "V"):
        return True
    if line[found.first - 1 : found.first] == "g" and len(pieces.folded(found.first)) < 3:
        return True  # Ok Ja Kim, or ok, Ja Kim
    if found.size > 2 and _ends_in_town(pieces, line, found.last - 1):
        return True
    loose = not (found.cued or context.asked or _SIGNS.search(line))
    if small and not large and loose and (found.size == 1 or re.search("[ldqv]", line)):
        return True
    if not pieces.words.text.isascii() and (
        _SENTENCE.search(pieces.spelt(found.first))
        or _SENTENCE.search(pieces.spelt(found.last - 1))
    ):
        return True
    if _goes_on(pieces, line, found.last) or _may_end_in_place(pieces, line, found):
        return True
    if large == 1 and small > 1 and not found.cued and found.size > 2:
        return True  # (the beginning of a sentence)
    if large and (_is_half(pieces, line, found) or _is_syllable(pieces, line, found.last)):
        return True
    if large and any(_may_belong(pieces, line, at) for at in (found.first - 1, found.last)):
        return True
    if (not large or _is_shouted(pieces, found)) and _has_doubtful_neighbour(pieces, line, found):
        return True
    if found.cued and _is_weak_cue(pieces, found) and _says_more(line, found):
        return True
    short = found.size == 1 or line[found.first] == "2" or not ("P" in line or "K" in line)
    return bool(found.cued and small and not large and short and _is_weak_cue(pieces, found))


#: What says that a text signs: the petition's word, a sign word.
_SIGNS: Final = re.compile("[KsJ]")
#: "I am called" and "am", written onto a name where no space parts words.
_SENTENCE: Final = re.compile("^(?:我|私)|(?:입니다|이에요|예요|です)$")


#: What is a place, courtesy or a title, and somebody's name as well, before and behind a word.
_OTHER_BEFORE: Final = "ycCAz"
_OTHER_BEHIND: Final = "ycCAj&"


def _is_half(pieces: Pieces, line: str, found: Candidate) -> bool:
    """George Best, Ty Burrell, John Denver: two words with capitals of which one is left."""
    before, behind = found.first - 1, found.last
    if found.size > 1 or not is_title(pieces, found.first):
        return False
    if before >= 0 and _is_other_before(pieces, before) and _is_word_of_name(pieces, before):
        return True
    return (
        behind < len(line)
        and line[behind] in _OTHER_BEHIND
        and _is_word_of_name(pieces, behind)
        and (line[behind] != "&" or line[behind + 1 : behind + 2] in ("", "P", "z", ",", "."))
    )


def _is_other_before(pieces: Pieces, at: int) -> bool:
    """Welcome Msomi; but not "Hi Ana"."""
    entry = pieces.entries[at]
    welcome = pieces.tags[at] == "e" and entry is not None and "courtesy" in entry.kinds
    return welcome or pieces.tags[at] in _OTHER_BEFORE


def _is_syllable(pieces: Pieces, line: str, at: int) -> bool:
    """Nguyen Cao Ky, before a postcode: a state in two letters, or a word without its accents."""
    if line[at : at + 1] not in ("A", "c") or len(pieces.spelt(at)) != 2:
        return False
    entries = lexicon().phrases.get(pieces.folded(at), ())
    return is_title(pieces, at) and any(entry.exact for entry in entries)


def _is_word_of_name(pieces: Pieces, at: int) -> bool:
    """Whether a piece is one word with a capital, and not a state as two letters."""
    return is_title(pieces, at) and (pieces.tags[at] not in "cA" or len(pieces.spelt(at)) > 2)


def _ends_in_town(pieces: Pieces, line: str, at: int) -> bool:
    """Ana Diaz Houston: that may be where she lives."""
    entry = pieces.entries[at] if line[at] == "T" else None
    return entry is not None and "town" in entry.kinds


def _may_end_in_place(pieces: Pieces, line: str, found: Candidate) -> bool:
    """Ana Diaz Pine Ridge SD, soy Ana Diaz de Pine Ridge: that may be where she lives."""
    if _is_state(pieces, line, found.last) and (found.size > 2 or line[found.last - 1] == "T"):
        return True
    behind = line[found.last :].lstrip(",")[:1]
    from_cue = found.left == "n" and _is_weak_cue(pieces, found)
    if not (behind == "A" or (behind == "P" and from_cue)):
        return False
    run = [pieces.spelt(at) for at in range(found.first, found.last)]
    return bool({"de", "di"} & set(run[-3:-1])) and not {"la", "los", "las"} & set(run[-3:-1])


def _is_state(pieces: Pieces, line: str, at: int) -> bool:
    """Whether a state stands right there, as a word or as two letters."""
    if line[at : at + 1] not in ("A", "c"):
        return False
    entry, spelt = pieces.entries[at], pieces.spelt(at)
    return (len(spelt) == 2 and spelt.isupper()) or (entry is not None and "state" in entry.kinds)


def _is_shouted(pieces: Pieces, found: Candidate) -> bool:
    return all(pieces.spelt(at).isupper() for at in range(found.first, found.last))


def _goes_on(pieces: Pieces, line: str, at: int) -> bool:
    """John Q. Public: an everyday word behind an initial."""
    return line[at : at + 2] == ".d" and len(pieces.folded(at - 1)) == 1


def _may_belong(pieces: Pieces, line: str, at: int) -> bool:
    """Whether a word right beside a name has a capital that nothing else explains."""
    known = 0 <= at < len(line) and line[at] in "ldqvxhoMSR2#QDYBUtim"
    if 0 <= at < len(line) and line[at] == "&" and len(pieces.spelt(at)) == 1:
        return is_title(pieces, at)  # Y Nhi
    return (
        known
        and at > 0
        and is_title(pieces, at)
        and pieces.folded(at) != "I"
        and line[at - 1] not in ".?¿\n"
    )


def _has_doubtful_neighbour(pieces: Pieces, line: str, found: Candidate) -> bool:
    """Whether a word beside it, with nothing between, may belong to a name without capitals."""
    language = language_of(pieces, line)
    for at in (found.first - 1, found.last):
        if not 0 <= at < len(line) or line[at] in "KPszJnAcC,.?¿\nVjk@8":
            continue
        if script_of(pieces.spelt(at)) != script_of(pieces.spelt(found.first)):
            continue
        denied = line[at] == "v" and at == found.last
        if denied or (line[at : at + 2] in ("lP", "lz") and pieces.spelt(at).isascii()):
            return True  # Thanh To, Alvin Not Afraid
        if line[at] in "d#ohSQ" and not is_petitions_name(pieces, at):
            return True
        if line[at] in "gxe" and line[at - 1 : at] in ("K", "s"):
            return True
        if line[at] in "lx<>&2pg" and (
            is_foreign(pieces, at, language) or (found.size == 1 and not _is_linking(pieces, at))
        ):
            return True
    return line[found.last : found.last + 1] == "p" or line[found.last : found.last + 2] == "pT"


def _is_linking(pieces: Pieces, at: int) -> bool:
    """For, as, to: a word that stands before or behind a name and in none."""
    entry = pieces.entries[at]
    return entry is not None and bool(entry.kinds & {"insist", "place", "placed", "and"})


def is_petitions_name(pieces: Pieces, at: int) -> bool:
    entry = pieces.entries[at]
    return entry is not None and "later" in entry.kinds


def _says_more(line: str, found: Candidate) -> bool:
    """It is Jean who gave me this: whether the sentence goes on, and has no postcode."""
    return "P" not in line and line[found.last : found.last + 1] in tuple("qdlvSM")


def _ends_small(pieces: Pieces, line: str, found: Candidate) -> bool:
    at = found.last - 1
    return line[at] == "N" and not pieces.is_capital(at)


def _is_weak_cue(pieces: Pieces, found: Candidate) -> bool:
    at = found.first - 1
    while at >= 0 and pieces.tags[at] != "n":
        at -= 1
    return is_weak_cue(pieces, at)
