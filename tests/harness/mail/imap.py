"""A mailbox on loopback that is asked by IMAP (RFC 3501), as far as fetching mail needs it."""

from __future__ import annotations

import contextlib
import re
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

LOGIN = "answers", "a long password"


@dataclass
class MailBox:
    """What lies in it, and which of that is seen, by number. `heard` is told of each command."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    heard: Callable[[str], object] = lambda command: None

    def answer(self, command: str, rest: str) -> tuple[list[bytes], str]:
        """The untagged lines, and the tagged one."""
        self.heard(command)
        if command == "LOGIN":
            good = rest == f'{LOGIN[0]} "{LOGIN[1]}"'
            return [], "OK" if good else "NO [AUTHENTICATIONFAILED]"
        if command == "SELECT":
            return [b"* %d EXISTS" % len(self.mails)], "OK" if rest == '"INBOX"' else "NO"
        if command == "SEARCH":
            waiting = [str(n) for n in range(1, len(self.mails) + 1) if n not in self.seen]
            return [f"* SEARCH {' '.join(waiting)}".encode()], "OK"
        if command == "FETCH":
            return [self._fetched(rest)], "OK"
        if command == "STORE":
            self.seen.add(int(rest.split(maxsplit=1)[0]))
        return [b"* CAPABILITY IMAP4rev1"] if command == "CAPABILITY" else [], "OK"

    def _fetched(self, rest: str) -> bytes:
        found = re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest)
        assert found, rest
        n, raw = int(found[1]), self.mails[int(found[1]) - 1][: int(found[2])]
        return b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%b)" % (n, n, len(raw), raw)


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # whoever asks may be killed
            self._converse()

    def _converse(self) -> None:
        box: MailBox = self.server.box  # type: ignore[attr-defined]
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _, said = line.decode().strip().partition(" ")
            command, _, rest = said.removeprefix("UID ").partition(" ")
            lines, done = box.answer(command.upper(), rest)
            self.wfile.write(b"".join(one + b"\r\n" for one in lines))
            self.wfile.write(f"{tag} {done} done\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextlib.contextmanager
def mail_box(tls: ssl.SSLContext | None = None) -> Iterator[MailBox]:
    """A running one; with `tls` from the start."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        box = server.box = MailBox(server.server_address[1])  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
