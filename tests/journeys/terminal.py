"""A program in a terminal of 80 by 24, with somebody at the keys."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Sequence

Keys = str | Callable[[], str]
TAB, ENTER, DOWN = "\t", "\r", "\x1b[B"
_QUIET_SECONDS = 0.25
_PATIENCE_SECONDS = 30


def in_terminal(
    command: Sequence[str], until: str, keys: Sequence[Keys] = (), ready: str = ""
) -> str:
    """What the program draws, until this pattern is in it; without the codes for colours and
    places. Once `ready` is drawn, each of `keys` is typed when all has been drawn before it; what
    is known only then is asked for then."""
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover - the child
        os.environ.update(TERM="vt100", LANG="C.UTF-8", HOME="/nonexistent")
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.execv(command[0], list(command))
    drawn, waiting = b"", list(keys)
    deadline = time.monotonic() + _PATIENCE_SECONDS + len(keys)
    try:
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], _QUIET_SECONDS)[0]:
                drawn += os.read(terminal, 65536)
            elif waiting and re.search(ready.encode(), drawn):
                key = waiting.pop(0)
                os.write(terminal, (key if isinstance(key, str) else key()).encode())
            if not waiting and re.search(until.encode(), drawn, re.DOTALL):
                break
    except OSError:  # the program has ended
        pass
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    return re.sub(r"\x1b[\[(][0-9;?]*[A-Za-z]", "", drawn.decode("utf-8", "replace"))
