"""Where a signer lives: the questions of a letter's page, and the answers that its form carries on.

All answers travel in one hidden value (`place`), parted by spaces; the new one is `at`. Divisions
are written without what all of the country's begin with. Nothing of it is believed:
`core/places/answers.py` reads them anew, one question after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.core.letters.corrections import put_right
from server.core.petitions.petitions import Petition
from server.core.places import decision_makers, divisions, ocd
from server.core.places.answers import NOT_MINE, NOT_SURE, Followed, follow, offered
from server.core.places.decision_makers import Office, Officeholder, called
from server.core.places.divisions import called as named
from server.core.places.outcomes import AskDistrict, AskRegion, Choose, Option, Outcome, Reached
from server.core.values.names import tidy
from server.core.values.postcodes import POSTCODE_LIMIT, fold_postcode, normal_postcode
from server.db import Transaction
from server.words.render import N_

OPTIONS_SHOWN = 12  # of a long list on one page: it has to stay small
FEW = 8  # more than these are folded away
_QUESTIONS = {
    "choose": N_("Your postcode lies in several districts. Who is yours?"),
    "choose region": N_("Your postcode lies in several parts of the country. Where do you live?"),
    "region": N_("Where do you live?"),
    "postcode": N_("Which district do you live in?"),
    "map": N_("The districts are new there. Which one do you live in?"),
}
_NOBODY = N_("nobody is in office now")

Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What is known of a signer's place. `postcode` is as it is shown; without one that we can read
    (`fault`) there is nothing `followed`. `offices` are those of the petition's roles, `names`
    those of the divisions on offer."""

    postcode: str
    fault: str = ""
    followed: Followed | None = None
    offices: Sequence[Office] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def reached(self) -> Reached | None:
        found = self.followed.outcome if self.followed else None
        return found if isinstance(found, Reached) else None

    @property
    def is_asked(self) -> bool:
        """Whether there is something that only the signer knows."""
        return self.followed is None or bool(offered(self.followed.outcome))

    @property
    def corrected(self) -> str:
        """Where they live if that is not where their postcode leads; '' if it is."""
        known = self.followed if self.reached else None
        return put_right(known.chosen) if known else ""


async def whereabouts(
    tx: Transaction, petition: Petition, typed: str, form: Mapping[str, str], day: str
) -> Whereabouts:
    """What follows from a postcode and from a form's answers, for a petition that has roles."""
    assert petition.addressing  # noqa: S101 (only such a petition is asked)
    postcode, answers = _postcode(typed, petition.country), _answers(form, petition.country)
    if not postcode and NOT_MINE not in answers:
        fault = "postcode" if tidy(typed) or "postcode" in form else ""
        return Whereabouts(tidy(typed)[: 3 * POSTCODE_LIMIT], fault)
    followed = await follow(tx, petition.addressing, fold_postcode(postcode), day, answers)
    on_offer = {option.division for option in offered(followed.outcome)}
    on_offer |= {ocd.region_of(division) for division in on_offer}
    unanswered = "go" in form and not tidy(form.get("at", ""))
    return Whereabouts(
        postcode,
        "choice" if followed.refused or unanswered else "",
        followed,
        await decision_makers.offices(tx, petition.country, petition.roles),
        await divisions.names(tx, on_offer),
    )


def _postcode(typed: str, country: str) -> str:
    typed = tidy(typed)
    return (normal_postcode(typed, country) or "") if len(typed) <= 3 * POSTCODE_LIMIT else ""


def _answers(form: Mapping[str, str], country: str) -> list[str]:
    given = form.get("place", "").split()
    if "from" not in form:  # else they only turn the pages of a list
        given += form.get("at", "").split()[:1]
    return [a if a in {NOT_SURE, NOT_MINE} else f"{ocd.country(country)}/{a}" for a in given]


def place_value(place: Whereabouts, country: str) -> str:
    """The answers that were taken, as the next form carries them."""
    answers = place.followed.answers if place.followed else ()
    return " ".join(_short(answer, country) for answer in answers)


def _short(division: str, country: str) -> str:
    return division.removeprefix(f"{ocd.country(country)}/")


def question_words(
    place: Whereabouts, country: str, language: str, say: Say, start: int
) -> dict[str, Any]:
    """What the page asks: its sentence, what there is to choose from, and where the next page of a
    long list begins. `start` is where this one does."""
    assert place.followed  # noqa: S101
    outcome = place.followed.outcome
    label = _Labels(place, language, say)
    shown = [(_short(o.division, country), label(o)) for o in _first(outcome)]
    if isinstance(outcome, AskRegion):
        shown.sort(key=lambda option: option[1])
    start = start if start < len(shown) else 0
    size = len(shown) if isinstance(outcome, Choose) else OPTIONS_SHOWN
    return {
        "question": say(language, _QUESTIONS[_key(outcome)]),
        "options": shown[start : start + size],
        "other": [(_short(o.division, country), label(o)) for o in _slivers(outcome)],
        "folded": len(shown) > FEW,
        "more": _next(start, size, len(shown)),
    }


def _slivers(outcome: Outcome) -> Sequence[Option]:
    return outcome.other if isinstance(outcome, Choose) else ()


def _first(outcome: Outcome) -> Sequence[Option]:
    return outcome.options if isinstance(outcome, Choose) else offered(outcome)


def _key(outcome: Outcome) -> str:
    if isinstance(outcome, Choose):
        regions = all(ocd.depth_of(option.division) == 2 for option in outcome.options)
        return "choose region" if regions else "choose"
    return outcome.why if isinstance(outcome, AskDistrict) else "region"


def _next(start: int, size: int, of: int) -> int | None:
    """Where the next page of a list begins; after the last one the first; None if all is on one."""
    if of <= size:
        return None
    return start + size if start + size < of else 0


class _Labels:
    """What an option is called: who decides there, and the name of the place."""

    def __init__(self, place: Whereabouts, language: str, say: Say) -> None:
        self._place, self._language, self._say = place, language, say
        self._offices = place.offices
        outcome = place.followed and place.followed.outcome
        self._of_region = isinstance(outcome, AskDistrict)

    def __call__(self, option: Option) -> str:
        if ocd.depth_of(option.division) == 2:
            return self._division(option.division)
        said = "; ".join(map(self._who, option.who)) or self._say(self._language, _NOBODY)
        return f"{self._division(option.division)}: {said}"

    def _who(self, holder: Officeholder) -> str:
        """Of a region's whole list the names alone: their titles are all the same."""
        return holder.name if self._of_region else called(holder, self._offices, self._language)

    def _division(self, division: str) -> str:
        names, region = self._place.names, ocd.region_of(division)
        if division in names:
            return named(names[division], self._language)
        above = named(names[region], self._language) if region in names else ""
        own = division.rpartition(":")[2].replace("_", " ")
        if above and ocd.is_whole(division):
            return above
        return own if self._of_region else f"{above} {own}".strip()
