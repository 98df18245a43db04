"""The page of a letter: what each of its steps says, and carries on to the next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from server.core.letters.congress import CONSTITUENT_FIELDS, PREFIXES
from server.core.letters.letter import LONGEST, SHORTEST, Addressee
from server.core.letters.writing import Progress
from server.core.petitions.petitions import Petition
from server.core.values.postcodes import POSTCODE_LIMIT
from server.mail.letters import letter_named
from server.mail.tokens import passes_on
from server.services import Services
from server.web.public.letters.place import Whereabouts, place_value, question_words
from server.web.public.letters.ways import ACT, SCRIPT, THANK, missing_words, reaches
from server.web.public.site import path_of
from server.words.render import N_

REF_LIMIT = 40  # characters
PLACE_LIMIT = 2000
_START = re.compile(r"[0-9]{1,4}", re.ASCII)
#: What a step that has no fields for it carries on.
_KEPT = {
    "postcode": ("words", "email", "hide", "settle", "write", "thanks"),
    "place": ("words", "email", "hide", "settle", "write", "thanks"),
    "again": ("at", "settle", "write", "thanks"),
}
_FAULTS = {
    "short": N_("Write at least {least} letters, in your own words."),
    "long": N_("Write less: at most {most} letters."),
    "address": N_("Write the e-mail address that you signed with, or leave it empty."),
    "constituent": N_(
        "Fill in all that the US House asks for, or leave title, street and city empty."
    ),
    "needs_email": N_("The US House wants your e-mail, too: write the one that you signed with."),
    "away": N_("We can store nothing just now. Nothing is lost: try again in a minute."),
    "postcode": N_("That is not a postcode that we know. Check it."),
    "choice": N_("Choose one of these."),
    "gone": N_("To write a letter that we send, sign and type the code that we mail to you."),
}
#: What a signer reads of each state. Nothing says "sent" before a mail server has taken it.
PROGRESS_WORDS = {
    "draft": N_("not sent yet: we check your signature first"),
    "held": N_("not sent: their address has changed"),
    "held unsure": N_("not sent yet: tell us where you live"),
    "held map": N_("not sent yet: the districts are new, and we wait until we know yours"),
    "held ended": N_("not sent yet: we wait until we know who follows in this office"),
    "held unknown": N_("not sent yet: we wait until we know who that is where you live"),
    "queued": N_("not sent yet: it waits for its turn"),
    "ready": N_("not sent yet: those who run the petition print and post it"),
    "sending": N_("not sent yet: it is on its way"),
    "retry": N_("not sent yet: their mail server has no time, and we try again"),
    "accepted": N_("sent: their mail server has taken it"),
    "done": N_("sent: their mail server has taken it"),
    "answered": N_("they answered"),
    "accepted posted": N_("sent: it is in the post, on paper"),
    "done posted": N_("sent: it is in the post, on paper"),
    "accepted congress": N_("sent: the system of Congress has taken it"),
    "done congress": N_("sent: the system of Congress has taken it"),
    "held not_configured": N_("not sent yet: this site has no access to the system of Congress"),
    "rejected no_address": N_(
        "not sent: they want your street and city, so use their form or call"
    ),
    "bounced": N_("came back: their mail server did not want it"),
    "rejected": N_("not sent: their mail server did not want it"),
    "rejected no_mail": N_("not sent: they take no mail, so use their form or call them"),
    "rejected unprinted": N_("not sent: nobody printed it in 90 days"),
    "rejected many": N_("not sent: we have sent them four letters from your phone or e-mail"),
    "rejected vacant": N_("not sent: nobody is in office now"),
    "rejected agreed": N_("not sent: they have agreed already"),
    "uncertain": N_("perhaps sent: the line broke, and we do not send it twice"),
}


@dataclass(frozen=True, slots=True)
class Recipients:
    """To whom we can carry a letter: `offices`, which are thanked with `thanks`. `agreed` are all
    that an organizer has marked as having agreed."""

    offices: tuple[Addressee, ...] = ()
    agreed: tuple[Addressee, ...] = ()
    thanks: bool = False


NO_RECIPIENTS = Recipients()


@dataclass(frozen=True, slots=True)
class LetterStep:
    """What the page shows: the question of the postcode (`postcode`) or of what lies there
    (`place`), who decides (`ways`), the form (`write`), the whole letter (`read`), what became of
    it (`sent`), or only that all of it is to be sent once more (`again`). `noted`: they have said
    how a call went."""

    asks: Literal["postcode", "place", "ways", "write", "read", "sent", "again"]
    form: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    letter: str = ""
    sent: tuple[Progress, ...] = ()
    place: Whereabouts | None = None
    to: Recipients = NO_RECIPIENTS
    noted: bool = False


def letter_context(
    services: Services, petition: Petition, language: str, step: LetterStep
) -> dict[str, Any]:
    """What the page says."""
    say, place, fault = services.renderer.say, step.place, _FAULTS.get(step.fault)
    context: dict[str, Any] = {
        "step": step.asks,
        "form": {name: step.form.get(name, "") for name in ("words", "email", "hide", "postcode")},
        "carried": _carried(petition, step),
        "about": step.fault,
        "fault": fault and say(language, fault, least=SHORTEST, most=LONGEST),
        "letter": step.letter,
        "offices": [office.name for office in step.to.offices],
        "agreed": [office.name for office in step.to.agreed],
        "thanks": step.to.thanks,
        "congress": any(office.channel == "cwc" for office in step.to.offices),
        "prefixes": PREFIXES,
        "constituent": {name: step.form.get(name, "") for name in CONSTITUENT_FIELDS},
        "printed": any(office.channel == "print" for office in step.to.offices),
        "passes_on": passes_on(services.settings),
        "sent": [
            (letter_named(services.renderer, language, one), say(language, progress_words(one)))
            for one in step.sent
        ],
        "unsure": any((one.state, one.why) == ("held", "unsure") for one in step.sent),
    }
    if step.asks == "place" and place:
        start = int(step.form.get("from", "")) if _START.fullmatch(step.form.get("from", "")) else 0
        context |= question_words(place, petition.country, language, say, start)
    if step.asks == "ways":
        context |= _ways(services, petition, language, step)
    return context


def _ways(
    services: Services, petition: Petition, language: str, step: LetterStep
) -> dict[str, Any]:
    """Who decides, and what an office reads or hears from somebody who writes or calls
    themselves."""
    say, own = services.renderer.say, petition.language
    title, url = petition.wording(own).title, services.settings.public_url
    page, words = f"{url}{path_of(petition, None)}", step.form.get("words", "").strip()
    begun, agreed = f"{words}\n\n" if words else "", {one.key for one in step.to.agreed}
    return {
        "reaches": reaches(petition, step.place, language, agreed),
        "missing": missing_words(step.place, language, say),
        "subject": title,
        "text": f"{begun}{say(own, ACT)} {page}",
        "thanking": f"{begun}{say(own, THANK)} {page}",
        "script": say(own, SCRIPT, title=title),
        "call": bool(step.form.get("call")),
        "noted": step.noted,
        "is_signer": bool(step.form.get("ref")) and step.fault != "gone",
    }


def _carried(petition: Petition, step: LetterStep) -> dict[str, str]:
    """What the next form carries on besides what its fields hold."""
    form, place = step.form, step.place
    carried = {} if step.fault == "gone" else {"ref": form.get("ref", "")[:REF_LIMIT]}
    if step.asks != "postcode":
        carried["postcode"] = form.get("postcode", "")[: 3 * POSTCODE_LIMIT]
    if place:
        carried["place"] = place_value(place, petition.country)
    elif step.asks in {"write", "again"}:
        carried["place"] = form.get("place", "")[:PLACE_LIMIT]
    if step.to.thanks and step.asks in {"write", "read"}:
        carried["thanks"] = "1"
    for name in _KEPT.get(step.asks, ()):
        carried[name] = form.get(name, "")
    return {name: value for name, value in carried.items() if value}


def progress_words(one: Progress) -> str:
    """What a signer reads of one letter; not yet in their language."""
    return PROGRESS_WORDS.get(f"{one.state} {one.why}") or PROGRESS_WORDS[one.state]
