"""An organizer's petitions: the list, the dashboard of one with its buttons, and its export."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from server.core.conversations.traffic import traffic
from server.core.counting.counts import DAY, Day
from server.core.desk import dashboard as figures
from server.core.desk import ends
from server.core.desk.dashboard import Sums
from server.core.desk.people import reviewers, teams
from server.core.desk.people.reviewers import Reviewable
from server.core.desk.signers import exports
from server.core.floods.alarms import SENDING
from server.core.petitions import petitions, review, sending
from server.core.petitions.directory import Directory
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.draft import Wording
from server.db import Transaction
from server.errors import InvalidInput
from server.web.desk.figures.text_figures import TextFigures
from server.web.desk.form import petition_form
from server.web.desk.form.similar import like_draft
from server.web.desk.session import Visit
from server.web.desk.words import (
    ALARM_WORDS,
    CLASS_WORDS,
    DONE,
    DONE_FIRST,
    KIND_WORDS,
    STATE_WORDS,
)
from server.web.public.words import CHANNEL_WORDS
from server.words.render import day_words
from sms.reading import reserved

ALARMS_SHOWN = 1  # on the dashboard, the largest first; the page of decisions has all
BAR, HEIGHT = 10, 60  # user units of the drawing
_BLOCKS = "▁▂▃▄▅▆▇█"


async def index(visit: Visit) -> None:
    """The organizations of this organizer, and the petitions of each, newest first."""
    services = visit.services
    directory = await services.directory.current()
    async with services.database.read() as tx:
        mine = await teams.memberships(tx, visit.organizer.id)
        owners = await teams.petitions_of(tx, [m.organization_id for m in mine])
        standings = await figures.overview(tx, visit.organizer.id, services.now())
        waiting, changed = await _of_reviewer(visit, tx)
    listed: dict[int, list[Any]] = {m.organization_id: [] for m in mine}
    for p in directory.by_id.values():
        if p.id in owners:
            state = visit.sentence(STATE_WORDS, p.state)
            sums = standings.get(p.id, Sums())
            listed[owners[p.id]].append((p, p.wording(visit.language), state, sums))
    word = visit.query("done")
    await visit.send_page(
        "index",
        organizations=[(m, listed[m.organization_id]) for m in mine],
        done=visit.sentence(DONE_FIRST, word) if word in DONE_FIRST else "",
        waiting=_to_review(visit, directory, waiting),
        changed=_to_review(visit, directory, changed),
    )


async def _of_reviewer(visit: Visit, tx: Transaction) -> tuple[list[Reviewable], list[Reviewable]]:
    """What waits for this organizer as a reviewer, and what was changed after a review."""
    if not visit.services.settings.review:
        return [], []
    who, now = visit.organizer.id, visit.services.now()
    return await reviewers.waiting(tx, who), await reviewers.changed_since(tx, who, now)


def _to_review(
    visit: Visit, directory: Directory, found: Sequence[Reviewable]
) -> list[tuple[Petition, Wording, str]]:
    """Petitions for a reviewer, each with the moment since which it is there to be read."""
    known = [(directory.by_id.get(each.petition_id), each.since) for each in found]
    return [(p, p.wording(visit.language), visit.moment(since)) for p, since in known if p]


async def show(visit: Visit) -> None:
    """The dashboard of one petition."""
    petition = await visit.petition()
    services = visit.services
    alarms = await services.alarms(petition.id)
    await visit.send_petition_page(
        "petition",
        petition,
        _still_true(petition),
        **await _figures(visit, petition),
        alarms=alarms[:ALARMS_SHOWN],
        alarm_words=ALARM_WORDS,
        mail_can_stop=any(alarm.kind in SENDING for alarm in alarms),
        state=visit.sentence(STATE_WORDS, petition.state),
        channels=CHANNEL_WORDS,
        classes=CLASS_WORDS,
        kinds=KIND_WORDS,
        date=lambda day: day_words(day * DAY, visit.language),
        sms_codes=services.settings.sms_codes_daily > 0,
        updated=visit.moment(services.now()),
        similar=like_draft(visit, petition),
    )


def _still_true(petition: Petition) -> dict[str, str]:
    """What the page may say of the change that led to it: a link or an old tab may say more."""
    state = petition.state
    true = {
        "created": state == "draft",
        "opened": state == "open",
        "paused": state == "paused",
        "closed": state in {"closed", "answered"},
        "answered": state == "answered",
        "not_closed": state not in {"closed", "answered"},
        "ended": state == "ended",
        "handed_in": state == "draft",
        "not_accepted": state == "draft",
        "mail_stopped": petition.mail_stopped,
        "mail_resumed": not petition.mail_stopped,
    }
    return {word: said for word, said in DONE.items() if true.get(word, True)}


async def _figures(visit: Visit, petition: Petition) -> dict[str, Any]:
    services = visit.services
    words = reserved() | {petition.keyword}
    async with services.database.read() as tx:
        board = await figures.dashboard(tx, petition.id, services.now(), words)
        texts = await traffic(tx, petition.id, services.now(), words)
        asked_end = await ends.asked(tx, petition.id, services.now())
        needs_review = services.settings.review and petition.state == "draft"
        found = await review.review_of(tx, petition.id) if needs_review else None
    return {
        "review": found,
        "asked_end": asked_end,
        "board": board,
        "chart": Chart(board.days),
        "traffic": texts,
        "texts": TextFigures(services, texts, visit.sentence),
    }


class Chart:
    """The trend as drawing: two paths of bars, the second standing on the first, and as letters."""

    def __init__(self, days: Sequence[Day]) -> None:
        self.most = max((d.verified + d.unverified for d in days), default=0)
        self.width, self.height = BAR * len(days), HEIGHT
        self.verified = "".join(
            self._bar(i, self._scaled(d.verified), 0) for i, d in enumerate(days)
        )
        self.unverified = "".join(
            self._bar(i, self._scaled(d.unverified), self._scaled(d.verified))
            for i, d in enumerate(days)
        )
        self.letters = "".join(self._letter(d.verified + d.unverified) for d in days)

    def _scaled(self, n: int) -> int:
        # A single signature is seen beside a thousand.
        return max(1, round(n * (HEIGHT - 2) / self.most)) if n > 0 else 0

    def _bar(self, index: int, height: int, above: int) -> str:
        if not height:
            return ""
        return f"M{index * BAR + 1} {HEIGHT - above}v-{height}h{BAR - 2}v{height}z"

    def _letter(self, n: int) -> str:
        return _BLOCKS[n * (len(_BLOCKS) - 1) // self.most] if self.most and n > 0 else _BLOCKS[0]


async def open_(visit: Visit) -> None:
    """POST: the petition takes signatures from now on; its form, if something is in the way."""
    needs_review = visit.services.settings.review
    try:
        await _change(visit, partial(petitions.open_, needs_review=needs_review), "opened")
    except InvalidInput as error:
        petition = await visit.petition()
        if error.problems[0].field == "review":
            await visit.go_to_petition(petition, "?done=not_accepted")
        else:
            await petition_form.ask_first(visit, petition, error)


async def pause(visit: Visit) -> None:
    """POST: the petition takes no signatures for a while."""
    await _change(visit, petitions.pause, "paused")


async def close(visit: Visit) -> None:
    """POST: the petition takes no more signatures."""
    await _change(visit, petitions.close, "closed")


async def _change(
    visit: Visit, change: Callable[[Transaction, int, int], Awaitable[bool]], done: str
) -> None:
    petition = await visit.petition()
    async with visit.services.database.write() as tx:
        if await change(tx, petition.id, visit.services.now()):
            await visit.note(tx, done, petition.id)
    await visit.services.directory.refresh()
    await visit.go_to_petition(petition, f"?done={done}")


async def stop_mail(visit: Visit) -> None:
    """POST: no mail of the petition goes out from now on; it waits."""
    await _change(visit, sending.stop_mail, "mail_stopped")


async def resume_mail(visit: Visit) -> None:
    """POST: mail of the petition goes out again."""
    await _change(visit, sending.resume_mail, "mail_resumed")


async def export(visit: Visit) -> None:
    """The signatures as CSV, a block at a time."""
    petition = await visit.petition()
    services = visit.services
    blocks = exports.csv_blocks(services.database, petition.id)
    first = b""
    if visit.scope["method"] != "HEAD":
        async with services.database.write() as tx:
            await visit.note(tx, "exported", petition.id)
        # Read before the answer begins: a store that fails now is still a plain page.
        first = await anext(blocks) + await anext(blocks, b"")

    async def joined() -> AsyncGenerator[bytes]:
        yield first
        async for block in blocks:
            yield block

    await visit.send_file(f"{petition.slug}-signatures.csv", b"text/csv;charset=utf-8", joined())
