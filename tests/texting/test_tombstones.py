"""By whatever door something is taken back, it is noted outside the database before the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.db.tombstones_file import FileLog
from server.texting.allowed import note_opt_out, note_status
from sms import Inbound, StatusUpdate
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import NOW, PHONE


@pytest.fixture
def log(tmp_path: Path) -> FileLog:
    return FileLog(tmp_path / "noted")


@pytest.fixture
async def phones(database_url: str, log: FileLog) -> AsyncIterator[Phones]:
    async with text_door(database_url, UNDERSIGNED_TOMBSTONES=log.place) as phones:
        yield phones


async def noted(log: FileLog) -> Counter[object]:
    return Counter(note[0] for record in await log.read(0) for note in record.notes)


@pytest.mark.parametrize(
    ("texts", "kinds"),
    [
        (["STOP"], {"stopped": 1}),
        (["STOP", "START"], {"stopped": 1, "started": 1}),
        (["SIGN LAKE Ana Diaz 59801", "UNDO"], {"withdrawn": 1, "forgotten": 1}),
        (["SIGN LAKE Ana Diaz 59801", "UNDO LAKE Ana"], {"withdrawn": 1, "forgotten": 1}),
        (
            ["SIGN LAKE Ana Diaz 59801", "REMOVE ME"],
            {"withdrawn": 1, "stopped": 1, "forgotten": 1},
        ),
        (["SIGN LAKE Ana Diaz 59801", "NEWS ON", "NEWS OFF"], {"no_news": 1}),
        (["SIGN LAKE Ana Diaz 59801", "NAME Bo Lee", "ZIP 59802"], {}),
        (["SIGN LAKE Ana Diaz 59801", "NAME Bo Lee", "UNDO"], {"withdrawn": 1, "forgotten": 1}),
        (["UNDO"], {}),
        (["SIGN LAKE Ana Diaz 59801", "STATUS ANA", "HELP", "LIST"], {}),
    ],
)
async def test_texts(phones: Phones, log: FileLog, texts: list[str], kinds: dict[str, int]) -> None:
    for words in texts:
        await phones.text(words)
    assert await noted(log) == kinds


async def test_a_text_that_is_delivered_twice_is_noted_once(phones: Phones, log: FileLog) -> None:
    for _ in range(2):
        await phones.text("STOP", message_id="same")
    assert await noted(log) == {"stopped": 1}


async def test_opt_outs_that_the_gateway_knows_of(phones: Phones, log: FileLog) -> None:
    stop = Inbound("twilio", "SM1", PHONE, "+14065550100", "STOP", opt_out="stop")
    await phones.door.receive(stop)
    await note_opt_out(phones.services, "+14065550124")
    await phones.text("SIGN LAKE", "+14065550125")
    async with phones.services.database.write() as tx:
        await tx.execute(
            "INSERT INTO outbox (id, channel, kind, language, recipient, created_at, due_at,"
            " sent_at, provider_id, carrier) VALUES (1, 'sms', 'reply', 'en', '+14065550125', :now,"
            " :now, :now, 'SM9', 'twilio')",
            now=NOW,
        )
    update = StatusUpdate("twilio", "SM9", "undelivered", "21610")
    await note_status(phones.services, phones.network, update)  # type: ignore[arg-type]
    assert await noted(log) == {"stopped": 3}


async def test_what_cannot_be_noted_is_not_done_and_not_answered(
    phones: Phones, log: FileLog
) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    place = Path(log.place)
    place.rename(place.with_name("away"))
    for words in ("UNDO", "STOP"):
        with pytest.raises(Exception, match="no tombstones in"):
            await phones.text(words)
    assert (await phones.figures()).verified == 1
    assert await phones.rows("SELECT * FROM opt_outs") == []
    assert await phones.text("SIGN LAKE Bo Lee 59801")  # all else goes on
    place.with_name("away").rename(place)
    assert "Bo Lee" in str(await phones.text("UNDO"))
    assert await noted(log) == {"withdrawn": 1, "forgotten": 1}
