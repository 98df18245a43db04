"""Text messages and the gateways that carry them. A petition is a word here, and no more.

A gateway is one small file in `sms/gateways/` with one class that fulfils `Gateway`: it turns its
provider's requests into an `Event`, our `Reply` into an answer, and an `Outbound` into a request.

    GatewayError
    ├── Forged       the request does not come from the gateway: answer 403
    ├── Malformed    it does, but says nothing that we understand: answer 400
    └── Unreachable  the provider did not answer, or refused
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable
from urllib.parse import parse_qsl, urlsplit

OptOut = Literal["stop", "start", "help"]
Status = Literal["queued", "sent", "delivered", "undelivered", "failed"]
Channel = Literal["sms", "ussd", "voice"]
#: What a provider's error code means for us; the dashboard says it in plain words.
#: `opted_out`: the recipient has told the provider to stop. `unreachable`: no text can ever reach
#: this number. `configuration`: our account must be mended first. `filtered`: a carrier took it
#: for spam. `busy`: worth trying again.
Trouble = Literal["opted_out", "unreachable", "configuration", "filtered", "busy", "unknown"]
Result = Literal["sent", "retry", "throttled", "stopped", "failed"]


class GatewayError(Exception):
    """What can go wrong between us and a gateway."""


class Forged(GatewayError):
    """The request carries no valid signature of the gateway, or we hold no key to check it with."""


class Malformed(GatewayError):
    """A field that every request of this kind has is missing or unknown."""


class Unreachable(GatewayError):
    """The provider did not answer a question of ours, or refused to."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can do. The product asks this, and never a gateway's name."""

    inline_reply: bool = False  # the answer to an inbound text can carry our reply
    signed: bool = False  # its requests prove who sent them and what they say
    status_updates: bool = False  # it reports what became of a text
    handles_opt_out: bool = False  # it answers STOP itself, and blocks the number
    calls_by_get: bool = False  # its requests may be GETs, with everything in the address
    sends: bool = True  # it carries texts that answer nothing
    characters: int = 1600  # the longest text that it takes
    segments_per_second: float = 0.0  # for one sender; 0: as many as the kind of its number may


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that somebody sent to us, or what they keyed into a menu or during a call.

    `message_id` is the provider's and the same when the provider delivers the text again.
    `opt_out` is set where the gateway has itself recognised and answered an opt-out word; a reply
    of ours would be a second one. `state` is what our last answer of the same session or call
    asked to be given back (`Ask.state`).
    """

    gateway: str
    message_id: str
    sender: str
    recipient: str
    body: str
    opt_out: OptOut | None = None
    channel: Channel = "sms"
    state: str = ""


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of an outbound text; `message_id` is what `Gateway.send` gave for it."""

    gateway: str
    message_id: str
    status: Status
    error: str | None = None


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The gateway tells us, without a text, that somebody wants to hear no more from us."""

    gateway: str
    phone: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A genuine request of the gateway that asks nothing of us."""

    why: str


Event = Inbound | StatusUpdate | OptedOut | Ignored


@dataclass(frozen=True, slots=True)
class Ask:
    """What an answer to a session or call waits for; texts have none.

    `digits`: how many keys; 0 is any number of them, ended by the # key. `state` comes back with
    what is keyed, in `Inbound.state`: a word for ourselves, of letters, digits, `-`, `_`, `.`, `:`.
    """

    state: str
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """Our answer: to a text, one text; to a session, a screen; to a call, what is spoken.

    `language` is a code like `es`, for a voice; `also` are further things said after it, each in
    its own language. Without `ask` a session or call ends with it.
    """

    body: str
    language: str = "en"
    ask: Ask | None = None
    also: tuple["Reply", ...] = ()


@dataclass(frozen=True, slots=True)
class Outbound:
    """A text of ours. `reference` is our own id of it, for gateways and logs that can carry one."""

    to: str
    body: str
    reference: str


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of handing a text over.

    `sent`: the provider has it, by `message_id`. `retry`: not now (its trouble, or no answer came;
    then it may have been sent all the same). `throttled`: we are too fast. `stopped`: the
    recipient has opted out there. `failed`: the same text will never be taken. `code` is the
    provider's error, the HTTP status where it gave none, or "network".
    """

    result: Result
    message_id: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A request that claims to come from a gateway.

    `url` is the public URL with path and query, built on the configured public address and never
    on the request's own `Host`. Header names are in lower case. `form` holds the fields of a
    urlencoded body in order, repeated ones and blanks included; `body` is the same as raw bytes,
    or whatever else it is.
    """

    url: str
    headers: Mapping[str, str]
    form: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    method: str = "POST"

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The fields of the URL, in order, blanks included."""
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    def get(self, name: str) -> str | None:
        """The first value of a form field, or None."""
        return next((value for key, value in self.form if key == name), None)

    def field(self, name: str) -> str:
        """The first value of a form field, which may be empty. Raises `Malformed` without one."""
        value = self.get(name)
        if value is None:
            raise Malformed(f"no field {name!r}")
        return value

    def filled(self, name: str) -> str:
        """The value of a form field. Raises `Malformed` if it is missing or empty."""
        value = self.field(name)
        if not value:
            raise Malformed(f"empty field {name!r}")
        return value


@dataclass(frozen=True, slots=True)
class HookResponse:
    """The answer to a gateway."""

    content_type: str
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Gateway(Protocol):
    """What the rest of the product asks of a gateway.

    A door calls `authenticate`, then `parse`, does what the event says, and answers with
    `acknowledge`. What `parse` reads is untrusted before `authenticate` has returned.
    """

    @property
    def name(self) -> str:
        """The word in `/sms/{gateway}`."""
        ...

    @property
    def can(self) -> Capabilities: ...

    def authenticate(self, request: HookRequest) -> None:
        """Returns if the gateway itself made this request. Raises `Forged` in every other case."""
        ...

    def parse(self, request: HookRequest) -> Event:
        """What the gateway tells us. Raises `Malformed`."""
        ...

    def acknowledge(self, event: Event, reply: Reply | None = None) -> HookResponse:
        """The answer that makes the gateway send `reply`, or nothing at all.

        Where the gateway has no inline reply, `reply` is None: the text goes out by `send`.
        """
        ...

    async def send(self, outbound: Outbound) -> Sending:
        """Hand the text over, without blocking the event loop. Never raises for what the network
        or the provider does."""
        ...

    def trouble(self, code: str) -> Trouble:
        """What an error code of this provider means, from `Sending` or a status update."""
        ...


@runtime_checkable
class Archive(Protocol):
    """A gateway whose provider keeps the texts, and can be asked for them."""

    async def received(self, since: int) -> list[Inbound]:
        """Texts that came in since that time (UTC seconds), oldest first. Raises `Unreachable`."""
        ...

    async def erase(self, message_id: str) -> bool:
        """Have the provider forget the words of a text; False if it refuses for this text.

        Raises `Unreachable`.
        """
        ...
