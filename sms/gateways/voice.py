"""Twilio Programmable Voice: somebody calls, hears us, and answers with the keys of the telephone.

https://www.twilio.com/docs/voice/twiml (fields of a request), /docs/voice/twiml/gather,
/docs/voice/twiml/say/text-speech (voices and languages). No call is ever recorded.
"""

import hmac
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from sms import (
    Ask,
    Capabilities,
    Event,
    HookRequest,
    HookResponse,
    Ignored,
    Inbound,
    Malformed,
    Outbound,
    Reply,
    Sending,
    Trouble,
)
from sms.gateways.twilio import twiml, xml_text
from sms.gateways.twilio_signature import NUMBER, Field, Signer

#: Twilio's language and voice for each of ours. Haitian Creole has none there; a French voice
#: reads its spelling closest to how it sounds.
_VOICES: Final[dict[str, tuple[str, str]]] = {
    "en": ("en-US", "Polly.Joanna"),
    "es": ("es-US", "Polly.Lupe"),
    "fr": ("fr-FR", "Polly.Lea"),
    "ht": ("fr-FR", "Polly.Lea"),
    "pt": ("pt-BR", "Polly.Camila"),
    "ar": ("arb", "Polly.Zeina"),
    "hi": ("hi-IN", "Polly.Aditi"),
    "vi": ("vi-VN", "Google.vi-VN-Standard-A"),
}

# https://www.twilio.com/docs/voice/api/call-resource#call-status-values
_GOING_ON: Final = {"ringing", "in-progress"}
_NOT_GOING_ON: Final = {"queued", "initiated"}
_ENDED: Final = {"completed", "busy", "failed", "no-answer", "canceled"}

#: What stands in `From` when the caller keeps the number back: a word, or that word typed on the
#: keys of a telephone (+266696687 is ANONYMOUS). Twilio's own table writes UNKNOWN as +8566696.
_WITHHELD: Final = ("anonymous", "blocked", "private", "restricted", "unavailable", "unknown")
_KEYPAD: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_NOBODY: Final = {f"+{word.translate(_KEYPAD)}" for word in _WITHHELD} | {"+8566696"}
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")

#: What we read of a call, in the order of the names. `From` is sought from the end, because
#: `ForwardedFrom` stands before it.
_FIELDS: Final = (
    Field("CallSid", "CA[0-9a-fA-F]{32}"),
    Field("CallStatus", "[a-z-]+"),
    Field("Digits", "[0-9*#]*", last=True),
    Field("From", rf"{NUMBER}|(?i:{'|'.join(_WITHHELD)})", last=True),
    Field("To", NUMBER, last=True),
)

_STATE: Final = re.compile(r"[A-Za-z0-9_.:-]{0,64}")


class Voice:
    """One Twilio account that people call. What a call has reached travels in the action's URL."""

    name: Final = "voice"
    can: Final = Capabilities(
        sends=False, inline_reply=True, signed=True, characters=3000, segments_per_second=1
    )

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        secondary_token: str = "",
        shared_key: str = "",
        url: str,
    ) -> None:
        """`url` is where Twilio reaches us (https://sign.example/sms/voice), without a query.

        The other settings are those of `Signer`.
        """
        self._signer = Signer(
            account_sid=account_sid,
            auth_token=auth_token,
            secondary_token=secondary_token,
            shared_key=shared_key,
            fields=_FIELDS,
        )
        self._key = (auth_token or shared_key).encode()
        self._url = url

    def authenticate(self, request: HookRequest) -> None:
        """The state is authentic, too: Twilio signs the URL with its query."""
        self._signer.authenticate(request)

    def parse(self, request: HookRequest) -> Event:
        """The keys pressed are the body; a call that has just begun has none, as has silence."""
        status = request.field("CallStatus")
        if status in _ENDED | _NOT_GOING_ON:
            return Ignored(f"the call is {status}")
        if status not in _GOING_ON:
            raise Malformed("unknown CallStatus")
        state, digits = _state(request), request.get("Digits") or ""
        return Inbound(
            gateway=self.name,
            message_id=self._message_id(request.filled("CallSid"), state, digits),
            sender=_caller(request.field("From")),
            recipient=request.field("To"),
            body=digits,
            channel="voice",
            state=state,
        )

    def _message_id(self, call: str, state: str, digits: str) -> str:
        """The same for the same keys in the same state of a call, and tells nobody which keys.

        Digits may be a postcode or a code, which an unkeyed hash would give away to whoever tries
        them all. Keying the same again in one call is a new event only if the state has changed.
        """
        said = f"{call}:{state}:{digits}".encode("utf-8", "surrogatepass")
        return f"{call}:{state}:{hmac.digest(self._key, said, 'sha256').hex()[:16]}"

    def acknowledge(self, event: Event, reply: Reply | None = None) -> HookResponse:
        """TwiML: everything is said, then the keys are awaited if there is a question.

        The caller may press a key before all is said. Silence for ten seconds is an answer, too.
        """
        if not isinstance(event, Inbound):
            return twiml("")
        spoken = "".join(_said(reply)) if reply else ""
        if reply and reply.ask:
            spoken = f"{self._gather(reply.ask)}{spoken}</Gather>"
        return twiml(f"{spoken}<Hangup/>")

    def _gather(self, ask: Ask) -> str:
        action = quoteattr(f"{self._url}?state={quote(ask.state, safe=':')}")
        count = f' numDigits="{ask.digits}"' if ask.digits else ""
        return (
            f'<Gather input="dtmf"{count} finishOnKey="#" timeout="10"'
            f' actionOnEmptyResult="true" method="POST" action={action}>'
        )

    async def send(self, outbound: Outbound) -> Sending:
        """Nothing: a call carries no texts."""
        return Sending("failed", code="no-text")

    def trouble(self, code: str) -> Trouble:
        return "unknown"


def _said(reply: Reply) -> Iterator[str]:
    """One `<Say>` for each language; an empty one would be an error at Twilio."""
    locale, voice = _VOICES.get(reply.language.partition("-")[0].lower(), _VOICES["en"])
    if text := xml_text(reply.body).strip():
        yield f'<Say language="{locale}" voice="{voice}">{text}</Say>'
    for further in reply.also:
        yield from _said(further)


def _state(request: HookRequest) -> str:
    """The state that our last answer put into the URL; empty for the first request of a call."""
    try:
        state = next((value for name, value in request.query if name == "state"), "")
    except ValueError as error:
        raise Malformed("no URL") from error
    if not _STATE.fullmatch(state):
        raise Malformed("no state of ours")
    return state


def _caller(given: str) -> str:
    """The number of the caller in E.164, or "" where it is kept back."""
    return given if _E164.fullmatch(given) and given not in _NOBODY else ""
