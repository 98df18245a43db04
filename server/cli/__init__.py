"""The command `undersigned`: one file for each group of commands, each with its `add`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

from server import __version__
from server.errors import UndersignedError

#: Each group, and its commands. Only the file of the one that is asked for is loaded: together
#: they load nearly all of the product.
GROUPS: Final = {
    "serving": {"serve", "worker", "demo"},
    "store": {"init", "check", "clock", "backup", "restore", "migrate-to"},
    "people": {"petition", "key"},
    "organizers": {"organizer", "organization"},
    "places": {"decision-makers", "divisions"},
    "texts": {"sms"},
    "mail": {"mail-in", "bounced"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. What went wrong is said in one line, without a trace."""
    given = sys.argv[1:] if argv is None else argv
    options = parser(_asked_for(given)).parse_args(given)
    try:
        return int(options.run(options) or 0)
    except UndersignedError as error:
        print(f"undersigned: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


class _Parser(argparse.ArgumentParser):
    """What is typed wrongly is told in one line, as everything else that goes wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(1, f"undersigned: {message} (`{self.prog} --help` tells more)\n")


class _Command(_Parser):
    """One command, or one action of it; the demo's folder may stand on either side of it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # SUPPRESS: where it is not said here, what was said before counts.
        _take_folder(self, argparse.SUPPRESS)


def _take_folder(parser: argparse.ArgumentParser, default: object) -> None:
    about = "the demo's folder (default: ./data)"
    parser.add_argument("--data", type=Path, default=default, metavar="FOLDER", help=about)


def _asked_for(given: Sequence[str]) -> Collection[str]:
    """The group of the command; all where it is none, so that help and errors list them."""
    command = _command_of(given)
    return [group for group, commands in GROUPS.items() if command in commands] or GROUPS


def _command_of(given: Sequence[str]) -> str:
    """The first word that is not the demo's folder."""
    words = iter(given)
    for word in words:
        if word == "--data":
            next(words, None)
        elif not word.startswith("--data="):
            return word
    return ""


def parser(groups: Collection[str] = GROUPS) -> argparse.ArgumentParser:
    """Every command of these groups, and its options; `docs/settings.md` lists them, and a test
    compares."""
    parser = _Parser(prog="undersigned", description="The petition server.")
    parser.add_argument("--version", action="version", version=__version__)
    _take_folder(parser, Path("data"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Command)
    for group in groups:
        import_module(f"server.cli.{group}").add(commands)
    return parser
