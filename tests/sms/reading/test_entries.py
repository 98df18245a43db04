"""Names among what else people write: glued, dotted, below a sentence, beside a place; and what is
asked about, because it may be more than a name, or none."""

import pytest

from server.core.values.postcodes import normal_postcode
from sms.reading import Context, OpenQuestion, PetitionWord, PetitionWords, Reading, read

PETITIONS = PetitionWords([PetitionWord("FACE")])
STRANGER = Context(PETITIONS, postcode=normal_postcode)
ASKED = Context(
    PETITIONS,
    OpenQuestion("FACE", postcode="59801"),
    language="en",
    postcode=normal_postcode,
)


def signs(reading: Reading) -> bool:
    return reading.intent == "sign" and reading.sure and bool(reading.names and reading.postcode)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FACE Rosaura Peña88001", "Rosaura Peña"),
        ("88001Rosaura Peña FACE", "Rosaura Peña"),
        ("FACE林志玲 94108", "林志玲"),
        ("FACE सुधा मेहता९४५३६", "सुधा मेहता"),
        ("FACE アンナ・ロペス 90012", "アンナ・ロペス"),
        ("FACE க. மாலதி 95054", "க. மாலதி"),
        ("FACE Mohd. Iqbal Chowdhury 11372", "Mohd. Iqbal Chowdhury"),
        ("FACE Pieter van 't Veen 49423", "Pieter van 't Veen"),
        ("FACE FACE Rosaura Peña 88001", "Rosaura Peña"),
        ("FACE Pao Never Cries 57770", "Pao Never Cries"),
        ("FACE Hector Bello Jr. Window Rock AZ 86515", "Hector Bello Jr."),
        ("soy Rosaura Peña de Hartford, 06106", "Rosaura Peña"),
        ("Thank you for fighting for us. Moses Blackhorse, 87328.", "Moses Blackhorse"),
        ("This matters to my family.\nLeticia Zavala\n79938", "Leticia Zavala"),
        ("Me gustaría que agregaran mi nombre, Consuelo Amaya 79936", "Consuelo Amaya"),
        ("could you please put me down, Otis Peabody 02119", "Otis Peabody"),
        ("podem incluir meu nome: Luciana Prates, 01702", "Luciana Prates"),
        ("mera naam likh lijiye: Sunita Rao 60659", "Sunita Rao"),
        ("period sign me up comma Walter Nakamura comma 96813", "Walter Nakamura"),
        ("Я Олена Бондаренко 11235", "Олена Бондаренко"),
        ("Joy Summers 45402", "Joy Summers"),
    ],
)
def test_a_whole_name_and_a_zip_code_sign_at_once(text: str, name: str) -> None:
    reading = read(text, STRANGER)
    assert signs(reading), reading
    assert reading.names == (name,)


@pytest.mark.parametrize(
    "text",
    [
        "soy Rosaura Peña de Valle Hermoso, 79936",
        "FACE Rosaura Peña Tres Piedras NM 87577",
        "Yvonne, Tres Piedras, 87577",
        "FACE HAPPY KAUR 11419",
        "sign face mary two eagles 57770",
        "bob 59801",
        "我叫陈志明 94108",
        "Greg Diaz and I Ana Diaz 60649",
    ],
)
def test_what_may_be_more_than_a_name_or_none_is_asked_about(text: str) -> None:
    reading = read(text, STRANGER)
    assert (reading.intent, reading.doubt, reading.names) == ("sign", "name", ())
    assert reading.postcode


@pytest.mark.parametrize(
    "name", ["Pao Never Cries", "Pa Houa Lor", "Y Lan", "Ok Ja Park", "Hope", "Mark", "Long Street"]
)
def test_an_answer_of_words_with_capitals_is_a_name(name: str) -> None:
    assert read(name, ASKED).names == (name,)


@pytest.mark.parametrize(
    "text",
    [
        "hope so",
        "kkkkkk",
        "Tell Steve I said hi",
        "Mayor Wu should come and see",
        "C'est Jean qui m'a donné ce numéro",
        "La cita es con el doctor Ramírez",
        "Ok thanks",
        "cảm ơn nhiều lắm",
        "theek hai dhanyavaad",
        "correction: zip 87505",
    ],
)
def test_chatter_is_no_name_though_we_have_asked_for_one(text: str) -> None:
    reading = read(text, ASKED)
    assert not (reading.sure and reading.names), reading


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Stoppp", "stop"),
        ("Go away", "stop"),
        ("im blocking you", "stop"),
        ("put my phone on your do not text list", "stop"),
        ("I do not consent to your texts", "stop"),
        ("Take my number out of your system", "stop"),
        ("erase me from your system", "remove"),
        ("I want my data erased", "remove"),
        ("I want my data erased by the police", "unknown"),
        ("delete the database of faces", "unknown"),
        ("they should delete", "question"),
    ],
)
def test_what_is_wished_of_us_is_told_from_what_is_wished_of_others(text: str, intent: str) -> None:
    assert read(text, STRANGER).intent == intent


def test_a_petitions_word_of_one_letter_again_and_again_is_no_stretched_word() -> None:
    context = Context(PetitionWords([PetitionWord("KKKKKK")]))
    assert read("KKKKKK Ana Diaz 59801", context).petitions == ("KKKKKK",)


@pytest.mark.parametrize("laughter", ["kkkkkkkkkkkk", "ههههههههههه", "Hmmmmmmmm", "hahahaha"])
def test_laughter_is_no_name_however_long_it_is(laughter: str) -> None:
    assert read(laughter, ASKED).names == ()


@pytest.mark.parametrize("number", ["22222", "44444", "55555"])
def test_a_number_of_one_digit_again_and_again_is_a_postcode(number: str) -> None:
    assert read(f"SIGN FACE Ana Diaz {number}", STRANGER).postcode == number
