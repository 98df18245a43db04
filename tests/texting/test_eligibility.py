"""Who may sign, by text: stated by signing, and said as far as one segment holds it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from server.core.petitions.extras import EXTRA_LIMITS, Extras
from server.core.petitions.wording.draft import Wording
from server.texting.sessions import SessionDoor
from sms import Inbound
from sms.segments import measure
from tests.harness.texts.phones import NUMBER, Phones, text_door
from tests.harness.world import PHONE

RULE = {"en": "I live in Springfield and am 16 or over", "es": "Vivo en Springfield."}
WORDINGS = {
    "en": Wording("Keep the lake clean", "Please."),
    "es": Wording("Cuiden el lago", "Por favor."),
}


@pytest.fixture
async def phones(database_url: str) -> AsyncIterator[Phones]:
    async with text_door(database_url, False) as opened:
        await opened.add_petition(wordings=WORDINGS, extras=Extras(eligibility=RULE))
        yield opened


async def test_the_first_question_says_it(phones: Phones) -> None:
    asked = await phones.text("SIGN LAKE")
    assert asked
    assert "sign only if this is so: I live in Springfield and am 16 or over. Reply" in asked
    assert measure(asked).segments == 1


async def test_the_answer_to_one_message_that_signs_says_it(phones: Phones) -> None:
    said = await phones.text("SIGN LAKE Ana Diaz 59801")
    assert said
    assert said.startswith("Thank you, Ana Diaz. You signed LAKE and state: I live in Springfield")
    assert said.endswith("text UNDO")
    assert await phones.rows("SELECT count(*) FROM besides WHERE stated_at IS NOT NULL") == [(1,)]
    await phones.text("UNDO")
    assert await phones.rows("SELECT count(*) FROM besides") == [(0,)]


async def test_it_is_said_in_the_language_of_the_text(phones: Phones) -> None:
    said = await phones.text("FIRMA LAKE Ana Diaz 59801")
    assert said
    assert "Vivo en Springfield." in said


async def test_more_says_it_before_the_wording(phones: Phones) -> None:
    said = await phones.text("MORE LAKE")
    assert said
    assert said.index("16 or over.") < said.index("Please.")


async def test_a_menu_says_it_with_its_first_question(phones: Phones) -> None:
    door = SessionDoor(phones.services)
    inbound = Inbound("africastalking", "S1", PHONE, "*384#", "1", channel="ussd")
    assert (await door.receive(inbound)).body == f"{RULE['en']}.\nYour first and last name:"


async def test_a_call_says_it_before_the_key_that_signs(phones: Phones) -> None:
    door = SessionDoor(phones.services)
    call = Inbound("voice", "C1", PHONE, NUMBER, "", channel="voice")
    asked = (await door.receive(call)).ask
    assert asked
    spoken = await door.receive(replace(call, message_id="C2", body="1", state=asked.state))
    assert "am 16 or over. To sign, press 1." in spoken.body


async def test_a_long_one_is_shortened_and_nothing_else_is(database_url: str) -> None:
    rule = {"hi": "मैं यहाँ रहता हूँ " * 6, "en": "I live here " * 9}
    rule = {code: said[: EXTRA_LIMITS["eligibility"]].strip() for code, said in rule.items()}
    wordings = WORDINGS | {"hi": Wording("झील", "कृपया।")}
    async with text_door(database_url, False) as phones:
        await phones.add_petition(wordings=wordings, extras=Extras(eligibility=rule))
        for n, text in enumerate(("SIGN LAKE", "SIGN LAKE Ana Diaz 59801", "HINDI", "साइन LAKE")):
            said = await phones.text(text, f"+1406555020{n % 2}")
            assert said
            assert measure(said).segments == 1, said
