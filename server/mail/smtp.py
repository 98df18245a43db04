"""Handing mails over: by SMTP (RFC 5321), or to standard output."""

from __future__ import annotations

import asyncio
import re
import sys
from email.message import EmailMessage
from typing import TYPE_CHECKING

from server.config import Settings
from server.mail import Mailer, Posting, Result

if TYPE_CHECKING:
    from server.mail.client import Connection, Refusal
    from server.mail.dkim import MailSigner

#: What is said of the connection, whatever was asked: it ends (RFC 5321, 3.8), or nobody has
#: signed in, or not in the right way (RFC 4954, 6).
_OURS = frozenset({421, 432, 454, 530, 534, 535, 538})
_ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")  # RFC 3463


def mailer(settings: Settings, at_once: int = 0) -> Mailer:
    """The one that the settings ask for. Raises `Misconfigured` where it could not sign."""
    if settings.smtp_host:
        return Smtp(settings, signer(settings), at_once)
    return Printer()


def signer(settings: Settings) -> MailSigner | None:
    """What signs our mail, if there is a key for it. Raises `Misconfigured` for a bad one."""
    if not settings.dkim_key:
        return None
    from server.mail.dkim import MailSigner  # (few commands send any mail)

    return MailSigner(settings)


class Printer:
    """Writes mails to standard output, for development: their codes are there to be read."""

    at_once = 1

    async def post(self, mail: EmailMessage, back_to: str) -> Posting:
        written = f"{mail['To']}: {mail['Subject']}\n{mail.get_content()}"
        print(f"--- mail to {written}---", file=sys.stdout, flush=True)  # noqa: T201
        return Posting("sent")

    async def rest(self) -> None:
        return None


class Smtp:
    """As many connections as there are mails to send at once, up to a number; each is kept while
    there are more."""

    def __init__(
        self, settings: Settings, signer: MailSigner | None = None, at_once: int = 0
    ) -> None:
        """`at_once`: how many, if others than the settings say."""
        self._settings, self._sign = settings, signer.signed if signer else None
        self.at_once = self._most = at_once or settings.smtp_connections
        self._free: list[Connection] = []
        self._begun = self._open = 0  # connections that are wanted or there, and that are there
        self._changed = asyncio.Condition()

    async def post(self, mail: EmailMessage, back_to: str) -> Posting:
        while True:
            posting, was_used = await self._post(mail, back_to)
            # Many servers take so many mails on one connection, or so many seconds, and no more.
            if posting.result != "trouble" or not was_used:
                return posting

    async def _post(self, mail: EmailMessage, back_to: str) -> tuple[Posting, bool]:
        """What came of it, and whether the connection had carried others before."""
        # Loaded when the first mail goes out: few commands send any.
        import aiosmtplib

        from server.mail.client import Refusal

        connection, was_used = None, False
        try:
            connection = await self._taken()
            was_used = connection.is_used
            await connection.deliver(mail, back_to, self._sign)
        except Refusal as refusal:
            posting = Posting(_meant(refusal), _code(refusal))
            if connection is not None and posting.result == "trouble":
                connection.is_ready = False
            return posting, was_used
        except aiosmtplib.SMTPNotSupported as error:
            # The address has letters that this server cannot carry (RFC 6531).
            return Posting("refused", _code(error)), was_used
        except (aiosmtplib.SMTPException, OSError) as error:
            gone = connection is not None and connection.has_gone
            return Posting("unclear" if gone else "trouble", _code(error)), was_used
        finally:
            if connection is not None:
                await self._put_back(connection)
        return Posting("sent"), was_used

    async def _taken(self) -> Connection:
        """One that is free, or another one while there may be more."""
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._free or self._begun < self._most)
                found = self._free.pop() if self._free else None
                self._begun += not found
            if found and found.is_alive:
                return found
            if found:
                await self._put_back(found)
            elif (made := await self._connected()) is not None:
                return made

    async def _connected(self) -> Connection | None:
        """None where the server takes no more than those that there are."""
        from aiosmtplib import SMTPException

        from server.mail.client import Connection

        try:
            made = await Connection.opened(self._settings)
        except BaseException as error:
            async with self._changed:
                self._begun -= 1
                self._changed.notify_all()
            if not self._open or not isinstance(error, (SMTPException, OSError)):
                raise
            self._most = self._open
            return None
        self._open += 1
        return made

    async def _put_back(self, connection: Connection) -> None:
        if not connection.is_alive:
            await connection.close()
        async with self._changed:
            if connection.is_alive:
                self._free.append(connection)
            else:
                self._begun -= 1
                self._open -= 1
            self._changed.notify_all()

    async def rest(self) -> None:
        free, self._free = self._free, []
        self._begun -= len(free)
        self._open -= len(free)
        self._most = self.at_once
        await asyncio.gather(*(connection.close() for connection in free))


def _meant(refusal: Refusal) -> Result:
    """What the server's answer says: of itself, of the mailbox, or of this mail."""
    if refusal.code in _OURS or refusal.step == "MAIL":
        return "trouble"
    if refusal.code < 500:
        return "later"
    # 5xx: there is no such mailbox. Of the mail itself: a filter, or the mailbox behind it.
    return "bounced" if refusal.step == "RCPT" else "refused"


def _code(error: Exception) -> str:
    """The numbers of an answer; where none came, the kind of the error that was first."""
    code = getattr(error, "code", None)
    if code is None:
        cause = error.__cause__  # of a time that is over, that is no error
        return type(cause if isinstance(cause, Exception) else error).__name__
    enhanced = _ENHANCED.match(str(getattr(error, "message", "")))
    return f"{code} {enhanced[0]}" if enhanced else str(code)
