"""A database of before forms were kept: who signed then is known, and messages go out."""

from __future__ import annotations

import pytest

from server.core.outbox import outbox
from server.core.values.keys import Keys
from tests.harness.databases.stores import older
from tests.harness.world import NOW, world_in

ANA = "ana@gmail.com"


async def test_whoever_signed_before_forms_were_kept_is_the_same_person(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Keys("k" * 40).person(b"s" * 32, "Ana Diaz", "59801", ANA)
    async with older(new_url, 17, monkeypatch) as database:
        async with database.write() as tx:
            await tx.execute("UPDATE petitions SET opened_at = 1")
            await tx.execute(
                "INSERT INTO signatures (id, petition_id, class, language, created_at, name,"
                " postcode, contact, place_key, contact_key, person_key) VALUES (1, 1, 'web-email',"
                " 'en', :now, 'Ana Diaz', '59801', :contact, :place, :contact_key, :person)",
                now=NOW,
                contact=ANA,
                place=person.place,
                contact_key=person.contact,
                person=person.person,
            )
            await tx.execute(
                "INSERT INTO outbox (id, channel, kind, petition_id, language, recipient,"
                " created_at, due_at, signature_id)"
                " VALUES (2, 'email', 'signed', 1, 'en', :contact, :now, :now, 1)",
                now=NOW,
                contact=ANA,
            )
        await database.migrate(NOW)
        world = await world_in(database)
        try:
            assert await world.web(email=ANA) == "again"
            assert await world.web(email=ANA, comment="others") == "again"
        finally:
            await world.group.stop()
        async with database.write() as tx:
            items = await outbox.lease(tx, NOW, channel="email")
            forms = await tx.fetch("SELECT id, comment, signature_id FROM pending_forms")
    assert [(f["comment"], f["signature_id"]) for f in forms] == [("others", 1)]
    assert [i.form_id for i in items] == [None, None, forms[0]["id"]]
