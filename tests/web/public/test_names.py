"""Whose name is shown in public: of those who want it, the verified ones, and nobody else."""

from __future__ import annotations

import re
import sqlite3

import pytest

from server.core.signing import signatures
from server.web.public.sheets import NAMES_SHOWN
from tests.harness.product import Server, eventually
from tests.harness.world import NOW, World


async def named(world: World, page: int = 1, size: int = 10) -> list[tuple[str, str]]:
    async with world.database.read() as tx:
        return await signatures.public_names(tx, world.petition.id, page, size)


async def change(world: World, name: str, **times: int | None) -> None:
    async with world.database.write() as tx:
        for column, value in times.items():
            await tx.execute(
                f"UPDATE signatures SET {column} = :value WHERE name = :name",
                value=value,
                name=name,
            )


async def test_a_name_is_shown_once_it_is_verified_and_was_to_be_shown(world: World) -> None:
    await world.web("Ana Diaz", public="1", email="ana@example.org", comment="For my <b>lake</b>")
    await world.web("Bo Lee", email="bo@example.org")
    assert await named(world) == []
    for name in ("Ana Diaz", "Bo Lee"):
        await change(world, name, verified_at=NOW)
    assert await named(world) == [("Ana Diaz", "")]
    await change(world, "Ana Diaz", approved_at=NOW)
    assert await named(world) == [("Ana Diaz", "For my <b>lake</b>")]


@pytest.mark.parametrize("column", ["held_at", "rejected_at", "withdrawn_at"])
async def test_a_name_goes_with_its_signature(world: World, column: str) -> None:
    await world.web("Ana Diaz", public="1", email="ana@example.org")
    await change(world, "Ana Diaz", verified_at=NOW)
    assert len(await named(world)) == 1
    await change(world, "Ana Diaz", **{column: NOW})
    assert await named(world) == []


async def test_names_come_newest_first_and_one_more_says_that_there_is_a_further_page(
    world: World,
) -> None:
    for letter in "ABCDE":
        await world.text(f"Name {letter}", phone=f"+1406200000{ord(letter) - 65}")
        await change(world, f"Name {letter}", public_at=NOW)
    assert [name[-1] for name, _ in await named(world, 1, 2)] == ["E", "D", "C"]
    assert [name[-1] for name, _ in await named(world, 2, 2)] == ["C", "B", "A"]
    assert [name[-1] for name, _ in await named(world, 3, 2)] == ["A"]


def test_the_page_lists_them_fifty_at_a_time(server: Server) -> None:
    empty = server.get("/p/face/names")
    assert "Nobody is named here yet" in empty.text
    assert empty.headers["cache-control"] == "no-cache"
    for i in range(NAMES_SHOWN + 1):
        name = f"Nora {chr(65 + i // 26)}{chr(97 + i % 26)}dal"
        assert "Thank you" in server.text(f"SIGN FACE {name} 59801", f"+140620000{i:02}")
    assert (
        "Nobody is named here yet" in server.get("/p/face/names").text
    )  # none of them asked for it
    with sqlite3.connect(server.data / "undersigned.db", timeout=10) as store:
        store.execute("UPDATE signatures SET public_at = 1, comment = '<i>x'")
        store.execute("UPDATE signatures SET approved_at = 1 WHERE name = 'Nora Badal'")
    store.close()
    eventually(lambda: "<bdi>" in server.get("/p/face/names").text)
    first, second = server.get("/p/face/names").text, server.get("/es/p/face/names/2").text
    assert len(re.findall("<bdi>", first)) == NAMES_SHOWN
    assert re.findall("<bdi>(.*?)</bdi>", second) == ["Nora Aadal"]
    assert re.findall("<q.*?>(.*?)</q>", first) == ["&lt;i&gt;x"]
    assert 'href="/p/face/names/2"' in first
    assert 'href="/es/p/face/names"' in second
    assert "Newer" not in first


@pytest.mark.parametrize("page", ["0", "3", "2001", "9" * 30, "x", "-1"])
def test_a_page_that_is_not_there_says_so(server: Server, page: str) -> None:
    assert server.get(f"/p/face/names/{page}").status == 404
