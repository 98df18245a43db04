"""Who decides, and how a signer reaches them: their own mail first, then a form or a call.

All is in the page's language but for what the office shall read or hear: that is in the petition's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from server.core.letters.offices import key_of, key_of_holder
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.draft import DecisionMaker
from server.core.places.decision_makers import Office, Officeholder, called, title_of
from server.core.places.outcomes import Missing, Why
from server.web.public.letters.place import Say, Whereabouts
from server.words.render import N_

ACT = N_("Please act on this petition:")
THANK = N_("Thank you for agreeing to this petition:")
#: What whoever calls may say, at most 60 words with a title.
SCRIPT = N_(
    "Hello. You decide for the place where I live. Please act on the petition “{title}”. Thank you."
)
MISSING_WORDS: dict[Why, str] = {
    "vacant": N_("{title}: nobody is in office now."),
    "none": N_("{title}: where you live there is none who votes."),
    "ended": N_("{title}: their time is over, and we do not know yet who follows."),
    "unsure": N_("{title}: we cannot tell who is yours."),
    "map": N_("{title}: the districts are new, and we do not know yet which one is yours."),
    "unknown": N_("{title}: we do not know who that is where you live."),
}
NOBODY_KNOWN = N_("We do not know yet who decides where you live.")


@dataclass(frozen=True, slots=True)
class Reach:
    """Somebody who decides, and how they are reached; '' for what is not known. Who has `agreed`
    is thanked."""

    name: str
    email: str
    form: str
    phone: str
    hours: str = ""
    agreed: bool = False
    office: str = ""  # its key, if a letter reaches them


def reaches(
    petition: Petition, place: Whereabouts | None, language: str, agreed: Collection[str]
) -> list[Reach]:
    """Those whom the petition names, and those of the signer's place; `agreed` are the keys of
    offices."""
    found = [_named(who) for who in petition.decision_makers]
    if place and place.reached:
        holders = (*place.reached.who, *place.reached.offered)
        found += [_of_place(petition, holder, place.offices, language) for holder in holders]
    return [replace(one, agreed=one.office in agreed) for one in found]


def _named(who: DecisionMaker) -> Reach:
    return Reach(who.called, who.email, who.form, who.phone, office=key_of(who))


def _of_place(
    petition: Petition, holder: Officeholder, offices: Iterable[Office], language: str
) -> Reach:
    name = called(holder, offices, language)
    key = key_of_holder(petition, holder)
    return Reach(name, holder.email, holder.form, holder.phone, holder.hours, office=key)


def missing_words(place: Whereabouts | None, language: str, say: Say) -> list[str]:
    """Who is not to be found, and why."""
    if place is None:
        return []
    if place.reached is None:
        return [say(language, NOBODY_KNOWN)]
    missing: Iterable[Missing] = (*place.reached.said, *place.reached.held)
    return [
        say(
            language,
            MISSING_WORDS[gap.why],
            title=title_of(gap.role, gap.division, place.offices, language),
        )
        for gap in missing
    ]
