"""Group commit: callers queue, one transaction takes all who wait, each is answered after COMMIT.

While one batch is on its way to the disk the next one gathers, so nobody waits for a timer: a
batch is small when the server is idle and large when it is not.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from server.db import Database, Transaction
from server.errors import (
    StoreBroken,
    StoreBusy,
    StoreConflict,
    StoreUnavailable,
    TombstonesAway,
    UndersignedError,
)

BATCH_LIMIT = 512
BATCH_TRIES = 4  # of a batch that meets another server's
#: A batch of more says that many wait at the same time; who can wait then lets them go first.
CROWD, CROWD_SECONDS, GIVE_WAY_SECONDS = 16, 0.1, 0.02
FAILING_SECONDS = 10.0  # after which a store that failed is tried again

Item = TypeVar("Item")
Result = TypeVar("Result")
Apply = Callable[[Transaction, Sequence[Any]], Awaitable[Sequence[Any]]]
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    apply: Apply
    item: Any
    done: asyncio.Future[Any]


class GroupCommit:
    """Runs set-based functions over whatever waits, in one durable transaction.

    `apply(tx, items)` returns one result for each item, in order; a result that is an exception is
    raised to that item's caller alone. Everything else that goes wrong undoes the whole batch:
    a batch that crosses another server's is tried again, a failing store fails every caller with
    `StoreUnavailable`; any other error, and tombstones that cannot be noted, are found by running
    the items one by one, so that nobody pays for a neighbour.
    """

    def __init__(
        self,
        database: Database,
        *,
        queue_limit: int = 5000,
        on_broken: Callable[[], None] = lambda: None,
        observe: Callable[[int, float, int], None] = lambda size, seconds, waiting: None,
    ) -> None:
        """`observe` is told the size and seconds of each transaction, and how many wait."""
        self._database = database
        # A list and two events: what a queue of asyncio does for each item costs more.
        self._waiting: list[_Job] = []
        self._limit = queue_limit
        self._came, self._idle = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._on_broken = on_broken
        self._observe = observe
        self._task: asyncio.Task[None] | None = None
        self._crowded_at = self._failed_at = float("-inf")

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="group commit")

    async def stop(self) -> None:
        """Finish what waits, then end."""
        await self._idle.wait()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def submit(
        self,
        apply: Callable[[Transaction, Sequence[Item]], Awaitable[Sequence[Result | Exception]]],
        item: Item,
    ) -> Result:
        """The item's result, after it is durable. Raises `StoreBusy` at once if too many wait."""
        if len(self._waiting) >= self._limit:
            raise StoreBusy("too many signings are waiting")
        job = _Job(apply, item, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        self._came.set()
        self._idle.clear()
        result: Result = await job.done
        return result

    async def give_way(self) -> None:
        """Wait a moment if many wait to be stored: for work that nobody waits for, piece by piece.

        It goes on even so, only slower: a crowd that never ends must not stop it.
        """
        if time.perf_counter() - self._crowded_at < CROWD_SECONDS:
            await asyncio.sleep(GIVE_WAY_SECONDS)

    @property
    def fails(self) -> bool:
        """Whether the last batch, a short while ago, met a store that could not take it."""
        return time.perf_counter() - self._failed_at < FAILING_SECONDS

    async def _run(self) -> None:
        while True:
            await self._came.wait()
            jobs = await self._gathered()
            began = time.perf_counter()
            if len(jobs) > CROWD:
                self._crowded_at = began
            try:
                await self._commit(jobs)
            finally:
                self._observe(len(jobs), time.perf_counter() - began, len(self._waiting))
                if not self._waiting:
                    self._idle.set()

    async def _gathered(self) -> list[_Job]:
        """A batch of those who wait."""
        seen = 1
        while seen < len(self._waiting) < BATCH_LIMIT:
            seen = len(self._waiting)
            # One turn of the event loop, in which requests that have already arrived are read and
            # join: fewer, larger batches. With one caller it is not waited for.
            await asyncio.sleep(0)
        jobs, self._waiting = self._waiting[:BATCH_LIMIT], self._waiting[BATCH_LIMIT:]
        if not self._waiting:
            self._came.clear()
        return jobs

    async def _commit(self, jobs: list[_Job], tries: int = BATCH_TRIES) -> None:
        try:
            results = await self._transact(jobs)
        except StoreConflict as error:
            if tries > 1:
                await self._commit(jobs, tries - 1)
            else:
                _fail(jobs, error)
        except Exception as error:
            if len(jobs) > 1 and not _meets_all(error):
                for job in jobs:
                    await self._commit([job])
                return
            if not isinstance(error, UndersignedError):
                log.exception("a batch of one failed")
            _fail(jobs, error)
            if _meets_all(error):
                self._failed_at = time.perf_counter()
            if isinstance(error, StoreBroken):
                self._on_broken()
        else:
            self._failed_at = float("-inf")
            for job, result in zip(jobs, results, strict=True):
                _answer(job, result)

    async def _transact(self, jobs: list[_Job]) -> list[Any]:
        """One transaction for all jobs; those with the same `apply` go through it together."""
        together: dict[Apply, list[int]] = {}
        for index, job in enumerate(jobs):
            together.setdefault(job.apply, []).append(index)
        results: list[Any] = [None] * len(jobs)
        async with self._database.write() as tx:
            for apply, indexes in together.items():
                answers = await apply(tx, [jobs[i].item for i in indexes])
                for index, answer in zip(indexes, answers, strict=True):
                    results[index] = answer
        return results


def _meets_all(error: Exception) -> bool:
    """Whether a batch fails for what lies in none of its items."""
    return isinstance(error, StoreUnavailable) and not isinstance(error, TombstonesAway)


def _answer(job: _Job, result: Any) -> None:
    if job.done.done():  # the caller went away; what it asked for is stored all the same
        return
    if isinstance(result, Exception):
        job.done.set_exception(result)
    else:
        job.done.set_result(result)


def _fail(jobs: list[_Job], error: Exception) -> None:
    for job in jobs:
        _answer(job, error)
