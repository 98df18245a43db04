"""Africa's Talking: texts in and out, and USSD, in many countries of Africa.

https://developers.africastalking.com/docs/sms (sending, inbound texts, delivery reports, opt-outs)
and /docs/ussd. Its callbacks carry no signature, so the webhook's address ends in a secret.
"""

import re
from typing import Any, Final

from sms import (
    Capabilities,
    Event,
    HookRequest,
    HookResponse,
    Ignored,
    Inbound,
    Malformed,
    OptedOut,
    Outbound,
    Reply,
    Result,
    Sending,
    Status,
    StatusUpdate,
    Trouble,
)
from sms.gateways.posting import Answer, ask
from sms.gateways.secret_address import SecretAddress

LIVE: Final = "https://api.africastalking.com/version1"
_LASTED: Final = "durationInMillis"  # stands only in the notice that a session has ended

_STATUSES: Final[dict[str, Status]] = {
    "Sent": "sent",
    "Submitted": "queued",
    "Buffered": "queued",
    "Success": "delivered",
    "Rejected": "failed",
    "Failed": "undelivered",
    "AbsentSubscriber": "undelivered",
    "Expired": "undelivered",
}
#: What the code of a recipient makes of a text: 1xx is taken.
_RESULTS: Final[dict[str, Result]] = {
    "100": "sent",
    "101": "sent",
    "102": "sent",
    "405": "retry",  # no money left
    "406": "stopped",  # on the list of those who have opted out
    "409": "retry",  # not at this time of day
    "500": "retry",
    "501": "retry",
    "502": "retry",
}
#: Codes of an answer, words of one without recipients, reasons and statuses of a delivery report.
_TROUBLES: Final[dict[str, Trouble]] = {
    "406": "opted_out",
    "UserInBlacklist": "opted_out",
    "UserInBlackList": "opted_out",  # so spelt in delivery reports
    "403": "unreachable",
    "404": "unreachable",
    "407": "unreachable",
    "DeliveryFailure": "unreachable",
    "UserDoesNotExist": "unreachable",
    "UserIsInactive": "unreachable",
    "UserAccountSuspended": "unreachable",
    "UserNotProvisioned": "unreachable",
    "NotNetworkSubscriber": "unreachable",
    "NotNetworkSubcriber": "unreachable",  # so spelt in the documentation
    "401": "configuration",
    "402": "configuration",
    "405": "configuration",
    "InsufficientCredit": "configuration",
    "InvalidLinkId": "configuration",
    "InvalidSenderId": "configuration",
    "UserNotSubscribedToProduct": "configuration",
    "RejectedByGateway": "filtered",
    "Expired": "filtered",  # documented as flagged by the carrier's firewall
    "AbsentSubscriber": "busy",
    "409": "busy",
    "DoNotDisturbRejection": "busy",  # Nigeria takes no promotional texts from 8 pm to 8 am
    "429": "busy",
    "network": "busy",
}


class AfricasTalking:
    """One account with its sender for texts, and its USSD codes."""

    name: Final = "africastalking"
    can: Final = Capabilities(status_updates=True, handles_opt_out=True, segments_per_second=5)

    def __init__(
        self,
        *,
        username: str,
        api_key: str,
        secret: str,
        sender: str = "",
        api_url: str | None = None,
        timeout: float = 10.0,
    ) -> None:
        """`secret` is the last part of the address that Africa's Talking calls; raises ValueError
        for one shorter than 16 characters. `sender` is a short code or an alphanumeric sender;
        `api_url` stands in for the live API, for the sandbox and tests. `timeout` is in seconds.
        """
        self._address = SecretAddress(secret)
        self._username, self._api_key, self._sender = username, api_key, sender
        self._url = f"{api_url or LIVE}/messaging"
        self._timeout = timeout

    def authenticate(self, request: HookRequest) -> None:
        self._address.authenticate(request)

    def parse(self, request: HookRequest) -> Event:
        if request.get("sessionId") is not None:
            return self._session(request)
        # Either of the two, so that a text which has lost the other is no success.
        if request.get("text") is not None or request.get("from") is not None:
            return Inbound(
                gateway=self.name,
                message_id=request.filled("id"),
                sender=request.filled("from"),
                recipient=request.field("to"),
                body=request.field("text"),
            )
        if request.get("status") is not None:
            status = _STATUSES.get(request.field("status"))
            if status is None:
                raise Malformed("unknown status")
            return StatusUpdate(self.name, request.filled("id"), status, _reason(request, status))
        if request.get("senderId") is not None:
            return OptedOut(self.name, request.filled("phoneNumber"))
        return Ignored("neither a text nor a session")

    def _session(self, request: HookRequest) -> Event:
        """Each screen brings all that was keyed so far, so its number tells it from others."""
        if request.get("text") is None and (request.get("status") or request.get(_LASTED)):
            return Ignored("the session has ended")
        keyed = request.field("text")
        screen = keyed.count("*") + 1 if keyed else 0
        return Inbound(
            gateway=self.name,
            message_id=f"{request.filled('sessionId')}:{screen}",
            sender=request.filled("phoneNumber"),
            recipient=request.get("serviceCode") or "",
            body=keyed,
            channel="ussd",
        )

    def acknowledge(self, event: Event, reply: Reply | None = None) -> HookResponse:
        """A screen begins with CON if the session goes on after it, else with END."""
        plain = "text/plain; charset=utf-8"
        if not (isinstance(event, Inbound) and event.channel == "ussd" and reply):
            return HookResponse(plain, b"")
        return HookResponse(plain, f"{'CON' if reply.ask else 'END'} {reply.body}".encode())

    async def send(self, outbound: Outbound) -> Sending:
        """A timeout may hide a text that was taken; trying again then sends it twice."""
        form = {"username": self._username, "to": outbound.to, "message": outbound.body}
        answer = await ask(
            "POST",
            self._url,
            patience=self._timeout,
            headers={"apiKey": self._api_key, "Accept": "application/json"},
            form=form | ({"from": self._sender} if self._sender else {}),
        )
        return _sending(answer)

    def trouble(self, code: str) -> Trouble:
        return _TROUBLES.get(code, "busy" if re.fullmatch("5[0-9]{2}", code) else "unknown")


def _reason(request: HookRequest, status: Status) -> str | None:
    """Why a text did not arrive: the reason given, or else the status, which can say as much."""
    given = request.get("failureReason")
    return given or (request.field("status") if status in {"undelivered", "failed"} else None)


def _sending(answer: Answer) -> Sending:
    if answer.status == 429:
        return Sending("throttled", code="429")
    data = _data(answer.json)
    recipient = _recipient(data)
    if not 200 <= answer.status < 300 or recipient is None:
        # A wrong key (401) can be mended; so can an answer that we cannot read.
        about_the_text = answer.status in {400, 422}
        word = str(data.get("Message"))  # says in one word what is wrong with our account
        code = word if word in _TROUBLES else str(answer.status or "network")
        return Sending("failed" if about_the_text else "retry", code=code)
    status = str(recipient.get("statusCode"))
    result = _RESULTS.get(status, "failed")
    if result == "sent":
        return Sending("sent", str(recipient.get("messageId") or ""))
    return Sending(result, code=status)


def _data(said: Any) -> dict[str, Any]:
    data = said.get("SMSMessageData") if isinstance(said, dict) else None
    return data if isinstance(data, dict) else {}


def _recipient(data: dict[str, Any]) -> dict[str, Any] | None:
    recipients = data.get("Recipients")
    found = recipients[0] if isinstance(recipients, list) and recipients else None
    return found if isinstance(found, dict) else None
