"""The schema's numbered steps, one SQL file each.

One text serves every engine: a line that ends in `-- sqlite` or `-- postgres` belongs to that
engine alone, and types are SQLite's names, translated for PostgreSQL. A statement ends with the
line that ends in a semicolon: those inside a trigger have its `END` behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

_LINE_OF_ENGINE = re.compile(r"--\s*(sqlite|postgres)\s*$")
_COMMENT = re.compile(r"--.*$", re.MULTILINE)
_END = re.compile(r";[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    statements: tuple[str, ...]


def migrations(engine: str) -> Iterator[Migration]:
    """All steps for one engine, in order."""
    files = (f for f in resources.files(__package__).iterdir() if f.name.endswith(".sql"))
    for file in sorted(files, key=lambda f: f.name):
        number, _, name = file.name.removesuffix(".sql").partition("_")
        yield Migration(int(number), name, _statements(file.read_text("utf-8"), engine))


def _statements(text: str, engine: str) -> tuple[str, ...]:
    def ours(line: str) -> bool:
        mark = _LINE_OF_ENGINE.search(line)
        return mark is None or mark[1] == engine

    kept = "\n".join(line for line in text.splitlines() if ours(line))
    if engine == "postgres":
        kept = re.sub(r"\bINTEGER\b", "BIGINT", re.sub(r"\bBLOB\b", "BYTEA", kept))
    return tuple(s.strip() for s in _END.split(_COMMENT.sub("", kept)) if s.strip())
