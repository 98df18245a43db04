"""The running product, and raw HTTP to it: what the journeys and the web tests share."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from server.core.values.keys import Keys
from sms.gateways.console import signed_form

ROOT = Path(__file__).parents[2]
START_SECONDS = 30
#: Of all that this process has started (see `tests.harness.plugins.logs`).
LOGS: list[Path] = []
#: Every public page of the demo that a GET shows, without its language prefix.
PAGES = [
    "",
    *(
        f"p/face{sheet}"
        for sheet in ("", "/poster", "/names", "/changes", "/verify", "/withdraw", "/letter")
    ),
    "p/face/answers",
    "p/face/answered?ref=AAAAAAAAAAAAAAAAAAAAAA",
    "p/face/privacy",
    f"news/off/{'a' * 42}",
    "p/face/news",
    "p/face/news/1",
]
PAGES += ["help", "mine", "privacy", "accessibility", "nothing-here", "?q=face", "?q=zeppelin"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `size` counts every byte on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
    size: int

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(slots=True)
class Server:
    """A server in processes of its own, in a folder of its own."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def store(self) -> Path:
        """The file of SQLite's, where that is the engine."""
        return self.data / "undersigned.db"

    @property
    def password(self) -> str:
        return (self.data / "organizer-password").read_text().strip()

    def get(self, path: str, **headers: str) -> Answer:
        return exchange(self.port, request("GET", path, b"", **headers))

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        return exchange(self.port, post(path, form, **headers))

    def asked(self, *arguments: str) -> list[str]:
        """The command line of `undersigned --data … ARGUMENTS`."""
        return [sys.executable, "-m", "server", "--data", str(self.data), *arguments]

    def command(
        self, *arguments: str, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `undersigned --data … ARGUMENTS` beside the server, with `typed` as its input."""
        return subprocess.run(
            self.asked(*arguments),
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=60,
            input=typed,
            check=False,
        )

    def text(self, words: str, sender: str, message_id: str = "") -> str:
        """The reply to a text that comes in by the simulator's gateway."""
        key = Keys((self.data / "secret.key").read_text().strip()).server("console")
        id_ = message_id or secrets.token_hex(8)
        headers, body = signed_form(key, id_, sender, "+14065550100", words)
        named = {name.replace("-", "_"): value for name, value in headers.items()}
        return exchange(self.port, request("POST", "/sms/console", body, **named)).text

    def kill(self) -> None:
        """`kill -9` of the whole server, all its processes at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.process.terminate()
        return self.process.wait(timeout=40)


def eventually(holds: Callable[[], object]) -> None:
    """Wait until this is true; fail if it does not become so."""
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.05)


def accepts(port: int) -> bool:
    """Whether anything takes connections at that port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    data: Path,
    port: int | None = None,
    *,
    serve: Sequence[str] = ("demo", "--empty"),
    **environment: str,
) -> Server:
    """Start the demo, or another command that serves, in that folder; wait until it answers."""
    port = port or free_port()
    base = [sys.executable, "-m", "server", "--data", str(data)]
    command = [*base, *serve, "--port", str(port)]
    log = data.parent / f"{data.name}.log"
    server = Server(spawn(command, log, clean() | environment), port, data, log)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if server.get("/healthz").status == 200:
                return server
        if server.process.poll() is not None:
            break
        time.sleep(0.05)
    server.kill()
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


def clean() -> dict[str, str]:
    """The environment without any setting of ours."""
    ours = ("UNDERSIGNED_", "TWILIO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def spawn(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a command of ours, which goes on writing to that log."""
    if log not in LOGS:
        LOGS.append(log)
    with log.open("ab") as out:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )


@contextlib.contextmanager
def running(
    data: Path, *, serve: Sequence[str] = ("demo", "--empty"), **environment: str
) -> Iterator[Server]:
    server = start(data, None, serve=serve, **environment)
    try:
        yield server
    finally:
        server.kill()


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request as a plain browser writes it; header names with `_` for `-`."""
    fields = {"Host": "127.0.0.1", "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    if body or method == "POST":
        fields["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def post(path: str, form: dict[str, str], **headers: str) -> bytes:
    headers = {"Content_Type": "application/x-www-form-urlencoded"} | headers
    return request("POST", path, urlencode(form).encode(), **headers)


def exchange(port: int, raw: bytes, timeout: float = 20) -> Answer:
    """Send these bytes on a connection of their own, and read the answer to its end."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(raw)
        return read_answer(connection)


def read_answer(connection: socket.socket) -> Answer:
    """The next answer on a connection, which stays open."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
        if _is_whole(received) or (
            received.startswith(b"HTTP/1.1 304") and received.endswith(b"\r\n\r\n")
        ):
            break
    return parse(received)


def _is_whole(received: bytes) -> bool:
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator or head.startswith(b"HTTP/1.1 100"):
        return False
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return False


def parse(received: bytes) -> Answer:
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator:
        raise ConnectionError(f"no whole answer: {received[:80]!r}")
    lines = head.decode("latin-1").split("\r\n")
    headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines[1:])}
    return Answer(int(lines[0].split()[1]), headers, body, len(received))
