"""A mail with news: what an organizer wrote, why somebody gets it, and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache

from server.config import Settings
from server.core.news.piece import News
from server.core.outbox.outbox import Announcement
from server.core.petitions.petitions import Petition
from server.core.values.keys import Keys
from server.mail import MAIL, add_sender
from server.mail.leaving import add_ways_out, off_page, off_word
from server.mail.tokens import message_id
from server.mail.words import filled, folded
from server.words.render import Renderer


def news_mail(
    renderer: Renderer,
    settings: Settings,
    keys: Keys,
    petition: Petition,
    news: News,
    item: Announcement,
    now: int,
) -> EmailMessage:
    """The mail of one message of news, in its language. The same message makes the same
    `Message-ID`."""
    word = off_word(keys, petition, item.recipient)
    ending = off_page(settings, word, item.language)
    subject, body = news_words(renderer, settings, petition, news, item.language, ending)
    mail = EmailMessage(policy=MAIL)
    add_sender(mail, settings)
    mail["To"] = item.recipient
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    mail["Message-ID"] = message_id(settings, keys, item)
    # RFC 3834: no holiday notice answers this.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    add_ways_out(mail, settings, word)
    mail.set_content(body)
    return mail


def news_words(
    renderer: Renderer,
    settings: Settings,
    petition: Petition,
    news: News,
    language: str,
    ending: str,
) -> tuple[str, str]:
    """Subject and body of such a mail; `ending` is the page that ends news, '' if there is none."""
    said = news.wordings[language]
    fields = {
        "title": petition.wording(language).title,
        "page": f"{settings.public_url}{news_path(petition, language, news)}",
        "link": ending,
    }
    ways = "news_or_answer" if settings.mail_bounces else "news"
    template = renderer.mail(language, ways if ending else "news_without_end")
    return said.title, f"{_body(said.body)}\n\n--\n\n{folded(filled(template, fields))}\n"


@lru_cache(maxsize=16)
def _body(words: str) -> str:
    """What the organizer wrote, in lines: the same for all who get it."""
    return folded(words)


def news_path(petition: Petition, language: str, news: News) -> str:
    """Where everybody reads it. What goes to one place alone stands nowhere; other news does."""
    prefix = "" if language == petition.language else f"/{language}"
    number = "" if news.place else f"/{news.number}"
    return f"{prefix}/p/{petition.slug}/news{number}"
