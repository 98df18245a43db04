"""The export opens safely in a spreadsheet, and says what is stored."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.desk.people import organizers
from server.core.desk.signers import exports, invalidation
from server.core.desk.signers.conditions import Condition
from server.core.desk.signers.exports import HEADINGS, safe_cell
from server.core.floods.holds import Reason
from server.core.signing import signatures
from tests.harness.world import NOW, PHONE, World

SIGNS = "=+-@＝＋－＠"
risky = st.text(st.sampled_from(SIGNS + " ;,'\"\t\r\nab1|!()é"), max_size=30) | st.text(max_size=40)


async def exported(world: World) -> list[dict[str, str]]:
    data = b"".join([b async for b in exports.csv_blocks(world.database, world.petition.id)])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(risky)
def test_no_cell_begins_with_a_sign_that_a_spreadsheet_runs(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith((*SIGNS, "\t", "\r", "\n"))
    assert not cell.strip().strip("\"'").strip().startswith(tuple(SIGNS)) or "'" in cell


@given(risky)
def test_no_piece_between_semicolons_begins_with_such_a_sign(text: str) -> None:
    for piece in re.split(r"[;\t\r\n]", safe_cell(text)):
        assert not re.match(rf"[\s\"]*[{re.escape(SIGNS)}]", piece)


@given(risky)
def test_guarding_only_adds_apostrophes(text: str) -> None:
    letters = iter(safe_cell(text))
    for letter in text:
        while (found := next(letters)) != letter:
            assert found == "'"
    assert set(letters) <= {"'"}


@given(st.text(st.characters(exclude_characters=SIGNS + ";\t\r\n", exclude_categories=["Cs"])))
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


@given(st.lists(st.lists(risky.map(safe_cell), min_size=2, max_size=4), max_size=4))
def test_cells_come_back_as_they_were_written(rows: list[list[str]]) -> None:
    text = exports.csv_of(rows).decode("utf-8", "surrogatepass")
    assert list(csv.reader(io.StringIO(text, newline=""))) == rows


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+14065550123", "'+14065550123"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("＝1", "'＝1"),
        ("  =1", "'  =1"),
        ("a; =1", "a;' =1"),
        ("Ana-María", "Ana-María"),
        ("1 + 1 = 2", "1 + 1 = 2"),
        ("ana@example.org", "ana@example.org"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


async def test_a_signature_is_exported_with_all_that_it_holds(world: World) -> None:
    await world.web(
        email="Ana@Example.org", comment='=cmd, "quoted"\n', public="1", postcode="59801-1234"
    )
    [row] = await exported(world)
    assert tuple(row) == HEADINGS
    assert row == {
        "signed_at": "2027-01-15T08:00:00Z",
        "class": "web-email",
        "status": "unverified",
        "name": "Ana Diaz",
        "postcode": "59801-1234",
        "contact": "ana@example.org",
        "comment": '\'=cmd, "quoted"',
        "public": "yes",
        "news": "no",
        "eligible": "",
        "organization": "",
        "answer": "",
        "partners": "",
        "verified_at": "",
        "language": "en",
        "wording": "1",
    }


async def test_a_number_that_waits_to_be_verified_is_exported_as_a_text(world: World) -> None:
    await world.web(phone=PHONE)
    [row] = await exported(world)
    assert (row["class"], row["status"], row["contact"]) == ("web-phone", "unverified", "'" + PHONE)


async def test_a_text_is_exported_as_verified_and_its_number_is_gone(world: World) -> None:
    await world.text()
    [row] = await exported(world)
    assert (row["class"], row["status"], row["contact"]) == ("sms", "verified", "")
    assert row["verified_at"] == row["signed_at"]


@pytest.mark.parametrize("status", ["held", "rejected"])
async def test_each_state_is_named(world: World, status: str) -> None:
    await world.text()
    async with world.database.write() as tx:
        await tx.execute(f"UPDATE signatures SET {status}_at = :now", now=NOW)
    assert [row["status"] for row in await exported(world)] == [status]


async def test_who_was_not_let_in_is_told_from_who_was_taken_out(world: World) -> None:
    async with world.database.write() as tx:
        who = await organizers.add(tx, "ana", "four green herons wade", salt=b"s" * 16, now=NOW)
    for name, condition in (
        ("Held One", Condition(why="burst names")),
        ("Counted One", Condition(postcode="59801")),
        ("Back Again", Condition(name="Back*")),
    ):
        signals: tuple[Reason, ...] = ("burst", "names") if condition.why else ()
        await world.sign(replace(world.signing(name), signals=signals))
        async with world.database.write() as tx:
            asked = await invalidation.ask(
                tx, world.petition.id, condition, "Why", who.id, world.now
            )
        while await invalidation.work(world.database, world.now):
            pass
    async with world.database.write() as tx:
        await invalidation.undo(tx, await invalidation.find(tx, 1, asked.id), world.now)
    while await invalidation.work(world.database, world.now):
        pass
    assert {row["name"]: row["status"] for row in await exported(world)} == {
        "Held One": "rejected",
        "Counted One": "taken-out",
        "Back Again": "unverified",
    }


async def test_who_withdrew_is_a_line_without_personal_data(world: World) -> None:
    await world.text()
    key = world.keys.contact(world.petition.salt, PHONE)
    async with world.database.write() as tx:
        mine = await signatures.signed_by(tx, [(world.petition.id, key)])
        await signatures.withdraw(tx, mine, NOW + 5)
        # Were the erasure ever to fail, the file would still tell nobody.
        await tx.execute("UPDATE signatures SET name = 'Ana', contact = 'x', comment = 'y'")
    [row] = await exported(world)
    assert row["status"] == "withdrawn"
    assert [row[c] for c in ("name", "postcode", "contact", "comment")] == [""] * 4


async def test_a_petition_without_signatures_is_a_line_of_headings(world: World) -> None:
    blocks = [b async for b in exports.csv_blocks(world.database, world.petition.id)]
    assert b"".join(blocks).decode("utf-8-sig").strip() == ",".join(f'"{c}"' for c in HEADINGS)


async def fill(world: World, number: int) -> None:
    async with world.database.write() as tx:
        await tx.execute(
            "INSERT INTO signatures (id, petition_id, class, language, name, comment, created_at)"
            " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)"
            " SELECT i, :petition, 'web', 'en', 'Ana ' || i, :comment, :now FROM n",
            number=number,
            petition=world.petition.id,
            comment="c" * 400,
            now=NOW,
        )


async def test_a_large_petition_comes_whole_in_order_and_in_little_memory(world: World) -> None:
    number = 20 * exports.BLOCK + 1
    await fill(world, number)
    tracemalloc.start()
    names, largest = 0, 0
    async for block in exports.csv_blocks(world.database, world.petition.id):
        names += block.count(b'"Ana ')
        largest = max(largest, len(block))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert names == number
    assert largest < 1_000_000
    assert peak < 8_000_000


async def test_a_download_that_stands_still_holds_no_reader(world: World) -> None:
    await fill(world, 3 * exports.BLOCK)
    downloads = [exports.csv_blocks(world.database, world.petition.id) for _ in range(20)]
    for blocks in downloads:
        await anext(blocks)
        await anext(blocks)
    assert len(await world.rows("id")) == 3 * exports.BLOCK


async def test_who_signs_after_the_start_is_left_out(world: World) -> None:
    await world.text()
    blocks = exports.csv_blocks(world.database, world.petition.id)
    assert b"signed_at" in await anext(blocks)
    first = await anext(blocks)
    await world.text("Bo Lee", phone="+14065550124")
    assert b"Ana" in first
    assert b"".join([b async for b in blocks]) == b""
