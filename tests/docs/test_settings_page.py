"""`docs/settings.md` lists every command, figure and address of the product, and no other."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from prometheus_client.metrics import MetricWrapperBase
from starlette.routing import Route

from server import metrics
from server.app import routes
from server.cli import parser
from server.db import Database
from server.web.health import Operators
from server.web.http.requests import Methods
from tests.docs.documents import commands
from tests.harness.product import ROOT
from tests.harness.texts import phones

PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")


def section(title: str) -> str:
    """The part of the page below a heading of the second level."""
    found = re.search(rf"^## {title}$\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def rows(text: str) -> list[tuple[str, ...]]:
    """The cells of each row whose first cell is code, without the marks around them."""
    lines = re.findall(r"^\| (`.*) \|$", text, re.MULTILINE)
    return [tuple(cell.strip().strip("`") for cell in line.split(" | ")) for line in lines]


# Commands.


def arguments(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, str, str]]:
    """Every argument that is meant to be used: of which command, how it is written, its default.

    The demo's folder, which all of them take, once.
    """
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from arguments(below, f"{name} {word}".strip())
        elif action.help != argparse.SUPPRESS and action.dest not in _everywhere(name):
            yield name, spelled(action), default_of(action)


def _everywhere(name: str) -> set[str]:
    return {"help", "data"} if name else {"help"}


def spelled(action: argparse.Action) -> str:
    value = action.metavar or action.dest.upper()
    if action.choices:
        value = "{" + ",".join(action.choices) + "}"
    if action.option_strings:
        return action.option_strings[-1] + ("" if action.nargs == 0 else f" {value}")
    return f"[{value}]" if action.nargs == "?" else str(value)


def default_of(action: argparse.Action) -> str:
    if action.nargs == 0 or action.default in (None, "", [], argparse.SUPPRESS):
        return ""
    return str(action.default)


def test_every_command_is_listed_with_what_it_is_for() -> None:
    listed = rows(section("Commands").partition("### ")[0])
    assert listed == list(commands(parser()))


def test_every_argument_is_listed_with_its_default_and_meaning() -> None:
    listed = []
    for part in section("Commands").split("### ")[1:]:
        name = part.partition("\n")[0].strip().strip("`").removeprefix("undersigned").strip()
        for written, default, meaning in rows(part):
            assert meaning, written
            listed.append((name, written, default))
    assert sorted(listed) == sorted(arguments(parser()))


# Figures.


def counted() -> Iterator[tuple[str, str, str, str]]:
    """What is counted in memory: name, kind, labels and meaning, as Prometheus hears them."""
    for value in vars(metrics).values():
        if isinstance(value, MetricWrapperBase):
            [family] = value.describe()
            name = f"{family.name}_total" if family.type == "counter" else family.name
            yield name, family.type, ", ".join(value._labelnames), family.documentation


async def known(database_url: str) -> list[tuple[str, str, str, str]]:
    """What the database knows, likewise."""
    async with phones.text_door(database_url) as door:
        stored = await Operators(door.services)._stored()
        return [(name, "gauge", ", ".join(labels), meaning) for name, meaning, labels, _ in stored]


async def test_every_figure_is_listed_with_its_kind_labels_and_meaning(
    database_url: str, database: Database
) -> None:
    assert rows(section("Figures")) == [*counted(), *await known(database_url)]


# Addresses.


def addresses() -> Iterator[tuple[str, str]]:
    """Every address with the methods that it takes; HEAD, where GET is, goes without saying."""
    rooms = [Mock() for _ in inspect.signature(routes).parameters]
    for route in routes(*rooms):
        assert isinstance(route, Route)
        assert isinstance(route.endpoint, Methods)
        methods = sorted(route.endpoint._endpoints.keys() - {"HEAD"})
        yield re.sub(r":\w+(?=})", "", route.path), ", ".join(methods)


def test_every_address_is_listed_with_its_methods_and_what_is_there() -> None:
    listed = rows(section("Addresses"))
    assert [row[:2] for row in listed] == list(addresses())
    assert all(row[2] for row in listed)


@pytest.mark.parametrize("title", ["Commands", "Figures", "Addresses"])
def test_the_page_has_rows_to_compare(title: str) -> None:
    assert len(rows(section(title))) > 10
