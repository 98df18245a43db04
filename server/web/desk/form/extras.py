"""The part of a petition's form with what it may have besides, between its fields and `Extras`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from server.config import LANGUAGES
from server.core.petitions.extras import EXTRA_LINES, EXTRA_WORDS, Extras, Threshold, topics_of
from server.web.desk.form.numbers import read_numbered
from server.web.http.forms import FormValues

T = TypeVar("T")
#: Beside who asks.
ASKER_FIELDS = EXTRA_LINES
#: The others in the order of the form; most stand once for each language.
EXTRA_FIELDS = ("topics", "eligibility", "question", "partners", "thresholds", "thanks")
EXTRA_TICKS = ("organizations",)
_TICKED = "1"


def extras_of(values: FormValues, stored: Extras) -> Extras:
    """What is typed. What the form cannot show of what is stored is kept as it is."""

    def by_language(name: str, read: Callable[[str], T]) -> dict[str, T]:
        known: Mapping[str, T] = getattr(stored, name)
        hidden = {code: said for code, said in known.items() if code not in LANGUAGES}
        return hidden | {code: read(values.get(f"{name}_{code}", "")) for code in LANGUAGES}

    typed: dict[str, Any] = {name: values.get(name, "") for name in EXTRA_LINES}
    typed |= {name: by_language(name, str) for name in EXTRA_WORDS}
    typed |= {name: values.get(name) == _TICKED for name in EXTRA_TICKS}
    typed["topics"] = topics_of(values.get("topics", ""))
    typed["partners"] = tuple(values.get("partners", "").splitlines())
    return Extras(**typed, thresholds=by_language("thresholds", _thresholds))


def extra_values(extras: Extras) -> dict[str, str]:
    """The form's values for them."""
    values = {name: getattr(extras, name) for name in EXTRA_LINES}
    values |= {name: _TICKED if getattr(extras, name) else "" for name in EXTRA_TICKS}
    values["topics"] = ", ".join(extras.topics)
    values["partners"] = "\n".join(extras.partners)
    for name in EXTRA_WORDS:
        values |= {f"{name}_{code}": text for code, text in getattr(extras, name).items()}
    for code, rows in extras.thresholds.items():
        values[f"thresholds_{code}"] = "\n".join(f"{row.number} {row.brings}" for row in rows)
    return values


def _thresholds(typed: str) -> tuple[Threshold, ...]:
    return tuple(Threshold(*read_numbered(line)) for line in typed.splitlines() if line.strip())
