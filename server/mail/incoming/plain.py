"""A page of HTML as plain text, for mails that have no other.

Scripts, styles and whatever else is not shown are left out; what is quoted begins with `> `, as in
a plain mail; a link is followed by its address, so that nobody is led elsewhere unseen.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HIDDEN = frozenset({"head", "script", "style", "title", "template", "noscript"})
_LINES = frozenset(
    "address article blockquote br dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li ol p pre"
    " section table tr ul".split()
)
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote"})
_CELLS = frozenset({"td", "th"})
_LINK_LIMIT = 300  # characters


def plain(page: str) -> str:
    """The words of that page, line by line."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.said).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._hidden = self._quoted = 0
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._hidden = 0  # a head that nobody has closed
        self._hidden += tag in _HIDDEN
        self._quoted += tag == "blockquote"
        if tag == "a":
            self._link = (dict(attrs).get("href") or "")[:_LINK_LIMIT]
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(self._hidden - (tag in _HIDDEN), 0)
        self._quoted = max(self._quoted - (tag == "blockquote"), 0)
        if tag == "a" and self._link.startswith(("http://", "https://")):
            self.said.append(f" <{self._link}> ")
        self._link = "" if tag == "a" else self._link
        if tag != "br":
            self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.said.append(re.sub(r"\s+", " ", data))

    def _part(self, tag: str) -> None:
        if tag in _CELLS:
            self.said.append(" ")
        if tag in _LINES and not self._hidden:
            quote = "> " if self._quoted else ""
            self.said.append(f"\n{quote}\n{quote}" if tag in _APART else f"\n{quote}")
