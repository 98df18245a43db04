"""The conversation by voice: who cannot read or text hears the petition, and keys the postcode.

We text for the name, and that reply signs. Nothing is ever recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from server.config import LANGUAGES
from server.core.conversations import inbound, phones
from server.core.conversations.phones import Conversation, Standing
from server.core.conversations.wishes import Wish
from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.petitions.petitions import Petition
from server.core.values.postcodes import keyable, normal_postcode
from server.db import Transaction
from server.services import Services
from server.texting.allowed import may_text
from server.texting.intake import Caller
from server.texting.replies import rule_of
from server.words.render import N_
from sms import Inbound

OFFERED = 9  # petitions, one for each key
SPOKEN = 400  # letters of the petition's text: about half a minute
TEXTS_A_DAY = 2  # to one number: somebody else may call with it on their display
_TRIES = 3
_TEXTED = N_("Thank you. We are texting you now. Answer with your name, and you sign.")


@dataclass(slots=True)
class Call:
    """One step of a call. What comes back with the keys is `step.petition.language.tries`.

    Where we cannot text the caller (the number is hidden, or not one of ours to text), the call
    ends at once.
    """

    services: Services
    inbound: Inbound
    caller: Caller

    def wish(self, standing: Standing) -> Wish:
        """What is said next. A step of the call leaves what we have asked by text as it was, until
        we text for the name."""
        wish = self._step(standing)
        return wish if wish.kind == "call" else replace(wish, keep=standing.asked)

    def _step(self, standing: Standing) -> Wish:
        step, petition, language, tries = self._state()
        own = self.services.settings.language
        language = language or standing.language or own
        found = self.services.directory.open()[:OFFERED]
        if not found:
            return self._end(language, N_("There is no petition to sign now. Goodbye."))
        phone = self.caller.phone
        if phone is None or not may_text(self.services, phone):
            return self._end(language, N_("We cannot text this phone, so you cannot sign by call."))
        if petition and petition.state != "open":
            return self._end(language, N_("This petition takes no signatures now. Goodbye."))
        if tries > _TRIES:
            return self._end(language, N_("Goodbye."))
        match step, petition:
            case "sign", Petition() as p:
                return self._sign(p, language, tries, standing)
            case "place", Petition() as p:
                return self._place(p, language, tries, standing)
            case "speak", Petition() as p:
                return self._speak(p, language, tries)
            case _:
                return self._which(found, language, tries, standing)

    def _state(self) -> tuple[str, Petition | None, str, int]:
        step, id_, language, tries = (self.inbound.state.split(".") + [""] * 4)[:4]
        petition = self.services.directory.by_id.get(int(id_)) if id_.isdecimal() else None
        known = language if language in LANGUAGES else ""
        return step, petition, known, int(tries) if tries.isdecimal() else 1

    @property
    def _key(self) -> int:
        keyed = self.inbound.body
        return int(keyed) if keyed.isdecimal() and len(keyed) == 1 else 0

    def _which(self, found: list[Petition], language: str, tries: int, standing: Standing) -> Wish:
        if len(found) == 1:
            return self._languages(found[0], standing.language)
        if 1 <= self._key <= len(found) and self.inbound.state:
            return self._languages(found[self._key - 1], standing.language)
        titles = [p.wording(language).title for p in found]
        lines = [
            self._say(language, N_("For {title}, press {key}."), title=title, key=key)
            for key, title in enumerate(titles, 1)
        ]
        return self._ask(language, " ".join(lines), f"which..{language}.{tries + 1}", 1)

    def _languages(self, petition: Petition, heard: str | None, tries: int = 1) -> Wish:
        """In which language, each named in itself; not asked where there is but one."""
        tongues = [code for code in LANGUAGES if code in petition.wordings][:9]
        if len(tongues) == 1 or heard in tongues:
            return self._introduce(petition, heard if heard in tongues else tongues[0])
        lines = [
            (self._say(code, N_("For English, press {key}."), key=n), code)
            for n, code in enumerate(tongues, 1)
        ]
        (body, language), *also = lines
        return self._ask(language, body, f"speak.{petition.id}..{tries + 1}", 1, petition, also)

    def _speak(self, petition: Petition, language: str, tries: int) -> Wish:
        tongues = [code for code in LANGUAGES if code in petition.wordings][:9]
        if 1 <= self._key <= len(tongues):
            return self._introduce(petition, tongues[self._key - 1])
        return self._languages(petition, None, tries)

    def _introduce(self, petition: Petition, language: str, tries: int = 1) -> Wish:
        wording = petition.wording(language)
        choice = self._say(language, N_("To sign, press 1. To hear it again, press 2."))
        said = [f"{wording.title}.", _shortened(wording.body), rule_of(petition, language), choice]
        body = " ".join(filter(None, said))
        return self._ask(language, body, f"sign.{petition.id}.{language}.{tries + 1}", 1, petition)

    def _sign(self, petition: Petition, language: str, tries: int, standing: Standing) -> Wish:
        if self._key != 1:
            return self._introduce(petition, language, tries)
        if not (petition.postcode_required and keyable(petition.country)):
            return self._text(petition, language, "", standing)
        return self._ask_place(petition, language, 1)

    def _ask_place(self, petition: Petition, language: str, tries: int) -> Wish:
        body = self._say(language, N_("Key in your postcode. Then press the hash key."))
        return self._ask(language, body, f"place.{petition.id}.{language}.{tries + 1}", 0, petition)

    def _place(self, petition: Petition, language: str, tries: int, standing: Standing) -> Wish:
        place = normal_postcode(self.inbound.body, petition.country)
        if place is None:
            return self._ask_place(petition, language, tries)
        return self._text(petition, language, place, standing)

    def _text(self, petition: Petition, language: str, place: str, standing: Standing) -> Wish:
        """Text for the name: the reply to that signs.

        Without a text nothing is waited for: somebody else may have called with this number on
        their display.
        """
        asked = Conversation(
            petition.id,
            language,
            postcode=place,
            class_="voice",
            wording=petition.wording_number,
        )

        async def act(tx: Transaction) -> str:
            now = self.services.now()
            if await phones.is_opted_out(tx, self.caller.keys):
                return N_("You have asked us for no more texts. To sign, text START first.")
            if await inbound.count_of(tx, self.caller.key, "call", now - DAY) >= TEXTS_A_DAY:
                return N_("We have texted you already. Answer that text with your name.")
            await outbox.put(tx, [self._announcement(petition, language)], now)
            return _TEXTED

        return Wish(
            kind="call",
            language=language,
            petition_id=petition.id,
            act=act,
            answer=lambda words: self._say(language, words),
            keep=lambda words: asked if words == _TEXTED else standing.asked,
        )

    def _announcement(self, petition: Petition, language: str) -> Announcement:
        return Announcement(
            id=self.services.new_id(),
            channel="sms",
            kind="call_name",
            petition_id=petition.id,
            language=language,
            recipient=self.caller.phone or "",
        )

    def _ask(
        self,
        language: str,
        body: str,
        state: str,
        digits: int,
        petition: Petition | None = None,
        also: Iterable[tuple[str, str]] = (),
    ) -> Wish:
        ask = json.dumps({"state": state, "digits": digits, "also": list(also)})
        return Wish(
            kind="menu",
            language=language,
            petition_id=petition.id if petition else None,
            answer=lambda _: body,
            ask=ask,
        )

    def _end(self, language: str, words: str) -> Wish:
        body = self._say(language, words)
        return Wish(kind="menu", language=language, answer=lambda _: body)

    def _say(self, language: str, words: str, **fields: object) -> str:
        return self.services.renderer.say(language, words, **fields)


def _shortened(body: str) -> str:
    """The beginning of a text, to the end of a sentence, of a word at least."""
    text = re.sub(r"\s+", " ", body)
    if len(text) <= SPOKEN:
        return text
    cut = text[:SPOKEN]
    ends = [match.end() for match in re.finditer(r"[.!?؟।]", cut)]
    return cut[: ends[-1]] if ends else cut.rpartition(" ")[0]
