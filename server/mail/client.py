"""One connection to a mail server: whole mails, in as few ways there and back as it allows.

The library greets, encrypts and signs in. Then it waits after each command, and to a server that is
far away most of the time of a mail is such waiting. So mails are handed over here: where the server
allows it (PIPELINING, RFC 2920), sender, recipient and the wish to go on are said at once.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from typing import cast

from aiosmtplib import SMTP, SMTPNotSupported
from aiosmtplib.email import flatten_message
from aiosmtplib.protocol import normalize_message_line_endings

from server.config import Settings

SECONDS = 20.0  # for each answer
#: For the answer to a whole mail: a server that was slow, and is asked again, has it twice. RFC
#: 5321 (4.5.3.2.6) would give it ten minutes.
MAIL_END_SECONDS = 300.0
_TALL = re.compile(rb"(?m)^\.")  # a line that would end the mail
_UNSPEAKABLE = re.compile(r"[\x00-\x20<>\x7f]")  # in a command


class Refusal(Exception):
    """What the server says to one step of a mail: to its sender, its recipient, the wish to send
    it, or the whole of it."""

    def __init__(self, step: str, code: int, message: str) -> None:
        super().__init__(f"{step}: {code}")
        self.step, self.code, self.message = step, code, message


class Connection:
    """`has_gone`: the words of the last mail may have gone to the server, whatever it has said of
    them since, if anything. `is_ready`: it waits for a mail. `is_used`: it has carried some."""

    def __init__(self, client: SMTP) -> None:
        """Takes over its socket, in place of the library's protocol."""
        self._client = client
        self._transport = cast(asyncio.Transport, client.transport)  # of whatever loop
        self._reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(self._reader)
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        self.has_gone, self.is_ready, self.is_used = False, True, False

    @classmethod
    async def opened(cls, settings: Settings) -> Connection:
        """Raises what the library raises where that fails."""
        client = SMTP(
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
        await client.connect()
        try:
            await client.ehlo()
        except BaseException:
            client.close()
            raise
        return cls(client)

    @property
    def is_alive(self) -> bool:
        return self.is_ready and not self._transport.is_closing() and not self._reader.at_eof()

    async def deliver(
        self, mail: EmailMessage, sender: str, sign: Callable[[bytes], bytes] | None
    ) -> None:
        """Hand it over. Raises `Refusal`, `SMTPNotSupported` for an address that this server cannot
        carry, and `OSError` where it is away."""
        self.has_gone = self.is_ready = False
        recipient = str(mail["To"])
        wide = self._is_wide(sender, recipient)
        eight = self._client.supports_extension("8bitmime")
        raw = flatten_message(mail, utf8=wide, cte_type="8bit" if eight else "7bit")
        raw = normalize_message_line_endings(raw)
        raw = sign(raw) if sign else raw
        options = f" SIZE={len(raw)}" * self._client.supports_extension("size")
        options += " BODY=8BITMIME" * eight + " SMTPUTF8" * wide
        steps = {
            "MAIL": f"MAIL FROM:<{sender}>{options}",
            "RCPT": f"RCPT TO:<{recipient}>",
            "DATA": "DATA",
        }
        refusal = await self._introduce(steps)
        if not refusal:
            refusal = await self._hand_over(_TALL.sub(b"..", raw))
        if refusal:
            await self._reset()
            raise refusal
        self.is_ready = self.is_used = True

    def _is_wide(self, *addresses: str) -> bool:
        """Whether they need more than ASCII (RFC 6531)."""
        wide = not all(address.isascii() for address in addresses)
        spoken = not any(_UNSPEAKABLE.search(address) for address in addresses)
        if not spoken or (wide and not self._client.supports_extension("smtputf8")):
            self.is_ready = True  # nothing was said
            raise SMTPNotSupported("no such address can be carried")
        return wide

    async def _introduce(self, steps: dict[str, str]) -> Refusal | None:
        """Say whom it is from and to; what was refused first."""
        refusal = None
        if self._may_hurry:
            self._say("\r\n".join(steps.values()).encode())
        for step, line in steps.items():
            if not self._may_hurry:
                self._say(line.encode())
            code, said = await self._answer()
            if refusal and step == "DATA" and code // 100 == 3:
                self._say(b".")  # it goes to nobody
                await self._answer()
            elif not refusal and code // 100 != (3 if step == "DATA" else 2):
                refusal = Refusal(step, code, said)
            if refusal and not self._may_hurry:
                break
        return refusal

    @property
    def _may_hurry(self) -> bool:
        return self._client.supports_extension("pipelining")

    async def _hand_over(self, raw: bytes) -> Refusal | None:
        self.has_gone = True
        self._say(raw + b".")
        code, said = await self._answer(MAIL_END_SECONDS)
        return None if code // 100 == 2 else Refusal("mail", code, said)

    async def _reset(self) -> None:
        """Make it ready for the next mail, where that can be."""
        with suppress(OSError):
            self._say(b"RSET")
            self.is_ready = (await self._answer())[0] // 100 == 2

    def _say(self, line: bytes) -> None:
        self._transport.write(line + b"\r\n")

    async def _answer(self, seconds: float = 0) -> tuple[int, str]:
        """Code and words of the next answer. Raises `OSError` where none comes."""
        lines: list[bytes] = []
        async with asyncio.timeout(seconds or SECONDS):
            try:
                while not lines or lines[-1][3:4] == b"-":
                    lines.append(await self._reader.readuntil(b"\n"))
                code = int(lines[0][:3])
            except (EOFError, ValueError, asyncio.LimitOverrunError) as error:
                raise ConnectionResetError("it went away, or speaks no SMTP") from error
        return code, " ".join(line[4:].decode("utf-8", "replace").strip() for line in lines)

    async def close(self) -> None:
        """Say goodbye if it listens; whatever it says to that."""
        with suppress(Exception):
            if self.is_alive:
                async with asyncio.timeout(2):
                    self._say(b"QUIT")
                    await self._answer()
        self._transport.close()
        await asyncio.sleep(0)  # in which the loop lets the socket go
