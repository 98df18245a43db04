"""Petitions found by words: in every script, whatever is typed, and no draft among them."""

from __future__ import annotations

from urllib.parse import urlsplit

import asyncpg
import pytest

from server.core.petitions import petitions
from server.core.petitions.directory import Directory
from server.core.petitions.wording import search
from server.core.petitions.wording.draft import Wording
from server.db import Database, open_database
from tests.harness.databases.postgres import Cluster
from tests.harness.databases.stores import older
from tests.harness.world import NOW, World, draft

TITLES = {
    "ho": Wording("Cứu hồ nước của chúng ta", "Xin hãy ký tên."),
    "mizuumi": Wording("湖を守ろう", "おねがいします。"),
    "thale": Wording("ปกป้องทะเลไทย", "โปรดลงชื่อ"),
    "bahr": Wording("أوقِفوا تلويث البحر", "وقّعوا الآن."),
    "nadi": Wording("नदी बचाओ", "कृपया हस्ताक्षर करें।"),
    "rent": Wording("Cap rents at 100%", 'It costs C:\\all_we_have. "Enough" AND then* NEAR(it)'),
}


async def found(database: Database, typed: str) -> list[str]:
    """The slugs of what anybody finds."""
    directory = Directory(database, lambda: float(NOW))
    await directory.refresh()
    async with database.read() as tx:
        ids = await search.matching(tx, search.words_of(typed))
    return [p.slug for p in directory.ever_open(ids)]


async def add(database: Database, slug: str, *wordings: Wording, opened: bool = True) -> int:
    said = dict(zip(("en", "es", "vi"), wordings, strict=False))
    async with database.write() as tx:
        new = draft(slug=slug, keyword=slug.upper(), wordings=said)
        id_ = await petitions.create(tx, new, reserved=frozenset(), salt=b"s" * 32, now=NOW)
        if opened:
            await petitions.open_(tx, id_, NOW)
    return id_


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [
        ("cuu", ["ho"]),
        ("HỒ NƯỚC", ["ho"]),
        ("nuoc cuu", ["ho"]),
        ("守ろ", ["mizuumi"]),
        ("湖", ["mizuumi"]),
        ("ทะเล", ["thale"]),
        ("اوقفوا", ["bahr"]),
        ("बचाओ", ["nadi"]),
        ("lake clean", ["lake"]),
        ("lake rents", []),
        ("AKE", ["lake"]),
        ("%", ["rent"]),
        ("100%", ["rent"]),
        ("1%0", []),
        ("l_ke", []),
        ("all_we", ["rent"]),
        ("\\all", ["rent"]),
        ('"Enough"', ["rent"]),
        ('"lake"', []),
        ("lake*", []),
        ("then*", ["rent"]),
        ("NEAR(it)", ["rent"]),
        ("folded:lake", []),
        ("lake OR rents", []),
        ("x'); DROP TABLE searched; --", []),
        ("\0lake\ud800", ["lake"]),
        ("lake" + " lake" * 1000, ["lake"]),
        ("keep the lake clean " + "z" * 5000, []),
        (" ".join("abcdefghijklmnopqrstuvwxyz0123456789" * 2), []),
    ],
)
async def test_words_are_found_literally_in_every_script(
    world: World, typed: str, slugs: list[str]
) -> None:
    for slug, wording in TITLES.items():
        await add(world.database, slug, wording)
    assert await found(world.database, typed) == slugs


async def test_every_language_of_a_petition_is_looked_through(world: World) -> None:
    await add(world.database, "pond", Wording("The pond", "Yes."), Wording("La charca", "Sí."))
    assert await found(world.database, "charca") == ["pond"]
    assert await found(world.database, "pond") == ["pond"]


async def test_a_petition_is_found_by_its_last_wording_alone(world: World) -> None:
    for title, others in (("Keep the sea clean", "lake"), ("Keep the lake clean", "sea")):
        async with world.database.write() as tx:
            changed = draft(wordings={"en": Wording(title, "Please.")})
            await petitions.edit(tx, world.petition, changed, frozenset(), now=NOW)
        assert await found(world.database, title) == ["lake"]
        assert await found(world.database, others) == []


async def test_a_draft_is_never_found_and_a_closed_petition_is_after_the_open_ones(
    world: World,
) -> None:
    id_ = await add(world.database, "pond", Wording("Keep the pond clean", "x"), opened=False)
    assert await found(world.database, "pond") == []
    assert await found(world.database, "clean") == ["lake"]
    async with world.database.write() as tx:
        await petitions.close(tx, id_, NOW)  # which nobody has seen open
    assert await found(world.database, "pond") == []
    for change, order in (
        (petitions.open_, ["pond", "lake"]),
        (petitions.close, ["lake", "pond"]),
        (petitions.open_, ["pond", "lake"]),
        (petitions.pause, ["lake", "pond"]),
    ):
        async with world.database.write() as tx:
            await change(tx, id_, NOW)
        assert await found(world.database, "clean") == order


async def test_petitions_of_an_earlier_version_are_found_once_they_are_folded(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "INSERT INTO petition_texts (petition_id, language, title, body)"
        " VALUES (:id, :language, :title, 'x')"
    )
    async with older(new_url, 20, monkeypatch) as database:
        async with database.write() as tx:
            for id_ in range(2, 25):
                await tx.execute(
                    "INSERT INTO petitions (id, slug, keyword, language, country, postcode_rule,"
                    " contact_rule, salt, version, created_at, opened_at) VALUES (:id, :slug,"
                    " :keyword, 'en', 'US', 'required', 'optional', :salt, 1, 1, 1)",
                    id=id_,
                    slug=f"p{id_}",
                    keyword=f"P{id_}",
                    salt=b"s" * 32,
                )
                for language, title in (("en", f"Lake {id_}."), ("vi", f"Hồ {id_}.")):
                    await tx.execute(text, id=id_, language=language, title=title)
            await tx.execute(text, id=1, language="en", title="Lake")
        await database.migrate(NOW)
        assert await found(database, "lake") == []
        await search.fill(database)
        assert await found(database, "ho 7.") == ["p17", "p7"]
        assert len(await found(database, "lake")) == 23
        # A server of the version before edits one.
        async with database.write() as tx:
            await tx.execute("DELETE FROM petition_texts WHERE petition_id = 7")
            await tx.execute(text, id=7, language="en", title="Sea 7.")
        assert await found(database, "7.") == ["p17"]
        await search.fill(database)
        assert await found(database, "sea 7.") == ["p7"]
        await search.fill(database)
        assert await found(database, "lake 7.") == ["p17"]


async def test_search_works_where_postgresql_may_have_no_extension(postgres: Cluster) -> None:
    """An owner of tables who may not create extensions: words are found by reading all rows."""
    url = await postgres.create()
    name = urlsplit(url).path.strip("/")
    keeper = await asyncpg.connect(url)
    await keeper.execute("DROP ROLE IF EXISTS tenant")
    await keeper.execute("CREATE ROLE tenant LOGIN; GRANT CREATE ON SCHEMA public TO tenant")
    database = await open_database(url.replace("tester", "tenant"))
    try:
        await database.migrate(NOW)
        await add(database, "ho", TITLES["ho"])
        assert await found(database, "cuu ho") == ["ho"]
        index = "SELECT count(*) FROM pg_indexes WHERE indexname = 'searched_folded'"
        assert await keeper.fetchval(index) == 0
        # What docs/operating.md tells an operator to do.
        await keeper.execute(
            "CREATE EXTENSION pg_trgm;"
            " CREATE INDEX searched_folded ON searched USING gin (folded gin_trgm_ops)"
        )
        assert await keeper.fetchval(index) == 1
        assert await found(database, "cuu ho") == ["ho"]
    finally:
        await database.close()
        await keeper.execute("REVOKE ALL ON SCHEMA public FROM tenant; DROP OWNED BY tenant")
        await keeper.close()
        await postgres.drop(url)
        assert name


async def test_both_engines_look_words_of_three_letters_up_in_an_index(world: World) -> None:
    for number in range(20):
        await add(world.database, f"p{number}", Wording(f"Lake {number}", "x " * 500))
    query = "SELECT rowid FROM searched WHERE folded LIKE '%lake%'"
    async with world.database.write() as tx:
        if world.database.engine == "sqlite":
            [row] = await tx.fetch(f"EXPLAIN QUERY PLAN {query}")
            assert row["detail"] == "SCAN searched VIRTUAL TABLE INDEX 0:L0"
        else:
            await tx.execute("SET LOCAL enable_seqscan = off")
            plan = await tx.fetch(f"EXPLAIN {query}")
            assert any("searched_folded" in row["QUERY PLAN"] for row in plan)


def test_what_is_looked_for_has_an_end() -> None:
    assert search.words_of("") == search.words_of(" \0 \u200b") == ()
    assert len("".join(search.words_of("ab " * 1000 + "x" * 5000))) <= search.QUERY_LIMIT
    assert search.words_of("Lake LAKE läke") == ("lake",)
