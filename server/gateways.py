"""The SMS gateways that the settings set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.config import Settings
from server.core.keys import Keys
from server.errors import Misconfigured
from sms import Gateway


def gateways(settings: Settings, keys: Keys) -> dict[str, Gateway]:
    """Each gateway by the word in its address, `/sms/{gateway}`. Raises `Misconfigured`.

    Only the adaptors that are used are loaded.
    """
    made = {name: make(settings, keys) for name, make in _MAKERS.items()}
    found = {name: gateway for name, gateway in made.items() if gateway}
    if settings.sms_gateway and settings.sms_gateway not in found:
        raise Misconfigured(
            f"UNDERSIGNED_SMS_GATEWAY names {settings.sms_gateway!r}, which is not set up"
        )
    return found


def _twilio_account(settings: Settings) -> dict[str, Any]:
    return {
        "account_sid": settings.twilio_account_sid,
        "auth_token": settings.twilio_auth_token,
        "secondary_token": settings.twilio_auth_token_secondary,
        "shared_key": settings.twilio_shared_key,
    }


def _twilio(settings: Settings, keys: Keys) -> Gateway | None:
    if not settings.twilio_auth_token:
        return None
    from sms.gateways.twilio import Twilio

    return Twilio(
        **_twilio_account(settings),
        sender=settings.sms_number,
        service_sid=settings.twilio_messaging_service_sid,
        status_url=f"{settings.public_url}/sms/twilio/status",
    )


def _voice(settings: Settings, keys: Keys) -> Gateway | None:
    if not (settings.voice and settings.twilio_auth_token):
        return None
    from sms.gateways.voice import Voice

    return Voice(**_twilio_account(settings), url=f"{settings.public_url}/sms/voice")


def _console(settings: Settings, keys: Keys) -> Gateway | None:
    if not settings.sms_console:
        return None
    from sms.gateways.console import Console

    return Console(key=keys.server("console"))


# In the order in which one is chosen to carry what answers no text: real ones first.
_MAKERS: dict[str, Callable[[Settings, Keys], Gateway | None]] = {
    "twilio": _twilio,
    "console": _console,
    "voice": _voice,
}
