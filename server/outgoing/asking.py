"""What messages that wait ask the allowance for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from server.core.floods.limits import shared
from server.core.outbox.allowance import Allowance, Asking, Limits
from server.core.outbox.outbox import LETTER_QUESTION, REMINDER, Announcement
from server.db import Transaction
from server.services import Services
from server.texting.allowed import caps

Due = TypeVar("Due")
#: What one message says now; None where that is nothing, or has to wait, which is then noted.
Decide = Callable[[Transaction, Announcement, Allowance], Awaitable[Due | None]]


async def decided(
    services: Services, tx: Transaction, items: Sequence[Announcement], decide: Decide[Due]
) -> list[Due]:
    """What is to be sent of these, decided one after the other under one allowance."""
    askings = [asking(services, item) for item in items]
    allowed = await Allowance.load(tx, askings, limits(services), services.now())
    due = [one for item in items if (one := await decide(tx, item, allowed))]
    await allowed.write(tx)
    return due


def limits(services: Services) -> Limits:
    """What the operator allows."""
    settings = services.settings
    return Limits(
        daily=settings.mail_daily,
        petition_daily=settings.mail_petition_daily,
        network_hourly=settings.mail_network_hourly,
        text_codes_daily=settings.sms_codes_daily,
        caps=caps(services),
    )


def asking(services: Services, item: Announcement) -> Asking:
    """By whom it is bounded: all spellings of one mailbox are one recipient."""
    keys = services.keys
    by_text = item.channel == "sms"
    return Asking(
        channel=item.channel,
        recipient=keys.address(item.recipient),
        network=item.network_tag,
        petition_id=item.petition_id,
        bulk=item.news_id is not None or item.kind in {REMINDER, LETTER_QUESTION},
        range_key=keys.server(f"codes {shared(item.recipient)}") if by_text else b"",
    )
