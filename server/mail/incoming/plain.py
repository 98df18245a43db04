"""A page of HTML as plain text, for mails that have no other.

Scripts, styles and whatever else is not shown are left out; what is quoted begins with `> `, as in
a plain mail; a link is followed by its address, so that nobody is led elsewhere unseen. The page is
cut at each `<` and gone through once: Python's parser takes minutes for some pages of no sense.
"""

from __future__ import annotations

import html
import re

_LINES = frozenset(
    "address article blockquote br dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li ol p pre"
    " section table tr ul".split()
)
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote"})
_CELLS = frozenset({"td", "th"})
#: What is no text up to its end.
_UNSHOWN = frozenset({"script", "style", "title", "template", "noscript"})
_TAG = re.compile(r"(/?)([a-z][a-z0-9]{0,20})(?![a-z0-9])", re.IGNORECASE)
_TAG_LIMIT = 1000  # characters of a tag in which a link is looked for
_LINK = re.compile(r"\bhref\s{0,9}=\s{0,9}[\"']?(https?://[^\s\"'<>]{1,300})", re.IGNORECASE)


def plain(page: str) -> str:
    """The words of that page, line by line."""
    first, *rest = page.split("<")
    reader = _Reader()
    reader.words(first)
    for piece in rest:
        reader.piece(piece)
    lines = (" ".join(line.split()) for line in "".join(reader.said).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader:
    def __init__(self) -> None:
        self.said: list[str] = []
        self._until = ""  # what ends the piece of the page that is not shown
        self._head = False
        self._quoted = 0
        self._link = ""

    def piece(self, piece: str) -> None:
        """What stands from one `<` up to the next."""
        if self._until == "-->" or (not self._until and piece.startswith("!--")):
            _, ended, piece = piece.partition("-->")
            self._until = "" if ended else "-->"
            self.words(piece)
            return
        if self._until and piece[: len(self._until)].lower() != self._until:
            return
        self._until = ""
        inside, ended, words = piece.partition(">")
        found = _TAG.match(inside)
        if found and ended:
            self._tag(bool(found[1]), found[2].lower(), inside[:_TAG_LIMIT])
        self.words(words if ended and (found or piece[:1] in "!?") else f"<{piece}")

    def words(self, words: str) -> None:
        if not (self._until or self._head):
            self.said.append(re.sub(r"\s+", " ", html.unescape(words)))

    def _tag(self, closes: bool, tag: str, inside: str) -> None:
        if tag in _UNSHOWN and not closes:
            self._until = f"/{tag}"
        if tag in {"head", "body"}:
            self._head = tag == "head" and not closes
        if tag == "blockquote":
            self._quoted = max(self._quoted + (-1 if closes else 1), 0)
        if tag == "a":
            self._anchor(inside)
        if tag in _CELLS:
            self.said.append(" ")
        if tag in _LINES and not self._head:
            self._part(tag)

    def _anchor(self, inside: str) -> None:
        """Where it leads is told behind its words."""
        if self._link and not self._head:
            self.said.append(f" <{self._link}> ")
        found = _LINK.search(inside)
        self._link = html.unescape(found[1]) if found else ""

    def _part(self, tag: str) -> None:
        quote = "> " if self._quoted else ""
        self.said.append(f"\n{quote}\n{quote}" if tag in _APART else f"\n{quote}")
