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
from server.words.render import N_
from sms.reading import Reading
from sms.segments import fit, fold_to_gsm7, measure

_MENUS = frozenset({"letter_which", "letter_which_region", "letter_write_some", "letter_cannot"})
_MENUS |= {"letter_waits_some", "letter_states", "letter_answered", "letter_answered_by"}
_THREE = frozenset({"more", "more_if", "more_on", "letter_read", "letter_read_long"})
_THREE |= {"call_say", "call_ask", "answer_on"}
# Replies that may take two segments where a segment holds but 70 letters, of Arabic or Hindi.
_TWO = frozenset({"help", "help_none", "listed", "status", "status_held", "status_letters"})
_LISTS = ("keywords", "held", "names", "people", "states")
_SHRINK = (
    "name", "title", "text", "keywords", "held", "body", "who", "names", "people", "menu", "note",
    "states", "region", "rule",
)  # fmt: skip
_ANY = 100  # segments: nothing is shortened
_POSTCODE = N_("postcode")


@dataclass(frozen=True, slots=True)
class Talk:
    """One text that is being answered: whose it is, what it means, what is known of its phone, and
    its words."""

    services: Services
    phone: str
    phone_key: bytes
    reading: Reading
    standing: Standing = field(default=STRANGER)
    said: str = ""

    @property
    def asked(self) -> Conversation | None:
        return self.standing.asked

    @property
    def petition(self) -> Petition | None:
        """The petition that the text names."""
        named = self.reading.petitions
        return self.services.directory.by_keyword.get(named[0]) if named else None

    @property
    def is_known(self) -> bool:
        """Whether we have ever answered this phone."""
        return self.standing.language is not None or self.asked is not None

    def language(self, petition: Petition | None = None) -> str:
        """That which the person has chosen, else of the text, of our last reply, of the petition.

        A petition in one language is answered in it.
        """
        petition = petition or self.petition or self.services.directory.only
        standing, said = self.standing, self.reading.language
        spoken = list(petition.wordings) if petition else []
        own = petition.language if petition else self.services.settings.language
        if len(spoken) == 1 and not standing.chosen and self.reading.intent != "language":
            found = [None if self.reading.intent == "sign" else said, spoken[0]]
        else:
            guessed = said if self.reading.intent == "language" or not standing.chosen else None
            asked = self.asked.language if self.asked else None
            found = [guessed, standing.chosen, asked, standing.language, own]
        return next((code for code in found if code in LANGUAGES), "en") or "en"

    def general(self, language: str) -> dict[str, str]:
        """Fields of a reply that is about no petition, or about all."""
        opened = self.services.directory.open()
        keywords = [p.keyword for p in opened]
        settings = self.services.settings
        host = settings.public_url.partition("://")[2]
        return {
            "keyword": keywords[0] if keywords else "",
            "keywords": ", ".join(keywords),
            "contact": settings.contact or host,
            "who": settings.name or host,
            "url": settings.public_url,
            "place": self._place(language, opened[0].country if opened else settings.country),
        }

    def about(self, petition: Petition, language: str) -> dict[str, str]:
        """Fields of a reply that is about this petition."""
        return {
            "keyword": petition.keyword,
            "title": petition.wording(language).title,
            "url": f"{self.services.settings.public_url}/p/{petition.slug}",
            "place": self._place(language, petition.country),
            "rule": rule_of(petition, language),
        }

    def _place(self, language: str, country: str) -> str:
        """What a postcode is called there: English has a word of its own for the American one."""
        american = language == "en" and country == "US"
        return "ZIP code" if american else self.services.renderer.say(language, _POSTCODE)

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


def rule_of(petition: Petition, language: str) -> str:
    """What whoever signs it states of themselves, as a sentence; '' if nothing."""
    _, rule = petition.extras.said("eligibility", language, petition.language)
    return f"{rule.rstrip('.')}." if rule else ""


def segments(reply: str, template: str) -> int:
    """How many segments a reply may take, by its name and its words in one language."""
    if reply in _THREE:
        return 3
    if reply in _MENUS:
        return 2
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
    return fit(template, limit_segments, reserve, _SHRINK, _LISTS, **fields)


def whole(template: str, fields: Mapping[str, str]) -> str:
    """A text with its `{fields}` filled, and nothing shortened."""
    return fit(template, _ANY, 0, (), **fields)


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
