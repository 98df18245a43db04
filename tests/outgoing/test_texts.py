"""Texts that go out: replies of gateways that carry none back, notes, caps, hours, and states."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from server.core.conversations.phones import is_opted_out
from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.petitions import petitions
from server.core.signing import messages, signatures
from server.outgoing import loops, reconcile
from server.outgoing.texts import Texter
from server.texting.allowed import may_text, note_status, quiet_seconds
from sms import Capabilities, Inbound, Sending, StatusUpdate, Unreachable
from tests.harness.texts.phones import NUMBER, Network, Phones, text_door
from tests.harness.world import NOW, PHONE

HOUR = 3600
NOON = NOW + 11 * HOUR  # in Montana
MIDNIGHT = NOW + 23 * HOUR


@pytest.fixture
async def phones(database_url: str) -> AsyncIterator[Phones]:
    async with text_door(database_url) as phones:
        phones.now = NOON
        yield phones


async def later(phones: Phones, body: str, sender: str = PHONE, id_: str = "") -> None:
    """A text by a gateway that cannot carry the reply back itself."""
    phones.count += 1
    inbound = Inbound("twilio", id_ or f"L{phones.count}", sender, NUMBER, body)
    await phones.door.receive(inbound, inline=False)


async def note(phones: Phones, recipient: str = PHONE) -> None:
    """A note that answers nobody."""
    item = Announcement(
        id=phones.services.new_id(),
        channel="sms",
        kind="signed_again",
        petition_id=1,
        language="en",
        recipient=recipient,
    )
    async with phones.services.database.write() as tx:
        await outbox.put(tx, [item], phones.services.now())


async def test_a_reply_that_cannot_go_back_inline_is_sent_once(phones: Phones) -> None:
    await asyncio.gather(*(later(phones, "SIGN LAKE Ana Diaz 59801", id_="L") for _ in range(5)))
    assert await phones.drain()
    assert not await phones.drain()
    [sent] = phones.network.sent
    assert sent.to == PHONE
    assert sent.body.startswith("Thank you, Ana Diaz.")
    # It is charged once, when it is decided.
    assert await phones.rows("SELECT sum(sent) FROM sms_usage") == [(1,)]


async def test_a_crowd_of_texts_that_say_nothing_keeps_no_reply_waiting_for_long(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "SILENT", 2)
    async with phones.services.database.write() as tx:
        for n in range(5):
            await tx.execute(
                "INSERT INTO signatures (id, petition_id, class, language, created_at)"
                " VALUES (:n, 1, 'web-phone', 'en', 1)",
                n=n,
            )
        silent = [
            Announcement(
                id=n,
                channel="sms",
                kind="signed",
                petition_id=1,
                language="en",
                recipient=f"+1406555012{n}",
                signature_id=n,
            )
            for n in range(5)
        ]
        await outbox.put(tx, silent, phones.services.now())
    await later(phones, "HELP")
    assert [await phones.drain() for _ in range(4)] == [True, True, True, False]
    assert [text.to for text in phones.network.sent] == [PHONE]
    assert await phones.rows("SELECT recipient FROM outbox") == [(PHONE,)]


async def test_a_reply_goes_out_at_night_and_a_note_waits_for_the_morning(phones: Phones) -> None:
    phones.now = MIDNIGHT
    await later(phones, "HELP")
    await note(phones)
    await phones.drain()
    assert [text.body.split()[0] for text in phones.network.sent] == ["Petitions"]
    phones.now += quiet_seconds(PHONE, int(phones.now)) - 60
    await phones.drain()
    assert len(phones.network.sent) == 1
    phones.now += 61
    await phones.drain()
    assert len(phones.network.sent) == 2


@pytest.mark.parametrize(
    ("hour", "quiet"), [(6, True), (7, True), (8, False), (12, False), (20, False), (21, True)]
)
def test_the_day_is_from_eight_to_nine_where_the_number_is(hour: int, quiet: bool) -> None:
    montana = NOW + (hour - 1) * HOUR  # NOW is 1:00 there
    assert bool(quiet_seconds(PHONE, montana)) == quiet
    wait = quiet_seconds(PHONE, montana)
    assert quiet_seconds(PHONE, montana + wait) == 0


def test_a_number_of_many_places_has_the_day_of_all_of_them() -> None:
    toll_free = "+18005550123"
    free = [h for h in range(24) if not quiet_seconds(toll_free, NOW + h * HOUR)]
    one = [h for h in range(24) if not quiet_seconds(PHONE, NOW + h * HOUR)]
    assert set(free) < set(one)
    assert free


async def test_an_answer_that_comes_hours_too_late_is_not_sent(phones: Phones) -> None:
    await later(phones, "HELP")
    phones.network.failure = Sending("retry", code="500")
    await phones.drain()
    phones.network.failure = None
    phones.now += 7 * HOUR
    await phones.drain()
    assert phones.network.sent == []
    assert await phones.rows("SELECT error FROM outbox") == [("expired",)]


async def test_too_fast_is_no_failed_try(phones: Phones) -> None:
    await later(phones, "HELP")
    phones.network.failure = Sending("throttled", code="429")
    for _ in range(2 * outbox.SEND_TRIES):
        await phones.drain()
        phones.now += outbox.THROTTLED_SECONDS
    phones.network.failure = None
    await phones.drain()
    assert len(phones.network.sent) == 1


async def test_a_worker_that_dies_between_sending_and_noting_sends_once_more(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    await later(phones, "HELP")
    await later(phones, "LIST")

    async def die(*_: object) -> None:
        raise SystemError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(Texter, "_settle", die)
        with pytest.raises(SystemError):
            await phones.drain()
    died_over, phones.texter = len(phones.network.sent), None
    assert 1 <= died_over <= 2
    phones.now += outbox.LEASE_SECONDS
    await phones.drain()
    bodies = [text.body for text in phones.network.sent]
    assert len(bodies) == 2 + died_over
    assert len(set(bodies)) == 2


async def test_one_sender_sends_no_faster_than_it_may_and_keeps_none_waiting(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Network, "can", Capabilities(segments_per_second=0.01))
    for text in ("HELP", "LIST", "SIGN LAKE Ana Diaz 59801"):
        await later(phones, text)
    texter = Texter(phones.services, lambda: phones.now)
    sent = []
    for _ in range(6):
        await texter.drain()
        sent.append(len(phones.network.sent))
        phones.now += 60
    assert sent[0] == 1
    assert max(later - earlier for earlier, later in itertools.pairwise(sent)) == 1
    assert sent[-1] == 3  # each of one segment takes 100 seconds, and none was given up
    assert await phones.rows("SELECT max(tries) FROM outbox") == [(1,)]


async def test_a_gateway_that_is_too_busy_is_left_alone_for_a_while(phones: Phones) -> None:
    await later(phones, "HELP")
    await later(phones, "LIST")
    phones.network.failure = Sending("throttled", code="429")
    await phones.drain()
    assert await phones.rows("SELECT error FROM outbox ORDER BY error") == [("429",), ("turn",)]


async def test_a_text_that_fails_for_a_while_is_sent_again(phones: Phones) -> None:
    await note(phones)
    await phones.drain()
    update = StatusUpdate("twilio", "SM1", "undelivered", "30003")
    await note_status(phones.services, phones.network, update)  # type: ignore[arg-type]
    phones.now += 100
    await phones.drain()
    assert len(phones.network.sent) == 2
    # The same update again is about the first text, which is no more.
    await note_status(phones.services, phones.network, update)  # type: ignore[arg-type]
    phones.now += 100
    await phones.drain()
    assert len(phones.network.sent) == 2


async def test_a_status_may_hold_any_character(phones: Phones) -> None:
    await note(phones)
    await phones.drain()
    for id_ in ("SM1", "\ud800\x00", "x" * 10_000):
        update = StatusUpdate("twilio", id_, "failed", "\x00\ud800" + "y" * 10_000)
        await note_status(phones.services, phones.network, update)  # type: ignore[arg-type]
    [(error,)] = await phones.rows("SELECT error FROM outbox")
    assert len(str(error)) < 200


async def test_an_opt_out_that_a_status_tells_of_holds(phones: Phones) -> None:
    await note(phones)
    await phones.drain()
    update = StatusUpdate("twilio", "SM1", "failed", "21610")
    await note_status(phones.services, phones.network, update)  # type: ignore[arg-type]
    assert await phones.text("HELP") is None
    assert await phones.rows("SELECT error FROM outbox") == [("21610",)]


async def test_the_days_cap_of_a_petition_leaves_the_others_their_replies(
    database_url: str,
) -> None:
    async with text_door(database_url, UNDERSIGNED_SMS_PETITION_SEGMENTS="2") as phones:
        await phones.add_petition(slug="face", keyword="FACE")
        senders = [f"+14065550{n}" for n in range(101, 104)]
        replies = [await phones.text("SIGN LAKE Ana Diaz 59801", sender) for sender in senders]
        assert [reply is not None for reply in replies] == [True, True, False]
        assert (await phones.figures()).verified == 3
        assert await phones.text("SIGN FACE Ana Diaz 59801") is not None
        phones.now += DAY
        assert await phones.text("SIGN LAKE Bo Lee 59801") is not None


async def test_a_note_beyond_the_cap_waits(database_url: str) -> None:
    async with text_door(database_url, UNDERSIGNED_SMS_PETITION_SEGMENTS="1") as phones:
        phones.now = NOON
        await phones.text("SIGN LAKE Ana Diaz 59801")
        await note(phones)
        await phones.drain()
        assert phones.network.sent == []
        assert await phones.rows("SELECT error, failed_at FROM outbox") == [("budget", None)]
        phones.now += DAY
        await phones.drain()
        assert len(phones.network.sent) == 1


async def test_a_reply_that_waits_is_not_sent_after_an_opt_out(phones: Phones) -> None:
    await later(phones, "HELP")
    phones.now += 1
    await later(phones, "STOP")
    await phones.drain()
    assert [text.body[:20] for text in phones.network.sent] == ["You get no more texts"[:20]]
    assert await phones.rows("SELECT error FROM outbox WHERE failed_at IS NOT NULL") == [
        ("opted_out",)
    ]


async def test_a_text_longer_than_the_gateway_takes_is_given_up(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Network, "can", Capabilities(characters=20, segments_per_second=1000))
    await later(phones, "HELP")
    await phones.drain()
    assert phones.network.sent == []
    assert await phones.rows("SELECT error FROM outbox") == [("too_long",)]


DEAR_OR_FOREIGN = ["+19005550123", "+448431234567", "+441632960000", "+12425550123"]


async def test_premium_shared_cost_and_foreign_numbers_are_not_texted(phones: Phones) -> None:
    for number in [*DEAR_OR_FOREIGN, "+447400123456"]:
        assert not may_text(phones.services, number)
    assert may_text(phones.services, PHONE)


async def test_premium_numbers_are_not_texted_in_an_allowed_country(database_url: str) -> None:
    async with text_door(database_url, UNDERSIGNED_SMS_COUNTRIES="GB,US") as phones:
        assert may_text(phones.services, "+447400123456")
        for number in ("+19005550123", "+448431234567", "+449098790000"):
            assert not may_text(phones.services, number)
            assert await phones.text("HELP", number) is None


async def test_nobody_who_could_not_be_a_person_is_answered(phones: Phones) -> None:
    senders = [NUMBER, "12345", "BANK", "", "\ud800", "+1" * 30]
    for sender in senders:
        for text in ("HELP", "SIGN LAKE Ana Diaz 59801", "STOP"):
            assert await phones.text(text, sender) is None, sender
    assert (await phones.figures()).total == 0
    assert await phones.rows("SELECT count(*) FROM inbound") == [(3 * len(senders),)]


async def test_any_character_that_a_gateway_can_bring_is_stored(phones: Phones) -> None:
    inbound = Inbound("twilio", "\ud800\x00", PHONE, NUMBER, "SIGN LAKE Ana\ud800\x00 Diaz 59801")
    assert (await phones.door.receive(inbound)).reply
    assert await phones.rows("SELECT message_id, body FROM inbound") == [
        ("?", "SIGN LAKE Ana? Diaz 59801")
    ]


# What a provider holds.


class Holding(Network):
    """A provider that keeps the texts, and can be asked for them."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Inbound] = []
        self.asked: list[int] = []
        self.erased: list[str] = []
        self.refused: set[str] = set()
        self.away = False

    async def received(self, since: int) -> list[Inbound]:
        self.asked.append(since)
        if self.away:
            raise Unreachable("away")
        return self.held

    async def erase(self, message_id: str) -> bool:
        if self.away:
            raise Unreachable("away")
        if message_id in self.refused:
            return False
        self.erased.append(message_id)
        return True


@pytest.fixture
def holding(phones: Phones) -> Holding:
    holding = Holding()
    phones.services.gateways = {"twilio": holding}  # type: ignore[dict-item]
    phones.network = holding
    return holding


def held(body: str, id_: str, sender: str = PHONE) -> Inbound:
    return Inbound("twilio", id_, sender, NUMBER, body)


async def test_a_text_whose_webhook_never_came_signs_and_is_answered(
    phones: Phones, holding: Holding
) -> None:
    await phones.text("SIGN LAKE Bo Lee 59801", "+14065550124", "SM1")
    holding.held = [
        held("SIGN LAKE Bo Lee 59801", "SM1", "+14065550124"),
        held("SIGN LAKE Ana Diaz 59801", "SM2"),
    ]
    assert await reconcile.reconcile(phones.services) == {"twilio": 1}
    assert await reconcile.reconcile(phones.services) == {"twilio": 0}
    assert (await phones.figures()).verified == 2
    await phones.drain()
    assert [text.to for text in holding.sent] == [PHONE]


async def test_a_late_stop_still_stops_and_a_late_undo_does_nothing(
    phones: Phones, holding: Holding
) -> None:
    await phones.text("SIGN LAKE Ana Diaz 59801")
    holding.held = [held("UNDO", "SM8"), held("START", "SM7"), held("STOP", "SM9")]
    await reconcile.reconcile(phones.services)
    assert (await phones.figures()).verified == 1
    assert await phones.text("HELP") is None


@pytest.mark.parametrize(
    ("texts", "signed", "opted_out"),
    [
        (["SIGN LAKE Ana Diaz 59801", "UNDO"], 0, 0),
        (["SIGN LAKE Ana Diaz 59801", "STOP", "START"], 1, 0),
        (["SIGN LAKE Ana Diaz 59801", "START", "STOP"], 1, 1),
        (["SIGN LAKE Ana Diaz 59801", "REMOVE ME"], 0, 1),
        (["SIGN LAKE Ana Diaz 59801", "M1", "UNDO"], 2, 0),
    ],
)
async def test_texts_that_a_restored_copy_does_not_know_end_as_they_ended_before(
    phones: Phones, holding: Holding, texts: list[str], signed: int, opted_out: int
) -> None:
    if "M1" in texts:  # one that it knows, and that UNDO was about
        await phones.text("SIGN LAKE Bo Lee 59801", message_id="M1")
    holding.held = [held(t, "M1" if t == "M1" else f"SM{n}") for n, t in enumerate(texts)]
    await reconcile.reconcile(phones.services)
    assert (await phones.figures()).verified == signed
    assert len(await phones.rows("SELECT * FROM opt_outs")) == opted_out


async def test_a_provider_that_is_away_is_asked_again_from_the_same_time(
    phones: Phones, holding: Holding
) -> None:
    holding.away = True
    assert await reconcile.reconcile(phones.services) == {}
    phones.now += DAY
    holding.away = False
    await reconcile.reconcile(phones.services)
    phones.now += DAY
    await reconcile.reconcile(phones.services)
    # Each overlaps the last, since a text is listed some time after it came in.
    assert holding.asked[2] == NOON + DAY - reconcile.OVERLAP_SECONDS


async def test_the_provider_forgets_when_we_do(phones: Phones, holding: Holding) -> None:
    await phones.text("HELP", message_id="SM1")
    await note(phones)
    await phones.drain()
    assert await reconcile.erase_at_providers(phones.services) == 0
    phones.now += 31 * DAY
    await phones.text("HELP", message_id="SM3")
    holding.away = True
    assert await reconcile.erase_at_providers(phones.services) == 0
    holding.away = False
    await reconcile.erase_at_providers(phones.services)
    assert sorted(holding.erased) == ["SM1", "SM1"]  # the text, and the note by its own id
    await reconcile.erase_at_providers(phones.services)
    assert len(holding.erased) == 2


async def test_a_refusal_for_one_text_does_not_keep_the_others(
    phones: Phones, holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "ERASE_LIMIT", 3)
    for i in range(7):  # all in one second
        await phones.text("HELP", f"+140655501{i:02}", f"SM{i}")
    holding.refused = {"SM2"}
    phones.now += 31 * DAY
    await reconcile.erase_at_providers(phones.services)
    await reconcile.erase_at_providers(phones.services)
    assert holding.erased == ["SM0", "SM1", "SM3", "SM4", "SM5", "SM6"]


async def test_an_account_is_not_searched_for_what_it_held_before_there_was_a_petition(
    phones: Phones, holding: Holding
) -> None:
    await reconcile.reconcile(phones.services)
    [petition] = phones.services.directory.open()
    assert holding.asked == [max(petition.opened_at or 0, NOON - 2 * DAY - 3600)]
    async with phones.services.database.write() as tx:
        await tx.execute("DELETE FROM marks")
        await petitions.close(tx, petition.id, NOON)
    await phones.services.directory.refresh()
    await reconcile.reconcile(phones.services)
    assert len(holding.asked) == 1


async def test_numbers_and_words_go_after_the_days_that_are_set(database_url: str) -> None:
    async with text_door(database_url, UNDERSIGNED_SMS_KEEP_DAYS="3") as phones:
        await phones.text("HELP")
        await later(phones, "LIST")
        await phones.drain()
        phones.now += 3 * DAY + 1
        await loops.do_chores(phones.services)
        erased = await phones.rows("SELECT sender, body, reply FROM inbound")
        assert set(erased) == {(None, None, None)}
        assert await phones.rows("SELECT recipient, body FROM outbox") == [(None, None)]
        assert await phones.rows("SELECT count(*) FROM sms_usage") == [(1,)]


async def test_what_was_corrected_is_one_signature(phones: Phones) -> None:
    await phones.text("SIGN LAKE Ana Dias 59801")
    await phones.text("NAME Ana Diaz")
    figures = await phones.figures()
    assert (figures.verified, figures.total) == (1, 1)
    async with phones.services.database.read() as tx:
        found = await signatures.signed_by(
            tx, [(1, phones.services.keys.contact(b"s" * 32, PHONE))]
        )
        assert [s.name for s in found] == ["Ana Diaz"]
        assert not await is_opted_out(tx, phones.services.keys.phones(PHONE))
