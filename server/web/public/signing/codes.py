"""Typing a code: to verify a signature, to say "that was not me", to take a signature back.

No GET, no HEAD and no bare button does any of it: mail scanners follow links and press buttons. A
wrong code, a contact that we do not know and a reference that we did not make get the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from starlette.types import Receive, Scope, Send

from server.core.floods import limits
from server.core.petitions.petitions import Petition
from server.core.signing.codes import Action, Purpose, TypedCode, is_late
from server.core.signing.entries import Entries
from server.core.signing.verification import Asked, GivenBack, Taken, Verifier, give_back_many
from server.core.values.contacts import normal_email, normal_phone
from server.core.values.names import tidy
from server.errors import StoreUnavailable
from server.web.http.addresses import client_address
from server.web.http.failures import note
from server.web.http.forms import read_form, read_query
from server.web.http.guard import check_origin
from server.web.http.responses import Header, retry_after, send_html
from server.web.public.letters.letter import letter_ref
from server.web.public.signing.thanks import Thanks
from server.web.public.site import Site
from server.words.render import N_

REF_LIMIT = 40  # characters
_WRONG = N_("This code is wrong or has expired. Please check it.")
_NO_CONTACT = N_("Write the whole e-mail address or phone number that you signed with.")
_NO_PHONE = N_("Write the whole e-mail address that you signed with.")
_AWAY = N_("We can store nothing just now. Nothing is lost: try again in a minute.")


@dataclass(frozen=True, slots=True)
class Step:
    """What the page asks for next: a contact, a code, or a text from a phone."""

    purpose: Purpose
    form: Mapping[str, str]
    asks: Literal["code", "contact", "phone"] = "code"
    fault: str = ""


class Codes:
    """The endpoints, each `(scope, receive, send)`."""

    def __init__(self, site: Site, thanks: Thanks) -> None:
        self._site, self._thanks = site, thanks
        self._services = site.services
        self._submit, self._after = site.services.group.submit, site.beat.after
        self._verifier = Verifier(site.services.keys)

    async def verify(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET the page on which the code is typed; POST the code."""
        petition = await self._site.find(scope)
        if is_late(petition, self._services.now()):
            message = "erased" if petition.state == "ended" else "too_late"
            await self._site.send_message(scope, send, message, petition)
            return
        form = await self._form(scope, receive, petition)
        if scope["method"] != "POST":
            await self._send_page(scope, send, petition, Step("verify", form))
            return
        action: Action = "not_me" if form.get("not_me") else "verify"
        await self._take_code(scope, send, petition, action, form)

    async def withdraw(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET asks for the contact; POST sends a code to it, or takes the code."""
        petition = await self._site.find(scope)
        if petition.state == "ended":
            await self._site.send_message(scope, send, "erased", petition)
            return
        form = await self._form(scope, receive, petition)
        if scope["method"] != "POST":
            step = Step("withdraw", form, "code" if form.get("ref") else "contact")
            await self._send_page(scope, send, petition, step)
        elif "code" in form:
            await self._take_code(scope, send, petition, "withdraw", form)
        else:
            await self._take_contact(scope, send, petition, form)

    async def _form(self, scope: Scope, receive: Receive, petition: Petition) -> dict[str, str]:
        """What the form says; of a link only the reference."""
        if scope["method"] != "POST":
            return {"ref": read_query(scope).get("ref", "")[:REF_LIMIT]}
        check_origin(scope, self._services.settings.origin, petition.origins)
        return await read_form(scope, receive)

    async def _take_code(
        self, scope: Scope, send: Send, petition: Petition, action: Action, form: dict[str, str]
    ) -> None:
        typed = TypedCode(
            petition=petition,
            action=action,
            code=form.get("code", ""),
            contact=self._contact(form.get("contact", "")),
            ref=tidy(form.get("ref", ""))[:REF_LIMIT],
            now=self._services.now(),
            entries=form.get("entries", "")[:REF_LIMIT],
        )
        try:
            taken = await self._after(self._submit(self._verifier.take_many, typed))
        except StoreUnavailable as error:
            await self._send_delay(scope, send, petition, Step(typed.purpose, form), error)
            return
        match taken:
            case None:
                wrong = Step(typed.purpose, form, fault=_WRONG)
                await self._send_page(scope, send, petition, wrong)
            case Taken("verified" | "held" as done, Entries() as entries, signature_id):
                letter = letter_ref(self._services.keys, petition, signature_id)
                await self._thanks.send_verified(scope, send, petition, done, entries, letter)
            case Taken(done):
                await self._site.send_message(scope, send, done, petition)

    async def _take_contact(
        self, scope: Scope, send: Send, petition: Petition, form: dict[str, str]
    ) -> None:
        """Send a code to an e-mail address that has signed; tell a phone what to text; take a
        reference itself."""
        settings = self._services.settings
        typed = form.get("contact", "")
        if given := self._services.keys.of_slip(petition.salt, typed):  # may look like a phone
            await self._give_back(scope, send, petition, given, form)
            return
        contact = self._contact(typed)
        if email := normal_email(contact):
            try:
                await self._send_code(scope, petition, email)
            except StoreUnavailable as error:
                step = Step("withdraw", form, "contact")
                await self._send_delay(scope, send, petition, step, error)
                return
            step = Step("withdraw", {"contact": email})
        elif settings.sms_number and normal_phone(contact, settings.country):
            step = Step("withdraw", form, "phone")
        else:
            fault = _NO_CONTACT if settings.sms_number else _NO_PHONE
            step = Step("withdraw", form, "contact", fault)
        await self._send_page(scope, send, petition, step)

    async def _give_back(
        self, scope: Scope, send: Send, petition: Petition, id_: int, form: dict[str, str]
    ) -> None:
        """Take back what was signed without contact. The answer is the same where that page's form
        had made no signature, since somebody else had signed so before."""
        given = GivenBack(petition, id_, self._services.now())
        try:
            await self._after(self._submit(give_back_many, given))
        except StoreUnavailable as error:
            await self._send_delay(scope, send, petition, Step("withdraw", form, "contact"), error)
            return
        await self._site.send_message(scope, send, "withdrawn", petition)

    async def _send_code(self, scope: Scope, petition: Petition, email: str) -> None:
        asked = Asked(
            id=self._services.new_id(),
            petition=petition,
            email=email,
            language=scope["language"] or petition.language,
            now=self._services.now(),
            network_tag=limits.network_tag(
                await self._services.day_key(),
                client_address(scope, self._services.settings.trusted_proxies),
            ),
        )
        await self._after(self._submit(self._verifier.ask_many, asked))

    def _contact(self, typed: str) -> str:
        """In normal form, or as it stands: that is then no contact of anybody's."""
        typed = tidy(typed)
        return normal_email(typed) or normal_phone(typed, self._services.settings.country) or typed

    async def _send_delay(
        self, scope: Scope, send: Send, petition: Petition, step: Step, error: StoreUnavailable
    ) -> None:
        """The page again, for what it asks to be sent once more."""
        note(error)
        headers = [retry_after(error.retry_after)]
        step = replace(step, fault=_AWAY)
        await self._send_page(scope, send, petition, step, status=503, extra=headers)

    async def _send_page(
        self,
        scope: Scope,
        send: Send,
        petition: Petition,
        step: Step,
        *,
        status: int = 200,
        extra: Iterable[Header] = (),
    ) -> None:
        say = self._services.renderer.say
        page = self._site.render_petition(
            "web/code.html",
            petition,
            scope["language"],
            purpose=step.purpose,
            step=step.asks,
            ref=step.form.get("ref", "")[:REF_LIMIT],
            contact=step.form.get("contact", ""),
            wrong=step.fault == _WRONG,
            entries=step.form.get("entries", "")[:REF_LIMIT],
            fault=step.fault and say(scope["language"] or petition.language, step.fault),
        )
        await send_html(scope, send, status, page, extra)
