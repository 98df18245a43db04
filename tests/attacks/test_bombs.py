"""Mails and texts as a weapon against people who never signed: `tests.harness.attacks.floods`."""

from __future__ import annotations

from pathlib import Path

from server.core.outbox.allowance import FIRSTS_DAILY, RECIPIENT_DAILY
from tests.harness.attacks.floods import attacked, buried, mail_bomb, texted_to_death
from tests.harness.texts.phones import text_door
from tests.harness.world import NOW


def test_bombs_of_mail_reach_few(tmp_path: Path) -> None:
    with attacked(tmp_path) as (server, office):
        # 60 of one network in an hour, as the setting is unless it is changed.
        assert mail_bomb(server, office, 400) == 60
        assert buried(server, office, 60) == FIRSTS_DAILY + RECIPIENT_DAILY


async def test_a_bomb_of_texts_is_a_handful(database_url: str) -> None:
    async with text_door(database_url) as phones:
        phones.now = NOW
        assert 0 < await texted_to_death(phones, 20, 24) <= RECIPIENT_DAILY
