"""Handing mails over: by SMTP (RFC 5321), or to standard output."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import suppress
from email.message import EmailMessage
from typing import TYPE_CHECKING

from server.config import Settings
from server.mail import Mailer, Posting

if TYPE_CHECKING:
    from server.mail.client import Client
    from server.mail.dkim import MailSigner

SECONDS = 20.0  # for each answer of the server

#: What is said of the connection, whatever was asked: it ends (RFC 5321, 3.8), or nobody has
#: signed in, or not in the right way (RFC 4954, 6).
_OURS = frozenset({421, 432, 454, 530, 534, 535, 538})
_ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")  # RFC 3463


def mailer(settings: Settings) -> Mailer:
    """The one that the settings ask for. Raises `Misconfigured` where it could not sign."""
    if settings.smtp_host:
        return Smtp(settings, signer(settings))
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
    """One connection, kept while there are mails to send."""

    at_once = 1

    def __init__(self, settings: Settings, signer: MailSigner | None = None) -> None:
        self._settings, self._signer = settings, signer
        self._client: Client | None = None

    async def post(self, mail: EmailMessage, back_to: str) -> Posting:
        # Loaded when the first mail goes out: few commands send any.
        import aiosmtplib

        try:
            client = await self._connected()
            client.has_gone = False
            await client.send_message(mail, sender=back_to)
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            if refused.code in _OURS:
                await self.rest()
                return Posting("trouble", _code(refused))
            await self._reset()
            # 5xx: there is no such mailbox; 4xx: perhaps later.
            return Posting("bounced" if refused.code >= 500 else "later", _code(refused))
        except aiosmtplib.SMTPDataError as error:
            if error.code in _OURS:
                await self.rest()
                return Posting("trouble", _code(error))
            await self._reset()
            # A 5xx here is about the mail, as a filter sees it, or the mailbox behind it.
            return Posting("refused" if error.code >= 500 else "later", _code(error))
        except aiosmtplib.SMTPNotSupported as error:
            # The address has letters that this server cannot carry (RFC 6531).
            await self._reset()
            return Posting("refused", _code(error))
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            gone = self._client is not None and self._client.has_gone
            await self.rest()
            return Posting("unclear" if gone else "trouble", _code(error))
        return Posting("sent")

    async def _connected(self) -> Client:
        from server.mail.client import Client

        if self._client and self._client.is_connected:
            return self._client
        settings = self._settings
        client = Client(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username or None,
            password=settings.smtp_password or None,
            use_tls=settings.smtp_tls == "tls",
            # Never only if the server offers it: whoever sits in between could hide the offer.
            start_tls=settings.smtp_tls == "starttls",
            timeout=SECONDS,
            local_hostname=settings.mail_from.rpartition("@")[2],
        )
        client.signed = self._signer.signed if self._signer else None
        await client.connect()
        self._client = client
        return client

    async def _reset(self) -> None:
        """Make the connection ready for the next mail, or let it go."""
        from aiosmtplib import SMTPException

        try:
            if self._client:
                await self._client.rset()
        except (SMTPException, OSError, TimeoutError):
            await self.rest()

    async def rest(self) -> None:
        client, self._client = self._client, None
        if client:
            with suppress(Exception):  # it is done with, whatever it says
                await asyncio.wait_for(client.quit(), 2)
            client.close()


def _code(error: Exception) -> str:
    """The numbers of an answer; where none came, the kind of the error that was first."""
    code = getattr(error, "code", None)
    if code is None:
        return type(error.__cause__ or error).__name__
    enhanced = _ENHANCED.match(str(getattr(error, "message", "")))
    return f"{code} {enhanced[0]}" if enhanced else str(code)
