"""Texts of people as cases of a test, with nobody in them.

A case is a text and the name of what we answered, in the form of
`tests/texting/conversations/conversations.txt`.
Words that our tables know stay; every other one may be a name, and becomes an invented one of the
same script. Digits become others, addresses and links become those of examples. A name that is
made of everyday words alone may stay where nothing tells it: whoever passes the file on reads it
first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from server.config import LANGUAGES
from server.words.render import Renderer
from sms.reading import Context, PetitionWord, PetitionWords, read
from sms.reading.lexicon import lexicon, word_key
from sms.segments import fold_to_gsm7

CASE_WORD = "LAKE"  # of the petition in those files
_INVENTED = {
    "LATIN": "Mira Tolan Jora Beske Ruvo Nelta Sabo Dorin Kelva Pimo Luno Farek".split(),
    "ARABIC": "سمرا تولان جورا بسكي روفو نلتا سابو دورين كلفا بيمو".split(),
    "DEVANAGARI": "मीरव तोलन जोरव बेसके रूवो नेलत साबो दोरिन केल्व पीमो".split(),
    "CYRILLIC": "Мирта Толан Жора Беске Руво Нелта Сабо Дорин Келва Пимо".split(),
    "GREEK": "Μιρτα Τολαν Ζορα Μπεσκε Ρουβο Νελτα Σαμπο Ντοριν".split(),
    "CJK": "林安 王平 李明 陈光 周和 吴新".split(),
    "HIRAGANA": "みらと とらん じょら べすけ".split(),
    "KATAKANA": "ミラト トラン ジョラ ベスケ".split(),
    "HANGUL": "미라토 토란비 조라미 베스케".split(),
}
_NOBODY = "…"  # of a script for which we have invented nobody
_DIGITS = "5550123"  # a number that is kept free for examples
_ZIP = "59801"
#: An address or link; what has a digit in it; a word with all that belongs to its letters.
_PIECE = re.compile(
    r"(?P<link>\S+@\S+|https?:\S+|\S*[^\W\d_]\.[^\W\d_]{2}\S*)"
    r"|(?P<number>[^\W_]*\d[^\W_]*(?:[-+(). /]{1,2}[^\W_]*\d[^\W_]*)*)"
    r"|(?P<word>(?:[^\W\d_]|['’\u0300-\u036f\u0610-\u065f\u0670\u0900-\u0903\u093a-\u094f\u200c\u200d])+)"
)
#: Kinds of words that are names as well, or nearly.
_NAMED = frozenset({"namesake", "town", "city"})


def as_cases(
    renderer: Renderer, texts: Iterable[tuple[str, str | None, str | None]], keywords: Iterable[str]
) -> Iterator[str]:
    """Lines of a file of conversations. Each text comes with our reply and its language."""
    words = frozenset(word.upper() for word in keywords)
    yield "# Names and numbers are invented. Read this before you pass it on: a name that is an"
    yield "# everyday word may have stayed. Behind => is what was answered; write what should be."
    for number, (body, reply, language) in enumerate(texts, 1):
        yield ""
        yield f"not understood {number}"
        yield f"{anonymous(body, words)} => {answer_of(renderer, reply, language or 'en')}"


def anonymous(body: str, keywords: frozenset[str] = frozenset()) -> str:
    """The text with nobody in it, on one line."""
    named = _named_places(body, keywords)
    invented: dict[str, str] = {}

    def other(found: re.Match[str]) -> str:
        if found["link"]:
            return "ana@example.org" if "@" in found[0] else "example.org"
        if found["number"]:
            return _other_number(found[0])
        return _other_word(found[0], _is_named(found, body, named), keywords, invented)

    lines = _PIECE.sub(other, body).replace("=>", "->").splitlines()
    return r"\n".join(" ".join(line.split()) for line in lines) or _NOBODY


def _named_places(body: str, keywords: frozenset[str]) -> list[tuple[int, int]]:
    """Where the reading finds names."""
    petitions = PetitionWords(PetitionWord(word) for word in keywords)
    return list(read(body, Context(petitions=petitions), explain=False).places)


def _is_named(found: re.Match[str], body: str, named: list[tuple[int, int]]) -> bool:
    """Whether the word stands where a name does, or with a capital beside another such word."""
    if any(start < found.end() and found.start() < end for start, end in named):
        return True
    before, after = body[: found.start()].split()[-1:], body[found.end() :].split()[:1]
    return found[0].istitle() and any(word.istitle() for word in (*before, *after))


def _other_word(word: str, named: bool, keywords: frozenset[str], invented: dict[str, str]) -> str:
    if word.upper() in keywords:
        return _like(CASE_WORD, word)
    if not named and _is_everyday(word):
        return word
    script = (unicodedata.name(word[0], "").split() or [""])[0]
    pool = _INVENTED.get(script, [_NOBODY])
    known = invented.setdefault(word.casefold(), pool[len(invented) % len(pool)])
    return _like(known, word)


@cache
def _is_everyday(word: str) -> bool:
    """Whether our tables know the word, and not as a name or a place."""
    if len(word) == 1:
        return not word.isupper() or word == "I"
    entries = lexicon().phrases.get(word_key(word), ())
    return any(not entry.kinds & _NAMED for entry in entries)


def _like(known: str, word: str) -> str:
    """In capitals, small letters, or as it is, like that word."""
    if word.isupper() and len(word) > 1:
        return known.upper()
    return known.lower() if word.islower() else known


def _other_number(number: str) -> str:
    """Others of the same form and script; those of a ZIP code are one."""
    digits = iter((_ZIP if sum(map(str.isdigit, number)) in {5, 9} else _DIGITS) * len(number))
    return "".join(_other_sign(c, digits) for c in number)


def _other_sign(c: str, digits: Iterator[str]) -> str:
    if not c.isdigit():
        return c if not c.isalpha() else "A" if c.isupper() else "a"
    zero = ord(c) - unicodedata.digit(c)
    return chr(zero + int(next(digits)))


def answer_of(renderer: Renderer, reply: str | None, language: str) -> str:
    """The name of a reply, with its language unless it is English; `-` for silence."""
    if not reply:
        return "-"
    behind = "" if language == "en" else f".{language}"
    for name, words in _replies_in(renderer, language if language in LANGUAGES else "en"):
        if words.fullmatch(reply):
            return f"{name.removesuffix('_short')}{behind}"
    return f"unknown{behind}"


@cache
def _replies_in(renderer: Renderer, language: str) -> list[tuple[str, re.Pattern[str]]]:
    """What each reply looks like, whatever is filled in; first those with most words of ours."""
    found = [
        (name, re.split(r"\{\w+\}", renderer.text(language, name))) for name in renderer.replies
    ]
    found.sort(key=lambda reply: -len("".join(reply[1])))
    return [(name, _filled_in(parts)) for name, parts in found]


def _filled_in(parts: list[str]) -> re.Pattern[str]:
    either = (
        f"(?:{re.escape(part.strip())}|{re.escape(fold_to_gsm7(part.strip()))})" for part in parts
    )
    return re.compile(r"\s*" + r"\s*.*\s*".join(either) + r"\s*", re.DOTALL)
