"""`decision-makers import` and `divisions import`, as an operator types them."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from server.core.places import finding
from server.core.places.outcomes import Addressing, AskDistrict, Reached
from server.db import open_database
from tests.harness import product
from tests.harness.people import land
from tests.harness.people.land import as_json

CONGRESS = Addressing("US", ("senator", "representative"))


@pytest.fixture(autouse=True)
def store(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("UNDERSIGNED_DATABASE_URL", database_url)
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", "k" * 40)
    return database_url


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "people.json").write_bytes(as_json(land.congress()))
    (tmp_path / "zips.csv").write_text(land.ZCCD)
    return tmp_path


async def run(*words: str | Path) -> int:
    """As of one day, whatever day it is, unless the words say another."""
    day = () if "--from" in words else ("--from", land.TODAY)
    return await asyncio.to_thread(main, [str(word) for word in (*words, *day)])


async def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    database = await open_database(url)
    try:
        async with database.read() as tx:
            return [tuple(row) for row in await tx.fetch(sql)]
    finally:
        await database.close()


async def find(url: str, postcode: str, day: str) -> object:
    database = await open_database(url)
    try:
        async with database.read() as tx:
            return await finding.find(tx, CONGRESS, postcode, day)
    finally:
        await database.close()


async def test_a_dry_run_shows_the_difference_and_changes_nothing(
    store: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run("decision-makers", "import", files / "people.json", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "+ ME Senator1, senator us/state:me, 2025-01-03 to 2031-01-03\n" in said
    assert "and 6 more\n" in said
    assert said.endswith("Nothing was changed.\n")
    for table in ("officeholders", "offices", "place_imports", "division_names", "audit"):
        assert await rows(store, f"SELECT * FROM {table}") == []
    assert await run("decision-makers", "import", files / "people.json") == 0
    assert len(await rows(store, "SELECT * FROM officeholders")) == len(land.congress())
    assert await rows(store, "SELECT actor, action FROM audit") == [("operator", "imported")]
    fewer = [one for one in land.congress() if one["name"]["first"] != "VI"]
    fewer[0]["terms"][0]["phone"] = "202-555-0111"
    (files / "people.json").write_bytes(as_json(fewer))
    capsys.readouterr()
    assert await run("decision-makers", "import", files / "people.json", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "~ ME Senator1, senator us/state:me, " in said
    assert "- VI House0, representative us/territory:vi/cd:at-large, " in said


async def test_the_next_congress_is_imported_beside_the_present_one(
    store: str, files: Path
) -> None:
    assert await run("decision-makers", "import", files / "people.json") == 0
    assert await run("divisions", "import", files / "zips.csv") == 0
    ran = (land.NEXT, "2029-01-03")
    people = [
        land.member(f"New {n}", term["type"], term["state"], term.get("district"), ran)
        for n, term in enumerate(one["terms"][0] for one in land.congress())
    ]
    (files / "next.json").write_bytes(as_json(people))
    words = ("--from", land.NEXT)
    assert await run("decision-makers", "import", files / "next.json", *words) == 0
    but = ("--except", "TX", "--except", "state:ut")
    assert await run("divisions", "import", files / "zips.csv", *words, *but) == 0
    today = await find(store, "59801", "2027-01-02")
    assert isinstance(today, Reached)
    assert {holder.name for holder in today.who} == {"MT Senator1", "MT Senator2", "MT House1"}
    then = await find(store, "59801", land.NEXT)
    assert isinstance(then, Reached)
    assert [holder.name[:3] for holder in then.who] == ["New"] * 3
    assert isinstance(await find(store, "76932", land.NEXT), AskDistrict)


async def test_a_part_and_an_end_are_said(store: str, files: Path) -> None:
    words = ("--only", "MT", "--to", "2026-12-24")
    assert await run("divisions", "import", files / "zips.csv", *words) == 0
    found = await rows(store, "SELECT DISTINCT region, valid_to FROM postcode_divisions")
    assert found == [("ocd-division/country:us/state:mt", "2026-12-24")]


async def test_a_file_of_a_part_is_refused_with_what_to_do(
    store: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run("divisions", "import", files / "zips.csv") == 0
    (files / "part.csv").write_text("".join(land.ZCCD.splitlines(keepends=True)[:4]))
    before = await rows(store, "SELECT * FROM postcode_divisions ORDER BY 2, 3")
    assert await run("divisions", "import", files / "part.csv") == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "name that with --only; --force takes it all the same" in said
    assert await rows(store, "SELECT * FROM postcode_divisions ORDER BY 2, 3") == before
    assert await run("divisions", "import", files / "part.csv", "--force") == 0
    assert len(await rows(store, "SELECT * FROM postcode_divisions")) == len(before)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("divisions import none.csv", "none.csv: No such file or directory"),
        ("divisions import .", ".: Is a directory"),
        ("divisions import people.json", "people.json: its first line must name the columns"),
        ("decision-makers import zips.csv", "zips.csv: it must be JSON of"),
        ("divisions import zips.csv --from 2027", "--from must be a day like 2027-01-03"),
        ("divisions import zips.csv --to 2026-11-30", "--to must come after --from"),
        ("divisions import zips.csv --only a/b", "'a/b' is no division"),
    ],
)
async def test_what_is_wrong_is_one_sentence(
    words: str,
    said: str,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(files)
    assert await run(*words.split()) == 1
    shown = capsys.readouterr().err
    assert shown.startswith(f"undersigned: {said}")
    assert shown.count("\n") == 1


async def test_a_file_may_have_any_name_that_a_disk_takes(store: str, files: Path) -> None:
    odd = files / os.fsdecode(b"zips-\xff.csv")
    odd.write_text(land.ZCCD)
    assert await run("divisions", "import", odd) == 0
    [(detail,)] = await rows(store, "SELECT detail FROM audit")
    assert json.loads(detail)["file"] == "zips-?.csv"


async def test_a_file_of_people_of_which_nothing_can_be_taken_says_so(
    store: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    role = {"type": "king", "jurisdiction": "ocd-jurisdiction/country:us/state:vt/government"}
    people = [{"id": f"ocd-person/{name}", "name": name, "roles": [role]} for name in ("Jo", "Bo")]
    (files / "kings.json").write_bytes(as_json(people))
    assert await run("decision-makers", "import", files / "kings.json") == 1
    shown = capsys.readouterr()
    assert shown.out == "".join(
        f"left out: {name}: an office that we do not know\n" for name in ("Jo", "Bo")
    )
    assert shown.err == f"undersigned: {files}/kings.json: nothing of it could be taken\n"
    for table in ("offices", "place_imports", "division_names", "audit"):
        assert await rows(store, f"SELECT * FROM {table}") == []


@pytest.mark.parametrize(
    "file", ["decision-makers import people.json", "divisions import zips.csv"]
)
@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("--only state:zz", "us/state:zz"),
        ("--except state:zz", "us/state:zz"),
        ("--only MT --only state:zz --except state:yy", "us/state:yy, us/state:zz"),
        ("--only state:mt/cd:77", "us/state:mt/cd:77"),
        ("--only ocd-division/country:gb", "gb"),
        ("--except ocd-division/country:gb", "gb"),
        ("--only WY --force", "us/state:wy"),
    ],
)
async def test_a_division_that_is_nowhere_is_one_sentence_and_nothing_is_noted(
    file: str,
    words: str,
    where: str,
    store: str,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(files)
    assert await run(*file.split(), *words.split()) == 1
    shown = capsys.readouterr()
    said = f"neither the file nor what was imported has anything in {where}"
    assert (shown.out, shown.err) == ("", f"undersigned: {said}\n")
    for table in ("officeholders", "postcode_divisions", "place_imports", "audit"):
        assert await rows(store, f"SELECT * FROM {table}") == []


async def test_a_division_may_be_in_the_file_or_imported_before_or_have_but_a_name(
    store: str, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)
    home = "ocd-division/country:us/state:mt/place"
    (files / "names.csv").write_text(f"id,name\n{home}:butte,Butte\n")
    (files / "seat.csv").write_text(f"name,role,division\n,council,{home}:polson\n")
    (files / "other.csv").write_text(f"name,role,division\nAnn,council,{home}:butte\n")
    people = "decision-makers import"
    assert (
        await run(*f"{people} people.json --except WY --only MT --only state:me/cd:1".split()) == 0
    )
    assert await run(*"divisions import names.csv --only".split(), f"{home}:butte") == 0
    assert await run(*f"{people} people.json --except".split(), f"{home}:butte") == 0
    assert await run(*f"{people} seat.csv --only".split(), f"{home}:polson") == 0
    assert await run(*f"{people} other.csv --only MT --force".split()) == 0
    assert await run(*f"{people} other.csv --only ME --force".split()) == 0


def test_progress_shows_on_a_terminal_alone(store: str, files: Path) -> None:
    command = [sys.executable, "-m", "server", "divisions", "import", str(files / "zips.csv")]
    ours, theirs = pty.openpty()
    subprocess.run(command, cwd=product.ROOT, stderr=theirs, stdout=subprocess.DEVNULL, timeout=60)
    os.close(theirs)
    assert b"100% done" in os.read(ours, 4096)
    os.close(ours)
    quiet = subprocess.run(command, cwd=product.ROOT, capture_output=True, timeout=60)
    assert (quiet.returncode, quiet.stderr) == (0, b"")
