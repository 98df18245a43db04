"""What a message that waits asks the allowance for."""

from __future__ import annotations

from server.core.floods.limits import shared
from server.core.outbox.allowance import Asking, Limits
from server.core.outbox.outbox import Announcement
from server.services import Services
from server.texting.allowed import caps


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
        range_key=keys.server(f"codes {shared(item.recipient)}") if by_text else b"",
    )
