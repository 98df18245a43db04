"""Whose turn comes with a piece of news: everybody once who wants it, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.core.news import figures, sending, telling, writing
from server.core.news.piece import NEWS_LATE_SECONDS, News, NewsWording, Piece, checked_piece
from server.core.news.recipients import Subscribers
from server.core.news.sending import FAN_STEP, OUTSTANDING, Fan
from server.core.outbox import outbox
from server.core.signing import signatures, stored
from server.core.upkeep import erasure
from server.errors import InvalidInput, NotFound, NotOpen, Overtaken
from tests.harness.databases.plans import Plans
from tests.harness.people.subscribers import address, phone, subscribe
from tests.harness.world import NOW, World

PIECE = Piece(wordings={"en": NewsWording("We won", "The lake stays.", "We won. The lake stays.")})
MAILS = Piece(wordings={"en": NewsWording("We won", "The lake stays.")})


async def written(world: World, piece: Piece = PIECE) -> News:
    async with world.database.write() as tx:
        id_ = world.ids.next(world.now)
        number = await writing.write_news(
            tx, world.petition.id, id_, piece, now=world.now, actor="ana"
        )
        return await writing.one_news(tx, world.petition.id, number)


async def begun(world: World, piece: Piece = PIECE) -> News:
    news = await written(world, piece)
    async with world.database.write() as tx:
        await sending.begin_news(tx, world.petition, news, world.now)
    return news


def fan(world: World) -> Fan:
    return Fan(world.petition, world.keys, lambda: world.ids.next(world.now), world.now)


async def spread(world: World, news: News) -> None:
    """As far as it goes while nothing is sent."""
    more = True
    while more:
        async with world.database.write() as tx:
            more = await fan(world).spread(tx, news)


async def follow(world: World, news: News) -> int:
    async with world.database.write() as tx:
        return await fan(world).follow(tx, news)


async def people(world: World, numbers: range, **values: str) -> None:
    new_id = lambda: world.ids.next(world.now)  # noqa: E731
    await subscribe(
        world.database, world.petition, world.keys, new_id, world.now, numbers, **values
    )


async def waiting(world: World) -> list[str]:
    async with world.database.read() as tx:
        rows = await tx.fetch(
            "SELECT recipient FROM outbox WHERE kind = 'news' AND sent_at IS NULL"
            " AND failed_at IS NULL ORDER BY id"
        )
    return [row["recipient"] for row in rows]


async def send(world: World) -> list[str]:
    """What a worker would do with all that waits; to whom."""
    async with world.database.write() as tx:
        items = await outbox.lease(tx, world.now, 1000, "email", outbox.NEWS_TURNS)
        wanted = await telling.still_wanted(tx, items)
        handed = await telling.hand_over(tx, wanted, world.now)
        await telling.arrived(tx, handed, world.now)
    return [item.recipient for item in items if item.id in handed]


async def test_everybody_who_wants_it_is_told_once_and_nobody_else(world: World) -> None:
    await people(world, range(3))
    await people(world, range(3, 5), news="")
    await world.web("Not Verified", email="new@example.org", news="1")
    news = await begun(world, MAILS)
    await spread(world, news)
    assert await waiting(world) == [address(n) for n in range(3)]
    assert await send(world) == [address(n) for n in range(3)]
    await spread(world, news)
    await spread(world, news)
    assert await waiting(world) == []
    async with world.database.read() as tx:
        news = await writing.one_news(tx, 1, 1)
        told = await figures.news_figures(tx, news)
    assert (news.state, told.people, told.sent, told.done) == ("sent", 3, 3, 3)


async def test_a_household_is_told_once_and_phones_only_where_there_is_a_text(
    world: World,
) -> None:
    await people(world, range(1), email="home@example.org")
    await people(world, range(40, 41), email="home@example.org")
    await people(world, range(1, 2), phone=phone(1))
    news = await begun(world, MAILS)
    await spread(world, news)
    assert await waiting(world) == ["home@example.org"]
    other = await begun(world)
    await spread(world, other)
    assert sorted(await waiting(world)) == [phone(1), "home@example.org", "home@example.org"]


async def test_it_is_put_a_little_at_a_time_and_goes_on_where_it_was(world: World) -> None:
    many = OUTSTANDING + FAN_STEP + 7
    await people(world, range(many))
    news = await begun(world, MAILS)
    await spread(world, news)
    assert len(await waiting(world)) == OUTSTANDING
    told: list[str] = []
    while await waiting(world):
        told += await send(world)
        await spread(world, news)
    assert told == [address(n) for n in range(many)]


async def test_a_place_is_told_alone_and_is_refused_if_few_are_there(world: World) -> None:
    await people(world, range(19))
    await people(world, range(20, 30), postcode="10115")
    piece = checked_piece(replace(MAILS, place="598-"), ["en"])
    assert piece.place == "598"
    news = await written(world, piece)
    async with world.database.write() as tx:
        with pytest.raises(InvalidInput, match="place: few"):
            await sending.begin_news(tx, world.petition, news, NOW)
    await people(world, range(19, 20))
    async with world.database.write() as tx:
        told = await sending.begin_news(tx, world.petition, news, NOW)
    assert told == Subscribers(20, 0)
    await spread(world, news)
    assert await waiting(world) == [address(n) for n in range(20)]


async def test_whoever_wants_no_more_is_not_handed_over(world: World) -> None:
    await people(world, range(6))
    news = await begun(world, MAILS)
    await spread(world, news)
    first, second, third, fourth, *_ = await world.signature_ids()
    async with world.database.write() as tx:
        items = await outbox.lease(tx, NOW, 100, "email", outbox.NEWS_TURNS)
        no_news, withdrawn, rejected = await stored.by_ids(tx, 1, [first, second, third])
        await signatures.want_news(tx, [no_news], None, "")
        await signatures.withdraw(tx, [withdrawn], NOW)
        await tx.execute("UPDATE signatures SET rejected_at = 1 WHERE id = :id", id=rejected.id)
        await tx.execute("UPDATE signatures SET held_at = 1 WHERE id = :id", id=fourth)
    async with world.database.write() as tx:
        wanted = await telling.still_wanted(tx, items)
        handed = await telling.hand_over(tx, [item.id for item in items], NOW)
    assert wanted == handed
    assert [i.recipient for i in items if i.id in handed] == [address(4), address(5)]


async def test_who_was_told_is_looked_up_by_key_however_many_were(world: World) -> None:
    if world.database.engine != "sqlite":
        return  # PostgreSQL plans by its statistics, and has none here
    await people(world, range(1))
    news = await begun(world, MAILS)
    async with world.database.write() as tx:
        plans = Plans(tx)
        assert await fan(world).spread(plans, news)
    looked_up = [plan for plan in plans.seen if "news_told" in plan]
    assert looked_up
    assert all(plan.endswith("contact_key=?)") for plan in looked_up), looked_up


async def test_what_is_halted_is_not_handed_over_and_goes_on_to_the_others(world: World) -> None:
    await people(world, range(4))
    news = await begun(world, MAILS)
    await spread(world, news)
    async with world.database.write() as tx:
        items = await outbox.lease(tx, NOW, 2, "email", outbox.NEWS_TURNS)
        handed = await telling.hand_over(tx, [items[0].id], NOW)
        assert await sending.halt_news(tx, news, NOW)
        assert not await telling.hand_over(tx, [items[1].id], NOW)
        await telling.arrived(tx, handed, NOW)
        assert not await sending.halt_news(tx, news, NOW)
    await spread(world, news)
    assert await waiting(world) == []
    async with world.database.write() as tx:
        assert await sending.go_on_with_news(tx, news, NOW)
    await spread(world, news)
    assert await waiting(world) == [address(n) for n in range(1, 4)]
    async with world.database.write() as tx:
        await sending.halt_news(tx, news, NOW)
        assert not await sending.go_on_with_news(tx, news, NOW + NEWS_LATE_SECONDS)


async def test_one_whose_worker_died_over_it_is_uncertain_and_not_sent_again(world: World) -> None:
    await people(world, range(2))
    news = await begun(world, MAILS)
    await spread(world, news)
    async with world.database.write() as tx:
        items = await outbox.lease(tx, NOW, 2, "email", outbox.NEWS_TURNS)
        await telling.hand_over(tx, [items[0].id], NOW)
    world.now += outbox.LEASE_SECONDS
    async with world.database.write() as tx:
        await telling.doubt_handed(tx, "email", world.now)
    assert await send(world) == [address(1)]
    async with world.database.read() as tx:
        told = await figures.news_figures(tx, news)
    assert (told.sent, told.uncertain, told.waiting) == (1, 1, 0)


async def test_whoever_asks_for_it_later_gets_the_last_one_that_went_to_all(world: World) -> None:
    await people(world, range(2))
    first, news = await begun(world, MAILS), await begun(world, MAILS)
    for _ in range(3):
        await spread(world, first)
        await spread(world, news)
        await send(world)
    await people(world, range(2, 4))
    async with world.database.read() as tx:
        [latest] = await writing.latest_to_all(tx, NOW - NEWS_LATE_SECONDS)
        assert await writing.latest_to_all(tx, NOW) == []
    assert latest.number == 2
    assert await follow(world, latest) == 2
    assert await follow(world, latest) == 0
    assert await send(world) == [address(2), address(3)]
    assert await follow(world, latest) == 0


async def test_nothing_is_left_of_whoever_takes_it_back(world: World) -> None:
    await people(world, range(2))
    news = await begun(world, MAILS)
    await spread(world, news)
    first, second = await world.signature_ids()
    async with world.database.write() as tx:
        await signatures.withdraw(tx, await stored.by_ids(tx, 1, [first]), NOW)
    async with world.database.read() as tx:
        told = await tx.fetch("SELECT signature_id FROM news_told")
    assert [row["signature_id"] for row in told] == [second]
    assert await waiting(world) == [address(1)]
    async with world.database.write() as tx:
        await erasure.erase_due(tx, NOW + NEWS_LATE_SECONDS + 1)
        assert await tx.fetch("SELECT 1 FROM news_told")  # it waits still
        await tx.execute("UPDATE news SET finished_at = :now", now=NOW)
        await erasure.erase_due(tx, NOW + NEWS_LATE_SECONDS + 1)
        assert not await tx.fetch("SELECT 1 FROM news_told")


async def test_a_draft_and_what_has_ended_send_nothing(world: World) -> None:
    news = await written(world)
    for change in ({"opened_at": None}, {"ended_at": NOW}):
        async with world.database.write() as tx:
            with pytest.raises(NotOpen):
                await sending.begin_news(tx, replace(world.petition, **change), news, NOW)
    async with world.database.write() as tx:
        await sending.begin_news(tx, world.petition, news, NOW)
        with pytest.raises(NotOpen):
            await sending.begin_news(tx, world.petition, news, NOW)


async def test_a_restored_copy_does_not_know_how_far_it_got_and_sends_nothing(
    world: World,
) -> None:
    await people(world, range(2))
    news = await begun(world, MAILS)
    await spread(world, news)
    async with world.database.write() as tx:
        await telling.doubt_copy(tx, NOW)
        news = await writing.one_news(tx, 1, news.number)
        told = await figures.news_figures(tx, news)
    assert (news.state, told.uncertain, await waiting(world)) == ("stopped", 2, [])


async def test_a_stale_edit_is_caught_and_what_was_sent_stays(world: World) -> None:
    news = await written(world)
    other = Piece(wordings={"en": NewsWording("We lost", "The lake goes.")})
    async with world.database.write() as tx:
        assert not await writing.edit_news(tx, news, PIECE, 1, now=NOW, actor="bo")
        assert await writing.edit_news(tx, news, other, 1, now=NOW, actor="bo")
        with pytest.raises(Overtaken, match="version 2 by bo"):
            await writing.edit_news(tx, news, MAILS, 1, now=NOW, actor="ana")
        now = await writing.one_news(tx, 1, 1)
        assert (now.wordings, now.version) == (other.wordings, 2)
        await sending.begin_news(tx, world.petition, now, NOW)
        for change in (
            writing.edit_news(tx, now, MAILS, 2, now=NOW, actor="ana"),
            writing.delete_news(tx, now, NOW),
        ):
            with pytest.raises(NotOpen):
                await change


async def test_what_is_halted_before_any_of_it_left_is_mended_and_goes_to_all(world: World) -> None:
    await people(world, range(3))
    news = await begun(world, MAILS)
    await spread(world, news)
    other = Piece(wordings={"en": NewsWording("We lost", "The lake goes.")})
    async with world.database.write() as tx:
        await sending.halt_news(tx, news, NOW)
        assert not await writing.is_unsent(
            tx, await writing.one_news(tx, 1, news.number), NOW + NEWS_LATE_SECONDS
        )
        assert await writing.edit_news(tx, news, other, 1, now=NOW, actor="bo")
        news = await writing.one_news(tx, 1, news.number)
        assert (news.state, news.wordings) == ("draft", other.wordings)
        await sending.begin_news(tx, world.petition, news, NOW)
    await spread(world, news)
    assert await waiting(world) == [address(n) for n in range(3)]


async def test_what_is_halted_after_one_may_have_it_stays_as_it_was(world: World) -> None:
    await people(world, range(3))
    news = await begun(world, MAILS)
    await spread(world, news)
    async with world.database.write() as tx:
        items = await outbox.lease(tx, NOW, 1, "email", outbox.NEWS_TURNS)
        await telling.hand_over(tx, [items[0].id], NOW)
        await sending.halt_news(tx, news, NOW)
        for change in (
            writing.edit_news(tx, news, PIECE, 1, now=NOW, actor="bo"),
            writing.delete_news(tx, news, NOW),
        ):
            with pytest.raises(NotOpen):
                await change
        assert (await writing.one_news(tx, 1, news.number)).state == "stopped"


async def test_a_draft_is_deleted_and_the_public_sees_what_was_sent(world: World) -> None:
    await written(world)
    news = await begun(world)
    async with world.database.write() as tx:
        assert [n.number for n in await writing.news_of(tx, 1)] == [2, 1]
        assert [n.number for n in await writing.news_of(tx, 1, public=True)] == [2]
        await writing.delete_news(tx, await writing.one_news(tx, 1, 1), NOW)
        with pytest.raises(NotFound):
            await writing.one_news(tx, 1, 1)
        await sending.halt_news(tx, news, NOW)
        assert await writing.news_of(tx, 1, public=True) == []


def test_what_is_wrong_is_told_by_field() -> None:
    said = {"en": NewsWording("", "Words", "t" * 500), "fr": NewsWording("", "", "")}
    with pytest.raises(InvalidInput) as fault:
        checked_piece(Piece(wordings=said, place="59%"), ["en", "fr"])
    assert {(p.field, p.code) for p in fault.value.problems} == {
        ("title_en", "missing"),
        ("text_en", "long"),
        ("place", "malformed"),
    }
    with pytest.raises(InvalidInput, match="title_en: missing"):
        checked_piece(Piece(wordings={}), ["en"])
