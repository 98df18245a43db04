"""Who brings signers: their links and codes, how many each has brought, and new ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from server.core.petitions import collectors
from server.core.petitions.collectors import Collector
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.wordings import FEWEST
from server.core.values.ids import read_id
from server.db import Transaction
from server.errors import InvalidInput, NotFound, NotOpen
from server.web.desk.visit import Visit
from server.web.http.forms import FormValues
from server.web.public.site import path_of
from server.words.render import N_
from sms.reading import reserved

_DONE = {
    "added": N_("The collector is stored. Give them the link and the poster below."),
    "renamed": N_("The name is stored."),
    "ended": N_("Nobody more is counted for this collector. The link still leads to the petition."),
    "resumed": N_("This collector goes on."),
}
_FAULTS = {
    ("collector", "missing"): N_("Write the name of the collector."),
    ("collector", "long"): N_("Write a shorter name, at most {limit} letters."),
    ("collector", "many"): N_("This petition has as many collectors as it can have."),
    ("code", "missing"): N_("Write a code: three letters or more and a digit, like ANA7."),
    ("code", "malformed"): N_(
        "Use 3 to 9 letters A to Z, then one or two digits for the code, like ANA7."
    ),
    ("code", "reserved"): N_(
        "This code begins with a word that already means something in texts. Choose another one."
    ),
    ("code", "in_use"): N_("Another collector of this petition has this code. Choose another one."),
}


@dataclass(frozen=True, slots=True)
class Collecting:
    """A collector as the page has them; `brought` is None where it is fewer than is told."""

    collector: Collector
    link: str
    brought: int | None


async def show(visit: Visit) -> None:
    """All of them, and the form for another one."""
    await _send(visit, await _running(visit), {})


async def _running(visit: Visit) -> Petition:
    """The petition. Raises `NotOpen` if it has ended for good: who collected is forgotten then."""
    petition = await visit.petition()
    if petition.state == "ended":
        raise NotOpen(petition.slug)
    return petition


async def _send(
    visit: Visit,
    petition: Petition,
    values: FormValues,
    faults: Mapping[str, str] | None = None,
    renaming: int = 0,
) -> None:
    """`values` and `faults` are of the form that adds, or of the one that renames that number."""
    async with visit.services.database.read() as tx:
        brought = await collectors.brought(tx, petition.id)
    url = visit.services.settings.public_url + path_of(petition, None)
    known = [
        Collecting(c, url + c.sheet, n if (n := brought.get(c.id, 0)) >= FEWEST else None)
        for c in petition.collectors
    ]
    await visit.send_petition_page(
        "collectors",
        petition,
        _DONE,
        known=known,
        values=values,
        faults=faults or {},
        renaming=renaming,
        fewest=FEWEST,
        sms_number=visit.services.settings.sms_number,
    )


async def add(visit: Visit) -> None:
    """POST: somebody more who collects."""
    petition = await _running(visit)
    form, directory = visit.form, visit.services.directory

    async def change(tx: Transaction) -> str:
        return await collectors.add(
            tx,
            petition.id,
            petition.country,
            name=form.get("collector", ""),
            code=form.get("code", ""),
            taken=reserved() | directory.by_keyword.keys(),
            now=visit.services.now(),
        )

    await _change(visit, petition, change, "added")


async def rename(visit: Visit) -> None:
    """POST: another name for signers to see."""
    petition, id_ = await _running(visit), _number(visit)
    name = visit.form.get("collector", "")
    await _change(
        visit,
        petition,
        lambda tx: collectors.rename(tx, petition.id, id_, name),
        "renamed",
        renaming=id_,
    )


async def end(visit: Visit) -> None:
    """POST: they bring nobody any more."""
    petition, id_, now = await _running(visit), _number(visit), visit.services.now()
    await _change(visit, petition, lambda tx: collectors.end(tx, petition.id, id_, now), "ended")


async def resume(visit: Visit) -> None:
    """POST: they collect again."""
    petition, id_ = await _running(visit), _number(visit)
    await _change(visit, petition, lambda tx: collectors.resume(tx, petition.id, id_), "resumed")


def _number(visit: Visit) -> int:
    """Raises `NotFound` for what is none."""
    number = read_id(visit.part("id"))
    if number is None:
        raise NotFound
    return number


async def _change(
    visit: Visit,
    petition: Petition,
    change: Callable[[Transaction], Awaitable[str]],
    done: str,
    renaming: int = 0,
) -> None:
    """Make it and note it with the code, and show the page; the form again, if it is faulty."""
    try:
        async with visit.services.database.write() as tx:
            code = await change(tx)
            await visit.note(tx, f"collector_{done}", petition.id, code=code)
    except InvalidInput as error:
        limit = collectors.CALLED_LIMIT
        faults = {
            p.field: visit.pages.sentence(_FAULTS[p.field, p.code], limit=limit)
            for p in reversed(error.problems)
        }
        await _send(visit, petition, visit.form, faults, renaming)
        return
    await visit.services.directory.refresh()
    await visit.go_to_petition(petition, f"/collectors?done={done}")
