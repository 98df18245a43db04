"""A letter to those who decide, which we carry: its words, what goes to whom, what became of it.

Whoever has typed the code of their mail gets a reference (`letter_ref`) in the page that answers
that, and each step posts it on: no cookie, and nothing of a person in an address. Who comes without
it sees who decides, and writes from their own mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from starlette.types import Receive, Scope, Send

from server.core.letters import writing
from server.core.letters.letter import LONGEST, SHORTEST, checked_words
from server.core.letters.offices import offices_named
from server.core.letters.writing import Progress, Written
from server.core.petitions.petitions import Petition
from server.core.signing.signature import Signature
from server.core.values.contacts import normal_email
from server.core.values.keys import Keys
from server.core.values.names import tidy
from server.errors import InvalidInput, StoreUnavailable
from server.mail.letters import Answers, letter_text
from server.web.http.failures import note
from server.web.http.forms import Bounds, read_form
from server.web.http.guard import check_origin
from server.web.http.responses import Header, retry_after, send_html
from server.web.public.site import Site
from server.words.render import N_

REF_LIMIT = 40  # characters
#: Who has written far too much gets it back to shorten it.
LETTER_FORM = Bounds(body=1 << 18, value=1 << 16)
_FAULTS = {
    "short": N_("Write at least {least} letters, in your own words."),
    "long": N_("Write less: at most {most} letters."),
    "address": N_("Write the e-mail address that you signed with, or leave it empty."),
    "away": N_("We can store nothing just now. Nothing is lost: try again in a minute."),
    "gone": N_("To write a letter that we send, sign and type the code that we mail to you."),
}
#: What a signer reads of each state. Nothing says "sent" before a mail server has taken it.
PROGRESS_WORDS = {
    "draft": N_("not sent yet: we check your signature first"),
    "held": N_("not sent: their address has changed"),
    "queued": N_("not sent yet: it waits for its turn"),
    "sending": N_("not sent yet: it is on its way"),
    "retry": N_("not sent yet: their mail server has no time, and we try again"),
    "accepted": N_("sent: their mail server has taken it"),
    "done": N_("sent: their mail server has taken it"),
    "bounced": N_("came back: their mail server did not want it"),
    "rejected": N_("not sent: their mail server did not want it"),
    "uncertain": N_("perhaps sent: the line broke, and we do not send it twice"),
}


def letter_ref(keys: Keys, petition: Petition, signature_id: int) -> str:
    """What shows that somebody has typed the code of that signature."""
    return keys.ref(petition.salt, "letter", signature_id)


@dataclass(frozen=True, slots=True)
class LetterStep:
    """What the page shows: who decides (`ways`), the form (`write`), the whole letter (`read`), or
    what became of it (`sent`)."""

    asks: Literal["ways", "write", "read", "sent"]
    form: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    letter: str = ""
    sent: tuple[Progress, ...] = ()


class LetterPages:
    """The endpoint, `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site, self._services = site, site.services

    async def letter(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET who decides; POST one step after the other."""
        petition = await self._site.find(scope)
        if petition.state == "ended":
            await self._site.send_message(scope, send, "erased", petition)
            return
        if scope["method"] != "POST":
            await self._send(scope, send, petition, LetterStep("ways"))
            return
        check_origin(scope, self._services.settings.origin, petition.origins)
        form = await read_form(scope, receive, LETTER_FORM)
        try:
            step = await self._step(scope, petition, form)
        except StoreUnavailable as error:
            note(error)
            again = LetterStep("write", form, "away")
            headers = [retry_after(error.retry_after)]
            await self._send(scope, send, petition, again, status=503, extra=headers)
            return
        await self._send(scope, send, petition, step)

    async def _step(self, scope: Scope, petition: Petition, form: dict[str, str]) -> LetterStep:
        """What comes after this form."""
        services = self._services
        ref = tidy(form.get("ref", ""))[:REF_LIMIT]
        id_ = services.keys.referred(petition.salt, "letter", ref)
        async with services.database.read() as tx:
            signer = await writing.signer_of(tx, petition, id_) if id_ else None
            key = signer.person_key or b"" if signer else b""
            sent = await writing.progress(tx, petition, signer.id, key) if signer else []
        if signer is None or not petition.has_office:
            return LetterStep("ways", fault="gone")
        left = any(progress.state != "draft" for progress in sent)
        if left or ("words" not in form and sent):
            return LetterStep("sent", form, sent=tuple(sent))
        if petition.state != "open":
            return LetterStep("ways")
        if "words" not in form or form.get("change"):
            return LetterStep("write", form)
        return await self._read(scope, petition, signer, form)

    async def _read(
        self, scope: Scope, petition: Petition, signer: Signature, form: dict[str, str]
    ) -> LetterStep:
        """The letter as it would leave, or the form again with what is wrong; when that was read,
        it is kept to be carried."""
        try:
            own = checked_words(form["words"])
        except InvalidInput as error:
            return LetterStep("write", form, error.problems[0].code)
        if not own:
            return LetterStep("write", form, "short")
        reply_to = normal_email(tidy(form.get("email", ""))) or ""
        if form.get("email", "").strip() and not self._is_theirs(petition, signer, reply_to):
            return LetterStep("write", form, "address")
        letter = self._worded(petition, signer, own, bool(reply_to))
        if not form.get("send"):
            return LetterStep("read", form, letter=letter)
        services = self._services
        written = Written(
            petition=petition,
            signature_id=signer.id,
            sender=signer.person_key or b"",
            offices=offices_named(petition),
            language=scope["language"] or petition.language,
            subject=petition.wording(petition.language).title,
            words=letter,
            own_words=len(own),
            reply_to=reply_to,
            ids=services.ids,
            now=services.now(),
        )
        sent = await services.group.submit(writing.write_many, written)
        return LetterStep("sent", form, sent=tuple(sent))

    def _is_theirs(self, petition: Petition, signer: Signature, address: str) -> bool:
        """Whether that is the address that they have shown to be theirs: an office's answer goes
        to nobody else."""
        keys = self._services.keys.contacts(petition.salt, address) if address else ()
        return signer.contact_key in keys

    def _worded(self, petition: Petition, signer: Signature, own: str, answers: bool) -> str:
        """The whole letter."""
        to = offices_named(petition)
        whose: Answers = "writer" if answers else "us"
        services = self._services
        return letter_text(services.renderer, services.settings, petition, signer, to, own, whose)

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
        say, language = self._services.renderer.say, scope["language"] or petition.language
        fault = _FAULTS.get(step.fault)
        form = {name: step.form.get(name, "") for name in ("ref", "words", "email")}
        page = self._site.render_petition(
            "web/letter.html",
            petition,
            scope["language"],
            step=step.asks,
            form=form | {"ref": form["ref"][:REF_LIMIT]},
            about="email" if step.fault == "address" else "words",
            fault=fault and say(language, fault, least=SHORTEST, most=LONGEST),
            letter=step.letter,
            offices=[office.name for office in offices_named(petition)],
            sent=[(one.office, say(language, PROGRESS_WORDS[one.state])) for one in step.sent],
        )
        await send_html(scope, send, status, page, extra)
