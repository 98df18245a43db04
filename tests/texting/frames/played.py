"""Many phones that text the demo's door at once, and what is stored of them afterwards."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields

from server.app import running
from server.cli.demo import DEMO_NUMBER as NUMBER
from server.cli.sample import sample
from server.cli.shared import prepare
from server.config import load
from server.core.petitions.wording.draft import Draft
from server.texting import TextDoor
from tests.harness.texts.phones import Network, Phones

_AT_ONCE = 200  # texts that wait for one another's commit
_AREAS = (201, 205, 303, 305, 316, 402, 406, 505, 512, 602, 605, 651, 701, 718, 773, 808, 907, 915)
_EXCHANGES = 600


@asynccontextmanager
async def demo_door(database_url: str) -> AsyncIterator[Phones]:
    """The demo's door for texts: FACE alone is open, and no budget ends a conversation."""
    environ = {
        "UNDERSIGNED_DATABASE_URL": database_url,
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_SMS_NUMBER": NUMBER,
        "UNDERSIGNED_PUBLIC_URL": "https://sign.example.org",
        "UNDERSIGNED_SMS_DAILY_SEGMENTS": "10000000",
        "UNDERSIGNED_SMS_PETITION_SEGMENTS": "10000000",
    }
    settings = load(environ)
    await prepare(settings, new=True)
    async with running(settings, with_worker=False) as services:
        network = Network()
        services.gateways = {"twilio": network}  # type: ignore[dict-item]
        phones = Phones(services, TextDoor(services), network)
        services.clock = lambda: phones.now
        demo = sample()
        await phones.add_petition(**{f.name: getattr(demo, f.name) for f in fields(Draft)})
        yield phones


def number(index: int) -> str:
    """A phone of its own; neighbours are of different ranges, as strangers' phones are."""
    index, area = divmod(index, len(_AREAS))
    line, exchange = divmod(index, _EXCHANGES)
    return f"+1{_AREAS[area]}{300 + exchange}{line:04}"


async def send(phones: Phones, texts: Iterable[tuple[str, str]]) -> None:
    """Send each phone's text; a phone may stand there but once."""
    waiting = list(texts)
    for start in range(0, len(waiting), _AT_ONCE):
        batch = waiting[start : start + _AT_ONCE]
        await asyncio.gather(*(phones.text(body, sender) for sender, body in batch))


@dataclass(frozen=True)
class Kept:
    """What is stored of one phone: its signatures as (name, ZIP code), what it has said so far
    where a question is open, and whether it wants no more texts."""

    signed: tuple[tuple[str, str], ...] = ()
    asked: tuple[str, str] | None = None
    out: bool = False

    @property
    def names(self) -> list[str]:
        """Whatever is taken for a name: of a signature, or kept until the rest is known."""
        known = [name for name, _ in (self.asked,) if name] if self.asked else []
        return [name for name, _ in self.signed] + known

    def __str__(self) -> str:
        said = [f"{name} {postcode}" for name, postcode in self.signed]
        if self.asked:
            said.append("asked, with {!r} {!r}".format(*self.asked))
        return ", ".join(said + ["out"] * self.out) or "nothing"


async def kept(phones: Phones, numbers: Sequence[str]) -> list[Kept]:
    """What is stored of these phones, in order."""
    keys = phones.services.keys
    (petition,) = phones.services.directory.by_id.values()
    signed: dict[bytes, list[tuple[str, str]]] = {}
    for key, name, postcode in await phones.rows(
        "SELECT contact_key, name, postcode FROM signatures WHERE contact_key IS NOT NULL"
        " ORDER BY id"
    ):
        signed.setdefault(bytes(key), []).append((str(name), str(postcode)))  # type: ignore[call-overload]
    asked = {
        bytes(key): (str(name), str(postcode))  # type: ignore[call-overload]
        for key, name, postcode in await phones.rows(
            "SELECT phone_key, name, postcode FROM conversations"
        )
    }
    out = {bytes(key) for (key,) in await phones.rows("SELECT phone_key FROM opt_outs")}  # type: ignore[call-overload]
    return [
        Kept(
            tuple(signed.get(keys.contact(petition.salt, phone), ())),
            asked.get(keys.phone(phone)),
            keys.phone(phone) in out,
        )
        for phone in numbers
    ]


def letters(name: str) -> str:
    """A name without case, spaces and punctuation: what must be the same in what is stored."""
    plain = unicodedata.normalize("NFC", name.casefold()).replace("ı", "i")
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LMN" and c not in "ʻʼ")
