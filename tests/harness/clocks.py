"""Processes by whose clocks it is another time (libfaketime)."""

from __future__ import annotations

from pathlib import Path


def faked(**how: str) -> dict[str, str]:
    """The environment of such a process; waiting inside it goes by the true clock.

    `FAKETIME="@2026-05-03 12:00:00"` begins there; `FAKETIME_TIMESTAMP_FILE` names a file that says
    by how much the clock is off, and may change.
    """
    libraries = sorted(Path("/usr/lib").glob("**/libfaketimeMT.so.1"))
    assert libraries, "faketime without its library"
    return {
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        **how,
    }
