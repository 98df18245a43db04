"""The simulator's gateway: texts come from the command line and go to the terminal."""

import hmac
import sys
from collections.abc import Mapping
from typing import Final, TextIO, cast, get_args
from urllib.parse import urlencode

from sms import (
    Forged,
    HookRequest,
    HookResponse,
    Inbound,
    Malformed,
    Outbound,
    Status,
    StatusUpdate,
)
from sms.letters import visible

SIGNATURE_HEADER: Final = "x-undersigned-signature"


class Console:
    """Speaks urlencoded forms, signed with HMAC-SHA256 of the raw body under a shared key.

    The signature covers no time or nonce: a recorded request can be played again, and is then
    the same `message_id` again.
    """

    name: Final = "console"

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

    def inbound(self, request: HookRequest) -> Inbound:
        return Inbound(
            gateway=self.name,
            message_id=request.field("message_id"),
            sender=request.field("from"),
            recipient=request.field("to"),
            body=request.field("body"),
        )

    def status(self, request: HookRequest) -> StatusUpdate:
        status = request.field("status")
        if status not in get_args(Status):
            raise Malformed(f"unknown status {status!r}")
        error = request.get("error") or None
        return StatusUpdate(self.name, request.field("message_id"), cast(Status, status), error)

    def reply(self, body: str | None) -> HookResponse:
        return HookResponse("text/plain; charset=utf-8", (body or "").encode())

    async def send(self, outbound: Outbound) -> str:
        """Prints one line. Newlines and terminal controls in the body become spaces."""
        body = " ".join(visible(outbound.body).split())
        print(f"SMS to {outbound.to}: {body}", file=self._stream or sys.stdout, flush=True)
        return f"console-{outbound.reference}"


def signed_form(
    key: bytes, message_id: str, from_: str, to: str, body: str
) -> tuple[Mapping[str, str], bytes]:
    """Headers and body of a POST that `Console` with the same key takes for an inbound text."""
    fields = {"message_id": message_id, "from": from_, "to": to, "body": body}
    form = urlencode(fields).encode()
    content_type = "application/x-www-form-urlencoded"
    return {"content-type": content_type, SIGNATURE_HEADER: _sign(key, form)}, form


def _sign(key: bytes, body: bytes) -> str:
    return hmac.digest(key, body, "sha256").hex()
