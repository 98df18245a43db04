"""News by mail and by text: to those who want it when it goes out, once, and within what may go."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from server.core.conversations.phones import opt_out
from server.core.counting.counts import DAY
from server.core.news import sending, writing
from server.core.news.figures import NewsFigures, news_figures
from server.core.news.piece import NEWS_LATE_SECONDS, News, NewsWording, Piece
from server.core.outbox import outbox
from server.core.outbox.allowance import stop
from server.core.outbox.returned import note_bounce
from server.core.petitions import sending as petition_sending
from server.core.signing import signatures, stored
from server.core.upkeep import ending
from server.mail.smtp import Smtp
from server.mail.tokens import whose
from server.outgoing.news import Newsman, _Batch
from sms import Sending
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.subscribers import address, phone, subscribe
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import NOW

HOUR = 3600
NOON = NOW + 11 * HOUR  # in Montana
PIECE = Piece(
    wordings={
        "en": NewsWording("We won", "The lake stays.\n\nThank you.", "We won. The lake stays."),
        "es": NewsWording("Ganamos", "El lago se queda.", "Ganamos."),
    }
)
MAILS = Piece(wordings={"en": NewsWording("We won", "The lake stays.")})


@dataclass
class Sender:
    """A server in this process, whose mail goes to `office`, and which has people who want news."""

    phones: Phones
    office: PostOffice
    newsman: Newsman

    async def people(self, numbers: range, **values: str) -> None:
        services = self.phones.services
        petition = services.directory.by_id[1]
        await subscribe(
            services.database,
            petition,
            services.keys,
            services.new_id,
            services.now(),
            numbers,
            **values,
        )

    async def begin(self, piece: Piece = MAILS) -> News:
        services = self.phones.services
        async with services.database.write() as tx:
            number = await writing.write_news(
                tx, 1, services.new_id(), piece, now=services.now(), actor="ana"
            )
            news = await writing.one_news(tx, 1, number)
            await sending.begin_news(tx, services.directory.by_id[1], news, services.now())
        return news

    async def drain(self) -> None:
        """Until nothing goes any more."""
        while await self.newsman.drain() or await self.phones.drain():
            pass
        await self.newsman.drain()

    async def change(self, sql: str) -> None:
        async with self.phones.services.database.write() as tx:
            await tx.execute(sql)

    async def figures(self, news: News) -> NewsFigures:
        async with self.phones.services.database.read() as tx:
            return await news_figures(tx, news)

    def got(self) -> list[str]:
        return [str(mail["To"]) for mail in self.office.arrived]


@pytest.fixture
async def sender(database_url: str, office: PostOffice) -> AsyncIterator[Sender]:
    settings = {
        **office.settings,
        "UNDERSIGNED_SMTP_CONNECTIONS": "1",  # one after the other, in order
        "UNDERSIGNED_MAIL_BOUNCES": "bounces+*@example.org",
    }
    async with text_door(database_url, **settings) as phones:
        phones.now = NOON
        mailer = Smtp(phones.services.settings)
        yield Sender(phones, office, Newsman(phones.services, mailer))
        await mailer.rest()


async def test_each_gets_it_once_in_their_language_by_their_way(sender: Sender) -> None:
    await sender.people(range(1))
    await sender.people(range(1, 2), language="es")
    await sender.people(range(2, 3), phone=phone(2))
    await sender.people(range(3, 4), phone=phone(3), language="es")
    news = await sender.begin(PIECE)
    await sender.drain()
    await sender.drain()
    english, spanish = sender.office.arrived
    assert (english["To"], english["Subject"]) == (address(0), "We won")
    assert (spanish["To"], spanish["Subject"]) == (address(1), "Ganamos")
    assert english.get_content().replace("\r\n", "\n") == (
        "The lake stays.\n\nThank you.\n\n--\n\n"
        "This and all news on the page:\n\nhttps://sign.example.org/p/lake/news/1\n\n"
        "You get this because you signed this petition and asked for news:\n\n"
        "  Keep the lake clean\n\n"
        "To get no more news, open this page and type your address:\n\n"
        f"https://sign.example.org/news/off/{english['Reply-To'][8:50]}\n\n"
        "Or answer this mail with the word STOP.\n"
    )
    assert "https://sign.example.org/es/p/lake/news/1" in spanish.get_content()
    assert "bounces+" in english["Return-Path"]
    assert [(text.to, text.body) for text in sender.phones.network.sent] == [
        (phone(2), "LAKE: We won. The lake stays. No more news? Reply NEWS OFF"),
        (phone(3), "LAKE: Ganamos. Para no recibir mas: NOTICIAS NO"),
    ]
    assert await sender.figures(news) == NewsFigures(people=4, sent=4)
    rows = await sender.phones.rows("SELECT recipient FROM outbox WHERE channel = 'email'")
    assert rows == [(None,), (None,)]


async def test_a_code_does_not_wait_for_news_nor_does_news_use_up_its_allowance(
    database_url: str, office: PostOffice
) -> None:
    settings = {
        **office.settings,
        "UNDERSIGNED_MAIL_PETITION_DAILY": "8",
    }
    async with text_door(database_url, **settings) as phones:
        phones.now = NOON
        sender = Sender(phones, office, Newsman(phones.services, Smtp(phones.services.settings)))
        await sender.people(range(10))
        news = await sender.begin()
        await sender.drain()
        assert len(office.arrived) == 4
        told = await sender.figures(news)
        assert (told.sent, told.waiting) == (4, 6)
        phones.now += DAY + HOUR
        await sender.drain()
        assert len(office.arrived) == 8
        phones.now += DAY + HOUR
        await sender.drain()
        assert sorted(sender.got()) == sorted(address(n) for n in range(10))
        await sender.newsman._mailer.rest()


#: What may happen to the first of two people between writing and sending.
async def _no_news(sender: Sender) -> None:
    async with sender.phones.services.database.write() as tx:
        [mine] = await stored.by_ids(tx, 1, [await _first(sender)])
        await signatures.want_news(tx, [mine], None, "")


async def _withdraws(sender: Sender) -> None:
    async with sender.phones.services.database.write() as tx:
        [mine] = await stored.by_ids(tx, 1, [await _first(sender)])
        await signatures.withdraw(tx, [mine], NOW)


async def _taken_out(sender: Sender) -> None:
    await sender.change(f"UPDATE signatures SET rejected_at = 1 WHERE id = {await _first(sender)}")


async def _held(sender: Sender) -> None:
    await sender.change(f"UPDATE signatures SET held_at = 1 WHERE id = {await _first(sender)}")


async def _bounces(sender: Sender) -> None:
    services = sender.phones.services
    async with services.database.write() as tx:
        await note_bounce(tx, whose(services.keys, address(0)), services.now())


async def _not_me(sender: Sender) -> None:
    services = sender.phones.services
    async with services.database.write() as tx:
        await stop(tx, [services.keys.address(address(0))], services.now())


async def _first(sender: Sender) -> int:
    [(id_,)] = await sender.phones.rows("SELECT min(id) FROM signatures")
    return int(str(id_))


@pytest.mark.parametrize(
    "happens",
    [_no_news, _withdraws, _taken_out, _held, _bounces, _not_me],
    ids=lambda happens: happens.__name__,
)
async def test_whoever_opts_out_before_it_goes_gets_no_mail(
    sender: Sender, happens: Callable[[Sender], Awaitable[None]]
) -> None:
    await sender.people(range(2))
    news = await sender.begin()
    await sender.newsman.spread()
    await happens(sender)
    await sender.drain()
    assert sender.got() == [address(1)]
    told = await sender.figures(news)
    assert (told.sent, told.waiting) == (1, 0)
    assert told.left_out + told.failed == (happens is not _withdraws)


@pytest.mark.parametrize("said", ["STOP NEWS", "STOP", "UNDO", "NEWS OFF"])
async def test_whoever_opts_out_before_it_goes_gets_no_text(sender: Sender, said: str) -> None:
    await sender.people(range(2), phone=phone(0))
    await sender.people(range(3, 4), phone=phone(3))
    news = await sender.begin(PIECE)
    await sender.newsman.spread()
    await sender.phones.text(said, phone(0))
    await sender.drain()
    assert [text.to for text in sender.phones.network.sent] == [phone(3)]
    told = await sender.figures(news)
    assert (told.sent, told.waiting) == (1, 0)


async def test_an_opt_out_that_a_provider_knows_of_is_not_a_failure(sender: Sender) -> None:
    await sender.people(range(1), phone=phone(0))
    news = await sender.begin(PIECE)
    async with sender.phones.services.database.write() as tx:
        await opt_out(tx, sender.phones.services.keys.phone(phone(0)), NOW)
    await sender.drain()
    assert await sender.figures(news) == NewsFigures(people=1, left_out=1)


async def test_a_petition_that_ends_or_whose_mail_is_stopped_sends_nothing(sender: Sender) -> None:
    services = sender.phones.services
    await sender.people(range(3))
    await sender.begin()
    await sender.newsman.spread()
    async with services.database.write() as tx:
        await petition_sending.stop_mail(tx, 1, services.now())
    await services.directory.refresh()
    await sender.drain()
    assert sender.got() == []
    async with services.database.write() as tx:
        await petition_sending.resume_mail(tx, 1, services.now())
        petition = services.directory.by_id[1]
        await ending.end(tx, services.keys, petition, services.now())
    await services.directory.refresh()
    await sender.drain()
    await ending.empty(services.database, services.now())
    await sender.drain()
    assert sender.got() == []
    assert await sender.phones.rows("SELECT 1 FROM news_told UNION SELECT 1 FROM outbox") == []
    [(stopped,)] = await sender.phones.rows("SELECT stopped_at FROM news")
    assert stopped


async def test_what_the_server_refuses_and_what_it_takes_later(sender: Sender) -> None:
    await sender.people(range(4))
    sender.office.answers = {
        "RCPT": ["550 5.1.1 no such mailbox", "451 4.3.0 later"],
        "DATA": ["554 5.7.1 spam"],
    }
    news = await sender.begin()
    await sender.drain()
    told = await sender.figures(news)
    assert (told.sent, told.failed, told.waiting) == (1, 2, 1)
    sender.phones.now += HOUR
    await sender.drain()
    told = await sender.figures(news)
    assert (told.sent, told.failed, told.waiting) == (2, 2, 0)
    assert len(set(sender.got())) == len(sender.got()) == 2


async def test_a_server_that_breaks_off_leaves_one_uncertain_and_gets_the_rest_later(
    sender: Sender,
) -> None:
    await sender.people(range(7))
    sender.office.drops = 1
    news = await sender.begin()
    await sender.drain()
    told = await sender.figures(news)
    assert (told.sent, told.uncertain, told.waiting) == (0, 1, 6)
    sender.phones.now += 60
    await sender.drain()
    assert sender.got() == [address(n) for n in range(1, 7)]


async def test_a_text_without_an_answer_is_uncertain_and_the_next_one_waits(
    sender: Sender,
) -> None:
    await sender.people(range(2), phone=phone(0))
    await sender.people(range(2, 3), phone=phone(2))
    news = await sender.begin(PIECE)
    sender.phones.network.failure = Sending("retry", code="network")
    await sender.newsman.spread()
    await sender.phones.drain()
    told = await sender.figures(news)
    assert (told.uncertain, told.waiting) == (1, 1)
    sender.phones.network.failure = None
    sender.phones.now += 120
    await sender.drain()
    [other] = sender.phones.network.sent  # (whichever of the two took its turn later)
    assert other.to in {phone(0), phone(2)}


async def test_texts_of_news_keep_quiet_hours_and_half_of_what_may_be_spent(
    database_url: str, office: PostOffice
) -> None:
    settings = {"UNDERSIGNED_SMS_PETITION_SEGMENTS": "4", "UNDERSIGNED_SMS_DAILY_SEGMENTS": "100"}
    async with text_door(database_url, **settings) as phones:
        sender = Sender(phones, office, Newsman(phones.services, Smtp(phones.services.settings)))
        for n in range(4):
            await sender.people(range(n, n + 1), phone=phone(n))
        phones.now = NOW + 23 * HOUR  # midnight in Montana
        await sender.begin(PIECE)
        await sender.drain()
        assert phones.network.sent == []
        phones.now += 12 * HOUR
        await sender.drain()
        assert len(phones.network.sent) == 2
        phones.now += DAY + HOUR
        await sender.drain()
        assert sorted(text.to for text in phones.network.sent) == [phone(n) for n in range(4)]


async def test_phones_of_other_countries_get_none(sender: Sender) -> None:
    await sender.people(range(1), phone="+49 30 12345678")
    await sender.people(range(1, 2), phone="+4915112345678")
    news = await sender.begin(PIECE)
    await sender.drain()
    assert sender.phones.network.sent == []
    assert (await sender.figures(news)).left_out >= 1


async def test_a_lease_that_runs_out_in_the_middle_sends_nothing_twice(sender: Sender) -> None:
    await sender.people(range(3))
    news = await sender.begin()
    await sender.newsman.spread()
    batch = await sender.newsman._note(_Batch())
    batch.waiting.pop()
    await sender.newsman._hand_over(batch)  # and then the worker is killed
    sender.phones.now += outbox.LEASE_SECONDS + 1
    await sender.drain()
    assert sender.got() == [address(n) for n in range(2)]
    told = await sender.figures(news)
    assert (told.sent, told.uncertain) == (0, 3)


async def test_a_worker_that_is_told_to_stop_leaves_one_uncertain_at_most(sender: Sender) -> None:
    await sender.people(range(15))
    news = await sender.begin()
    await sender.newsman.spread()
    task, loop, heard = asyncio.create_task(sender.newsman.send()), asyncio.get_running_loop(), []

    def stop_at_the_fourth(command: str) -> None:
        heard.append(command)
        if command == "DATA" and heard.count("DATA") == 4:
            loop.call_soon_threadsafe(task.cancel)

    sender.office.heard = stop_at_the_fourth
    with contextlib.suppress(asyncio.CancelledError):
        await task  # (Python 3.11 loses a wish to stop that comes with the answer waited for)
    sender.office.heard = lambda command: None
    told = await sender.figures(news)
    assert told.waiting >= 10 or not task.cancelled()
    sender.phones.now += outbox.LEASE_SECONDS + 1
    await sender.drain()
    told = await sender.figures(news)
    assert told.sent + told.uncertain == 15
    assert told.uncertain <= 1
    assert len(set(sender.got())) == len(sender.got())


async def test_late_subscribers_get_the_latest_once(sender: Sender) -> None:
    await sender.people(range(2))
    await sender.begin()
    await sender.drain()
    await sender.people(range(2, 4))
    assert await sender.newsman.follow()
    await sender.drain()
    assert not await sender.newsman.follow()
    assert sender.got() == [address(n) for n in range(4)]
    await sender.people(range(4, 5))
    sender.phones.now += NEWS_LATE_SECONDS
    assert not await sender.newsman.follow()
