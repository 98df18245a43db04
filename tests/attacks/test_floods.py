"""Floods that move nothing, and honest crowds that nothing keeps out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from server.core.floods.limits import DOMAIN_CAP, HOUSEHOLD, NUMBERS_CAP
from tests.harness.attacks import floods
from tests.harness.attacks.floods import attacked, tally
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.signers import STORED
from tests.harness.product import Server


@pytest.fixture
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, PostOffice]]:
    with attacked(tmp_path_factory.mktemp("attacks")) as field:
        yield field


@pytest.mark.parametrize("addresses", [3, 400])
def test_bots_move_the_verified_count_by_nothing(
    field: tuple[Server, PostOffice], addresses: int
) -> None:
    server, _ = field
    answers = floods.bots(server, 400, addresses)
    assert {answer.status for answer in answers} == {200}  # and learn nothing
    found = tally(server)
    assert found.verified == 0
    assert found.held + found.unverified == 400
    if addresses == 3:
        assert found.held > 300


def test_many_names_on_one_mailbox_move_it_by_a_household_at_most(
    field: tuple[Server, PostOffice],
) -> None:
    server, office = field
    floods.one_mailbox(server, office, 100)
    assert 0 < tally(server).verified <= HOUSEHOLD


def test_a_catch_all_domain_moves_it_by_its_cap(field: tuple[Server, PostOffice]) -> None:
    server, office = field
    floods.catch_all(server, office, DOMAIN_CAP + 30)
    found = tally(server)
    assert (found.verified, found.held, found.unverified) == (DOMAIN_CAP, 30, 0)


def test_consecutive_numbers_move_it_by_their_cap(field: tuple[Server, PostOffice]) -> None:
    server, _ = field
    floods.consecutive_numbers(server, NUMBERS_CAP + 30)
    found = tally(server)
    assert (found.verified, found.held) == (NUMBERS_CAP, 30)
    # Honest people elsewhere are not touched by it.
    assert "Thank you, Ana Diaz" in server.text("SIGN FACE Ana Diaz 59801", "+14062990100")
    assert tally(server).verified == NUMBERS_CAP + 1


def test_five_hundred_neighbours_behind_one_address_all_sign(
    field: tuple[Server, PostOffice],
) -> None:
    server, office = field
    answers = floods.neighbours(server, 500)
    assert {answer.status for answer in answers} == {200}
    assert all(STORED in answer.text for answer in answers)
    found = tally(server)
    assert found.unverified + found.held == 500
    assert found.held <= 5
    emails = [e for a in answers for e in re.findall(r'name="contact" value="([^"]+)"', a.text)]
    assert floods.type_as_they_come(server, office, emails) == len(emails) > 160
    assert tally(server).verified == len(emails)


def test_a_family_of_four_signs_with_one_phone(field: tuple[Server, PostOffice]) -> None:
    server, _ = field
    for name in ("Ana Diaz", "Bo Diaz", "Cyd Diaz", "Dee Diaz"):
        assert f"Thank you, {name}" in server.text(f"SIGN FACE {name} 59801", "+14062990100")
    assert json.loads(server.get("/p/face/count.json").text)["verified"] == 4


def test_a_stranger_who_signs_first_decides_nothing(field: tuple[Server, PostOffice]) -> None:
    server, office = field
    assert floods.stranger_first(server, office, 8) == 0
    assert tally(server).verified == 8
