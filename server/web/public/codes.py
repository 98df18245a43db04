"""Typing a code: to verify a signature, to say "that was not me", to take a signature back.

No GET, no HEAD and no bare button does any of it: mail scanners follow links and press buttons. A
wrong code, a contact that we do not know and a reference that we did not make get the same answer.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from server.core.petitions.petitions import Petition
from server.core.signing import verification
from server.core.signing.verification import Asked, Desk, Purpose, Typed
from server.core.values.contacts import normal_email, normal_phone
from server.core.values.names import tidy
from server.errors import StoreUnavailable
from server.web.http.forms import read_form
from server.web.http.guard import check_origin
from server.web.public.petition import Public
from server.web.public.thanks import Thanks
from server.words.render import N_

REF_LIMIT = 40  # characters
_WRONG = N_("These digits are not right, or they are too old. Please check them.")
_NO_CONTACT = N_("Write the whole e-mail address or phone number that you signed with.")
_NO_PHONE = N_("Write the whole e-mail address that you signed with.")
_AWAY = N_("We can store nothing just now. Nothing is lost: try again in a minute.")


class Codes:
    """The endpoints, each `(scope, receive, send)`, as those of `Public`, which they rest on."""

    def __init__(self, public: Public, thanks: Thanks) -> None:
        self._public, self._thanks = public, thanks
        self._services = public.services
        self._desk = Desk(public.services.keys)

    async def verify(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET the page on which the code is typed; POST the code."""
        petition = await self._public.find(scope)
        if verification.is_late(petition, self._services.now()):
            await self._public.send_message(scope, send, 200, "too_late", petition)
            return
        form = await self._form(scope, receive, petition)
        if scope["method"] != "POST":
            await self._send_page(scope, send, petition, "verify", form)
            return
        action: verification.Action = "not_me" if form.get("not_me") else "verify"
        await self._type(scope, send, petition, action, form)

    async def withdraw(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET asks for the contact; POST sends a code to it, or takes the code."""
        petition = await self._public.find(scope)
        form = await self._form(scope, receive, petition)
        if form.get("ref") and scope["method"] != "POST":
            await self._send_page(scope, send, petition, "withdraw", form)
        elif scope["method"] != "POST":
            await self._send_page(scope, send, petition, "withdraw", form, step="contact")
        elif "code" in form:
            await self._type(scope, send, petition, "withdraw", form)
        else:
            await self._ask(scope, send, petition, form)

    async def _form(self, scope: Scope, receive: Receive, petition: Petition) -> dict[str, str]:
        """What the form says; of a link only the reference."""
        if scope["method"] != "POST":
            found = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20)
            return {"ref": found["ref"][-1][:REF_LIMIT]} if "ref" in found else {}
        check_origin(scope, self._services.settings.origin, petition.origins)
        return await read_form(scope, receive)

    async def _type(
        self,
        scope: Scope,
        send: Send,
        petition: Petition,
        action: verification.Action,
        form: dict[str, str],
    ) -> None:
        ref = tidy(form.get("ref", ""))[:REF_LIMIT]
        typed = Typed(
            petition=petition,
            action=action,
            code=form.get("code", ""),
            contact=self._contact(form.get("contact", "")),
            ref=ref,
            now=self._services.now(),
        )
        try:
            outcome = await self._services.group.submit(self._desk.type_many, typed)
        except StoreUnavailable as error:
            await self._send_page(
                scope, send, petition, typed.purpose, form, fault=_AWAY, retry=error.retry_after
            )
            return
        match outcome:
            case None:
                await self._send_page(scope, send, petition, typed.purpose, form, fault=_WRONG)
            case "verified" | "held":
                await self._thanks.send(scope, send, petition, outcome)
            case _:
                await self._public.send_message(scope, send, 200, outcome, petition)

    async def _ask(
        self, scope: Scope, send: Send, petition: Petition, form: dict[str, str]
    ) -> None:
        """Send a code to an e-mail address that has signed; tell a phone what to text."""
        settings = self._services.settings
        contact = self._contact(form.get("contact", ""))
        if email := normal_email(contact):
            asked = Asked(
                id=self._services.new_id(),
                petition=petition,
                email=email,
                language=scope["language"] or petition.language,
                now=self._services.now(),
            )
            try:
                await self._services.group.submit(self._desk.ask_many, asked)
            except StoreUnavailable as error:
                await self._send_page(
                    scope,
                    send,
                    petition,
                    "withdraw",
                    form,
                    step="contact",
                    fault=_AWAY,
                    retry=error.retry_after,
                )
                return
            await self._send_page(scope, send, petition, "withdraw", {"contact": email})
        elif settings.sms_number and normal_phone(contact, settings.country):
            await self._send_page(scope, send, petition, "withdraw", form, step="phone")
        else:
            fault = _NO_CONTACT if settings.sms_number else _NO_PHONE
            await self._send_page(
                scope, send, petition, "withdraw", form, step="contact", fault=fault
            )

    def _contact(self, text: str) -> str:
        """In normal form, or as it stands: that is then no contact of anybody's."""
        text = tidy(text)
        return normal_email(text) or normal_phone(text, self._services.settings.country) or text

    async def _send_page(
        self,
        scope: Scope,
        send: Send,
        petition: Petition,
        purpose: Purpose,
        form: dict[str, str],
        *,
        step: str = "code",
        fault: str = "",
        retry: int | None = None,
    ) -> None:
        language = scope["language"] or petition.language
        page = self._public.render_petition(
            "web/code.html",
            petition,
            language,
            scope["language"],
            purpose=purpose,
            step=step,
            ref=form.get("ref", "")[:REF_LIMIT],
            contact=form.get("contact", ""),
            fault=fault and self._services.renderer.say(language, fault),
        )
        extra = [] if retry is None else [(b"retry-after", b"%d" % retry)]
        await self._public.send_html(scope, send, 200 if retry is None else 503, page, extra)
