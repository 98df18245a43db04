"""An office that has agreed gets no more letters, whatever was on its way; its signers thank it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.core.letters import carrying, figures
from server.core.letters.letter import Letter
from server.core.letters.letters import WORDS_SECONDS
from server.core.letters.offices import office_key
from server.outgoing.loops import do_chores
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.writers import BOTH, CLERK, MAYOR, carry, say, town
from tests.harness.texts.phones import Phones

KEY = office_key(MAYOR)


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with town(database_url, office, *BOTH) as phones:
        yield phones


async def writes(phones: Phones) -> None:
    """Somebody writes to both, and nothing has left yet."""
    await say(phones, "SIGN LAKE Ana Diaz 59801", "LETTER", "Keep our lake clean, please.")
    await say(phones, "SEND", "SEND")


async def agrees(phones: Phones) -> None:
    async with phones.services.database.write() as tx:
        await figures.note_agreed(tx, 1, KEY, phones.services.now())


async def states(phones: Phones) -> list[tuple[object, ...]]:
    return await phones.rows("SELECT state, why FROM letters ORDER BY office DESC, kind")


async def test_what_waits_is_not_sent_and_its_signer_thanks_instead(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones)
    await agrees(phones)
    await do_chores(phones.services)
    await carry(phones)
    assert [str(mail["To"]) for mail in office.arrived] == [CLERK]
    assert await states(phones) == [("rejected", "agreed"), ("accepted", "")]
    asked = await say(phones, "LETTER")
    assert "Jo Marsh, Mayor: agreed. Write your thanks" in asked and "Hill" not in asked
    await say(phones, "It was time, thank you.", "SEND", "SEND")
    await carry(phones)
    [thanks] = office.to(MAYOR)
    assert "Thank you for agreeing" in str(thanks.get_content())
    assert await states(phones) == [("rejected", "agreed"), ("accepted", ""), ("accepted", "")]


async def test_no_letter_slips_through_before_the_chores(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones)
    await agrees(phones)
    await carry(phones)
    assert office.to(MAYOR) == []
    assert await states(phones) == [("queued", ""), ("accepted", "")]


async def test_nor_one_that_was_about_to_leave(
    phones: Phones, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await writes(phones)
    begin = carrying.begin

    async def agreed(tx: object, letter: Letter, *rest: object) -> bool:
        await figures.note_agreed(tx, 1, KEY, phones.services.now())  # type: ignore[arg-type]
        return await begin(tx, letter, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(carrying, "begin", agreed)
    await carry(phones)
    await do_chores(phones.services)
    assert office.to(MAYOR) == []
    assert await states(phones) == [("rejected", "agreed"), ("accepted", "")]
    assert await phones.rows("SELECT n FROM spent WHERE scope = 'server' AND n <> 1") == []


async def test_drafts_and_held_ones_are_spared_once_they_may_go(
    phones: Phones, office: PostOffice
) -> None:
    await writes(phones)
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE letters SET state = 'draft'")
    await agrees(phones)
    await do_chores(phones.services)
    await carry(phones)
    await do_chores(phones.services)
    assert office.to(MAYOR) == []
    assert await states(phones) == [("rejected", "agreed"), ("accepted", "")]


async def test_if_it_has_not_agreed_after_all_they_go(phones: Phones, office: PostOffice) -> None:
    await writes(phones)
    await agrees(phones)
    await do_chores(phones.services)
    async with phones.services.database.write() as tx:
        await figures.forget_agreed(tx, 1, KEY, phones.services.now())
    await carry(phones)
    assert len(office.to(MAYOR)) == 1
    assert await states(phones) == [("accepted", ""), ("accepted", "")]


async def test_its_words_go_as_those_of_others(phones: Phones, office: PostOffice) -> None:
    await writes(phones)
    await agrees(phones)
    await do_chores(phones.services)
    phones.now += WORDS_SECONDS + 1
    await do_chores(phones.services)
    async with phones.services.database.write() as tx:
        await figures.forget_agreed(tx, 1, KEY, phones.services.now())
    rows = await phones.rows("SELECT state, words FROM letters WHERE why = 'agreed'")
    assert rows == [("rejected", None)]
    assert office.to(MAYOR) == []
