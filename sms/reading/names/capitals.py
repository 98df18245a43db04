"""Capitals: where a command or an everyday word is part of the name beside it."""

from __future__ import annotations

import re
from typing import Final

from sms.reading.commands import language_of
from sms.reading.context import Context
from sms.reading.lexicon import is_cue, is_yes
from sms.reading.pieces import Pieces

#: A command, a greeting or "I" right behind the petition's word, before one word: part of the name.
_BEHIND_WORD: Final = re.compile(
    r"(?<=[Ks])([ehaicmu%*osgRlOxqLZ])(?=N(?:,?[zP]|$))|(?<=K)([gl])(?=NN(?:,?[zP]|$))"
)


#: The same as the whole answer to "your name?": May List, Will Help, Sou Vang, Signe Hansen.
_ANSWERED: Final = re.compile(r"([sninhLaumo])(?=[NwT](?:,?[zP]+)?[.\n]?$)|(?<=^[2w])([hiaumso])$")


def promote(pieces: Pieces, context: Context) -> None:
    """Commands that are names where they stand: Sign Moore, Hi Nguyen, I Wayan Sudana."""
    _name_titles(pieces)
    _name_syllables(pieces)
    _rescue(pieces)
    line = pieces.line
    asked = context.asked is not None and context.asked.wants_name
    for match in _BEHIND_WORD.finditer(line):
        at = match.start()
        if _is_titled(pieces, at) and (match[1] or pieces.folded(at) in {"I", "OK"}):
            pieces.tags[at] = "w"
    if asked and _is_name_with_other_word(pieces, line):
        for place, tag in enumerate(line):
            if tag not in ",.\nF":
                pieces.tags[place] = "N"
        return
    if asked and _is_written_as_name(pieces, line, context.language or "en"):
        for place, tag in enumerate(line):
            if tag not in "pfj,.\nPzFyc":
                pieces.tags[place] = "N"
        return
    _keep_whole(pieces, line)
    answer = _ANSWERED.search(line) if asked else None
    if answer and _is_titled(pieces, answer.start()):
        at = answer.start()
        cue = line[at] == "n" and is_cue(pieces.folded(at), context.language or "en")
        if (at == 0 or answer[2]) and not cue:
            pieces.tags[at] = "w"


#: An answer that may be a name as a whole, and what may stand around it.
_WHOLE: Final = re.compile(r"([NwT2pdvlgfj&C#t]{1,6})(?:[,.\nPzFy]*)")


def _is_written_as_name(pieces: Pieces, line: str, language: str) -> bool:
    """Alvin Not Afraid, Y Nhi, Hope: a whole answer of words with capitals, one of them a name."""
    match = _WHOLE.fullmatch(line)
    if not match:
        return False
    words = [at for at in range(match.end(1)) if line[at] != "p" or not at]
    if not all(is_title(pieces, at) for at in words):
        return False
    if match[1].endswith("C") and len(words) > 2 and "P" in line:
        return False  # Ana Diaz Missoula 59801
    agreed = match[1][0] == "g" and not _is_called(pieces, 0, language)
    if agreed and (len(words) < 3 or len(pieces.spelt(1)) > 2):
        return False  # Ok Ana Diaz, but Ok Ja Kim
    named = "NT" if "l" in match[1] else "NwT"  # (Thanh To, but Love You)
    return bool(set(named) & set(match[1])) or not match[1].strip("2p")


#: Two words as the whole answer, of which one is a place, courtesy or a title as well.
_TWO_WORDS: Final = re.compile(r"(?:A[Nw]|z[Nw]|[Nw][Aj]|[Nw2]y)[,.\nF]*")
#: What is said before or behind a name out of courtesy; "Best" and "Amen" are names as well.
_COURTEOUS: Final = frozenset(
    (
        "PLEASE PLS PLZ THANKS THX TY TYSM TKS CHEERS SORRY PARDON BYE GOODBYE GRACIAS MERCI MESI"
        " OBRIGADO OBRIGADA SHUKRAN SHUKRIYA DHANYAVAD SOUPLE TANPRI SVP ADIOS TCHAU CAM PERDON"
        " DESCULPE WELCOME KINDLY SALUDOS ABRAZOS BLESSINGS"
    ).split()
)


#: The same behind "my name is".
_CUED: Final = re.compile(r"n([yACz][Nw]|[Nw][ACj]|[Nw2]y)(?=[,.]*(?:$|[Pz\nF]))")


def _keep_whole(pieces: Pieces, line: str) -> None:
    """My name is George Best."""
    match = _CUED.search(line)
    if not match or is_weak_cue(pieces, match.start()):
        return
    first, second = match.start(1), match.start(1) + 1
    if line[second] == "y" and pieces.folded(second) in _COURTEOUS:
        return
    if is_title(pieces, first) and is_title(pieces, second):
        pieces.tags[first] = pieces.tags[second] = "N"


#: I'm, this is: what follows need not be a name.
_WEAK_CUES: Final = frozenset(
    (
        "IM|I AM|ITS|IT IS|THIS IS|SOY|YO SOY|JE SUIS|CEST|SOU|EU SOU|MWEN SE|M SE|SE|TOI LA|EM LA"
        "|MINH LA|TOI|EM|CON|CON LA|CHAU LA|DAY LA|MOI|FIRST|LAST|FROM ME|ICI|AQUI|ACA"
    ).split("|")
)


def is_weak_cue(pieces: Pieces, at: int) -> bool:
    return pieces.folded(at) in _WEAK_CUES


def _is_name_with_other_word(pieces: Pieces, line: str) -> bool:
    """George Best, Montana Jones, Farrokh Doctor; but "Ana Thanks" is asked about."""
    if not _TWO_WORDS.fullmatch(line) or not (is_title(pieces, 0) and is_title(pieces, 1)):
        return False
    return line[1] != "y" or pieces.folded(1) not in _COURTEOUS


def _is_called(pieces: Pieces, at: int, language: str) -> bool:
    """Dale Cooper: whether a yes of another language is a name as well."""
    entry = pieces.entries[at]
    named = entry is not None and "weak" in entry.kinds
    return named and not is_yes(pieces.folded(at), language)


_ENDING: Final = re.compile(r"(?<=[NwT])j(?![NwTj])")


def _name_titles(pieces: Pieces) -> None:
    """George Bush Sr., عبد الرحمن السيد: a title behind a name ends it."""
    for match in _ENDING.finditer(pieces.line):
        word = pieces.folded(match.start())
        if word in {"SR", "JR"} or word.startswith("ال"):
            pieces.tags[match.start()] = "f"


#: Before a word of a name, and not behind one.
_SYLLABLE: Final = re.compile(r"(?:^|(?<=[KsPnJ,yez]))[v&](?=[NwT])")


def _name_syllables(pieces: Pieces) -> None:
    """Pa Houa Vang, Y Nhi: a short word of another language, with a capital, before a name."""
    for match in _SYLLABLE.finditer(pieces.line):
        at = match.start()
        short = len(pieces.spelt(at)) < 3 and is_title(pieces, at) and is_title(pieces, at + 1)
        if short and pieces.entries[at] and _is_alone_in_language(pieces, at):
            pieces.tags[at] = "N"


def _is_alone_in_language(pieces: Pieces, at: int) -> bool:
    """Whether no other word of the text is of the language of this one alone."""
    own = pieces.entries[at]
    return own is not None and not any(
        entry and entry.language and entry.language == own.language and place != at
        for place, entry in enumerate(pieces.entries)
    )


#: What a capital in the middle of a sentence makes a part of the name beside it: Sitting Bull.
_RESCUED: Final = "dl2#xhoiacmROSMQ*%$tge"


#: 12 Oak St, before the last word.
_HOUSE: Final = re.compile(r"[97][,NwTp2dlC]{0,3}$")


def _rescue(pieces: Pieces) -> None:
    """Words with a capital beside a word of a name, where other words have small letters."""
    line = pieces.line
    frame = [
        pieces.spelt(at)
        for at, tag in enumerate(line)
        if tag in "nz<Jqvky&" and at and line[at - 1] not in ".?¿\nPK" and not _is_inside(line, at)
    ]
    if any(word.istitle() and word != "I" for word in frame) and not any(
        word[:1].islower() for word in frame
    ):
        return
    language = language_of(pieces, line)
    if language == "hi":
        _close(pieces)
    for at in [*range(len(line) - 1, -1, -1), *range(len(line))]:
        foreign = line[at] in "<p&gevqyk>" and is_foreign(pieces, at, language)
        inside = line[at] in "vy&gqex" and _is_inside(line, at) and is_title(pieces, at + 1)
        if (line[at] in _RESCUED or foreign or inside) and _belongs(pieces, line, at):
            pieces.tags[at] = "w"
            line = pieces.line


def _is_inside(line: str, at: int) -> bool:
    """Alvin Not Afraid: between a word of a name and another word."""
    return line[at - 1 : at] in ("N", "w", "T") and line[at + 1 : at + 2] in tuple("NwTd")


def _belongs(pieces: Pieces, line: str, at: int) -> bool:
    """Whether a word with a capital stands beside one of a name, and begins no sentence."""
    if not is_title(pieces, at) or pieces.folded(at) in {"I", "A"}:
        return False
    if line[at] == "#" and _HOUSE.search(line, 0, at):
        return False
    before, behind = line[at - 1 : at], line[at + 1 : at + 2]
    if before and before in "NwTp2" and is_title(pieces, at - 1):
        return True
    begins = not line[:at].strip(",ey") or line[:at].rstrip(",ey")[-1:] in ".?¿\n"
    opens = bool(behind) and behind in "NwT" and is_title(pieces, at + 1)
    return opens and not (begins and line[at] not in "d#Q")


def _close(pieces: Pieces) -> None:
    """Mera naam Ana hai: the Hindi verb, not the Vietnamese name."""
    for at, tag in enumerate(pieces.tags):
        if tag == "2" and pieces.spelt(at) == "hai":
            pieces.tags[at] = "V"


def is_title(pieces: Pieces, at: int) -> bool:
    word = pieces.spelt(at)
    return (
        pieces.last[at] - pieces.first[at] == 1
        and word[:1].isupper()
        and (len(word) == 1 or not word.isupper())
    )


def _is_titled(pieces: Pieces, at: int) -> bool:
    """Whether this piece and the next are one word each with a capital, as names are written."""
    spelt = pieces.spelt(at)
    behind = at + 1 if at + 1 < len(pieces.tags) else at - 1
    other = pieces.spelt(behind)
    single = pieces.last[at] - pieces.first[at] == 1
    return (
        single
        and (spelt.istitle() or len(spelt) == 1)
        and spelt[:1].isupper()
        and other[:1].isupper()
    )


def is_foreign(pieces: Pieces, at: int, language: str | None) -> bool:
    """A word of another language than the text or the conversation: Sou, before one word."""
    entry = pieces.entries[at]
    return entry is not None and bool(entry.language) and entry.language != (language or "en")
