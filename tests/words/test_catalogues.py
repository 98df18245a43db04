"""Catalogues: every shipped language says everything, with the same fields and understood words."""

from __future__ import annotations

import gettext
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog

from server.config import LANGUAGES
from sms.reading import read
from sms.reading.lexicon import command_of
from tests.words.catalogues import Sentence, catalogue, extracted, sentence_of, texted

TRANSLATED = [language for language in LANGUAGES if language != "en"]
_FIELD = re.compile(r"\{\w+\}|%\(\w+\)s|</?\w+>|%")
_WORD = re.compile(r"[^\s.,:;،।<>/]+")
# Sent back as it stands by people who copy our example; the text door knows it by this wording.
COPIED = "your name, your postcode"
# A text is paid for by its length; a translation may be so much longer than the English.
LONGER = 1.15
UNICASE = {"ar", "hi"}


def faults(language: str, found: Catalog) -> list[str]:
    """Everything that is wrong with a catalogue; empty for a good one."""
    entries = {
        sentence_of(message.id): (sentence_of(message.string), message.fuzzy)
        for message in found
        if message.id
    }
    lines = [f"not in the catalogue: {s[0]}" for s in sorted(extracted() - set(entries))]
    lines += [f"said nowhere any more: {s[0]}" for s in sorted(set(entries) - extracted())]
    lines += [f"obsolete: {key}" for key in found.obsolete]
    copied = entries.get((COPIED,), (("",), False))[0][0]
    for sentence, (strings, fuzzy) in entries.items():
        lines += ["fuzzy: " + sentence[0]] if fuzzy else []
        wrong = _entry_faults(language, sentence, strings, found.num_plurals, copied)
        lines += [f"{fault}: {sentence[0]}" for fault in wrong]
    return lines


def _entry_faults(
    language: str, sentence: Sentence, strings: Sentence, plurals: int, copied: str
) -> Iterator[str]:
    if len(strings) != (1 if len(sentence) == 1 else plurals) or not all(strings):
        yield "untranslated, or a plural form is missing"
        return
    for string in strings:
        if Counter(_FIELD.findall(string)) != Counter(_FIELD.findall(sentence[-1])):
            yield "other fields or tags"
    if sentence in texted() and len(strings[0]) > LONGER * len(sentence[0]):
        yield "too long for a text"
    if sentence == (COPIED,) and read(f"SIGN {strings[0]}").names:
        yield "our example is read as a name"
    if "ZIP code" in sentence[0]:  # what Americans call a postcode, not our command
        return
    said, meant = _commands(strings[0], language), _commands(sentence[0], "en")
    kinds, wanted = Counter(kind for kind, _ in said), Counter(kind for kind, _ in meant)
    # Where there are no capitals, an everyday word may happen to be a command as well.
    if not (wanted <= kinds if language in UNICASE else wanted == kinds):
        yield "other command words"
    if language not in UNICASE and any(spoken not in {None, language} for _, spoken in said):
        yield "a command word that is answered in another language"


def removal_of(phrase: str) -> tuple[str, str] | None:
    """REMOVE ME is a wish in words, not one word."""
    reading = read(phrase)
    return ("remove", reading.language or "") if reading.intent == "remove" else None


def _commands(text: str, language: str) -> list[tuple[str, str | None]]:
    """The command words in capitals: what each does, and the language it speaks.

    The longest phrase counts; in a script without capitals every word may be one.
    """
    words = _WORD.findall(re.sub(r"\{\w+\}|</?b>", " ", text))
    found: list[tuple[str, str | None]] = []
    while words:
        for length in (3, 2, 1):
            phrase = " ".join(words[:length])
            spoken = language in UNICASE or (phrase.isupper() and len(phrase) > 2)
            if spoken and (command := command_of(phrase) or removal_of(phrase)):
                found.append((command[0], command[1] or None))
                break
        del words[:length]
    return found


def test_sentences_are_found_in_pages_texts_and_code() -> None:
    for sentence in ("Sign this petition", "Thank you, {name}. You signed {keyword}.", COPIED):
        assert (sentence,) in extracted(), sentence
    assert ("Thank you, {name}. {keyword} is signed. Wrong? UNDO",) in texted()
    assert ("Sign this petition",) not in texted()


def test_a_sentence_in_a_template_stands_on_one_line() -> None:
    # Broken over lines it would be looked up trimmed and listed untrimmed: never translated.
    assert [s for s in extracted() if any("\n" in part for part in s)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_shipped_language_says_everything_with_the_same_fields(language: str) -> None:
    wrong = faults(language, catalogue(language))
    assert not wrong, "run `make messages`, then translate:\n" + "\n".join(wrong)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_tells_who_reviewed_it_and_how_it_counts(language: str) -> None:
    found = catalogue(language)
    assert re.search(r"^# reviewed-by: \S", found.header_comment, re.MULTILINE)
    plural = gettext.c2py(found.plural_expr)
    assert {plural(n) for n in range(1000)} == set(range(found.num_plurals))


@pytest.mark.parametrize(
    ("msgid", "string", "fault"),
    [
        ("Sign this petition", "", "untranslated"),
        (
            "Thank you, {name}. You signed {keyword}.",
            "Gracias, {nombre}. {keyword}.",
            "other fields",
        ),
        (
            "{name} has signed, and it counts: {keywords}",
            "{name} ya firmó todo esto, y todo ello cuenta: {keywords}",
            "too long",
        ),
        ("Typed the code: %(n)s", "Escribieron el código: %(n)", "other fields"),
        ("<b>HELP</b>: get help", "AYUDA: recibir ayuda", "other fields or tags"),
        ("<b>HELP</b>: get help", "<b>AYUDAR</b>: recibir ayuda", "other command words"),
        ("SIGN FACE Ana Diaz 59801", "SIGN FACE Ana Díaz 59801", "another language"),
        (COPIED, "Ana Díaz, 59801", "read as a name"),
    ],
)
def test_a_slip_in_a_translation_is_found(msgid: str, string: str, fault: str) -> None:
    found = catalogue("es")
    found[msgid].string = string
    assert [line for line in faults("es", found) if line.startswith(fault) or fault in line]


def test_missing_fuzzy_obsolete_and_half_plural_entries_are_found() -> None:
    found = catalogue("es")
    found.delete("Sign this petition")
    found["Privacy"].flags.add("fuzzy")
    found.add("Nobody says this", "Nadie dice esto")
    plural = next(m for m in found if isinstance(m.id, tuple))
    plural.string = ("una", "")
    kinds = {line.split(":")[0] for line in faults("es", found)}
    assert kinds == {
        "not in the catalogue",
        "fuzzy",
        "said nowhere any more",
        "untranslated, or a plural form is missing",
    }
