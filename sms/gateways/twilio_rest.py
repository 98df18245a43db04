"""Twilio's REST API, by Twilio's own library: sending texts, listing them, erasing their words.

https://www.twilio.com/docs/messaging/api/message-resource, /docs/api/errors (codes).
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from sms import Outbound, Result, Sending, Trouble, Unreachable
from sms.gateways.posting import hands

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
T = TypeVar("T")
#: Refusals that are about us or about the moment, not about one text.
_PASSING = frozenset({401, 403, 408, 429})


class TwilioRest:
    """One account. Without a token nothing is sent, and nothing can be asked."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        origin: Mapping[str, str],
        status_url: str | None,
        api_url: str | None,
        timeout: float,
    ) -> None:
        """`origin` says, in the words of Twilio's library, where texts come from; the rest is as
        for `Twilio`."""
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._origin = dict(origin)
        self._callback = {"status_callback": status_url} if status_url else {}
        self._api_url = api_url
        self._timeout = timeout
        self._client: Any = None

    async def send(self, outbound: Outbound) -> Sending:
        if not self._auth_token:
            return Sending("retry", code="no-auth-token")
        return await asyncio.get_running_loop().run_in_executor(hands(), self._sent, outbound)

    def _sent(self, outbound: Outbound) -> Sending:
        try:
            messages = self._connected().messages
            sent = messages.create(
                to=outbound.to, body=outbound.body, **self._origin, **self._callback
            )
        except Exception as error:  # whatever the network or Twilio's library makes of an answer
            return _refused(error)
        return Sending("sent", sent.sid) if sent.sid else Sending("retry", code="network")

    async def received(self, since: int) -> list[Any]:
        """The inbound ones among the 2,000 latest texts since then, oldest first, as Twilio's
        library words them. Raises `Unreachable`."""
        return await self._ask(lambda: self._received(since))

    def _received(self, since: int) -> list[Any]:
        start = datetime.fromtimestamp(since, UTC)
        listed = self._connected().messages.list(
            date_sent_after=start, limit=_PAGE * _PAGES, page_size=_PAGE
        )
        texts = sorted(
            (text for text in listed if text.direction == "inbound" and text.date_sent),
            key=lambda text: text.date_sent,
        )
        # Twilio rounds the time down to a day in some notations, so it is compared here again.
        return [text for text in texts if text.date_sent >= start]

    async def erase(self, message_id: str) -> bool:
        """Whether Twilio has forgotten the words of a text. Raises `Unreachable`."""
        return await self._ask(lambda: self._redacted(message_id))

    def _redacted(self, message_id: str) -> bool:
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


def trouble_of(code: str) -> Trouble:
    """What an error code of Twilio's means, or the HTTP status where it gave none."""
    if code in _CODES:
        return _CODES[code][0]
    return "busy" if re.fullmatch("5[0-9]{2}", code) else "unknown"


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
