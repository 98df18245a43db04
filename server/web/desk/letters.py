"""What became of a petition's letters, by office, and the button that lets none go to one."""

from __future__ import annotations

from server.core.letters import figures
from server.core.letters.figures import OfficeFigures
from server.core.petitions import petitions
from server.web.desk.session import Visit
from server.words.render import N_

#: What an organizer reads of each state, and does about it.
_STATES = {
    "draft": N_("waiting until the signature is verified or accepted"),
    "held": N_("not sent: the petition names another address now"),
    "queued": N_("waiting for their turn"),
    "sending": N_("on their way"),
    "retry": N_("their mail server has no time: we try again for a week"),
    "accepted": N_("taken by their mail server"),
    "done": N_("taken by their mail server, and did not come back"),
    "bounced": N_("came back: check the address"),
    "rejected": N_("refused by their mail server: check the address"),
    "uncertain": N_("perhaps sent: the line broke, and we do not send twice"),
}
_DONE = {
    "paused": N_("No letter goes there now."),
    "resumed": N_("Letters go there again."),
    "no_office": N_("There are no letters to that office. Nothing was changed."),
}


async def show(visit: Visit) -> None:
    """The offices, with what became of the letters to each."""
    petition = await visit.petition()
    async with visit.services.database.read() as tx:
        found = await figures.by_office(tx, petition.id)
    await visit.send_petition_page(
        "letters",
        petition,
        _DONE,
        offices=[(one, _lines(visit, one)) for one in found],
        hourly=visit.services.settings.letters_hourly,
    )


def _lines(visit: Visit, one: OfficeFigures) -> list[tuple[str, int]]:
    """How many letters are in each state, those that want doing first."""
    found: dict[str, int] = {}
    for state, words in reversed(_STATES.items()):
        if n := one.states.get(state, 0):  # type: ignore[call-overload]
            said = visit.sentence({state: words}, state)
            found[said] = found.get(said, 0) + n
    return list(found.items())


async def pause(visit: Visit) -> None:
    """POST: no letter goes to that office until it is resumed."""
    await _set(visit, paused=True)


async def resume(visit: Visit) -> None:
    """POST: letters go there again."""
    await _set(visit, paused=False)


async def _set(visit: Visit, *, paused: bool) -> None:
    petition = await visit.petition()
    office = visit.form.get("office", "")
    services, done = visit.services, "paused" if paused else "resumed"
    async with services.database.write() as tx:
        await petitions.check_not_ended(tx, petition.id)
        found = {one.key: one for one in await figures.by_office(tx, petition.id)}
        one = found.get(office)
        if one and one.paused is not paused:
            if paused:
                await figures.pause(tx, petition.id, office, services.now())
            else:
                await figures.resume(tx, petition.id, office)
            await visit.note(tx, f"letters_{done}", petition.id, office=one.name)
    await visit.go_to_petition(petition, f"/letters?done={done if one else 'no_office'}")
