"""The offices to which a letter goes: those that a petition names, or those of its signer's place.

An office is known by its mailbox, whoever holds it: it gets one letter of each signer, at one pace.
One without a mailbox is known by its name, and gets its letters on paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from server.core.letters.congress import member_office
from server.core.letters.letter import Addressee, Channel
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.draft import DecisionMaker
from server.core.places import decision_makers, ocd
from server.core.places.dating import day_at
from server.core.places.decision_makers import Office, Officeholder, called, title_of
from server.core.places.outcomes import Chosen, Reached
from server.core.values.contacts import reached
from server.db import Transaction

#: How a letter goes, by the first word of an office's key.
_CHANNEL: dict[str, Channel] = {"mail": "smtp", "cwc": "cwc", "post": "print"}


def office_key(address: str) -> str:
    """By what an office is known: all spellings of one mailbox are one."""
    return f"mail {reached(address).lower()}"


def key_of(who: DecisionMaker) -> str:
    """The key of the office of somebody whom a petition names; '' if no letter reaches them."""
    if who.email:
        return office_key(who.email)
    return f"post {who.called.casefold()}" if who.post else ""


def offices_named(petition: Petition) -> list[Addressee]:
    """The mailboxes of those whom the petition names, and the postal addresses of those without
    one: whoever shares one gets one letter."""
    return _once(
        Addressee(
            key=key_of(who),
            name=who.called,
            address=who.email or who.post,
            channel="smtp" if who.email else "print",
        )
        for who in petition.decision_makers
        if key_of(who)
    )


def postal_address(petition: Petition, office: Addressee) -> str:
    """Where a printed letter to that office goes as the petition has it now, else as it was when
    the letter was written; '' if nobody has said."""
    known = (who.post for who in petition.decision_makers if key_of(who) == office.key)
    stored = office.address if office.key.startswith("post ") else ""
    return next(known, "") or stored


def offices_reached(
    petition: Petition, found: Reached, offices: Sequence[Office]
) -> list[Addressee]:
    """Those of the signer's place: first who is reached, then the offices of which nobody is known
    yet, whose letters wait. `offices` are those of the petition's roles."""
    waiting = (
        Addressee(
            key=f"unknown {gap.role} {gap.division}",
            name=title_of(gap.role, gap.division, offices, petition.language),
            role=gap.role,
            division=gap.division,
            missing=gap.why,
        )
        for gap in found.held
    )
    return [*_once(_reached(petition, found.who, offices)), *waiting]


async def offices_of(
    tx: Transaction, petition: Petition, found: Reached, chosen: Chosen
) -> list[Addressee]:
    """All to whom a signer's letter goes: those whom the petition names, and those of their place.

    Where nobody of a role takes mail anywhere in the country, no letter waits for one. Whoever has
    said that their postcode leads to the wrong people is the only one who can say more.
    """
    offices = await decision_makers.offices(tx, petition.country, petition.roles)
    theirs = offices_reached(petition, found, offices)
    if chosen.not_mine:
        theirs = [replace(one, missing="unsure") if one.missing else one for one in theirs]
    takes = await decision_makers.roles_with_mail(tx, petition.country)
    theirs = [one for one in theirs if not one.missing or one.role in takes]
    return _once([*offices_named(petition), *theirs])


async def office_now(
    tx: Transaction, petition: Petition, office: Addressee, now: int
) -> Addressee | None:
    """The same office as it is today; None if the petition addresses it no more."""
    known = await _offices_today(tx, petition, office, now)
    return next((one for one in known if one.key == office.key), None)


async def office_instead(
    tx: Transaction, petition: Petition, office: Addressee, now: int
) -> Addressee | None:
    """The office that has taken the place of one: of the same role and division, or of the same
    name; None if there is none, or more than one."""
    known = await _offices_today(tx, petition, office, now)
    same = (office.role, office.division, "" if office.role else office.name)
    found = [o for o in known if (o.role, o.division, "" if o.role else o.name) == same]
    return found[0] if len(found) == 1 else None


async def _offices_today(
    tx: Transaction, petition: Petition, office: Addressee, now: int
) -> list[Addressee]:
    """Those among which an office is to be looked for."""
    if not office.role:
        return offices_named(petition)
    regions = [ocd.region_of(office.division)]
    holders = await decision_makers.officeholders(tx, petition.country, regions)
    theirs = [h for h in holders if h.on(day_at(now)) and h.role in petition.roles]
    offices = await decision_makers.offices(tx, petition.country, petition.roles)
    return _once(_reached(petition, theirs, offices))


def key_of_holder(petition: Petition, holder: Officeholder) -> str:
    """The key of the office of somebody of a place; '' if no letter reaches them. The best way
    comes first: mail, the system of Congress, paper."""
    if holder.email:
        return office_key(holder.email)
    if petition.congress_topic and (code := member_office(holder.role, holder.division)):
        return f"cwc {code}"
    return f"post {holder.address.casefold()}" if petition.prints_places and holder.address else ""


def _reached(
    petition: Petition, holders: Iterable[Officeholder], offices: Sequence[Office]
) -> Iterator[Addressee]:
    for holder in holders:
        if key := key_of_holder(petition, holder):
            kind, _, code = key.partition(" ")
            yield Addressee(
                key=key,
                name=called(holder, offices, petition.language),
                address={"mail": holder.email, "post": holder.address}.get(kind, code),
                channel=_CHANNEL[kind],
                role=holder.role,
                division=holder.division,
            )


def _once(offices: Iterable[Addressee]) -> list[Addressee]:
    found: dict[str, Addressee] = {}
    for office in offices:
        known = found.get(office.key)
        names = dict.fromkeys([known.name, office.name]) if known else [office.name]
        found[office.key] = replace(office, name="; ".join(names))
    return list(found.values())
