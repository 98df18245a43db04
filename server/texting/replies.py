"""What every reply needs: the words, in whose language, and how many segments they may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from server.config import LANGUAGES
from server.core.conversations.phones import STRANGER, Conversation, Standing
from server.core.conversations.wishes import Wish
from server.core.petitions.petitions import Petition
from server.services import Services
from sms.keywords import Command
from sms.segments import fit, fold_to_gsm7, measure

# Replies that may take two segments where a segment holds but 70 letters, of Arabic or Hindi.
_TWO = frozenset({"help", "help_none", "listed", "status", "status_held"})
_SHRINK = ("name", "title", "text", "keywords", "held", "body")


@dataclass(frozen=True, slots=True)
class Talk:
    """One text that is being answered: whose it is, what it says, what is known of its phone."""

    services: Services
    phone: str
    phone_key: bytes
    command: Command
    standing: Standing = field(default=STRANGER)

    @property
    def asked(self) -> Conversation | None:
        return self.standing.asked

    @property
    def petition(self) -> Petition | None:
        """The petition that the text names."""
        return self.services.directory.by_keyword.get(self.command.keyword or "")

    def language(self, petition: Petition | None = None) -> str:
        """That of the word that was used, else of our last reply, else of the petition."""
        if self.command.language in LANGUAGES:
            return str(self.command.language)
        if self.asked:
            return self.asked.language
        if self.standing.language:
            return self.standing.language
        petition = petition or self.petition
        return petition.language if petition else self.services.settings.language

    def general(self, language: str) -> dict[str, str]:
        """Fields of a reply that is about no petition, or about all."""
        keywords = [p.keyword for p in self.services.directory.open()]
        settings = self.services.settings
        return {
            "keyword": keywords[0] if keywords else "",
            "keywords": ", ".join(keywords),
            "contact": settings.contact or settings.public_url.partition("://")[2],
            "url": settings.public_url,
        }

    def about(self, petition: Petition, language: str) -> dict[str, str]:
        """Fields of a reply that is about this petition."""
        return {
            "keyword": petition.keyword,
            "title": petition.wording(language).title,
            "url": f"{self.services.settings.public_url}/p/{petition.slug}",
        }

    def word(self, language: str, reply: str, fields: Mapping[str, str], reserve: int = 0) -> str:
        """A reply of `templates/sms/replies.txt`, filled and shortened to its segments."""
        template = self.services.renderer.text(language, reply)
        return fitted(template, fields, limit_segments=segments(reply, template), reserve=reserve)

    def say(
        self,
        kind: str,
        reply: str,
        *,
        petition: Petition | None = None,
        language: str = "",
        keep: Conversation | None = None,
        **fields: str,
    ) -> Wish:
        """The wish of a text that changes nothing but, perhaps, what we wait to hear."""
        language = language or self.language(petition)
        known = self.about(petition, language) if petition else self.general(language)
        text = self.word(language, reply, known | fields)
        return Wish(
            kind=kind,
            answer=lambda _: text,
            language=language,
            petition_id=petition.id if petition else None,
            keep=keep,
        )


def segments(reply: str, template: str) -> int:
    """How many segments a reply may take, by its name and its words in one language."""
    if reply == "more":
        return 3
    return 2 if reply in _TWO and not _is_plain(template) else 1


def silent(wish: Wish) -> Wish:
    """The same wish, unanswered."""
    return replace(wish, answer=nothing, language=None)


def nothing(_: Any) -> None:
    """No reply."""


def fitted(
    template: str, fields: Mapping[str, str], *, limit_segments: int = 1, reserve: int = 0
) -> str:
    """A text with its `{fields}` filled, shortened where it must be.

    A link is whole or left out: a segment holds only 70 letters of Arabic or Hindi.
    """
    if "{url}" in template:
        fixed = tuple((k, v) for k, v in fields.items() if k not in _SHRINK)
        template = _with_room(template, fixed, limit_segments, reserve)
    return fit(template, limit_segments, reserve, _SHRINK, **fields)


@lru_cache(maxsize=1024)
def _with_room(
    template: str, fixed: tuple[tuple[str, str], ...], limit_segments: int, reserve: int
) -> str:
    """The template, without its link if that would not fit with all else shortened to nothing."""
    least = fold_to_gsm7(template.format_map({**dict.fromkeys(_SHRINK, ""), **dict(fixed)}))
    if measure(least + "x" * reserve).segments <= limit_segments:
        return template
    return " ".join(template.replace("{url}", "").split())


@lru_cache(maxsize=1024)
def _is_plain(template: str) -> bool:
    """Whether a text of ours is sent in the cheap alphabet as long as what is filled in is."""
    return measure(fold_to_gsm7(template)).encoding == "GSM-7"


def is_cheap(template: str, fields: Mapping[str, str]) -> bool:
    """Whether a text can be sent in GSM-7 without losing what is filled in."""
    if not _is_plain(template):
        return False
    used = [value for name, value in fields.items() if f"{{{name}}}" in template]
    return all(map(str.isascii, used)) or _is_plain(fold_to_gsm7(" ".join(used)))
