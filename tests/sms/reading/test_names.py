"""Whose name stands in a text: names in twelve scripts in sentences of eight languages."""

import pytest

from sms.reading import Context, OpenQuestion, PetitionWord, PetitionWords, Reading, read
from tests.sms.reading.sentences import FRAMES, HARD, NAMES
from tests.sms.reading.talk import NOBODY

PETITIONS = PetitionWords([PetitionWord("FACE")])
CONTEXT = Context(PETITIONS)
ASKED = (
    CONTEXT,
    Context(PETITIONS, OpenQuestion("FACE"), language="en"),
    Context(PETITIONS, OpenQuestion("FACE", postcode="59801"), language="en"),
)


def pairs(language: str) -> list[tuple[str, str]]:
    """Every sentence of a language with every name."""
    frames = [line.replace(r"\n", "\n") for line in FRAMES[language].strip().splitlines()]
    return [(frame.format(n=name, z="59801"), name) for frame in frames for name in NAMES]


def is_right(reading: Reading, name: str) -> bool:
    return reading.names == (name,) and reading.postcode == "59801"


@pytest.mark.parametrize("language", FRAMES)
def test_no_name_but_the_signers_own_is_taken(language: str) -> None:
    wrong = [
        (text, reading.names)
        for text, name in pairs(language)
        if (reading := read(text, CONTEXT)).sure and reading.names and not is_right(reading, name)
    ]
    assert not wrong, wrong[:9]


@pytest.mark.parametrize("language", FRAMES)
def test_nineteen_of_twenty_sign_at_once(language: str) -> None:
    easy = [(text, name) for text, name in pairs(language) if name not in HARD]
    asked = [
        text for text, name in easy if not (r := read(text, CONTEXT)).sure or not is_right(r, name)
    ]
    assert len(asked) <= len(easy) / 20, asked[:9]


@pytest.mark.parametrize("text", NOBODY)
def test_who_names_nobody_is_given_no_name(text: str) -> None:
    for context in ASKED:
        reading = read(text, context)
        assert not (reading.names and reading.intent in {"sign", "name"}), reading


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Ana Diaz", "Ana Diaz"),
        ("Ana Diaz. Thanks!", "Ana Diaz"),
        ("It's me, Ana Diaz", "Ana Diaz"),
        ("May List", "May List"),
        ("Will Help", "Will Help"),
        ("Sou Vang", "Sou Vang"),
        ("Signe Hansen", "Signe Hansen"),
        ("Ana", "Ana"),
        ("R. B.", "R. B."),
        ("राधा शर्मा", "राधा शर्मा"),
        ("Diaz", "Diaz"),
    ],
)
def test_an_answer_that_is_nothing_but_a_name_is_the_name(text: str, name: str) -> None:
    reading = read(text, ASKED[2])
    assert (reading.intent, reading.names, reading.sure) == ("sign", (name,), True)


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "thanks",
        "Missoula Montana",
        "why do you need that?",
        "hold on let me look",
        "Bob Brown",
    ],
)
def test_a_name_that_is_known_is_not_overwritten_by_an_answer_to_another_question(
    text: str,
) -> None:
    context = Context(PETITIONS, OpenQuestion("FACE", name="Ana Diaz"), language="en")
    assert read(text, context).names == ()


def test_a_name_that_is_said_to_be_one_overwrites_what_is_known() -> None:
    context = Context(PETITIONS, OpenQuestion("FACE", name="An Diaz"), language="en")
    assert read("sorry, my name is Ana Diaz", context).names == ("Ana Diaz",)
    assert read("Anna Maria An Diaz 59801", context).names == ("Anna Maria An Diaz",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SIGN FACE Ana Diaz and Bob Brown 59801", ("Ana Diaz", "Bob Brown")),
        ("SIGN FACE Ana Diaz, Bob Diaz 59801", ("Ana Diaz", "Bob Diaz")),
        ("SIGN FACE Ana Diaz + Bob Diaz 59801", ("Ana Diaz", "Bob Diaz")),
        ("FACE Ana Diaz 59801 and my husband Bob Diaz 59801", ("Ana Diaz", "Bob Diaz")),
        ("FIRMA FACE José Ortega y Gasset 59801", ("José Ortega y Gasset",)),
        ("ASSINAR FACE Maria Costa e Silva 59801", ("Maria Costa e Silva",)),
    ],
)
def test_two_people_are_two_where_both_names_are_whole(text: str, names: tuple[str, ...]) -> None:
    reading = read(text, CONTEXT)
    assert (reading.names, reading.sure) == (names, True)


@pytest.mark.parametrize(
    "text",
    [
        "SIGN FACE Ana and Bob Diaz 59801",
        "SIGN FACE Mr. and Mrs. Diaz 59801",
        "FIRMA FACE Ana y Luis Díaz 59801",
    ],
)
def test_two_people_of_whom_one_has_no_whole_name_are_asked_for_a_text_each(text: str) -> None:
    assert read(text, CONTEXT).doubt == "people"


#: Names of which one word is courtesy, a place or a title as well.
WORDS_AS_WELL = (
    "George Best",
    "Ty Burrell",
    "Mike England",
    "Deborah Bye",
    "Please Ndlovu",
    "Thanks Moyo",
    "Merci Umutoni",
    "Farrokh Doctor",
    "Montana Jones",
    "Zip Jones",
    "Rich Amen",
    "May Later",
    "John Denver",
    "Anna Mais",
    "Nguyen Cao Ky",
    "Dale Cooper",
    "Welcome Msomi",
    "Thanks Ana",
    "Ana Gracias",
)


@pytest.mark.parametrize("name", WORDS_AS_WELL)
@pytest.mark.parametrize(
    "frame", ["{}", "{}.", "FACE {} 59801", "SIGN FACE {}, 59801", "My name is {}"]
)
def test_of_a_name_that_has_another_word_in_it_no_half_is_taken(name: str, frame: str) -> None:
    for context in ASKED:
        reading = read(frame.format(name), context)
        assert reading.names in {(name,), ()} or not reading.sure


@pytest.mark.parametrize(
    "name",
    ["George Best", "Mike England", "Montana Jones", "Farrokh Doctor", "John Denver"]
    + ["Rich Amen", "May Later", "Anna Mais", "Dale Cooper", "Nguyen Cao Ky"],
)
def test_two_words_that_are_the_whole_answer_are_the_name(name: str) -> None:
    reading = read(name, ASKED[2])
    assert (reading.names, reading.sure) == ((name,), True)


@pytest.mark.parametrize("name", ["George Best", "Ty Burrell", "Please Ndlovu", "Mike England"])
def test_what_is_said_to_be_a_name_is_kept_whole(name: str) -> None:
    assert read(f"My name is {name}", ASKED[2]).names == (name,)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana Diaz Missoula 59801", "Ana Diaz"),
        ("Thanks! Ana Diaz 59801", "Ana Diaz"),
        ("Ana Diaz, thanks", "Ana Diaz"),
        ("FACE Ana 59801 Thanks", "Ana"),
        ("FACE Ana MT 59801", "Ana"),
        ("FACE Ana, Missoula 59801", "Ana"),
    ],
)
def test_courtesy_and_places_beside_a_name_are_no_part_of_it(text: str, name: str) -> None:
    reading = read(text, ASKED[1])
    assert (reading.names, reading.sure) == ((name,), True)


def test_a_yes_of_the_conversations_own_language_is_no_name() -> None:
    context = Context(PETITIONS, OpenQuestion("FACE", postcode="59801"), language="es")
    assert read("Dale Ana", context).names != ("Dale Ana",)


@pytest.mark.parametrize(
    "text",
    [
        "FACE Grace and Tom Young 59801",
        "FACE Grace & Tom Young 59801",
        "FACE Grace Young and her husband Tom Young 59801",
        "FACE Hope and Faith 59801",
        "FACE Grace with Tom Young 59801",
        "FACE Grace together with her husband Tom Young 59801",
        "FACE Tom Young with Grace 59801",
        "FIRMA FACE Rosa con Luis Díaz 59801",
        "FACE Rose avec Paul Martin 59801",
        "FACE Rosa com Luis Dias 59801",
        "FACE Rose ansanm ak Jan Pyè 59801",
        "FACE Rosa cùng với Trần Văn Nam 59801",
    ],
)
def test_of_a_couple_nobody_is_left_out(text: str) -> None:
    reading = read(text, CONTEXT)
    assert len(reading.names) == 2 or reading.doubt == "people"


@pytest.mark.parametrize("text", ["I'm with FACE Tom Young 59801", "FACE with Tom Young 59801"])
def test_who_is_with_us_is_one(text: str) -> None:
    assert (read(text, CONTEXT).names, read(text, CONTEXT).sure) == (("Tom Young",), True)
