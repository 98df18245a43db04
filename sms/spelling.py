"""The sender's letters: cleaned on the way in, found as words, and put together again as typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from sms.characters import visible

_APOSTROPHES: Final = "'‘’‚ʼ`´"
_HYPHENS: Final = "-‐‑"
_JOINERS: Final = "\u200c\u200d"
_FULL_WIDTH: Final = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: " "}
_CHUNK: Final = re.compile(r"[^\s,;:<>]+")
# Apostrophes and hyphens belong to a word where they join letters: O'Brien, Lake-Jones.
_WORD: Final = re.compile(r"[^\s'-]+(?:['-][^\s'-]+)*")


class Word(NamedTuple):
    """A word, folded, and where it stands in the cleaned text."""

    folded: str
    start: int
    end: int


# What phones and mail programs add below a text, and "-- ", which begins a signature in mail
# (RFC 3676, 4.3). Everything from there on is theirs, not the sender's.
_FOOTER: Final = re.compile(
    r"\n\s*(?:--\s*\n.*|(?:sent (?:from|via|with)|get outlook|enviado (?:desde|de|do|por)"
    r"|envoy[ée] (?:de|depuis|avec)|أرسل من|أُرسلت من|मेरे .{1,20} से भेजा|"
    r"được gửi từ|gửi từ) .*)\Z",
    re.IGNORECASE | re.DOTALL,
)


def clean(text: str) -> str:
    """The sender's text with letters in one normal form, digits as ours, no footer of a program,
    and nothing in it that cannot be seen."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" in lines:
        lines = _FOOTER.sub("", "\n" + lines).removeprefix("\n")
    if lines.isascii():
        return visible(lines)
    return visible(_ascii_digits(unicodedata.normalize("NFC", lines.translate(_FULL_WIDTH))))


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(char, char)) for char in text)


def runs(text: str) -> Iterator[re.Match[str]]:
    """Each run of letters and where it stands, with hyphens as "-" and apostrophes as "'".

    An address is one run of "_": nothing in ana@face.example is a petition's word.
    """
    # Looking for it inside the chunk, not by one expression, keeps this linear in "@@@@@…".
    masked = text
    if "@" in text:
        masked = _CHUNK.sub(lambda m: "_" * len(m[0]) if "@" in m[0][1:-1] else m[0], text)
    masked = masked.translate(_ASCII_MASK) if masked.isascii() else "".join(map(_mask, masked))
    return _WORD.finditer(masked)


def _mask(char: str) -> str:
    """`char` where it can be part of a word, otherwise a space: always one character."""
    if char in _APOSTROPHES:
        return "'"
    if char in _HYPHENS:
        return "-"
    return char if unicodedata.category(char)[0] in "LMN" or char in _JOINERS + "_" else " "


_ASCII_MASK: Final = {code: _mask(chr(code)) for code in range(128)}
_QUOTES: Final = re.compile(r'["“”„‟«»‹›<>*\[\]{}()~_^]')
_SINGLE_QUOTED: Final = re.compile(r"(?<!\w)['‘‚`]([^'‘’`]*)['’](?!\w)")
_SEPARATORS: Final = re.compile(r"[,;|\n،؛、।]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ]*")
_PUNCTUATION: Final = ".:!?¡¿/…–—-"


def rest_of(text: str, dropped: Iterable[Word] = ()) -> str:
    """`text` without the words `dropped`, and without the punctuation that has lost its sense."""
    for word in sorted(dropped, key=lambda word: -word.start):
        text = f"{text[: word.start]} {text[word.end :]}"
    if _PLAIN.fullmatch(text):  # nearly always
        return " ".join(text.split())
    text = _SINGLE_QUOTED.sub(r"\1", _QUOTES.sub(" ", text))
    parts = (" ".join(_spelt(part)) for part in _SEPARATORS.split(text))
    return ", ".join(part for part in parts if part).rstrip(_PUNCTUATION + _APOSTROPHES + " ")


def _spelt(part: str) -> Iterator[str]:
    for word in part.split():
        if word.strip(_PUNCTUATION + _APOSTROPHES):
            yield word.lstrip(_PUNCTUATION)
