"""Twilio's Programmable Messaging: webhooks signed by Twilio, answers in TwiML, sending by its API.

https://www.twilio.com/docs/usage/security (signature), /docs/messaging/twiml (answers),
/docs/messaging/guides/webhook-request (fields), /docs/api/errors (codes).
"""

import asyncio
import base64
import hmac
import re
from functools import lru_cache
from typing import Any, Final
from urllib.parse import ParseResult, urlparse
from xml.sax.saxutils import escape

from sms import (
    Forged,
    HookRequest,
    HookResponse,
    Inbound,
    Malformed,
    OptOut,
    Outbound,
    SendFailed,
    Status,
    StatusUpdate,
)

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
_STATUSES: Final[dict[str, Status]] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
_OPT_OUTS: Final[dict[str, OptOut]] = {"STOP": "stop", "START": "start", "HELP": "help"}

# What an answer 400 says about the moment and not about the text: the sender's queue is full.
_BUSY: Final = {21611}

# https://www.w3.org/TR/xml/#charsets
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Twilio:
    """One Twilio account and the sender that our texts come from."""

    name: Final = "twilio"

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str = "",
        status_url: str | None = None,
        api_url: str | None = None,
        timeout: float = 10.0,
    ) -> None:
        """`sender` is a number in E.164 or the SID of a messaging service (`MG…`).

        `status_url` is where Twilio reports what became of a text, `api_url` stands in for
        https://api.twilio.com in tests. `timeout` is in seconds, for connecting and for each
        wait on an answer. Without `auth_token` every request is `Forged` and nothing is sent.
        """
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._sender = sender
        self._status_url = status_url
        self._api_url = api_url
        self._timeout = timeout
        self._client: Any = None

    def authenticate(self, request: HookRequest) -> None:
        given = request.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
        if not self._auth_token or not given:
            raise Forged("no auth token configured, or no signature")
        expected = (
            signature(self._auth_token, url, request.form) for url in _spellings(request.url)
        )
        if not any(hmac.compare_digest(right, given) for right in expected):
            raise Forged("wrong signature")
        # A subaccount's requests are signed with the subaccount's own token, so this can only be
        # a wrong configuration; better a refused text than one counted for somebody else.
        if self._account_sid and request.get("AccountSid") != self._account_sid:
            raise Forged("another account's request")

    def inbound(self, request: HookRequest) -> Inbound:
        return Inbound(
            gateway=self.name,
            message_id=_filled(request, "MessageSid"),
            sender=_filled(request, "From"),
            recipient=_filled(request, "To"),
            body=request.field("Body"),  # empty for a picture without words
            opt_out=_OPT_OUTS.get((request.get("OptOutType") or "").upper()),
        )

    def status(self, request: HookRequest) -> StatusUpdate:
        status = _STATUSES.get(request.field("MessageStatus"))
        if status is None:
            raise Malformed("unknown MessageStatus")
        error = request.get("ErrorCode") or None
        return StatusUpdate(self.name, _filled(request, "MessageSid"), status, error)

    def reply(self, body: str | None) -> HookResponse:
        """TwiML. An empty text is none at all: Twilio reports an empty `<Message>` as an error."""
        text = escape(_NOT_XML.sub("", body or ""))
        message = f"<Message>{text}</Message>" if text else ""
        response = f"<Response>{message}</Response>" if message else "<Response/>"
        return HookResponse(
            "text/xml; charset=utf-8", f'<?xml version="1.0" encoding="UTF-8"?>{response}'.encode()
        )

    async def send(self, outbound: Outbound) -> str:
        """Returns the message's SID.

        After a timeout Twilio may or may not have sent the text: the failure counts as temporary,
        and trying again can send it twice. Twilio's API has no key that would prevent that.
        """
        if not self._auth_token:
            raise SendFailed("no-auth-token", permanent=False)
        return await asyncio.to_thread(self._create, outbound)

    def _create(self, outbound: Outbound) -> str:
        from requests import RequestException
        from twilio.base.exceptions import TwilioException

        service = self._sender.startswith("MG")
        sender = {"messaging_service_sid" if service else "from_": self._sender}
        callback = {"status_callback": self._status_url} if self._status_url else {}
        try:
            messages = self._connected().messages
            sent = messages.create(to=outbound.to, body=outbound.body, **sender, **callback)
        except TwilioException as error:
            raise _failure(error) from error
        # Twilio's library lets the errors of `requests` and of `json` through as they are.
        except (RequestException, ValueError) as error:
            raise SendFailed("network", permanent=False) from error
        return str(sent.sid)

    def _connected(self) -> Any:
        """Twilio's client, made on the first send. Two first sends at once make two: no harm.

        Importing it takes 18 MB and 0.17 s (twilio 9.13, Python 3.11), which a server that only
        answers texts never needs.
        """
        if self._client is None:
            from twilio.http.http_client import TwilioHttpClient
            from twilio.rest import Client

            http = TwilioHttpClient(timeout=self._timeout)
            client = Client(self._account_sid, self._auth_token, http_client=http)
            if self._api_url:
                client.api.base_url = self._api_url
            self._client = client
        return self._client


def _failure(error: Exception) -> SendFailed:
    """Only an answer 400 with a code of Twilio's speaks about this text; the others will pass.

    Among the permanent codes: 21610 (opted out), 21211 (no such number), 21614 (not a mobile),
    21408 (country not enabled). Without a code of its own an error has the HTTP status as code.
    """
    status, code = getattr(error, "status", None), getattr(error, "code", None)
    permanent = status == 400 and code not in {status, None, *_BUSY}
    return SendFailed(str(code or "twilio"), permanent)


def _filled(request: HookRequest, name: str) -> str:
    """The value of a field. Raises `Malformed` if it is missing or empty."""
    value = request.field(name)
    if not value:
        raise Malformed(f"empty field {name!r}")
    return value


def signature(auth_token: str, url: str, form: list[tuple[str, str]]) -> bytes:
    """`X-Twilio-Signature` of a POST: base64 of HMAC-SHA1 over the URL and the sorted form fields.

    A value that a field repeats counts once, as in `twilio.request_validator`.
    """
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    # A lone surrogate cannot come from Twilio, but must lead to a wrong signature, not to a crash.
    mac = hmac.digest(auth_token.encode(), signed.encode("utf-8", "surrogatepass"), "sha1")
    return base64.b64encode(mac)


@lru_cache(maxsize=64)
def _spellings(url: str) -> tuple[str, str]:
    """`url` without a port and with one, since Twilio signs now the one, now the other.

    The same two as in `twilio.request_validator`. Raises `Forged` for what is no URL.
    """
    try:
        parsed = urlparse(url)
        port = parsed.port or (443 if parsed.scheme == "https" else 80)
    except ValueError as error:
        raise Forged("no URL") from error
    host = parsed.netloc.split(":")[0] if parsed.port else parsed.netloc
    return _at(parsed, host), _at(parsed, f"{host}:{port}")


def _at(url: ParseResult, netloc: str) -> str:
    return url._replace(netloc=netloc).geturl()
