"""A new user plays a phone from the terminal, as the README says: signs, undoes, opts out, and
reads what it cost."""

from __future__ import annotations

import pytest

from tests.harness.product import Server
from tests.journeys.terminal import ENTER, in_terminal

pytestmark = pytest.mark.journey


def simulated(server: Server, *arguments: str, typed: str = "") -> str:
    done = server.command("sms", "simulate", *arguments, typed=typed)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_text_signs_and_shows_its_segment_and_cost(server: Server) -> None:
    said = simulated(server, "SIGN FACE Ana Diaz 59801", "--from", "+14065550151")
    assert "+14065550100 < Thank you, Ana Diaz. You signed FACE" in said
    assert "(1 segment, GSM-7, " in said
    assert "in and out 0.0166 USD)" in said


def test_the_same_id_is_the_same_text(server: Server) -> None:
    ways = ("UNDO", "--from", "+14065550152", "--id", "SIM-1")
    simulated(server, "SIGN FACE Bo Lee 59801", "--from", "+14065550152")
    assert simulated(server, *ways) == simulated(server, *ways)


def test_a_conversation_is_typed_a_line_at_a_time(server: Server) -> None:
    typed = "FACE\nCyd Charo\n59801\nCOUNT FACE\nUNDO\nSTOP\nHELP\n"
    said = simulated(server, "--from", "+14065550153", typed=typed)
    for words in (
        "reply with your name and ZIP code",
        "reply with your 5-digit ZIP code",
        "Thank you, Cyd Charo",
        "Signatures so far",
        "The signature of Cyd Charo for FACE is removed",
        "no more texts",
        "(no reply; 1 segment in; in and out 0.0083 USD)",
        "In: 7 segments. Out: 6 segments; in and out 0.1079 USD",
    ):
        assert words in said, said


def test_a_session_is_keyed_screen_by_screen(server: Server) -> None:
    said = simulated(server, "--ussd", "--from", "+14065550154", typed="1\nDee Prince\n59801\n")
    assert "1 Sign\n2 Read more\n3 Language\n" in said
    assert "Your first and last name:\nYour postcode:\nThank you, Dee Prince." in said
    assert said.endswith("(the session ends)\n")


def test_on_a_terminal_it_asks_with_a_sign_and_ends_with_an_empty_line(server: Server) -> None:
    command = server.asked("sms", "simulate", "--from", "+14065550155")
    shown = in_terminal(command, "Out: 1 segment", [*"HELP", ENTER, ENTER], ready="> ")
    assert "Petitions by" in shown


def test_where_no_provider_keeps_texts_reconcile_says_so(server: Server) -> None:
    done = server.command("sms", "reconcile")
    assert done.returncode == 0, done.stderr
    assert "Twilio can" in done.stdout


def test_without_a_server_it_says_what_to_do(server: Server) -> None:
    done = server.command("sms", "simulate", "HELP", UNDERSIGNED_PUBLIC_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "make run" in done.stderr
