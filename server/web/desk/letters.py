"""What became of a petition's letters, by office, and what an organizer does about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from server.core.letters import again, carrying, corrections, figures, printing
from server.core.letters.again import STUCK, Stuck
from server.core.letters.answering import OfficeAnswers, answers_by_office
from server.core.letters.calls import call_figures, opened_figure
from server.core.letters.corrections import Corrected
from server.core.letters.figures import OfficeFigures
from server.core.letters.offices import offices_named
from server.core.letters.printing import PRINTABLE, Printable
from server.core.petitions import petitions
from server.core.petitions.petitions import Petition
from server.core.places import divisions, ocd
from server.db import Transaction
from server.web.desk.trial import TRIED, send_trial
from server.web.desk.visit import Visit
from server.words.render import N_

#: What an organizer reads of each state, and does about it; those that want doing come last.
_STATES = {
    "draft": N_("waiting until the signature is verified or accepted"),
    "queued": N_("waiting for their turn"),
    "ready": N_("waiting for you to print and post them"),
    "sending": N_("on their way"),
    "retry": N_("their mail server has no time: we try again for a week"),
    "accepted": N_("taken by their mail server"),
    "done": N_("taken by their mail server, and did not come back"),
    "accepted posted": N_("posted on paper"),
    "done posted": N_("posted on paper"),
    "accepted congress": N_("taken by the system of Congress"),
    "done congress": N_("taken by the system of Congress"),
    "held not_configured": N_("waiting until your operator has set up the system of Congress"),
    "rejected no_address": N_("not sent: their signers gave no street and city"),
    "held unsure": N_("waiting until the signer says where they live"),
    "held map": N_("waiting for a map of the new districts: your operator can import one"),
    "held ended": N_("waiting until we know who follows: your operator can import a file"),
    "held unknown": N_("waiting until we know who that is: your operator can import a file"),
    "held": N_("not sent: the petition names another address now"),
    "bounced": N_("came back: check the address"),
    "rejected no_mail": N_("not sent: they take no mail"),
    "rejected vacant": N_("not sent: nobody is in office now"),
    "rejected many": N_("not sent: there were four letters from one phone or e-mail already"),
    "rejected agreed": N_("not sent: they have agreed, and can be thanked"),
    "rejected gave_up": N_("not sent: their mail server had no time for a week"),
    "rejected unprinted": N_("not sent: nobody printed them in 90 days"),
    "rejected": N_("refused by their mail server: check the address"),
    "uncertain": N_("perhaps sent: the line broke, and we do not send twice"),
}
_AGAIN: Mapping[Stuck, str] = {
    "held": N_("Send these to the new address"),
    "rejected": N_("Send the refused ones again"),
    "uncertain": N_("Send the uncertain ones again. They may arrive twice."),
}
_PRINT: Mapping[str, str] = {
    "held": N_("Print these instead"),
    "rejected": N_("Print the refused ones instead"),
    "bounced": N_("Print those that came back"),
}
_CHANNELS = {
    "smtp": N_("By mail from this site"),
    "print": N_("On paper, which you print and post"),
    "cwc": N_("By the system of Congress"),
}
_DONE = TRIED | {
    "paused": N_("No letter goes there now."),
    "resumed": N_("Letters go there again."),
    "agreed": N_("It is stored. Signers can thank them now."),
    "not_agreed": N_("It is stored. Signers write letters to them again."),
    "again": N_("The letters wait for their turn once more."),
    "on_paper": N_("The letters wait for you to print them."),
    "none_again": N_("Nothing was sent again. Look at the addresses under Edit first."),
    "no_office": N_("There are no letters to that office. Nothing was changed."),
}


@dataclass(frozen=True, slots=True)
class OfficeLines:
    """What the page says of one office."""

    figures: OfficeFigures
    channel: str
    lines: list[tuple[str, int]]
    again: list[tuple[Stuck, str]]
    instead: list[tuple[Printable, str]]
    answers: OfficeAnswers | None = None


async def show(visit: Visit) -> None:
    """The offices, with what became of the letters to each."""
    petition = await visit.petition()
    async with visit.services.database.read() as tx:
        found = await _offices(tx, petition)
        stuck = await again.stuck(tx, petition.id)
        answered = await answers_by_office(tx, petition.id)
        on_paper = await printing.printable(tx, petition.id)
        ready = await printing.waiting(tx, petition.id)
        batches = await printing.open_batches(tx, petition.id)
        corrected = await corrections.by_several(tx, petition.id)
        called = await call_figures(tx, petition.id)
        opened = await opened_figure(tx, petition.id)
        names = await _names(tx, corrected, visit.language)
    await visit.send_petition_page(
        "letters",
        petition,
        _DONE,
        offices=[
            replace(_said(visit, one, stuck, on_paper), answers=answered.get(one.key))
            for one in found
        ],
        ready=sum(ready.values()),
        batches=bool(batches),
        congress=petition.country == "US" and "representative" in petition.roles,
        corrected=[(one.postcode, names[one.division], one.signers) for one in corrected],
        called=called,
        opened=opened,
        hourly=visit.services.settings.letters_hourly,
    )


async def _offices(tx: Transaction, petition: Petition) -> list[OfficeFigures]:
    """Those with letters, and those whom the petition names besides."""
    found = await figures.by_office(tx, petition.id)
    known, agreed = {one.key for one in found}, await figures.agreed_offices(tx, petition.id)
    return found + [
        OfficeFigures(office.key, office.name, office.channel, agreed=office.key in agreed)
        for office in offices_named(petition)
        if office.key not in known
    ]


async def _names(tx: Transaction, corrected: list[Corrected], language: str) -> dict[str, str]:
    """What the divisions of corrections are called."""
    wanted = {one.division for one in corrected}
    known = await divisions.names(tx, wanted | {ocd.region_of(d) for d in wanted})
    named = {d: divisions.called(known[d], language) for d in known}
    return {d: named.get(d) or _numbered(d, named) for d in wanted}


def _numbered(division: str, named: Mapping[str, str]) -> str:
    region = named.get(ocd.region_of(division), "")
    return f"{region} {division.rpartition(':')[2]}".strip()


def _said(
    visit: Visit,
    one: OfficeFigures,
    stuck: Mapping[tuple[str, Stuck], int],
    on_paper: Mapping[tuple[str, Printable], int],
) -> OfficeLines:
    return OfficeLines(
        one,
        visit.sentence(_CHANNELS, one.channel),
        _lines(visit, one),
        [
            (state, visit.sentence(_AGAIN, state))  # type: ignore[arg-type]
            for state in STUCK
            if (one.key, state) in stuck and one.states[state]
        ],
        [
            (state, visit.sentence(_PRINT, state))
            for state in PRINTABLE
            if (one.key, state) in on_paper and one.channel != "print"
        ],
    )


def _lines(visit: Visit, one: OfficeFigures) -> list[tuple[str, int]]:
    """How many letters are in each state, those that want doing first."""
    found: dict[str, int] = {}
    order = list(_STATES)
    keys = {key: key if key in _STATES else key.partition(" ")[0] for key in one.whys}
    for key in sorted(one.whys, key=lambda key: -order.index(keys[key])):
        said = visit.sentence(_STATES, keys[key])
        found[said] = found.get(said, 0) + one.whys[key]
    return list(found.items())


async def pause(visit: Visit) -> None:
    """POST: no letter goes to that office until it is resumed."""
    await _set(visit, "paused")


async def resume(visit: Visit) -> None:
    """POST: letters go there again."""
    await _set(visit, "resumed")


async def agree(visit: Visit) -> None:
    """POST: that office has agreed, and is thanked."""
    await _set(visit, "agreed")


async def disagree(visit: Visit) -> None:
    """POST: it has not, after all."""
    await _set(visit, "not_agreed")


async def _set(visit: Visit, done: str) -> None:
    petition = await visit.petition()
    services, key, now = visit.services, visit.form.get("office", ""), visit.services.now()
    async with services.database.write() as tx:
        await petitions.check_not_ended(tx, petition.id)
        found = {one.key: one for one in await _offices(tx, petition)}
        one = found.get(key)
        if one and not _is_so(one, done):
            match done:
                case "paused":
                    await figures.pause(tx, petition.id, key, now)
                case "resumed":
                    await figures.resume(tx, petition.id, key)
                case "agreed":
                    await figures.note_agreed(tx, petition.id, key, now)
                    await carrying.spare(tx, now)
                case _:
                    await figures.forget_agreed(tx, petition.id, key, now)
            await visit.note(tx, f"letters_{done}", petition.id, office=one.name)
    await visit.go_to_petition(petition, f"/letters?done={done if one else 'no_office'}")


def _is_so(one: OfficeFigures, done: str) -> bool:
    now = one.paused if done in {"paused", "resumed"} else one.agreed
    return now is (done in {"paused", "agreed"})


async def send_again(visit: Visit) -> None:
    """POST: letters to an office that are stuck wait for their turn once more."""
    petition, form, n = await visit.petition(), visit.form, 0
    state = next((state for state in STUCK if form.get("state") == state), None)
    async with visit.services.database.write() as tx:
        await petitions.check_not_ended(tx, petition.id)
        found = {one.key: one for one in await figures.by_office(tx, petition.id)}
        one = found.get(form.get("office", ""))
        if one and state:
            n = await again.send_again(tx, petition, one.key, state, visit.services.now())
        if one and n:
            await visit.note(tx, "letters_again", petition.id, office=one.name)
    done = "again" if n else "none_again" if one else "no_office"
    await visit.go_to_petition(petition, f"/letters?done={done}")


async def try_out(visit: Visit) -> None:
    """POST: a letter to oneself, marked as a test, and counted nowhere."""
    petition = await visit.petition()
    async with visit.services.database.write() as tx:
        await petitions.check_not_ended(tx, petition.id)
    done = await send_trial(visit, petition, visit.form.get("email", ""))
    await visit.go_to_petition(petition, f"/letters?done={done}")
