"""Answers that leave on a beat, so that nobody learns from the time what the store had to do."""

from __future__ import annotations

import asyncio
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
        self._coming: dict[int, asyncio.Future[None]] = {}

    async def after(self, work: Awaitable[Result]) -> Result:
        """What `work` returns or raises, on the beat."""
        came = _beats()
        try:
            return await work
        finally:
            await self._beat(max(came + 2, _beats() + 1))

    async def _beat(self, number: int) -> None:
        coming = self._coming.get(number)
        if coming is None:
            loop = asyncio.get_running_loop()
            coming = loop.run_in_executor(self._clock, _sleep_until, number * BEAT_SECONDS)
            coming.add_done_callback(lambda _: self._coming.pop(number))
            self._coming[number] = coming
        await asyncio.shield(coming)  # whoever hangs up leaves the others waiting


def _beats() -> int:
    """How many there have been until now."""
    return int(time.monotonic() / BEAT_SECONDS)


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))
