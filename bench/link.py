"""Time and bytes to sign over slow links, beside the same work on a page of a modern site's weight.

    python -m bench.link [--quick]

Three links as mobile networks have them (`tests/harness/web/slow_link.py`): GPRS, EDGE and 3G. Over
each somebody opens the petition, and signs. Beside it stands a site of the weight of Pytition,
measured as 338 KB of style and script before the form; here six files of that sum, a page of
12 KB, the answer to the form a redirect, and the page that it leads to. Its client is kind to it:
six connections at once, files kept, no slow start, no script to run, no mail to be opened after.
"""

from __future__ import annotations

import argparse
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.harness import product
from tests.harness.product import post, read_answer, request
from tests.harness.web.slow_link import Link, slow_link

# Down and up in bits a second, round trip in seconds: what such networks gave a moving phone.
LINKS = {
    "GPRS": (40_000, 10_000, 0.7),
    "EDGE": (120_000, 40_000, 0.5),
    "3G": (1_000_000, 250_000, 0.15),
}
HTML = 12_000  # bytes, compressed
FILES = {f"/{n}": size for n, size in enumerate((26_000, 16_000, 31_000, 88_000, 71_000, 106_000))}
FORM = {"name": "Ana Diaz", "postcode": "59801"}
KEEP = {"Connection": "keep-alive", "Accept_Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds until the form can be used, and from its sending to the thanks; what it took."""

    ready: float
    signed: float
    bytes: int
    turns: int
    turns_to_sign: int

    @property
    def seconds(self) -> float:
        return self.ready + self.signed


def ours(link: Link) -> Run:
    """One connection: GET the page, POST the form."""
    began = time.monotonic()
    with dial(link) as connection:
        connection.sendall(request("GET", "/p/face", b"", **KEEP))
        assert read_answer(connection).status == 200
        ready, turns = time.monotonic(), link.turns
        connection.sendall(post("/p/face", FORM, **KEEP))
        assert read_answer(connection).status == 200
    return run(link, began, ready, turns)


def heavy(link: Link) -> Run:
    """The page, its files on six connections, the form, the redirect, the page behind it."""
    began = time.monotonic()
    with dial(link) as connection:
        ask(connection, "GET", "/")
        with ThreadPoolExecutor(len(FILES)) as pool:
            list(pool.map(lambda path: fetch(link, path), FILES))
        ready, turns = time.monotonic(), link.turns
        ask(connection, "POST", "/sign")
        ask(connection, "GET", "/")
    return run(link, began, ready, turns)


def run(link: Link, began: float, ready: float, turns: int) -> Run:
    now = time.monotonic()
    moved = link.down.bytes + link.up.bytes
    return Run(ready - began, now - ready, moved, link.turns, link.turns - turns)


def dial(link: Link) -> socket.socket:
    return socket.create_connection(("127.0.0.1", link.port), timeout=300)


def ask(connection: socket.socket, method: str, path: str) -> None:
    body = b"x" * 80 if method == "POST" else b""
    connection.sendall(request(method, path, body, **KEEP))
    assert read_answer(connection).status in {200, 302}


def fetch(link: Link, path: str) -> None:
    with dial(link) as connection:
        ask(connection, "GET", path)


class Heavy(BaseHTTPRequestHandler):
    """Pages and files of that weight; what is in them is of no account to a link."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, FILES.get(self.path, HTML))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(302, 0)

    def _answer(self, status: int, size: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(size))
        self.send_header("X-Other-Headers", "x" * 300)
        self.end_headers()
        self.wfile.write(b"x" * size)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its own name)
        """Nothing: the table is all there is to say."""


@contextmanager
def heavy_site() -> Iterator[int]:
    """A server of `Heavy` pages; its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Heavy) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield site.server_port
        site.shutdown()
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="3G alone")
    options = parser.parse_args()
    names = ["3G"] if options.quick else list(LINKS)
    print("link   site         form usable    signed after    together      bytes  round trips")
    with (
        tempfile.TemporaryDirectory() as folder,
        product.running(Path(folder) / "data") as server,
        heavy_site() as other,
    ):
        for name in names:
            down, up, trip = LINKS[name]
            runs = {}
            for site, work, port in (("ours", ours, server.port), ("338 KB", heavy, other)):
                with slow_link(port, down=down, up=up, round_trip=trip) as link:
                    found = runs[site] = work(link)
                print(
                    f"{name:5}  {site:8} {found.ready:13.1f} s {found.signed:13.1f} s"
                    f" {found.seconds:9.1f} s {found.bytes:10,}"
                    f"   {found.turns} ({found.turns_to_sign} from form to thanks)"
                )
            a, b = runs["ours"], runs["338 KB"]
            print(f"{name:5}  ratio    {b.seconds / a.seconds:.0f} times the time,"
                  f" {b.bytes / a.bytes:.0f} times the bytes")  # fmt: skip


if __name__ == "__main__":
    main()
