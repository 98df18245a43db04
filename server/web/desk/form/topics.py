"""The topics of a petition on its form: ticks for those of the site, and a line for others."""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.core.petitions.extras import topics_of
from server.web.http.forms import FormValues

_TICK = re.compile(r"topic\d{1,2}")


@dataclass(frozen=True, slots=True)
class Topics:
    """What the form shows: the site's own topics, each with whether it is ticked, and the rest."""

    ticks: list[tuple[str, bool]]
    others: str


def with_topics(values: FormValues) -> dict[str, str]:
    """The form with all its topics in one line, as they are stored."""
    ticked = [value for name, value in values.items() if _TICK.fullmatch(name)]
    rest = {name: value for name, value in values.items() if not _TICK.fullmatch(name)}
    said = ", ".join([*ticked, *filter(None, [values.get("topics", "").strip()])])
    return {**rest, "topics": said} if said or "topics" in values else rest


def shown_topics(values: FormValues, offered: tuple[str, ...]) -> Topics:
    chosen = topics_of(values.get("topics", ""))
    ticks = [(topic, topic in chosen) for topic in offered]
    return Topics(ticks, ", ".join(topic for topic in chosen if topic not in offered))
