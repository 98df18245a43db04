"""The words of each mail: plain text of at most 72 columns, in the signer's language."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from server.config import Settings
from server.core.outbox.outbox import LETTER_QUESTION, Announcement
from server.core.person.mine import MINE_MAIL
from server.core.petitions.petitions import Petition
from server.core.signing.messages import MailedCode, Message
from server.core.values.keys import Keys
from server.mail import MAIL, add_sender
from server.mail.tokens import message_id
from server.words.render import Renderer, group_digits

WIDTH = 72  # columns
FORGOTTEN = "/organizer/forgotten"  # where an organizer types a code for a new password
MINE = "/mine"  # where a signer types a code to see all that they have signed
#: The page of a petition on which what a mail is about is done; else it is taken back.
_PAGES = dict.fromkeys(("verify_code", "reminder", "signed_otherwise"), "verify")
_PAGES |= {LETTER_QUESTION: "answered"}
_FIELD = re.compile(r"\{(\w+)\}")
_LINKLIKE = re.compile(r"(?<=\w)([.:/@]+)(?=\w)")


def word(
    renderer: Renderer,
    settings: Settings,
    keys: Keys,
    petition: Petition | None,
    item: Announcement,
    message: Message,
    now: int,
) -> EmailMessage:
    """The mail about one announcement. The same announcement makes the same `Message-ID`.

    `petition` is None where it is about an organizer and no petition alone, or all that a mailbox
    has signed.
    """
    wording = renderer.mail(item.language, message.kind)
    page = settings.public_url + _page(settings, petition, item, message)
    said = message.codes[0] if message.codes else MailedCode("", "", "")
    fields = {
        "title": petition.wording(item.language).title if petition else "",
        "site": settings.name or settings.public_url.partition("://")[2],
        "code": said.code,
        "link": f"{page}?ref={said.ref}" if said.ref else page,
        "listed": "\n\n".join(_listed(s, page) for s in message.codes),
        "names": "\n".join(f"  {n}  {_harmless(who)}" for n, who in enumerate(message.names, 1)),
        "lines": "\n".join(_line(*one, item.language) for one in message.lines),
    } | {name: group_digits(n, item.language) for name, n in message.figures.items()}
    fields |= message.words
    subject, _, body = wording.partition("\n")
    mail = EmailMessage(policy=MAIL)
    add_sender(mail, settings)
    mail["To"] = item.recipient
    mail["Subject"] = filled(subject, fields)
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    mail["Message-ID"] = message_id(settings, keys, item)
    # RFC 3834: no holiday notice answers this.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(folded(filled(body.strip(), fields)) + "\n")
    return mail


def filled(template: str, fields: Mapping[str, str]) -> str:
    """The template with its `{fields}`; braces in what is filled in mean nothing."""
    return _FIELD.sub(lambda m: fields[m[1]], template)


def _listed(said: MailedCode, page: str) -> str:
    whose = f"  {_harmless(said.name)}:\n\n" if said.name else ""
    return f"{whose}  {said.code}" + (f"\n\n{page}?ref={said.ref}" if said.ref else "")


def _line(title: str, verified: int, week: int, language: str) -> str:
    return f"  {group_digits(verified, language)} (+{group_digits(week, language)})  {title}"


def _page(
    settings: Settings, petition: Petition | None, item: Announcement, message: Message
) -> str:
    """Where what the mail has is typed, or where what it tells of is seen."""
    if item.kind == MINE_MAIL:
        return MINE if item.language == settings.language else f"/{item.language}{MINE}"
    if message.kind.startswith("notice_"):
        return f"/organizer/p/{petition.slug}" if petition else "/organizer/"
    if petition is None:
        return FORGOTTEN
    purpose = _PAGES.get(message.kind, "withdraw")
    prefix = "" if item.language == petition.language else f"/{item.language}"
    return f"{prefix}/p/{petition.slug}/{purpose}"


def _harmless(name: str) -> str:
    """A name that no mail program turns into a link: anybody may have written it."""
    return _LINKLIKE.sub(r"\1 ", name)


def folded(body: str) -> str:
    """Lines of at most `WIDTH`, except for addresses of pages."""
    return "\n".join(_fold(line) for line in body.split("\n"))


def _fold(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return "\n".join(
        textwrap.wrap(
            line.strip(),
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
