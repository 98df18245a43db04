"""Which petition a text names: its word as it is, glued, dotted or misspelt, and not a name."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from sms.reading.context import Context
from sms.reading.letters import Words
from sms.reading.pieces import Pieces

#: What may stand beside a petition's word that is meant as one.
_BESIDE: Final = "sJuhamcibo*L%^_&"
_AROUND: Final = ",.\n?¿eyglF"
_SPELT: Final = re.compile(r"N(?:,?N){2,}")


def split_glued(words: Words, context: Context) -> None:
    """SIGNFACE, FACEAna: two words, where the capitals or a sign word tell them apart."""
    known = context.petitions
    for at in range(len(words) - 1, -1, -1):
        word = words.folded[at]
        if len(word) < 5 or word in known or not (match := known.glued.search(word)):
            continue
        first, last = match.span()
        if first == 0 and _is_seam(words.exact[at], last):
            _split(words, at, last)
        elif first and last == len(word) and word[:first] in _SIGNS:
            _split(words, at, first)


_SIGNS: Final = frozenset(
    {"SIGN", "FIRMA", "FIRMAR", "SIGNER", "ASSINAR", "SIYEN", "FIRMO", "ASSINO"}
)


def _is_seam(word: str, at: int) -> bool:
    """FACEAna: capitals up to here, and a name begins."""
    return (
        at < len(word) and word[:at].isupper() and word[at].isupper() and word[at + 1 :].islower()
    )


def _split(words: Words, at: int, length: int) -> None:
    if words.ends[at] - words.starts[at] != len(words.folded[at]):
        return
    middle = words.starts[at] + length
    for column, one, two in (
        (words.folded, words.folded[at][:length], words.folded[at][length:]),
        (words.exact, words.exact[at][:length], words.exact[at][length:]),
        (words.starts, words.starts[at], middle),
        (words.ends, middle, words.ends[at]),
        (words.gaps, words.gaps[at], ""),
    ):
        column[at : at + 1] = [one, two]  # type: ignore[list-item]


#: What people hit instead of SIGN: the letters beside, the same keys of a keypad, two swapped.
_NEARLY_SIGN: Final = frozenset(
    (
        "SIGM SIGB SIGH SIGHN SIGNN SIIGN SIGGN SSIGN SGIN SING SINGN ISGN SIN SIG SIHN SIFN SIVN"
        " SUGN SOGN SKGN AIGN DIGN XIGN ZIGN WIGN SHIN SHGN SIGO SIHM SIGNI SIGNE SIGNA SIGNM"
        " SIGNB SIGNH FIRNA FIMRA FRIMA FIRMAA FURMA ASINAR ASSNAR SINGER SIGNAR"
    ).split()
)


def take_slip(pieces: Pieces) -> str:
    """SHIN FACE Ana Diaz 59801: the first word, taken for a sign word; as typed, or ''.

    Only before a petition's word, or before a whole name and a postcode, or alone.
    """
    line = pieces.line
    at = len(line) - len(line.lstrip(",.\ney"))
    if at >= len(line) or line[at] not in "Nw2dl" or pieces.folded(at) not in _NEARLY_SIGN:
        return ""
    behind = line[at + 1 :]
    if not (re.match(r"[,.l]*K|[,.]?[NwTp2]{2,}[^.\n]*[9P]|[,.]*$", behind)):
        return ""
    pieces.tags[at], pieces.entries[at] = "s", None
    return pieces.spelt(at)


def find_petitions(pieces: Pieces, context: Context) -> tuple[str, ...]:
    """The words of the petitions that are meant, also of one that was mistyped.

    A petition's word that is not meant as one becomes a word like others.
    """
    places = [at for at, tag in enumerate(pieces.tags) if tag == "K"]
    meant = [at for at in places if _is_meant(pieces, at, context)]
    chosen = _chosen(pieces, meant)
    for at in places:
        if at not in chosen:
            pieces.tags[at] = "w"
    if chosen:
        return tuple(dict.fromkeys(pieces.folded(at) for at in chosen))
    return _spelt(pieces, context) or _nearly(pieces, context)


def _is_meant(pieces: Pieces, at: int, context: Context) -> bool:
    """Whether a petition's word is meant as one, and is neither a name nor an everyday word."""
    tags, words = pieces.tags, pieces.words
    spelt = pieces.spelt(at)
    shouted = words.text.isupper() and any(
        exact.isupper() for place, exact in enumerate(words.exact) if place != pieces.first[at]
    )
    before, behind = _neighbour(tags, at, -1), _neighbour(tags, at, 1)
    if (
        (before and before in _BESIDE)
        or behind == "s"
        or (before and before in "l2<p" and ("s" in tags or "J" in tags))
    ):
        return True
    alone = not before and not behind
    if words.gaps[pieces.first[at]] == "-" and before and before in "Nw":
        return False
    loud = spelt.isupper() and len(spelt) > 1 and not shouted
    if context.asked and context.asked.petition and not loud:
        return alone or _begins_entry(pieces, at)
    if loud or alone or pieces.folded(at + 1 if at + 1 < len(tags) else at) in _PETITION:
        return True
    if shouted and not (before and behind):
        return True
    if "P" in tags or "7" in tags or "9" in tags:
        return not (before and behind) or (before in "Nw2pT" and behind in "P79")
    return not "".join(tags[:at] + tags[at + 1 :]).strip(_AROUND + "NwT2p@")


_PETITION: Final = frozenset({"PETITION", "PETICION", "PETICAO", "PETISYON", "PETITIONS"})


def _neighbour(tags: list[str], at: int, step: int) -> str:
    """The sign of the next piece that is more than courtesy; '' at the end of the text."""
    at += step
    while 0 <= at < len(tags) and tags[at] in _AROUND:
        at += step
    return tags[at] if 0 <= at < len(tags) else ""


def _begins_entry(pieces: Pieces, at: int) -> bool:
    """FACE Ana Diaz 59801, as the answer to a question: the whole text once more."""
    line = pieces.line
    fewest = 1 if pieces.spelt(at).isupper() else 2
    return not _neighbour(pieces.tags, at, -1) and bool(
        re.match(rf"[,.]?[Nw2pT]{{{fewest},}}[,.\nA-Z]*z?P", line[at + 1 :])
    )


def _chosen(pieces: Pieces, meant: list[int]) -> list[int]:
    """Those that are meant: several if they stand beside each other, else the best one.

    The one behind the sign word, before it, at the beginning, at the end, or else the first.
    """
    if len(meant) < 2:
        return meant
    line = pieces.line
    together = [
        at for one, at in pairwise(meant) if re.fullmatch(r"[&,l]*[&,][&,l]*", line[one + 1 : at])
    ]
    if together:
        return sorted({meant[meant.index(at) - 1] for at in together} | set(together))
    ranks = [
        (
            line[:at].rstrip(",.ldy")[-1:] != "s",
            line[at + 1 : at + 2] != "s",
            not pieces.spelt(at).isupper(),
            at,
        )
        for at in meant
    ]
    best = min(ranks)[-1]
    again = [
        at
        for at in meant
        if pieces.folded(at) == pieces.folded(best) and (line[:at].endswith(("s", "K")))
    ]
    return sorted({best, *again})


def _spelt(pieces: Pieces, context: Context) -> tuple[str, ...]:
    """F A C E, or F.A.C.E."""
    line = "".join(
        "N" if len(pieces.folded(at)) == 1 and tag not in "9K" else tag
        for at, tag in enumerate(pieces.tags)
    )
    for match in _SPELT.finditer(line):
        places = [at for at in range(*match.span()) if line[at] == "N"]
        for size in range(len(places), 2, -1):
            word = "".join(pieces.folded(at) for at in places[:size])
            if word in context.petitions and len(word) == size:
                for at in range(places[0], places[size - 1] + 1):
                    pieces.tags[at] = "K"
                return (word,)
    return ()


def _nearly(pieces: Pieces, context: Context) -> tuple[str, ...]:
    """FAEC behind the sign word, or before a whole name and a postcode."""
    if not context.petitions.near:
        return ()
    line = pieces.line
    at = _slip_place(line)
    if at is None or at >= len(line) or line[at] not in "Nwd2lyS":
        return ()
    word = context.petitions.near.get(pieces.folded(at))
    rest = line[at + 1 :].replace("P", "")
    if not word or not (re.match(r"[,.ndlyj]*[NwpT2]{2}", rest) or not rest.strip(",.y")):
        return ()
    pieces.tags[at] = "K"
    return (word,)


def _slip_place(line: str) -> int | None:
    """Where the petition's word would stand: behind the sign word, or first before an entry."""
    if (sign := line.rfind("s")) >= 0:
        return sign + 1
    start = len(line) - len(line.lstrip(",.\neyg"))
    return start if re.match(r".[,.]?[NwpT2]{2,}[,.\n]*[zA,]*P", line[start:]) else None
