"""What we text: in every language one segment, whatever was filled in, and no word of ours cut."""

from __future__ import annotations

import re

import pytest

from server.config import LANGUAGES
from server.core.petitions.extras import EXTRA_LIMITS
from server.core.petitions.wording.draft import TITLE_LIMIT
from server.core.values.names import NAME_LIMIT
from server.texting.replies import fitted, segments
from server.texting.signing import RECEIPT_ROOM
from server.words.render import Renderer, template_folder
from sms.segments import fold_to_gsm7, measure

RENDERER = Renderer()
REPLIES = re.findall(
    r"macro (\w+)\(", (template_folder() / "sms" / "replies.txt").read_text("utf-8")
)
CONFIRMATIONS = [reply for reply in REPLIES if reply.startswith(("signed", "corrected"))]
CONFIRMATIONS.remove("signed_again")
NAMES = ["W" * NAME_LIMIT, "Đặng " * 16, "अ" * NAME_LIMIT, "é" * NAME_LIMIT, "ة" * NAME_LIMIT, "Al"]


def filled(language: str, reply: str, name: str, reserve: int = 0) -> str:
    return fitted(
        RENDERER.text(language, reply),
        {
            "name": name,
            "text": name,
            "title": "T" * TITLE_LIMIT,
            "rule": "R" * EXTRA_LIMITS["eligibility"],
            "keyword": "K" * 12,
            "keywords": ", ".join(["K" * 12] * 30),
            "url": "https://petitions.example.org/p/" + "s" * 60,
            "contact": "help@example.org",
            "held": ", ".join(["K" * 12] * 30),
            "body": "B" * 20_000,
            "count": "1,000,000,000",
            "code": "123456",
            "place": RENDERER.say(language, "postcode"),
            "postcode": "59801-1234",
            "who": "The People of Missoula",
            "names": ", ".join([name] * 3),
            "people": ", ".join([f"{name} +1 406 555 0140 (9 to 5)"] * 3),
            "menu": ", ".join(f"{n} {name}" for n in range(1, 10)),
            "note": "N" * 100,
            "states": f"{name}: sent; {name}: came back",
            "region": name,
            "most": "2,000",
            "least": "10",
        },
        limit_segments=segments(reply, RENDERER.text(language, reply)),
        reserve=reserve,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_is_one_segment_and_only_what_was_filled_in_is_shortened(
    reply: str, language: str
) -> None:
    for name in NAMES:
        text = filled(language, reply, name)
        if f"{reply}_short" in REPLIES and measure(text).encoding == "UCS-2":
            continue  # the short one is sent instead
        template = RENDERER.text(language, reply)
        assert measure(text).segments <= segments(reply, template), text
        for words in re.split(r"\{\w+\}", template):
            assert words.strip() in text or fold_to_gsm7(words).strip() in text, (words, text)


def test_only_help_lists_and_what_is_asked_may_take_more_than_one_segment() -> None:
    longer = {
        (reply, segments(reply, RENDERER.text(language, reply)), language in {"ar", "hi"})
        for language in LANGUAGES
        for reply in REPLIES
        if segments(reply, RENDERER.text(language, reply)) > 1
    }
    two = {"help", "help_none", "listed", "status", "status_held", "status_letters"}
    menus = {"letter_which", "letter_which_region", "letter_write_some"}
    untold = {"letter_cannot", "letter_waits_some", "letter_states"}
    untold |= {"letter_answered", "letter_answered_by"}
    read = {"more", "more_if", "more_on", "letter_read", "letter_read_long", "call_ask", "call_say"}
    read |= {"answer_on"}
    everywhere = dict.fromkeys(menus | untold, 2) | dict.fromkeys(read, 3)
    assert longer == {(reply, 2, True) for reply in two} | {
        (reply, most, dear) for reply, most in everywhere.items() for dear in (True, False)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_text_signs_in_one_segment_in_and_one_out(language: str) -> None:
    example = RENDERER.say(language, "SIGN FACE Ana Diaz 59801")
    assert measure(example).segments == 1
    for reply in CONFIRMATIONS:
        if measure(RENDERER.text(language, reply)).encoding == "GSM-7" or "short" in reply:
            assert measure(filled(language, reply, "Ana Diaz", RECEIPT_ROOM)).segments == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reply", CONFIRMATIONS)
def test_a_confirmation_leaves_room_for_a_receipt(reply: str, language: str) -> None:
    for name in NAMES:
        text = filled(language, reply, name, RECEIPT_ROOM)
        assert measure(text + "x" * RECEIPT_ROOM).segments == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_is_whole_or_left_out(language: str) -> None:
    for reply in REPLIES:
        text = filled(language, reply, "Al")
        assert ("https://" in text) <= ("p/" + "s" * 60 in text), text


def test_latin_languages_are_sent_in_the_cheap_alphabet() -> None:
    dear = [
        (language, reply)
        for language in LANGUAGES
        if language not in {"ar", "hi"}
        for reply in REPLIES
        if measure(filled(language, reply, "Ana Diaz")).encoding != "GSM-7"
    ]
    assert dear == []
