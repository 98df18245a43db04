"""What brings a petition to people: its addresses, and words and code to copy."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from server.config import LANGUAGES
from server.core.petitions.petitions import Petition
from server.web.desk.visit import Visit
from server.web.public.site import path_of
from server.words.render import N_, grouped

_ASK = N_("Please sign: {title} {link}")
_BY_TEXT = N_("No internet? Send a text to {number}: {words} {what}")
_COMMAND, _WHAT = N_("SIGN"), N_("your name, your postcode")


async def share(visit: Visit) -> None:
    """The addresses, and what can be copied. A draft is nobody's business yet."""
    petition, settings = await visit.petition(), visit.services.settings
    if petition.state == "draft":
        await visit.go_to_petition(petition)
        return
    link = settings.public_url + path_of(petition, None)
    await visit.send_petition_page(
        "figures/share",
        petition,
        {},
        link=link,
        short=link.partition("://")[2],
        by_text=settings.sms_number and _by_text(visit, petition, visit.language),
        sms_link=f"sms:{settings.sms_number}?body={quote(f'SIGN {petition.keyword} ')}",
        words=list(_ready_words(visit, petition, link)),
        form=_form_elsewhere(visit, petition, link),
        badge=visit.services.renderer.page(
            "web/organizer/figures/_badge_code.html",
            petition.language,
            link=link,
            petition=petition,
        ),
    )


def _ready_words(visit: Visit, petition: Petition, link: str) -> Iterator[tuple[str, str, str]]:
    """Of each language that it is written in: its code, its name, and words to send to others."""
    say = visit.services.renderer.say
    for code in (c for c in LANGUAGES if c in petition.wordings):
        there = link if code == petition.language else link.replace("/p/", f"/{code}/p/", 1)
        title, signs = petition.wordings[code].title, petition.state in {"open", "paused"}
        words = [say(code, _ASK, title=title, link=there) if signs else f"{title} {there}"]
        if signs and visit.services.settings.sms_number:
            words.append(_by_text(visit, petition, code))
        yield code, LANGUAGES[code], "\n".join(words)


def _by_text(visit: Visit, petition: Petition, language: str) -> str:
    say, number = visit.services.renderer.say, visit.services.settings.sms_number
    words = f"{say(language, _COMMAND)} {petition.keyword}"
    return say(language, _BY_TEXT, number=grouped(number), words=words, what=say(language, _WHAT))


def _form_elsewhere(visit: Visit, petition: Petition, link: str) -> str:
    """The sign form as a partner's page carries it, in the petition's language."""
    template, language = "web/organizer/figures/_form_elsewhere.html", petition.language
    return visit.services.renderer.page(template, language, link=link, petition=petition).strip()
