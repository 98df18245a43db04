"""Gateways that speak plain HTTP: Kannel, Jasmin, Vonage, and others by the names of their fields.

`sms/gateways/presets.py` has the names of those three.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, cast
from urllib.parse import parse_qsl, quote, urlsplit

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
from sms.gateways.posting import Answer, ask, read_json
from sms.gateways.presets import STATUSES
from sms.segments import measure

AnswerWith = Literal["text", "ack", "empty"]
SECRET_LEAST: Final = 16  # characters
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
        per_second: float = 1.0,
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
        if secret and len(secret) < SECRET_LEAST:
            raise ValueError(f"a secret needs at least {SECRET_LEAST} characters")
        if unknown := set(fields or ()) - set(_FIELDS):
            raise ValueError(f"no field {sorted(unknown)[0]!r}")
        self.can = Capabilities(
            inline_reply=answer == "text",
            signed=bool(hmac_key),
            status_updates=True,
            calls_by_get=True,
            segments_per_second=per_second,
        )
        self._secret, self._hmac_key = secret.encode(), hmac_key.encode()
        self._hmac_header = hmac_header.lower()
        self._fields = {**_FIELDS, **(fields or {})}
        self._answer, self._bare = answer, bare_numbers
        self._url, self._method = send_url, send_method
        if send_fields is None:
            in_url = "{text}" in send_url
            send_fields = {} if in_url else {"to": "{to}", "from": "{from}", "text": "{text}"}
        self._send_fields = dict(send_fields)
        self._json, self._auth = send_json, send_auth
        self._unicode = dict(unicode_fields or {})
        self._unicode_headers = dict(unicode_headers or {})
        self._troubles = dict(troubles or {})
        self._verdicts = [(re.compile(pattern, re.MULTILINE), r) for pattern, r in verdicts]
        self._message_id = re.compile(message_id) if message_id else None
        self._number, self._timeout = number, timeout
        self._status_url = f"{status_url}/{secret}" if secret else status_url

    def authenticate(self, request: HookRequest) -> None:
        if not self._secret and not self._hmac_key:
            raise Forged("neither a secret address nor a key is set")
        try:
            path = request.path.rpartition("/")[2].encode("utf-8", "replace")
        except ValueError as error:
            raise Forged("no URL") from error
        if self._secret and not hmac.compare_digest(path, self._secret):
            raise Forged("not our secret address")
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
            headers = {} if _is_gsm7(reply.body) else self._unicode_headers
        return HookResponse("text/plain; charset=utf-8", body, headers=headers)

    async def send(self, outbound: Outbound) -> Sending:
        if not self._url:
            return Sending("retry", code="no-address")
        values = self._values(outbound)
        fields = self._filled(outbound, values)
        with_user = any("{user}" in part for part in [self._url, *self._send_fields.values()])
        way: dict[str, Any] = {"form": fields}
        if self._method == "GET":
            way = {"params": fields}
        elif self._json:
            way = {"payload": fields}
        answer = await ask(
            self._method,
            _fill(
                self._url,
                {name: quote(value, "", errors="replace") for name, value in values.items()},
            ),
            patience=self._timeout,
            auth="" if with_user else self._auth,
            **way,
        )
        return self._read(answer, outbound)

    def _values(self, outbound: Outbound) -> dict[str, str]:
        user, _, password = self._auth.partition(":")
        return {
            "to": outbound.to,
            "from": self._number,
            "to_digits": outbound.to.lstrip("+"),
            "from_digits": self._number.lstrip("+"),
            "text": outbound.body,
            "utf16": outbound.body.encode("utf-16-be", "replace").hex(),
            "id": outbound.reference,
            "user": user,
            "password": password,
            "status_url": self._status_url,
        }

    def _filled(self, outbound: Outbound, values: Mapping[str, str]) -> dict[str, str]:
        templates = dict(self._send_fields)
        if not _is_gsm7(outbound.body):
            templates |= self._unicode
        filled = {name: _fill(template, values) for name, template in templates.items()}
        return {name: value for name, value in filled.items() if value}

    def _read(self, answer: Answer, outbound: Outbound) -> Sending:
        code = str(answer.status or "network")
        taken = 200 <= answer.status < 300
        for pattern, result in self._verdicts if answer.status else ():
            if not (found := pattern.search(answer.text)):
                continue
            if result == "sent" and not taken:
                break  # the page of a proxy that failed may well say "0: ..." somewhere
            if result != "sent":
                return Sending(result, code="-".join(re.findall(r"\w+", found[0]))[:40])
            id_ = found[1] if pattern.groups else self._their_id(answer)
            return Sending("sent", id_ or outbound.reference)
        if answer.status == 429:
            return Sending("throttled", code=code)
        if not answer.status or answer.status >= 500 or answer.status in {401, 403}:
            return Sending("retry", code=code)
        if taken and not self._verdicts:
            return Sending("sent", self._their_id(answer) or outbound.reference)
        return Sending("failed", code=code)

    def _their_id(self, answer: Answer) -> str:
        if self._message_id:
            found = self._message_id.search(answer.text)
            return found[1] if found else ""
        said = answer.json
        names = ("id", "message_id", "messageId", "message-id")
        return next((str(said[n]) for n in names if said.get(n)), "") if _is_object(said) else ""

    def trouble(self, code: str) -> Trouble:
        if code in self._troubles:
            return self._troubles[code]
        if code in {"401", "403", "no-address"}:
            return "configuration"
        if code in {"429", "network"} or re.fullmatch("5[0-9]{2}", code):
            return "busy"
        return "unreachable" if code == "undeliv" else "unknown"


def _is_gsm7(text: str) -> bool:
    return measure(text).encoding == "GSM-7"


def _fill(template: str, values: Mapping[str, str]) -> str:
    """`template` with what stands in braces replaced, once; unknown names stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), template)


def _is_object(said: Any) -> bool:
    return isinstance(said, dict)


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
    if not _is_object(said):
        raise Malformed("no JSON object")
    fields = cast(dict[str, Any], said)
    return [(name, str(v)) for name, v in fields.items() if isinstance(v, str | int | float)]
