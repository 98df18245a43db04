"""The simulator's gateway: texts come from the command line and go to the terminal."""

import hmac
import json
import sys
from collections.abc import Mapping
from typing import Final, TextIO, cast, get_args
from urllib.parse import urlencode

from sms import (
    Capabilities,
    Channel,
    Event,
    Forged,
    HookRequest,
    HookResponse,
    Inbound,
    Malformed,
    Outbound,
    Reply,
    Sending,
    Status,
    StatusUpdate,
    Trouble,
)
from sms.characters import visible

SIGNATURE_HEADER: Final = "x-undersigned-signature"


class Console:
    """Speaks urlencoded forms, signed with HMAC-SHA256 of the raw body under a shared key.

    The signature covers no time or nonce: a recorded request can be played again, and is then
    the same `message_id` again.
    """

    name: Final = "console"
    can: Final = Capabilities(
        inline_reply=True, signed=True, status_updates=True, segments_per_second=100
    )

    def __init__(self, *, key: bytes, stream: TextIO | None = None) -> None:
        """`stream` is where outbound texts are printed; None is whatever stdout is at the time."""
        self._key = key
        self._stream = stream

    def authenticate(self, request: HookRequest) -> None:
        given = request.headers.get(SIGNATURE_HEADER, "")
        if not self._key or not hmac.compare_digest(
            given.encode("utf-8", "replace"), _sign(self._key, request.body).encode()
        ):
            raise Forged("no valid signature")

    def parse(self, request: HookRequest) -> Event:
        if request.get("status") is not None:
            return self._status(request)
        channel = request.get("channel") or "sms"
        if channel not in get_args(Channel):
            raise Malformed(f"unknown channel {channel!r}")
        return Inbound(
            gateway=self.name,
            message_id=request.filled("message_id"),
            sender=request.field("from"),
            recipient=request.field("to"),
            body=request.field("body"),
            channel=cast(Channel, channel),
            state=request.get("state") or "",
        )

    def _status(self, request: HookRequest) -> StatusUpdate:
        status = request.field("status")
        if status not in get_args(Status):
            raise Malformed(f"unknown status {status!r}")
        error = request.get("error") or None
        return StatusUpdate(self.name, request.filled("message_id"), cast(Status, status), error)

    def acknowledge(self, event: Event, reply: Reply | None = None) -> HookResponse:
        """The reply as plain text; what a session or call waits for stands in a header."""
        ask = reply.ask if reply else None
        headers = {"x-undersigned-ask": json.dumps([ask.state, ask.digits])} if ask else {}
        body = reply.body.encode() if reply else b""
        return HookResponse("text/plain; charset=utf-8", body, headers=headers)

    async def send(self, outbound: Outbound) -> Sending:
        """Prints one line. Newlines and terminal controls in the body become spaces."""
        body = " ".join(visible(outbound.body).split())
        print(f"SMS to {outbound.to}: {body}", file=self._stream or sys.stdout, flush=True)
        return Sending("sent", f"console-{outbound.reference}")

    def trouble(self, code: str) -> Trouble:
        return "unknown"


def signed_form(
    key: bytes, message_id: str, from_: str, to: str, body: str, **more: str
) -> tuple[Mapping[str, str], bytes]:
    """Headers and body of a POST that `Console` with the same key takes for an inbound text."""
    fields = {"message_id": message_id, "from": from_, "to": to, "body": body} | more
    form = urlencode(fields).encode()
    content_type = "application/x-www-form-urlencoded"
    return {"content-type": content_type, SIGNATURE_HEADER: _sign(key, form)}, form


def _sign(key: bytes, body: bytes) -> str:
    return hmac.digest(key, body, "sha256").hex()
