"""What the product says today, and what each catalogue makes of it."""

from __future__ import annotations

import tomllib
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.harness.product import ROOT

Sentence = tuple[str, ...]  # the singular, and the plural where there is one


@cache
def extracted(only: str = "") -> frozenset[Sentence]:
    """What templates and code say today, found as `make messages` finds it."""
    return frozenset(sentence for file, sentence in _extracted() if file.startswith(only))


@cache
def _extracted() -> frozenset[tuple[str, Sentence]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    mappings = settings["tool"]["babel"]["mappings"]
    found = extract_from_dir(
        ROOT,
        method_map=[(m["pattern"], m["method"]) for m in mappings],
        options_map={
            m["pattern"]: {k: v for k, v in m.items() if k not in {"pattern", "method"}}
            for m in mappings
        },
    )
    return frozenset((file, sentence_of(message)) for file, _, message, _, _ in found)


def texted() -> frozenset[Sentence]:
    """What we send as texts."""
    return extracted("templates/sms/")


def catalogue(language: str) -> Catalog:
    with (ROOT / "templates" / "locale" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def sentence_of(message: object) -> Sentence:
    return tuple(map(str, message)) if isinstance(message, list | tuple) else (str(message),)
