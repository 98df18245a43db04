"""The audit log of a petition, in plain words, and as a file."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any

from server.core.desk import audit
from server.core.desk.audit import Entry
from server.web.desk.visit import Visit
from server.web.desk.words import ACTION_WORDS
from server.words.render import N_

ENTRIES_SHOWN = 50  # on a page
#: What more an entry has, by its name in the log.
DETAIL_WORDS = {
    "n": N_("signatures: {value}"),
    "why": N_("why they were held: {value}"),
    "shown": N_("shown: {value}"),
    "erased": N_("erased: {value}"),
    "hidden": N_("hidden: {value}"),
    "postcodes": N_("postcodes: {value}"),
    "condition": N_("which: {value}"),
    "reason": N_("reason: {value}"),
    "office": N_("office: {value}"),
    "partner": N_("partner: {value}"),
    "to": N_("name: {value}"),
    "asked_by": N_("asked by: {value}"),
    "set_by": N_("by the clock, as set by {value}"),
    "code": N_("code: {value}"),
    "by": N_("by: {value}"),
    "fields": N_("what: {value}"),
    "signature": N_("signature: {value}"),
    "news": N_("news: {value}"),
    "people": N_("people: {value}"),
}
_ON = {True: N_("on"), False: N_("off")}
_WAS_IS = N_("{part}: before {was}, now {now}")
_NOTHING = N_("nothing")


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry as the page has it; `details` are sentences."""

    n: int
    at: int
    actor: str
    done: str
    details: tuple[str, ...]


async def show(visit: Visit) -> None:
    """The newest first."""
    petition = await visit.petition()
    before = visit.query("before")
    async with visit.services.database.read() as tx:
        entries = await audit.entries(
            tx,
            petition.id,
            before=int(before) if re.fullmatch(r"\d{1,15}", before) else None,
            limit=ENTRIES_SHOWN + 1,
        )
    more = entries[ENTRIES_SHOWN - 1].n if len(entries) > ENTRIES_SHOWN else None
    lines = [_line(visit, entry) for entry in entries[:ENTRIES_SHOWN]]
    await visit.send_petition_page("audit", petition, {}, entries=lines, more=more)


def _line(visit: Visit, entry: Entry) -> Logged:
    done = visit.sentence(ACTION_WORDS, entry.action)
    return Logged(entry.n, entry.at, entry.actor, done, tuple(_details(visit, entry.detail)))


def _details(visit: Visit, detail: dict[str, Any]) -> Iterator[str]:
    for name, value in detail.items():
        if name == "changes":
            yield from (_change(visit, part, *both) for part, both in value.items())
        elif name == "on":
            yield visit.pages.sentence(_ON[bool(value)])
        elif name != "id":  # (of a row, which says nothing to anybody)
            words = DETAIL_WORDS.get(name)
            yield visit.pages.sentence(words, value=value) if words else f"{name}: {value}"


def _change(visit: Visit, part: str, was: str, now: str) -> str:
    said = (visit.part_words(part, text) or visit.pages.sentence(_NOTHING) for text in (was, now))
    before, after = (f"“{text}”" for text in said)
    return visit.pages.sentence(_WAS_IS, part=visit.part_label(part), was=before, now=after)


async def download(visit: Visit) -> None:
    """The log of one petition as lines of JSON, the oldest first.

    Its hashes tie it to entries of other petitions, which are left out: whoever runs the server
    checks the whole chain with `undersigned check`.
    """
    petition = await visit.petition()

    async def lines() -> AsyncGenerator[bytes]:
        async with visit.services.database.read() as tx:
            async for entry in audit.oldest_first(tx):
                if entry.petition_id == petition.id:
                    yield f"{entry.as_json()}\n".encode()

    await visit.send_file(
        f"{petition.slug}-audit.jsonl", b"application/jsonl;charset=utf-8", lines()
    )
