"""What holds for every text."""

import time

from hypothesis import example, given
from hypothesis import strategies as st

from sms.reading import Context, OpenQuestion, PetitionWord, PetitionWords, read
from sms.reading.languages import LANGUAGES
from tests.harness.examples import examples

PETITIONS = PetitionWords(
    [PetitionWord("FACE"), PetitionWord("LAKE", "CA"), PetitionWord("ROAD", open=False)]
)
CONTEXTS = (
    Context(PETITIONS),
    Context(
        PETITIONS, OpenQuestion("FACE"), ("Thank you, Ana Diaz. You signed FACE.",), language="es"
    ),
    Context(PETITIONS, OpenQuestion("FACE", name="Ana Diaz"), country="GB", language="hi"),
)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=120)
WORDS = [w.strip(" ~=") for row in LANGUAGES.values() for c in row.values() for w in c.split(",")]
SPICES = [
    "FACE",
    "LAKE",
    "59801",
    "K1A 0B1",
    "Ana Diaz",
    "王小明",
    "@",
    "\n",
    "?",
    "“",
    "-",
    "R.",
    "St.",
]
SPICED = st.lists(st.sampled_from([*WORDS, *SPICES]) | ANY_TEXT, max_size=9).map(" ".join)


@examples(300)
@given(SPICED | ANY_TEXT)
@example("> 59801\n--->x\nFwa --, undo سارة, ")
@example("lake stop\n")
@example("\ud800 SIGN FACE \x00")
def test_no_text_raises_and_its_spans_lie_in_it_one_behind_the_other(text: str) -> None:
    for context in CONTEXTS:
        reading, end = read(text, context), 0
        for span in reading.spans:
            assert end <= span.start < span.end <= len(text)
            end = span.end
        assert all(name and name == name.strip() for name in reading.names)


@examples(100)
@given(SPICED, st.sampled_from(["", " ", "\n", "  \t"]))
@example("0¿", "\n")
@example("Ana Diaz.", "\n")
def test_space_around_a_text_changes_nothing(text: str, space: str) -> None:
    inside = text.strip()
    one, two = read(inside), read(space + inside + space)
    assert (one.intent, one.names, one.postcode) == (two.intent, two.names, two.postcode)


@given(
    st.sampled_from(["STOP", "undo", "Help", "sToP", "HELP please", "status Ana", "unsubscribe"])
)
def test_small_and_capital_letters_are_one_command(text: str) -> None:
    assert read(text).intent == read(text.upper()).intent == read(text.lower()).intent


@given(SPICED)
@examples(100)
def test_a_reading_without_its_explanation_is_the_same(text: str) -> None:
    one, two = read(text, CONTEXTS[0]), read(text, CONTEXTS[0], explain=False)
    assert (one.intent, one.names, one.postcode, one.sure) == (
        two.intent,
        two.names,
        two.postcode,
        two.sure,
    )


def test_the_longest_text_of_any_gateway_takes_no_second_of_the_processor() -> None:
    for text in (
        "a." * 800,
        "@" * 1600,
        "“" * 1600,
        "Ana " * 400,
        "5 " * 800,
        "\n>" * 800,
        "no " * 500,
    ):
        began = time.process_time()
        read(text, CONTEXTS[1])
        assert time.process_time() - began < 1, text[:4]
