"""Whether a text asks to be left alone, to be forgotten, or to take a signature back.

47 CFR 64.1200(a)(10): a stop word or any words by which a reasonable person would understand that.
It is heard as a clause of its own, or as a plain wish that we leave them alone; what is wished of
the world is none.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from sms.reading.lexicon import lexicon
from sms.reading.pieces import Pieces

Wish = Literal["", "stop", "stop_how", "remove", "undo"]
Clause = tuple[int, int]

_CLAUSE: Final = re.compile(r"[^,.?¿\nF]+")
#: Stop texting me; no more messages; don't write to me; मुझे मैसेज मत भेजो. The sender is in it, or
#: nothing is behind it that they could mean instead.
_FILL: Final = "lyeg2p"
_SENT: Final = re.compile(
    rf"[oOv][{_FILL}ovOn]*(?:[SM][{_FILL}n]*)+[EB]|E[{_FILL}]*(?:[SM][{_FILL}]*)*[vO][{_FILL}]*S|[SM][{_FILL}]*[vOo][{_FILL}]*[SEl]"
    rf"|[oO][{_FILL}ovO]*(?:[SM][{_FILL}<]*)+K?$|v[{_FILL}v<]*(?:S[{_FILL}]*)*M[{_FILL}<]*$|^[{_FILL}]*o[{_FILL}]*[EB]$|[SM][{_FILL}]*[oO]$|E[{_FILL}]*[vO][{_FILL}]*[SM]"
    rf"|v[{_FILL}v]*E[{_FILL}]*[SM]|v[{_FILL}v]*S[{_FILL}<]*$"
)
_UNABLE: Final = frozenset(
    (
        "CANT CANNOT WONT COULDNT ISNT ARENT WASNT HAVENT HASNT DIDNT DOESNT WOULDNT SHOULDNT AINT"
        " WITHOUT SIN SANS SEM NI NOR NEITHER"
    ).split()
)
_NUMBER: Final = re.compile(r"[Ru][lp2<y]*B|[Ru][ElYp2<]*U|[BU][lp2<y>]*R|[BE][lp2>]*U[l2]*R")
_DATA: Final = re.compile(r"R[lyp2]*D|D[lyp2]*R|R[lyp2]*E[lyp2<]*D")
_YOU: Final = frozenset("YOU YOURS USTEDES USTED UDS TI VOUS TOI VOCE VOCES OU NOU".split())
#: "My data deleted by the city" is wished of somebody else.
_BY: Final = frozenset("BY OF POR PAR PA PELA PELO PELOS PELAS FROM DE DA DO DU DES".split())
_ME: Final = re.compile(rf"[{_FILL}]*(?:R[lyp2]*E?|E[lyp2]*R)[{_FILL}]*")
_UNDO: Final = re.compile(r"u|[RO][lp2<]*Y|Y[lp2]*R")
#: What may stand beside a wish to take back, so that it is not about something else.
_BESIDE_UNDO: Final = frozenset("lyeg2uRYKNwTpjfPcAC<,.?OEnz&k\n7q=\x00")


#: Signs without which nothing is wished of us, but for a stop word.
_WISHES: Final = re.compile("[oOvuRXSMUB]")


def wish_of(pieces: Pieces, line: str) -> Wish:
    """What is wished of us, if anything."""
    if not _WISHES.search(line) and not _has_stop(pieces, line):
        return ""
    if _is_spaced(pieces):
        return "stop"
    clauses = [match.span() for match in _CLAUSE.finditer(line)]
    bound = "P" in line or is_offer(pieces, line)
    if not bound and (_is_wish(pieces, line, clauses)):
        return "undo" if _takes_back(pieces, line) else "stop"
    if _is_undo(pieces, line, clauses):
        return "undo"
    if not bound and _is_erasure(pieces, line, clauses):
        return "remove"
    if bound or not any(_is_stop(pieces, line, clause) for clause in clauses):
        return ""
    return "stop_how" if "K" in line else "stop"  # STOP LAKE may mean the petition


def language_of_stop(pieces: Pieces) -> str | None:
    """The language of the stop word in a text, if it tells one."""
    commands = lexicon().commands
    for at in range(len(pieces.tags)):
        for category, language, _ in commands.get(pieces.folded(at), ()):
            if category == "stop" and language:
                return language
    return None


def _has_stop(pieces: Pieces, line: str) -> bool:
    words = pieces.words.folded
    if len(words) > 6:
        return False
    few = len(words) <= 4 and any(word in _STOPS() for word in words)
    return few or "".join(words) in _STOPS() or " ".join(words) in _STOPS()


def _is_spaced(pieces: Pieces) -> bool:
    """S T O P: a stop word of which every letter is a word."""
    words = pieces.words.folded
    if len(words) < 4 or any(len(word) != 1 for word in words):
        return False
    found = lexicon().commands.get("".join(words), ())
    return any(category == "stop" for category, _, _ in found)


def _STOPS() -> dict[str, object]:  # noqa: N802 (a table)
    return lexicon().commands  # type: ignore[return-value]


def is_offer(pieces: Pieces, line: str) -> bool:
    """Another sender's offer, or what a program has written: its STOP is not for us."""
    offers = sum(1 for entry in pieces.entries if entry and "offer" in entry.kinds)
    return "@" in line or "$" in pieces.words.text or offers > 1 or (offers == 1 and len(line) > 8)


def _is_wish(pieces: Pieces, line: str, clauses: list[Clause]) -> bool:
    """Whether they ask that we leave them alone."""
    if any(tag == "X" and not _is_of_world(pieces, line, at) for at, tag in enumerate(line)):
        return True
    for first, last in clauses:
        clause = line[first:last]
        if _is_complaint(pieces, first, last):
            return True
        if _NUMBER.search(clause):
            return not _denied(clause, "R")
        match = _SENT.search(clause)
        if match and (
            _is_reproach(pieces, first + match.start(), first + match.end())
            or not (
                (_is_others(clause, match) and not _is_of_self(pieces, first))
                or _denied(clause, "oO")
                or _unable(pieces, first + match.start(), first + match.end())
            )
        ):
            return True
    return False


#: What is said of us alone: small words, who is meant, texts and their sending.
_OF_US: Final = frozenset("lyeg2pqSMEBnK<>")


def _is_complaint(pieces: Pieces, first: int, last: int) -> bool:
    """Why do you keep texting me: not for the first time, and of nobody else. But "why do you text
    me" asks who we are."""
    found = [_kinds(pieces, at) for at in range(first, last)]
    kinds = frozenset().union(*found)
    if not ({"why", "persist"} <= kinds and kinds & {"send", "messages"}):
        return False
    return bool(kinds & {"me", "messages"}) and all(
        pieces.tags[at] in _OF_US or own & {"persist", "me"}
        for at, own in enumerate(found, start=first)
    )


def _kinds(pieces: Pieces, at: int) -> frozenset[str]:
    entry = pieces.entries[at]
    return entry.kinds if entry else frozenset()


#: What is done to a phone, however it is spelt.
_TO_PHONES: Final = ("CONTACT", "MESSAG", "TEXT", "CALL", "MAIL", "PHONE")


def _is_of_world(pieces: Pieces, line: str, at: int) -> bool:
    """I revoke my consent to face scans: no consent to hear from us."""
    if not {"CONSENT", "PERMISSION"} & set(pieces.folded(at).split()):
        return False
    match = re.match(rf"[{_FILL}]*l[{_FILL}]*[KdNwT][^,.?\n]*", line[at + 1 :])
    if not match or re.search("[SMEBUD]", match[0]):
        return False
    behind = (pieces.folded(place) for place in range(at + 1, at + 1 + match.end()))
    return not any(word.startswith(_TO_PHONES) for word in behind)


def _is_reproach(pieces: Pieces, first: int, last: int) -> bool:
    """Why won't you stop texting me: "you" behind the verb that denies, and who is texted."""
    return "E" in pieces.tags[first:last] and any(
        pieces.tags[at] == "v" and pieces.folded(at + 1) in _ASKED for at in range(first, last - 1)
    )


_ASKED: Final = frozenset({"YOU", "U", "YA", "YALL", "YOU GUYS"})


def _is_of_self(pieces: Pieces, first: int) -> bool:
    """I'm at work stop texting: who speaks of themselves in a few words, and not of others."""
    return pieces.folded(first) in {"IM", "I AM"} and len(pieces.words) < 7


def _is_others(clause: str, match: re.Match[str]) -> bool:
    """बच्चों को परेशान मत करो: it is somebody else whom nobody should bother."""
    return bool(re.search("[dN]", clause[: match.start()])) and not re.search("[EBM]", match[0])


def _denied(clause: str, verbs: str) -> bool:
    """Don't stop, please don't remove."""
    match = re.search(rf"v[{_FILL}]*[{verbs}]", clause)
    return bool(match)


def _unable(pieces: Pieces, first: int, last: int) -> bool:
    """I can't text: no wish."""
    said = [at for at in range(first, last) if pieces.tags[at] in "v"]
    return bool(said) and all(pieces.folded(at) in _UNABLE for at in said)


def _takes_back(pieces: Pieces, line: str) -> bool:
    """Take me off FACE."""
    return "K" in line and "R" in line and not re.search(r"[SMBU]", line)


def _is_undo(pieces: Pieces, line: str, clauses: list[Clause]) -> bool:
    for first, last in clauses:
        clause = line[first:last]
        match = _UNDO.search(clause)
        if not match:
            named = re.search(
                r"R[lp2]*[NwT][NwTp2]*<[lp2]*K|R[Elp2<]*K|O[lp2]*K$|^[lyeg2]*R[Elyp2]*$", clause
            )
            if named and not _denied(clause, "RO") and ("K" in clause or "N" in line):
                return True
            continue
        if _denied(clause, "uRO") or re.search(r"[q?]", line):
            continue
        strong = any(pieces.folded(at) in _STRONG for at in range(first, last))
        others = [at for at in range(first, last) if pieces.tags[at] not in _BESIDE_UNDO]
        if strong or all(_is_petition(pieces, at) for at in others):
            return True
    return False


_STRONG: Final = frozenset(
    {"UNDO", "UNSIGN", "DESHACER", "DEFAIRE", "DESFAZER", "DEFE", "HOAN TAC"}
)


def _is_petition(pieces: Pieces, at: int) -> bool:
    entry = pieces.entries[at]
    return entry is not None and "later" in entry.kinds


def _is_erasure(pieces: Pieces, line: str, clauses: list[Clause]) -> bool:
    """Only "me" or "my data", as nearly the whole text."""
    for first, last in clauses:
        clause = line[first:last]
        rest = (line[:first] + line[last:]).strip(",.?\nlyeg2F")
        if len(rest) > 2 or _denied(clause, "R"):
            continue
        wished = _DATA.search(clause)
        if wished and len(clause) < 12 and not _is_of_others(pieces, first + wished.end(), last):
            return True
        if (
            "R" in clause
            and _ME.fullmatch(clause)
            and ("E" in clause or _is_plain(pieces, first, last))
        ):
            return True
    return False


def _is_of_others(pieces: Pieces, first: int, last: int) -> bool:
    """Whether somebody stands behind, of whom it is wished, or whose data it is."""
    return (
        last - first > 1
        and pieces.folded(first) in _BY
        and pieces.folded(first + 1) not in _YOU
        and pieces.tags[first + 1] not in "UDBEM"
    )


def _is_plain(pieces: Pieces, first: int, last: int) -> bool:
    """Whether only that is said, with courtesy: "delete please", but not "they should delete"."""
    said = [at for at in range(first, last) if pieces.tags[at] not in "yeg2"]
    return all(pieces.tags[at] == "R" or _is_insisting(pieces, at) for at in said)


def _is_stop(pieces: Pieces, line: str, clause: Clause) -> bool:
    """Whether a clause is a stop word and nothing besides: "I said stop", "STOP who is this"."""
    first, last = clause
    said = line[first:last]
    if re.match(rf"[{_FILL}]*o(?:q|n|l[vlq2p])", said) and _begins_anew(pieces, line, clause):
        return True
    if _ends_in_stop(pieces, line, clause):
        return True
    core = [
        at for at in range(first, last) if pieces.tags[at] != "K" and not _is_insisting(pieces, at)
    ]
    words = " ".join(pieces.folded(at) for at in core)
    if len(set(words.split())) == 1:
        words = words.split()[0]
    found = lexicon().commands.get(words, ())
    loose = _is_phrase(pieces, clause) or any(
        category == "stop" and _is_spelt(pieces, core, exact) for category, _, exact in found
    )
    hard = all(pieces.tags[at] == "o" for at in core) and bool(core)
    whole = not (line[:first] + line[last:]).strip(",.?¿\nlyegxF2N8vK")
    return (hard and loose) or (loose and whole and len(pieces.words) < 6)


def _is_phrase(pieces: Pieces, clause: Clause) -> bool:
    """Para ya, ça suffit: a stop phrase of words that mean little alone, with courtesy around."""
    first, last = clause
    while first < last and pieces.tags[first] in "ye":
        first += 1
    while first < last and pieces.tags[last - 1] in "ye":
        last -= 1
    words = " ".join(pieces.folded(at) for at in range(first, last))
    found = lexicon().commands.get(words, ()) if " " in words else ()
    return any(category == "stop" and not exact for category, _, exact in found)


#: What one says before "stop" that is no part of what should stop.
_BEFORE_STOP: Final = frozenset(
    "OMG WTF FFS UGH BRO BRUH DUDE JK LMAO SMH BTW BUT PERO MAIS MAS SPAM SCAM".split()
)
#: It must stop: the world has to.
_OUGHT: Final = frozenset("MUST SHOULD SHALL MAY WILL CAN NEED NEEDS THEY IT WE".split())


def _ends_in_stop(pieces: Pieces, line: str, clause: Clause) -> bool:
    """Thanks but stop; omg stop; these cost me money please stop."""
    first, last = clause
    match = re.search("o[yeg]*$", line[first:last])
    if not match or not match.start() or len(pieces.words) > 7 or "K" in line:
        return False
    at = first + match.start() - 1
    if pieces.tags[at] not in "ye" and pieces.folded(at) not in _BEFORE_STOP:
        return False
    before = {pieces.folded(place) for place in range(first, at + 1)}
    of_self = "E" in pieces.tags[first:at] or bool(before & _MYSELF)
    tags = set(pieces.tags[first:at])
    denied = pieces.tags[max(first, at - 1)] == "v"
    return not (before & _OUGHT or denied or tags & set("sJ" if of_self else "vqsJ"))


_MYSELF: Final = frozenset({"I", "MY", "IM", "I AM", "IVE"})


def _begins_anew(pieces: Pieces, line: str, clause: Clause) -> bool:
    at = line.index("o", clause[0]) + 1
    if pieces.folded(at) == "OR":
        return pieces.folded(at + 1) in {"I", "ILL", "IM", "I WILL"}
    return line[at] in "q" or pieces.folded(at) in {
        "I",
        "YOU",
        "YO",
        "JE",
        "EU",
        "THIS IS",
        "I AM",
        "IM",
        "MWEN",
    }


def _is_insisting(pieces: Pieces, at: int) -> bool:
    entry = pieces.entries[at]
    return (
        entry is not None
        and pieces.tags[at] not in "oO"
        and bool(entry.kinds & {"insist", "courtesy", "greeting", "yes", "no"})
    )


def _is_spelt(pieces: Pieces, core: list[int], exact: str) -> bool:
    if not exact:
        return True
    words = pieces.words
    return bool(core) and words.exact[pieces.first[core[0]]].lower() == exact
