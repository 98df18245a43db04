"""Petitions: what an organizer may write, and who sees it when."""

from __future__ import annotations

import asyncio

import pytest

from server.core.petitions import petitions
from server.core.petitions.directory import Directory
from server.core.petitions.wording.draft import DecisionMaker, Wording, validated
from server.core.places.outcomes import Addressing
from server.core.upkeep import check
from server.errors import InvalidInput, NotFound
from sms.reading import reserved
from tests.harness.world import NOW, World, draft


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"slug": ""}, ("slug", "missing")),
        ({"slug": "Bad Slug"}, ("slug", "malformed")),
        ({"slug": "-lake"}, ("slug", "malformed")),
        ({"slug": "a" * 61}, ("slug", "malformed")),
        ({"keyword": ""}, ("keyword", "missing")),
        ({"keyword": "L"}, ("keyword", "malformed")),
        ({"keyword": "1LAKE"}, ("keyword", "malformed")),
        ({"keyword": "LA KE"}, ("keyword", "malformed")),
        ({"keyword": "stop"}, ("keyword", "reserved")),
        ({"keyword": "ayuda"}, ("keyword", "reserved")),
        ({"wordings": {}}, ("title", "missing")),
        ({"wordings": {"en": Wording("", "words")}}, ("title", "missing")),
        ({"wordings": {"en": Wording("T", " \n ")}}, ("body", "missing")),
        ({"wordings": {"en": Wording("T" * 121, "x")}}, ("title", "long")),
        ({"wordings": {"en": Wording("T", "x" * 20_001)}}, ("body", "long")),
        ({"started_by": "T" * 121}, ("started_by", "long")),
        ({"goal": 0}, ("goal", "malformed")),
        ({"country": "USA"}, ("country", "malformed")),
        ({"origins": ("example.org",)}, ("origins", "malformed")),
        ({"decision_makers": (DecisionMaker("", "Mayor"),)}, ("decision_makers", "missing")),
        ({"decision_makers": (DecisionMaker("Jo", email="x"),)}, ("decision_makers", "email")),
        *(
            ({"decision_makers": (DecisionMaker("Jo", email=email),)}, ("decision_makers", "email"))
            for email in ("jo?bcc=eve@example.org", "jo&cc=eve@example.org", "jo%3F@example.org")
        ),
        (
            {"decision_makers": (DecisionMaker("Jo", form="javascript:1"),)},
            ("decision_makers", "form"),
        ),
    ],
)
def test_a_bad_value_is_named(changes: dict[str, object], problem: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        validated(draft(**changes), reserved())
    assert problem in [(p.field, p.code) for p in caught.value.problems]


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        validated(draft(slug="", keyword="STOP", goal=0), reserved())
    assert {p.field for p in caught.value.problems} == {"slug", "keyword", "goal"}


def test_no_command_word_of_any_language_can_become_a_keyword() -> None:
    for word in reserved():
        with pytest.raises(InvalidInput):
            validated(draft(keyword=word), reserved())


async def test_a_slug_or_word_in_use_is_refused(world: World) -> None:
    for changes, field in (({"keyword": "POND"}, "slug"), ({"slug": "pond"}, "keyword")):
        with pytest.raises(InvalidInput, match=f"{field}: in_use"):
            async with world.database.write() as tx:
                await petitions.create(
                    tx, draft(**changes), reserved=reserved(), salt=b"s" * 32, now=NOW
                )


async def test_two_who_take_one_address_at_once_are_told_apart(world: World) -> None:
    async def make(slug: str) -> int:
        async with world.database.write() as tx:
            new = draft(slug=slug, keyword=slug.upper())
            return await petitions.create(tx, new, reserved=reserved(), salt=b"s" * 32, now=NOW)

    wanted = [make(slug) for slug in ("pond", "river", "pond")]
    made = await asyncio.gather(*wanted, return_exceptions=True)
    ids = [id_ for id_ in made if isinstance(id_, int)]
    [refused] = [error for error in made if not isinstance(error, int)]
    assert len(set(ids)) == 2
    assert isinstance(refused, InvalidInput)
    async with world.database.read() as tx:
        known = await petitions.made_of(tx, draft(slug="pond", keyword="POND"), reserved())
        assert known in ids
        assert await petitions.made_of(tx, draft(slug="pond", keyword="LILY"), reserved()) is None


async def test_a_draft_sent_again_is_known_where_people_have_no_postcodes(world: World) -> None:
    new = draft(slug="pond", keyword="POND", country="HK", postcode_required=True)
    async with world.database.write() as tx:
        id_ = await petitions.create(tx, new, reserved=reserved(), salt=b"s" * 32, now=NOW)
        assert await petitions.made_of(tx, new, reserved()) == id_


async def renamed(world: World, slug: str, keyword: str) -> Directory:
    """The petition of the world under another address and word."""
    async with world.database.write() as tx:
        petition = (await petitions.all_petitions(tx))[world.petition.id]
        await petitions.edit(tx, petition, draft(slug=slug, keyword=keyword), reserved(), now=NOW)
    directory = Directory(world.database, lambda: world.now)
    await directory.refresh()
    return directory


async def test_an_address_and_a_word_that_were_public_lead_to_their_petition_for_ever(
    world: World,
) -> None:
    await renamed(world, "pond", "POND")
    directory = await renamed(world, "sea", "SEA")
    for slug, keyword in (("lake", "LAKE"), ("pond", "POND"), ("sea", "SEA")):
        assert directory.public(slug).id == world.petition.id
        assert directory.slug_of_today(slug) == "sea"
        assert directory.by_keyword[keyword].id == world.petition.id
    assert directory.slug_of_today("river") == "river"
    assert [p.slug for p in directory.by_id.values()] == ["sea"]


async def test_nobody_else_gets_an_address_or_a_word_that_was_public(world: World) -> None:
    await renamed(world, "pond", "POND")
    async with world.database.write() as tx:
        new = draft(slug="river", keyword="RIVER")
        other = await petitions.create(tx, new, reserved=reserved(), salt=b"s" * 32, now=NOW)
    for changes, field in (({"keyword": "SEA"}, "slug"), ({"slug": "sea"}, "keyword")):
        with pytest.raises(InvalidInput, match=f"^{field}: in_use$"):
            async with world.database.write() as tx:
                await petitions.create(
                    tx, draft(**changes), reserved=reserved(), salt=b"s" * 32, now=NOW
                )
        async with world.database.write() as tx:
            river = (await petitions.all_petitions(tx))[other]
            with pytest.raises(InvalidInput, match=f"^{field}: in_use$"):
                await petitions.edit(tx, river, draft(**changes), reserved(), now=NOW)


async def test_a_petition_takes_its_own_address_up_again_and_another_time(world: World) -> None:
    for slug in ("pond", "lake", "pond", "lake"):
        directory = await renamed(world, slug, slug.upper())
        assert {directory.slug_of_today(each) for each in ("lake", "pond")} == {slug}
        former = {"lake", "pond"} - {slug}
        assert set(directory.public(slug).former_slugs) == former
        assert set(directory.public(slug).former_keywords) == {each.upper() for each in former}


async def test_what_nobody_has_seen_is_free_again(world: World) -> None:
    async with world.database.write() as tx:
        new = draft(slug="river", keyword="RIVER")
        id_ = await petitions.create(tx, new, reserved=reserved(), salt=b"s" * 32, now=NOW)
        river = (await petitions.all_petitions(tx))[id_]
        await petitions.edit(tx, river, draft(slug="brook", keyword="BROOK"), reserved(), now=NOW)
        again = draft(slug="river", keyword="RIVER")
        taken = await petitions.create(tx, again, reserved=reserved(), salt=b"s" * 32, now=NOW)
        known = await petitions.all_petitions(tx)
    assert (known[id_].slug, known[taken].slug) == ("brook", "river")
    assert (known[id_].keyword, known[taken].keyword) == ("BROOK", "RIVER")


async def test_an_edit_is_seen_and_keeps_what_is_not_the_organizers(world: World) -> None:
    directory = Directory(world.database, lambda: world.now)
    await directory.refresh()
    before = directory.public("lake")
    async with world.database.write() as tx:
        new = draft(wordings={"en": Wording("New title", "New words")}, decision_makers=())
        await petitions.edit(tx, before, new, reserved(), now=NOW)
    await directory.refresh()
    after = directory.public("lake")
    assert (after.wording("en").title, after.decision_makers) == ("New title", ())
    assert (after.id, after.salt, after.opened_at) == (before.id, before.salt, before.opened_at)
    assert after.version > before.version


async def test_the_public_sees_no_draft_and_a_closed_petition_opens_again(
    world: World,
) -> None:
    directory = Directory(world.database, lambda: world.now)
    async with world.database.write() as tx:
        await petitions.create(
            tx, draft(slug="pond", keyword="POND"), reserved=reserved(), salt=b"s" * 32, now=NOW
        )
    await directory.refresh()
    with pytest.raises(NotFound):
        directory.public("pond")
    with pytest.raises(NotFound):
        directory.public("nowhere")
    for change, state in ((petitions.close, "closed"), (petitions.open_, "open")):
        async with world.database.write() as tx:
            await change(tx, world.petition.id, NOW)
        await directory.refresh()
        assert directory.public("lake").state == state


async def test_nothing_opens_before_somebody_is_named_who_asks(world: World) -> None:
    pond = draft(slug="pond", keyword="POND", started_by="")
    async with world.database.write() as tx:
        id_ = await petitions.create(tx, pond, reserved=reserved(), salt=b"s" * 32, now=NOW)
        with pytest.raises(InvalidInput, match="started_by: missing"):
            await petitions.open_(tx, id_, NOW)
        unnamed = (await petitions.all_petitions(tx))[id_]
        assert (unnamed.state, unnamed.started_by) == ("draft", "")
        named = draft(slug="pond", keyword="POND", started_by="  Friends of  ponds ")
        await petitions.edit(tx, unnamed, named, reserved(), now=NOW)
        assert await petitions.open_(tx, id_, NOW)
        opened = (await petitions.all_petitions(tx))[id_]
    assert (opened.state, opened.started_by) == ("open", "Friends of ponds")


async def test_petitions_that_are_written_at_the_same_moment_are_all_stored(world: World) -> None:
    async def write(number: int) -> int:
        async with world.database.write() as tx:
            new = draft(slug=f"pond-{number}", keyword=f"POND{number}")
            return await petitions.create(tx, new, reserved=reserved(), salt=b"s" * 32, now=NOW)

    ids = await asyncio.gather(*(write(number) for number in range(6)))
    assert sorted(ids) == [2, 3, 4, 5, 6, 7]


async def test_a_counter_that_lies_is_found(world: World) -> None:
    await world.web()
    await world.text("Bo Lee")
    async with world.database.write() as tx:
        await tx.execute("UPDATE counts SET n = n + 1 WHERE state = 'verified'")
    async with world.database.read() as tx:
        report = await check.check(tx)
    assert len(report.faults) == 1
    assert "1 signatures, but the counter says 2" in report.faults[0]
    assert check.as_json(report)["lake"]["total"] == 2


@pytest.mark.parametrize(("country", "required"), [("US", True), ("HK", False), ("AE", False)])
async def test_where_there_are_no_postcodes_a_petition_requires_none(
    world: World, country: str, required: bool
) -> None:
    async with world.database.write() as tx:
        kowloon = draft(slug="pond", keyword="POND", country=country, postcode_required=True)
        id_ = await petitions.create(tx, kowloon, reserved=reserved(), salt=b"s" * 32, now=NOW)
        await petitions.open_(tx, id_, NOW)
    async with world.database.read() as tx:
        world.petition = (await petitions.all_petitions(tx))[id_]
    if required:
        with pytest.raises(InvalidInput, match="postcode: missing"):
            await world.web(postcode="")
        return
    await world.web(postcode="")
    await world.text("Bo Lee", postcode="")
    await world.web("Cy Ng", postcode="999077")
    assert (await world.figures()).total == 3


async def test_a_petition_that_addresses_roles_keeps_them_in_their_order(world: World) -> None:
    async with world.database.write() as tx:
        addressed = draft(roles=("senator", "representative", "senator"))
        await petitions.edit(tx, world.petition, addressed, frozenset(), now=NOW)
        stored = (await petitions.all_petitions(tx))[world.petition.id]
    assert stored.roles == ("senator", "representative")
    assert stored.addressing == Addressing("US", ("senator", "representative"))
    with pytest.raises(InvalidInput) as found:
        validated(draft(roles=("senator of all",)), frozenset())
    assert [(p.field, p.code) for p in found.value.problems] == [("roles", "malformed")]
