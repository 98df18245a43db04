"""Free text to commands."""

import random
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.keywords import RESERVED, Command, fold, is_reserved, parse
from sms.words import EVERYWHERE, LANGUAGES

KEYWORDS = frozenset({"FACE", "LAKE"})


def understood(text: str) -> tuple[str, str | None, str]:
    command = parse(text, KEYWORDS)
    return command.kind, command.keyword, command.rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("SIGN FACE Ana Diaz 59801", "Ana Diaz 59801"),
        ("face sign 59801 ana diaz", "59801 ana diaz"),
        ("Ana Diaz 59801 SIGN FACE", "Ana Diaz 59801"),
        ("sign Ana Diaz 59801 face", "Ana Diaz 59801"),
        ("FACE Ana Diaz 59801", "Ana Diaz 59801"),
        ("Ana Diaz 59801 FACE", "Ana Diaz 59801"),
        ("Ana Diaz FACE 59801", "Ana Diaz 59801"),
        ("FACE", ""),
        ("Sign Face.", ""),
        ("FACE 4821", "4821"),
        ("sign: face, Ana Diaz, 59801", "Ana Diaz, 59801"),
        ("sign face Ana Diaz; 59801!", "Ana Diaz, 59801"),
        ("SIGN FACE\r\nAna Diaz\r\n59801\n", "Ana Diaz, 59801"),
        ('"SIGN FACE Ana Diaz, 59801"', "Ana Diaz, 59801"),
        ("“SIGN FACE” <Ana Diaz>, <59801>", "Ana Diaz, 59801"),
        ("‘FACE’ Ana Diaz", "Ana Diaz"),
        ("'SIGN FACE Ana Diaz 59801'", "Ana Diaz 59801"),
        ("*SIGN FACE* Ana Diaz (59801)", "Ana Diaz 59801"),
        ("... SIGN - FACE - Ana Diaz ...", "Ana Diaz"),
        ("FACE,Ana Diaz", "Ana Diaz"),
        ("FACE.Ana Diaz", "Ana Diaz"),
        ("FACE:Ana Diaz", "Ana Diaz"),
        ("SIGN-FACE Ana Diaz", "Ana Diaz"),
        ("SIGN FACE-Ana Diaz", "Ana Diaz"),
        ("ＳＩＧＮ　ＦＡＣＥ　Ａｎａ　５９８０１", "Ana 59801"),
        ("SIGN\u00a0FACE\u200b\u202fAna\u00a0Diaz \u200e59801", "Ana Diaz 59801"),
        ("S\u00adIGN FA\u200dCE Ana", "Ana"),
        ("SIGN/FIRMA FACE Ana", "Ana"),
        ("firmo FACÉ María-José Núñez 59801", "María-José Núñez 59801"),
        ("I want to sign FACE Ana Diaz 59801", "Ana Diaz 59801"),
        ("Hola, quiero firmar FACE Ana 59801", "Ana 59801"),
        ("SIGN FACE Conor O’Brien 59801", "Conor O’Brien 59801"),
        ("SIGN FACE Jan 't Hooft 59801", "Jan 't Hooft 59801"),
        ("SIGN FACE 'Ana Diaz' 59801", "Ana Diaz 59801"),
        ("SIGN FACE Ana Diaz Jr., 59801", "Ana Diaz Jr., 59801"),
        ("SIGN FACE Ana Diaz, ana@lake.example, 59801", "Ana Diaz, ana@lake.example, 59801"),
        ("ana@lake.example Ana Diaz FACE", "ana@lake.example Ana Diaz"),
        ("SIGN FACE क्\u200dष अना 59801", "क्\u200dष अना 59801"),
        ("ký tên FACE Nguyễn Ky, KY 40202", "Nguyễn Ky, KY 40202"),
        ("وقّع FACE آنا", "آنا"),
        ("FACE Aidé López 59801", "Aidé López 59801"),
        ("Aidé López 59801 FACE", "Aidé López 59801"),
        ("FACE List Ana 59801", "List Ana 59801"),
    ],
)
def test_a_signature_is_understood_however_it_is_written(text: str, rest: str) -> None:
    assert understood(text) == ("sign", "FACE", rest)


@pytest.mark.parametrize(
    ("text", "keyword", "rest"),
    [
        ("SIGN FACE Ana Lake 59801", "FACE", "Ana Lake 59801"),
        ("SIGN LAKE Ana Face 59801", "LAKE", "Ana Face 59801"),
        ("Ana Lake 59801 SIGN FACE", "FACE", "Ana Lake 59801"),
        ("face sign 59801 Ana Lake", "FACE", "59801 Ana Lake"),
        ("LAKE SIGN FACE Ana", "FACE", "LAKE Ana"),
        ("FACE Ana Lake 59801", "FACE", "Ana Lake 59801"),
        ("Ana Lake 59801 FACE", "FACE", "Ana Lake 59801"),
        ("FACE Ana Lake-Jones 59801", "FACE", "Ana Lake-Jones 59801"),
        ("Ana Lake-Face 59801 SIGN", None, "Ana Lake-Face 59801"),
        ("SIGN FACE Ana Firma 59801", "FACE", "Ana Firma 59801"),
        ("Ana Lake 59801", "LAKE", "Ana 59801"),
    ],
)
def test_a_name_that_is_also_a_keyword_stays_a_name(
    text: str, keyword: str | None, rest: str
) -> None:
    assert understood(text) == ("sign", keyword, rest)


def test_a_name_that_is_awaited_is_never_a_keyword() -> None:
    assert parse("Ana Lake, 59801", ()) == Command("unknown", None, "Ana Lake, 59801")


def test_an_unknown_keyword_after_the_sign_word_stays_in_the_rest() -> None:
    assert understood("SIGN FAEC Ana Diaz 59801") == ("sign", None, "FAEC Ana Diaz 59801")
    assert understood("sign") == ("sign", None, "")


@pytest.mark.parametrize(
    ("text", "kind", "keyword", "rest"),
    [
        ("HELP", "help", None, ""),
        ("info?", "help", None, ""),
        ("Ayuda", "help", None, ""),
        ("help FACE", "help", "FACE", ""),
        ("FACE help", "help", "FACE", ""),
        ("UNDO", "undo", None, ""),
        ("undo face", "undo", "FACE", ""),
        ("FACE UNDO", "undo", "FACE", ""),
        ("deshacer FACE", "undo", "FACE", ""),
        ("undo my signature on FACE", "undo", "FACE", "my signature on"),
        ("STATUS", "status", None, ""),
        ("STATUS Ana Diaz", "status", None, "Ana Diaz"),
        ("STATUS FACE Ana Lake", "status", "FACE", "Ana Lake"),
        ("STATUS Ana Lake", "status", None, "Ana Lake"),
        ("estado ana", "status", None, "ana"),
        ("LIST", "list", None, ""),
        ("lista.", "list", None, ""),
        ("", "unknown", None, ""),
        (" \u200b\n ", "unknown", None, ""),
        ("!?", "unknown", None, ""),
        ("Ana Diaz, 59801", "unknown", None, "Ana Diaz, 59801"),
        ("Where is the lake-side park?", "unknown", None, "Where is the lake-side park"),
        ("YES", "unknown", None, "YES"),
    ],
)
def test_the_other_commands_are_understood(
    text: str, kind: str, keyword: str | None, rest: str
) -> None:
    assert understood(text) == (kind, keyword, rest)


OPT_OUTS = ["STOP", "stop.", " Stop! ", "“STOP”", "Stop stop", "STOPALL", "stop all", "UNSUBSCRIBE"]
OPT_OUTS += [
    "Cancel",
    "END",
    "quit",
    "REVOKE",
    "optout",
    "OPT-OUT",
    "opt out",
    "ARRÊT",
]
OPT_OUTS += [
    "ALTO",
    "parar",
    "BAJA",
    "darme de baja",
    "Cancelar",
    "توقف",
    "إلغاء",
    "बंद करें",
    "NGỪNG",
]
OPT_INS = ["START", "unstop", "Start.", "ALTA", "शुरू करें"]


@pytest.mark.parametrize("text", OPT_OUTS)
def test_an_opt_out_word_that_is_the_whole_message_opts_out(text: str) -> None:
    assert understood(text) == ("stop", None, "")


@pytest.mark.parametrize("text", OPT_INS)
def test_an_opt_in_word_that_is_the_whole_message_opts_in(text: str) -> None:
    assert understood(text) == ("start", None, "")


@pytest.mark.parametrize("word", [*OPT_OUTS, *OPT_INS])
def test_an_opt_out_or_opt_in_word_beside_a_keyword_does_neither(word: str) -> None:
    for text in (f"{word} FACE", f"FACE {word}", f"SIGN FACE Ana {word} 59801"):
        assert parse(text, KEYWORDS).kind not in {"stop", "start"}, text


@pytest.mark.parametrize("word", [*OPT_OUTS, *OPT_INS])
def test_an_opt_out_or_opt_in_word_inside_a_longer_text_does_neither(word: str) -> None:
    assert parse(f"{word} Ana 59801", KEYWORDS).kind not in {"stop", "start"}


def test_a_keyword_beside_nothing_but_command_words_is_no_signature() -> None:
    assert understood("STOP FACE") == ("unknown", "FACE", "STOP")
    assert understood("FACE receipt 4821") == ("unknown", "FACE", "receipt 4821")
    assert understood("SIGN FACE Call More 59801") == ("sign", "FACE", "Call More 59801")
    assert understood("FACE Si Ma 59801") == ("sign", "FACE", "Si Ma 59801")


WISHES = [
    "lose my number",
    "Stop texting me!",
    "PLEASE STOP.",
    "don’t text me",
    "Take me off this",
]
WISHES += ["Por favor, no me envíen más", "dejen de escribirme", "laissez-moi tranquille"]


@pytest.mark.parametrize("text", WISHES)
def test_free_wording_opts_out_only_where_no_keyword_is_recognised(text: str) -> None:
    assert parse(text, KEYWORDS).kind == "stop"
    assert parse(f"{text} FACE", KEYWORDS).kind != "stop"


REMOVALS = ["REMOVE ME", "please remove me", "bórrenme", "supprimez-moi", "मुझे हटाओ", "xóa tôi"]


@pytest.mark.parametrize("text", REMOVALS)
def test_who_asks_to_be_removed_asks_for_both(text: str) -> None:
    assert parse(text, KEYWORDS).kind == "remove"
    assert understood(f"{text} FACE") == ("undo", "FACE", "")


NEARLY = ["SHIN", "SIGM", "SIFN", "sing", "SIG", "Signn", "FIRNA", "asinar"]


@pytest.mark.parametrize("word", NEARLY)
def test_a_slip_on_the_keypad_still_signs_and_is_named(word: str) -> None:
    command = parse(f"{word} FACE Ana Diaz 59801", KEYWORDS)
    assert (command.kind, command.keyword, command.rest) == ("sign", "FACE", "Ana Diaz 59801")
    assert command.near == word


@pytest.mark.parametrize("text", ["Shin Park 59801", "Ana SIGM FACE 59801", "FACE Shin Park 59801"])
def test_a_name_that_is_like_a_sign_word_stays_a_name(text: str) -> None:
    assert parse(text, KEYWORDS).near == ""


# All lie on the keys of STOP (7867), END (363) or QUIT (7848), or are one letter off.
@pytest.mark.parametrize(
    "text",
    ["PUMP", "RUNS", "SUMS", "STUP", "SHOP", "STEP", "DND", "FOE", "RUIT", "CANCEK"],
)
def test_nothing_is_corrected_into_an_opt_out(text: str) -> None:
    for words in (text, f"{text} {text}", f"{text} FACE", f"{text} me"):
        assert parse(words, KEYWORDS).kind not in {"stop", "remove"}, words


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("?", ("help", None, "")),
        ("؟؟", ("help", None, "")),
        ("COUNT FACE", ("count", "FACE", "")),
        ("face combien", ("count", "FACE", "")),
        ("Count Basie FACE 59801", ("sign", "FACE", "Count Basie 59801")),
        ("MORE", ("more", None, "")),
        ("FACE More Ana 59801", ("sign", "FACE", "More Ana 59801")),
        ("NAME Ana Diaz", ("name", None, "Ana Diaz")),
        ("My name is Ana Lake", ("name", None, "Ana Lake")),
        ("me llamo Ana", ("name", None, "Ana")),
        ("ZIP 59801", ("zip", None, "59801")),
        ("código postal: 59801", ("zip", None, "59801")),
        ("News off", ("news_off", None, "")),
        ("NEWS ON face", ("news_on", "FACE", "")),
        ("news", ("news", None, "")),
        ("Español", ("language", None, "")),
        ("FACE हिंदी", ("language", "FACE", "")),
        ("SIGN FACE Name: Ana Diaz Zip: 59801", ("sign", "FACE", "Ana Diaz 59801")),
        ("FIRMA FACE nombre: Luz, código postal: 59801", ("sign", "FACE", "Luz, 59801")),
        ("SIGN FACE Ana ٥٩٨٠١", ("sign", "FACE", "Ana 59801")),
    ],
)
def test_the_other_words_are_understood(text: str, meant: tuple[str, str | None, str]) -> None:
    assert understood(text) == meant


@pytest.mark.parametrize(
    "footer",
    [
        "Sent from my iPhone",
        "sent via Yahoo Mail",
        "Get Outlook for Android",
        "Enviado desde mi iPhone",
        "Envoyé de mon téléphone",
        "-- \nAna Diaz\nCEO, Sign & Co",
    ],
)
def test_what_a_program_adds_below_is_cut(footer: str) -> None:
    assert understood(f"SIGN FACE Ana Diaz 59801\n\n{footer}") == ("sign", "FACE", "Ana Diaz 59801")
    assert understood(f"stop\n{footer}") == ("stop", None, "")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("SIGN FACE Ana", "en"),
        ("FIRMA FACE Ana", "es"),
        ("assine FACE Ana", "pt"),
        ("FACE Ana", None),
        ("ayuda", "es"),
        ("lista", None),  # Spanish and Portuguese
        ("STOP", None),  # what every language's notices tell people to send
        ("baja", "es"),
        ("stop texting me", "en"),
    ],
)
def test_the_command_word_tells_the_language(text: str, language: str | None) -> None:
    assert parse(text, KEYWORDS).language == language


@pytest.mark.parametrize("row", [EVERYWHERE, *LANGUAGES.values()])
def test_every_command_word_of_every_language_is_reserved(row: dict[str, str]) -> None:
    for category in row.keys() - {"before", "wish", "remove"}:
        for phrase in row[category].split(","):
            assert is_reserved(phrase.replace(" ", "")), phrase
            assert all(is_reserved(word.lower()) for word in phrase.split()), phrase


@pytest.mark.parametrize(
    "word",
    ["letter", "SEND", "call", "Receipt", "verify", "yes", "no", "next", "more"]
    + ["firma", "AYUDA", "Enviár", "sí", "हस्ताक्षर"],
)
def test_words_of_the_product_are_reserved(word: str) -> None:
    assert is_reserved(word)


@pytest.mark.parametrize("word", ["FACE", "LAKE", "RIVER", "SCHOOL", "AGUA", "CLINIC"])
def test_ordinary_words_are_free(word: str) -> None:
    assert not is_reserved(word)


@pytest.mark.parametrize(("language", "row"), LANGUAGES.items())
def test_every_listed_word_is_understood_as_what_it_is_listed_for(
    language: str, row: dict[str, str]
) -> None:
    for category in row.keys() - {"before", "later"}:
        for phrase in row[category].split(","):
            command = parse(phrase, ())
            assert command.kind == {"wish": "stop"}.get(category, category), phrase
            assert command.language in {language, None}, phrase


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("fírma", "FIRMA"),
        ("ＦＡＣＥ", "FACE"),
        ("Fa\u200bc\u00ade", "FACE"),
        ("straße", "STRASSE"),
        ("Đường", "DUONG"),
        ("Ñandú", "NANDU"),
        ("وقّع", "وقع"),
        ("إلغاء", "الغاء"),
        ("मदद", "मदद"),
        ("रोकें", "रोकें"),
    ],
)
def test_folding(word: str, folded: str) -> None:
    assert fold(word) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


ANY_TEXT = st.text(st.characters(exclude_categories=()))
SPICED = st.lists(
    st.sampled_from(["sign", "FACE", "Lake", "STOP", "help", "ký tên", "\n", "'", "-", "@", ","])
    | ANY_TEXT
).map(" ".join)


@given(ANY_TEXT | SPICED)
def test_any_text_is_taken(text: str) -> None:
    command = parse(text, KEYWORDS)
    assert command.keyword in {None, "FACE", "LAKE"}
    assert command.rest == " ".join(command.rest.split())
    command.rest.encode()


@given(ANY_TEXT | SPICED)
def test_letter_case_changes_only_the_spelling_of_the_rest(text: str) -> None:
    before, after = parse(text, KEYWORDS), parse(text.upper(), KEYWORDS)
    if fold(text) == fold(text.upper()):
        assert (before.kind, before.keyword) == (after.kind, after.keyword)


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_that_names_a_petition_opts_out(before: str, after: str) -> None:
    for word in ("STOP", "please stop texting me", "UNSUBSCRIBE", "baja"):
        assert parse(f"{before} FACE {word} {after}", KEYWORDS).kind != "stop"


NAME = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=3, max_size=12).filter(
    lambda word: fold(word) not in RESERVED | KEYWORDS and word.isprintable()
)


@given(
    st.lists(NAME, min_size=1, max_size=3), st.permutations(["sign", "keyword", "name", "place"])
)
def test_the_order_of_the_parts_does_not_matter(name: list[str], order: list[str]) -> None:
    parts = {"sign": "Sign", "keyword": "face", "name": " ".join(name), "place": "59801"}
    command = parse(" ".join(parts[part] for part in order), KEYWORDS)
    assert (command.kind, command.keyword) == ("sign", "FACE")
    assert sorted(command.rest.split()) == sorted(_normal([*name, "59801"]))


@given(
    st.lists(NAME, min_size=1, max_size=4),
    st.sampled_from([" ", ", ", "\n", "; ", " - ", "\u00a0"]),
)
def test_the_rest_never_loses_a_letter_of_the_name(name: list[str], separator: str) -> None:
    rest = parse(f"SIGN FACE {separator.join(name)}", KEYWORDS).rest
    assert rest.replace(",", "").split() == _normal(name)


def _normal(words: list[str]) -> list[str]:
    wide = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
    return [unicodedata.normalize("NFC", word.translate(wide)) for word in words]


@pytest.mark.parametrize(
    "piece", ["@", "a@.", "'a", "‘", "-", "sign ", "sign-", "stop ", "\u0301", ","]
)
def test_a_hostile_text_takes_no_more_than_linear_time(piece: str) -> None:
    started = time.process_time()
    parse(piece * 20_000, KEYWORDS)
    assert time.process_time() - started < 5


def test_words_in_random_order_are_taken_too() -> None:
    words = [word for row in LANGUAGES.values() for list_ in row.values() for word in list_.split()]
    chance = random.Random(1)
    for _ in range(2000):
        text = " ".join(chance.choices([*words, *["FACE", "LAKE"] * 40], k=5))
        command = parse(text, KEYWORDS)
        typed = text.replace(",", " ").split()
        named = [word for word in typed if word in KEYWORDS]
        assert command.keyword in {None, *named}, text
        assert command.kind != "sign" or bool(command.keyword) == bool(named), text
        assert set(command.rest.replace(",", " ").split()) <= set(typed), text
