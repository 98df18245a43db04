"""What this process logs, of ours and of libraries, at the level that says most."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import TextIO

from server.serve import logs


@contextmanager
def listening(stream: TextIO) -> Iterator[None]:
    """All that is logged goes there."""
    loggers = [logging.getLogger(name) for name in (None, *logs.OURS)]
    handlers, levels = loggers[0].handlers[:], [logger.level for logger in loggers]
    try:
        with redirect_stderr(stream):
            logs.set_up("DEBUG")
        yield
    finally:
        loggers[0].handlers[:] = handlers
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
