"""The documents say what is there, and say it so that it can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.core.desk.signers import exports
from server.db import Database
from tests.docs.documents import blocks, documents, faults, prose
from tests.harness.product import ROOT

README_BYTES = 7000
DOCUMENTS = {str(file.relative_to(ROOT)): file for file in documents()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_names_is_there(name: str) -> None:
    assert faults(DOCUMENTS[name].read_text("utf-8"), DOCUMENTS[name]) == []


def test_the_readme_is_read_in_a_few_minutes_and_leads_to_every_document() -> None:
    readme = (ROOT / "README.md").read_bytes()
    assert len(readme) < README_BYTES
    linked = set(re.findall(r"\]\(([\w./]+\.md)", readme.decode()))
    assert linked == {name for name in DOCUMENTS if not name.startswith(".github")} - {"README.md"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("It is in `server/attic.py`.", "no file server/attic.py"),
        ("It is in `sever/app.py`.", "no file sever/app.py"),
        ("See `server/attic/`.", "no file server/attic/"),
        ("See `Attic.md`.", "no file Attic.md"),
        ("One in `templates/attic/<language>.po`.", "no file templates/attic/<language>.po"),
        ("It is `server/app.py:attic`.", "no attic in server/app.py"),
        ("It is `sms/__init__.py:Gateway.attic`.", "no Gateway.attic in sms/__init__.py"),
        ("See [there](attic.md).", "a link to attic.md, which is not there"),
        ("See [there](README.md#attic).", "a link to README.md#attic, which has no such heading"),
        ("Set `UNDERSIGNED_ATTIC`.", "no setting UNDERSIGNED_ATTIC"),
        ("Say `make attic`.", "no make attic"),
        ("```sh\nmake attic PORT=9000\n```", "no make attic"),
        ("```sh\n.venv/bin/python -m bench.attic\n```", "no module bench.attic"),
        ("```sh\nundersigned attic\n```", "no such command: undersigned attic"),
        (
            "```sh\numask 077; undersigned check --attic > x\n```",
            "no such command: umask 077; undersigned check --attic > x",
        ),
    ],
)
def test_what_is_not_there_is_found(text: str, fault: str) -> None:
    assert faults(f"{text}\n", ROOT / "NEW.md") == [fault]


@pytest.mark.parametrize(
    "text",
    [
        "`server/app.py`, `server/app.py:doors`, `sms/`, `templates/locale/<language>.po`",
        "`/p/face.txt`, `undersigned.db`, `Ana Diaz`, `/etc/litestream.yml`, `sms:received`",
        "[here](README.md#the-rooms), [there](https://example.org/attic)",
        "```sh\n17 * * * * undersigned backup --keep 48\n```",
        "```sh\npg_receivewal -h one --slot undersigned --create-slot\n```",
    ],
)
def test_what_is_there_or_is_none_of_ours_is_no_fault(text: str) -> None:
    assert faults(f"{text}\n", ROOT / "NEW.md") == []


def test_nobody_is_shouted_at() -> None:
    said = {name: prose(file.read_text("utf-8")) for name, file in DOCUMENTS.items()}
    found = [name for name, words in said.items() if "!" in words.replace("![", "[")]  # a picture
    assert found == []


async def test_organizers_are_told_of_every_column_of_the_export(database: Database) -> None:
    text = DOCUMENTS["docs/organizers.md"].read_text("utf-8")
    table = text.partition("| column |")[2].partition("\n\n")[0]
    first = await anext(exports.csv_blocks(database, 1))
    headings = first.decode("utf-8-sig").strip().replace('"', "").split(",")
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == headings


def test_the_form_for_partners_has_the_fields_of_ours() -> None:
    desk = ROOT / "templates" / "web" / "organizer"
    block = (desk / "figures/_form_elsewhere.html").read_text("utf-8")
    ours = (ROOT / "templates" / "web" / "_form.html").read_text("utf-8")
    fields = set(re.findall(r'(?<=\(")\w+(?=", )|(?<=\bname=")\w+', ours)) - {"_charset_", "nobody"}
    assert set(re.findall(r'(?<=\bname=")\w+', block)) - {"eligible"} == fields
    assert len(fields) == 9


def test_the_proxy_that_is_tested_is_the_one_that_operators_copy() -> None:
    [block] = blocks(DOCUMENTS["docs/operating.md"].read_text("utf-8"), "nginx")
    tested = (ROOT / "tests" / "serve" / "test_caching.py").read_text("utf-8")
    lines = re.findall(r"^      (proxy_(?!pass).*;)$", tested, re.MULTILINE)
    assert len(lines) > 5
    assert [line for line in lines if line not in block] == []


def test_the_worked_example_stands_in_the_tests_as_it_is_quoted() -> None:
    text = DOCUMENTS["docs/testing.md"].read_text("utf-8")
    everywhere = "\n".join(file.read_text("utf-8") for file in _tests())
    quoted = blocks(text, "python")
    assert quoted
    assert [block for block in quoted if block not in everywhere] == []


def _tests() -> list[Path]:
    return [file for file in ROOT.glob("tests/**/*.py") if file != Path(__file__)]
