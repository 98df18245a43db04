"""The dashboard of one petition, its buttons, and its export."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from starlette.responses import Response, StreamingResponse

from server.core.conversations.traffic import traffic
from server.core.counting.counts import DAY, Day
from server.core.desk import audit, exports
from server.core.desk import dashboard as figures
from server.core.petitions import petitions
from server.db import Transaction
from server.web.desk.petition_form import petition_of
from server.web.desk.session import Visit, see_other
from server.web.desk.text_figures import TextFigures
from server.web.desk.words import ALARMS, CLASSES, DONE, KINDS, STATES
from server.web.http.guard import security_headers
from server.web.public.words import CHANNELS
from server.words.render import date_words
from sms.keywords import RESERVED

ALARMS_SHOWN = 1  # on the dashboard, the largest first; the page of decisions has all
BAR, HEIGHT = 10, 60  # user units of the drawing
_BLOCKS = "▁▂▃▄▅▆▇█"


async def show(visit: Visit) -> Response:
    """The dashboard of one petition."""
    petition = await petition_of(visit)
    services = visit.services
    async with services.database.read() as tx:
        shown = RESERVED | {petition.keyword}
        board = await figures.dashboard(tx, petition.id, services.now(), shown)
        texts = await traffic(tx, petition.id, services.now(), shown)

    alarms = await services.alarms(petition.id)

    def say(words: Mapping[str, str], key: str, **fields: object) -> str:
        return services.renderer.say(services.settings.language, words.get(key, key), **fields)

    done = visit.request.query_params.get("done", "")
    return visit.page(
        "petition",
        petition=petition,
        text=petition.text(services.settings.language),
        board=board,
        alarms=alarms[:ALARMS_SHOWN],
        alarm_words=ALARMS,
        chart=Chart(board.days),
        done=say(DONE, done) if done in DONE else "",
        say=say,
        state=say(STATES, petition.state),
        channels=CHANNELS,
        classes=CLASSES,
        kinds=KINDS,
        traffic=texts,
        texts=TextFigures(services, texts, say),
        date=lambda day: _day(day * DAY, services.settings.language),
        time=lambda seconds: _moment(seconds, services.settings.language),
        sms_codes=services.settings.sms_codes_daily > 0,
        updated=_moment(services.now(), services.settings.language),
    )


def _day(seconds: int, language: str) -> str:
    return date_words(datetime.fromtimestamp(seconds, UTC).date(), language)


def _moment(seconds: int, language: str) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{date_words(moment.date(), language)} {moment:%H:%M}"


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


async def open_(visit: Visit) -> Response:
    """POST: the petition takes signatures from now on."""
    return await _change(visit, petitions.open_, "opened")


async def pause(visit: Visit) -> Response:
    """POST: the petition takes no signatures for a while."""
    return await _change(visit, petitions.pause, "paused")


async def close(visit: Visit) -> Response:
    """POST: the petition takes no more signatures."""
    return await _change(visit, petitions.close, "closed")


async def _change(
    visit: Visit, change: Callable[[Transaction, int, int], Awaitable[None]], done: str
) -> Response:
    petition = await petition_of(visit)
    async with visit.services.database.write() as tx:
        await change(tx, petition.id, visit.services.now())
        await audit.note(tx, visit.services.now(), visit.organizer.name, done, petition.id)
    await visit.services.reload_petitions()
    return see_other(f"/organizer/p/{petition.slug}?done={done}")


async def export(visit: Visit) -> Response:
    """The signatures as CSV, a block at a time."""
    petition = await petition_of(visit)
    headers = {
        # The one answer full of personal data: no copy stays with the browser but the file.
        "cache-control": "no-store",
        "content-type": "text/csv;charset=utf-8",
        "content-disposition": f'attachment; filename="{petition.slug}-signatures.csv"',
        **{k.decode(): v.decode() for k, v in security_headers()},
    }
    if visit.request.method == "HEAD":
        return Response(headers=headers)
    async with visit.services.database.write() as tx:
        await audit.note(tx, visit.services.now(), visit.organizer.name, "exported", petition.id)
    blocks = exports.csv_blocks(visit.services.database, petition.id)
    # Read before the answer begins: a store that fails now is still a plain page.
    first = await anext(blocks) + await anext(blocks, b"")
    return StreamingResponse(_joined(first, blocks), headers=headers)


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for block in rest:
        yield block
