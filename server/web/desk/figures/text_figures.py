"""The dashboard's figures of texts, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from server.config import Settings
from server.core.conversations.traffic import Traffic
from server.core.outbox.fates import Delivery
from server.services import Services
from server.words.render import N_

_STATES = {
    "waiting": N_("waiting"),
    "queued": N_("with the provider"),
    "sent": N_("sent"),
    "delivered": N_("delivered"),
    "undelivered": N_("not delivered"),
    "failed": N_("not sent"),
}
#: What went wrong: a trouble of the gateway, or a word of ours.
_TROUBLES = {
    "opted_out": N_("they want no texts"),
    "unreachable": N_("no text can reach this number"),
    "configuration": N_("our account at the provider must be set up"),
    "filtered": N_("taken for spam on the way"),
    "busy": N_("the provider is busy, we try again"),
    "unknown": N_("for a reason that we do not know"),
    "network": N_("the provider did not answer, we try again"),
    "budget": N_("today's limit is reached"),
    "country": N_("a country or number that we do not text"),
    "expired": N_("it waited too long"),
    "too_long": N_("too long for the provider"),
    "quiet": N_("it is night there"),
    "limit": N_("there is no room for more just now"),
    "no_gateway": N_("no gateway is set up"),
}

#: The sentence of a table of words.
Sentence = Callable[[Mapping[str, str], str], str]


def money(settings: Settings, segments: Decimal, places: int) -> str:
    """What so many segments cost, like `12.34 USD`; '' where no price is set."""
    price, _, currency = settings.sms_price.partition(" ")
    return f"{Decimal(price) * segments:.{places}f} {currency}" if currency else ""


class TextFigures:
    """What the template shows beside `Traffic`."""

    def __init__(self, services: Services, traffic: Traffic, sentence: Sentence) -> None:
        self._services, self._traffic, self._sentence = services, traffic, sentence
        self.limit = services.settings.sms_petition_segments

    @property
    def spent(self) -> bool:
        """Whether not even the shortest reply could be sent today."""
        return self._traffic.used_today >= self.limit

    @property
    def each(self) -> str:
        """Segments for each signature, with one decimal; '' before the first."""
        per_signature = self._traffic.per_signature
        return "" if per_signature is None else f"{per_signature:.1f}"

    @property
    def cost(self) -> str:
        """Like `12.34 USD`; '' where no price is set."""
        total = self._traffic.total
        return self._money(Decimal(total.received + total.sent), 2)

    @property
    def cost_each(self) -> str:
        per_signature = self._traffic.per_signature
        return self._money(Decimal(str(per_signature)), 4) if per_signature is not None else "-"

    def _money(self, segments: Decimal, places: int) -> str:
        return money(self._services.settings, segments, places)

    @property
    def deliveries(self) -> list[tuple[str, str, int]]:
        """State, what went wrong, and how many; those that read the same are added up."""
        found: dict[tuple[str, str], int] = {}
        for words, n in self._worded():
            found[words] = found.get(words, 0) + n
        return [(*words, n) for words, n in found.items()]

    def _worded(self) -> Iterator[tuple[tuple[str, str], int]]:
        for delivery in self._traffic.fates.deliveries:
            state = self._sentence(_STATES, delivery.state)
            trouble = self._trouble(delivery) if delivery.error else ""
            yield (state, self._sentence(_TROUBLES, trouble) if trouble else ""), delivery.n

    def _trouble(self, delivery: Delivery) -> str:
        if delivery.error in _TROUBLES:
            return delivery.error
        if delivery.error.endswith("_limit"):  # of the allowance
            return "limit"
        gateway = self._services.gateways.get(delivery.carrier)
        return gateway.trouble(delivery.error) if gateway else "unknown"
