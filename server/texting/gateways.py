"""The SMS gateways that the settings set up."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from server.config import Settings
from server.core.values.keys import Keys
from server.errors import Misconfigured
from sms import Gateway

log = logging.getLogger(__name__)


def gateways(settings: Settings, keys: Keys) -> dict[str, Gateway]:
    """Each gateway by the word in its address, `/sms/{gateway}`. Raises `Misconfigured`.

    Only the adaptors that are used are loaded.
    """
    made = {name: make(settings, keys) for name, make in _MAKERS.items()}
    found = {name: gateway for name, gateway in made.items() if gateway}
    for gateway in found.values():
        if not gateway.can.signed:
            log.warning(
                "%s signs nothing: keep its webhook's address out of all logs", gateway.name
            )
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


def _android(settings: Settings, keys: Keys) -> Gateway | None:
    if not settings.android_signing_key:
        return None
    from sms.gateways.android import Android

    return Android(
        signing_key=settings.android_signing_key,
        api_url=settings.android_url,
        user=settings.android_user,
        password=settings.android_password,
    )


def _africastalking(settings: Settings, keys: Keys) -> Gateway | None:
    if not settings.africastalking_username:
        return None
    from sms.gateways.africastalking import AfricasTalking

    return AfricasTalking(
        username=settings.africastalking_username,
        api_key=settings.africastalking_api_key,
        secret=settings.sms_secret,
        sender=settings.sms_number,
        api_url=settings.africastalking_api_url or None,
    )


def _http(settings: Settings, keys: Keys) -> Gateway | None:
    if not settings.sms_http:
        return None
    from sms.gateways.http import Http
    from sms.gateways.presets import PRESETS

    options = PRESETS.get(settings.sms_http) or _own_fields(settings.sms_http)
    try:
        return Http(
            **options,
            secret=settings.sms_secret,
            hmac_key=settings.sms_http_hmac_key,
            send_url=settings.sms_http_send_url,
            send_auth=settings.sms_http_send_auth,
            number=settings.sms_number,
            status_url=f"{settings.public_url}/sms/http",
        )
    except (TypeError, ValueError) as error:
        raise Misconfigured(f"UNDERSIGNED_SMS_HTTP: {error}") from error


def _own_fields(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Misconfigured(
            f"UNDERSIGNED_SMS_HTTP must be kannel, jasmin, vonage or a JSON object, not {text!r}"
        )
    return found


def _console(settings: Settings, keys: Keys) -> Gateway | None:
    if not settings.sms_console:
        return None
    from sms.gateways.console import Console

    return Console(key=keys.server("console"))


# In the order in which one is chosen to carry what answers no text: real ones first.
_MAKERS: dict[str, Callable[[Settings, Keys], Gateway | None]] = {
    "twilio": _twilio,
    "http": _http,
    "android": _android,
    "africastalking": _africastalking,
    "console": _console,
    "voice": _voice,
}
