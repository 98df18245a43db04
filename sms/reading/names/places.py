"""Cities, states and streets beside a name: what stands where a place stands becomes 'c'."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sms.reading.letters import is_capital
from sms.reading.pieces import Pieces

_NAME: Final = "NwT2p"
#: Behind "from" and "in", before "से"; Missoula, MT; 12 Oak St, Apt 4; a box at a post office.
_STREET: Final = re.compile(
    r"[97][NwdlpT2<C,]{0,4}#[^Pyn=s.\n]{0,14}|#[,]?[97](?:[,NwTCA]*(?=P))?|#[NwTC]{0,3}[97]?"
)
_BEHIND: Final = re.compile(r"<[lp<2]*(?:[CA]|[NwT2p]*T|[NwT][NwT2p]{0,2})(?:,?[CATt])*")
_BEFORE: Final = re.compile(r"(?:[CA]|[NwT2])>")
_LISTED: Final = re.compile(
    r"(?<=[NwT2f]),[NwT2pd]{1,3},?A(?=[,.]?(?:P|z|$|\n|F))|(?<=[egx2dlq]),[NwT]{1,3},A|(?<=[NwTp][NwT])T,?A|(?<=[NwT2f]),T(?:,?A)?(?=[,.]?(?:P|z|$|\n))"
)
#: Ana Diaz\nBelle Glade, FL
_BELOW: Final = re.compile(r"[.\n][NwT2pd]{1,3},?A(?=[,.]?(?:P|z|$|\n|F))")
_SURE: Final = re.compile(r"[p<]?C(?:,?[ACT])*|A|pT,?A")
#: María de los Ángeles Ruiz; "My name is Paris Hilton".
_INSIDE: Final = re.compile(
    r"(?<=[Nw]p)C(?=&?[Nw])|(?:(?<![^snK.\n])|(?<=[snK],))C(?=[Nw](?![NwT2p]))"
)
#: Soy Bo de Madison, 53703
_FROM: Final = re.compile(r"pT(?=,?P)")
_PERHAPS: Final = re.compile(r"pT")


def take_places(pieces: Pieces) -> None:
    """Tag every place; one that only might be a place stays a name if there is no other."""
    for match in _INSIDE.finditer(pieces.line):
        if is_capital(pieces.words.exact[pieces.last[match.start()] - 1]):
            pieces.tags[match.start()] = "w"
    line = pieces.line
    if "#" in line:
        line = _tag(pieces, line, _STREET, _is_street)
    if "<" in line:
        line = _tag(pieces, line, _BEHIND, _leaves_a_name)
    if ">" in line:
        line = _tag(pieces, line, _BEFORE, _leaves_a_name)
    if "A" in line or "T" in line:
        line = _tag(pieces, line, _LISTED, _leaves_a_name)
        line = _tag(pieces, line, _BELOW, _is_below_name)
    if "A" in line or "C" in line or "T" in line:
        line = _tag(pieces, line, _SURE, _always)
    if "pT" in line:
        line = _tag(pieces, line, _PERHAPS, _is_behind_name)
        _tag(pieces, line, _FROM, _is_behind_cue)


def _tag(
    pieces: Pieces, line: str, pattern: re.Pattern[str], judge: Callable[[str, re.Match[str]], bool]
) -> str:
    for match in pattern.finditer(line):
        if judge(line, match):
            for at in range(*match.span()):
                if pieces.tags[at] in "p2<" and pieces.is_capital(at) and line[at - 1 : at]:
                    continue  # An Do, Chicago
                if pieces.tags[at] not in ",.\nP":
                    pieces.tags[at] = "c"
    return pieces.line


def _is_behind_name(line: str, match: re.Match[str]) -> bool:
    """Behind a name of two words or more: Ana Diaz de Houston."""
    run = re.search(r"[NwTf2p]*$", line[: match.start()])
    return run is not None and len(run[0].replace("p", "")) > 1


def _is_below_name(line: str, match: re.Match[str]) -> bool:
    """Whether there is a name above it."""
    return bool(re.search("[NwT]", line[: match.start()]))


def _is_behind_cue(line: str, match: re.Match[str]) -> bool:
    return bool(re.search("n[lj,]*[NwT]", line[: match.start()]))


def _always(line: str, match: re.Match[str]) -> bool:
    return True


def _is_street(line: str, match: re.Match[str]) -> bool:
    if match[0] == "#" and line[match.start() - 1 : match.start()] in ("N", "w", "T", "2"):
        return False  # Christian Street
    return bool(re.search(rf"[{_NAME}]", line[: match.start()]))


def _leaves_a_name(line: str, match: re.Match[str]) -> bool:
    """Whether there is somebody else in the text whose name it can be, or it is surely a place."""
    if "C" in match[0] or "A" in match[0]:
        return True
    rest = line[: match.start()] + "." + line[match.end() :]
    return bool(re.search(r"[NwT]", re.sub(r"<[lp2]*[NwT2]{1,3}", ".", rest))) or "T" in match[0]
