"""`/mine`: whoever shows that a mailbox is theirs sees all that it has signed here, and takes it
back, ends its news, or takes all of it away as a file.

No cookie, no session, nothing of anybody in an address: a code opens the page that answers it, and
the forms of that page carry what proves it again. Whoever is meant gets the same pages in the same
time, until a right code is typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.types import Receive, Scope, Send

from server.core.desk.dashboard import CHANNELS
from server.core.floods import limits
from server.core.outbox.outbox import Announcement
from server.core.person import erased, kept, mending, mine
from server.core.person.kept import Kept
from server.core.person.mine import MINE_MAIL, Mailboxes, Opening
from server.core.petitions.petitions import Petition
from server.core.values.contacts import normal_email, normal_phone
from server.core.values.names import tidy
from server.db import Transaction
from server.errors import NotFound, StoreUnavailable
from server.web.http.addresses import client_address
from server.web.http.failures import note
from server.web.http.forms import read_form, read_query
from server.web.http.guard import check_origin
from server.web.http.responses import (
    UNKEPT,
    Header,
    respond,
    retry_after,
    security_headers,
    send_html,
)
from server.web.public.signing.kept import Teller, as_json
from server.web.public.site import Site, path_of
from server.web.public.words import CHANNEL_WORDS, REASON_WORDS
from server.words.render import N_

REF_LIMIT = 40  # characters
BY_SIGNER = "signer"  # in the history of a signature: not an organizer
_FAULTS = {
    "contact": N_("Write the whole e-mail address or phone number that you signed with."),
    "email": N_("Write the whole e-mail address that you signed with."),
    "code": N_("This code is wrong or has expired. Please check it."),
    "late": N_("This page was open for too long. Nothing was changed. Ask for a new code."),
    "away": N_("We can store nothing just now. Nothing is lost: try again in a minute."),
}
_DONE = {
    "withdraw": N_("Your signature is removed, and all that we kept of it is erased."),
    "news_off": N_("You get no news of this petition any more."),
    "gone": N_("It is not there any more."),
}
_CHANNEL_OF = {class_: channel for channel, classes in CHANNELS.items() for class_ in classes}
_KINDS = {"json": b"application/json", "txt": b"text/plain;charset=utf-8"}


@dataclass(frozen=True, slots=True)
class MineStep:
    """What the page asks for next, or shows: a contact, a code, what a phone texts, all of it."""

    asks: Literal["contact", "code", "phone", "all"]
    contact: str = ""
    ref: str = ""
    fault: str = ""


class Mine:
    """The endpoints, each `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site, self._services = site, site.services
        self._submit, self._after = site.services.group.submit, site.beat.after
        self._mailboxes = Mailboxes(site.services.keys)

    async def show(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET asks for the contact; from the mail's link, for contact and code."""
        ref = read_query(scope).get("ref", "")[:REF_LIMIT]
        await self._send(scope, send, MineStep("code" if ref else "contact", ref=ref))

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """POST the contact, then the code, then what to do."""
        check_origin(scope, self._services.settings.origin)
        form = await read_form(scope, receive)
        try:
            if "t" in form:
                await self._act(scope, send, form)
            elif "code" in form:
                await self._open(scope, send, form)
            else:
                await self._ask(scope, send, form)
        except StoreUnavailable as error:
            note(error)
            asks: Literal["code", "contact"] = "code" if "code" in form else "contact"
            step = MineStep(asks, form.get("contact", ""), form.get("ref", "")[:REF_LIMIT], "away")
            await self._send(scope, send, step, status=503, extra=[retry_after(error.retry_after)])

    # The contact.

    async def _ask(self, scope: Scope, send: Send, form: Mapping[str, str]) -> None:
        """Send a code to an e-mail address; tell a phone what to text."""
        settings, typed = self._services.settings, tidy(form.get("contact", ""))
        if email := normal_email(typed):
            await self._after(self._submit(mine.ask_many, await self._mail(scope, email)))
            await self._send(scope, send, MineStep("code", email))
        elif settings.sms_number and normal_phone(typed, settings.country):
            await self._send(scope, send, MineStep("phone"))
        else:
            fault = "contact" if settings.sms_number else "email"
            await self._send(scope, send, MineStep("contact", typed, fault=fault))

    async def _mail(self, scope: Scope, email: str) -> Announcement:
        services = self._services
        address = client_address(scope, services.settings.trusted_proxies)
        return Announcement(
            id=services.new_id(),
            channel="email",
            kind=MINE_MAIL,
            petition_id=None,
            language=self._language(scope),
            recipient=email,
            address_key=services.keys.address(email),
            network_tag=limits.network_tag(await services.day_key(), address),
            created_at=services.now(),
        )

    def _language(self, scope: Scope) -> str:
        return str(scope["language"] or self._services.settings.language)

    # The code.

    async def _open(self, scope: Scope, send: Send, form: Mapping[str, str]) -> None:
        typed, ref = tidy(form.get("contact", "")), tidy(form.get("ref", ""))[:REF_LIMIT]
        email = normal_email(typed) or ""
        opening = Opening(email or typed, form.get("code", ""), ref, self._services.now())
        right = await self._after(self._submit(self._mailboxes.open_many, opening))
        if email and right:
            await self._send_all(scope, send, email)
        else:
            await self._send(scope, send, MineStep("code", email or typed, ref, "code"))

    # What is kept.

    async def _act(self, scope: Scope, send: Send, form: Mapping[str, str]) -> None:
        """Do what a form of the page asks, if it is that of this mailbox, and still in time."""
        email = normal_email(form.get("contact", "")) or ""
        if not email or not self._mailboxes.admits(email, form["t"], self._services.now()):
            await self._send(scope, send, MineStep("contact", email, fault="late"))
        elif form.get("file") in _KINDS:
            await self._send_file(scope, send, email, form["file"])
        else:
            done = await self._change(email, form)
            await self._send_all(scope, send, email, form["t"], done)

    async def _change(self, email: str, form: Mapping[str, str]) -> str:
        """Which of `_DONE` was done; '' if nothing was asked."""
        wanted = next((word for word in ("withdraw", "news_off") if word in form), "")
        if not wanted:
            return ""
        numbers = re.fullmatch(r"([0-9]{1,15})\.([0-9]{1,19})", form[wanted])
        which = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
        directory = await self._services.directory.current()
        async with self._services.database.write() as tx:
            mine_ = await self._mailboxes.signed(tx, directory.by_id.values(), email)
            for petition, id_ in mine_:
                if (petition.id, id_) == which:
                    return await self._do(tx, wanted, petition, id_)
        return "gone"

    async def _do(self, tx: Transaction, wanted: str, petition: Petition, id_: int) -> str:
        keys, now = self._services.keys, self._services.now()
        try:
            if wanted == "withdraw":
                await erased.erase(tx, keys, petition, id_, None, now)
            else:
                await mending.end_news(tx, petition, id_, BY_SIGNER, now)
        except NotFound:
            return "gone"
        return wanted

    async def _all(self, email: str) -> list[Kept]:
        directory = await self._services.directory.current()
        async with self._services.database.read() as tx:
            found = await self._mailboxes.signed(tx, directory.by_id.values(), email)
            keys = self._services.keys
            return [await kept.of_signature(tx, keys, petition, id_) for petition, id_ in found]

    async def _send_all(
        self, scope: Scope, send: Send, email: str, token: str = "", done: str = ""
    ) -> None:
        teller, prefix = self._teller(scope), scope["language"]
        shown = [
            (path_of(one.petition, prefix), one, [*teller.parts(one)])
            for one in await self._all(email)
        ]
        token = token or self._mailboxes.token(email, self._services.now())
        step = MineStep("all", email)
        said = self._say(scope, _DONE[done]) if done else ""
        await self._send(scope, send, step, shown=shown, token=token, done=said)

    def _teller(self, scope: Scope) -> Teller:
        def way(class_: str) -> str:
            return self._say(scope, CHANNEL_WORDS[_CHANNEL_OF[class_]])

        def reason(kind: str) -> str:
            return self._say(scope, REASON_WORDS[kind])

        return Teller(lambda words: self._say(scope, words), self._language(scope), way, reason)

    def _say(self, scope: Scope, words: str) -> str:
        return self._services.renderer.say(self._language(scope), words)

    async def _send_file(self, scope: Scope, send: Send, email: str, kind: str) -> None:
        """All of it, to keep."""
        found: Sequence[Kept] = await self._all(email)
        said = as_json(found) if kind == "json" else self._teller(scope).text(found).encode()
        headers = [
            UNKEPT,
            (b"content-type", _KINDS[kind]),
            (b"content-disposition", f'attachment; filename="mine.{kind}"'.encode()),
            *security_headers(),
        ]
        await respond(scope, send, 200, headers, said)

    async def _send(
        self,
        scope: Scope,
        send: Send,
        step: MineStep,
        *,
        status: int = 200,
        extra: Iterable[Header] = (),
        **context: Any,
    ) -> None:
        site, language = self._site, self._language(scope)
        context = {"shown": [], "token": "", "done": ""} | context
        page = site.render(
            "web/mine.html",
            language,
            scope["language"],
            step=step,
            wrong=step.fault == "code",
            fault=step.fault and self._say(scope, _FAULTS[step.fault]),
            petition=None,
            **context,
        )
        await send_html(scope, send, status, page, extra)
