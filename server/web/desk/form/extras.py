"""The part of a petition's form with what it may have besides, between its fields and `Extras`."""

from __future__ import annotations

from server.core.petitions.extras import EXTRA_LINES, Extras
from server.web.http.forms import FormValues

#: The fields in the order of the form.
EXTRA_FIELDS = tuple(EXTRA_LINES)


def extras_of(values: FormValues) -> Extras:
    """What is typed."""
    return Extras(**{name: values.get(name, "") for name in EXTRA_LINES})


def extra_values(extras: Extras) -> dict[str, str]:
    """The form's values for them."""
    return {name: getattr(extras, name) for name in EXTRA_LINES}
