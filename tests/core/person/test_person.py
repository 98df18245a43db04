"""One person: found, put right, erased at somebody's request, by two where that is much."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.core.counting.counts import DAY
from server.core.desk.people import teams
from server.core.person import erasures, kept, mending, search
from server.core.person.mending import Right
from server.core.petitions import petitions
from server.core.petitions.petitions import Petition
from server.core.signing import signatures, stored
from server.core.upkeep import check
from server.db import Transaction
from server.errors import InvalidInput, NotFound, Throttled
from tests.harness.team import run_by
from tests.harness.world import NOW, PHONE, World, draft


async def one(world: World, n: int = -1) -> int:
    return (await world.signature_ids())[n]


async def sound(world: World) -> tuple[int, int]:
    """Verified and unverified; nothing is found by a check."""
    async with world.database.read() as tx:
        assert (await check.check(tx)).faults == []
    f = await world.figures()
    return f.verified, f.unverified


# Search.

NAMES = {
    "Ana Díaz": ("ana", "DIAZ", "diaz ana", "na", "Ana Díaz"),
    "Nguyễn Thị Hồng": ("nguyen", "thi hong", "Nguyễn"),
    "أحمد بن محمد": ("احمد", "محمد"),
    "अनिल कुमार": ("अनिल", "कुमार"),
    "Ольга Ёлкина": ("ольга", "Елкина"),
    "山田太郎": ("山田",),
    "O'Neil-Smith Jo": ("o’neil", "neil-smith"),
}


async def found_by(world: World, by: str, typed: str) -> list[str]:
    wanted = search.sought(by, typed, "US")
    look = await search.look(world.database, world.keys, world.petition, wanted)
    assert not look.before
    return [f.name for f in look.found]


async def test_a_name_is_found_in_any_script_by_any_part_of_it(world: World) -> None:
    for name in NAMES:
        await world.web(name)
    for name, typed in NAMES.items():
        for words in typed:
            assert name in await found_by(world, "name", words), words
    assert await found_by(world, "name", "zz top") == []
    assert await found_by(world, "name", "ana kumar") == []


async def test_a_postcode_is_found_by_its_beginning(world: World) -> None:
    await world.web("Ana Diaz", "59801")
    await world.web("Bo Lee", "59801-1234")
    await world.web("Cy Moss", "10001")
    assert await found_by(world, "postcode", "59801") == ["Bo Lee", "Ana Diaz"]
    assert await found_by(world, "postcode", "5980") == ["Bo Lee", "Ana Diaz"]
    assert await found_by(world, "postcode", "9801") == []


async def test_a_contact_is_found_also_when_it_is_erased(world: World) -> None:
    await world.text("Ana Diaz")
    await world.web("Bo Lee", email="bo.lee+x@gmail.com")
    assert (await world.rows("contact"))[0]["contact"] is None
    assert await found_by(world, "contact", PHONE) == ["Ana Diaz"]
    assert await found_by(world, "contact", "(406) 555-0123") == ["Ana Diaz"]
    assert await found_by(world, "contact", "bolee@gmail.com") == ["Bo Lee"]
    assert await found_by(world, "contact", "ana@gmail.com") == []


@pytest.mark.parametrize(
    ("by", "typed"),
    [("name", "a"), ("name", ""), ("contact", "bo"), ("id", "x1"), ("postcode", "")],
)
def test_what_cannot_be_looked_for_is_refused(by: str, typed: str) -> None:
    with pytest.raises(InvalidInput):
        search.sought(by, typed, "US")


async def test_many_are_found_page_by_page_and_each_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOK_BLOCK", 3)
    monkeypatch.setattr(search, "SCANNED", 12)
    monkeypatch.setattr(search, "FOUND", 4)
    for n in range(40):
        await world.web(f"{'Ana' if n % 2 else 'Bo'} {chr(65 + n % 26)}{'xyz'[n // 26]}o")
    wanted, before, names, pages = search.sought("name", "ana", "US"), 0, list[str](), 0
    while True:
        look = await search.look(world.database, world.keys, world.petition, wanted, before)
        names += [f.name for f in look.found]
        pages, before = pages + 1, look.before
        if not before:
            break
    assert len(names) == len(set(names)) == 20
    assert pages >= 5


async def test_looks_for_contacts_are_few(world: World) -> None:
    async with world.database.write() as tx:
        for _ in range(search.CONTACT_LOOKS):
            await search.take_look(tx, b"k" * 32, "contact", "ana", NOW)
        await search.take_look(tx, b"k" * 32, "name", "ana", NOW)
        await search.take_look(tx, b"k" * 32, "contact", "bo", NOW)
        with pytest.raises(Throttled):
            await search.take_look(tx, b"k" * 32, "contact", "ana", NOW)
        await search.take_look(tx, b"k" * 32, "contact", "ana", NOW + 3600)


# Putting right.


async def put_right(world: World, id_: int, name: str, postcode: str = "59801") -> list[str]:
    async with world.database.write() as tx:
        right = Right(name, postcode, None)
        return await mending.correct(tx, world.keys, world.petition, id_, right, "jo", world.now)


async def test_a_name_is_put_right_and_counts_as_before(world: World) -> None:
    await world.web("Ana Dias")
    await world.text("Bo Le")
    first, second = await world.signature_ids()
    assert await put_right(world, first, "Ana Diaz", "10001") == ["name", "postcode"]
    assert await put_right(world, second, "Bo Lee") == ["name"]
    assert await put_right(world, second, "Bo Lee") == []
    assert await put_right(world, second, "Bo Leigh") == ["name"]
    assert await put_right(world, second, "Bo Lee") == ["name"]
    assert await sound(world) == (1, 1)
    assert await world.web("Ana Diaz", "10001") == "again"
    assert await world.text("Bo Lee") == "again"
    assert await sound(world) == (1, 1)
    async with world.database.read() as tx:
        told = await kept.of_signature(tx, world.keys, world.petition, first)
    said = [(c["field"], c["was"], c["became"]) for c in told.parts["corrections"]]
    assert said == [("name", "Ana Dias", "Ana Diaz"), ("postcode", "59801", "10001")]


async def test_nobody_becomes_somebody_who_has_signed(world: World) -> None:
    await world.web("Ana Diaz")
    await world.web("Ana Dias")
    await world.text("Bo Lee")
    await world.text("Cy Moss")
    ids = await world.signature_ids()
    for id_, name in ((ids[1], "Ana Diaz"), (ids[3], "Bo Lee")):
        with pytest.raises(InvalidInput) as error:
            await put_right(world, id_, name)
        assert [p.code for p in error.value.problems] == ["same"]
    assert await sound(world) == (2, 2)


async def test_what_a_verified_signature_stood_for_follows(world: World) -> None:
    await world.web("Ana Diaz")
    await world.text("Ana Diaz")
    assert await sound(world) == (1, 0)
    await put_right(world, await one(world), "Zoe Quin")
    assert await sound(world) == (1, 1)
    await put_right(world, await one(world), "Ana Diaz")
    assert await sound(world) == (1, 0)
    await put_right(world, await one(world, 0), "Cy Moss")
    assert await sound(world) == (1, 1)


async def test_what_waits_for_its_signer_is_not_put_right(world: World) -> None:
    await world.web("Ana Dias", email="ana@gmail.com")
    with pytest.raises(InvalidInput) as error:
        await put_right(world, await one(world), "Ana Diaz")
    assert [p.code for p in error.value.problems] == ["pending"]


async def test_news_and_public_end(world: World) -> None:
    await world.web("Ana Diaz", email="ana@gmail.com", news="1", public="1")
    async with world.database.write() as tx:
        [mine] = await stored.by_ids(tx, 1, [await one(world)])
        await tx.execute("UPDATE signatures SET verified_at = 1")
        about = tx, world.petition, mine.id, "jo", NOW
        assert await mending.end_news(*about)
        assert not await mending.end_news(*about)
        assert await mending.end_public(*about)
        assert not await mending.end_public(*about)
        assert tx.tombstones == [("no_news", 1, mine.id)]
    [row] = await world.rows("news_at, public_at, contact")
    assert list(row.values()) == [None, None, None]


# Erasing.


async def organizers(tx: Transaction, *joined: int) -> None:
    for id_, at in enumerate(joined, 1):
        await tx.execute(
            "INSERT INTO organizers (id, name, password_hash, created_at)"
            " VALUES (:id, :name, 'x', :now)",
            id=id_,
            name=f"org{id_}",
            now=at,
        )
    await run_by(tx, 1, *range(1, len(joined) + 1), joined_at=0)


async def erase(world: World, id_: int, organizer: int = 1, reason: str = "wish") -> bool:
    async with world.database.write() as tx:
        about = tx, world.keys, world.petition, id_, reason
        return await erasures.ask(*about, organizer, None, world.now)


async def test_one_organizer_erases_few_alone_and_then_needs_another(world: World) -> None:
    async with world.database.write() as tx:
        await organizers(tx, 0, 0)
    for name in ("Ana Diaz", "Bo Lee", "Cy Moss", "Di Poe", "Ed Roy"):
        await world.web(name)
    ids = await world.signature_ids()
    assert [await erase(world, id_) for id_ in ids[:3]] == [True] * 3
    assert await sound(world) == (0, 2)
    assert not await erase(world, ids[3])
    assert not await erase(world, ids[3]), "it is asked for once"
    assert await sound(world) == (0, 2)
    async with world.database.write() as tx:
        [asked] = await erasures.waiting(tx, 1, world.now)
        assert asked.asker == "org1"
        with pytest.raises(InvalidInput):
            await erasures.agree(tx, world.keys, world.petition, asked.id, 1, None, world.now)
        await erasures.agree(tx, world.keys, world.petition, asked.id, 2, None, world.now)
        with pytest.raises(NotFound):
            await erasures.agree(tx, world.keys, world.petition, asked.id, 2, None, world.now)
    assert await sound(world) == (0, 1)
    world.now += 31 * DAY
    assert await erase(world, ids[4])
    assert await sound(world) == (0, 0)


async def test_what_waits_can_be_called_off(world: World) -> None:
    async with world.database.write() as tx:
        await organizers(tx, 0, 0)
    for name in ("Ana Diaz", "Bo Lee", "Cy Moss", "Di Poe"):
        await world.web(name)
    *few, last = await world.signature_ids()
    assert [await erase(world, id_) for id_ in few] == [True] * 3
    assert not await erase(world, last)
    async with world.database.write() as tx:
        [asked] = await erasures.waiting(tx, 1, world.now)
        assert await erasures.cancel(tx, 1, asked.id, world.now)
        assert not await erasures.cancel(tx, 1, asked.id, world.now)
    assert await sound(world) == (0, 1)


async def test_a_request_says_why_and_what_is_gone_is_gone(world: World) -> None:
    async with world.database.write() as tx:
        await organizers(tx, 0)
    await world.web("Ana Diaz")
    id_ = await one(world)
    with pytest.raises(InvalidInput):
        await erase(world, id_, reason="Ana Diaz wants it")
    assert await erase(world, id_)
    with pytest.raises(NotFound):
        await erase(world, id_)
    with pytest.raises(NotFound):
        await put_right(world, id_, "Ana Diaz")


async def test_what_is_corrected_goes_when_its_signer_takes_it_back(world: World) -> None:
    await world.web("Ana Dias")
    id_ = await one(world)
    await put_right(world, id_, "Ana Diaz")
    async with world.database.write() as tx:
        await signatures.withdraw(tx, await stored.by_ids(tx, 1, [id_]), NOW)
        assert await tx.fetch("SELECT 1 AS one FROM mended") == []


async def test_who_decides_about_an_erasure_is_a_member_for_a_week(world: World) -> None:
    async with world.database.write() as tx:
        await organizers(tx, 0)
        await tx.execute(
            "INSERT INTO organizers (id, name, password_hash, created_at)"
            " VALUES (2, 'new', 'x', 0), (3, 'old', 'x', 0)"
        )
        team = await teams.owner_of(tx, 1)
        assert team
        await teams.join(tx, team, 2, frozenset({"moderator"}), world.now)
        await teams.join(tx, team, 3, frozenset({"moderator"}), 0)
    for name in ("Ana Diaz", "Bo Lee", "Cy Moss", "Di Poe"):
        await world.web(name)
    assert [await erase(world, id_) for id_ in await world.signature_ids()] == [True] * 3 + [False]
    async with world.database.write() as tx:
        [asked] = await erasures.waiting(tx, 1, world.now)
        with pytest.raises(InvalidInput):
            await erasures.agree(tx, world.keys, world.petition, asked.id, 2, None, world.now)


# What is kept.


async def test_all_that_is_kept_is_told(world: World) -> None:
    await world.web("Ana Diaz", email="ana@gmail.com", comment="Keep it", news="1")
    petition: Petition = replace(world.petition)
    async with world.database.read() as tx:
        told = await kept.of_signature(tx, world.keys, petition, await one(world))
        with pytest.raises(NotFound):
            await kept.of_signature(tx, world.keys, petition, 1)
    said = told.as_json()
    assert said["petition"] == "lake"
    [mine] = said["signature"]
    assert (mine["name"], mine["contact"], mine["comment"]) == (
        "Ana Diaz",
        "ana@gmail.com",
        "Keep it",
    )
    [mail] = said["messages"]
    assert (mail["kind"], mail["recipient"]) == ("signed", "ana@gmail.com")


async def test_a_comment_that_is_corrected_has_to_be_read_again(world: World) -> None:
    await world.web("Ana Diaz", comment="Keep it")
    id_ = await one(world)
    async with world.database.write() as tx:
        await tx.execute("UPDATE signatures SET approved_at = 1")
        for comment, approved in (("Keep it", 1), ("Keep it clean", None)):
            right = Right("Ana Diaz", "59801", comment)
            await mending.correct(tx, world.keys, world.petition, id_, right, "jo", world.now)
            row = await tx.fetch_one("SELECT comment, approved_at FROM signatures")
            assert row
            assert (row["comment"], row["approved_at"]) == (comment, approved)


async def test_what_was_taken_out_stays_out_by_its_old_name(world: World) -> None:
    await world.web("Ana Dias")
    async with world.database.write() as tx:
        await tx.execute("UPDATE signatures SET rejected_at = 1")
        [before] = await tx.fetch("SELECT place_key FROM signatures")
    await put_right(world, await one(world), "Ana Diaz")
    [row] = await world.rows("name, place_key, rejected_at")
    assert (row["name"], row["place_key"]) == ("Ana Diaz", before["place_key"])
    assert await world.web("Ana Dias") == "again"


# What a phone has said elsewhere.


async def texted(world: World, petition_id: int | None, n: int) -> None:
    """The phone has texted something about that petition."""
    async with world.database.write() as tx:
        for key in world.keys.phones(PHONE)[:1]:
            await tx.execute(
                "INSERT INTO inbound (gateway, message_id, phone_key, petition_id, sender, body,"
                " kind, segments, received_at) VALUES ('x', :n, :key, :p, :sender, :body, 'sign',"
                " 1, :at)",
                n=str(n),
                key=key,
                p=petition_id,
                sender=PHONE,
                body=f"about {petition_id}",
                at=NOW,
            )


async def said_by(world: World, id_: int) -> list[object]:
    """What the desk shows of the texts of that signature's phone."""
    async with world.database.read() as tx:
        [signature] = await stored.by_ids(tx, 1, [id_])
    phone = await kept.phone_of(world.database, world.keys, world.petition, signature)
    async with world.database.read() as tx:
        found = await kept.of_signature(tx, world.keys, world.petition, id_, phone)
    return [text["body"] for text in found.parts.get("texts", ())]


async def test_a_number_that_anybody_may_have_typed_shows_nothing_of_its_phone(
    world: World,
) -> None:
    await texted(world, 1, 1)
    await world.web("Ana Diaz", phone=PHONE)
    assert await said_by(world, await one(world)) == []


async def test_a_phone_shows_what_it_has_said_to_this_petition_alone(world: World) -> None:
    async with world.database.write() as tx:
        other = draft(slug="pond", keyword="POND")
        pond = await petitions.create(tx, other, reserved=frozenset(), salt=b"t" * 32, now=NOW)
    await world.text("Ana Diaz")
    for n, petition_id in enumerate((1, pond, None)):
        await texted(world, petition_id, n)
    assert await said_by(world, await one(world)) == ["about 1"]


async def test_what_was_taken_out_and_may_come_back_is_erased_by_two(world: World) -> None:
    async with world.database.write() as tx:
        await organizers(tx, 0, 0)
    for name in ("Ana Diaz", "Bo Lee", "Cy Moss", "Di Poe"):
        await world.web(name)
    async with world.database.write() as tx:
        await tx.execute("UPDATE signatures SET rejected_at = :now WHERE true", now=NOW)
        await tx.execute("UPDATE counts SET n = 0 WHERE true")
    ids = await world.signature_ids()
    assert [await erase(world, id_) for id_ in ids] == [True, True, True, False]
