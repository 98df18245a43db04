"""Letters by mail from our own domain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Protocol

from server.channels import Handover, Result, Sheet


class Posted(Protocol):
    """What a mail server said of one mail."""

    @property
    def result(self) -> str: ...

    @property
    def code(self) -> str: ...


#: Hands one mail over, which comes back to that address if it cannot be delivered.
Post = Callable[[EmailMessage, str], Awaitable[Posted]]

_RESULTS: dict[str, Result] = {
    "sent": "accepted",
    "later": "retry",
    "trouble": "retry",
    "unclear": "uncertain",
    "bounced": "rejected",
    "refused": "rejected",
}


class MailChannel:
    """By whatever hands our other mails over."""

    def __init__(self, post: Post, sender: str) -> None:
        self._post, self._sender = post, sender

    async def deliver(self, batch: Sequence[Sheet]) -> list[Handover]:
        return [await self._deliver(sheet) for sheet in batch]

    async def _deliver(self, sheet: Sheet) -> Handover:
        posted = await self._post(self._mail(sheet), sheet.back_to)
        return Handover(_RESULTS[posted.result], posted.code)

    def _mail(self, sheet: Sheet) -> EmailMessage:
        """`EmailMessage` lets no line break into a header, whoever wrote it."""
        # In ASCII alone: a relay that wrote it anew would break its signature.
        mail = EmailMessage(policy=SMTP.clone(max_line_length=78, cte_type="7bit"))
        mail["From"] = self._sender
        mail["To"] = sheet.address
        mail["Reply-To"] = sheet.reply_to
        mail["Subject"] = sheet.subject
        mail["Date"] = format_datetime(datetime.fromtimestamp(sheet.written_at, UTC))
        mail["Message-ID"] = sheet.id
        mail.set_content(sheet.text + "\n")
        return mail
