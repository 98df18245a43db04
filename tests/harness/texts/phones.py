"""The server's text door without HTTP around it, and any number of phones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.app import running
from server.cli.shared import prepare
from server.config import load
from server.core.counting import counts
from server.core.petitions import petitions
from server.core.petitions.wording.draft import Wording
from server.outgoing.texts import Texter
from server.services import Services
from server.texting import TextDoor
from sms import Capabilities, Inbound, Outbound, Sending, Trouble
from sms.reading import reserved
from tests.harness.world import NOW, PHONE, draft

NUMBER = "+14065550100"


class Network:
    """Stands in for the gateway's network: keeps what was sent, or fails as it is told."""

    name = "twilio"
    can = Capabilities(inline_reply=True, segments_per_second=1000)

    def __init__(self) -> None:
        self.sent: list[Outbound] = []
        self.failure: Sending | None = None
        self.troubles: dict[str, Trouble] = {"21610": "opted_out", "30003": "busy"}

    async def send(self, outbound: Outbound) -> Sending:
        if self.failure:
            return self.failure
        self.sent.append(outbound)
        return Sending("sent", f"SM{len(self.sent)}")

    def trouble(self, code: str) -> Trouble:
        return self.troubles.get(code, "unknown")


@dataclass
class Phones:
    """The server's text door, and any number of phones. `clock` is what its senders go by."""

    services: Services
    door: TextDoor
    network: Network
    now: float = NOW
    count: int = 0
    clock: float = 0.0
    texter: Texter | None = None

    async def text(self, body: str, sender: str = PHONE, message_id: str = "") -> str | None:
        self.count += 1
        id_ = message_id or f"M{self.count}"
        inbound = Inbound("twilio", id_, sender, "+14065550100", body)
        return (await self.door.receive(inbound)).reply

    async def drain(self) -> bool:
        """One round of the worker; whether there was anything to send."""
        self.texter = self.texter or Texter(self.services, lambda: self.clock)
        self.clock += 3600  # of rest between rounds
        return await self.texter.drain()

    async def figures(self) -> counts.Figures:
        async with self.services.database.read() as tx:
            return await counts.figures(tx, 1)

    async def rows(self, sql: str) -> list[tuple[object, ...]]:
        async with self.services.database.read() as tx:
            return [tuple(row) for row in await tx.fetch(sql)]

    async def add_petition(self, **changes: object) -> None:
        async with self.services.database.write() as tx:
            id_ = await petitions.create(
                tx, draft(**changes), reserved=reserved(), salt=b"s" * 32, now=NOW
            )
            await petitions.open_(tx, id_, NOW)
        await self.services.directory.refresh()


@asynccontextmanager
async def text_door(
    database_url: str, lake: bool = True, /, **settings: str
) -> AsyncIterator[Phones]:
    """A server in this process with one open petition, LAKE, and no gateway but `Network`."""
    environ = {
        "UNDERSIGNED_DATABASE_URL": database_url,
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_SMS_NUMBER": NUMBER,
        "UNDERSIGNED_PUBLIC_URL": "https://sign.example.org",
    }
    chosen = load(environ | settings)
    await prepare(chosen, new=True)
    async with running(chosen, with_worker=False) as services:
        network = Network()
        services.gateways = {"twilio": network}  # type: ignore[dict-item]
        phones = Phones(services, TextDoor(services), network)
        services.clock = lambda: phones.now
        if lake:
            await phones.add_petition(
                wordings={
                    "en": Wording("Keep the lake clean", "Please."),
                    "es": Wording("Cuiden el lago", "Por favor."),
                }
            )
        yield phones
