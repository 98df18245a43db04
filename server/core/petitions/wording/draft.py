"""What an organizer decides about a petition, and when that is well formed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from server.core.petitions import extras
from server.core.petitions.extras import LARGEST_NUMBER, NO_EXTRAS, Extras
from server.core.petitions.schedule import (
    NO_SCHEDULE,
    Schedule,
    normal_schedule,
    schedule_problems,
)
from server.core.values.contacts import normal_email
from server.core.values.names import tidy, tidy_lines
from server.core.values.postcodes import has_postcodes, is_country
from server.errors import InvalidInput, Problem

TITLE_LIMIT = 120
WORDING_LIMIT = 20_000
POST_LIMIT, POST_LINES = 300, 7  # letters and lines of a postal address: what a window shows
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
KEYWORD = re.compile(r"[A-Z][A-Z0-9]{1,11}")  # what every phone's keys can type
ROLE_WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
COUNTRY = re.compile(r"[A-Z]{2}")
#: Signs that mail knows in a name and nobody uses. In a link the address would end there, and what
#: follows become a part of the mail that a signer sends: a copy to somebody, another subject.
_ENDS_AN_ADDRESS = re.compile(r"[?&#%]")
_PHONE = re.compile(r"\+?[0-9 ()./-]{3,30}")


@dataclass(frozen=True, slots=True)
class Wording:
    """A petition in one language; blank lines part the paragraphs of `body`."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class DecisionMaker:
    """Whom the petition addresses, and the ways to reach them; '' where there is none."""

    name: str
    title: str = ""
    phone: str = ""
    email: str = ""
    form: str = ""
    post: str = ""  # a postal address, line by line

    @property
    def called(self) -> str:
        """The name, with the title or office."""
        return f"{self.name}, {self.title}" if self.title else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an organizer decides about a petition."""

    slug: str
    keyword: str
    language: str
    country: str
    wordings: Mapping[str, Wording]
    started_by: str = ""  # who asks; nothing opens without it
    decision_makers: tuple[DecisionMaker, ...] = ()
    roles: tuple[str, ...] = ()  # addresses whoever has these where its signer lives
    postcode_required: bool = True
    contact_required: bool = False
    goal: int | None = None
    origins: tuple[str, ...] = ()
    extras: Extras = NO_EXTRAS
    schedule: Schedule = NO_SCHEDULE

    @property
    def asker(self) -> str:
        """Who asks, with what they are."""
        kind = self.extras.asker_kind
        return f"{self.started_by} ({kind})" if kind else self.started_by

    @property
    def is_addressed(self) -> bool:
        """Whether it is to anybody."""
        return bool(self.roles or self.decision_makers)

    @property
    def has_office(self) -> bool:
        """Whether there is anybody to whom we can carry a letter."""
        return bool(self.roles) or any(who.email or who.post for who in self.decision_makers)


def validated(draft: Draft, reserved: frozenset[str]) -> Draft:
    """The draft in normal form. Raises `InvalidInput` with every problem at once.

    `reserved` are the command words of the SMS door: a keyword that is one would shadow it.
    """
    wordings = {
        language: Wording(tidy(wording.title), tidy_lines(wording.body))
        for language, wording in draft.wordings.items()
    }
    normal = Draft(
        slug=draft.slug.strip().lower(),
        keyword=draft.keyword.strip().upper(),
        language=draft.language,
        country=draft.country.strip().upper(),
        wordings={language: w for language, w in wordings.items() if w.title or w.body},
        started_by=tidy(draft.started_by),
        decision_makers=tuple(_tidy_decision_maker(d) for d in draft.decision_makers),
        roles=tuple(dict.fromkeys(draft.roles)),
        postcode_required=draft.postcode_required and has_postcodes(draft.country.strip().upper()),
        contact_required=draft.contact_required,
        goal=draft.goal,
        origins=tuple(o.strip().rstrip("/").lower() for o in draft.origins if o.strip()),
        extras=extras.normal(draft.extras, wordings.keys()),
        schedule=normal_schedule(draft.schedule),
    )
    found = [*_rule_problems(normal, reserved), *_wording_problems(normal)]
    if found := [*found, *extras.problems(normal.extras, normal.language)]:
        raise InvalidInput(*found)
    return normal


def _rule_problems(draft: Draft, reserved: frozenset[str]) -> list[Problem]:
    found = []
    if not SLUG.fullmatch(draft.slug):
        found.append(Problem("slug", "malformed" if draft.slug else "missing"))
    if not KEYWORD.fullmatch(draft.keyword):
        found.append(Problem("keyword", "malformed" if draft.keyword else "missing"))
    elif draft.keyword in reserved:
        found.append(Problem("keyword", "reserved"))
    if not (COUNTRY.fullmatch(draft.country) and is_country(draft.country)):
        found.append(Problem("country", "malformed"))
    found += schedule_problems(draft.schedule)
    if draft.schedule.opens and not draft.started_by:
        found.append(Problem("started_by", "missing"))
    if len(draft.started_by) > TITLE_LIMIT:
        found.append(Problem("started_by", "long"))
    if draft.goal is not None and not 1 <= draft.goal <= LARGEST_NUMBER:
        found.append(Problem("goal", "malformed"))
    if any(not re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?", o) for o in draft.origins):
        found.append(Problem("origins", "malformed"))
    if not all(map(ROLE_WORD.fullmatch, draft.roles)):
        found.append(Problem("roles", "malformed"))
    return found


def _wording_problems(draft: Draft) -> list[Problem]:
    found = []
    if draft.language not in draft.wordings:
        found.append(Problem("title", "missing"))
    for language, wording in draft.wordings.items():
        suffix = "" if language == draft.language else f"_{language}"
        for name, value, limit in (
            ("title", wording.title, TITLE_LIMIT),
            ("body", wording.body, WORDING_LIMIT),
        ):
            if not value:
                found.append(Problem(name + suffix, "missing"))
            elif len(value) > limit:
                found.append(Problem(name + suffix, "long"))
    for who in draft.decision_makers:
        if not who.name or len(who.name) > TITLE_LIMIT or len(who.title) > TITLE_LIMIT:
            found.append(Problem("decision_makers", "missing" if not who.name else "long"))
        if who.phone and not _PHONE.fullmatch(who.phone):
            found.append(Problem("decision_makers", "phone"))
        if who.email and (normal_email(who.email) is None or _ENDS_AN_ADDRESS.search(who.email)):
            found.append(Problem("decision_makers", "email"))
        if who.form and not re.fullmatch(r"https?://[^\s\"'<>]{3,300}", who.form):
            found.append(Problem("decision_makers", "form"))
        if len(who.post) > POST_LIMIT or who.post.count("\n") >= POST_LINES:
            found.append(Problem("decision_makers", "post"))
    return found


def _tidy_decision_maker(who: DecisionMaker) -> DecisionMaker:
    lines = (tidy(line) for line in who.post.splitlines())
    post = "\n".join(filter(None, lines))
    name, title, phone = tidy(who.name), tidy(who.title), tidy(who.phone)
    return DecisionMaker(name, title, phone, tidy(who.email), tidy(who.form), post)
