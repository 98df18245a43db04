"""What documents claim about the tree: the paths, names, links and commands in their text."""

from __future__ import annotations

import argparse
import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from server.cli import parser
from server.config import TABLE
from tests.harness.product import ROOT

#: Folders whose files a document names by their whole path.
TOPS = {"server", "sms", "templates", "tests", "bench", "docs", ".github", ".ci"}
#: Endings of files of ours, wherever they lie.
SUFFIXES = {".py", ".md", ".html", ".po", ".sql", ".toml", ".lock", ".yaml"}
VARIABLES = {name for name, _, _ in TABLE} | {f"{name}_FILE" for name, _, _ in TABLE}

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w.*<>-]+(/[\w.*<>-]+)*/?")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_VARIABLE = re.compile(r"\b(?:UNDERSIGNED|TWILIO|AFRICASTALKING)_[A-Z_]+[A-Z]\b")
# What may stand before a command: settings for it, and the five fields of cron.
_BEFORE = re.compile(r"\w+=.*|[\d*/,-]+")


def documents(root: Path = ROOT) -> list[Path]:
    """Everything that is written for people to read, but the list of changes."""
    loose = [root / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
    return loose + sorted(root.glob("docs/*.md")) + sorted(root.glob(".github/**/*.md"))


def blocks(text: str, *languages: str) -> list[str]:
    """The fenced blocks in one of these languages."""
    return [body for language, body in _FENCE.findall(text) if language in languages]


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", text)


def faults(text: str, file: Path, root: Path = ROOT) -> list[str]:
    """Everything that a document names and that is not there."""
    spans, links = _SPAN.findall(prose(text)), _LINK.findall(prose(text))
    found = [fault for span in spans if (fault := _path_fault(span, root))]
    found += [fault for target in links if (fault := _link_fault(target, file))]
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    for command in [*spans, *lines]:
        found += command_faults(command, root)
    found += [f"no setting {name}" for name in _VARIABLE.findall(text) if name not in VARIABLES]
    return found


# Paths.


def _path_fault(span: str, root: Path) -> str | None:
    """`server/app.py` is a path, `server/app.py:routes` a name in that file; `<…>` stands for
    anything, as `*` does."""
    path, _, name = span.partition(":")
    if not _is_path(path):
        return None
    there = list(root.glob(re.sub(r"<[^>]*>", "*", path).rstrip("/")))
    if not there or (path.endswith("/") and not there[0].is_dir()):
        return f"no file {path}"
    return f"no {name} in {path}" if name and name not in names_in(there[0]) else None


def _is_path(text: str) -> bool:
    if not _PATH.fullmatch(text):
        return False
    path = PurePosixPath(text)
    if "/" in text:
        return path.parts[0] in TOPS or path.suffix in SUFFIXES
    return path.suffix in SUFFIXES and "*" not in text


@cache
def names_in(file: Path) -> frozenset[str]:
    """What a module defines: functions, classes, what they hold, and constants."""
    return frozenset(_names(ast.parse(file.read_bytes()), ""))


def _names(node: ast.AST, prefix: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name
            case ast.ClassDef(name=name):
                yield prefix + name
                yield from _names(child, f"{prefix}{name}.")
            case ast.Assign(targets=targets):
                for target in targets:
                    yield from (prefix + n.id for n in ast.walk(target) if isinstance(n, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield prefix + name


def _link_fault(target: str, file: Path) -> str | None:
    """A link to a page of the web is nobody's to check here."""
    if re.match(r"[a-z]+:", target):
        return None
    path, _, anchor = target.partition("#")
    other = (file.parent / path).resolve() if path else file
    if not other.exists():
        return f"a link to {path}, which is not there"
    if anchor and anchor not in anchors(other.read_text("utf-8")):
        return f"a link to {target}, which has no such heading"
    return None


def anchors(text: str) -> set[str]:
    """The headings as links name them."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(text)))
    return {heading.replace(" ", "-") for heading in plain}


# Commands.


def command_faults(line: str, root: Path = ROOT) -> Iterator[str]:
    """What is wrong with the commands of ours on one line of a shell; nothing of other commands."""
    for words in _commands(line):
        match words:
            case ["make", *rest]:
                targets = [word for word in rest if "=" not in word]
                yield from (f"no make {name}" for name in targets if name not in _targets(root))
            case [program, "-m", module, *_] if Path(program).name.startswith("python"):
                if module.split(".")[0] in TOPS and not _is_module(module, root):
                    yield f"no module {module}"
            case [program, *rest] if Path(program).name == "undersigned" and rest:
                if not _parses(rest):
                    yield f"no such command: {line.strip()}"


def _commands(line: str) -> Iterator[list[str]]:
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    command: list[str] = []
    try:
        for word in [*words, ";"]:
            if re.fullmatch(r"[();<>|&]+", word):
                yield command
                command = []
            elif command or not _BEFORE.fullmatch(word):
                command.append(word)
    except ValueError:  # an apostrophe: prose, and no command
        return


def _targets(root: Path) -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text("utf-8"), re.MULTILINE))


def _is_module(module: str, root: Path) -> bool:
    path = root.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


def commands(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, str]]:
    """Every command with what it is for."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for word, below in action.choices.items():
                full = f"{name} {word}".strip()
                yield from list(commands(below, full)) or [(full, helps[word])]


def _parses(words: list[str]) -> bool:
    """Whether the parser takes it; a command may also be named without its arguments."""
    if " ".join(words) in dict(commands(parser())):
        return True
    try:
        parser().parse_args(words)
    except SystemExit as end:
        return end.code == 0
    return True
