"""One table a kind: commands with courtesy, petitions' words, postcodes, quotes, language."""

import pytest

from server.core.values.postcodes import normal_postcode
from sms.reading import Context, OpenQuestion, PetitionWord, PetitionWords, read, reserved

ONE = Context(PetitionWords([PetitionWord("FACE")]), postcode=normal_postcode)
TWO = Context(
    PetitionWords([PetitionWord("FACE"), PetitionWord("LAKE"), PetitionWord("ROAD", open=False)]),
    postcode=normal_postcode,
)


@pytest.mark.parametrize(
    ("text", "intent", "language"),
    [
        ("help", "help", None),
        ("Can you help me", "help", "en"),
        ("ayúdame por favor", "help", "es"),
        ("Aidez-moi", "help", "fr"),
        ("me ajuda", "help", "pt"),
        ("ede mwen tanpri", "help", "ht"),
        ("ساعدني", "help", "ar"),
        ("मदद करो", "help", "hi"),
        ("TRO GIUP", "help", "vi"),
        ("?", "help", None),
        ("status please", "status", "en"),
        ("Status of my signature?", "status", "en"),
        ("count please", "count", "en"),
        ("How many people have signed?", "count", "en"),
        ("Tell me more please", "more", "en"),
        ("list please", "list", "en"),
        ("news on please", "news_on", "en"),
        ("no news", "news_off", "en"),
        ("¿Habla español?", "language", "es"),
        ("Kreyòl souple", "language", "ht"),
        ("my zip is 59802", "zip", "en"),
        ("NAME Ana Diaz", "name", None),
        ("NAME", "name", None),
        ("thanks!", "thanks", "en"),
        ("👍", "thanks", None),
        ("धन्यवाद", "thanks", "hi"),
        ("Oi, tudo bem?", "greeting", "pt"),
        ("no thanks", "no", "en"),
        ("I will not sign this", "no", "en"),
        ("Je refuse de signer FACE, Jean Dupont 59801", "no", "fr"),
        ("who is this", "question", "en"),
        ("is FACE real", "question", None),
        ("Has Robert Brown 59801 signed FACE?", "question", "en"),
        ("lets face it mom is not coming", "unknown", "en"),
        ("", "unknown", None),
        ("TREE", "unknown", None),
    ],
)
def test_a_command_is_heard_with_courtesy_around_it(
    text: str, intent: str, language: str | None
) -> None:
    reading = read(text, ONE)
    assert reading.intent == intent
    assert language is None or reading.language == language


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SIGN FACE Ana Lake 59801", ("FACE",)),
        ("SIGN LAKE Ana Face 59801", ("LAKE",)),
        ("FACE, LAKE Ana Diaz 59801", ("FACE", "LAKE")),
        ("FACE & LAKE", ("FACE", "LAKE")),
        ("SIGN FAEC Ana Diaz 59801", ("FACE",)),
        ("faec Ana Diaz 59801", ("FACE",)),
        ("SIGNFACE Ana Diaz 59801", ("FACE",)),
        ("FACEAna Diaz 59801", ("FACE",)),
        ("SIGN F.A.C.E. Ana Diaz 59801", ("FACE",)),
        ("SIGN*FACE*Ana Diaz*59801", ("FACE",)),
        ("SIGN-FACE-Ana-Diaz-59801", ("FACE",)),
        ("SIGN FА\u200bCE Ana Diaz 59801", ("FACE",)),  # (its A is Cyrillic)
        ("LAKE please", ("LAKE",)),
        ("ROAD Ana Diaz 59801", ("ROAD",)),
        ("SIGN Faye Diaz 59801", ()),
        ("what a poker face haha", ()),
    ],
)
def test_a_petition_is_named_by_its_word_however_it_is_typed(
    text: str, words: tuple[str, ...]
) -> None:
    assert read(text, TWO).petitions == words


@pytest.mark.parametrize("text", ["SIGN TREE Ana Diaz 59801", "sign tree ana diaz 59801"])
def test_a_word_that_is_no_petitions_is_asked_about(text: str) -> None:
    reading = read(text, ONE)
    assert (reading.doubt, reading.names) == ("petition", ())


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("FACE Ana Diaz 59801 1234", "59801-1234"),
        ("FACE Ana Diaz 59,801", "59801"),
        ("FACE Ana Diaz 598O1", "59801"),
        ("FACE Ana Diaz zip59801", "59801"),
        ("FACE Ana Diaz MT59801", "59801"),
        ("FACE Ana Diaz 5️⃣9️⃣8️⃣0️⃣1️⃣", "59801"),
        ("FACE Ana Diaz ৫৯৮০১", "59801"),
        ("FACE Ana Diaz 12345 Oak St Missoula MT 59801", "59801"),
        ("FACE Ana Diaz 59801 406-555-0199", "59801"),
        ("my zip is 59802 not 59801", "59802"),
        ("59801 or 59802", ""),
        ("FACE Ana Diaz 5980", ""),
        ("FACE Ana Diaz SW1A 1AA", ""),
    ],
)
def test_the_postcode_is_told_from_other_numbers(text: str, postcode: str) -> None:
    assert read(text, ONE).postcode == postcode


@pytest.mark.parametrize(
    ("country", "text", "postcode"),
    [
        ("CA", "MAPLE Ana Diaz K1A\n0B1", "K1A 0B1"),
        ("CA", "MAPLE Ana Diaz Ottawa ON k1a0b1", "K1A 0B1"),
        ("GB", "MAPLE Ana Diaz sw1a1aa x", "SW1A 1AA"),
        ("BR", "MAPLE Ana Lima CEP 01310-100", "01310100"),
        ("MX", "MAPLE Ana Díaz, Colonia Juárez 06600", "06600"),
    ],
)
def test_each_country_has_its_own_postcodes(country: str, text: str, postcode: str) -> None:
    context = Context(PetitionWords([PetitionWord("MAPLE", country)]), postcode=normal_postcode)
    reading = read(text, context)
    assert (reading.postcode, reading.sure, len(reading.names)) == (postcode, True, 1)


@pytest.mark.parametrize(
    ("beside", "name"),
    [
        ("Ana Diaz 12 Oak St", "Ana Diaz"),
        ("Ana Diaz, 1420 Maple Ave, Billings MT", "Ana Diaz"),
        ("Ana Diaz Houston TX", "Ana Diaz"),
        ("Ana Diaz, Jackson, MS", "Ana Diaz"),
        ("Ana Díaz de Guadalajara", "Ana Díaz"),
        ("Paris Hilton", "Paris Hilton"),
        ("Pablo Reyes", "Pablo Reyes"),
        ("Ronan Farrow", "Ronan Farrow"),
        ("María de los Ángeles Ruiz", "María de los Ángeles Ruiz"),
        ("Thiago Pereira Lima", "Thiago Pereira Lima"),
        ("George Bush Sr.", "George Bush Sr."),
        ("Sr. George Bush", "George Bush"),
        ("عبد الرحمن السيد", "عبد الرحمن السيد"),
        ("السيد عبد الرحمن", "عبد الرحمن"),
        ("Anh Tuấn Nguyễn", "Anh Tuấn Nguyễn"),
        ("Ma. Luisa Reyes", "Ma. Luisa Reyes"),
        ("T.J. Watt", "T.J. Watt"),
        ("Robert Brown 3rd", "Robert Brown 3rd"),
    ],
)
def test_a_name_is_told_from_places_streets_and_titles_and_has_its_own(
    beside: str, name: str
) -> None:
    reading = read(f"SIGN FACE {beside} 59801", ONE)
    assert (reading.names, reading.sure) == ((name,), True)


@pytest.mark.parametrize("name", ["Ana Diaz Houston", "John Q. Public"])
def test_what_may_be_less_than_the_name_or_more_is_asked_about(name: str) -> None:
    reading = read(f"SIGN FACE {name} 59801", ONE)
    assert (reading.doubt, reading.postcode) == ("name", "59801")


OURS = "FACE: No face scan. To sign, reply with your name and ZIP code, like: Ana Diaz 59801"


@pytest.mark.parametrize(
    "text",
    [
        f"Liked “{OURS}”",
        f"Le encantó “{OURS}”",
        f"👍 to “{OURS}”",
        f"Reacted 🙏 to “{OURS[:40]}…”",
        f"\u200eA aimé « {OURS} »",
        OURS,
        f"Fwd: {OURS}",
    ],
)
def test_a_text_of_ours_that_comes_back_is_no_command_and_no_name(text: str) -> None:
    for context in (ONE, Context(ONE.petitions, OpenQuestion("FACE"), ours=(OURS,))):
        reading = read(text, context)
        assert (reading.intent, reading.names) == ("quote", ())


@pytest.mark.parametrize(
    "below",
    [
        "\nSent from my iPhone",
        " Sent from my iPhone",
        "\n-- \nAna D.\nSales, 555-0100",
        "\nEnvoyé de mon iPhone",
        "\nĐã gửi từ iPhone của tôi",
        "\nमेरे iPhone से भेजा गया",
        "\n\nOn Mon, Nov 23, 2026 Bob wrote:\n> SIGN LAKE Bob Brown 59802",
        f"\n\n> {OURS}",
        "\n(Sent with Slam Effect)",
    ],
)
def test_what_programs_add_below_is_not_the_senders(below: str) -> None:
    reading = read(f"SIGN FACE Ana Diaz 59801{below}", TWO)
    assert (reading.names, reading.petitions, reading.sure) == (("Ana Diaz",), ("FACE",), True)


def test_a_slip_of_the_sign_word_is_told() -> None:
    assert read("SHIN FACE Ana Diaz 59801", ONE).typed == "SHIN"
    assert read("Sighn FACE Ana Diaz 59801", ONE).language is None
    assert read("Shin Park 59801", Context(ONE.petitions, OpenQuestion("FACE"))).names == (
        "Shin Park",
    )


def test_every_word_of_a_command_is_reserved() -> None:
    assert {"STOP", "FIRMA", "AYUDA", "LETTER", "RECEIPT", "UNDO", "ZIP"} <= reserved()
    assert not {"FACE", "LAKE", "MAPLE", "AGUA", "RIO", "MOOR", "WATER", "PARK"} & reserved()


@pytest.mark.parametrize("text", ["LAKE1281 8002", "lake1281 8002.", "LAKE12818002"])
def test_a_petitions_word_may_end_in_digits(text: str) -> None:
    reading = read(text, Context(PetitionWords([PetitionWord("LAKE1281"), PetitionWord("LAKE")])))
    assert (reading.petitions, reading.wrong) == (("LAKE1281",), "8002")
