"""Answers that leave on a beat, so that nobody learns from the time what the store had to do."""

from __future__ import annotations

import asyncio
import contextlib
import select
import time
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

BEAT_SECONDS = 0.005

Result = TypeVar("Result")


class Beat:
    """Lets whoever waits go on at the second beat after they came, one each `BEAT_SECONDS`.

    When that is depends on when they came alone, so long as the work takes less than a beat; work
    that takes longer goes on at the first beat after it. Costs nothing while nobody waits.
    """

    def __init__(self) -> None:
        # A thread keeps the time: an event loop rounds up what is left until then to whole
        # milliseconds, and so would go on as much later as the work had taken longer.
        self._clock = ThreadPoolExecutor(1, "beat")
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}

    async def after(self, work: Awaitable[Result]) -> Result:
        """What `work` returns or raises, on the beat."""
        came = _beats()
        try:
            return await work
        finally:
            await self._beat(max(came + 2, _beats() + 1))

    async def _beat(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        waiting = self._waiting.get(number)
        if waiting is None:
            waiting = self._waiting[number] = []
            self._clock.submit(self._call, loop, number)
        waiting.append(mine := loop.create_future())
        await mine

    def _call(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        # So long from now, and not until a moment of a clock, which may be set meanwhile.
        select.select([], [], [], max(0.0, number * BEAT_SECONDS - time.monotonic()))
        with contextlib.suppress(RuntimeError):  # the loop has ended, and all who waited
            loop.call_soon_threadsafe(self._release, number)

    def _release(self, number: int) -> None:
        for each in self._waiting.pop(number):
            if not each.done():  # by hanging up
                each.set_result(None)


def _beats() -> int:
    """How many there have been until now."""
    return int(time.monotonic() / BEAT_SECONDS)
