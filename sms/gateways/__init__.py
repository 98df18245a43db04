"""The gateways there are. A new one is a file with one class, and one line in the table below."""

from collections.abc import Callable
from typing import Any, Final

from sms import Gateway
from sms.gateways.console import Console
from sms.gateways.twilio import Twilio

GATEWAYS: Final[dict[str, Callable[..., Gateway]]] = {"console": Console, "twilio": Twilio}


def make(name: str, **settings: Any) -> Gateway:
    """The gateway called `name`, with the keyword arguments of its class. Raises ValueError."""
    if name not in GATEWAYS:
        raise ValueError(f"no SMS gateway {name!r}: choose from {', '.join(sorted(GATEWAYS))}")
    return GATEWAYS[name](**settings)
