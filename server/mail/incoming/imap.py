"""A mailbox elsewhere (RFC 9051): what waits in it is taken once, by reading what is not seen yet.

Each call is one command and its answer, which may take as long as the other side takes: call it
from a thread. `imaplib` has what it needs: no more of a message is fetched than is read.
"""

from __future__ import annotations

import imaplib
import ssl
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from server.config import Settings
from server.mail.bounces import LIMIT

IMAP_SECONDS = 20.0
_PORTS = {"imap": 143, "imaps": 993}
#: Where nobody sits in between, a password may go unsealed.
_HERE = frozenset({"localhost", "127.0.0.1"})


class ImapBox:
    """One connection. Raises `OSError` for all that the network or the other side does."""

    def __init__(self, settings: Settings) -> None:
        where = urlsplit(settings.imap_url)
        try:
            self._client = _connected(where)
            self._said(self._client.login(unquote(where.username or ""), settings.imap_password))
            folder = unquote(where.path.strip("/")) or "INBOX"
            self._said(self._client.select(f'"{folder}"'))
        except imaplib.IMAP4.error as error:
            raise _refused() from error

    def unseen(self) -> list[str]:
        """The numbers of messages that nobody has taken, the first first."""
        [found] = self._ask("SEARCH", "UNSEEN", "UNDELETED")
        return bytes(found or b"").decode("ascii", "replace").split()

    def message(self, uid: str) -> bytes:
        """As much of that message as we read; it stays unseen. b'' if it is gone."""
        found = self._ask("FETCH", uid, f"(BODY.PEEK[]<0.{LIMIT}>)")
        return next((bytes(part[1]) for part in found if isinstance(part, tuple)), b"")

    def mark_seen(self, uid: str) -> None:
        self._ask("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")

    def close(self) -> None:
        with suppress(OSError, imaplib.IMAP4.error):
            self._client.logout()

    def _ask(self, command: str, *arguments: str) -> list[Any]:
        try:
            return self._said(self._client.uid(command, *arguments))
        except imaplib.IMAP4.error as error:
            raise _refused() from error

    def _said(self, answer: tuple[str, list[Any]]) -> list[Any]:
        if answer[0] != "OK":
            raise _refused()
        return answer[1]


def _refused() -> OSError:
    """Without the words of the other side, in which a password may stand."""
    return ConnectionError("UNDERSIGNED_IMAP_URL: the mailbox refuses name, password or folder")


def _connected(where: SplitResult) -> imaplib.IMAP4:
    host, port = where.hostname or "", where.port or _PORTS[where.scheme]
    if where.scheme == "imaps":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=IMAP_SECONDS)
    client = imaplib.IMAP4(host, port, timeout=IMAP_SECONDS)
    if host not in _HERE:
        client.starttls(ssl.create_default_context())
    return client
