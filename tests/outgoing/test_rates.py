"""Texts at the rate of their sender, several under way at once: none twice, none beyond what is
allowed, and a gateway that dies costs two lines."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from server.app import running
from server.config import load
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.outgoing.texts import IN_FLIGHT, Texter
from server.services import Services
from server.texting.rates import rate_of
from sms import Capabilities, Outbound, Sending
from tests.harness.texts.phones import Network, Phones, text_door


@dataclass
class Slow(Network):
    """A gateway that takes its time."""

    seconds: float = 0.2
    rate: float = 1000.0
    times: list[float] = field(default_factory=list)
    now: int = 0
    together: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self.can = Capabilities(inline_reply=True, segments_per_second=self.rate)

    async def send(self, outbound: Outbound) -> Sending:
        self.times.append(time.monotonic())
        self.now += 1
        self.together = max(self.together, self.now)
        await asyncio.sleep(self.seconds)
        self.now -= 1
        return await super().send(outbound)


async def queue(services: Services, count: int) -> None:
    """So many answers wait, to as many phones."""
    async with services.database.write() as tx:
        waiting = [
            Announcement(
                id=services.new_id(),
                channel="sms",
                kind="reply",
                petition_id=1,
                language="en",
                recipient=f"+1406555{n:04}",
                body=f"Text {n}",
                gateway="twilio",
            )
            for n in range(count)
        ]
        await outbox.put(tx, waiting, services.now())


async def drain(services: Services) -> None:
    texter = Texter(services)
    while await texter.drain():
        pass


def settings(number: str, **more: str) -> dict[str, str]:
    return {"UNDERSIGNED_SMS_NUMBER": number, "UNDERSIGNED_SECRET_KEY": "k" * 40, **more}


@pytest.mark.parametrize(
    ("number", "said", "own", "rate"),
    [
        ("+14065550100", "", 0, 1),
        ("+18005550100", "", 0, 3),
        ("+448081570000", "", 0, 3),
        ("40404", "", 0, 100),
        ("+14065550100", "", 0.2, 0.2),
        ("+14065550100", "10", 0.2, 10),
        ("+14065550100", "twilio=2.5, http=30", 0, 2.5),
        ("+14065550100", "http=30", 0, 1),
        ("40404", "http=30, 7", 0, 7),
    ],
)
def test_the_rate_is_what_the_operator_says_or_what_the_number_may(
    number: str, said: str, own: float, rate: float
) -> None:
    gateway = Slow(rate=own)
    chosen = load(settings(number, UNDERSIGNED_SMS_RATE=said))
    assert rate_of(chosen, gateway) == rate  # type: ignore[arg-type]


async def test_a_gateway_that_takes_its_time_is_given_as_many_as_the_sender_may_send(
    database_url: str,
) -> None:
    async with text_door(database_url, UNDERSIGNED_SMS_RATE="50") as phones:
        network = Slow(seconds=0.3)
        phones.services.gateways = {"twilio": network}  # type: ignore[dict-item]
        await queue(phones.services, 60)
        await drain(phones.services)
        assert len(network.sent) == len({text.to for text in network.sent}) == 60
        assert 3 < network.together <= IN_FLIGHT
        lasted = network.times[-1] - network.times[0]
        assert lasted >= 59 / 50 * 0.95  # never faster


async def test_two_servers_send_no_text_twice_by_a_gateway_slower_than_the_lease(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LEASE_SECONDS", 3)
    async with text_door(database_url) as phones:
        chosen = phones.services.settings
        async with running(chosen, with_worker=False) as other:
            network = Slow(seconds=4.5)
            phones.services.clock = time.time
            for services in (phones.services, other):
                services.gateways = {"twilio": network}  # type: ignore[dict-item]
            await queue(phones.services, 8)
            texters = [Texter(phones.services), Texter(other)]

            async def work(texter: Texter) -> None:
                for _ in range(40):
                    await texter.drain()
                    await asyncio.sleep(0.2)

            await asyncio.gather(*map(work, texters))
            assert Counter(text.to for text in network.sent).most_common(1)[0][1] == 1
            assert len(network.sent) == 8


async def test_a_gateway_that_dies_costs_a_line_and_another_when_it_is_back(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with text_door(database_url) as phones:
        await queue(phones.services, 40)
        phones.network.failure = Sending("retry", code="network")
        for _ in range(20):
            await _rounds(phones, 60)
        phones.network.failure = None
        for _ in range(60):
            await _rounds(phones, 120)
        assert len(phones.network.sent) == len({text.to for text in phones.network.sent}) == 40
    said = [r.getMessage() for r in caplog.records if r.name.startswith("server.outgoing")]
    assert len(said) == 2, said
    assert said[0].startswith("twilio: nothing goes out since 2027-01-15 08:")
    assert said[1].endswith(" wait")


async def _rounds(phones: Phones, seconds: int) -> None:
    phones.now += seconds
    while await phones.drain():
        pass
