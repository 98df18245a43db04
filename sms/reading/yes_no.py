"""The answer to a question that takes yes or no: 1 or 2, such a word, or a sentence around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from sms.reading.letters import folded, words_of
from sms.reading.lexicon import lexicon

_MOST: Final = 12  # words: what is longer tells of something else
_LONGEST: Final = 4  # words of a phrase
_NUMBER: Final = re.compile(r"[\W_]*(\d{1,2})(?![\d.,:/]*\d)[\W_]*(.*)", re.DOTALL)
#: Somebody has answered, where nothing says no.
_HEARD: Final = (
    *("answered", "replied", "responded", "wrote", "called", "heard back", "got a reply"),
    *("respondió", "respondieron", "contestó", "contestaron", "escribió", "escribieron"),
    *("a répondu", "ont répondu", "répondu", "a écrit", "ont écrit"),
    *("respondeu", "responderam", "escreveu", "escreveram"),
    *("reponn", "te reponn", "ekri mwen"),
    *("رد", "ردوا", "ردت", "أجاب", "أجابوا", "أجابت", "كتبوا", "كتب"),
    *("जवाब दिया", "जवाब मिला", "जवाब आया", "उत्तर मिला", "jawab mila", "jawab diya"),
    *("trả lời rồi", "đã trả lời", "đã hồi âm", "da tra loi", "rồi"),
    "si",  # without its accent it is more often another word
)
#: Nobody has.
_UNHEARD: Final = (
    *("nothing", "none", "nobody", "no one", "nadie", "ninguno", "ninguna", "personne", "rien"),
    *("ninguém", "nada", "nenhum", "nenhuma", "pèsòn", "pesòn", "anyen"),
)


def _keys(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(words_of(phrase).folded) for phrase in phrases)


_HEARD_KEYS: Final = _keys(_HEARD)
_UNHEARD_KEYS: Final = _keys(_UNHEARD)


def is_number(text: str) -> bool:
    """Whether it is such a number, with a word or without."""
    return bool(_NUMBER.fullmatch(text)) and yes_or_no(text) is not None


def yes_or_no(text: str) -> bool | None:
    """What it says; None for a question, for what says neither, and for what says both."""
    if number := _NUMBER.fullmatch(text):
        said, rest = {1: True, 2: False}.get(int(number[1])), number[2]
        return said if not rest.strip() or _in_words(rest) is said else None
    return _in_words(text)


def _in_words(text: str) -> bool | None:
    words = words_of(text)
    if not words.folded or len(words) > _MOST or "?" in words.gaps:
        return None
    said = list(_said(words.folded, words.exact))
    if False in said and said[0] is not True:
        return False
    return True if True in said and False not in said else None


def _said(keys: list[str], exact: list[str]) -> Iterator[bool]:
    """Each phrase that says yes or no, the longest first where several begin with a word."""
    at = 0
    while at < len(keys):
        for size in range(min(_LONGEST, len(keys) - at), 0, -1):
            said = _phrase(" ".join(keys[at : at + size]), " ".join(exact[at : at + size]))
            if said is not None:
                yield said
                at += size
                break
        else:
            at += 1


def _phrase(key: str, spelt: str) -> bool | None:
    if key in _HEARD_KEYS:
        return True
    if key in _UNHEARD_KEYS:
        return False
    for entry in lexicon().phrases.get(key, ()):
        if entry.exact and folded(entry.exact) == key and entry.exact != spelt.lower():
            continue
        if entry.kinds & {"not", "no"}:
            return False
        if "yes" in entry.kinds:
            return True
    return None
