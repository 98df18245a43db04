"""The conversation as a menu on the screen of any phone (USSD)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.config import LANGUAGES
from server.core.conversations.phones import Standing
from server.core.conversations.wishes import Wish
from server.core.petitions.petitions import Petition
from server.core.signing import signatures
from server.core.values.names import check_texted_name, tidy
from server.core.values.postcodes import normal_postcode
from server.errors import InvalidInput, NotOpen
from server.services import Services
from server.texting.allowed import may_text
from server.texting.intake import Caller
from server.texting.replies import rule_of, whole
from server.words.render import N_
from sms import Inbound
from sms.segments import fit, measure

PETITIONS_SHOWN = 6  # petitions on the first screen
LANGUAGES_SHOWN = 5  # languages on one screen, of which one in another script leaves but 70 letters
_GOES_ON = '{"state": "", "digits": 0}'  # (one screen follows another; nothing is to be kept)


@dataclass(slots=True)
class Menu:
    """One request of a session: the way through the menu is walked anew from all that was keyed."""

    services: Services
    inbound: Inbound
    caller: Caller

    def wish(self, standing: Standing) -> Wish:
        """The screen to which the keys lead, and what they have done on the way."""
        keyed = self.inbound.body.split("*") if self.inbound.body else []
        wish = self._petition(iter(keyed), standing)
        # A look at the screen leaves what we have asked by text as it was.
        return wish if wish.signing else replace(wish, keep=standing.asked)

    def _petition(self, keyed: Iterator[str], standing: Standing) -> Wish:
        found = self.services.directory.open()[:PETITIONS_SHOWN]
        settings = self.services.settings
        language = standing.language or settings.language
        if not found:
            return self._end(language, N_("There is no petition to sign now."))
        if self.caller.phone is None:
            return self._end(language, N_("We cannot see your number, so you cannot sign here."))
        chosen = 1
        if len(found) > 1:
            titles = [p.wording(language).title for p in found]
            head = N_("Which petition?")
            chosen = next_choice(keyed, len(found))
            if not chosen:
                return self._choose(language, self._say(language, head), titles)
        petition = found[chosen - 1]
        if not standing.language:
            language = petition.language
        return self._look(petition, keyed, language)

    def _look(self, petition: Petition, keyed: Iterator[str], language: str) -> Wish:
        """The petition's title, and what one can do."""
        tongues = [code for code in LANGUAGES if code in petition.wordings]
        while True:
            chosen = next_choice(keyed, 3 if len(tongues) > 1 else 2)
            if chosen == 1:
                return self._name(petition, keyed, language)
            if chosen == 2:
                body = petition.wording(language).body
                again = next_choice(keyed, 1)
                if not again:
                    sign = self._say(language, N_("Sign"))
                    return self._choose(language, tidy(body), [sign], petition)
                return self._name(petition, keyed, language)
            if chosen == 3:
                found = self._tongue(petition, keyed, language, tongues)
                if isinstance(found, Wish):
                    return found
                language = found
                continue
            options = [self._say(language, words) for words in (N_("Sign"), N_("Read more"))]
            if len(tongues) > 1:
                options.append(self._say(language, N_("Language")))
            return self._choose(language, petition.wording(language).title, options, petition)

    def _tongue(
        self, petition: Petition, keyed: Iterator[str], language: str, tongues: list[str]
    ) -> str | Wish:
        """The language that was chosen, or the screen that asks: a few names on each, whole."""
        for first in range(0, len(tongues), LANGUAGES_SHOWN):
            shown = tongues[first : first + LANGUAGES_SHOWN]
            names = [LANGUAGES[code] for code in shown]
            if first + LANGUAGES_SHOWN < len(tongues):
                names.append(self._say(language, N_("More")))
            chosen = next_choice(keyed, len(names))
            if not chosen:
                return self._choose(language, "", names, petition)
            if chosen <= len(shown):
                return shown[chosen - 1]
        return language

    def _name(self, petition: Petition, keyed: Iterator[str], language: str) -> Wish:
        name = next_good(keyed, lambda text: not check_texted_name(text))
        if name is None:
            return self._ask_name(petition, language)
        place = ""
        if petition.postcode_required:
            country = petition.country
            found = next_good(keyed, lambda text: normal_postcode(text, country) is not None)
            if found is None:
                return self._ask(petition, language, N_("Your postcode:"))
            place = found
        return self._sign(petition, language, name, place)

    def _sign(self, petition: Petition, language: str, name: str, place: str) -> Wish:
        services = self.services
        try:
            signing = signatures.text_signing(
                petition,
                name=name,
                postcode=place,
                phone=self.caller.phone or "",
                keys=services.keys,
                language=language,
                id_=services.new_id(),
                now=services.now(),
                class_="ussd",
            )
        except NotOpen:
            return self._end(language, N_("There is no petition to sign now."))
        except InvalidInput:
            return self._ask(petition, language, N_("Your first and last name:"))
        words = self._say(language, N_("Thank you, {name}. You signed {keyword}."))
        held = self._say(language, N_("Thank you, {name}. We check it first."))

        offer = self._offer(petition, language)

        def answer(outcome: Any) -> str:
            template = held if outcome == "held" else words
            fields = {"name": name, "keyword": petition.keyword}
            more = whole(f"{template} {offer}", fields) if offer and outcome != "held" else ""
            if more and measure(more).segments == 1:
                return more
            return fit(template, shrink=["name"], name=name, keyword=petition.keyword)

        return Wish(
            kind="sign",
            language=language,
            petition_id=petition.id,
            signing=signing,
            answer=answer,
        )

    def _offer(self, petition: Petition, language: str) -> str:
        """How a letter begins, where a text to us and our answers can follow; '' elsewhere."""
        number, phone = self.services.settings.sms_number, self.caller.phone
        if not (petition.has_office and number and phone and may_text(self.services, phone)):
            return ""
        offer = N_("To write to your lawmakers, text LETTER to {number}.")
        return self.services.renderer.say(language, offer, number=number)

    # Screens. One holds 182 letters, or 80 of a script with more: a text's segment always fits.

    def _choose(
        self, language: str, head: str, options: Sequence[str], petition: Petition | None = None
    ) -> Wish:
        # Numbers are never cut; what is long is.
        fields: dict[str, Any] = {f"option{n}": text for n, text in enumerate(options, 1)}
        lines = [f"{n} {{option{n}}}" for n in range(1, len(options) + 1)]
        template = "\n".join([*(["{head}"] if head else []), *lines])
        body = fit(template, **fields | {"head": head})
        return self._screen(language, body, petition)

    def _ask_name(self, petition: Petition, language: str) -> Wish:
        """The first question, with what whoever signs states."""
        question = self._say(language, N_("Your first and last name:"))
        rule = rule_of(petition, language)
        template = f"{{rule}}\n{question}" if rule else question
        return self._screen(language, fit(template, rule=rule), petition)

    def _ask(self, petition: Petition, language: str, question: str) -> Wish:
        return self._screen(language, fit(self._say(language, question)), petition)

    def _screen(self, language: str, body: str, petition: Petition | None) -> Wish:
        return Wish(
            kind="menu",
            language=language,
            petition_id=petition.id if petition else None,
            answer=lambda _: body,
            ask=_GOES_ON,
        )

    def _end(self, language: str, words: str) -> Wish:
        body = fit(self._say(language, words))
        return Wish(kind="menu", language=language, answer=lambda _: body)

    def _say(self, language: str, words: str) -> str:
        # Fields are filled by `fit`, which shortens them.
        return self.services.renderer.say(language, words, name="{name}", keyword="{keyword}")


def next_choice(keyed: Iterator[str], most: int) -> int:
    """The next of the keys that is a number from 1 to `most`; 0 if there is none yet.

    A wrong key leaves the screen as it is.
    """
    keys = (text.strip() for text in keyed)
    return next((int(k) for k in keys if re.fullmatch(r"\d{1,2}", k) and 1 <= int(k) <= most), 0)


def next_good(keyed: Iterator[str], good: Callable[[str], bool]) -> str | None:
    """The next answer that is well formed; None if there is none yet."""
    return next((text for text in map(tidy, keyed) if good(text)), None)
