"""What a petition may have besides: typed at the desk, and read where signers meet it."""

from __future__ import annotations

import pytest

from server.config import LANGUAGES
from tests.web.desk.room import Browser, Room
from tests.web.desk.writing import EDIT, FORM, read, save, typed


async def test_the_page_says_what_they_are_who_ask_and_how_to_reach_them(place: Room) -> None:
    await save(place, asker_kind="an association", asker_contact="hello@lake.example")
    page = await read(place)
    assert "Started by Friends of the lake (an association), " in page
    assert 'Contact: <a href="mailto:hello@lake.example">hello@lake.example</a>' in page
    assert 'href="/p/lake/privacy"' in page
    privacy = await read(place, "/p/lake/privacy")
    assert "Who is responsible for your data" in privacy
    assert "Friends of the lake (an association)" in privacy
    assert 'mailto:hello@lake.example"' in privacy
    shown = await typed(place)
    assert shown["asker_kind"] == "an association"
    assert shown["asker_contact"] == "hello@lake.example"


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("+1 (406) 555-0140", '<a href="tel:+14065550140">+1 (406) 555-0140</a>'),
        ("1 Lake Street, Springfield", "1 Lake Street, Springfield"),
        ("javascript:alert(1)//@x.example", "javascript:alert(1)//@x.example"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
    ],
)
async def test_a_contact_is_a_link_only_if_it_is_a_mail_or_a_phone(
    place: Room, contact: str, shown: str
) -> None:
    await save(place, asker_contact=contact)
    page = await read(place)
    assert f"Contact: {shown}</p>" in page or f'<a href="mailto:{shown}">' in page
    assert 'href="javascript' not in page


async def test_the_privacy_of_a_petition_without_extras_names_who_asks(place: Room) -> None:
    page = await read(place)
    assert "Contact:" not in page
    assert 'href="/privacy"' in page
    assert "Friends of the lake" in await read(place, "/p/lake/privacy")
    assert "Who is responsible" not in await read(place, "/privacy")


async def test_what_is_too_long_is_told_beside_its_field(place: Room) -> None:
    answer = await save(place, asker_kind="k" * 61)
    assert "“What you are (optional)” is too long. Write at most 60 letters." in answer.text
    assert "k" * 61 in answer.text


async def test_own_words_stand_on_the_thank_you_page_with_safe_links(place: Room) -> None:
    words = "Come on Saturday: https://lake.example/day\r\n\r\n<b>javascript:x</b>"
    await save(place, thanks_en=words)
    answer = await Browser(place.app, "192.0.2.9").post(
        "/p/lake", {"name": "Ana Diaz", "postcode": "59801"}
    )
    assert '<p>Come on Saturday: <a href="https://lake.example/day"' in answer.text
    assert "<p>&lt;b&gt;javascript:x&lt;/b&gt;</p>" in answer.text
    assert (await typed(place))["thanks_en"] == words.replace("\r\n", "\n")


async def test_the_page_says_which_steps_are_reached_and_which_is_next(place: Room) -> None:
    await save(place, thresholds_en="1,000: A debate.\r\n2 We are heard.\r\n 500 - A letter.")
    assert (await typed(place))["thresholds_en"] == "2 We are heard.\n500 A letter.\n1000 A debate."
    for n in range(3):
        await place.world.text(f"Ana Diaz {'ABC'[n]}", phone=f"+1406555010{n}")
    page = await read(place)
    assert "Reached 2: We are heard." in page
    assert "Next, at 500: A letter." in page
    assert "debate" not in page
    plain = await read(place, "/p/lake.txt")
    assert "\nReached 2: We are heard.\nNext, at 500: A letter.\n" in plain
    assert "We are heard" not in await read(place, "/p/lake/names")
    spanish = await read(place, "/es/p/lake")
    assert '<span lang="en">We are heard.</span>' in spanish


@pytest.mark.parametrize("line", ["The council must debate", "10", "10,00 trees", "0 Nothing"])
async def test_a_step_begins_with_a_number(place: Room, line: str) -> None:
    answer = await save(place, thresholds_en=f"100 Yes.\r\n{line}")
    assert "Begin each step with a number" in answer.text
    assert (await typed(place))["thresholds_en"] == ""
    browser = await place.signed_in()
    assert (await browser.fill(answer, EDIT))["thresholds_en"] == f"100 Yes.\r\n{line}"


async def test_each_extra_that_is_shown_adds_a_few_bytes(place: Room) -> None:
    """At most 60 bytes beside the organizer's own words, compressed."""
    browser = Browser(place.app, "192.0.2.9")

    async def sizes() -> tuple[int, int]:
        page = await browser.get("/p/lake?new", accept_encoding="br")
        thanks = await browser.post("/p/lake", FORM, accept_encoding="br")
        return page.size, thanks.size

    before = await sizes()
    await save(place, asker_kind="a club", asker_contact="a@b.example", thresholds_en="9 A debate")
    with_steps = (await sizes())[0]
    assert with_steps - before[0] <= 3 * 60
    await save(place, thanks_en="Come.")
    assert (await sizes())[1] - before[1] <= 60


async def test_a_petition_with_all_that_a_form_has_in_every_language_is_stored(place: Room) -> None:
    words: dict[str, str] = {}
    for code in LANGUAGES:
        words |= {f"title_{code}": "T" * 120, f"body_{code}": "b" * 900}
        words |= {f"{name}_{code}": "x" * 120 for name in ("eligibility", "question", "thanks")}
        words |= {f"thresholds_{code}": "\n".join(f"{n} {'y' * 100}" for n in range(1, 7))}
    for row in range(8):
        parts = {"name": "N", "title": "T", "phone": "123", "email": "a@b.example", "form": ""}
        words |= {f"maker{row}_{part}": said for part, said in parts.items()}
    words |= {f"role_r{n}": "1" for n in range(20)} | {f"topic{n}": f"t{n}" for n in range(5)}
    answer = await save(place, **words, partners="a\nb\nc", organizations="1")
    assert answer.status == 303
    stored = place.services.directory.by_slug["lake"].extras
    assert set(stored.thresholds) == set(stored.thanks) == set(stored.question) == set(LANGUAGES)
    assert stored.topics == ("t0", "t1", "t2", "t3", "t4")
