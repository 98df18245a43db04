"""A real Kannel on loopback: its own programs, and a network of phones behind its `fake` driver.

What comes in goes to the service of docs/gateways.md, as it stands there.
"""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from tests.harness.needs import program
from tests.harness.product import ROOT, accepts, eventually, free_port

SECRET = "kannel-and-nobody-else"
USER = "us:between-us"
_PORTS = ("admin", "smsbox", "network", "sendsms")
_CONFIGURATION = """group = core
admin-port = {admin}
admin-password = nobody
smsbox-port = {smsbox}
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
{store}
dlr-storage = internal
log-file = "{folder}/bearerbox.log"
log-level = 0

group = smsc
smsc = fake
smsc-id = network
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
global-sender = 14065550100
log-file = "{folder}/smsbox.log"
log-level = 0
{again}

group = sendsms-user
username = us
password = between-us
max-messages = 5
concatenation = true

"""


def documented(group: str) -> str:
    """The lines of that group in docs/gateways.md."""
    page = (ROOT / "docs" / "gateways.md").read_text()
    found: str
    [found] = re.findall(rf"```\ngroup = {group}\n(.*?)```", page, re.DOTALL)
    return found.strip()


def configuration(folder: Path, server_port: int, ports: dict[str, int]) -> str:
    """As the document has it, for a server at that port, with everything in that folder."""
    service = documented("sms-service").replace(
        "https://sign.example.org/sms/http/SECRET?",
        f"http://127.0.0.1:{server_port}/sms/http/{SECRET}?",
    )
    store = documented("core").replace("/var/spool/kannel", f"{folder}/spool")
    assert SECRET in service
    assert str(folder) in store
    filled = _CONFIGURATION.format(folder=folder, store=store, again=documented("smsbox"), **ports)
    return f"{filled}group = sms-service\n{service}\n"


@dataclass
class Kannel:
    """Its two programs, and the phones that it reaches. `got`: number and text, as they came."""

    folder: Path
    ports: dict[str, int]
    configuration: str
    got: list[tuple[str, str]] = field(default_factory=list)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    line: socket.socket | None = None

    @property
    def settings(self) -> dict[str, str]:
        """By which a server has its texts carried."""
        return {
            "UNDERSIGNED_SMS_NUMBER": "+14065550100",
            "UNDERSIGNED_SMS_GATEWAY": "http",
            "UNDERSIGNED_SMS_HTTP": "kannel",
            "UNDERSIGNED_SMS_HTTP_SEND_URL": f"http://127.0.0.1:{self.ports['sendsms']}/cgi-bin/sendsms",
            "UNDERSIGNED_SMS_HTTP_SEND_AUTH": USER,
            "UNDERSIGNED_SMS_SECRET": SECRET,
            "UNDERSIGNED_SMS_RATE": "200",
        }

    def start(self) -> None:
        """What does not run of its two programs."""
        (self.folder / "spool").mkdir(exist_ok=True)
        file = self.folder / "kannel.conf"
        file.write_text(self.configuration)
        for box, port in (("bearerbox", "network"), ("smsbox", "sendsms")):
            if box not in self.running:
                command = [program("kannel").replace("bearerbox", box), str(file)]
                quiet = subprocess.DEVNULL
                self.running[box] = subprocess.Popen(command, stdout=quiet, stderr=quiet)
            eventually(lambda port=port: accepts(self.ports[port]))  # type: ignore[misc]
        self.line = socket.create_connection(("127.0.0.1", self.ports["network"]))
        threading.Thread(target=self._listen, args=(self.line,), daemon=True).start()

    def _listen(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line.makefile("rb") as lines:
            for one in lines:
                self.got.append(_read(one.rstrip(b"\n")))

    def kill(self, *boxes: str) -> None:
        """`kill -9` of these programs. (What `smsbox` asks a server about is in its memory alone,
        and goes with it.)"""
        for box in boxes:
            process = self.running.pop(box)
            process.send_signal(signal.SIGKILL)
            process.wait()
        if self.line:
            self.line.close()

    def text(self, phone: str, words: str) -> None:
        """A phone sends it."""
        assert self.line
        if words.isascii():
            body = f"data {quote(words, safe='')}"
        else:
            body = f"ucs2 {quote(words.encode('utf-16-be'), safe='')}"
        self.line.sendall(f"{phone} 14065550100 {body}\n".encode())

    def to(self, phone: str) -> list[str]:
        return [words for number, words in self.got if number.lstrip("+") == phone.lstrip("+")]

    def wait_for(self, phone: str, count: int = 1) -> list[str]:
        eventually(lambda: len(self.to(phone)) >= count)
        return self.to(phone)


def _read(line: bytes) -> tuple[str, str]:
    """To whom, and what: as Kannel's own `fakesmsc` gets it."""
    _, receiver, kind, said = line.split(b" ", 3)
    if kind == b"udh":  # the header of a part of a long text, then how it is written
        _, kind, said = said.split(b" ", 2)
    raw = said if kind == b"text" else unquote_to_bytes(said.replace(b"+", b" "))
    return receiver.decode(), raw.decode("utf-16-be" if kind == b"ucs-2" else "utf-8", "replace")


@contextlib.contextmanager
def kannel(folder: Path, server_port: int) -> Iterator[Kannel]:
    """One that gives what comes in to a server at that port."""
    taken: dict[int, None] = {}
    while len(taken) < len(_PORTS):  # none twice, nor that of the server, which begins later
        taken |= {port: None for port in [free_port()] if port != server_port}
    ports = dict(zip(_PORTS, taken, strict=True))
    made = Kannel(folder, ports, configuration(folder, server_port, ports))
    made.start()
    try:
        yield made
    finally:
        made.kill(*list(made.running))
