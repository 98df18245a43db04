"""The library's connection to a mail server, which also tells how far a mail has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiosmtplib import SMTP
from aiosmtplib.response import SMTPResponse


class Client(SMTP):
    """`has_gone`: the words of the last mail may have gone to the server, whatever it has said of
    them since, if anything. `signed` puts a signature on top of what goes there."""

    has_gone: bool = False
    signed: Callable[[bytes], bytes] | None = None

    async def sendmail(
        self, sender: str, recipients: Any, message: Any, /, **kwargs: Any
    ) -> tuple[dict[str, SMTPResponse], str]:
        if self.signed:
            message = self.signed(message)
        return await super().sendmail(sender, recipients, message, **kwargs)

    async def data(self, message: str | bytes, *args: Any, **kwargs: Any) -> SMTPResponse:
        self.has_gone = True
        return await super().data(message, *args, **kwargs)
