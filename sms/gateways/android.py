"""A phone with a SIM as gateway: the open-source app SMS Gateway for Android (capcom6).

For a group without a provider. The phone calls us for each text that it gets, and takes ours at its
API, on itself or by the app's cloud. https://docs.sms-gate.app/features/webhooks/ (events and
signature) and /integration/api/ (sending).
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from typing import Any, Final

from sms import (
    Capabilities,
    Event,
    Forged,
    HookRequest,
    HookResponse,
    Ignored,
    Inbound,
    Malformed,
    Outbound,
    Reply,
    Sending,
    Status,
    StatusUpdate,
    Trouble,
)
from sms.gateways.posting import Answer, ask, read_json

BELIEVED_SECONDS: Final = 300  # for a signed request
_TTL_SECONDS: Final = 6 * 3600  # an answer that waits longer helps nobody

_STATUSES: Final[dict[str, Status]] = {
    "sms:sent": "sent",
    "sms:delivered": "delivered",
    "sms:failed": "failed",
}


class Android:
    """One phone, or several behind one address of the app's cloud."""

    name: Final = "android"
    # Android asks its owner before an app sends more than 30 texts in half an hour, unless that
    # limit is raised on the phone; a steady trickle is what a SIM is made for.
    can: Final = Capabilities(signed=True, status_updates=True, segments_per_second=0.2)

    def __init__(
        self,
        *,
        signing_key: str,
        api_url: str,
        user: str,
        password: str,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`signing_key` is the app's own, under "Webhooks"; `api_url` ends before `/messages`.

        `clock` gives UTC seconds; `timeout` is in seconds. Without a key every request is `Forged`.
        """
        self._key = signing_key.encode()
        self._url = api_url.rstrip("/") + "/messages"
        self._auth = f"{user}:{password}"
        self._timeout = timeout
        self._clock = clock

    def authenticate(self, request: HookRequest) -> None:
        """The signature is hex of HMAC-SHA256 over the body and the time behind it, in seconds."""
        stamp = request.headers.get("x-timestamp", "")
        if not self._key or not re.fullmatch("[0-9]{1,12}", stamp, re.ASCII):
            raise Forged("no signing key, or no time")
        given = request.headers.get("x-signature", "").lower().encode("utf-8", "replace")
        right = hmac.digest(self._key, request.body + stamp.encode(), "sha256").hex().encode()
        if not hmac.compare_digest(right, given):
            raise Forged("wrong signature")
        if abs(self._clock() - int(stamp)) > BELIEVED_SECONDS:
            raise Forged("too old, or played again")

    def parse(self, request: HookRequest) -> Event:
        hook = read_json(request.body)
        if not isinstance(hook, dict) or not isinstance(hook.get("payload"), dict):
            raise Malformed("no event")
        event, payload = _text(hook, "event"), hook["payload"]
        if event == "sms:received":
            return self._received(_text(hook, "deviceId"), payload)
        if event in _STATUSES:
            reason = payload.get("reason")
            error = str(reason)[:200] if reason else None
            return StatusUpdate(self.name, _text(payload, "messageId"), _STATUSES[event], error)
        return Ignored(event)

    def _received(self, device: str, payload: dict[str, Any]) -> Inbound:
        # Newer versions of the app say `sender` where older ones say `phoneNumber`.
        sender = _text(payload, "sender" if payload.get("sender") else "phoneNumber")
        # The app's own id is a hash of 32 bits over the words: two people's "YES" may share one.
        parts = (device, _text(payload, "messageId"), sender, _text(payload, "receivedAt"))
        id_ = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
        recipient = payload.get("recipient")
        return Inbound(
            gateway=self.name,
            message_id=id_,
            sender=sender,
            recipient=recipient if isinstance(recipient, str) else "",
            body=_text(payload, "message", empty=True),
        )

    def acknowledge(self, event: Event, reply: Reply | None = None) -> HookResponse:
        """The app wants nothing but a 2xx; it tries again after anything else."""
        return HookResponse("text/plain", b"", 200)

    async def send(self, outbound: Outbound) -> Sending:
        """Our own id goes along: the same text handed over twice is one message."""
        answer = await ask(
            "POST",
            self._url,
            patience=self._timeout,
            auth=self._auth,
            payload={
                "id": outbound.reference,
                "textMessage": {"text": outbound.body},
                "phoneNumbers": [outbound.to],
                "withDeliveryReport": True,
                "ttl": _TTL_SECONDS,
            },
        )
        return _sending(answer, outbound)

    def trouble(self, code: str) -> Trouble:
        """The app gives words of Android's in place of codes; only HTTP's can be told apart."""
        if code in {"401", "403", "404"}:
            return "configuration"
        return (
            "busy" if code in {"network", "429"} or re.fullmatch("5[0-9]{2}", code) else "unknown"
        )


def _sending(answer: Answer, outbound: Outbound) -> Sending:
    code = str(answer.status or "network")
    match answer.status:
        case 200 | 201 | 202:
            said = answer.json
            id_ = said.get("id") if isinstance(said, dict) else None
            return Sending("sent", str(id_ or outbound.reference))
        case 409:  # it has this text already: an earlier answer was lost
            return Sending("sent", outbound.reference)
        case 429:
            return Sending("throttled", code=code)
        # Wrong password or address: the phone can be set up anew while the text waits.
        case 0 | 401 | 403 | 404:
            return Sending("retry", code=code)
        case status if status >= 500:
            return Sending("retry", code=code)
    return Sending("failed", code=code)


def _text(fields: dict[str, Any], name: str, *, empty: bool = False) -> str:
    """A field that must be text. Raises `Malformed`."""
    value = fields.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise Malformed(f"no field {name!r}")
    return value
