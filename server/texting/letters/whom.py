"""Those who decide where a signer lives, besides those whom the petition names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.core.letters import figures, writing
from server.core.letters.letter import Addressee
from server.core.letters.offices import key_of, key_of_holder, offices_of
from server.core.petitions.petitions import Petition
from server.core.places import decision_makers, finding
from server.core.places.dating import day_at
from server.core.places.decision_makers import Office, title_of
from server.core.places.outcomes import Missing, Outcome, Reached
from server.core.values.postcodes import fold_postcode
from server.texting.letters.way import Way
from server.words.render import N_

_VACANT = N_("{who}: nobody holds this seat now.")
_NONE = N_("There is no {who} where you live.")
_WAITS = N_("{who}: your letter waits until we know who that is.")


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever decides; '' where there is no such way to reach them."""

    name: str
    email: str = ""
    phone: str = ""
    hours: str = ""
    office: str = ""  # its key, if a letter reaches them

    @property
    def to_call(self) -> str:
        hours = f" ({self.hours})" if self.hours else ""
        return f"{self.name} {self.phone}{hours}" if self.phone else self.name


@dataclass(frozen=True, slots=True)
class Whom:
    """All of them; the offices that get the letter, those that wait included; and what there is to
    say of seats that nobody holds. `instead` are offered where there is no such office. Where all
    of them have agreed, they get `thanks`."""

    people: tuple[Person, ...]
    offices: tuple[Addressee, ...]
    waiting: tuple[str, ...]
    note: str
    instead: tuple[Person, ...] = ()
    thanks: bool = False

    @property
    def with_letter(self) -> list[str]:
        return [person.name for person in self.people if person.office]

    @property
    def without_letter(self) -> list[Person]:
        return [person for person in self.people if not person.office]


async def outcome_of(way: Way) -> Outcome:
    """They, or the next question; nobody besides those named where it addresses no roles."""
    addressing = way.petition.addressing
    if addressing is None:
        return Reached()
    place = fold_postcode(way.signer.postcode or "")
    day = day_at(way.talk.services.now())
    return await finding.find(way.tx, addressing, place, day, way.on.chosen)


async def of(way: Way, found: Reached) -> Whom:
    """All to whom this signer's letter goes, or does not. Who has agreed gets none: they are
    thanked, where nobody else is left."""
    petition = way.petition
    offices = await decision_makers.offices(way.tx, petition.country, petition.roles)
    named = [Person(d.name, d.email, d.phone, office=key_of(d)) for d in petition.decision_makers]
    # The US House wants an address, which nobody is asked for by text.
    reached = await offices_of(way.tx, petition, found, way.on.chosen)
    to = [office for office in reached if office.channel != "cwc"]
    agreed = await figures.agreed_offices(way.tx, petition.id)
    others = [office for office in to if office.key not in agreed]
    thanks = bool(to) and not others
    people = [*named, *_people(petition, found.who)]
    waiting = [title_of(gap.role, gap.division, offices, way.language) for gap in found.held]
    return Whom(
        people=tuple(p for p in people if thanks or p.office not in agreed),
        offices=tuple(to if thanks else others),
        waiting=tuple(waiting),
        note=" ".join(_note(way, gap, offices) for gap in (*found.said, *found.held)),
        instead=tuple(_people(petition, found.offered)),
        thanks=thanks,
    )


async def to_thank(way: Way) -> Whom | None:
    """Those who have agreed since this signer wrote to them; None if there are none."""
    about = way.petition, way.signer.id, way.signer.person_key or b""
    offices = await writing.to_thank(way.tx, *about, way.talk.services.now())
    people = tuple(Person(office.name, office.address, office=office.key) for office in offices)
    return Whom(people, tuple(offices), (), "", thanks=True) if offices else None


def _people(petition: Petition, holders: Iterable[decision_makers.Officeholder]) -> list[Person]:
    keys = [(holder, key_of_holder(petition, holder)) for holder in holders]
    return [
        Person(h.name, h.email, h.phone, h.hours, "" if key.startswith("cwc ") else key)
        for h, key in keys
    ]


def _note(way: Way, gap: Missing, offices: Sequence[Office]) -> str:
    words = {"vacant": _VACANT, "none": _NONE}.get(gap.why, _WAITS)
    return way.say(words, who=title_of(gap.role, gap.division, offices, way.language))
