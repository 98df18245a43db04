"""Handing over what was leased: several at once, and never what another worker may have taken.

A lease is renewed for as long as this worker is at it, however slow the other side is; what begins
must hold a lease. What came of those that end together is stored in one transaction.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, Protocol, TypeVar

from server.core.outbox import leases, outbox
from server.core.outbox.outbox import Announcement
from server.errors import StoreUnavailable
from server.services import Services


class Leased(Protocol):
    """A message that is to be handed over now."""

    @property
    def item(self) -> Announcement: ...


Due = TypeVar("Due", bound=Leased)
Done = TypeVar("Done")


class Lease:
    """Messages that no other worker takes, since `taken_at`."""

    def __init__(self, services: Services, ids: Iterable[int], taken_at: int) -> None:
        self._services, self._ids = services, set(ids)
        self.until = taken_at + outbox.LEASE_SECONDS

    def holds(self, id_: int) -> bool:
        """Whether nobody else can have taken that one."""
        return id_ in self._ids and self._services.now() < self.until

    async def keep(self) -> None:
        """Renew it until cancelled."""
        while True:
            await asyncio.sleep(outbox.LEASE_SECONDS / 3)
            with suppress(StoreUnavailable):  # then nobody else can take any, either
                await self._renew()

    async def _renew(self) -> None:
        until = self._services.now() + outbox.LEASE_SECONDS
        async with self._services.database.write() as tx:
            self._ids = await leases.renew(tx, self._ids, self.until, until)
        self.until = until


@asynccontextmanager
async def kept(services: Services, ids: Iterable[int], taken_at: int) -> AsyncIterator[Lease]:
    """Their lease does not run out meanwhile."""
    lease = Lease(services, ids, taken_at)
    keeping = asyncio.create_task(lease.keep())
    try:
        yield lease
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def side_by_side(n: int, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """So many at once do it, until none has more to do. Raises what the first raises."""
    try:
        async with asyncio.TaskGroup() as hands:
            for _ in range(n):
                hands.create_task(work())
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


def told_to_stop() -> bool:
    """Whether this task was cancelled. (Python 3.11 loses that where it comes with an answer.)"""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Handing(Generic[Due, Done]):
    """How messages are handed over: `carry` does it with one and says what came of it, `settle`
    stores that of some. No more are begun once `goes_on` says no."""

    def __init__(
        self,
        services: Services,
        carry: Callable[[Due], Awaitable[Done]],
        settle: Callable[[Sequence[tuple[Due, Done]]], Awaitable[None]],
        goes_on: Callable[[], bool] = lambda: True,
    ) -> None:
        self._services, self._carry, self._settle = services, carry, settle
        self._goes_on = goes_on
        self._done: list[tuple[Due, Done]] = []
        self._settling = asyncio.Lock()

    async def hand_over(
        self, due: Sequence[Due], taken_at: int, at_once: int
    ) -> tuple[list[Due], int]:
        """Hand these over, `at_once` at a time; those that were not begun, and until when they were
        leased."""
        if not due:
            return [], taken_at
        waiting = deque(due)
        async with kept(self._services, (one.item.id for one in due), taken_at) as lease:
            await side_by_side(min(at_once, len(due)), lambda: self._work(waiting, lease))
        return list(waiting), lease.until

    async def _work(self, waiting: deque[Due], lease: Lease) -> None:
        while waiting and self._goes_on() and not told_to_stop():
            await self._services.group.give_way()  # signing comes first
            if not waiting or not lease.holds(waiting[0].item.id):
                return
            one = waiting.popleft()
            came = await self._carry(one)
            self._done.append((one, came))  # to the list that there is now
            async with self._settling:  # whoever comes first does it for all who wait here
                done, self._done = self._done, []
                if done:
                    await self._settle(done)
