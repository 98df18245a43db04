"""The questions that find who decides for a signer, and their answers.

A menu shows as many as its segments hold, each page with numbers from 1; what is left follows the
last number, or MORE. 0 is "not sure".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from server.core.conversations import gathering
from server.core.conversations.gathering import Gathering
from server.core.places import divisions, ocd
from server.core.places.outcomes import (
    REGION,
    AskDistrict,
    AskRegion,
    Choose,
    Option,
    Outcome,
)
from server.core.values.names import fold_name
from server.texting.letters.way import Told, Way, number_of
from server.texting.replies import segments, whole
from server.words.render import N_, Renderer
from sms.segments import measure

_OTHERS = N_("others")
_SHORTEST_NAME = 3  # letters of a name by which somebody is meant
_REPLIES = {"region": "letter_which_region", "district": "letter_which"}
Names = Mapping[str, Mapping[str, str]]  # of divisions, by language


@dataclass(frozen=True, slots=True)
class MenuPage:
    """What one text shows of a menu, and where the next goes on; None if nothing is left."""

    text: str
    shown: Sequence[Option]
    goes_on_at: int | None


async def ask(way: Way, question: Outcome) -> Told:
    """Ask it, and wait for the answer."""
    match question:
        case Choose():
            names = await _names(way, question)
            page = _page(way, question, names)
            told = way.told(_reply_of(question), menu=page.text)
        case AskDistrict(region=region):
            names = await _names(way, question)
            told = way.told("letter_district", region=_called(names, region, way.language))
        case AskRegion():
            told = way.told("letter_region")
        case _:
            await way.leave()
            return way.told("letter_nobody")
    await gathering.keep(way.tx, replace(way.on, step="place"))
    return told


def _reply_of(question: Choose) -> str:
    return _REPLIES["region" if question.level == REGION else "district"]


def not_found(way: Way, question: Outcome) -> Told:
    """What they said is none of what we asked for."""
    asks_region = isinstance(question, AskRegion)
    return way.told("letter_region_again" if asks_region else "letter_again", text=way.talk.said)


async def answered(way: Way, question: Outcome) -> Gathering | None:
    """How far it is with that answer; None where it means nothing."""
    said, on = way.talk.said, way.on
    number = number_of(said)
    if number == 0 or way.talk.reading.intent == "not_sure":
        return on.unsure(_level(question))
    names = await _names(way, question)
    if isinstance(question, Choose):
        page = _page(way, question, names)
        others = page.goes_on_at is not None and number == len(page.shown) + 1
        if others or way.talk.reading.intent == "more":
            return replace(on, shown_from=page.goes_on_at or 0)
        if number:
            chosen = page.shown[number - 1 : number]
            return on.answered(chosen[0].division) if chosen else None
    meant = _meant(question, said, number, names)
    return on.answered(meant) if meant else None


def _level(question: Outcome) -> str:
    return question.level if isinstance(question, Choose | AskDistrict) else REGION


def _options(question: Outcome) -> tuple[Option, ...]:
    match question:
        case Choose(options=options, other=other):
            return (*options, *other)
        case AskRegion(options=options) | AskDistrict(options=options):
            return options
    return ()


async def _names(way: Way, question: Outcome) -> Names:
    wanted = {option.division for option in _options(question)}
    if isinstance(question, AskDistrict):
        wanted.add(question.region)
    return await divisions.names(way.tx, wanted)


def menu_page(
    renderer: Renderer, language: str, question: Choose, names: Names, first: int = 0
) -> MenuPage:
    """As many as the text holds, from that option on, with which a page begins: what lies in
    slivers comes last, on pages of its own."""
    options, reply = _options(question), _reply_of(question)
    labels = [_label(option, question.level, names, language) for option in options]
    template, others = renderer.text(language, reply), renderer.say(language, _OTHERS)

    def text(end: int) -> str:
        lines = [f"{n} {label}" for n, label in enumerate(labels[first:end], 1)]
        left = [f"{end - first + 1} {others}"] if end < len(options) else []
        return ", ".join([*lines, *left])

    def fits(end: int) -> bool:
        said = whole(template, {"menu": text(end)})
        return measure(said).segments <= segments(reply, template)

    until = len(question.options) if first < len(question.options) else len(options)
    end = next((end for end in range(until, first + 1, -1) if fits(end)), first + 1)
    return MenuPage(text(end), options[first:end], end if end < len(options) else None)


def _page(way: Way, question: Choose, names: Names) -> MenuPage:
    """The page that was shown last, or is to be shown."""
    renderer = way.talk.services.renderer
    return menu_page(renderer, way.language, question, names, way.on.shown_from)


def _label(option: Option, level: str, names: Names, language: str) -> str:
    """By the names of who decides there; by its own where that is nobody, or all of a region."""
    whose = option.who if level != REGION else ()
    return "/".join(who.name for who in whose) or _called(names, option.division, language)


def _called(names: Names, division: str, language: str) -> str:
    """MT-2 for what has no name of its own."""
    if division in names:
        return divisions.called(names[division], language)
    region = ocd.region_of(division)
    parts = [region] if division == region else [region, division]
    return "-".join(part.rpartition(":")[2].upper() for part in parts)


def _meant(question: Outcome, said: str, number: int | None, names: Names) -> str | None:
    """The division that a text names: by its number, its name or two letters, or by who decides
    there; None where that is none, or not only one."""
    typed = fold_name(said)
    found: dict[str, set[str]] = {}
    for option in _options(question):
        for name in _names_of(option, names):
            found.setdefault(name, set()).add(option.division)
    own = found.get(str(number) if number else typed, set())
    if not own and len(typed) >= _SHORTEST_NAME:
        # West Virginia is not Virginia: the longest name counts.
        inside = [name for name in found if len(name) > 2 and f" {name} " in f" {typed} "]
        own = found[max(inside, key=len)] if inside else _by_word(found, typed)
    return next(iter(own)) if len(own) == 1 else None


def _by_word(found: Mapping[str, set[str]], typed: str) -> set[str]:
    """Where that is one word of a name, as a last name is."""
    words = [of for name, of in found.items() if typed in name.split()]
    return set().union(*words)


def _names_of(option: Option, names: Names) -> Iterator[str]:
    yield fold_name(option.division.rpartition(":")[2].replace("_", " "))
    yield from map(fold_name, names.get(option.division, {}).values())
    for who in option.who:
        yield fold_name(who.name)
