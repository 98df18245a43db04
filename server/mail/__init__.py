"""Mail: worded here, and handed over by SMTP or, in development, written to the log.

__init__.py   `Mailer`, the interface, and what comes of handing a mail over
words.py      the words of each mail
news.py       a mail with news
letters.py    the words of a letter to those who decide
smtp.py       by SMTP, and the console
client.py     one connection to a mail server
dkim.py       signing what goes there
tokens.py     whom a mail went to, in a word that comes back with it
bounces.py    what comes back
answers.py    what a person answers
incoming/     what an office answers to a letter
leaving.py    how news is ended by what its mail carries
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from typing import Literal, Protocol

from server.config import Settings


class Addresses(UnstructuredHeader):
    """A header of addresses of pages, each on a line: the library would put long ones in code."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {str(self).replace(', ', f',{policy.linesep} ')}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", Addresses)  # type: ignore[arg-type] # it adds the base

#: In ASCII alone: what a relay would have to write anew has no valid signature any more
#: (RFC 6376, 5.3).
MAIL = SMTP.clone(max_line_length=78, cte_type="7bit", header_factory=_HEADERS)


def add_sender(mail: EmailMessage, settings: Settings) -> None:
    """Whom it comes from, by name where there is one, and who reads what is answered."""
    name = re.sub(r'(["\\])', r"\\\1", settings.name)
    mail["From"] = f'"{name}" <{settings.mail_from}>' if name else settings.mail_from
    if settings.contact:
        mail["Reply-To"] = settings.contact


#: `bounced`: the address takes no mail. `refused`: this mail is taken by nobody. `trouble`: the
#: server is away or out of order, for every mail. `unclear`: it went away after the mail had gone
#: to it, and before it said whether it has it.
Result = Literal["sent", "later", "bounced", "refused", "trouble", "unclear"]


@dataclass(frozen=True, slots=True)
class Posting:
    """What came of handing over one mail.

    `code` is the server's number (RFC 5321, 4.2.1) with the enhanced one (RFC 3463), if it gave
    that, or else the kind of error. Nothing of the server's words: an address may stand in them.
    """

    result: Result
    code: str = ""


class Mailer(Protocol):
    """Whatever carries mails, `at_once` of them at the same time."""

    @property
    def at_once(self) -> int: ...

    async def post(self, mail: EmailMessage, back_to: str) -> Posting:
        """Hand one mail over, which comes back to that address if it cannot be delivered. Never
        raises for what the network or the server does."""
        ...

    async def rest(self) -> None:
        """Nothing is to be sent for now: close what is open."""
        ...
