"""A mail server on loopback, which does what a test asks of it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.harness.product import free_port

SECONDS = 30


@dataclass
class PostOffice:
    """What has arrived, and what each command is answered, by default `250`.

    `answers` has for MAIL, RCPT and DATA a list of answers that are used up one by one. `heard` is
    told of each command before it is answered, and of `250` once a mail has arrived.
    """

    port: int
    arrived: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)  # the same, as they came
    boxes: defaultdict[str, list[EmailMessage]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, list[str]] = field(default_factory=dict)
    connections: int = 0
    hang: bool = False
    delay: float = 0.0  # seconds before each answer to a whole mail
    pipelining: bool = True  # whether it says that commands may come several at once
    most_connections: int = 1000
    most_mails: int = 1000  # on one connection
    servers: list[Any] = field(default_factory=list)  # of each connection
    now: int = 0  # mails that it is taking
    together: int = 0  # the most of them at one time
    drops: int = 0  # mails with which it goes away before it has said whether it has them
    heard: Callable[[str], object] = lambda command: None

    @property
    def settings(self) -> dict[str, str]:
        """By which a server sends its mail here."""
        return {
            "UNDERSIGNED_SMTP_HOST": "localhost",
            "UNDERSIGNED_SMTP_PORT": str(self.port),
            "UNDERSIGNED_SMTP_TLS": "none",
        }

    def _answer(self, command: str) -> str | None:
        self.heard(command)
        waiting = self.answers.get(command)
        return waiting.pop(0) if waiting else None

    async def handle_EHLO(  # noqa: N802 (named by the library)
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        session.mails = 0
        self.servers = [s for s in self.servers if s.transport and not s.transport.is_closing()]
        if server not in self.servers and len(self.servers) >= self.most_connections:
            return ["421 4.7.0 too many connections"]
        self.servers.append(server)
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.pipelining else responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.hang:
            await asyncio.sleep(SECONDS)
        session.mails += 1
        if session.mails > self.most_mails:
            return "421 4.7.0 enough for one connection"
        if answer := self._answer("MAIL"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if answer := self._answer("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await self._take_time()
        if self.drops:
            self.drops -= 1
            server.transport.abort()
            return "250 OK"
        if answer := self._answer("DATA"):
            return answer
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.raw.append(envelope.content)
        mail["Return-Path"] = f"<{envelope.mail_from}>"  # RFC 5321, 4.4
        self.arrived.append(mail)
        self.boxes[mail["To"]].append(mail)
        self.heard("250")
        return "250 OK"

    async def _take_time(self) -> None:
        self.now += 1
        self.together = max(self.together, self.now)
        await asyncio.sleep(self.delay)
        self.now -= 1

    def to(self, address: str) -> list[EmailMessage]:
        return list(self.boxes.get(address, ()))

    def wait_for(self, address: str, count: int = 1) -> EmailMessage:
        """The newest mail to that address, once there are so many."""
        deadline = time.monotonic() + SECONDS
        while len(self.to(address)) < count:
            assert time.monotonic() < deadline, f"no mail to {address}"
            time.sleep(0.02)
        return self.to(address)[-1]


def codes_in(mail: EmailMessage) -> list[str]:
    """The codes of a mail, which stand on lines of their own."""
    return re.findall(r"^\s*(\d{6}|\d{8})\s*$", str(mail.get_content()), re.MULTILINE)


def link_in(mail: EmailMessage) -> str:
    """The path and query of the mail's link."""
    found = re.search(r"^http://[^/]+(/\S+)\s*$", str(mail.get_content()), re.MULTILINE)
    assert found
    return found[1]


@contextlib.contextmanager
def post_office(
    port: int = 0,
    *,
    tls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
) -> Iterator[PostOffice]:
    """A running mail server; with `tls` it wants STARTTLS, with `login` that name and password."""
    office = PostOffice(port or free_port())

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == login, handled=False)

    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=office.port,
        tls_context=tls,
        require_starttls=tls is not None,
        authenticator=check if login else None,
        auth_required=login is not None,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
