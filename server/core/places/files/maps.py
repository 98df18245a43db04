"""Which postcode lies where: the country's own table, a table for any country, lists of names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from server.core.places import ocd
from server.core.places.countries import Country, MapColumns, country_of, known
from server.core.places.divisions import MILLION, Lies
from server.core.places.files.persons import named
from server.core.places.files.reading import (
    Line,
    Values,
    check_apart,
    day_of,
    decoded,
    header,
    is_district,
    table,
)
from server.errors import BadFile

_OURS = {"country", "postcode", "division"}  # share, valid_from and valid_to may be missing
_NAMES = {"id", "name"}
_BEGINNING = re.compile(r"[A-Za-z0-9]{1,12}\*")
_EXPECTED = (
    "its first line must name the columns country,postcode,division,share,valid_from,valid_to,"
    " or state_fips,state_abbr,zcta,cd, or id,name"
)


@dataclass(frozen=True, slots=True)
class Map:
    """What a file says. A start or an end that it does not say is '' or None. `names` are those of
    divisions, by language."""

    country: str
    lies: Sequence[Lies] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skipped: int = 0  # lines of postcodes that lie nowhere
    empty: int = 0  # rows with a share of 0


def read_map(raw: bytes, values: Values) -> Map:
    """Raises `BadFile`."""
    text = decoded(raw)
    columns = set(header(text))
    for country in known():
        its = country.columns
        if its and {its.region, its.postcode, its.district} <= columns:
            return _read_own(text, country, its, values)
    if columns >= _OURS:
        return _read_any(text, values)
    if columns >= _NAMES:
        return _read_names(text, values)
    raise BadFile(_EXPECTED)


def _read_own(text: str, country: Country, columns: MapColumns, values: Values) -> Map:
    found: dict[tuple[str, ...], Lies] = {}
    skipped = 0
    for line in table(text):
        district = line[columns.district]
        if district in columns.nowhere:
            skipped += 1
            continue
        region = country.regions.get(line[columns.region].upper())
        if region is None:
            raise BadFile(f"line {line.number}: {line[columns.region]!r} is no state or region")
        if not is_district(district):
            raise BadFile(f"line {line.number}: {district!r} is no district")
        postcode = _postcode(line, columns.postcode, country.code, values)
        share = _share(line, columns.share)
        _note(found, line, Lies(postcode, country.district(region, district), share))
    _some(found)
    kept = _with_land(found.values())
    lies = sorted({*kept, *_begun(country)}, key=lambda x: x.postcode)
    return Map(country.code, lies, named(country), skipped, len(found) - len(kept))


def _begun(country: Country) -> Iterator[Lies]:
    """What the table leaves out, and whose postcodes are known by how they begin."""
    for region, beginnings in country.beginnings.items():
        whole = country.district(region, ocd.AT_LARGE)
        yield from (Lies(f"{beginning}*", whole) for beginning in beginnings)


def _read_any(text: str, values: Values) -> Map:
    found: dict[tuple[str, ...], Lies] = {}
    code = ""
    for line in table(text):
        division = line["division"]
        if not ocd.is_division(division):
            raise BadFile(f"line {line.number}: {division!r} is no id of a division")
        if (country := ocd.country_of(division)) != line["country"].upper():
            raise BadFile(f"line {line.number}: the division is not in {line['country']!r}")
        if code not in {"", country}:
            raise BadFile(f"line {line.number}: one file is about one country, {code} or {country}")
        code = country
        postcode = _postcode(line, "postcode", country, values)
        valid_from, valid_to = day_of(line, "valid_from"), day_of(line, "valid_to") or None
        if valid_to is not None and valid_to <= valid_from:
            raise BadFile(f"line {line.number}: valid_to must come after valid_from")
        lies = Lies(postcode, division, _share(line, "share"), valid_from, valid_to)
        _note(found, line, lies)
    _some(found)
    check_apart(((x.postcode, x.division), x.valid_from, x.valid_to) for x in found.values())
    kept = _with_land(found.values())
    return Map(code, kept, named(country_of(code)), empty=len(found) - len(kept))


def _read_names(text: str, values: Values) -> Map:
    """Open Civic Data's own lists: what the divisions of a country are called."""
    names: dict[str, dict[str, str]] = {}
    code = ""
    for line in table(text):
        if not ocd.is_division(line["id"]):
            raise BadFile(f"line {line.number}: {line['id']!r} is no Open Civic Data id")
        if code not in {"", ocd.country_of(line["id"])}:
            raise BadFile(f"line {line.number}: one file is about one country")
        code = ocd.country_of(line["id"])
        if name := values.tidy(line["name"])[:200]:
            names[line["id"]] = {"en": name}
    _some(names)
    return Map(code, names=names)


def _with_land(found: Iterable[Lies]) -> list[Lies]:
    """Where none of a postcode lies, nobody can live, and nobody should be asked to choose."""
    if not (kept := [lies for lies in found if lies.share != 0]):
        raise BadFile("nothing of it could be taken: every share is 0")
    return kept


def _some(found: Collection[object]) -> None:
    if not found:
        raise BadFile("it has no lines below its first")


def _note(found: dict[tuple[str, ...], Lies], line: Line, lies: Lies) -> None:
    """Whoever says the same twice says it once."""
    key = (lies.postcode, lies.division, lies.valid_from)
    if found.setdefault(key, lies) != lies:
        raise BadFile(f"line {line.number} says otherwise than a line before: {lies.postcode}")


def _postcode(line: Line, column: str, country: str, values: Values) -> str:
    written = line[column]
    if _BEGINNING.fullmatch(beginning := written.replace(" ", "")):
        return beginning.upper()
    if (postcode := values.postcode(written, country)) is not None:
        return postcode
    zeros = (values.postcode("0" * n + written, country) for n in (1, 2))
    if written.isdecimal() and any(zeros):
        raise BadFile(
            f"line {line.number}: {written} has lost its zeros in a spreadsheet: postcodes are"
            " text; take the file as it was published"
        )
    raise BadFile(f"line {line.number}: {written!r} is no postcode of {country}")


def _share(line: Line, column: str) -> int | None:
    if not line[column]:
        return None
    try:
        share = float(line[column])
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise BadFile(f"line {line.number}: {column} must be from 0 to 1, or empty")
    return round(share * MILLION)
