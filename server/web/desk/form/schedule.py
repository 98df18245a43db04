"""The part of a petition's form that says when it opens and closes, for owners alone: nobody else
may open or close a petition, so nobody else sets a clock to it."""

from __future__ import annotations

from server.core.petitions.schedule import Schedule
from server.web.http.forms import FormValues

SCHEDULE_FIELDS = ("zone", "opens", "closes")


def schedule_of(values: FormValues) -> Schedule:
    """What is typed."""
    return Schedule(*(values.get(name, "") for name in SCHEDULE_FIELDS))


def schedule_values(schedule: Schedule) -> dict[str, str]:
    """The form's values for it."""
    return {name: getattr(schedule, name) for name in SCHEDULE_FIELDS}


def with_schedule(values: FormValues, schedule: Schedule) -> dict[str, str]:
    """The form of somebody who is no owner: what they have typed does not change the times."""
    return {**values, **schedule_values(schedule)}
