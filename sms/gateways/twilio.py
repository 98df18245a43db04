"""Twilio's Programmable Messaging: webhooks signed by Twilio, answers in TwiML, sending by its API.

https://www.twilio.com/docs/messaging/twiml (answers), /docs/messaging/guides/webhook-request and
/docs/messaging/guides/track-outbound-message-status (fields), /docs/api/errors (codes).
"""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from xml.sax.saxutils import escape

from sms import (
    Capabilities,
    Event,
    HookRequest,
    HookResponse,
    Ignored,
    Inbound,
    Malformed,
    OptOut,
    Outbound,
    Reply,
    Result,
    Sending,
    Status,
    StatusUpdate,
    Trouble,
    Unreachable,
)
from sms.gateways.twilio_signature import NUMBER, Field, Signer

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

# The names that Twilio sends behind a sender or an id. Where one of these does not have its usual
# shape (a sender that is a name, an id of a test), it ends there.
_NEXT: Final = (
    "From(?:City|Country|State|Zip)|Media|Message|Messaging|NumMedia|NumSegments|OptOutType"
    r"|Referral|Sms|To|\Z"
)
_SENDER: Final = rf"(?!City|Country|State|Zip)(?:[A-Za-z0-9][\w .&-]{{0,19}}?(?={_NEXT})|{NUMBER})"
_MESSAGE: Final = rf"(?:SM|MM)[0-9a-fA-F]{{32}}|[0-9A-Za-z_-]{{2,64}}?(?={_NEXT})"

#: What we read of a text and of a status update, in the order of the names. `From` is sought from
#: the end, because the words of a text stand before it and may hold anything.
_FIELDS: Final = (
    Field("Body"),
    Field("ErrorCode", "[0-9]{5}"),
    Field("From", _SENDER, last=True),
    Field("MessageSid", _MESSAGE),
    Field("MessageStatus", "[a-z_]+"),
    Field("OptOutType", "STOP|START|HELP"),
    Field("To", NUMBER, last=True),
)

_CONFIGURATION: Final[tuple[Trouble, Result]] = ("configuration", "retry")
_UNREACHABLE: Final[tuple[Trouble, Result]] = ("unreachable", "failed")
_BUSY: Final[tuple[Trouble, Result]] = ("busy", "retry")
#: What a code means, and what it makes of a text that Twilio refuses with it. What our account
#: lacks is tried again: the text can go out once somebody has mended it.
_CODES: Final[dict[str, tuple[Trouble, Result]]] = {
    "21610": ("opted_out", "stopped"),
    "21211": _UNREACHABLE,  # no such number
    "21614": _UNREACHABLE,  # a landline
    "30005": _UNREACHABLE,  # unknown handset
    "30006": _UNREACHABLE,  # a landline, or a carrier that cannot be reached
    "20003": _CONFIGURATION,  # wrong token, or the account is suspended
    "21408": _CONFIGURATION,  # country not enabled
    "21603": _CONFIGURATION,  # no sender
    "21606": _CONFIGURATION,  # not a number of ours that can send
    "21659": _CONFIGURATION,  # not a number of ours
    "21703": _CONFIGURATION,  # the messaging service has no number for this recipient
    "21704": _CONFIGURATION,  # the messaging service has no numbers
    "21705": _CONFIGURATION,  # no such messaging service
    "30032": _CONFIGURATION,  # toll-free number not verified
    "30034": _CONFIGURATION,  # number not registered for A2P 10DLC
    "no-auth-token": _CONFIGURATION,
    "401": _CONFIGURATION,
    "30007": ("filtered", "failed"),
    "20429": ("busy", "throttled"),
    "429": ("busy", "throttled"),
    "21611": _BUSY,  # the queue of our number is full
    "30001": _BUSY,  # queue overflow
    "30003": _BUSY,  # handset switched off
    "30022": _BUSY,  # too fast for A2P 10DLC
    "network": _BUSY,
}

# https://www.twilio.com/docs/usage/twilios-response#pagination: ours are 20 pages of 100.
_PAGE: Final = 100
_PAGES: Final = 20

# https://www.w3.org/TR/xml/#charsets
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

T = TypeVar("T")


#: Refusals that are about us or about the moment, not about one text.
_PASSING = frozenset({401, 403, 408, 429})


class Twilio:
    """One Twilio account and the sender that our texts come from."""

    name: Final = "twilio"
    can: Final = Capabilities(
        inline_reply=True,
        signed=True,
        status_updates=True,
        handles_opt_out=True,
        characters=1600,
        segments_per_second=1,
    )

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        secondary_token: str = "",
        shared_key: str = "",
        sender: str = "",
        service_sid: str = "",
        status_url: str | None = None,
        api_url: str | None = None,
        timeout: float = 10.0,
    ) -> None:
        """`sender` is a number in E.164 or a short code; `service_sid`, the SID of a messaging
        service (`MG…`), is used in its place when there is one.

        `secondary_token` and `shared_key` are for `Signer`; the API is always called with
        `auth_token`. `status_url` is where Twilio reports what became of a text, `api_url` stands
        in for https://api.twilio.com in tests. `timeout` is in seconds, for connecting and for
        each wait on an answer. Without `auth_token` nothing is sent.
        """
        self._signer = Signer(
            account_sid=account_sid,
            auth_token=auth_token,
            secondary_token=secondary_token,
            shared_key=shared_key,
            fields=_FIELDS,
        )
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._from = {"messaging_service_sid": service_sid} if service_sid else {"from_": sender}
        self._callback = {"status_callback": status_url} if status_url else {}
        self._api_url = api_url
        self._timeout = timeout
        self._client: Any = None

    def authenticate(self, request: HookRequest) -> None:
        self._signer.authenticate(request)

    def parse(self, request: HookRequest) -> Event:
        """An inbound text has words (perhaps none) and says `SmsStatus`, but no `MessageStatus`."""
        if request.get("Body") is not None:
            return Inbound(
                gateway=self.name,
                message_id=request.filled("MessageSid"),
                sender=request.filled("From"),
                recipient=request.filled("To"),
                body=request.field("Body"),  # empty for a picture without words
                opt_out=_OPT_OUTS.get(request.get("OptOutType") or ""),
            )
        if request.get("MessageStatus") is not None:
            return self._status(request)
        return Ignored("neither a text nor a status update")

    def _status(self, request: HookRequest) -> StatusUpdate:
        status = _STATUSES.get(request.field("MessageStatus"))
        if status is None:
            raise Malformed("unknown MessageStatus")
        error = request.get("ErrorCode") or None
        return StatusUpdate(self.name, request.filled("MessageSid"), status, error)

    def acknowledge(self, event: Event, reply: Reply | None = None) -> HookResponse:
        """TwiML. An empty text is none at all: Twilio reports an empty `<Message>` as an error."""
        answered = isinstance(event, Inbound) and event.opt_out is None and reply is not None
        text = xml_text(reply.body) if answered and reply else ""
        if isinstance(event, StatusUpdate):
            return HookResponse("text/plain", b"", 204)
        return twiml(f"<Message>{text}</Message>" if text else "")

    async def send(self, outbound: Outbound) -> Sending:
        """After a timeout Twilio may or may not have sent the text, and trying again can send it
        twice: Twilio's API has no key that would prevent that."""
        if not self._auth_token:
            return Sending("retry", code="no-auth-token")
        return await asyncio.to_thread(self._create, outbound)

    def _create(self, outbound: Outbound) -> Sending:
        try:
            messages = self._connected().messages
            sent = messages.create(
                to=outbound.to, body=outbound.body, **self._from, **self._callback
            )
        except Exception as error:  # whatever the network or Twilio's library makes of an answer
            return _refused(error)
        return Sending("sent", sent.sid) if sent.sid else Sending("retry", code="network")

    def trouble(self, code: str) -> Trouble:
        if code in _CODES:
            return _CODES[code][0]
        return "busy" if re.fullmatch("5[0-9]{2}", code) else "unknown"

    async def received(self, since: int) -> list[Inbound]:
        """At most what stands among the 2,000 latest texts in and out since then."""
        return await self._ask(lambda: self._list(since))

    def _list(self, since: int) -> list[Inbound]:
        start = datetime.fromtimestamp(since, UTC)
        listed = self._connected().messages.list(
            date_sent_after=start, limit=_PAGE * _PAGES, page_size=_PAGE
        )
        texts = sorted(
            (text for text in listed if text.direction == "inbound" and text.date_sent),
            key=lambda text: text.date_sent,
        )
        # Twilio rounds the time down to a day in some notations, so it is compared here again.
        return [
            Inbound(self.name, text.sid, text.from_ or "", text.to or "", text.body or "")
            for text in texts
            if text.date_sent >= start
        ]

    async def erase(self, message_id: str) -> bool:
        """A text that Twilio does not know any more is gone, too."""
        return await self._ask(lambda: self._redact(message_id))

    def _redact(self, message_id: str) -> bool:
        """https://www.twilio.com/docs/messaging/api/message-resource#redact-a-message"""
        try:
            return not self._connected().messages(message_id).update(body="").body
        except Exception as error:
            status = getattr(error, "status", None) or 0
            if status == 404:
                return True
            if 400 <= status < 500 and status not in _PASSING:
                return False
            raise

    async def _ask(self, question: Callable[[], T]) -> T:
        if not self._auth_token:
            raise Unreachable("no-auth-token")
        try:
            return await asyncio.to_thread(question)
        except Exception as error:
            raise Unreachable(_refused(error).code) from error

    def _connected(self) -> Any:
        """Twilio's client, made on the first use. Two first uses at once make two: no harm.

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


def _refused(error: Exception) -> Sending:
    """What an error makes of a text. Only Twilio's own codes with HTTP 400 speak of the text.

    An error of Twilio's without a code has the HTTP status as its code; every other error comes
    from the network, or from an answer that Twilio's library cannot read.
    """
    status = getattr(error, "status", None)
    code = str(getattr(error, "code", None) or status or "network")
    if code in _CODES or status == 429:
        return Sending(_CODES[code][1] if code in _CODES else "throttled", code=code)
    about_the_text = status == 400 and code != "400"
    return Sending("failed" if about_the_text else "retry", code=code)


def xml_text(text: str) -> str:
    """Text between two tags, without the characters that XML 1.0 forbids even when escaped."""
    return escape(_NOT_XML.sub("", text))


def twiml(verbs: str) -> HookResponse:
    """An answer in TwiML; `verbs` are elements, and none make an empty response."""
    response = f"<Response>{verbs}</Response>" if verbs else "<Response/>"
    document = f'<?xml version="1.0" encoding="UTF-8"?>{response}'
    return HookResponse("text/xml; charset=utf-8", document.encode())
