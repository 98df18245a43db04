"""A file that is not what it should be is refused in one clear sentence, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.places.divisions import Lies
from server.core.places.files import reading
from server.core.places.files.maps import read_map
from server.core.places.files.people import read_people
from server.errors import BadFile
from tests.harness.people import land
from tests.harness.people.land import TODAY, as_json

US = "ocd-division/country:us"
HEAD = "state_fips,state_abbr,zcta,cd\n"
ANY = "country,postcode,division,share,valid_from,valid_to\n"
MONTANA = f"{US}/state:mt/cd:1"
PEOPLE = "name,role,division,valid_from,valid_to\n"


def lies(text: str | bytes) -> list[Lies]:
    raw = text.encode() if isinstance(text, str) else text
    return [x for x in read_map(raw, land.values()).lies if not x.postcode.endswith("*")]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "it is empty"),
        (b" \n\n", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"<!DOCTYPE html><title>404</title>", "its first line must name the columns"),
        (b"zip,district\n59801,1\n", "its first line must name the columns"),
        (HEAD.encode(), "it has no lines below its first"),
        (HEAD.encode("utf-16"), "it is UTF-16: save it as UTF-8"),
        (HEAD.encode() + b"30,MT,59801,1\n30,MT\xe9,59801,1\n", "line 3 is not UTF-8"),
        (b"\x1f\x8b\x08rest", "it is packed"),
        (b"PK\x03\x04rest", "it is packed"),
        ((HEAD + "30,MT,598\x0001,1\n").encode(), "it is no text"),
        ((HEAD + "30,MT,59801\n").encode(), "line 2 has 3 columns in place of 4"),
        ((HEAD + '30,MT,"59801,1\n').encode(), "line 2 is no line of a table"),
        ((HEAD + "30,XX,59801,1\n").encode(), "line 2: 'XX' is no state or region"),
        ((HEAD + "30,MT,59801,one\n").encode(), "line 2: 'one' is no district"),
        ((HEAD + "30,MT,ABC,1\n").encode(), "line 2: 'ABC' is no postcode of US"),
        ((HEAD + "23,ME,4103,1\n").encode(), "line 2: 4103 has lost its zeros in a spreadsheet"),
        ((HEAD + "72,PR,601,0\n").encode(), "line 2: 601 has lost its zeros in a spreadsheet"),
        (f"{ANY}US,59801,mt-1,,,\n".encode(), "line 2: 'mt-1' is no id of a division"),
        (f"{ANY}CA,59801,{MONTANA},,,\n".encode(), "line 2: the division is not in 'CA'"),
        (f"{ANY}US,59801,{MONTANA},2,,\n".encode(), "line 2: share must be from 0 to 1"),
        (f"{ANY}US,59801,{MONTANA},nan,,\n".encode(), "line 2: share must be from 0 to 1"),
        (f"{ANY}US,59801,{MONTANA},,2027,\n".encode(), "line 2: valid_from must be a day"),
        (f"{ANY}US,59801,{MONTANA},,,2027-02-30\n".encode(), "line 2: valid_to must be a day"),
        (
            f"{ANY}US,59801,{MONTANA},,2027-01-03,2027-01-03\n".encode(),
            "line 2: valid_to must come after valid_from",
        ),
        (
            f"{ANY}US,59801,{MONTANA},0.5,,\nUS,59801,{MONTANA},0.6,,\n".encode(),
            "line 3 says otherwise than a line before: 59801",
        ),
        (
            f"{ANY}US,59801,{MONTANA},,,\nCA,K1A0B1,ocd-division/country:ca/ed:1,,,\n".encode(),
            "line 3: one file is about one country, US or CA",
        ),
        (
            f"{ANY}US,59801,{MONTANA},,2026-01-01,\nUS,59801,{MONTANA},,2026-06-01,\n".encode(),
            "it says twice of one time: 59801, ",
        ),
        (f"{ANY}US,59801,{MONTANA},0,,\n".encode(), "nothing of it could be taken: every share"),
        (b"country,country,postcode,division\n", "it has two columns 'country'"),
        (b"id,name\nx,y\n", "line 2: 'x' is no Open Civic Data id"),
    ],
)
def test_a_bad_map(raw: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said.replace("(", r"\(")) as caught:
        read_map(raw, land.values())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "it is empty"),
        (b"[", "it is broken JSON, at line 1"),
        (b'[{"id": 1},\n {"id": }]', "it is broken JSON, at line 2"),
        (b"[]", "it names nobody"),
        (b"{}", "it must be JSON of"),
        (b"[1]", "it must be JSON of"),
        (b'[{"name": "x"}]', "it must be JSON of"),
        (b"[" * 100_000, "it is no JSON that we can read"),
        (b"last_name,first_name,type\nDoe,Jo,sen\n", "it must be JSON of"),
        (json.dumps([{"terms": [{}]}]).encode(), "person 1 of the file has no name"),
        (
            json.dumps([land.member("Jo Doe", "king", "MT")]).encode(),
            "Jo Doe: the last term is of no office or state",
        ),
        (
            json.dumps([land.member("Jo Doe", "sen", "XX")]).encode(),
            "Jo Doe: the last term is of no office or state",
        ),
        (
            json.dumps([land.member("Jo Doe", "rep", "MT")]).encode(),
            "Jo Doe: the last term is of no district",
        ),
        (json.dumps([{"roles": [{}]}]).encode(), "person 1 of the file has no name"),
        (PEOPLE.encode(), "it has no lines below its first"),
        (f"{PEOPLE}Jo,mayor,,,\n".encode(), "line 2 names no division and no country"),
        (f"{PEOPLE}Jo,mayor,xx,,\n".encode(), "line 2: 'xx' is no id of a division"),
        (f"{PEOPLE}Jo,THE MAYOR,{MONTANA},,\n".encode(), "line 2: a role has small letters"),
        (f"{PEOPLE}Jo,mayor,{MONTANA},soon,\n".encode(), "line 2: valid_from must be a day"),
        (
            f"{PEOPLE}Jo,mayor,{MONTANA},,\nJo,mayor,{MONTANA},,\n".encode(),
            "line 3 names Jo as line 2 does",
        ),
        (
            f"{PEOPLE}Jo,mayor,{MONTANA},,\nBo,mayor,ocd-division/country:gb/x:y,,\n".encode(),
            "line 3: one file is about one country, US or GB",
        ),
        (
            f"{PEOPLE}Jo,mayor,{MONTANA},2026-01-01,\nJo,mayor,{MONTANA},2026-06-01,\n".encode(),
            "it says twice of one time: Jo, Jo, mayor, ",
        ),
        (
            json.dumps([land.member("Jo Doe", "sen", "MT")] * 2).encode(),
            "it says twice of one time: Jo Doe, JoDoesen, senator, ",
        ),
        (
            f"name,role,division,seats\nJo,mayor,{MONTANA},none\n".encode(),
            "line 2: seats must be a whole number from 1 to 1000, or empty",
        ),
    ],
)
def test_a_bad_file_of_people(raw: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said.replace("(", r"\(")) as caught:
        read_people(raw, land.values(), TODAY)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", ["0", "1001", "1000000000", "9" * 5000, "1.5", "-1", "٣", "³"])
def test_seats_are_a_whole_number_from_1_to_1000(number: str) -> None:
    for role, division in (("mayor", MONTANA), ("representative", MONTANA), ("mayor", US)):
        table = f"name,role,division,seats\nJo,{role},{division},{number}\n"
        with pytest.raises(BadFile, match="line 2: seats must be a whole number from 1 to 1000"):
            read_people(table.encode(), land.values(), TODAY)


@pytest.mark.parametrize("number", ["1", "20", "1000"])
def test_so_many_seats_there_may_be(number: str) -> None:
    table = f"name,role,division,seats\nJo,mayor,{MONTANA},{number}\n"
    [office] = read_people(table.encode(), land.values(), TODAY).offices
    assert office.seats == int(number)


@pytest.mark.parametrize("number", ["1000", "9" * 5000, "-1", "1.0", "٣", "１", "³"])
def test_a_district_is_a_number_below_1000(number: str) -> None:
    with pytest.raises(BadFile, match=r"line 2: .* is no district"):
        lies(f"{HEAD}30,MT,59801,{number}\n")
    member = land.member("Jo Doe", "rep", "MT", district=number)
    with pytest.raises(BadFile, match="Jo Doe: the last term is of no district"):
        read_people(as_json([member]), land.values(), TODAY)


def test_a_district_with_zeros_before_it_is_the_same() -> None:
    found = {number: lies(f"{HEAD}30,MT,59801,{number}\n")[0].division for number in NUMBERS}
    assert found == {number: f"{US}/state:mt/cd:{name}" for number, name in NUMBERS.items()}


NUMBERS = {"1": "1", "001": "1", "0": "at-large", "000": "at-large", "100": "100", "999": "999"}


@pytest.mark.parametrize(
    "beginning", ["٥٩*", "５９*", "ß*", "Ж*", "*", "5-9*", "5*9*", "5" * 13 + "*"]
)
def test_a_beginning_of_postcodes_is_of_plain_letters_and_digits(beginning: str) -> None:
    with pytest.raises(BadFile, match=r"line 2: .* is no postcode of US"):
        read_map(f"{ANY}US,{beginning},{MONTANA},,,\n".encode(), land.values())


def test_a_beginning_of_postcodes_is_read_however_it_is_typed() -> None:
    division = "ocd-division/country:gb/x:y"
    read = read_map(f"{ANY}GB,sw1 a*,{division},,,\n".encode(), land.values())
    assert [x.postcode for x in read.lies] == ["SW1A*"]


def test_a_file_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FILE_LIMIT", 1 << 20)
    with pytest.raises(BadFile, match="it is larger than 1 MB"):
        read_map(HEAD.encode() + b"30,MT,59801,1\n" * 100_000, land.values())


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "30,MT,59801,1\n",
        HEAD + "30,MT,59801,1",
        "\ufeff" + HEAD + "30,MT,59801,1\n",
        (HEAD + "30,MT,59801,1\n").replace("\n", "\r\n"),
        (HEAD + "30,MT,59801,1\n").replace("\n", "\r"),
        HEAD + "\n30,mt, 59801-1234 ,01\n\n30,MT,59801,1\n,,,\n",
        "cd,zcta,STATE_ABBR\n1,59801,MT\n",
        HEAD + "30,MT,59999,ZZ\n30,MT,59801,1\n",
    ],
)
def test_however_it_is_written_it_is_the_same(text: str) -> None:
    assert lies(text) == [Lies("59801", MONTANA)]


def test_a_postcode_that_begins_with_zero_is_text() -> None:
    assert [x.postcode for x in lies(HEAD + "23,ME,04103,1\n72,PR,00601,0\n")] == ["00601", "04103"]


def test_a_table_for_any_country_has_shares_and_days() -> None:
    table = ANY + "gb,sw1a 1aa,ocd-division/country:gb/x:y,0.25,2027-01-03,2028-01-03\n"
    day, end = "2027-01-03", "2028-01-03"
    assert lies(table) == [Lies("SW1A1AA", "ocd-division/country:gb/x:y", 250_000, day, end)]


def test_an_address_that_would_write_another_mail_is_left_out() -> None:
    table = "name,role,country,email,form,phone\n"
    table += "Jo,mayor,US,jo@x.org?bcc=all@x.org,javascript:1,call me\n"
    people = read_people(table.encode(), land.values(), TODAY)
    [jo] = people.holders
    assert (jo.ways, len(people.left_out)) == ([], 3)


def reads(raw: bytes) -> bool:
    """Whether it is read as anything; what is refused has its sentence."""
    return "" in {fault(raw, _map), fault(raw, _people)}


def fault(raw: bytes, read: Callable[[bytes], object]) -> str:
    try:
        read(raw)
    except BadFile as error:
        return str(error) or "without a word"
    return ""


def _map(raw: bytes) -> object:
    return read_map(raw, land.values())


def _people(raw: bytes) -> object:
    return read_people(raw, land.values(), TODAY)


CELL = st.text(st.characters(codec="utf-8"), max_size=12)
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=7), max_size=5)
HEADS = st.sampled_from([HEAD, ANY, PEOPLE, "id,name\n", ""])


@given(HEADS, ROWS)
def test_any_table_is_read_or_refused(head: str, rows: list[list[str]]) -> None:
    raw = (head + "\n".join(",".join(row) for row in rows)).encode()
    assert reads(raw) in {True, False}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    assert reads(raw) in {True, False}


SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), CELL)
WORDS = st.sampled_from(
    ["terms", "roles", "offices", "id", "name", "type", "state", "district", "start", "end"]
    + ["bioguide", "jurisdiction", "classification", "voice", "end_date", "start_date"]
)
JSON = st.recursive(
    SCALAR, lambda inner: st.one_of(st.lists(inner), st.dictionaries(WORDS, inner)), max_leaves=20
)


@given(JSON)
def test_any_json_is_read_or_refused(data: object) -> None:
    for written in (data, [data], [{"terms": [data]}], [{"roles": [data]}]):
        assert reads(json.dumps(written).encode()) in {True, False}


@given(
    st.sampled_from(["terms", "roles"]),
    st.dictionaries(WORDS, SCALAR),
    st.dictionaries(WORDS, JSON),
)
def test_a_person_of_any_form_is_read_or_refused(
    kind: str, term: dict[str, object], more: dict[str, object]
) -> None:
    person = {"id": "x", "name": "Jo"} | more | {kind: [{"type": "rep", "state": "MT"} | term]}
    assert reads(json.dumps([person]).encode()) in {True, False}


def test_a_country_is_two_letters() -> None:
    with pytest.raises(BadFile, match="a country is two letters"):
        read_people(b"name,role\nJo,mayor\n", land.values(), TODAY, "../us")
