"""Texts that go out: to whom they may go, by which gateway, and what became of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from server.core.conversations import phones
from server.core.outbox import outbox
from server.core.outbox.allowance import Caps
from server.core.values.contacts import is_dear, normal_phone, region_of
from server.services import Services
from sms import Gateway, StatusUpdate
from sms.characters import storable

ID_LIMIT = 200  # characters of what a provider tells us
#: A number, also behind a word like "status"; a constant's name; or that no answer came.
_CODE = re.compile(
    r"(?i:(?:code|err|error|status)[-_: ]*)?[0-9]{1,5}(?![0-9A-Za-z])|[A-Z]+(?:_[A-Z]+)+|network",
    re.ASCII,
)
DAY_BEGINS, DAY_ENDS = 8, 21  # hours between which a text that answers nothing may go out


def may_text(services: Services, phone: str) -> bool:
    """Whether the allow-list of countries lets us text this number, and it is no dear one."""
    settings = services.settings
    # A short code has no country of its own.
    allowed = settings.sms_countries or {region_of(settings.sms_number) or settings.country}
    return region_of(phone) in allowed and not is_dear(phone)


def caps(services: Services) -> Caps:
    """How many segments a day may cost us."""
    return Caps(services.settings.sms_daily_segments, services.settings.sms_petition_segments)


def quiet_seconds(phone: str, now: int) -> int:
    """How long to wait until it is 8:00 to 21:00 wherever that number may be; 0 if it is now.

    47 CFR 64.1200(c)(1) bars calls, and thereby texts, at other times of the recipient's place.
    """
    return max(_until_day(zone, now) for zone in _zones(phone))


def _until_day(zone: str, now: int) -> int:
    here = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
    morning = here.replace(hour=DAY_BEGINS, minute=0, second=0, microsecond=0)
    if here.hour >= DAY_ENDS:
        morning += timedelta(days=1)
    return max(int(morning.timestamp()) - now, 0) if not DAY_BEGINS <= here.hour < DAY_ENDS else 0


@lru_cache(maxsize=1024)
def _zones(phone: str) -> tuple[str, ...]:
    """The time zones that a number can be in; loaded when the first of them is asked for."""
    import phonenumbers
    from phonenumbers import timezone

    zones = timezone.time_zones_for_number(phonenumbers.parse(phone))
    return tuple(zone for zone in zones if zone != "Etc/Unknown") or ("Etc/UTC",)


def sending_gateway(services: Services) -> Gateway | None:
    """The gateway that carries what answers no text: the one that is set, else the first that can
    send."""
    wanted = services.settings.sms_gateway
    if wanted:
        return services.gateways.get(wanted)
    return next((g for g in services.gateways.values() if g.can.sends), None)


def code_of(gateway: Gateway, said: str) -> str:
    """The code in what a provider says went wrong: what its gateway knows, a number, or the name
    of a constant; "unknown" for other words, in which a number or a name of somebody may stand."""
    if not said or gateway.trouble(said) != "unknown":
        return said
    found = _CODE.match(said)
    return found[0] if found else "unknown"


async def note_status(services: Services, gateway: Gateway, update: StatusUpdate) -> None:
    """Note what became of a text; one that failed for a while is tried again.

    An opt-out that we learn of in this way holds from now on, as if it had been texted to us.
    """
    now = services.now()
    trouble = gateway.trouble(update.error) if update.error else "unknown"
    async with services.database.write() as tx:
        id_ = storable(update.message_id, ID_LIMIT)
        error = code_of(gateway, update.error) if update.error else None
        item = await outbox.heard(tx, gateway.name, id_, update.status, error)
        if item is None or update.status not in {"undelivered", "failed"}:
            return
        if trouble == "opted_out" and item.recipient:
            await phones.opt_out(tx, services.keys.phone(item.recipient), now)
        # Whoever has taken their signature back since is known no more, and hears no more.
        if trouble == "busy" and item.recipient and not item.expired(now):
            await outbox.postponed(tx, item, error or "", now, services.chance())
        else:
            await outbox.dropped(tx, item.id, error or update.status, now)


async def note_opt_out(services: Services, phone: str) -> None:
    """A gateway says that somebody wants to hear no more."""
    number = normal_phone(phone, services.settings.country) or storable(phone, ID_LIMIT)
    async with services.database.write() as tx:
        await phones.opt_out(tx, services.keys.phone(number), services.now())
