"""Free text to `Command`, in every language of `sms/words.py`.

People write the words in any order, copy the quotes around them, and have phones that change
capitals, quotes and spaces. What is certain is taken out; everything else is kept as it was typed.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal

from sms.characters import fold
from sms.spelling import Word, clean, rest_of, runs
from sms.words import EVERYWHERE, LANGUAGES, Category, Kind

__all__ = ["RESERVED", "Command", "fold", "is_reserved", "parse"]


@dataclass(frozen=True, slots=True)
class Command:
    """What a text asks for.

    `keyword` is the petition's word, folded, or None if the text has none that is known. `rest`
    is what remains in the sender's spelling and order: words with one space between them, and
    ", " where the sender had a comma, a semicolon or a new line ("Ana Diaz, 59801"). `language` is
    that of the command word, None if several languages share it or there was none.

    `unknown` has the whole text as its rest, less a keyword that stands beside nothing but command
    words and numbers ("STOP LAKE"): neither an opt-out, nor a signature by somebody named Stop.

    `near` is the word that was taken for a sign word, as it was typed ("SHIN"); '' if it was one.
    """

    kind: Literal[Kind, "unknown"]
    keyword: str | None = None
    rest: str = ""
    language: str | None = None
    near: str = ""


def parse(text: str, keywords: Container[str]) -> Command:
    """Understands `text` where `keywords` are the petitions' words, folded. Never raises.

    The first rule that holds decides:

    1. the whole message is an opt-out or opt-in word;
    2. it names no petition, and asks in free words to be left alone or removed;
    3. another command is its first word, or all there is beside a keyword;
    4. a sign word or a keyword, anywhere, makes it a signature;
    5. so does a first word that is nearly a sign word, before a keyword, a number or nothing.

    Nothing is ever taken for an opt-out that is not exactly one: PUMP and RUNS lie on STOP's keys.
    Where a name is awaited, pass no keywords: otherwise "Ana Lake" signs LAKE.
    """
    text = clean(text)
    if _QUESTION.fullmatch(text):
        return Command("help")
    words = list(_words(text, keywords))
    known = [index for index, word in enumerate(words) if word.folded in keywords]
    plain = [part for word in words for part in word.folded.split("-")]
    return (
        _whole(plain)
        or _wish(plain, words, known)
        or _command(text, words, known)
        or _signature(text, words, known)
    )


def is_reserved(word: str) -> bool:
    """Whether `word`, in any spelling, must not become a petition's keyword."""
    return fold(word) in RESERVED


_QUESTION: Final = re.compile(r"\s*[?？؟¿]+\s*")


def _words(text: str, keywords: Container[str] = ()) -> Iterator[Word]:
    after_sign = False
    for run in runs(text):
        start, whole = run.start(), run[0]
        if "-" in whole:
            # SIGN-LAKE and SIGN LAKE-Ana are two words, Lake-Jones is one.
            first, _, rest = whole.partition("-")
            if (fold(first),) in _SIGN or (after_sign and fold(first) in keywords):
                yield Word(fold(first), start, start + len(first))
                start, whole = start + len(first) + 1, rest
        folded = fold(whole)
        yield Word(folded, start, run.end())
        after_sign = (folded,) in _SIGN


# The table of words, turned round. A phrase is a tuple of folded words.

Phrase = tuple[str, ...]


def _phrases(category: Category) -> dict[Phrase, str | None]:
    """The phrases of a category with their language, None where they are of several."""
    found: dict[Phrase, str | None] = {}
    for language, row in [(None, EVERYWHERE), *LANGUAGES.items()]:
        for listed in row.get(category, "").split(","):
            phrase = tuple(fold(word) for word in listed.split())
            if phrase:
                found[phrase] = language if phrase not in found else None
    return found


_SIGN: Final = _phrases("sign")
_STOP: Final = _phrases("stop")
_START: Final = _phrases("start")
_WISH: Final = _phrases("wish")
_REMOVE: Final = _phrases("remove")
_BEFORE_SIGN: Final = {word for phrase in [*_phrases("before"), *_SIGN] for word in phrase}
_COMMANDS: Final[dict[Kind, dict[Phrase, str | None]]] = {
    "help": _phrases("help"),
    "undo": _phrases("undo"),
    "status": _phrases("status"),
    "list": _phrases("list"),
    "count": _phrases("count"),
    "more": _phrases("more"),
    "news_on": _phrases("news_on"),
    "news_off": _phrases("news_off"),
    "news": _phrases("news"),
    "name": _phrases("name"),
    "zip": _phrases("zip"),
}
#: What a name in any language stands for: "ESPAÑOL" is Spanish.
_LANGUAGE: Final = {
    tuple(fold(word) for word in listed.split()): language
    for language, row in LANGUAGES.items()
    for listed in row.get("language", "").split(",")
}
# Those that may be the beginning of a name or a sentence: nothing else may stand beside them.
_ALONE: Final[frozenset[Kind]] = frozenset({"count", "more", "news", "news_on", "news_off"})
_LATER: Final = _phrases("later")

_NOT_SIGN: Final = [
    *_STOP,
    *_START,
    *_LATER,
    *_LANGUAGE,
    *chain.from_iterable(_COMMANDS.values()),
]

_WISHING: Final = {phrase[0] for phrase in [*_WISH, *_REMOVE]}
_COMMANDING: Final = {phrase[0] for phrases in _COMMANDS.values() for phrase in phrases}
_FIRST_WORDS: Final = {phrase[0] for phrase in [*_SIGN, *_WISH, *_REMOVE, *_NOT_SIGN]}

# Each word of a phrase, too: with a petition TEXTING, "stop texting me" would be a signature.
RESERVED: Final = frozenset(
    {word for phrase in [*_SIGN, *_WISH, *_REMOVE, *_NOT_SIGN] for word in phrase}
    | {"".join(phrase) for phrase in [*_SIGN, *_NOT_SIGN]}
)

# Words of one or two letters are left out, since they are names as well: Si, Ma, Le.
_NO_NAMES: Final = {phrase[0] for phrase in _NOT_SIGN if len(phrase) == 1 and len(phrase[0]) > 2}


def _at(folded: list[str], index: int, phrases: dict[Phrase, str | None]) -> Phrase | None:
    """The longest of `phrases` that begins at `index`."""
    if index >= len(folded) or folded[index] not in _FIRST_WORDS:  # nearly always
        return None
    for length in range(min(5, len(folded) - index), 0, -1):
        phrase = tuple(folded[index : index + length])
        if phrase in phrases:
            return phrase
    return None


# The rules, in their order.


def _whole(plain: list[str]) -> Command | None:
    """STOP, opt-out, "Stop stop!!"; nothing else may stand in the text."""
    whole = tuple(plain)
    once = whole[:1] if len(set(whole)) == 1 else whole
    if once in _STOP:
        return Command("stop", language=_STOP[once])
    if once in _START:
        return Command("start", language=_START[once])
    return None


def _wish(plain: list[str], words: list[Word], known: list[int]) -> Command | None:
    """Free wording: to be left alone, which a petition's word makes doubtful, or to be removed,
    which it makes a wish to take back that signature."""
    for index in (i for i, word in enumerate(plain) if word in _WISHING):
        remove, wish = _at(plain, index, _REMOVE), _at(plain, index, _WISH)
        if remove and len(remove) >= len(wish or ()):
            keyword = words[known[0]].folded if known else None
            return Command("undo" if known else "remove", keyword, language=_REMOVE[remove])
        if wish and not known:
            return Command("stop", language=_WISH[wish])
    return None


def _command(text: str, words: list[Word], known: list[int]) -> Command | None:
    folded = [word.folded for word in words]
    if named := _language(folded, words, known):
        return named
    # LAKE HELP: the keyword may also come first, but LAKE List Ana 59801 is Ana List's signature.
    start = 1 if known[:1] == [0] else 0
    if start >= len(folded) or folded[start] not in _COMMANDING:  # nearly always
        return None
    # Nobody asks for help with a number, but Aidé López 59801 may sign.
    number = any(map(str.isdigit, text))
    for kind, phrases in _COMMANDS.items():
        phrase = _at(folded, start, phrases)
        if not phrase or (number and kind in ("help", "list")):
            continue
        if start == 0 or len(words) == 1 + len(phrase):
            end = start + len(phrase)
            # What follows STATUS can be a name, and STATUS Ana Lake names no petition.
            whole = kind in ("status", "name")
            near = [index for index in known if not whole or index in (0, end)]
            keyword = [words[index] for index in near[:1]]
            rest = rest_of(text, [*words[start:end], *keyword])
            if rest and kind in _ALONE:
                continue
            named_petition = keyword[0].folded if keyword else None
            return Command(kind, named_petition, rest, phrases[phrase])
    return None


def _language(folded: list[str], words: list[Word], known: list[int]) -> Command | None:
    """ESPAÑOL, or LAKE ESPAÑOL; nothing else may stand in the text."""
    beside = tuple(word for index, word in enumerate(folded) if index not in known[:1])
    language = _LANGUAGE.get(beside)
    keyword = words[known[0]].folded if known else None
    return Command("language", keyword, language=language) if language else None


def _signature(text: str, words: list[Word], known: list[int]) -> Command:
    folded = [word.folded for word in words]
    signs = [(i, i + len(p)) for i in range(len(words)) if (p := _at(folded, i, _SIGN))]
    if not signs and (nearly := _near_sign(text, words, known)):
        return nearly
    start, end = _sign_word(signs, known)
    keyword = _keyword(words, known, start, end)
    dropped = words[start:end] + ([words[keyword]] if keyword is not None else [])
    if signs and _BEFORE_SIGN.issuperset(folded[:start]):
        dropped += words[:start]
    named = None if keyword is None else folded[keyword]
    rest = rest_of(text, [*dropped, *_labels(text, words)])
    if signs:
        return Command("sign", named, rest, _SIGN[tuple(folded[start:end])])
    others = {word.folded for word in words if word not in dropped and not word.folded.isdigit()}
    if named is None or (others and others <= _NO_NAMES):
        return Command("unknown", named, rest)
    return Command("sign", named, rest)


def _sign_word(signs: list[tuple[int, int]], known: list[int]) -> tuple[int, int]:
    """The sign word before a keyword, or else behind one, or else the first. (0, 0) without any.

    The others may be names: SIGN LAKE Ana Firma.
    """
    before = [sign for sign in signs if sign[1] in known]
    behind = [sign for sign in signs if sign[0] - 1 in known]
    return (before + behind + signs + [(0, 0)])[0]


def _keyword(words: list[Word], known: list[int], start: int, end: int) -> int | None:
    """Which of the known keywords is meant, and not a name: Ana Lake 59801 FACE.

    The one behind the sign word, before it, at the beginning, at the end, or else the first.
    """
    places = ([end, start - 1] if end else []) + [0, len(words) - 1] + known[:1]
    return next((place for place in places if place in known), None)


def _labels(text: str, words: list[Word]) -> list[Word]:
    """Words that say what comes next, as on a form: "Name: Ana Diaz, Zip: 59801"."""
    if ":" not in text:  # nearly always
        return []
    folded = [word.folded for word in words]
    found: list[Word] = []
    for index in range(len(words)):
        for kind in ("name", "zip"):
            phrase = _at(folded, index, _COMMANDS[kind])
            end = index + len(phrase or ())
            if phrase and text[words[end - 1].end :].lstrip(" ").startswith(":"):
                found += words[index:end]
    return found


# A keypad's letters, as on every phone (ITU-T E.161).
_KEYS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


def _nearly(word: str) -> set[str]:
    """What two words have in common if they lie on the same keys, or begin alike and are one letter
    apart: one more, one less, another one, or two swapped."""
    thinned = {word[:index] + word[index + 1 :] for index in range(1, len(word))}
    return {word.translate(_KEYS), word, *thinned}


# Sign words of three letters are too near to names.
_NEAR_SIGN: Final = {
    form: phrase
    for phrase in _SIGN
    if len(phrase) == 1 and len(phrase[0]) > 3 and phrase[0].isascii()
    for form in _nearly(phrase[0])
}


def _near_sign(text: str, words: list[Word], known: list[int]) -> Command | None:
    """SHIN LAKE Ana Diaz 59801: the first word is nearly a sign word.

    Only before a keyword or, where no petition is named, alone or before a whole name and a number:
    somebody named Shin may sign too.
    """
    first = words[0].folded if words else ""
    if not (first.isascii() and first.isalpha()) or first in RESERVED:
        return None
    numbers = sum(word.folded.isdigit() for word in words)
    if known[:1] != [1] and (known or not (len(words) == 1 or (numbers and len(words) > 3))):
        return None
    meant = next((_NEAR_SIGN[f] for f in sorted(_nearly(first)) if f in _NEAR_SIGN), None)
    if meant is None:
        return None
    dropped = words[: 2 if known else 1]
    typed = text[words[0].start : words[0].end]
    rest = rest_of(text, [*dropped, *_labels(text, words)])
    return Command("sign", words[1].folded if known else None, rest, _SIGN[meant], near=typed)
