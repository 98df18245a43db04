"""The right people, or the question that is to be asked next; never a guess.

Where a postcode lies in one division, its decision makers are found. Where it may lie in several,
the signer chooses by their names; where the map has no postcodes for a day, or does not know this
one, they are asked for region and district. Whoever is not sure reaches those of the region alone,
and what goes to the others is held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from server.core.places import decision_makers, divisions, ocd
from server.core.places.decision_makers import Coverage, Office, Officeholder
from server.core.places.divisions import MILLION, Lies
from server.core.places.outcomes import (
    NOTHING_CHOSEN,
    REGION,
    SLIVER,
    TOLD,
    Addressing,
    AskDistrict,
    AskRegion,
    Choose,
    Chosen,
    Missing,
    Option,
    Outcome,
    Reached,
    Unknown,
    Why,
)
from server.db import Transaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known on a day, by region: who holds or has held an office, and the divisions to
    which postcodes lead or have led (`mapped`: whether then). Under '' are those of the country
    itself, which is a division."""

    day: str
    country: str
    offices: Sequence[Office]
    holders: Mapping[str, Sequence[Officeholder]]
    mapped: Mapping[str, Mapping[str, bool]]
    coverage: Sequence[Coverage]


async def find(
    tx: Transaction,
    addressing: Addressing,
    postcode: str,
    day: str,
    chosen: Chosen = NOTHING_CHOSEN,
) -> Outcome:
    """Whom a signer of that postcode reaches on a day (`2027-01-03`), or the next question.

    The postcode is folded, as `core/values/postcodes.py:fold_postcode` gives it; '' is none.
    """
    return (await find_many(tx, addressing, {postcode: chosen}, day))[postcode]


async def find_many(
    tx: Transaction, addressing: Addressing, chosen: Mapping[str, Chosen], day: str
) -> dict[str, Outcome]:
    """The same for many postcodes at once, each with what was chosen for it."""
    country = addressing.country
    lies = await divisions.of_postcodes(tx, country, chosen)
    named = {one.division for found in lies.values() for one in found}
    named |= {division for made in chosen.values() for division in made.divisions}
    facts = await _facts(tx, addressing, {ocd.region_of(d) for d in named}, day)
    found = {code: outcome(facts, lies[code], made) for code, made in chosen.items()}
    if AskRegion() in found.values():
        asked = AskRegion(tuple(map(Option, await divisions.regions(tx, country, day))))
        found = {code: asked if one == AskRegion() else one for code, one in found.items()}
    return found


async def _facts(tx: Transaction, addressing: Addressing, regions: set[str], day: str) -> Facts:
    country = addressing.country
    offices = await decision_makers.offices(tx, country, addressing.roles)
    holders = await decision_makers.officeholders(tx, country, regions)
    mapped = await divisions.with_postcodes(tx, country, regions, day)
    return Facts(
        day,
        ocd.country(country),
        offices,
        _by_region(holders, lambda holder: holder.division),
        {
            region: {division: mapped[division] for division in found}
            for region, found in _by_region(mapped, lambda division: division).items()
        },
        await decision_makers.coverage(tx, "people", country),
    )


def _by_region(things: Iterable[T], division: Callable[[T], str]) -> dict[str, list[T]]:
    grouped: dict[str, list[T]] = defaultdict(list)
    for thing in things:
        grouped[ocd.region_of(division(thing))].append(thing)
    return dict(grouped)


def outcome(facts: Facts, lies: Sequence[Lies], chosen: Chosen) -> Outcome:
    """What follows from the facts for a postcode that lies so; `AskRegion` without its options."""
    if not facts.offices:
        return Unknown()
    place = _Place(facts, lies, chosen)
    levels = dict.fromkeys(office.level for office in facts.offices if office.depth > 2)
    questions = [place.question(level) for level in levels]
    if any(office.depth == 2 for office in facts.offices):
        questions.append(place.question_of_region())
    return next((question for question in questions if question), None) or place.found()


class _Place:
    """Where one signer lives, as far as the map and they have said."""

    def __init__(self, facts: Facts, lies: Sequence[Lies], chosen: Chosen) -> None:
        self._facts, self._unsure = facts, chosen.unsure
        self._chosen = [division for division in chosen.divisions if self._is_known(division)]
        region = ocd.region_of(self._chosen[-1]) if self._chosen else None
        seen = [x for x in lies if region in {None, ocd.region_of(x.division)}]
        seen = [] if chosen.not_mine else seen
        self._now = [x for x in seen if x.on(facts.day)]
        # Those of a region and level without any postcodes on that day: they are somewhere in it.
        self._lost = {
            (ocd.region_of(x.division), ocd.level_of(x.division))
            for x in seen
            if not x.on(facts.day) and not self._is_mapped(x.division)
        }
        known = {ocd.region_of(x.division) for x in self._now} | {r for r, _ in self._lost}
        self._regions = [region] if region else sorted(known - {""})

    def _is_known(self, division: str) -> bool:
        region = ocd.region_of(division)
        if division == region:
            return region in self._facts.holders or region in self._facts.mapped
        return division in self._divisions_in(region)

    def _divisions_in(self, region: str) -> set[str]:
        """Those of the map of that day, or of the one before where there is none; and those that
        have or had somebody: the seat may be empty now."""
        held = self._facts.holders.get(region, ())
        had = {holder.division for holder in held if holder.valid_from <= self._facts.day}
        mapped = self._facts.mapped.get(region, {})
        return had | {d for d, now in mapped.items() if now or not self._is_mapped(d)}

    def _is_mapped(self, division: str) -> bool:
        """Whether the map of its region and level has postcodes on that day."""
        level, mapped = ocd.level_of(division), self._facts.mapped.get(ocd.region_of(division), {})
        return any(now and _is_of(d, level) for d, now in mapped.items())

    def _at(self, level: str) -> list[Option]:
        """Where it may be; a region stands for what is lost in it."""
        for division in reversed(self._chosen):
            if ocd.level_of(division) == level:
                return [Option(division)]
        options = [Option(x.division, x.share) for x in self._now if _is_of(x.division, level)]
        return options + [Option(region) for region, lost in sorted(self._lost) if lost == level]

    def _whole(self, level: str, region: str) -> str | None:
        """The division that is all of the region now, if it has one."""
        held = self._facts.holders.get(region, ())
        found = {holder.division for holder in held if holder.on(self._facts.day)}
        found |= {d for d, now in self._facts.mapped.get(region, {}).items() if now}
        return next((d for d in found if _is_of(d, level) and ocd.is_whole(d)), None)

    def question(self, level: str) -> Outcome | None:
        """What to ask about a level within regions; None if that is known, or nobody can say."""
        if level in self._unsure and not any(_is_of(d, level) for d in self._chosen):
            return self.question_of_region()
        match self._at(level):
            case [one] if ocd.depth_of(one.division) > 2:
                return None
            case [one]:
                return self._ask_district(one.division, level, "map")
            case []:
                if len(self._regions) != 1:
                    return self.question_of_region()
                return self._ask_district(self._regions[0], level, "postcode")
            case several:
                return self._choose(level, several)

    def question_of_region(self) -> Outcome | None:
        if len(self._regions) == 1 or REGION in self._unsure:
            return None
        if not self._regions:
            return AskRegion()
        options = [Option(region, self._share_of(region)) for region in self._regions]
        return self._choose(REGION, options)

    def _share_of(self, region: str) -> int | None:
        """By the level that says most of it: each level adds up to all of the region's part."""
        shares: dict[str, int] = defaultdict(int)
        for lies in self._now:
            if ocd.region_of(lies.division) == region:
                if lies.share is None:
                    return None
                shares[ocd.level_of(lies.division)] += lies.share
        return max(shares.values(), default=None)

    def _choose(self, level: str, options: Sequence[Option]) -> Choose:
        named = [
            Option(o.division, o.share, self._who(o.division))
            if level == REGION or _is_of(o.division, level)
            else o
            for o in options
        ]
        named.sort(key=lambda o: (-(o.share if o.share is not None else MILLION), _order(o)))
        slivers = [o for o in named if o.share is not None and o.share < SLIVER]
        if len(slivers) == len(named):  # something has to stand there
            slivers = slivers[1:]
        return Choose(level, tuple(o for o in named if o not in slivers), tuple(slivers))

    def _ask_district(
        self, region: str, level: str, why: Literal["postcode", "map"]
    ) -> AskDistrict | None:
        if level in self._unsure or self._whole(level, region):
            return None
        found = [d for d in self._divisions_in(region) if _is_of(d, level)]
        options = [Option(d, None, self._who(d)) for d in sorted(found, key=ocd.in_order)]
        return AskDistrict(region, level, tuple(options), why) if options else None

    def _who(self, division: str) -> tuple[Officeholder, ...]:
        """Those of the petition's roles who decide there now."""
        roles = {office.role for office in self._facts.offices}
        return tuple(h for h in self._holders(division) if h.role in roles)

    def _holders(self, division: str) -> list[Officeholder]:
        held = self._facts.holders.get(ocd.region_of(division), ())
        return [h for h in held if h.division == division and h.on(self._facts.day)]

    def found(self) -> Reached:
        who: list[Officeholder] = []
        missing: list[Missing] = []
        offered: list[Officeholder] = []
        for role in dict.fromkeys(office.role for office in self._facts.offices):
            these, gaps = self._of_role([o for o in self._facts.offices if o.role == role])
            who += these
            missing += gaps
            if any(gap.why == "none" for gap in gaps):
                offered += self._instead(role)
        return Reached(
            tuple(who),
            tuple(gap for gap in missing if gap.why not in TOLD),
            tuple(gap for gap in missing if gap.why in TOLD),
            tuple(offered),
        )

    def _of_role(self, offices: Sequence[Office]) -> tuple[list[Officeholder], list[Missing]]:
        """Those of one role, at whatever levels it is found; who is missing at all of them counts
        only if nobody is found at any."""
        who: list[Officeholder] = []
        seats: list[Missing] = []
        nowhere: list[Missing] = []
        for office in offices:
            place = self._where(office)
            if isinstance(place, Missing):
                nowhere.append(place)
                continue
            these = [h for h in self._holders(place) if h.role == office.role]
            who += these
            seats += self._empty(office, place, len(these))
        return who, seats or ([] if who else nowhere[:1])

    def _where(self, office: Office) -> str | Missing:
        """The division whose office it is."""
        if office.depth < 2:
            return self._facts.country if office.depth else ""
        region = self._regions[0] if len(self._regions) == 1 else ""
        if office.depth == 2:
            if region and ocd.level_of(region) != office.level:
                return Missing(office.role, region, "none", office.seats or 1)
            return region or Missing(office.role, "", "unsure", office.seats or 1)
        options = self._at(office.level)
        if len(options) == 1 and ocd.depth_of(options[0].division) > 2:
            return options[0].division
        if region and (whole := self._whole(office.level, region)):
            return whole
        return Missing(office.role, region, self._why_nowhere(office.level, region))

    def _why_nowhere(self, level: str, region: str) -> Why:
        if (region, level) in self._lost:
            return "map"
        return "unsure" if level in self._unsure or not region else "unknown"

    def _empty(self, office: Office, division: str, taken: int) -> list[Missing]:
        """The seats of an office that nobody holds."""
        empty = (office.seats or 1) - taken
        if empty <= 0:
            return []
        region, day = ocd.region_of(division), self._facts.day
        over = [
            h
            for h in self._facts.holders.get(region, ())
            if (h.division, h.role) == (division, office.role)
            and not h.closed
            and h.valid_to is not None
            and h.valid_to <= day
        ]
        spoken = any(
            one.valid_from <= day and one.speaks_for(office.role, division)
            for one in self._facts.coverage
        )
        why: Why = "ended" if over else "vacant" if spoken else "unknown"
        return [Missing(office.role, division, why, empty)]

    def _instead(self, role: str) -> list[Officeholder]:
        """Who decides for all of the region where there is no such office."""
        addressed = {office.role for office in self._facts.offices}
        instead = {o.instead for o in self._facts.offices if o.role == role} - addressed - {""}
        return [
            h
            for h in self._facts.holders.get(self._regions[0], ())
            if h.role in instead and h.on(self._facts.day) and ocd.is_whole(h.division)
        ]


def _is_of(division: str, level: str) -> bool:
    return ocd.level_of(division) == level


def _order(option: Option) -> list[str | int]:
    return ocd.in_order(option.division)
