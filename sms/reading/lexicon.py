"""The tables of all languages, turned round: from a phrase to what it can be.

A table (`languages/…`) has one row of phrases for each category. `{a|b}` are alternatives, `(a)`
may be left out, `=` asks for the accents as they are written (`=dừng` is not Dũng), `~` marks what
is a command only where nothing but courtesy stands beside it (`~end`). Where a phrase stands in
several categories, the first in `TAGS` wins.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import product
from typing import Final, NamedTuple

from sms.reading.languages import EVERYWHERE, LANGUAGES, Category, everyday
from sms.reading.letters import folded, words_of

#: Every category, with the sign that stands for it in a text's tags.
TAGS: Final[dict[Category, str]] = {
    "language": "L", "news_on": "^", "news_off": "_", "wish": "X", "undo": "u", "example": "G",
    "footer": "F", "ours": "!", "change": "H", "cue": "n", "zip": "z", "closing": "V",
    "join": "J", "refuse": "r", "sign": "s", "start": "b", "help": "h", "status": "a", "list": "i",
    "count": "c", "more": "m", "news": "%", "also": "*", "kin": "k", "title": "j", "suffix": "f",
    "data": "D", "number": "B", "lists": "U", "signature": "Y", "forget": "R", "cease": "O",
    "stop": "o", "greeting": "e", "courtesy": "y", "yes": "g", "no": "x", "why": "q",
    "question": "q", "double": "2", "not": "v", "send": "S", "messages": "M", "me": "E",
    "state": "A", "city": "C", "placed": ">", "place": "<", "road": "#", "age": "t", "and": "&",
    "given": "n", "family": "n", "name": "n", "particle": "p", "digit": "Q", "reaction": "l",
    "wrote": "d", "both": "l", "with": "l", "insist": "l", "little": "l", "weak": "w", "town": "T",
    "namesake": "T", "offer": "d", "later": "d", "persist": "d", "letter": "d", "post": "d",
    "back": "d", "call": "d", "not_mine": "d", "not_sure": "d", "common": "d",
}  # fmt: skip
#: Categories whose phrases are commands when they are the whole of a text.
COMMANDS: Final[tuple[Category, ...]] = (
    "language", "news_on", "news_off", "stop", "start", "undo", "help", "status", "list", "count",
    "more", "news", "also", "letter", "post", "back", "call", "not_mine", "not_sure", "no",
)  # fmt: skip


class LexiconEntry(NamedTuple):
    """What a phrase can be: the tag that wins, all its categories, the language if it tells one,
    and the spelling with accents that it asks for, if it does; `plain`: no table writes it with
    accents."""

    tag: str
    kinds: frozenset[str]
    language: str
    exact: str
    plain: bool


class Lexicon(NamedTuple):
    """`phrases` by their words, folded, with a space between; `lengths` are those of the longer
    phrases that begin with a word, longest first; `commands` are those that may stand alone."""

    phrases: dict[str, tuple[LexiconEntry, ...]]
    lengths: dict[str, tuple[int, ...]]
    commands: dict[str, tuple[tuple[Category, str, str], ...]]
    reserved: frozenset[str]


def _is_bare_without(language: str, word: str) -> bool:
    """Whether a word without its accents is another word, or a name: a syllable of Vietnamese, a
    short word of Latin letters (bò, là) before which a name may stand."""
    return language == "vi" or (len(word) < 4 and word[-1] < "\u0250")


Said = dict[tuple[str, str], set[tuple[Category, str]]]


@cache
def lexicon() -> Lexicon:
    """The tables of all languages; made once."""
    said: Said = defaultdict(set)
    commands: dict[str, list[tuple[Category, str, str]]] = defaultdict(list)
    accented: set[tuple[str, str]] = set()
    for language, category, listed in _listed():
        alone, phrase = listed.startswith("~"), listed.lstrip("~")
        exact = phrase[1:].lower() if phrase.startswith("=") else ""
        plain = category not in COMMANDS and " " not in phrase and not phrase.isascii()
        if plain and _is_bare_without(language, phrase):
            exact = phrase.lstrip("=").lower()
        key = _key(phrase.replace("=", ""))
        if not key:
            continue
        if not phrase.isascii():
            accented.add((key, exact))
        if not alone or " " not in key:  # (a word that may be a command is a word in any case)
            said[key, exact].add(("common" if alone else category, language))
        if category in COMMANDS:
            commands[key].append((category, language, exact))
    phrases: dict[str, list[LexiconEntry]] = defaultdict(list)
    same: dict[
        tuple[LexiconEntry, ...], tuple[LexiconEntry, ...]
    ] = {}  # (most words are like many others)
    lengths: dict[str, set[int]] = defaultdict(set)
    for (key, exact), found in sorted(said.items(), key=lambda item: item[0][1] == ""):
        plain = (key, exact) not in accented
        phrases[key].append(_entry(frozenset(found), exact, plain))
        if " " in key:
            lengths[key.partition(" ")[0]].add(key.count(" ") + 1)
    return Lexicon(
        {
            key: same.setdefault(entries, entries)
            for key, entries in zip(phrases, map(tuple, phrases.values()), strict=True)
        },
        {word: tuple(sorted(found, reverse=True)) for word, found in lengths.items()},
        {key: tuple(_merged(found)) for key, found in commands.items()},
        _reserved(said, commands),
    )


def _listed() -> Iterator[tuple[str, Category, str]]:
    rows = [("", row) for row in EVERYWHERE] + list(LANGUAGES.items())
    rows += [(language, everyday(language)) for language in LANGUAGES]
    for language, row in rows:
        for category, phrases in row.items():
            if "{" not in phrases and "(" not in phrases:
                for phrase in re.split("[,،]", phrases):
                    yield from _with_and(language, category, phrase.strip())
                continue
            for phrase in re.split("[,،](?![^{(]*[})])", phrases):
                for spelt in _spelt_out(phrase.strip()):
                    yield from _with_and(language, category, spelt)


#: "And" where it is written onto the word behind it, and what it stands before.
_AND: Final = {"ar": "و"}
_BEHIND_AND: Final[frozenset[Category]] = frozenset({"zip", "cue", "place", "courtesy"})


def _with_and(
    language: str, category: Category, phrase: str
) -> Iterator[tuple[str, Category, str]]:
    """A phrase, and the same behind "and"; a word alone is read so in any case."""
    yield language, category, phrase
    if language in _AND and category in _BEHIND_AND and " " in phrase:
        yield language, category, _AND[language] + phrase


_CHOICE: Final = re.compile(r"\{([^}]*)\}|\(([^)]*)\)")


def _spelt_out(phrase: str) -> Iterator[str]:
    """Every phrase that a phrase with alternatives stands for."""
    if "{" not in phrase and "(" not in phrase:
        yield phrase
        return
    parts, end = [], 0
    for match in _CHOICE.finditer(phrase):
        parts.append([phrase[end : match.start()]])
        parts.append((match[1] or "").split("|") if match[1] else ["", *match[2].split("|")])
        end = match.end()
    for chosen in product(*parts, [phrase[end:]]):
        yield " ".join("".join(chosen).split())


def _key(phrase: str) -> str:
    if phrase.isascii() and phrase.isalnum():  # nearly always
        return phrase.upper()
    if phrase.isalpha():
        return folded(phrase)
    if " " in phrase and phrase.replace(" ", "").isalpha():
        return " ".join(_word(word) for word in phrase.split())
    return " ".join(words_of(phrase).folded) or phrase.strip()


@lru_cache(maxsize=4096)
def _word(word: str) -> str:
    """What `_key` makes of a word of letters within a phrase: the same words stand in many."""
    return " ".join(words_of(word).folded)


_ORDER: Final = {category: place for place, category in enumerate(TAGS)}


@lru_cache(maxsize=4096)  # most words are like many others
def _entry(found: frozenset[tuple[Category, str]], exact: str, plain: bool) -> LexiconEntry:
    first = min((category for category, _ in found), key=_ORDER.__getitem__)
    languages = {language for category, language in found}
    language = next(iter(languages)) if len(languages) == 1 else ""
    kinds = frozenset(category for category, _ in found)
    return LexiconEntry(TAGS[first], kinds, language, exact, plain)


def _merged(found: list[tuple[Category, str, str]]) -> list[tuple[Category, str, str]]:
    """One for each category, in the order of `COMMANDS`, of no language where several have it."""
    merged = []
    for category in COMMANDS:
        same = [entry for entry in found if entry[0] == category]
        if same:
            languages = {language for _, language, _ in same}
            # A language's own name, `ESPAÑOL`, keeps its language.
            language = same[0][1] if len(languages) == 1 or category == "language" else ""
            loose = any(exact == "" for _, _, exact in same)
            merged.append((category, language, "" if loose else same[0][2]))
    return merged


_KEPT: Final[frozenset[Category]] = frozenset(
    {
        *COMMANDS,
        *("sign", "cease", "send", "messages", "wish", "forget", "name", "zip", "later"),
    }
)


def _reserved(said: Said, commands: dict[str, list[tuple[Category, str, str]]]) -> frozenset[str]:
    """Every word of every command, and each command written as one word."""
    kept = {key for (key, _), found in said.items() if any(c in _KEPT for c, _ in found)}
    kept |= set(commands)
    words = {word for key in kept for word in key.split()}
    return frozenset(words | {key.replace(" ", "") for key in kept})


def word_key(word: str) -> str:
    """A word as `Lexicon.phrases` has it."""
    return _key(word)


@cache
def is_yes(word: str, language: str) -> bool:
    """Whether a word, folded, says yes in one language."""
    listed = LANGUAGES.get(language, {}).get("yes", "")
    return word in {_key(phrase.strip(" ~=")) for phrase in listed.split(",")}


def phrases_of(category: Category) -> frozenset[str]:
    """The phrases of one category as they are written, in all languages."""
    return frozenset(
        phrase.lstrip("~=") for _, found, phrase in _listed() if found == category and phrase
    )


@cache
def is_cue(word: str, language: str) -> bool:
    """Whether a word, folded, says in one language that a name comes next."""
    listed = LANGUAGES.get(language, {}).get("cue", "")
    return word in {_key(phrase.strip(" ~=")) for phrase in listed.split(",")}


def command_of(phrase: str) -> tuple[Category, str] | None:
    """What a phrase does where it stands alone, and the language that it speaks ('': several)."""
    key = _key(phrase)
    for category, language, exact in lexicon().commands.get(key, ()):
        if not exact or exact == phrase.lower():
            return category, language
    for entry in lexicon().phrases.get(key, ()):
        for category in ("sign", "zip"):
            if category in entry.kinds:
                return category, entry.language
        if entry.kinds & {"name", "cue", "given"}:
            return "name", entry.language
    return None
