"""The page of letters on paper: what waits, by office; batches to print; what is posted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from functools import cache

from server.channels.printing import NotPrinted, PrintShop
from server.core.letters import figures, printing
from server.core.letters.printing import PRINTABLE, PrintBatch
from server.core.petitions import petitions, sending
from server.core.petitions.petitions import Petition
from server.core.values.ids import read_id
from server.web.desk.printing.sheets import document, parts_of_batch, ranges
from server.web.desk.visit import Visit
from server.words.render import N_, template_folder

log = logging.getLogger(__name__)
_BLOCK = 1 << 16  # bytes of a document that are sent at once
_PAGE = "/letters/print"
_DONE = {
    "made": N_("The batch is made. Print it, then say that you have posted it."),
    "places_on": N_("It is stored: signers can write to them, and you print it."),
    "places_off": N_("It is stored: no new letters to them. You can print those that wait."),
    "nothing": N_("No letter waits to be printed."),
    "posted": N_("It is stored: the letters are posted."),
    "back": N_("The letters wait to be printed again."),
    "gone": N_("That batch is posted or put back already. Nothing was changed."),
    "fonts": N_("This server has no fonts to print with. Ask your operator to install them."),
    "busy": N_("Another document is being made. Try again in a minute."),
    "failed": N_("The document could not be made. Try again, or tell your operator."),
}


@cache
def _shop() -> PrintShop:
    return PrintShop((template_folder() / "letter" / "sheets.typ").read_text("utf-8"))


async def show(visit: Visit) -> None:
    """What waits, and what is printed and not posted."""
    petition = await visit.petition()
    async with visit.services.database.read() as tx:
        waiting = await printing.waiting(tx, petition.id)
        batches = await printing.open_batches(tx, petition.id)
    await visit.send_petition_page(
        "print",
        petition,
        _DONE,
        waiting=waiting,
        total=sum(waiting.values()),
        batches=[(batch, ranges(batch.left_out), parts_of_batch(batch)) for batch in batches],
        largest=printing.LARGEST,
    )


async def make(visit: Visit) -> None:
    """POST: what waits becomes a batch."""
    petition = await visit.petition()
    async with visit.services.database.write() as tx:
        await petitions.check_not_ended(tx, petition.id)
        number = await printing.make_batch(tx, petition.id, visit.services.now())
        if number:
            await visit.note(tx, "letters_printed", petition.id, number=number)
    await _back(visit, petition, "made" if number else "nothing")


async def places(visit: Visit) -> None:
    """POST: whoever decides where a signer lives, and has no e-mail, gets letters on paper; or not
    any more."""
    petition, begins = await visit.petition(), bool(visit.form.get("on"))
    change = sending.print_places if begins else sending.print_no_places
    async with visit.services.database.write() as tx:
        if await change(tx, petition.id, visit.services.now()):
            await visit.note(tx, f"letters_places_{'on' if begins else 'off'}", petition.id)
    await visit.services.directory.refresh()
    await _back(visit, petition, "places_on" if begins else "places_off")


async def download(visit: Visit) -> None:
    """A part of a batch as PDF; as often as it is asked for until the batch is posted."""
    petition, services = await visit.petition(), visit.services
    number, part = read_id(visit.part("number")) or 0, read_id(visit.part("part")) or 0
    async with services.database.read() as tx:
        found = await printing.open_batch(tx, petition.id, number)
    if found is None or not _has(found[0], part):
        await _back(visit, petition, "gone")
        return
    pdf = b""
    if visit.scope["method"] != "HEAD":
        async with services.database.write() as tx:
            await visit.note(tx, "letters_downloaded", petition.id, number=number)
        try:
            about = services, petition, *found, part
            # In a thread: whoever signs meanwhile does not wait for 250 letters.
            pdf = await _shop().pdf(await asyncio.to_thread(document, *about))
        except NotPrinted as error:
            log.warning("a batch of letters was not printed: %s", error)
            await _back(visit, petition, error.why)
            return
    name = f"{petition.slug}-letters-{number}-{part}.pdf"
    await visit.send_file(name, b"application/pdf", _blocks(pdf))


def _has(batch: PrintBatch, part: int) -> bool:
    return any(part == number for number, _ in parts_of_batch(batch))


async def _blocks(pdf: bytes) -> AsyncGenerator[bytes]:
    for at in range(0, len(pdf), _BLOCK):
        yield pdf[at : at + _BLOCK]


async def posted(visit: Visit) -> None:
    """POST: the letters of a batch are in the post, or handed over."""
    petition, number = await visit.petition(), read_id(visit.part("number")) or 0
    async with visit.services.database.write() as tx:
        await petitions.check_not_ended(tx, petition.id)
        n = await printing.note_posted(tx, petition.id, number, visit.services.now())
        if n is not None:
            await visit.note(tx, "letters_posted", petition.id, number=number, letters=n)
    await _back(visit, petition, "gone" if n is None else "posted")


async def put_back(visit: Visit) -> None:
    """POST: they are not posted, and wait to be printed again."""
    petition, number = await visit.petition(), read_id(visit.part("number")) or 0
    async with visit.services.database.write() as tx:
        await petitions.check_not_ended(tx, petition.id)
        back = await printing.put_back(tx, petition.id, number, visit.services.now())
        if back:
            await visit.note(tx, "letters_put_back", petition.id, number=number)
    await _back(visit, petition, "back" if back else "gone")


async def print_instead(visit: Visit) -> None:
    """POST: letters to an office that did not arrive another way wait to be printed."""
    petition, form, n = await visit.petition(), visit.form, 0
    state = next((state for state in PRINTABLE if form.get("state") == state), None)
    async with visit.services.database.write() as tx:
        await petitions.check_not_ended(tx, petition.id)
        found = {one.key: one for one in await figures.by_office(tx, petition.id)}
        one, now = found.get(form.get("office", "")), visit.services.now()
        if one and state:
            n = await printing.print_instead(tx, petition.id, one.key, state, now)
        if one and n:
            await visit.note(tx, "letters_on_paper", petition.id, office=one.name)
    done = "on_paper" if n else "none_again" if one else "no_office"
    await visit.go_to_petition(petition, f"/letters?done={done}")


async def _back(visit: Visit, petition: Petition, done: str) -> None:
    await visit.go_to_petition(petition, f"{_PAGE}?done={done}")
