"""Conversations as people really write them, through the real text door, on both engines.

The file of cases lies beside the checkout; where it is not there, nothing of this is collected
(`tests/harness/plugins/left_out.py`). `DIFFERENT` names the cases that come out otherwise, with the
reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from server.cli.sample import sample
from server.config import LANGUAGES
from server.core.petitions import petitions
from server.core.petitions.wording.draft import Draft, Wording
from server.core.values.contacts import normal_phone
from server.core.values.names import fold_name
from server.words.render import Renderer, template_folder
from sms import Inbound
from sms.reading import reserved
from sms.segments import fold_to_gsm7
from tests.harness.texts.phones import Phones, text_door
from tests.harness.texts.spoken import CASES
from tests.harness.world import NOW, draft

#: (world, class, name) of a case that the product answers otherwise, with the reason.
DIFFERENT: dict[tuple[str, str, str], str] = {
    ("A", "the same person again", "last name first"): "who is the same person is core's to say",
}

Case = dict[str, Any]


def cases(world: str) -> list[Case]:
    return [case for case in json.loads(CASES.read_text("utf-8")) if case["world"] == world]


OTHERS = {
    "CA": {"slug": "maple", "keyword": "MAPLE", "country": "CA"},
    "ES": {"slug": "agua", "keyword": "AGUA", "country": "MX", "language": "es"},
    "GB": {"slug": "moor", "keyword": "MOOR", "country": "GB"},
    "BR": {"slug": "rio", "keyword": "RIO", "country": "BR", "language": "pt"},
}
TEXTS = {
    "CA": {
        "en": Wording("Keep the maples", "Please."),
        "fr": Wording("Gardez les érables", "Merci."),
    },
    "ES": {"es": Wording("Agua para todos", "Por favor.")},
    "GB": {"en": Wording("Save the moor", "Please.")},
    "BR": {"pt": Wording("Salvem o rio", "Por favor.")},
}
LAKE = {
    "en": Wording("Keep the lake clean", "Please."),
    "es": Wording("Cuidemos el lago", "Por favor."),
}


async def fill(phones: Phones, world: str) -> None:
    """The petitions of a world, as the file's README says."""
    async with phones.services.database.write() as tx:
        for one in drafts_of(world):
            id_ = await petitions.create(tx, one, reserved=reserved(), salt=b"s" * 32, now=NOW)
            if one.slug != "river":
                await petitions.open_(tx, id_, NOW)
            if one.slug == "road" or (world in OTHERS and one.slug == "face"):
                await petitions.close(tx, id_, NOW)
            if one.slug == "hill":
                await petitions.pause(tx, id_, NOW)
    await phones.services.directory.refresh()


def drafts_of(world: str) -> list[Draft]:
    if world == "B":
        others = [draft(slug=word, keyword=word.upper()) for word in ("road", "hill", "river")]
        return [sample(), draft(slug="clean", keyword="LAKE", wordings=LAKE), *others]
    if world in OTHERS:
        return [sample(), draft(**OTHERS[world], wordings=TEXTS[world])]
    return [sample()]


@dataclass
class Talked:
    """What came of one conversation: the last answer of its last phone, and all its phones."""

    last: str | None = None
    phones: dict[str, str | None] = field(default_factory=dict)


async def play(phones: Phones, case: Case, number: int) -> Talked:
    """One conversation, from phones that nobody has used before."""
    talked = Talked()
    for given in case["texts"]:
        text = {"body": given} if isinstance(given, str) else given
        sender = number_of(text.get("from", "A"), number)
        said = talked.phones.get(sender) or ""
        body = quoted(text["body"], said)
        phones.count += 1
        phones.now += 2
        inbound = Inbound("twilio", f"M{phones.count}", sender, "+14065550100", body)
        talked.last = (await phones.door.receive(inbound)).reply
        talked.phones[sender] = talked.last or said
    phones.now += 100_000
    return talked


def quoted(body: str, said: str) -> str:
    """`{last}` is what that phone was last answered, `{last:50}` its first 50 characters."""
    return re.sub(
        r"\{last(?::(\d+))?\}", lambda match: said[: int(match[1]) if match[1] else None], body
    )


def number_of(sender: str, number: int) -> str:
    """A phone of its own for a letter; anything else is the sender itself."""
    if len(sender) == 1:
        return f"+1406{200 + number // 50}{number % 50:02}{ord(sender) - 64:02}"
    return sender


async def stored(phones: Phones, senders: list[str]) -> list[str]:
    """What these phones have signed and not taken back, as the file writes it."""
    services = phones.services
    found = []
    async with services.database.read() as tx:
        rows = await tx.fetch(
            "SELECT p.keyword, s.name, s.postcode, s.held_at, s.contact_key FROM signatures s"
            " JOIN petitions p ON p.id = s.petition_id WHERE s.contact_key IS NOT NULL"
        )
    for sender in senders:
        phone = normal_phone(sender, "US")
        mine = {
            key
            for p in services.directory.by_id.values()
            for key in services.keys.contacts(p.salt, phone or sender)
        }
        found += [
            f"{word} {name} {place}" + (" held" if held else "")
            for word, name, place, held, key in rows
            if bytes(key) in mine
        ]
    return found


async def is_out(phones: Phones, sender: str) -> bool:
    key = phones.services.keys.phone(normal_phone(sender, "US") or sender)
    async with phones.services.database.read() as tx:
        found = await tx.fetch("SELECT 1 AS one FROM opt_outs WHERE phone_key = :key", key=key)
    return bool(found)


def folded(signatures: list[str]) -> list[str]:
    return sorted(re.sub(r"[^\w]", "", fold_name(s)) for s in signatures)


async def faults_of(phones: Phones, case: Case, talked: Talked) -> Iterator[str]:
    right = case["right"]
    senders = list({normal_phone(s, "US") or s: s for s in talked.phones}.values())
    found = await stored(phones, senders)
    faults = []
    wanted = right["signatures"]
    if wanted is not None and not any(folded(found) == folded(one) for one in wanted):
        faults.append(f"stored {found}, not {wanted}")
    if wanted is None and right.get("count") and len(found) not in right["count"]:
        faults.append(f"stored {found}, not {right['count']} of them")
    out = any([await is_out(phones, s) for s in senders])
    if right["opted_out"] is not None and out != right["opted_out"]:
        faults.append(f"opted out: {out}")
    last = talked.last or ""
    if right["language"] and last and language_of(last) not in (right["language"], ""):
        faults.append(f"answered in {language_of(last)}, not {right['language']}")
    if right["must_say"] and not re.search(right["must_say"], last, re.IGNORECASE):
        faults.append(f"does not say {right['must_say']}")
    if right["must_not_say"] and re.search(right["must_not_say"], last, re.IGNORECASE):
        faults.append(f"says {right['must_not_say']}")
    return iter([f"{fault}; last answer {talked.last!r}" for fault in faults])


RENDERER = Renderer()
REPLIES = re.findall(
    r"macro (\w+)\(", (template_folder() / "sms" / "replies.txt").read_text("utf-8")
)


def language_of(reply: str) -> str:
    """The language of an answer of ours, '' if it cannot be told."""
    for language in LANGUAGES:
        for name in REPLIES:
            for fold in (str, fold_to_gsm7):
                parts = re.split(r"\{\w+\}", RENDERER.text(language, name))
                fixed = [fold(p).strip() for p in parts if len(p.strip()) > 2]
                if fixed and all(part in reply for part in fixed):
                    return language
    return ""


@asynccontextmanager
async def world_of(database_url: str, world: str) -> AsyncIterator[Phones]:
    settings = {
        "UNDERSIGNED_SMS_DAILY_SEGMENTS": "1000000",
        "UNDERSIGNED_SMS_PETITION_SEGMENTS": "1000000",
    }
    async with text_door(database_url, False, **settings) as phones:
        await fill(phones, world)
        yield phones


@pytest.mark.slow
@pytest.mark.seldom_postgres(3)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("world", ["A", "B", *OTHERS])
async def test_conversations_from_life_come_out_right(database_url: str, world: str) -> None:
    wrong, found = [], cases(world)
    async with world_of(database_url, world) as phones:
        for number, case in enumerate(found):
            talked = await play(phones, case, number)
            key = (world, case["class"], case["name"])
            faults = [f"{key}: {fault}" for fault in await faults_of(phones, case, talked)]
            if key in DIFFERENT:
                assert faults, f"{key} is right now"
            else:
                wrong += faults
    assert not wrong, f"{len(wrong)} of {len(found)}:\n" + "\n".join(wrong)


def test_at_most_one_case_in_fifty_is_answered_otherwise() -> None:
    assert len(DIFFERENT) <= len(json.loads(CASES.read_text("utf-8"))) / 50
