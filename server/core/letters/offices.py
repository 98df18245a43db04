"""The offices to which a letter goes: those that a petition names, or those of its signer's place.

An office is known by its mailbox, whoever holds it: it gets one letter of each signer, at one pace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from server.core.letters.letter import Addressee
from server.core.petitions.petitions import Petition
from server.core.places import decision_makers, ocd
from server.core.places.dating import day_at
from server.core.places.decision_makers import Office, Officeholder, called, title_of
from server.core.places.outcomes import Reached
from server.core.values.contacts import reached
from server.db import Transaction


def offices_named(petition: Petition) -> list[Addressee]:
    """The mailboxes of those whom the petition names: whoever shares one gets one letter."""
    return _once(
        Addressee(key=_key(who.email), name=who.called, address=who.email)
        for who in petition.decision_makers
        if who.email
    )


def offices_reached(found: Reached, offices: Sequence[Office], language: str) -> list[Addressee]:
    """Those of the signer's place: first the mailboxes, then the offices of which nobody is known
    yet, whose letters wait. `offices` are those of the petition's roles; titles are in that
    language."""
    waiting = (
        Addressee(
            key=f"unknown {gap.role} {gap.division}",
            name=title_of(gap.role, gap.division, offices, language),
            role=gap.role,
            division=gap.division,
            missing=gap.why,
        )
        for gap in found.held
    )
    return [*_once(_with_mailbox(found.who, offices, language)), *waiting]


async def office_now(
    tx: Transaction, petition: Petition, office: Addressee, now: int
) -> Addressee | None:
    """The same office as it is today; None if the petition addresses it no more."""
    known = offices_named(petition)
    if office.role:
        regions = [ocd.region_of(office.division)]
        holders = await decision_makers.officeholders(tx, petition.country, regions)
        theirs = [h for h in holders if h.on(day_at(now)) and h.role in petition.roles]
        offices = await decision_makers.offices(tx, petition.country, petition.roles)
        known = _once(_with_mailbox(theirs, offices, petition.language))
    return next((one for one in known if one.key == office.key), None)


def _key(address: str) -> str:
    return f"mail {reached(address).lower()}"


def _with_mailbox(
    holders: Iterable[Officeholder], offices: Sequence[Office], language: str
) -> Iterator[Addressee]:
    for holder in holders:
        if holder.email:
            yield Addressee(
                key=_key(holder.email),
                name=called(holder, offices, language),
                address=holder.email,
                role=holder.role,
                division=holder.division,
            )


def _once(offices: Iterable[Addressee]) -> list[Addressee]:
    found: dict[str, Addressee] = {}
    for office in offices:
        known = found.get(office.key)
        name = f"{known.name}; {office.name}" if known else office.name
        found[office.key] = replace(office, name=name)
    return list(found.values())
