"""A way out that may be shut: who uses it stops trying for a while, and one line says so.

What is shut is not tried with every message that waits: one is, after pauses that grow. Another
message each time, so that none that is itself at fault stands in the way of all others.
"""

from __future__ import annotations

import logging

from server.core.outbox import leases, outages
from server.core.outbox.outbox import Channel
from server.core.upkeep.heartbeat import utc_moment
from server.db import Transaction
from server.services import Services

PAUSES = (60, 1800)  # the shortest and the longest; in between, a quarter of how long it is shut

log = logging.getLogger(__name__)


class WayOut:
    """What this process knows of one way: mail, or a gateway."""

    def __init__(self, services: Services, name: str = outages.BY_MAIL) -> None:
        self._services, self.name = services, name
        self._through = self._noted = 0  # how many have got through, and of how many that is stored
        self._why = ""  # nothing gets through, which is not stored yet
        self._since: int | None = None
        self._again_at = 0
        self.pause = PAUSES[0]  # seconds

    @property
    def goes(self) -> bool:
        """Whether to try."""
        return not self._why and self._services.now() >= self._again_at

    def most(self, at_once: int) -> int:
        """How many may be tried at once: one alone while it is shut."""
        return at_once if self._since is None else 1

    @property
    def through(self) -> int:
        """How many have got through: to be given to `ended`."""
        return self._through

    def ended(self, before: int, *, fault: str = "") -> None:
        """What came of a try that began when `before` had got through: `fault`, if the way is to
        blame. What fails while others get through says nothing of the way."""
        if not fault:
            self._through += 1
            self._why = ""
        elif before == self._through:
            self._why = fault

    async def note(self, tx: Transaction, channel: Channel) -> None:
        """Store whether it is shut, and say so in the log when that changes."""
        if self._why:
            await self._note_shut(tx)
        elif self._through > self._noted:
            self._noted = self._through
            await self._note_open(tx, channel)

    async def _note_shut(self, tx: Transaction) -> None:
        now = self._services.now()
        since = await outages.shut(tx, self.name, self._why, now)
        if self._since is None:
            moment = utc_moment(since)
            log.warning("%s: nothing goes out since %s: %s; it waits", self.name, moment, self._why)
        least, most = PAUSES
        self._since, self._why = since, ""
        self.pause = min(max(least, (now - since) // 4), most)
        self._again_at = now + self.pause

    async def _note_open(self, tx: Transaction, channel: Channel) -> None:
        since = await outages.open_again(tx, self.name, self._services.now())
        if since is None and self._since is None:
            return
        moment = utc_moment(since or self._since or 0)
        n = await leases.count_waiting(tx, channel)
        log.warning("%s: goes out again, after nothing did since %s; %s wait", self.name, moment, n)
        self._since, self._again_at, self.pause = None, 0, PAUSES[0]
