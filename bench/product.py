"""The demo, running for a benchmark, and what people send to it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.tools import LUA, BenchError, ask
from server.cli import demo
from tests.harness.people.signers import letters, signer

TOKEN = "t" * 32


ROOT = Path(__file__).parent.parent


FORM_TYPE = 'wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"\n'


@dataclass
class Product:
    """The demo, running in a folder of its own."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path
    cold: float  # seconds from the start to the first page


def phone(number: int) -> str:
    """A valid US number, different for each number below eight million."""
    return f"+1406{2_000_000 + number:07}"


@contextlib.contextmanager
def started(
    command: list[str], port: int, path: str, root: Path = ROOT, **environment: str
) -> Iterator[Product]:
    """A server process, from its start until it has ended, once it has answered `path`."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command, "--port", str(port)],
        cwd=root,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while True:
            with contextlib.suppress(OSError):
                ask(port, path)
                break
            if process.poll() is not None or time.perf_counter() - began > 30:
                raise BenchError(f"the server did not start: {' '.join(command)}")
            time.sleep(0.002)
        yield Product(process, port, Path(), time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


@contextlib.contextmanager
def product(
    data: Path, port: int, *, workers: int = 1, database: str | None = None, root: Path = ROOT
) -> Iterator[Product]:
    """The demo's data, served as `make run` does, with Twilio set up and no budget in the way.

    `root` holds the code that is served: this repository, or one like it of another time.
    """
    settings = {
        "UNDERSIGNED_TRUSTED_PROXIES": "127.0.0.1",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "UNDERSIGNED_SMS_DAILY_SEGMENTS": "999999999",
        "UNDERSIGNED_LOG_LEVEL": "ERROR",
    }
    if database:
        settings["UNDERSIGNED_DATABASE_URL"] = database
    command = ["-m", "server", "--data", str(data), "demo", "--empty"]
    if workers > 1:
        demo.prepare(data, settings, "127.0.0.1", port)
        command[-2:] = ["serve", "--workers", str(workers)]
    with started(command, port, "/p/face", root, **settings) as it:
        it.data = data
        yield it


def script(work: str, folder: Path, port: int, first: int, count: int) -> Path:
    """wrk's script for one round; signings are of people number `first` onward."""
    path = folder / f"{work}.lua"
    match work:  # kinds of `Work`
        case "hello":
            text = ""
        case "page":
            text = 'wrk.headers["Accept-Encoding"] = "gzip, deflate"\n'
        case _:
            lines = folder / f"{work}.txt"
            lines.write_text("".join(_request(work, port, first + i) for i in range(count)))
            text = f"""wrk.method = "POST"
{FORM_TYPE}local next_line = io.lines("{lines}")
request = function()
  local body, header, value = next_line():match("^(%S+) ?(%S*) ?(%S*)")
  if header ~= "" then wrk.headers[header] = value end
  return wrk.format(nil, nil, nil, body)
end
"""
    path.write_text(text + LUA)
    return path


def _request(work: str, port: int, number: int) -> str:
    """One line of a script's input: a form's body and, where one belongs to it, a header."""
    name = signer(number)
    if work != "text":
        form = {"_charset_": "UTF-8", "name": name, "postcode": "59801", "comment": ""}
        form["phone"] = phone(number) if work == "contact" else ""
        form["email"] = f"{letters(number)}@example.org" if work == "mail" else ""
        address = f"X-Forwarded-For 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return f"{urlencode(form)} {address if work == 'proxied' else ''}".rstrip() + "\n"
    form = {
        "MessageSid": f"SM{number:032x}",
        "From": phone(number),
        "To": "+14065550100",
        "Body": f"SIGN FACE {name} 59801",
    }
    signed = f"http://127.0.0.1:{port}/sms/twilio" + "".join(k + form[k] for k in sorted(form))
    signature = hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()
    return f"{urlencode(form)} X-Twilio-Signature {base64.b64encode(signature).decode()}\n"


def url(kind: str, port: int) -> str:
    path = {"hello": "", "text": "sms/twilio"}.get(kind, "p/face")
    return f"http://127.0.0.1:{port}/{path}"


def stored(data: Path) -> int:
    """Signatures by `undersigned check`, which also compares every counter with the rows."""
    command = [sys.executable, "-m", "server", "--data", str(data), "check", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"undersigned check: {done.stderr}")
    total: int = json.loads(done.stdout)["face"]["total"]
    return total


def processor_seconds(leader: int) -> float:
    """Processor time so far of a process and of all its children, also those that have ended."""
    below = [leader]
    for process in below:
        with contextlib.suppress(OSError):
            listed = Path(f"/proc/{process}/task/{process}/children").read_text()
            below += map(int, listed.split())
    ticks = 0
    for process in below:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(
                map(int, fields[11:15])
            )  # its own and its ended children's, user and system
    return ticks / os.sysconf("SC_CLK_TCK")
