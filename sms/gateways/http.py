"""Gateways that speak plain HTTP: Kannel, Jasmin, Vonage, and others by the names of their fields.

`sms/gateways/presets.py` has the names of those three.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal
from urllib.parse import parse_qsl, urlsplit

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
    Result,
    Sending,
    StatusUpdate,
    Trouble,
)
from sms.gateways.http_sending import HttpSender, is_gsm7
from sms.gateways.posting import read_json
from sms.gateways.presets import STATUSES
from sms.gateways.secret_address import SecretAddress

AnswerWith = Literal["text", "ack", "empty"]
_UTF16: Final = frozenset({"utf-16be", "utf-16-be", "ucs-2"})

_FIELDS: Final = {
    "id": "id",
    "from": "from",
    "to": "to",
    "text": "text",
    "charset": "charset",
    "time": "time",
    "status": "status",
    "status_id": "status_id",
    "error": "error",
}


class Http:
    """One gateway of this kind."""

    name: Final = "http"

    def __init__(
        self,
        *,
        secret: str = "",
        hmac_key: str = "",
        hmac_header: str = "x-signature",
        fields: Mapping[str, str] | None = None,
        answer: AnswerWith = "empty",
        bare_numbers: bool = False,
        send_url: str = "",
        send_method: str = "POST",
        send_fields: Mapping[str, str] | None = None,
        send_json: bool = False,
        send_auth: str = "",
        unicode_fields: Mapping[str, str] | None = None,
        unicode_headers: Mapping[str, str] | None = None,
        verdicts: Sequence[tuple[str, Result]] = (),
        message_id: str = "",
        troubles: Mapping[str, Trouble] | None = None,
        number: str = "",
        status_url: str = "",
        per_second: float = 0.0,
        timeout: float = 10.0,
    ) -> None:
        """Raises ValueError for a secret that is too short, and for names that nothing has.

        `secret` is the last part of the address that the gateway calls; `hmac_key` signs the raw
        body of a POST, in hex, in the header `hmac_header`. Each that is set must be right; without
        both, every request is `Forged`. `fields` are the gateway's names for ours (`_FIELDS`).
        `answer`: our reply is the body (`text`), or goes out by sending and the body is
        `ACK/Jasmin` or nothing. `bare_numbers`: numbers come without +.

        `send_fields` are templates over {to} {from} {text} {id} {user} {password} {status_url}
        {to_digits} {from_digits} {utf16}; `unicode_fields` come on top for a text outside GSM-7,
        and `unicode_headers` for a reply in the body. `send_url` may be such a template too.
        `verdicts` are expressions that are looked for in the answer, the first one found decides;
        otherwise the HTTP status does. Only a 2xx is believed that a text is sent. A group in one,
        or `message_id`, finds the gateway's id; without, the words found are the error's code.
        `troubles` says what codes mean.
        """
        if unknown := set(fields or ()) - set(_FIELDS):
            raise ValueError(f"no field {sorted(unknown)[0]!r}")
        self.can = Capabilities(
            inline_reply=answer == "text",
            signed=bool(hmac_key),
            status_updates=True,
            calls_by_get=True,
            segments_per_second=per_second,
        )
        self._address = SecretAddress(secret) if secret else None
        self._hmac_key = hmac_key.encode()
        self._hmac_header = hmac_header.lower()
        self._fields = {**_FIELDS, **(fields or {})}
        self._answer, self._bare = answer, bare_numbers
        self._unicode_headers = dict(unicode_headers or {})
        self._troubles = dict(troubles or {})
        self._sender = HttpSender(
            url=send_url,
            method=send_method,
            fields=send_fields,
            as_json=send_json,
            auth=send_auth,
            unicode_fields=unicode_fields or {},
            verdicts=verdicts,
            message_id=message_id,
            number=number,
            status_url=f"{status_url}/{secret}" if secret else status_url,
            timeout=timeout,
        )

    def authenticate(self, request: HookRequest) -> None:
        if not self._address and not self._hmac_key:
            raise Forged("neither a secret address nor a key is set")
        if self._address:
            self._address.authenticate(request)
        if self._hmac_key:
            given = request.headers.get(self._hmac_header, "").lower().encode("utf-8", "replace")
            right = hmac.digest(self._hmac_key, request.body, "sha256").hex().encode()
            # Only the body is signed, so a request whose fields stand in its address never is.
            if request.method != "POST" or not hmac.compare_digest(right, given):
                raise Forged("wrong signature")

    def parse(self, request: HookRequest) -> Event:
        said = self._said(request)
        if "text" not in said and said.get("status"):
            return self._status(said)
        if "from" not in said and "text" not in said:
            return Ignored("neither a text nor a status update")
        for name in ("from", "text"):
            if name not in said:
                raise Malformed(f"no field {self._fields[name]!r}")
        if not said["from"].strip():
            raise Malformed("a text from nobody")
        return Inbound(
            gateway=self.name,
            message_id=self._id(said),
            sender=self._numbered(said["from"]),
            recipient=self._numbered(said.get("to", "")),
            body=said["text"],
        )

    def _said(self, request: HookRequest) -> dict[str, str]:
        """The fields by our names: of the address for a GET, of the body for a POST."""
        found: dict[str, str] = {}
        for name, value in _pairs(request):
            found.setdefault(name, value)
        said = {ours: found[theirs] for ours, theirs in self._fields.items() if theirs in found}
        in_address = request.method != "POST" and "text" in said
        if in_address and said.get("charset", "").lower() in _UTF16:
            said["text"] = _utf16(request, self._fields["text"])
        if found.get("coding") == "8" and found.get("binary"):  # Jasmin's UCS-2, in hex
            try:
                said["text"] = bytes.fromhex(found["binary"]).decode("utf-16-be", "replace")
            except ValueError as error:
                raise Malformed("no hex") from error
        return said

    def _status(self, said: Mapping[str, str]) -> StatusUpdate:
        word = said["status"].lower()
        status = STATUSES.get(word)
        if status is None and word.startswith("esme_"):
            status = "failed"  # any error of SMPP
        if status is None or not said.get("status_id"):
            raise Malformed("an unknown status, or one of nothing")
        # Vonage gives a code for what went well, too, and "0" would be shown as a trouble.
        error = said.get("error") or word if status in {"failed", "undelivered"} else None
        return StatusUpdate(self.name, said["status_id"], status, error)

    def _id(self, said: Mapping[str, str]) -> str:
        """The gateway's own, else one from sender, time and words. Raises `Malformed` without."""
        if said.get("id"):
            return said["id"]
        if not said.get("time"):
            raise Malformed("neither an id nor a time")
        parts = "\0".join([said["from"], said.get("to", ""), said["time"], said["text"]])
        return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()[:32]

    def _numbered(self, number: str) -> str:
        # Some gateways write + as it is into an address, where it means a space.
        bare = self._bare or number.startswith((" ", "00"))
        number = number.strip()
        return f"+{number.removeprefix('00')}" if bare and number.isdigit() else number

    def acknowledge(self, event: Event, reply: Reply | None = None) -> HookResponse:
        body, headers = b"", {}
        if self._answer == "ack":
            body = b"ACK/Jasmin"
        elif self._answer == "text" and reply and isinstance(event, Inbound):
            body = reply.body.encode()
            headers = {} if is_gsm7(reply.body) else self._unicode_headers
        return HookResponse("text/plain; charset=utf-8", body, headers=headers)

    async def send(self, outbound: Outbound) -> Sending:
        return await self._sender.send(outbound)

    def trouble(self, code: str) -> Trouble:
        if code in self._troubles:
            return self._troubles[code]
        if code in {"401", "403", "no-address"}:
            return "configuration"
        if code in {"429", "network"} or re.fullmatch("5[0-9]{2}", code):
            return "busy"
        return "unreachable" if code == "undeliv" else "unknown"


def _utf16(request: HookRequest, name: str) -> str:
    """A field of the address whose octets are UTF-16, as Kannel passes on what came in UCS-2."""
    pairs = parse_qsl(urlsplit(request.url).query, keep_blank_values=True, encoding="latin-1")
    octets = dict(reversed(pairs)).get(name, "").encode("latin-1", "replace")
    return octets.decode("utf-16-be", "replace")


def _pairs(request: HookRequest) -> list[tuple[str, str]]:
    """Names and values of a request; of JSON the values at the top. Raises `Malformed`."""
    if request.method != "POST":
        try:
            return request.query
        except ValueError as error:
            raise Malformed("no URL") from error
    if "json" not in request.headers.get("content-type", "").lower():
        return list(request.form)
    said = read_json(request.body)
    if not isinstance(said, dict):
        raise Malformed("no JSON object")
    return [(name, str(v)) for name, v in said.items() if isinstance(v, str | int | float)]
