"""The command `undersigned`: one file for each group of commands, each with its `add`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from server import __version__
from server.cli import mail, organizers, people, places, serving, store, texts
from server.errors import UndersignedError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. What went wrong is said in one line, without a trace."""
    options = parser().parse_args(argv)
    try:
        return int(options.run(options) or 0)
    except UndersignedError as error:
        print(f"undersigned: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


class _Command(argparse.ArgumentParser):
    """One command, or one action of it; the demo's folder may stand on either side of it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # SUPPRESS: where it is not said here, what was said before counts.
        _take_folder(self, argparse.SUPPRESS)


def _take_folder(parser: argparse.ArgumentParser, default: object) -> None:
    about = "the demo's folder (default: ./data)"
    parser.add_argument("--data", type=Path, default=default, metavar="FOLDER", help=about)


def parser() -> argparse.ArgumentParser:
    """Every command and its options; `docs/settings.md` lists them, and a test compares."""
    parser = argparse.ArgumentParser(prog="undersigned", description="The petition server.")
    parser.add_argument("--version", action="version", version=__version__)
    _take_folder(parser, Path("data"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Command)
    for group in (serving, store, people, organizers, places, texts, mail):
        group.add(commands)
    return parser
