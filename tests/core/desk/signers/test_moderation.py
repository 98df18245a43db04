"""What organizers decide about signatures, and the log that keeps it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.counting.counts import DAY
from server.core.desk import audit
from server.core.desk.people import teams
from server.core.desk.signers import batches, invalidation, moderation
from server.core.desk.signers.conditions import Condition, Preview, preview
from server.core.desk.signers.consent import needs_second
from server.core.desk.signers.invalidation import Invalidation
from server.core.floods import alarms, limits
from server.core.floods.holds import Hold
from server.core.outbox import outbox
from server.core.signing import signatures, stored
from server.core.upkeep import check, erasure
from server.db import Transaction
from server.errors import InvalidInput, NotFound
from tests.harness.team import run_by
from tests.harness.world import NOW, World

DOMAIN = "catchall.example.org"


async def hold(world: World, name: str, why: str = "burst names", **values: str) -> None:
    signing = world.signing(name, **values)
    await world.sign(replace(signing, signals=tuple(Hold.read(word).kind for word in why.split())))


async def state(world: World) -> tuple[int, int, int]:
    """Verified, unverified and held; nothing is found by a check."""
    async with world.database.read() as tx:
        assert (await check.check(tx)).faults == []
    f = await world.figures()
    return f.verified, f.unverified, f.held


async def decide(world: World, why: str, accept: bool) -> int:
    last = max(await world.signature_ids(), default=0)
    if accept:
        return await moderation.accept(
            world.database, world.keys, world.petition, why, last, world.now
        )
    before = (await world.figures()).held
    async with world.database.write() as tx:
        await invalidation.ask(tx, 1, Condition(why=why), "", 1, world.now)
    while await invalidation.work(world.database, world.now):
        pass
    return before - (await world.figures()).held


async def test_held_signatures_are_accepted_or_rejected_by_group(organized: World) -> None:
    world = organized
    for i in range(5):
        await hold(world, f"Ana {'BCDFG'[i]}iaz", email=f"{'bcdfg'[i]}@gmail.com")
    await hold(world, "Zoe Quin", "burst disposable")
    async with world.database.read() as tx:
        found = await moderation.held(tx, 1)
    assert [(h.why, h.n, h.verified) for h in found] == [
        ("burst names", 5, 0),
        ("burst disposable", 1, 0),
    ]
    assert [s.name for s in found[0].sample] == [f"Ana {first}iaz" for first in "GFDCB"]
    assert found[1].sample[0].name == "Zoe Quin"
    assert await decide(world, "burst names", accept=True) == 5
    assert await state(world) == (0, 5, 1)
    assert await decide(world, "burst disposable", accept=False) == 1
    assert await state(world) == (0, 5, 0)
    assert await decide(world, "burst disposable", accept=False) == 0


async def test_a_group_is_of_the_very_same_reasons_and_shows_its_newest_few(world: World) -> None:
    for i, why in enumerate(("burst names", "names trap burst", "burst trap", "names burst")):
        await hold(world, f"Ana {'BCDF'[i]}iaz", why)
    for i in range(moderation.SAMPLE):
        await hold(world, f"Zoe {'BCDFG'[i]}uin", "names burst")
    async with world.database.read() as tx:
        found = await moderation.held(tx, 1)
    assert [(g.why, g.n) for g in found] == [
        ("burst names", 2 + moderation.SAMPLE),
        ("burst names trap", 1),
        ("burst trap", 1),
    ]
    assert [s.name for s in found[0].sample] == [f"Zoe {first}uin" for first in "GFDCB"]
    assert await decide(world, "burst names", accept=True) == 2 + moderation.SAMPLE
    assert await state(world) == (0, 2 + moderation.SAMPLE, 2)


async def test_a_withdrawn_and_a_rejected_signature_are_in_no_group(world: World) -> None:
    await hold(world, "Ana Diaz")
    await hold(world, "Bo Lee")
    async with world.database.write() as tx:
        first, second = await stored.by_ids(tx, 1, await world.signature_ids())
        await signatures.withdraw(tx, [first], NOW)
        await tx.execute("UPDATE signatures SET rejected_at = 1 WHERE id = :id", id=second.id)
        assert await moderation.held(tx, 1) == []


async def test_many_are_decided_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 3)
    for i in range(7):
        await hold(world, f"Ana {'BCDFGHJ'[i]}iaz")
    assert await decide(world, "burst names", accept=True) == 7
    assert await state(world) == (0, 7, 0)


async def test_an_accepted_range_of_numbers_is_trusted_from_then_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "NUMBERS_CAP", 2)
    for i in range(4):
        await world.text(f"Ana {'BCDF'[i]}iaz", phone=f"+1406555010{i}")
    assert await state(world) == (2, 0, 2)
    assert await decide(world, "numbers:+1406555", accept=True) == 2
    assert await world.text("Zoe Quin", phone="+14065550109") == "new"
    assert await state(world) == (5, 0, 0)


async def test_deciding_beside_signing_leaves_the_counters_right(world: World) -> None:
    for i in range(20):
        await hold(world, f"Ana {chr(98 + i)}eiaz", phone=f"+14065550{i + 100}")
    texting = [world.text(f"Ana {chr(98 + i)}eiaz", phone=f"+14065550{i + 100}") for i in range(20)]
    await asyncio.gather(decide(world, "burst names", accept=True), *texting)
    assert await state(world) == (20, 0, 0)


async def test_comments_are_shown_once_an_organizer_has_read_them(world: World) -> None:
    for i, name in enumerate(("Ana Diaz", "Bo Lee", "Cyd Charo")):
        await world.web(name, phone=f"+1406555010{i}", public="1", comment=f"comment {i}")
    async with world.database.write() as tx:
        assert await moderation.comments(tx, 1) == []  # nobody of them is verified
        await tx.execute("UPDATE signatures SET verified_at = :now", now=NOW)
        await tx.execute("UPDATE counts SET state = 'verified'")
        waiting = await moderation.comments(tx, 1)
        assert [c for _, _, c in waiting] == ["comment 0", "comment 1", "comment 2"]
        await moderation.judge_comments(tx, 1, [waiting[0][0]], [waiting[1][0]], NOW)
        assert [c for _, _, c in await moderation.comments(tx, 1)] == ["comment 2"]
        shown = await signatures.public_names(tx, 1, 1, 10)
    assert dict(shown) == {"Ana Diaz": "comment 0", "Bo Lee": "", "Cyd Charo": ""}


async def test_a_comment_that_was_changed_after_it_was_read_is_left_alone(world: World) -> None:
    for i, name in enumerate(("Ana Diaz", "Bo Lee", "Cyd Charo")):
        await world.web(name, phone=f"+1406555010{i}", public="1", comment=f"comment {i}")
    async with world.database.write() as tx:
        await tx.execute("UPDATE signatures SET verified_at = :now", now=NOW)
        ana, bo, cyd = await moderation.comments(tx, 1)
        marks = {id_: moderation.mark_of(name, said) for id_, name, said in (ana, bo, cyd)}
        assert await moderation.unchanged(tx, 1, marks) == {ana[0], bo[0], cyd[0]}
        await tx.execute("UPDATE signatures SET comment = 'worse' WHERE id = :id", id=bo[0])
        await tx.execute("UPDATE signatures SET name = 'Cyd Worse' WHERE id = :id", id=cyd[0])
        assert await moderation.unchanged(tx, 1, marks) == {ana[0]}
        assert await moderation.unchanged(tx, 1, {ana[0]: "", 7: marks[ana[0]]}) == set()


# Invalidation.


async def ask(world: World, condition: Condition, organizer: int = 1) -> Invalidation:
    async with world.database.write() as tx:
        return await invalidation.ask(tx, 1, condition, "Made by a program", organizer, world.now)


async def work(world: World) -> int:
    rounds = 0
    while await invalidation.work(world.database, world.now):
        rounds += 1
        assert rounds < 100
    return rounds


@pytest.fixture
async def organized(world: World) -> World:
    """The petition has one organizer."""
    async with world.database.write() as tx:
        await _organizer(tx, 1)
    return world


async def _organizer(tx: Transaction, id_: int, joined_at: int = 0) -> None:
    await tx.execute(
        "INSERT INTO organizers (id, name, password_hash, created_at)"
        " VALUES (:id, :name, 'x', :now)",
        id=id_,
        name=f"org{id_}",
        now=NOW,
    )
    if team := await teams.owner_of(tx, 1):
        await teams.join(tx, team, id_, frozenset({"moderator"}), joined_at)
    else:
        await run_by(tx, 1, id_, joined_at=joined_at)


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (Condition(domain=DOMAIN), ["Bot A", "Bot B"]),
        (Condition(domain="catchall.example"), []),
        (Condition(postcode="59999"), ["Bot B", "Zoe Quin"]),
        (Condition(postcode="59999", name="bot*"), ["Bot B"]),
        (Condition(name="*quin"), ["Zoe Quin"]),
        (Condition(name="100%_!"), []),
        (Condition(name="bot ?"), []),
        (Condition(name="Élodie*"), ["Élodie Ñúñez"]),
        (Condition(class_="web-email"), ["Bot A", "Bot B"]),
        (Condition(class_="web"), ["Ana Diaz", "Élodie Ñúñez"]),
        (Condition(since=NOW + 10), ["Zoe Quin"]),
        (Condition(until=NOW + 10), ["Ana Diaz", "Bot A", "Bot B", "Élodie Ñúñez"]),
        (Condition(prefix="aa" * 16), ["Bot A"]),
    ],
)
async def test_a_condition_takes_out_just_those(
    organized: World, condition: Condition, names: list[str]
) -> None:
    world = organized
    await world.web("Ana Diaz")
    await world.web("Élodie Ñúñez")
    tagged = world.signing("Bot A", email=f"a@{DOMAIN}")
    await world.sign(replace(tagged, prefix_tag=b"\xaa" * 16))
    await world.web("Bot B", "59999", email=f"b@{DOMAIN}")
    world.now += 100
    await world.text("Zoe Quin", "59999")
    async with world.database.read() as tx:
        seen = await preview(tx, 1, condition)
    assert (seen.n, len(seen.sample)) == (len(names), len(names))
    asked = await ask(world, condition)
    await world.web("Late Comer", "59999")  # made after it was asked for
    await work(world)
    out = await world.rows("name, rejected_at, invalidation_id")
    assert sorted(str(r["name"]) for r in out if r["rejected_at"]) == names
    assert {r["invalidation_id"] for r in out if r["rejected_at"]} <= {asked.id}
    assert sum(await state(world)) == 6 - len(names)
    async with world.database.write() as tx:
        assert await invalidation.public_lines(tx, 1) == (
            [("Made by a program", len(names))] if names else []
        )
        await invalidation.undo(tx, await invalidation.find(tx, 1, asked.id), world.now)
        assert await invalidation.public_lines(tx, 1) == []
    await work(world)
    assert sum(await state(world)) == 6


async def test_a_domain_finds_verified_signatures_that_are_held_for_just_that_domain(
    organized: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DOMAIN_CAP", 0)
    world = organized
    async with world.database.write() as tx:
        one = "catchall.example"
        for n, domain in enumerate((one, f"{one}.au", f"not-{one}")):
            signing = world.signing(f"Bot {'ABC'[n]}", email=f"a@{domain}")
            signing.verified = True
            signing.group = limits.group_of(1, world.petition.salt, signing.contact, world.keys)
            assert await signatures.sign_many(tx, [signing]) == ["held"]
        seen = await preview(tx, 1, Condition(domain=one))
    assert [s.name for s in seen.sample] == ["Bot A"]


async def test_it_goes_on_where_it_stopped_and_can_be_cancelled_midway(
    organized: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = organized
    monkeypatch.setattr(invalidation, "BATCH", 3)
    for i in range(8):
        await world.web(f"Bot {'ABCDEFGH'[i]}", "59999")
    asked = await ask(world, Condition(postcode="59999"))
    await invalidation.work(world.database, world.now)
    await invalidation.work(world.database, world.now)
    assert await state(world) == (0, 2, 0)
    async with world.database.write() as tx:
        running = await invalidation.find(tx, 1, asked.id)
        assert (running.state, running.n) == ("running", 6)
        await invalidation.undo(tx, running, world.now)
    await work(world)
    assert await state(world) == (0, 8, 0)
    async with world.database.read() as tx:
        assert (await invalidation.find(tx, 1, asked.id)).state == "undone"


async def test_more_than_a_few_need_a_second_organizer_where_there_is_one(
    organized: World,
) -> None:
    world = organized
    async with world.database.write() as tx:
        await _organizer(tx, 2)
    for name in "ABCD":
        await world.web(f"Bot {name}", "59999")
    asked = await ask(world, Condition(postcode="59999"))
    assert asked.state == "waits"
    assert await work(world) == 0
    async with world.database.write() as tx:
        with pytest.raises(InvalidInput, match="same"):
            await invalidation.confirm(tx, asked, 1, world.now)
        await invalidation.confirm(tx, asked, 2, world.now)
    await work(world)
    assert await state(world) == (0, 0, 0)


async def test_thin_slices_are_added_up(organized: World) -> None:
    world = organized
    async with world.database.write() as tx:
        await _organizer(tx, 2)
    for i in range(8):
        await world.web(f"Bot {'ABCDEFGH'[i]}", f"5990{i}")
    states = [(await ask(world, Condition(postcode=f"5990{i}"))).state for i in range(5)]
    assert states == ["running"] * 3 + ["waits"] * 2
    await work(world)
    # Of rejected held ones, too; a month later the count begins anew.
    await hold(world, "Zoe Quin")
    async with world.database.write() as tx:
        rejected = await invalidation.ask(tx, 1, Condition(why="burst names"), "", 1, world.now)
        assert rejected.state == "waits"
        later = world.now + 30 * DAY
        again = await invalidation.ask(tx, 1, Condition(why="burst names"), "", 1, later)
        assert again.state == "running"


async def test_the_second_organizer_has_been_one_for_a_week(organized: World) -> None:
    world = organized
    async with world.database.write() as tx:
        await _organizer(tx, 2, joined_at=world.now - 7 * DAY + 1)
    for i in range(5):
        await world.web(f"Bot {'ABCDE'[i]}", "59999")
    assert (await ask(world, Condition(postcode="59999"))).state == "running"  # alone, for all
    async with world.database.write() as tx:
        await _organizer(tx, 3)
        waits = await invalidation.ask(tx, 1, Condition(postcode="59999"), "x", 1, world.now)
        assert waits.state == "waits"
        with pytest.raises(InvalidInput, match="new"):
            await invalidation.confirm(tx, waits, 2, world.now)
        await invalidation.confirm(tx, waits, 3, world.now)


async def test_what_was_not_shown_is_not_taken_out(organized: World) -> None:
    world = organized
    await world.web("Bot A", "59999")
    async with world.database.read() as tx:
        seen = await preview(tx, 1, Condition(postcode="59999"))
    await world.web("Bot B", "59999")
    async with world.database.write() as tx:
        await invalidation.ask(tx, 1, Condition(postcode="59999"), "x", 1, world.now, seen)
    await work(world)
    assert await state(world) == (0, 1, 0)


async def test_ids_that_are_still_to_come_cannot_be_agreed_to(organized: World) -> None:
    world = organized
    await world.web("Bot A", "59999")
    async with world.database.write() as tx:
        seen = await preview(tx, 1, Condition(postcode="59999"), 8 * 10**18)
        await invalidation.ask(tx, 1, Condition(postcode="59999"), "x", 1, world.now, seen)
    await world.web("Bot B", "59999")
    await work(world)
    assert await state(world) == (0, 1, 0)


async def test_what_is_put_back_meanwhile_is_not_taken_out_beyond_what_was_agreed_to(
    organized: World,
) -> None:
    world = organized
    async with world.database.write() as tx:
        await _organizer(tx, 2)
    for i in range(6):
        await world.web(f"Bot {'ABCDEF'[i]}", "59999")
    many = await ask(world, Condition(postcode="59999"))
    async with world.database.write() as tx:
        await invalidation.confirm(tx, many, 2, world.now)
    await work(world)
    await world.web("Bot G", "59999")
    async with world.database.read() as tx:
        seen = await preview(tx, 1, Condition(postcode="59999"))
    async with world.database.write() as tx:
        await invalidation.undo(tx, await invalidation.find(tx, 1, many.id), world.now)
        thin = await invalidation.ask(tx, 1, Condition(name="bot*"), "x", 1, world.now, seen)
        assert (thin.state, thin.wanted) == ("running", 1)
    await work(world)
    assert await state(world) == (0, 6, 0)
    async with world.database.read() as tx:
        assert (await invalidation.find(tx, 1, thin.id)).state == "finished"


async def test_what_was_asked_for_long_ago_and_is_done_now_is_added_up(organized: World) -> None:
    world = organized
    async with world.database.write() as tx:
        await _organizer(tx, 2)
    for i in range(8):
        await world.web(f"Bot {'ABCDEFGH'[i]}", "59999" if i < 5 else f"5990{i}")
    old = await ask(world, Condition(postcode="59999"))
    world.now += 31 * DAY
    async with world.database.write() as tx:
        assert await invalidation.confirm(tx, old, 2, world.now)
    await work(world)
    asked = await ask(world, Condition(postcode="59905"))
    assert asked.state == "waits"


async def test_signing_many_times_does_not_let_one_take_out_more_that_are_verified(
    organized: World,
) -> None:
    world = organized
    async with world.database.write() as tx:
        await _organizer(tx, 2)
    for i in range(6):
        await world.text(f"Ana {'BCDFGH'[i]}ill", "59999", f"+140655501{i}0")
    seen = Preview(0, 4, [], 0)
    async with world.database.write() as tx:
        for i in range(500):
            await signatures.sign_many(tx, [world.signing("Bo Lee", f"{59000 + i}")])
        assert not await needs_second(tx, 1, seen, 1, world.now)
        assert await needs_second(tx, 1, replace(seen, verified=4), 1, world.now)
    for letter in "bcd":
        assert (await ask(world, Condition(name=f"ana {letter}ill"))).state == "running"
        await work(world)
    assert (await ask(world, Condition(postcode="59001"))).state == "running"
    assert (await ask(world, Condition(name="ana fill"))).state == "waits"


async def test_the_same_form_once_more_finds_what_it_has_asked_for(organized: World) -> None:
    world, wanted = organized, Condition(postcode="59999")
    await world.web("Bot A", "59999")
    asked = await ask(world, wanted)
    async with world.database.write() as tx:

        async def known(condition: Condition, who: int, until: int) -> Invalidation | None:
            return await invalidation.asked_before(tx, 1, condition, who, until)

        assert await known(wanted, 1, asked.until_id) == asked
        assert await known(Condition(postcode="59998"), 1, asked.until_id) is None
        assert await known(wanted, 2, asked.until_id) is None
        assert await known(wanted, 1, asked.until_id + 1) is None
        await invalidation.undo(tx, asked, world.now)
        assert await known(wanted, 1, asked.until_id) is None


async def test_whoever_agrees_twice_or_too_late_agrees_to_nothing(organized: World) -> None:
    world = organized
    async with world.database.write() as tx:
        await _organizer(tx, 2)
    for name in "ABCD":
        await world.web(f"Bot {name}", "59999")
    asked = await ask(world, Condition(postcode="59999"))
    async with world.database.write() as tx:
        assert await invalidation.confirm(tx, asked, 2, world.now)
        again = await invalidation.find(tx, 1, asked.id)
        assert not await invalidation.confirm(tx, again, 2, world.now)
        await invalidation.undo(tx, again, world.now)
        late = await invalidation.find(tx, 1, asked.id)
        assert not await invalidation.confirm(tx, late, 2, world.now)


async def test_rejected_ones_are_put_back_among_the_held(organized: World) -> None:
    world = organized
    await hold(world, "Zoe Quin")
    assert await decide(world, "burst names", accept=False) == 1
    async with world.database.write() as tx:
        assert await invalidation.public_lines(tx, 1) == []
        [done] = await invalidation.all_of(tx, 1)
        await invalidation.undo(tx, done, world.now + 29 * DAY)
    await work(world)
    assert await state(world) == (0, 0, 1)
    async with world.database.read() as tx:
        actions = [e.action for e in await audit.entries(tx, 1, limit=10)]
    assert actions == ["invalidation_restored", "invalidation_done"]


async def test_undoing_ends_after_thirty_days(organized: World) -> None:
    world = organized
    await world.web("Bot A", "59999")
    asked = await ask(world, Condition(postcode="59999"))
    await work(world)
    async with world.database.write() as tx:
        done = await invalidation.find(tx, 1, asked.id)
        with pytest.raises(InvalidInput, match="late"):
            await invalidation.undo(tx, done, world.now + 30 * DAY)
        with pytest.raises(NotFound):
            await invalidation.find(tx, 2, asked.id)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("", "missing"),
        ("x" * 121, "long"),
        ("made by ana@example.org", "personal"),
        ("call +1 406 555 0123", "personal"),
        ("call 406/555/0123", "personal"),
        ("call 406–555–0123", "personal"),
        ("call 4 0 6 . 5 5 5 . 0 1 2 3", "personal"),
        ("made by ana＠example.org", "personal"),
        ("made by ana @ example.org", "personal"),
    ],
)
async def test_a_reason_is_fit_to_be_shown(organized: World, reason: str, code: str) -> None:
    async with organized.database.write() as tx:
        with pytest.raises(InvalidInput, match=code):
            await invalidation.ask(tx, 1, Condition(postcode="1"), reason, 1, NOW)


def test_a_reason_may_name_places_and_days() -> None:
    for reason in ("All from 59801, 59802 and 59803", "On 24 November 2026, 15:30 to 16:30"):
        assert invalidation.checked_reason(reason) == reason


async def test_no_condition_is_no_condition(organized: World) -> None:
    with pytest.raises(InvalidInput, match="missing"):
        await ask(organized, Condition())


# The audit log.


async def log(world: World) -> None:
    async with world.database.write() as tx:
        for i in range(4):
            await audit.note(tx, NOW + i, "org1", "opened", 1, slug="lake", i=i)


async def faults(world: World) -> list[str]:
    async with world.database.read() as tx:
        return await audit.faults(tx)


async def test_a_log_that_nobody_touched_is_whole(world: World) -> None:
    assert await faults(world) == []
    await log(world)
    assert await faults(world) == []
    async with world.database.read() as tx:
        newest = await audit.entries(tx, 1, limit=2)
        assert [e.n for e in newest] == [4, 3]
        assert [e.n for e in await audit.entries(tx, 1, before=3)] == [2, 1]
        assert await audit.entries(tx, 2) == []


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE n = 2", "entry 2 was changed"),
        ("UPDATE audit SET detail = '{}' WHERE n = 4", "entry 4 was changed"),
        ("DELETE FROM audit WHERE n = 3", "entry 3 is missing"),
        ("DELETE FROM audit WHERE n = 4", "ends at entry 3"),
        ("DELETE FROM audit", "ends at entry 0"),
        ("UPDATE audit_head SET n = 3", "its head says 3"),
    ],
)
async def test_whoever_changes_the_log_is_noticed(world: World, harm: str, found: str) -> None:
    await log(world)
    async with world.database.write() as tx:
        await tx.execute(harm)
    assert found in " ".join(await faults(world))
    async with world.database.read() as tx:
        assert any("audit log" in fault for fault in (await check.check(tx)).faults)


async def test_two_who_write_at_once_make_one_chain(world: World) -> None:
    async def one(i: int) -> None:
        async with world.database.write() as tx:
            await audit.note(tx, NOW, f"org{i}", "opened", 1)

    await asyncio.gather(*(one(i) for i in range(12)))
    assert await faults(world) == []


# Alarms, and how many people live where.


async def test_a_postcode_out_of_proportion_raises_an_alarm(world: World) -> None:
    letters = "bcdfghklmnprstvz"
    names = [f"{a.upper()}o {b}a{c}o" for a in letters for b in letters for c in letters]
    fresh = iter(names)
    for i in range(60):
        await world.web(next(fresh), f"{59000 + i}")
    world.now += 2 * DAY
    for _ in range(55):
        await world.web(next(fresh), "59801")
    async with world.database.write() as tx:
        found = await alarms.alarms(tx, 1, world.now)
        assert [(a.kind, a.label, a.n, a.of) for a in found] == [("postcode", "59801", 55, 55)]
        await moderation.set_populations(tx, 1, {"59801": 50, "59000": 5})
        found = await alarms.alarms(tx, 1, world.now)
        assert ("people", "59801", 55, 50) in [(a.kind, a.label, a.n, a.of) for a in found]


async def test_an_even_crowd_raises_none(world: World) -> None:
    letters = "bcdfghklmnprstvz"
    names = iter([f"{a.upper()}o {b}a{c}o" for a in letters for b in letters for c in letters])
    for _ in range(2):
        for i in range(60):
            await world.web(next(names), f"{59000 + i % 6}")
        world.now += DAY
    async with world.database.read() as tx:
        assert await alarms.alarms(tx, 1, world.now - DAY) == []


async def ask_for_mails(world: World, count: int, network: bytes, verified: int = 0) -> None:
    """So many people are entered by one network, and some of them type their code."""
    letters = "bcdfghklmnprstvz"
    for i in range(count):
        signing = world.signing(
            f"{letters[i % 16].upper()}o {letters[i // 16]}a",
            email=f"s{i}{network.hex()}@gmail.com",
        )
        signing.prefix_tag = network
        await world.sign(signing)
        if i < verified:
            async with world.database.write() as tx:
                await tx.execute(
                    "UPDATE signatures SET verified_at = 1 WHERE petition_id = 1 AND id = :id",
                    id=signing.id,
                )


async def test_mails_to_many_strangers_from_one_place_raise_an_alarm(world: World) -> None:
    await ask_for_mails(world, 60, b"crowd", verified=20)
    await ask_for_mails(world, 60, b"attacker", verified=10)
    await ask_for_mails(world, 40, b"few")
    async with world.database.write() as tx:
        found = await alarms.alarms(tx, 1, world.now)
        assert [(a.kind, a.n, a.of) for a in found] == [("mail_network", 60, 10)]
        for item in await outbox.lease(tx, world.now, 50, "email"):
            await outbox.delayed(tx, item, b"%d" % item.id, "network_limit", world.now, 60)
        found = await alarms.alarms(tx, 1, world.now)
        assert [(a.kind, a.n) for a in found] == [("mail_network", 60), ("mail_waiting", 50)]
        assert await alarms.alarms(tx, 1, world.now + 3 * DAY) == []


def test_populations_are_read_line_by_line() -> None:
    found, bad = moderation.read_populations(
        "59801 4210\n59802, 77\n\n59803;1 000\nnonsense\n598 12\n59804 -3", "US"
    )
    assert found == {"59801": 4210, "59802": 77}
    assert bad == ["59803;1 000", "nonsense", "598 12", "59804 -3"]


LINES = st.text(max_size=40) | st.from_regex(r"\s?59\d{2,3}[ ,;]{1,2}-?\d{1,11}\s?", fullmatch=True)


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_each_line_of_any_text_about_populations_is_read_or_given_back(text: str) -> None:
    found, bad = moderation.read_populations(text, "US")
    lines = [line.strip()[:60] for line in text.splitlines() if line.strip()]
    assert bad == [line for line in lines if line in bad]
    read = [line for line in lines if line not in bad]
    assert min(len(read), 1) <= len(found) <= len(read)
    assert all(0 <= people < 10**9 for people in found.values())


@pytest.mark.parametrize("undone", [False, True])
async def test_the_name_and_postcode_of_a_condition_go_when_nothing_comes_of_them_any_more(
    organized: World, undone: bool
) -> None:
    world = organized
    await world.web()
    condition = Condition(name="Ana Diaz", postcode="59801", class_="web")
    async with world.database.write() as tx:
        asked = await invalidation.ask(tx, 1, condition, "Made by a program", 1, world.now)
    while await invalidation.work(world.database, world.now):
        pass

    async def left(later: int) -> Condition:
        async with world.database.write() as tx:
            await erasure.erase_due(tx, world.now + later)
            return (await invalidation.find(tx, 1, asked.id)).condition

    assert await left(30 * DAY - 1) == condition  # it can be undone by the second
    if undone:
        async with world.database.write() as tx:
            await invalidation.undo(tx, asked, world.now)
        assert await left(0) == condition
        while await invalidation.work(world.database, world.now):
            pass
    assert await left(0 if undone else 30 * DAY) == Condition(class_="web")
