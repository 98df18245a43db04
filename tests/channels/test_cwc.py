"""Letters to the US House: XML that fits its schema, and what each answer of its door means."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest

from server.channels import Handover
from server.channels.cwc import CongressChannel, cut, message_of
from server.core.letters.congress import (
    constituent_of,
    member_office,
    packed_constituent,
    split_name,
    unpacked_constituent,
)
from server.errors import InvalidInput
from tests.harness.mail.congress import PARTS, SHEET, Door, agent, congress_door

FORM = {"prefix": "Ms.", "first": "Ana", "last": "Diaz", "street": "1 Main St", "city": "Helena"}


def test_own_words_and_those_of_the_petition_stand_apart() -> None:
    from lxml import etree

    root = etree.fromstring(message_of(agent(), SHEET, PARTS))
    said = {element.tag: element.text for element in root.iter()}
    assert said["ConstituentMessage"] == PARTS.own
    assert said["OrganizationStatement"] == PARTS.statement
    assert (said["StateAbbreviation"], said["MemberOffice"]) == ("MT", "HMT01")
    assert (said["DeliveryId"], said["DeliveryDate"]) == (PARTS.delivery_id, "20270115")


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, Handover("accepted", "congress")),
        (202, {}, Handover("accepted", "congress")),
        (400, {}, Handover("rejected", "400")),
        (429, {"Retry-After": "120"}, Handover("retry", "429", 120)),
        (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, Handover("retry", "429")),
        (429, {"Retry-After": "99999999999"}, Handover("retry", "429", 86_400)),
        (500, {}, Handover("retry", "500")),
        (503, {"Retry-After": "7"}, Handover("retry", "503", 7)),
        (403, {}, Handover("retry", "403")),
        (302, {"Location": "http://127.0.0.1:1/"}, Handover("retry", "302")),
    ],
)
async def test_each_answer_means_what_it_says(
    status: int, headers: Mapping[str, str], expected: Handover
) -> None:
    with congress_door(Door(status, headers)) as door:
        [done] = await CongressChannel(agent(door.url)).deliver([SHEET])
    assert done == expected
    [(query, kind, message)] = door.arrived
    assert (query, kind) == ("apikey=secret", "application/xml; charset=utf-8")
    assert message == message_of(agent(), SHEET, PARTS)


async def test_whoever_says_nothing_may_have_it() -> None:
    with congress_door(Door(200, wait=2)) as door:
        [done] = await CongressChannel(agent(door.url), (1.0, 0.3)).deliver([SHEET])
    assert done == Handover("uncertain", "timeout")


async def test_a_line_that_breaks_after_it_was_sent_leaves_it_uncertain() -> None:
    with congress_door(Door(0)) as door:
        [done] = await CongressChannel(agent(door.url)).deliver([SHEET])
    assert done == Handover("uncertain", "connection")


async def test_where_nobody_is_nothing_has_left() -> None:
    with closed_port() as port:
        [done] = await CongressChannel(agent(f"http://127.0.0.1:{port}/")).deliver([SHEET])
    assert done == Handover("retry", "connection")


@contextmanager
def closed_port() -> Iterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]  # bound, and nobody listens


async def test_a_letter_without_its_writer_is_not_sent() -> None:
    with congress_door(Door(200)) as door:
        [done] = await CongressChannel(agent(door.url)).deliver([replace(SHEET, congress=None)])
    assert (done, door.arrived) == (Handover("rejected", "no_address"), [])


def test_a_part_that_is_too_long_ends_with_a_paragraph() -> None:
    said = "Please keep it.\n\n" * 1000
    assert len(cut(said)) <= 10_000
    assert cut(said).endswith("Please keep it. …")
    assert cut("short") == "short"


def test_the_key_stands_in_no_text_of_ours() -> None:
    assert "secret" not in repr(agent())


@pytest.mark.parametrize(
    ("role", "division", "code"),
    [
        ("representative", "ocd-division/country:us/state:mt/cd:1", "HMT01"),
        ("representative", "ocd-division/country:us/state:tx/cd:18", "HTX18"),
        ("representative", "ocd-division/country:us/state:vt", "HVT00"),
        ("representative", "ocd-division/country:us/state:vt/cd:at-large", "HVT00"),
        ("representative", "ocd-division/country:us/district:dc", "HDC00"),
        ("senator", "ocd-division/country:us/state:mt", ""),
        ("representative", "ocd-division/country:us/state:mt/sldl:3", ""),
        ("representative", "ocd-division/country:mx/state:mt/cd:1", ""),
    ],
)
def test_a_seat_has_its_code(role: str, division: str, code: str) -> None:
    assert member_office(role, division) == code


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ana Diaz", ("Ana", "Diaz")),
        ("Nguyễn Thị Phượng", ("", "")),
        ("Ana", ("", "")),
        ("Ana Diaz y Ruiz", ("", "")),
    ],
)
def test_only_a_writer_knows_which_part_of_a_longer_name_is_which(
    name: str, parts: tuple[str, str]
) -> None:
    assert split_name(name) == parts


def test_a_writer_gives_all_or_nothing() -> None:
    writer = constituent_of(FORM, "59801")
    assert writer
    assert unpacked_constituent(packed_constituent(writer)) == writer
    assert constituent_of({"first": "Ana", "last": "Diaz"}, "59801") is None
    assert constituent_of(FORM, "not a ZIP") is None
    assert unpacked_constituent(packed_constituent(None)) is None
    wrong: list[dict[str, str]] = [{name: ""} for name in FORM]
    wrong += [{"prefix": "<b>"}, {"street": "x" * 121}, {"city": "LA"}]
    for change in wrong:
        with pytest.raises(InvalidInput):
            constituent_of(FORM | change, "59801")
