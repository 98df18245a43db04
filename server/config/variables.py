"""One variable of the environment: declared as a field, read, and checked against its shape."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.errors import Misconfigured

#: An expression for the whole of a value, and how people are told what it must be.
Must = tuple[str, str]
MOST_OF_ANY = 1_000_000_000  # of anything that a setting counts; databases take larger numbers


def setting(
    variable: str,
    default: str,
    meaning: str,
    must: Must = (".*", ""),
    secret: bool = False,
    within: tuple[int, int] = (0, MOST_OF_ANY),
) -> Any:
    """A field of `Settings`, read from `variable`; `default` is what the environment would say.

    `must` is the shape of the value, or of each part of a list, and how people are told of it. What
    is empty by default may be so; a `secret` is not repeated to anybody. `within` bounds a number.
    """
    told = {"variable": variable, "default": default, "doc": meaning, "within": within}
    return dataclasses.field(metadata={**told, "must": must, "secret": secret})


def value_of(field: dataclasses.Field[Any], environ: Mapping[str, str]) -> Any:
    """What this field of `setting` is in that environment, as its type; else its default.

    Raises `Misconfigured` in words that name the variable.
    """
    variable = field.metadata["variable"]
    given = _read(environ, variable)
    raw = field.metadata["default"] if given is None else given.strip()
    if field.type == "int":
        return _number(variable, raw, *field.metadata["within"])
    if field.type == "bool":
        if raw.lower() not in {"0", "1", "", "true", "false", "yes", "no"}:
            raise Misconfigured(f"{variable} must be 0 or 1, not {raw!r}")
        return raw.lower() in {"1", "true", "yes"}
    if field.type == "frozenset[str]":
        parts = frozenset(part.strip() for part in raw.split(",") if part.strip())
        for part in sorted(parts):
            _check(field, part)
        return parts
    _check(field, raw)
    return raw


def joined(defaults: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """Defaults, and what the environment says instead of them: a value, or a file that has it."""
    said = {variable.removesuffix("_FILE") for variable in environ}
    kept = {k: v for k, v in defaults.items() if k.removesuffix("_FILE") not in said}
    return kept | dict(environ)


def _number(variable: str, raw: str, least: int, most: int) -> int:
    # So long a number that Python would not even read it is none.
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= len(str(MOST_OF_ANY))):
        raise Misconfigured(f"{variable} must be a whole number up to {most}, not {raw[:20]!r}")
    if not least <= int(raw) <= most:
        raise Misconfigured(f"{variable} must be a number from {least} to {most}, not {raw}")
    return int(raw)


def _read(environ: Mapping[str, str], variable: str) -> str | None:
    path = environ.get(f"{variable}_FILE")
    if path and variable in environ:
        raise Misconfigured(f"{variable} and {variable}_FILE are both set: set one of them")
    if not path:
        return environ.get(variable)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Misconfigured(f"{variable}_FILE: cannot read {path} ({error.strerror})") from error


def _check(field: dataclasses.Field[Any], value: str) -> None:
    told = field.metadata
    shape, like = told["must"]
    may_be_empty = told["default"] == ""
    if not re.fullmatch(shape, value, re.DOTALL) and (value or not may_be_empty):
        found = "" if told["secret"] else f", not {value!r}"
        raise Misconfigured(f"{told['variable']} must be {like}{found}")
