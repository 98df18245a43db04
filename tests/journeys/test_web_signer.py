"""Somebody with a text browser signs a petition: Lynx, driven key by key, and w3m."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from tests.needs import needs, program
from tests.support import Server

pytestmark = pytest.mark.journey


def lynx(url: str, keys: list[str], folder: Path, until: str) -> str:
    """What Lynx shows, as far as `until`; `<tab>` and `^J` are keys, all else is typed words."""
    script = folder / "keys"
    typed = [key for word in keys for key in ([word] if word[0] in "<^" else word)]
    script.write_text("".join(f"key {'<space>' if key == ' ' else key}\n" for key in typed))
    command = [program("lynx"), "-nopause", "-nocolor", f"-cmd_script={script}", url]
    return in_terminal(command, until)


def in_terminal(command: list[str], until: str) -> str:
    """Run a program in a terminal of 80 by 24 until this pattern is shown; all that it drew."""
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover - the child
        os.environ.update(TERM="vt100", LANG="C.UTF-8")
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.execv(command[0], command)
    drawn = b""
    deadline = time.monotonic() + 30
    while not re.search(until.encode(), drawn, re.DOTALL) and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                drawn += os.read(terminal, 65536)
            except OSError:  # the program has ended
                break
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    return re.sub(r"\x1b[\[(][0-9;?]*[A-Za-z]", "", drawn.decode("utf-8", "replace"))


@needs("lynx")
def test_lynx_signs_with_the_keyboard_alone(server: Server, tmp_path: Path) -> None:
    page = server.get("/p/face").text
    links = page.partition("<form")[0].count("<a ")
    tabs = ["<tab>"] * links
    # name, postcode, then past e-mail, phone, comment and two boxes to the button
    keys = [*tabs, "Lynx User", "<tab>", "59801", *["<tab>"] * 6, "^J"]
    shown = lynx(f"{server.url}/p/face", keys, tmp_path, until="Tell others")
    assert "Your signature is stored" in shown
    done = server.command("check", "--json")
    assert '"unverified": 1' in done.stdout


@needs("lynx")
def test_lynx_shows_errors_first_and_keeps_what_was_typed(server: Server, tmp_path: Path) -> None:
    links = server.get("/p/face").text.partition("<form")[0].count("<a ")
    keys = [*["<tab>"] * links, "Half Done", "<tab>", "598", *["<tab>"] * 6, "^J"]
    shown = lynx(f"{server.url}/p/face", keys, tmp_path, until="not signed yet.*Half Done")
    assert "You have not signed yet" in shown
    # A real form again, further down, with what was typed in it.
    assert "Half Done" in shown.partition("You have not signed yet")[2]


@needs("lynx")
@needs("w3m")
@pytest.mark.parametrize("browser", ["lynx", "w3m"])
def test_a_text_browser_reads_the_page_in_the_order_in_which_it_is_used(
    server: Server, browser: str
) -> None:
    done = subprocess.run(
        [program(browser), "-dump", f"{server.url}/p/face"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    text = " ".join(done.stdout.split())
    order = [
        "verified signature",
        "SIGN FACE your name",
        "Sign this petition",
        "Your name",
        "ZIP code",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "@media" not in text
