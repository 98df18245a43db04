"""Twilio's Programmable Messaging: webhooks signed by Twilio, answers in TwiML, sending by its API.

https://www.twilio.com/docs/messaging/twiml (answers), /docs/messaging/guides/webhook-request and
/docs/messaging/guides/track-outbound-message-status (fields).
"""

import re
from typing import Final
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
    Sending,
    Status,
    StatusUpdate,
    Trouble,
)
from sms.gateways.twilio_rest import TwilioRest, trouble_of
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

# https://www.w3.org/TR/xml/#charsets
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Twilio:
    """One Twilio account and the sender that our texts come from."""

    name: Final = "twilio"
    can: Final = Capabilities(
        inline_reply=True,
        signed=True,
        status_updates=True,
        handles_opt_out=True,
        characters=1600,
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
        self._api = TwilioRest(
            account_sid=account_sid,
            auth_token=auth_token,
            origin={"messaging_service_sid": service_sid} if service_sid else {"from_": sender},
            status_url=status_url,
            api_url=api_url,
            timeout=timeout,
        )

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
        return await self._api.send(outbound)

    def trouble(self, code: str) -> Trouble:
        return trouble_of(code)

    async def received(self, since: int) -> list[Inbound]:
        """At most what stands among the 2,000 latest texts in and out since then."""
        listed = await self._api.received(since)
        return [Inbound(self.name, t.sid, t.from_ or "", t.to or "", t.body or "") for t in listed]

    async def erase(self, message_id: str) -> bool:
        """A text that Twilio does not know any more is gone, too."""
        return await self._api.erase(message_id)


def xml_text(text: str) -> str:
    """Text between two tags, without the characters that XML 1.0 forbids even when escaped."""
    return escape(_NOT_XML.sub("", text))


def twiml(verbs: str) -> HookResponse:
    """An answer in TwiML; `verbs` are elements, and none make an empty response."""
    response = f"<Response>{verbs}</Response>" if verbs else "<Response/>"
    document = f'<?xml version="1.0" encoding="UTF-8"?>{response}'
    return HookResponse("text/xml; charset=utf-8", document.encode())
