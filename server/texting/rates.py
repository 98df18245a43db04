"""How many segments a second a sender may send: by its gateway, or by the kind of its number."""

from __future__ import annotations

from functools import lru_cache

from server.config import Settings
from sms import Gateway

#: Carriers count so, and hold back or drop what is faster: A2P over a long code, over a toll-free
#: number, over a short code.
LONG_CODE, TOLL_FREE, SHORT_CODE = 1.0, 3.0, 100.0
ANY = ""


def rate_of(settings: Settings, gateway: Gateway) -> float:
    """Segments a second: what the operator has said for that gateway, or for all, else what the
    gateway itself can do, else what the kind of the number may."""
    said = _said(settings.sms_rate)
    known = said.get(gateway.name) or said.get(ANY) or gateway.can.segments_per_second
    return known or _rate_of_number(settings.sms_number)


@lru_cache(maxsize=8)
def _said(rate: frozenset[str]) -> dict[str, float]:
    parts = (part.rpartition("=") for part in rate)
    return {name: float(n) for name, _, n in parts}


@lru_cache(maxsize=8)
def _rate_of_number(number: str) -> float:
    if not number.startswith("+"):
        return SHORT_CODE if number else LONG_CODE
    import phonenumbers
    from phonenumbers import PhoneNumberType

    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return TOLL_FREE if kind == PhoneNumberType.TOLL_FREE else LONG_CODE
