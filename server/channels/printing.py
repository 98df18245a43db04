"""Letters on paper: a PDF of sheets, made by typst in a process of its own.

typst shapes every script, and takes a core and a hundred megabytes while it does: so it runs beside
the server, with less right to the machine, and ends. It gets all words as data.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from server.channels import typesetting

#: What has to be there for all our languages: Latin with Vietnamese, Arabic, Devanagari. In Debian
#: all are in `fonts-noto-core`.
FONTS = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari")
PRINT_SECONDS = 90.0  # after which it is given up; 250 of the longest letters take a few
_AT_ONCE = 1  # documents that one server makes at a time
_LET_THROUGH = ("PATH", "PYTHONPATH", "HOME", "XDG_DATA_HOME", "LANG")


class NotPrinted(Exception):
    """There is no document: no `fonts` on this machine, another is being made (`busy`), or it
    `failed`."""

    def __init__(self, why: Literal["fonts", "busy", "failed"], said: str = "") -> None:
        super().__init__(f"{why}: {said}" if said else why)
        self.why = why


class PrintShop:
    """Makes documents, one at a time; `fonts` are the families that have to be there."""

    def __init__(
        self, template: str, *, fonts: Sequence[str] = FONTS, seconds: float = PRINT_SECONDS
    ) -> None:
        self._template, self._fonts = template, fonts
        self._seconds, self._at_work = seconds, 0

    async def pdf(self, batch: Mapping[str, Any]) -> bytes:
        """The document of a batch, as the template reads it. Raises `NotPrinted`."""
        if self._at_work >= _AT_ONCE:
            raise NotPrinted("busy")
        self._at_work += 1
        try:
            return await self._run(await asyncio.to_thread(self._task, batch))
        finally:
            self._at_work -= 1

    def _task(self, batch: Mapping[str, Any]) -> bytes:
        return json.dumps([self._template, json.dumps(batch), list(self._fonts)]).encode()

    async def _run(self, task: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", typesetting.__name__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # None of our settings, and so none of our secrets.
            env={name: os.environ[name] for name in _LET_THROUGH if name in os.environ},
        )
        try:
            made, said = await asyncio.wait_for(process.communicate(task), self._seconds)
        except TimeoutError:
            raise NotPrinted("failed", "time") from None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
        if process.returncode == typesetting.NO_FONTS:
            raise NotPrinted("fonts")
        if process.returncode:
            raise NotPrinted("failed", f"{process.returncode} {_last_line(said)}")
        return made


def _last_line(said: bytes) -> str:
    """What the process said of its end; never a letter's words, which it does not say."""
    return (said.decode(errors="replace").strip().splitlines() or [""])[-1][:200]
