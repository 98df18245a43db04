"""Organizers of earlier versions find their petitions in organizations, with their colleagues."""

from __future__ import annotations

import pytest

from server.core.desk import audit
from server.core.desk.people import teams
from tests.harness.databases.stores import older
from tests.harness.world import NOW

PETITIONS = (
    "INSERT INTO petitions (id, slug, keyword, language, country, postcode_rule, contact_rule,"
    " salt, version, created_at) SELECT :id, :slug, :slug, language, country, postcode_rule,"
    " contact_rule, salt, 1, 1 FROM petitions WHERE id = 1"
)
ACCOUNTS = (
    "INSERT INTO organizers (id, name, password_hash, created_at)"
    " VALUES (1, 'ana', 'x', 5), (2, 'bo', 'x', 6), (3, 'cyd', 'x', 7), (4, 'shut', '', 8)"
)
#: Of the one entry of the log, as earlier versions made it.
FIRST = "234fb10de8cbd3cfda33c9c95ec858c3c78e20f41aa5eeacd08c3a5075a35d0c"
#: Petition, organizer, since when: 1, 2 and 4 are of the same two people, 3 is Ana's alone.
RUN = [(1, 1, 100), (1, 2, 300), (2, 2, 90), (2, 1, 200), (3, 1, 10), (4, 1, 400), (4, 2, 500)]


async def test_petitions_of_the_same_organizers_become_those_of_one_organization(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with older(new_url, 33, monkeypatch) as database:
        async with database.write() as tx:
            await tx.execute(ACCOUNTS)
            for id_ in (2, 3, 4, 5):
                await tx.execute(PETITIONS, id=id_, slug=f"p{id_}")
            for petition, organizer, since in RUN:
                await tx.execute(
                    "INSERT INTO petition_organizers (petition_id, organizer_id, joined_at)"
                    " VALUES (:petition, :organizer, :since)",
                    petition=petition,
                    organizer=organizer,
                    since=since,
                )
            await tx.execute(
                "INSERT INTO audit (n, at, actor, petition_id, action, detail, hash)"
                " VALUES (1, 5, 'ana', 1, 'created', '{}', :hash)",
                hash=bytes.fromhex(FIRST),
            )
            await tx.execute(
                "INSERT INTO audit_head VALUES (1, 1, :hash)", hash=bytes.fromhex(FIRST)
            )
        await database.migrate(NOW)
        async with database.read() as tx:
            known = await teams.all_organizations(tx)
            assert await teams.petitions_of(tx, known) == {1: 1, 2: 1, 4: 1, 3: 3}  # 5 is nobody's
            assert {n: sorted(name.split(",")) for n, name in known.items()} == {
                1: ["ana", "bo"],
                3: ["ana"],
                8: ["cyd"],
            }
            both = await teams.members(tx, 1)
            assert [(m.name, *m.roles, m.joined_at) for m in both] == [
                ("bo", "owner", 90),
                ("ana", "owner", 100),
            ]
            [cyd] = await teams.members(tx, 8)
            assert (cyd.name, *cyd.roles, cyd.joined_at) == ("cyd", "owner", 7)
            assert await teams.memberships(tx, 4) == []
            assert await audit.faults(tx) == []  # the chain of earlier entries is whole
        async with database.write() as tx:  # numbers go on behind those that were given
            assert await teams.found(tx, "New", 3, NOW) == 9
