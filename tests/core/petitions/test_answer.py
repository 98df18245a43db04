"""What those who decide have answered: taken for a closed petition alone, and well formed."""

from __future__ import annotations

import pytest

from server.core.petitions import petitions
from server.core.petitions.answer import GivenAnswer, checked_answer, write_answer
from server.core.petitions.petitions import Petition
from server.core.upkeep import ending
from server.errors import InvalidInput
from tests.harness.world import NOW, World

SAID = GivenAnswer(by="The council", on="2027-01-10", words={"en": "Yes."}, promised="2027-03-31")
LANGUAGES = ["en", "es"]


async def write(world: World, answer: GivenAnswer = SAID, now: int = NOW) -> bool:
    async with world.database.write() as tx:
        return await write_answer(tx, world.petition.id, answer, now)


async def stored(world: World) -> Petition:
    async with world.database.read() as tx:
        return (await petitions.all_petitions(tx))[world.petition.id]


async def test_a_closed_petition_is_answered_and_its_answer_can_be_corrected(world: World) -> None:
    with pytest.raises(InvalidInput, match="answer: not_closed"):
        await write(world)
    async with world.database.write() as tx:
        await petitions.close(tx, world.petition.id, NOW)
    before = await stored(world)
    assert before.state == "closed"
    assert await write(world)
    assert not await write(world)  # pressed twice
    first = await stored(world)
    assert (first.state, first.answer, first.answered_at) == ("answered", SAID, NOW)
    assert first.version == before.version + 1
    right = GivenAnswer(by="The mayor", on="2027-01-11", words={"es": "Sí."})
    assert await write(world, right, NOW + 60)
    assert ((await stored(world)).answer, (await stored(world)).answered_at) == (right, NOW)


async def test_an_answer_is_corrected_also_after_the_petition_is_open_again(world: World) -> None:
    async with world.database.write() as tx:
        await petitions.close(tx, world.petition.id, NOW)
    await write(world)
    async with world.database.write() as tx:
        await petitions.open_(tx, world.petition.id, NOW)
    assert await write(world, GivenAnswer(by="The mayor", on="2027-01-11", words={"en": "No."}))
    now = await stored(world)
    assert (now.state, now.takes_answer) == ("open", True)
    assert now.answer
    assert now.answer.by == "The mayor"


async def test_an_end_keeps_the_answer_and_lets_nobody_change_it(world: World) -> None:
    async with world.database.write() as tx:
        await petitions.close(tx, world.petition.id, NOW)
    await write(world)
    async with world.database.write() as tx:
        await ending.end(tx, world.keys, world.petition, NOW)
    assert ((await stored(world)).state, (await stored(world)).answer) == ("ended", SAID)
    with pytest.raises(InvalidInput, match="answer: not_closed"):
        await write(world, GivenAnswer(by="x", on="2027-01-10", words={"en": "No."}))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, ""),
        ({"promised": ""}, ""),
        ({"on": "2027-01-16"}, ""),  # where the day begins earlier
        ({"by": " "}, "answer_by: missing"),
        ({"by": "x" * 121}, "answer_by: long"),
        ({"on": ""}, "answer_on: malformed"),
        ({"on": "10.1.2027"}, "answer_on: malformed"),
        ({"on": "2027-02-30"}, "answer_on: malformed"),
        ({"on": "2027-W01-1"}, "answer_on: malformed"),
        ({"on": "2027-01-17"}, "answer_on: future"),
        ({"promised": "soon"}, "answer_promised: malformed"),
        ({"words": {}}, "answer_en: missing"),
        ({"words": {"es": "x" * 10_001}}, "answer_es: long"),
        ({"words": {"fr": "Oui."}}, "answer_en: missing"),  # the petition does not speak it
    ],
)
def test_what_is_wrong_with_an_answer_is_told(changes: dict[str, object], wrong: str) -> None:
    values: dict[str, object] = {"by": SAID.by, "on": SAID.on, "words": SAID.words} | changes
    answer = GivenAnswer(**values)  # type: ignore[arg-type]
    if not wrong:
        assert checked_answer(answer, LANGUAGES, NOW) == answer
        return
    with pytest.raises(InvalidInput, match=rf"\A{wrong}\Z"):
        checked_answer(answer, LANGUAGES, NOW)


@pytest.mark.parametrize(
    ("spoken", "wanted", "shown"),
    [("en es", "es", "es"), ("en", "es", "en"), ("es", "fr", "es"), ("fr", "es", "fr")],
)
def test_readers_get_their_language_or_one_that_there_is(
    spoken: str, wanted: str, shown: str
) -> None:
    answer = GivenAnswer(by="x", on="2027-01-10", words=dict.fromkeys(spoken.split(), "Yes."))
    assert answer.language(wanted, "en") == shown
