"""What a petition may have besides: kept as it was typed, and told what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.core.petitions import petitions
from server.core.petitions.extras import EXTRA_LIMITS, NO_EXTRAS, Extras, Threshold
from server.core.petitions.petitions import Petition
from server.core.petitions.wording import versions
from server.core.petitions.wording.draft import Wording, validated
from server.core.petitions.wording.versions import contents
from server.errors import InvalidInput
from tests.harness.world import NOW, World, draft

#: Every field with something in it, in normal form.
FULL: dict[str, Any] = {
    "asker_kind": "an association",
    "asker_contact": "hello@lake.example",
    "thanks": {"en": "Come to the lake.\n\nSaturday at ten."},
    "eligibility": {"en": "I live in Springfield."},
    "organizations": True,
    "question": {"en": "How long have you lived here?"},
    "partners": ("Lake Watch", "Clean Water"),
    "topics": ("Water", "Schools"),
    "thresholds": {"en": (Threshold(100, "We are heard."), Threshold(10_000, "A debate."))},
}


async def stored(world: World) -> Petition:
    async with world.database.read() as tx:
        return (await petitions.all_petitions(tx))[world.petition.id]


async def edited(world: World, **extras: Any) -> Petition:
    async with world.database.write() as tx:
        new = draft(extras=Extras(**extras))
        await petitions.edit(tx, world.petition, new, frozenset(), now=NOW)
    return await stored(world)


def test_the_table_above_has_every_field() -> None:
    assert set(FULL) == set(Extras.__dataclass_fields__)
    assert Extras(**FULL) != NO_EXTRAS


@pytest.mark.parametrize("name", FULL)
async def test_each_field_comes_back_as_it_was_written(world: World, name: str) -> None:
    petition = await edited(world, **{name: FULL[name]})
    assert petition.extras == Extras(**{name: FULL[name]})
    assert petition.version == world.petition.version + 1
    async with world.database.read() as tx:
        latest = (await versions.all_of(tx, petition.id))[-1]
    assert contents(latest.draft) == contents(petition)


async def test_all_of_them_make_a_petition_that_is_known_again(world: World) -> None:
    new = draft(slug="pond", keyword="POND", extras=Extras(**FULL))
    async with world.database.write() as tx:
        id_ = await petitions.create(tx, new, reserved=frozenset(), salt=b"s" * 32, now=NOW)
        assert await petitions.made_of(tx, new, frozenset()) == id_
        other = draft(slug="pond", keyword="POND")
        assert await petitions.made_of(tx, other, frozenset()) is None


async def test_what_was_stored_before_there_were_extras_is_read_as_having_none(
    world: World,
) -> None:
    async with world.database.write() as tx:
        [row] = await tx.fetch("SELECT draft FROM petition_versions")
        before = json.loads(row["draft"])
        del before["extras"]
        await tx.execute("UPDATE petition_versions SET draft = :draft", draft=json.dumps(before))
        [version] = await versions.all_of(tx, world.petition.id)
    assert version.draft.extras == NO_EXTRAS
    assert (await stored(world)).extras == NO_EXTRAS


@pytest.mark.parametrize(
    ("extras", "problem"),
    [
        ({"asker_kind": "k" * (EXTRA_LIMITS["asker_kind"] + 1)}, ("asker_kind", "long")),
        ({"partners": ("a", "b", "c", "d")}, ("partners", "many")),
        ({"partners": ("p" * 61,)}, ("partners", "long")),
        ({"topics": ("a", "b", "c", "d", "e", "f")}, ("topics", "many")),
        ({"topics": ("t" * 31,)}, ("topics", "long")),
        ({"thanks": {"en": "x" * 501}}, ("thanks_en", "long")),
        ({"thresholds": {"en": (Threshold(0, "ten"),)}}, ("thresholds_en", "malformed")),
        ({"thresholds": {"en": (Threshold(10**10, "ten"),)}}, ("thresholds_en", "malformed")),
        ({"thresholds": {"en": (Threshold(10, " "),)}}, ("thresholds_en", "malformed")),
        ({"thresholds": {"en": (Threshold(10, "x" * 121),)}}, ("thresholds_en", "long")),
        ({"thresholds": {"en": (Threshold(10, "x"),) * 7}}, ("thresholds_en", "many")),
        ({"asker_contact": "c" * (EXTRA_LIMITS["asker_contact"] + 1)}, ("asker_contact", "long")),
    ],
)
def test_a_bad_extra_is_named(extras: dict[str, Any], problem: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        validated(draft(extras=Extras(**extras)), frozenset())
    assert [(p.field, p.code) for p in caught.value.problems] == [problem]


def in_two(**said: Any) -> Extras:
    """The extras of a petition in two languages; English is its own."""
    wordings = {"en": Wording("Lake", "Please."), "es": Wording("Lago", "Por favor.")}
    return validated(draft(wordings=wordings, extras=Extras(**said)), frozenset()).extras


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"thanks": {"es": "Vengan."}}, ("thanks_en", "other_language")),
        ({"thresholds": {"es": (Threshold(5, "Sí."),)}}, ("thresholds_en", "other_language")),
        (
            {"thresholds": {"en": (Threshold(5, "Yes."),), "es": (Threshold(6, "Sí."),)}},
            ("thresholds_es", "numbers"),
        ),
    ],
)
def test_what_other_languages_say_the_petitions_own_says_too(
    said: dict[str, Any], problem: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        in_two(**said)
    assert [(p.field, p.code) for p in caught.value.problems] == [problem]


def test_readers_of_a_language_without_words_get_those_of_the_petition() -> None:
    extras = in_two(thanks={"en": "Come.", "fr": "Venez.", "es": "  "})
    assert extras.thanks == {"en": "Come."}  # the petition is in no French
    assert extras.said("thanks", "es", "en") == ("en", "Come.")
    both = in_two(thanks={"en": "Come.", "es": "Vengan."})
    assert both.said("thanks", "es", "en") == ("es", "Vengan.")
    assert NO_EXTRAS.said("thanks", "es", "en") == ("en", None)


def test_thresholds_stand_in_the_order_of_their_numbers() -> None:
    rows = (Threshold(10_000, "A debate."), Threshold(100, " We are  heard. "))
    assert in_two(thresholds={"en": rows}).thresholds["en"] == FULL["thresholds"]["en"]


def test_needless_gaps_go() -> None:
    said = Extras(asker_kind="  an\nassociation ")
    assert validated(draft(extras=said), frozenset()).extras.asker_kind == "an association"
