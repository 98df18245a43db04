"""What an office wrote, without the letter that its mail program quotes.

Libraries know by what words a quotation begins in English and a few other languages. We know more:
it has our own address in its first lines, or begins with `>`.
"""

from __future__ import annotations

import re

LINES_LIMIT = 2000
_LEAD_LIMIT = 300  # characters of a line that announces a quotation
#: What mail programs set above what they quote: "-----Original Message-----", underscores.
_RULE = re.compile(r"\s*[-_=*]{3,}[^.]*$")
#: "Le mar. 1 déc. 2026 à 10:00, Petition a écrit :", and the first half of what is broken in two.
_SAID = re.compile(r".*\d.*[:：]\s*$|.*<\s*$")
_TOKEN_BEFORE_AT = re.compile(r"[a-z2-7]{42}@", re.IGNORECASE | re.ASCII)


def said_in(text: str, ours: str) -> str:
    """The answer alone, whether it stands above the quotation, below it or in between; `ours` is
    the address that letters come from. '' where nothing is left."""
    lines = [line.rstrip() for line in text.splitlines()[:LINES_LIMIT]]
    first = next((n for n, line in enumerate(lines) if _is_quoted(line, ours)), len(lines))
    above = "\n".join(_without_lead(lines[:first])).strip()
    if above:
        return above
    rest = [line for line in lines[first:] if not _is_quoted(line, ours)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rest)).strip()


def _is_quoted(line: str, ours: str) -> bool:
    if line.lstrip().startswith(">"):
        return True
    return ours.lower() in line.lower() or bool(_TOKEN_BEFORE_AT.search(line))


def _without_lead(lines: list[str]) -> list[str]:
    """Without what announces the quotation at the end of these."""
    kept = list(lines)
    while kept and _is_lead(kept[-1]):
        kept.pop()
    return kept


def _is_lead(line: str) -> bool:
    if len(line) > _LEAD_LIMIT:
        return False
    return not line.strip() or bool(_RULE.fullmatch(line) or _SAID.fullmatch(line))
