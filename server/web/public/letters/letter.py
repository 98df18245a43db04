"""A letter to those who decide, which we carry: its words, what goes to whom, what became of it.

Whoever has typed the code of their mail gets a reference (`letter_ref`) in the page that answers
that, and each step posts it on: no cookie, and nothing of a person in an address. Who comes without
it sees who decides, and writes from their own mail; where they live is asked for in the same steps
(`place.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from starlette.types import Receive, Scope, Send

from server.core.letters import figures, writing
from server.core.letters.calls import CALL_OUTCOMES, OwnStep, note_steps
from server.core.letters.congress import Constituent, constituent_of, split_name
from server.core.letters.corrections import Correction, note_corrections
from server.core.letters.letter import Addressee, checked_words
from server.core.letters.offices import offices_named, offices_of
from server.core.letters.writing import Progress, Settling, Written
from server.core.petitions.petitions import Petition
from server.core.places.dating import day_at
from server.core.places.outcomes import Reached
from server.core.signing.signature import Signature
from server.core.values.contacts import normal_email
from server.core.values.keys import Keys
from server.core.values.names import tidy
from server.core.values.postcodes import fold_postcode
from server.errors import InvalidInput, Problem, StoreUnavailable
from server.mail.letters import Answers, letter_text
from server.mail.tokens import passes_on
from server.web.http.failures import note
from server.web.http.forms import Bounds, read_form, read_query
from server.web.http.guard import check_origin
from server.web.http.responses import Header, retry_after, send_html
from server.web.public.letters.letter_page import REF_LIMIT, LetterStep, Recipients, letter_context
from server.web.public.letters.place import Whereabouts, whereabouts
from server.web.public.site import Site

#: Whoever sends one of these writes a letter that we carry; these belong to signers.
_WRITES = frozenset({"words", "write", "thanks"})
_SIGNERS_FIELDS = _WRITES | {"send", "settle"}
#: Who has written far too much gets it back to shorten it.
LETTER_FORM = Bounds(body=1 << 18, value=1 << 16)


def letter_ref(keys: Keys, petition: Petition, signature_id: int) -> str:
    """What shows that somebody has typed the code of that signature."""
    return keys.ref(petition.salt, "letter", signature_id)


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Whoever is at the page: a signer with what became of their letters, or anybody."""

    petition: Petition
    form: Mapping[str, str]
    signer: Signature | None = None
    sent: tuple[Progress, ...] = ()
    to_thank: tuple[Addressee, ...] = ()

    @property
    def author(self) -> Signature:
        assert self.signer  # noqa: S101 (nobody else writes)
        return self.signer

    @property
    def key(self) -> bytes:
        return (self.signer and self.signer.person_key) or b""

    @property
    def is_refused(self) -> bool:
        """Whether they want what only signers get who have typed their code."""
        wants = self.form.get("ref") or not _SIGNERS_FIELDS.isdisjoint(self.form)
        return self.signer is None and bool(wants)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to write any more."""
        if self.thanks:
            return False
        left = any(progress.state != "draft" for progress in self.sent)
        return left or (bool(self.sent) and _WRITES.isdisjoint(self.form))

    @property
    def thanks(self) -> bool:
        """Whether they thank those who have agreed since they wrote to them."""
        is_open = self.petition.state == "open"
        return is_open and bool(self.to_thank) and "thanks" in self.form

    def may_write(self, place: Whereabouts | None, to: Recipients) -> bool:
        """Whether they have begun a letter that we carry, and there is somebody to carry it to."""
        begun = not _WRITES.isdisjoint(self.form) or (place is None and not to.agreed)
        is_open = self.petition.state == "open"
        return begun and is_open and self.signer is not None and bool(to.offices)

    @property
    def settles(self) -> bool:
        """Whether they come back to say where they live, since a letter waits for it."""
        waits = any((one.state, one.why) == ("held", "unsure") for one in self.sent)
        return waits and "settle" in self.form


@dataclass(frozen=True, slots=True)
class _Typed:
    """What a letter's form has, checked; `reply_to` is '' where they want no answer there, and
    `answer_to` where we pass none on."""

    words: str
    reply_to: str
    answer_to: str = ""
    constituent: Constituent | None = None


class LetterPages:
    """The endpoint, `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site, self._services = site, site.services

    async def letter(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET who decides, also by a postcode; POST one step after the other."""
        petition = await self._site.find(scope)
        if petition.state == "ended":
            await self._site.send_message(scope, send, "erased", petition)
            return
        if scope["method"] != "POST":
            asked = {k: v for k, v in read_query(scope).items() if k == "postcode"}
            step = await self._step(scope, LetterWriter(petition, asked))
            await self._send(scope, send, petition, step)
            return
        check_origin(scope, self._services.settings.origin, petition.origins)
        form = await read_form(scope, receive, LETTER_FORM)
        try:
            step = await self._step(scope, await self._writer(petition, form))
        except StoreUnavailable as error:
            note(error)
            again = LetterStep("write" if "words" in form else "again", form, "away")
            headers = [retry_after(error.retry_after)]
            await self._send(scope, send, petition, again, status=503, extra=headers)
            return
        await self._send(scope, send, petition, step)

    async def _writer(self, petition: Petition, form: Mapping[str, str]) -> LetterWriter:
        services = self._services
        ref = tidy(form.get("ref", ""))[:REF_LIMIT]
        id_ = services.keys.referred(petition.salt, "letter", ref)
        async with services.database.read() as tx:
            signer = await writing.signer_of(tx, petition, id_) if id_ else None
            writer = LetterWriter(petition, form, signer)
            if signer is None:
                return writer
            whose = petition, signer.id, writer.key
            sent = await writing.progress(tx, *whose)
            thanked = await writing.to_thank(tx, *whose, services.now())
        return replace(writer, sent=tuple(sent), to_thank=tuple(thanked))

    async def _step(self, scope: Scope, writer: LetterWriter) -> LetterStep:
        """What comes after this form."""
        if writer.is_done and not writer.settles:
            to = Recipients(agreed=writer.to_thank)
            return LetterStep("sent", writer.form, sent=writer.sent, to=to)
        if writer.thanks:
            to = Recipients(writer.to_thank, writer.to_thank, thanks=True)
            return await self._write(scope, writer, None, to)
        place = await self._place(writer) if writer.petition.addressing else None
        refused = "gone" if writer.is_refused else ""
        if place and place.is_asked:
            asks: Literal["place", "postcode"] = "place" if place.followed else "postcode"
            return LetterStep(asks, writer.form, place.fault or refused, place=place)
        if writer.settles and place and place.reached:
            sent = await self._settle(writer, place.reached)
            return LetterStep("sent", writer.form, sent=sent)
        to = await self._recipients(writer, place)
        if writer.may_write(place, to):
            return await self._write(scope, writer, place, to)
        fault = refused or (place.fault if place else "")
        noted = await self._noted(writer, bool(to.offices or to.agreed))
        return LetterStep("ways", writer.form, fault, place=place, to=to, noted=noted)

    async def _noted(self, writer: LetterWriter, by_mail: bool) -> bool:
        """Keep what a signer does themselves; whether they said how a call went."""
        if writer.signer is None:
            return False
        said = next((o for o in CALL_OUTCOMES if o == writer.form.get("went")), None)
        if said or (by_mail and "call" not in writer.form):
            now, petition_id = self._services.now(), writer.petition.id
            step = OwnStep(petition_id, writer.signer.id, now, said)
            await self._services.group.submit(note_steps, step)
        return said is not None

    async def _place(self, writer: LetterWriter) -> Whereabouts:
        """Where they live; what a signer says of a wrong postcode is noted."""
        services, signer, petition = self._services, writer.signer, writer.petition
        typed = (signer and signer.postcode) or writer.form.get("postcode", "")
        day = day_at(services.now())
        async with services.database.read() as tx:
            place = await whereabouts(tx, petition, typed, writer.form, day)
        if signer and place.corrected:
            said = fold_postcode(place.postcode), place.corrected
            correction = Correction(petition.id, signer.id, *said, services.now())
            await services.group.submit(note_corrections, correction)
        return place

    async def _recipients(self, writer: LetterWriter, place: Whereabouts | None) -> Recipients:
        """To whom we can carry a letter; those who have agreed get thanks, and nothing else."""
        petition, chosen = writer.petition, place and place.followed and place.followed.chosen
        async with self._services.database.read() as tx:
            known = await figures.agreed_offices(tx, petition.id)
            if place and place.reached and chosen:
                found = await offices_of(tx, petition, place.reached, chosen)
            else:
                found = offices_named(petition)
        agreed = tuple(office for office in found if office.key in known)
        others = tuple(office for office in found if office.key not in known)
        thanks = bool(agreed) and (not others or "thanks" in writer.form)
        return Recipients(agreed if thanks else others, agreed, thanks)

    async def _settle(self, writer: LetterWriter, found: Reached) -> tuple[Progress, ...]:
        """What waited for their answer goes on."""
        services = self._services
        settling = Settling(
            writer.petition, writer.author.id, writer.key, found, services.ids, services.now()
        )
        return tuple(await services.group.submit(writing.settle_many, settling))

    async def _write(
        self, scope: Scope, writer: LetterWriter, place: Whereabouts | None, to: Recipients
    ) -> LetterStep:
        """The form, with what is wrong; the letter as it would leave; when that was read, it is
        kept to be carried."""
        first, last = split_name(writer.author.name or "")
        form = {"first": first, "last": last, **writer.form}
        again = LetterStep("write", form, place=place, to=to)
        if "words" not in form or form.get("change"):
            return again
        try:
            typed = self._typed(writer, to)
        except InvalidInput as error:
            return replace(again, fault=error.problems[0].code)
        letter = self._worded(writer, typed, to)
        if not form.get("send"):
            return replace(again, asks="read", letter=letter)
        language = scope["language"] or writer.petition.language
        written = self._written(writer, typed, to, letter, language)
        sent = await self._services.group.submit(writing.write_many, written)
        return LetterStep("sent", form, sent=tuple(sent))

    def _typed(self, writer: LetterWriter, to: Recipients) -> _Typed:
        """Raises `InvalidInput`. An office's answer goes to the address that they have shown to be
        theirs, and to nobody else."""
        form, petition = writer.form, writer.petition
        words, email = checked_words(form["words"]), form.get("email", "").strip()
        if not words:
            raise InvalidInput(Problem("words", "short"))
        reply_to = normal_email(tidy(email)) or ""
        keys = self._services.keys.contacts(petition.salt, reply_to) if reply_to else ()
        if email and writer.author.contact_key not in keys:
            raise InvalidInput(Problem("email", "address"))
        asked = any(office.channel == "cwc" for office in to.offices)
        constituent = constituent_of(form, writer.author.postcode or "") if asked else None
        if constituent and not reply_to:
            raise InvalidInput(Problem("email", "needs_email"))
        hides = "hide" in form and passes_on(self._services.settings)
        shown, hidden = ("", reply_to) if hides else (reply_to, "")
        return _Typed(words, shown, hidden, constituent)

    def _worded(self, writer: LetterWriter, typed: _Typed, to: Recipients) -> str:
        """The whole letter."""
        services, petition = self._services, writer.petition
        ours: Answers = "passed_on" if typed.answer_to else "us"
        whose: Answers = "writer" if typed.reply_to else ours
        about = services.renderer, services.settings, petition, writer.author
        said = to.offices, typed.words, whose
        return letter_text(*about, *said, thanks=to.thanks, reply_to=typed.reply_to)

    def _written(
        self, writer: LetterWriter, typed: _Typed, to: Recipients, letter: str, language: str
    ) -> Written:
        services, petition = self._services, writer.petition
        return Written(
            petition=petition,
            signature_id=writer.author.id,
            sender=writer.key,
            offices=to.offices,
            language=language,
            subject=petition.wording(petition.language).title,
            words=letter,
            own_words=len(typed.words),
            reply_to=typed.reply_to,
            answer_to=typed.answer_to,
            ids=services.ids,
            now=services.now(),
            kind="thanks" if to.thanks else "letter",
            constituent=typed.constituent,
        )

    async def _send(
        self,
        scope: Scope,
        send: Send,
        petition: Petition,
        step: LetterStep,
        *,
        status: int = 200,
        extra: Iterable[Header] = (),
    ) -> None:
        language = scope["language"] or petition.language
        page = self._site.render_petition(
            "web/letter.html",
            petition,
            scope["language"],
            **letter_context(self._services, petition, language, step),
        )
        await send_html(scope, send, status, page, extra)
