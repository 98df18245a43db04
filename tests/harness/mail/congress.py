"""A letter to the US House; and its door on loopback, which notes what arrives, and answers as it
is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from server.channels import CongressParts, Sheet
from server.channels.cwc import DeliveryAgent

PARTS = CongressParts(
    delivery_id="0123456789abcdef" * 2,
    campaign="petition-1",
    topic="Water Resources Development",
    statement="Keep the lake clean\nhttps://sign.example.org/p/lake\n\nPlease.",
    own="I live on a farm & my <children> swim there: \N{LATIN SMALL LETTER E WITH ACUTE}, नमस्ते.",
    prefix="Ms.",
    first="Ana",
    last="Diaz",
    street="1 Main St",
    city="Helena",
    zip="59801-1234",
)
SHEET = Sheet(
    id="<x@sign.example.org>",
    address="HMT01",
    subject="Keep the lake clean",
    text="",
    reply_to="ana@example.org",
    back_to="",
    written_at=1_800_000_000,
    congress=PARTS,
)


def agent(url: str = "https://door.example/") -> DeliveryAgent:
    name, contact = "Undersigned", "Jo Marsh"
    return DeliveryAgent(url, "secret", name, contact, "jo@sign.example.org", "406-555-0123")


@dataclass
class Door:
    """What it answers: a status (0: it hangs up), headers, after so many seconds. `arrived`: of
    each letter the query, the content type and the XML."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0
    arrived: list[tuple[str, str, bytes]] = field(default_factory=list)
    url: str = ""


@contextmanager
def congress_door(door: Door) -> Iterator[Door]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            door.arrived.append((urlsplit(self.path).query, self.headers["Content-Type"], body))
            time.sleep(door.wait)
            if not door.status:
                return  # without a word
            self.send_response(door.status)
            for name, value in door.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    door.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
