"""Text messages and the gateways that carry them. Nothing in here knows of petitions.

A gateway is one small file in `sms/gateways/` with one class that fulfils `Gateway`: it turns its
provider's requests into `Inbound` and `StatusUpdate`, and an `Outbound` into a request to it.

    GatewayError
    ├── Forged      the request does not come from the gateway: answer 403
    ├── Malformed   it does, but says nothing that we understand: answer 400
    └── SendFailed  the provider did not take the text
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

OptOut = Literal["stop", "start", "help"]
Status = Literal["queued", "sent", "delivered", "undelivered", "failed"]


class GatewayError(Exception):
    """What can go wrong between us and a gateway."""


class Forged(GatewayError):
    """The request carries no valid signature of the gateway, or we hold no key to check it with."""


class Malformed(GatewayError):
    """A field that every request of this kind has is missing or unknown."""


class SendFailed(GatewayError):
    """The provider did not take the text.

    `code` is the provider's own error code, the HTTP status where it gave none, or "network" where
    no answer came. `permanent` means that the same text to the same number will never be taken
    (opted out, not a mobile number); otherwise it is worth trying again later.
    """

    def __init__(self, code: str, permanent: bool) -> None:
        super().__init__(f"{code} ({'permanent' if permanent else 'temporary'})")
        self.code = code
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that somebody sent to us.

    `message_id` is the provider's and the same when the provider delivers the text again.
    `opt_out` is set where the gateway has itself recognised and answered an opt-out word; a reply
    of ours would be a second one.
    """

    gateway: str
    message_id: str
    sender: str
    recipient: str
    body: str
    opt_out: OptOut | None = None


@dataclass(frozen=True, slots=True)
class Outbound:
    """A text of ours. `reference` is our own id of it, for gateways and logs that can carry one."""

    to: str
    body: str
    reference: str


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of an outbound text; `message_id` is what `Gateway.send` returned for it."""

    gateway: str
    message_id: str
    status: Status
    error: str | None = None


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A request that claims to come from a gateway.

    `url` is the public URL with path and query, built on the configured public address and never
    on the request's own `Host`. Header names are in lower case. `form` holds the fields of a
    urlencoded body in order, repeated ones included; `body` is the same as raw bytes.
    """

    url: str
    headers: Mapping[str, str]
    form: list[tuple[str, str]]
    body: bytes

    def get(self, name: str) -> str | None:
        """The first value of a form field, or None."""
        return next((value for key, value in self.form if key == name), None)

    def field(self, name: str) -> str:
        """The first value of a form field, which may be empty. Raises `Malformed` without one."""
        value = self.get(name)
        if value is None:
            raise Malformed(f"no field {name!r}")
        return value


@dataclass(frozen=True, slots=True)
class HookResponse:
    """The body of the answer, always with status 200."""

    content_type: str
    body: bytes


class Gateway(Protocol):
    """What the rest of the product asks of a gateway.

    A door calls `authenticate` first; what `inbound` and `status` read is untrusted before that.
    """

    @property
    def name(self) -> str:
        """The word in `/sms/{gateway}`."""
        ...

    def authenticate(self, request: HookRequest) -> None:
        """Returns if the gateway itself made this request. Raises `Forged` in every other case."""
        ...

    def inbound(self, request: HookRequest) -> Inbound:
        """Raises `Malformed`."""
        ...

    def status(self, request: HookRequest) -> StatusUpdate:
        """Raises `Malformed`."""
        ...

    def reply(self, body: str | None) -> HookResponse:
        """The answer to an inbound text that makes the gateway send `body`, or nothing at all."""
        ...

    async def send(self, outbound: Outbound) -> str:
        """Hands the text over and returns the provider's id of it. Raises `SendFailed`."""
        ...
