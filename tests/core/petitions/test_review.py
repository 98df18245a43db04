"""Drafts that are read before they open: what acceptance holds for, and no door round it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from server.core.desk import clock
from server.core.desk.people import organizers, reviewers, teams
from server.core.petitions import petitions, review
from server.core.petitions.extras import Extras
from server.core.petitions.petitions import Petition
from server.core.petitions.review import Review, checked_reasons
from server.core.petitions.schedule import Schedule
from server.core.petitions.wording.draft import DecisionMaker, Draft, Wording
from server.core.upkeep import deleting
from server.errors import InvalidInput, NotFound, Overtaken
from tests.harness.world import NOW, World, draft

POND = draft(slug="pond", keyword="POND")
WHY = "It names a private person."


@dataclass
class Desk:
    """A draft, and what is done to it."""

    world: World
    pond: Petition

    async def hand_in(self, now: int = NOW) -> bool:
        async with self.world.database.write() as tx:
            return await review.hand_in(tx, self.pond.id, now)

    async def accept(self, read: int | None = None, now: int = NOW) -> None:
        async with self.world.database.write() as tx:
            seen = await review.version_of(tx, self.pond.id) if read is None else read
            await review.accept(tx, self.pond.id, seen, now)

    async def reject(self) -> None:
        async with self.world.database.write() as tx:
            seen = await review.version_of(tx, self.pond.id)
            await review.reject(tx, self.pond.id, seen, WHY, NOW)

    async def edit(self, **changes: object) -> None:
        async with self.world.database.write() as tx:
            said = replace(POND, **changes)  # type: ignore[arg-type]
            await petitions.edit(tx, self.pond, said, frozenset(), now=NOW)

    async def review(self) -> Review:
        async with self.world.database.read() as tx:
            return await review.review_of(tx, self.pond.id)

    async def opens(self, now: int = NOW) -> bool:
        """Whether the button opens it."""
        async with self.world.database.write() as tx:
            try:
                return await petitions.open_(tx, self.pond.id, now, needs_review=True)
            except InvalidInput as error:
                if str(error) != "review: missing":
                    raise
                return False

    async def state(self) -> str:
        async with self.world.database.read() as tx:
            return (await petitions.all_petitions(tx))[self.pond.id].state


async def written(world: World, new: Draft = POND) -> Desk:
    async with world.database.write() as tx:
        id_ = await petitions.create(tx, new, reserved=frozenset(), salt=b"p" * 32, now=NOW)
        return Desk(world, (await petitions.all_petitions(tx))[id_])


async def test_it_opens_only_once_it_is_accepted(world: World) -> None:
    desk = await written(world)
    assert not await desk.opens()
    assert await desk.hand_in()
    assert not await desk.hand_in()  # pressed twice
    assert not await desk.opens()
    await desk.reject()
    assert not await desk.opens()
    assert await desk.review() == Review(rejected_at=NOW, rejected_version=1, reasons=WHY)
    assert await desk.hand_in(NOW + 1)
    found = await desk.review()
    assert (found.stage, found.reasons) == ("waits", WHY)
    await desk.accept(now=NOW + 2)
    assert await desk.review() == Review(accepted_at=NOW + 2)
    assert not await desk.hand_in()  # needless
    assert await desk.opens()


async def test_what_has_been_open_once_needs_nothing_more(world: World) -> None:
    desk = await written(world)
    async with world.database.write() as tx:
        assert await petitions.open_(tx, desk.pond.id, NOW)  # no review is demanded
        assert await petitions.close(tx, desk.pond.id, NOW)
    assert not await desk.hand_in()
    assert await desk.opens()


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({"goal": 500}, True),
        ({"contact_required": True}, True),
        ({"schedule": Schedule("Etc/UTC", "2030-01-01 10:00")}, True),
        ({"origins": ("https://example.org",)}, True),
        ({"wordings": {"en": Wording("Keep the lake clean", "Other words.")}}, False),
        ({"wordings": {**POND.wordings, "es": Wording("Lago", "Otras palabras.")}}, False),
        ({"decision_makers": ()}, False),
        ({"decision_makers": (DecisionMaker("Jo Marsh", "Mayor", "+1 406 555 0199"),)}, False),
        ({"roles": ("mayor",)}, False),
        ({"slug": "lake-2"}, False),
        ({"keyword": "OTHER"}, False),
        ({"started_by": "Somebody else"}, False),
        ({"extras": Extras(topics=("Water",))}, False),
    ],
)
async def test_acceptance_holds_for_what_people_read(
    world: World, changes: dict[str, object], holds: bool
) -> None:
    desk = await written(world)
    await desk.hand_in()
    await desk.accept()
    await desk.edit(**changes)
    assert await desk.opens() == holds
    if not holds:
        assert (await desk.review()).stage == "changed"
        assert await desk.hand_in()
        await desk.accept()
        assert await desk.opens()


async def test_nothing_is_decided_about_other_words_than_were_read(world: World) -> None:
    desk = await written(world)
    await desk.hand_in()
    await desk.edit(goal=7)
    with pytest.raises(Overtaken):
        await desk.accept(read=1)
    assert (await desk.review()).stage == "waits"
    await desk.accept()
    with pytest.raises(NotFound):  # another reviewer was faster
        await desk.reject()
    assert (await desk.review()).stage == "accepted"


async def test_the_clock_opens_nothing_that_is_not_accepted(world: World) -> None:
    opens = Schedule("Etc/UTC", "2027-01-16 10:00")
    desk = await written(world, replace(POND, schedule=opens))
    assert opens.opens_at
    for step in (desk.hand_in, None):
        assert not await clock.work(world.database, opens.opens_at, needs_review=True)
        assert await desk.state() == "draft"
        if step:
            await step()
    await desk.accept()
    assert not await clock.work(world.database, opens.opens_at - 1, needs_review=True)
    assert await clock.work(world.database, opens.opens_at + 60, needs_review=True)
    assert await desk.state() == "open"


async def test_nobody_hands_in_what_names_nobody_who_asks(world: World) -> None:
    desk = await written(world, replace(POND, started_by=""))
    with pytest.raises(InvalidInput, match="started_by"):
        await desk.hand_in()


async def test_a_draft_that_is_deleted_leaves_no_reasons(world: World) -> None:
    desk = await written(world)
    await desk.hand_in()
    await desk.reject()
    async with world.database.write() as tx:
        assert await deleting.delete_draft(tx, desk.pond.id, NOW)
    assert await desk.review() == Review()


@pytest.mark.parametrize(
    ("typed", "code"),
    [(" ", "missing"), ("too short", "short"), ("x" * 1001, "long"), ("x" * 10, ""), (WHY, "")],
)
def test_reasons_are_words(typed: str, code: str) -> None:
    if code:
        with pytest.raises(InvalidInput, match=code):
            checked_reasons(typed)
    else:
        assert checked_reasons(f"  {typed}\r\n") == typed


async def test_who_sees_what_waits_and_what_was_changed(world: World) -> None:
    desk = await written(world)
    async with world.database.write() as tx:
        who = [
            await organizers.add(tx, name, "correct horse battery", salt=b"s" * 16, now=NOW)
            for name in ("ana", "rev", "bo")
        ]
        ana, rev, bo = who
        team = await teams.found(tx, "Friends", ana.id, NOW)
        await teams.give(tx, desk.pond.id, team)
        for each in (ana, rev):
            await reviewers.appoint(tx, each, NOW)
        assert await reviewers.reviewers(tx) == {ana.id, rev.id}

    async def seen(changed: bool = False, now: int = NOW) -> list[str]:
        async with world.database.read() as tx:
            lists = {
                each.name: await reviewers.changed_since(tx, each.id, now)
                if changed
                else await reviewers.waiting(tx, each.id)
                for each in who
            }
            return [name for name, found in lists.items() if found]

    assert await seen() == []
    await desk.hand_in()
    assert await seen() == ["rev"]  # nobody reviews their own
    async with world.database.read() as tx:
        await reviewers.at_draft(tx, rev.id, desk.pond.id)
        for each in (ana, bo):
            with pytest.raises(NotFound):
                await reviewers.at_draft(tx, each.id, desk.pond.id)
    await desk.accept()
    await desk.opens()
    assert await seen() == await seen(changed=True) == []
    await desk.edit(wordings={"en": Wording("Drain the lake", "Other words.")})
    assert await seen(changed=True) == ["rev"]
    assert await seen(changed=True, now=NOW + reviewers.CHANGED_SECONDS + 1) == []
    async with world.database.write() as tx:
        await reviewers.appoint(tx, rev, None)
    assert await seen(changed=True) == []
