"""One piece of news as it will arrive, or has arrived: tested, sent, halted, gone on with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from email.message import EmailMessage

from server.core.desk.people.forgotten import account_of
from server.core.news import recipients, sending, writing
from server.core.news.figures import news_figures
from server.core.news.piece import News
from server.core.outbox import allowance
from server.core.outbox.outbox import Announcement
from server.core.petitions.petitions import Petition
from server.db import Transaction
from server.errors import InvalidInput, NotOpen
from server.mail.leaving import off_page
from server.mail.news import news_mail, news_words
from server.mail.smtp import mailer
from server.mail.tokens import return_path
from server.services import Services
from server.texting.news import news_text
from server.web.desk.figures.text_figures import money
from server.web.desk.news.form import the_news
from server.web.desk.news.words import NEWS_DONE, fault_words
from server.web.desk.trial import may_try
from server.web.desk.visit import Visit
from server.words.render import N_
from sms.segments import measure

_MARK = N_("Test")


@dataclass(frozen=True, slots=True)
class SeenNews:
    """What arrives in one language: subject and body of the mail, the text ('' for none) with its
    segments and what one of it costs ('' without a price)."""

    code: str
    subject: str
    body: str
    text: str
    segments: int
    cost: str


@dataclass(frozen=True, slots=True)
class TextBill:
    """What all texts of it take: segments, and what they cost ('' without a price)."""

    segments: int
    cost: str


async def show(visit: Visit) -> None:
    """It, by language, as it arrives, and what became of it."""
    petition = await visit.petition()
    news = await the_news(visit, petition)
    async with visit.services.database.read() as tx:
        figures = await news_figures(tx, news)
        people = await recipients.subscribers(tx, petition.id, news.place)
        bill = await _bill(visit.services, tx, petition, news)
        email = (await account_of(tx, visit.organizer)).email
        is_unsent = await writing.is_unsent(tx, news, visit.services.now())
    await visit.send_petition_page(
        "news/piece",
        petition,
        NEWS_DONE,
        news=news,
        is_unsent=is_unsent,
        figures=figures,
        people=people,
        arriving=[_arriving(visit.services, petition, news, code) for code in news.wordings],
        bill=bill,
        email=email,
    )


def _arriving(services: Services, petition: Petition, news: News, code: str) -> SeenNews:
    # Each reader's own address stands there; this one ends nobody's news.
    ending = off_page(services.settings, "…", code)
    subject, body = news_words(services.renderer, services.settings, petition, news, code, ending)
    text = news_text(services.renderer, petition, news, code) if news.wordings[code].text else ""
    segments = measure(text).segments if text else 0
    cost = money(services.settings, Decimal(segments), 4)
    return SeenNews(code, subject, body, text, segments, cost)


async def _bill(services: Services, tx: Transaction, petition: Petition, news: News) -> TextBill:
    """What it costs to text it to all who have a phone alone, each in their language."""
    if not news.has_text:
        return TextBill(0, "")
    phones = await recipients.phones_by_language(tx, petition.id, news.place)
    segments = 0
    for language, n in phones.items():
        code = news.language_of_text(language, petition.language)
        segments += n * measure(news_text(services.renderer, petition, news, code)).segments
    return TextBill(segments, money(services.settings, Decimal(segments), 2))


async def send(visit: Visit) -> None:
    """GET asks, and says to how many it goes; POST sends it."""
    petition = await visit.petition()
    news = await the_news(visit, petition)
    if petition.state not in sending.SENDING_STATES:
        await visit.go_to_petition(petition, "/news?done=not_open")
    elif news.state != "draft":
        await visit.go_to_petition(petition, f"/news/{news.number}?done=sent")
    elif visit.posts:
        await _begin(visit, petition, news)
    else:
        await _ask(visit, petition, news)


async def _ask(visit: Visit, petition: Petition, news: News, fault: str = "") -> None:
    async with visit.services.database.read() as tx:
        people = await recipients.subscribers(tx, petition.id, news.place)
        bill = await _bill(visit.services, tx, petition, news)
    few = bool(news.place) and people.total < recipients.PLACE_LEAST
    fault = fault or (fault_words(visit, "place", "few") if few else "")
    await visit.send_petition_page(
        "news/send", petition, {}, news=news, people=people, bill=bill, fault=fault, few=few
    )


async def _begin(visit: Visit, petition: Petition, news: News) -> None:
    """Send what the question has shown, and nothing that was changed since."""
    if visit.form.get("version") != str(news.version):
        await _ask(visit, petition, news, visit.sentence(_QUESTION, "changed"))
        return
    try:
        async with visit.services.database.write() as tx:
            people = await sending.begin_news(tx, petition, news, visit.services.now())
            await visit.note(tx, "news_sent", petition.id, news=news.number, people=people.total)
    except InvalidInput as error:
        await _ask(visit, petition, news, fault_words(visit, "place", error.problems[0].code))
    except NotOpen:
        await visit.go_to_petition(petition, f"/news/{news.number}?done=sent")
    else:
        await visit.go_to_petition(petition, f"/news/{news.number}?done=begun")


_QUESTION = {"changed": N_("This news was changed since you opened the page. Look at it again.")}


async def stop(visit: Visit) -> None:
    """POST: nobody more gets it."""
    await _change(visit, sending.halt_news, ("news_stopped", "stopped"), "not_stopped")


async def go_on(visit: Visit) -> None:
    """POST: the others get it, too."""
    await _change(visit, sending.go_on_with_news, ("news_resumed", "resumed"), "old")


async def _change(
    visit: Visit,
    change: Callable[[Transaction, News, int], Awaitable[bool]],
    changed: tuple[str, str],
    else_: str,
) -> None:
    """`changed`: the action of the audit log, and what the page says."""
    petition = await visit.petition()
    news, (action, done) = await the_news(visit, petition), changed
    if petition.state not in sending.SENDING_STATES:
        await visit.go_to_petition(petition, "/news?done=not_open")
        return
    async with visit.services.database.write() as tx:
        if did := await change(tx, news, visit.services.now()):
            await visit.note(tx, action, petition.id, news=news.number)
    await visit.go_to_petition(petition, f"/news/{news.number}?done={done if did else else_}")


async def delete(visit: Visit) -> None:
    """POST: what nobody has got is gone."""
    petition = await visit.petition()
    news, done = await the_news(visit, petition), "?done=deleted"
    try:
        async with visit.services.database.write() as tx:
            await writing.delete_news(tx, news, visit.services.now())
            await visit.note(tx, "news_deleted", petition.id, news=news.number)
    except NotOpen:
        done = f"/{news.number}?done=sent"
    await visit.go_to_petition(petition, f"/news{done}")


async def try_out(visit: Visit) -> None:
    """POST: one mail of it, in one language, to oneself, marked as a test and counted nowhere."""
    petition = await visit.petition()
    news = await the_news(visit, petition)
    done = "not_open"
    if petition.state in sending.SENDING_STATES:
        done = await _try(visit, petition, news)
    await visit.go_to_petition(petition, f"/news/{news.number}?done={done}")


async def _try(visit: Visit, petition: Petition, news: News) -> str:
    services, now = visit.services, visit.services.now()
    async with services.database.read() as tx:
        address = (await account_of(tx, visit.organizer)).email
    if not address:
        return "try_address"
    verdict = await may_try(visit, petition, address)
    if not verdict.goes:
        return "try_later"
    post = mailer(services.settings)
    posting = await post.post(
        _test_mail(visit, petition, news, address),
        return_path(services.settings, services.keys, address),
    )
    await post.rest()
    async with services.database.write() as tx:
        if posting.result not in {"sent", "unclear"}:
            await allowance.give_back(tx, verdict, now)
        await visit.note(tx, "news_tried", petition.id, news=news.number)
    return "tried" if posting.result == "sent" else "try_failed"


def _test_mail(visit: Visit, petition: Petition, news: News, address: str) -> EmailMessage:
    services = visit.services
    code = news.language(visit.form.get("language", ""), petition.language)
    item = Announcement(
        id=services.new_id(),
        channel="email",
        kind=sending.NEWS,
        petition_id=petition.id,
        language=code,
        recipient=address,
    )
    mail = news_mail(
        services.renderer, services.settings, services.keys, petition, news, item, services.now()
    )
    mark, title = services.renderer.say(code, _MARK), news.wordings[code].title
    mail.replace_header("Subject", f"{mark}: {title}")
    return mail
