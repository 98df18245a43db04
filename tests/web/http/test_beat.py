"""Answers leave on a beat, whatever their work was."""

from __future__ import annotations

import asyncio
import time

import pytest

from server.web.http.beat import BEAT_SECONDS, Beat


async def work(seconds: float, result: str) -> str:
    await asyncio.sleep(seconds)
    return result


async def test_those_who_came_together_leave_together_though_one_had_more_to_do() -> None:
    beat, left = Beat(), list[int]()

    async def one(seconds: float) -> None:
        await beat.after(work(seconds, ""))
        left.append(int(time.monotonic() / BEAT_SECONDS))

    for _ in range(20):  # a busy machine may wake one of the two late
        left.clear()
        await asyncio.gather(one(0), one(BEAT_SECONDS / 10))
        if left[0] == left[1]:
            return
    pytest.fail("never together")


async def test_nobody_leaves_before_a_whole_beat_is_over() -> None:
    beat = Beat()
    for _ in range(10):
        began = time.monotonic()
        assert await beat.after(work(0, "signed")) == "signed"
        assert time.monotonic() - began > BEAT_SECONDS


async def test_what_the_work_raises_is_raised_on_the_beat_as_well() -> None:
    async def fails() -> None:
        raise LookupError

    began = time.monotonic()
    with pytest.raises(LookupError):
        await Beat().after(fails())
    assert time.monotonic() - began > BEAT_SECONDS


async def test_somebody_who_hangs_up_leaves_the_others_waiting_for_their_beat() -> None:
    beat = Beat()
    hangs_up = asyncio.create_task(beat.after(work(0, "one")))
    stays = asyncio.create_task(beat.after(work(0, "other")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    hangs_up.cancel()
    assert await stays == "other"


async def test_nothing_is_kept_of_beats_that_are_over() -> None:
    beat = Beat()
    await asyncio.gather(*(beat.after(work(0, "")) for _ in range(100)))
    await asyncio.sleep(2 * BEAT_SECONDS)
    assert beat._waiting == {}
