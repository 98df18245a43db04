"""What an office answers to a letter that it has got, in each style of its mail programs."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

OFFICE = "mayor@town.example"
SAID = "Thank you for your letter. We will vote for the lake in May. Call us if you have questions."


def answer(letter: EmailMessage, body: str = SAID, **headers: str) -> EmailMessage:
    """A plain answer, sent to where the letter says; `headers` come in place of others, with `_`
    for `-`, and '' for none."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    made = {
        "From": f"The Mayor <{OFFICE}>",
        "To": str(letter["Reply-To"]),
        "Subject": f"Re: {letter['Subject']}",
        "Message-ID": make_msgid(domain="town.example"),
        "In-Reply-To": str(letter["Message-ID"]),
    }
    for name, value in (made | {k.replace("_", "-"): v for k, v in headers.items()}).items():
        if value:
            mail[name] = value
    mail.set_content(body)
    return mail


def quoted(letter: EmailMessage) -> str:
    return "\n".join(f"> {line}" for line in str(letter.get_content()).splitlines())


def lead(letter: EmailMessage) -> str:
    return f"On Tue, Dec 1, 2026 at 10:00 AM <{letter['From']}> wrote:"


def above(letter: EmailMessage) -> str:
    """As Gmail does it, with the lead broken in two."""
    first, second = f"On Tue, Dec 1, 2026 at 10:00 AM <\n{letter['From']}> wrote:".split("\n")
    return f"{SAID}\n\n{first}\n{second}\n\n{quoted(letter)}\n"


def above_in_french(letter: EmailMessage) -> str:
    return f"{SAID}\n\nLe mar. 1 déc. 2026 à 10:00, Undersigned a écrit :\n\n{quoted(letter)}\n"


def above_as_outlook_does(letter: EmailMessage) -> str:
    head = f"From: {letter['From']}\nSent: Tuesday, December 1, 2026 10:00\nTo: Mayor\n"
    return f"{SAID}\n\n________________________________\n{head}\n{letter.get_content()}"


def below(letter: EmailMessage) -> str:
    return f"{lead(letter)}\n{quoted(letter)}\n\n{SAID}\n"


def between(letter: EmailMessage) -> str:
    """One half of it in the midst of the quotation."""
    first, second = SAID.split(". We ")
    lines = quoted(letter).splitlines()
    return "\n".join([lead(letter), *lines[:3], f"{first}.", *lines[3:], f"We {second}"])


#: How people answer in plain text.
STYLES: dict[str, Callable[[EmailMessage], str]] = {
    "nothing quoted": lambda letter: SAID,
    "above": above,
    "above, in French": above_in_french,
    "above, as Outlook does": above_as_outlook_does,
    "below": below,
    "in between": between,
}


def page(letter: EmailMessage) -> str:
    """The answer as a page, as programs for many make it."""
    return (
        "<html><head><title>Mail</title><style>p{color:red}</style></head><body>"
        f"<script>alert('no')</script><p>{SAID.replace('. ', '.<br>')}</p>"
        f"<div>On Tue, &lt;{letter['From']}&gt; wrote:<blockquote><p>"
        f"{str(letter.get_content()).replace(chr(10), '<br>')}</p></blockquote></div></body></html>"
    )


def as_page(letter: EmailMessage, **headers: str) -> EmailMessage:
    """Without plain text."""
    mail = answer(letter, **headers)
    mail.set_content(page(letter), subtype="html")
    return mail
