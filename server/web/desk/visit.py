"""One request of an organizer who is signed in, and how it is answered."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from starlette.types import Receive, Scope, Send

from server.core.desk import audit
from server.core.desk.people import organizers
from server.core.desk.people.organizers import Organizer
from server.core.desk.people.teams import NOWHERE, Membership, Role, allows
from server.core.petitions.petitions import Petition
from server.db import Transaction
from server.errors import NotFound
from server.services import Services
from server.web.desk.form import parts
from server.web.desk.resuming import HOME
from server.web.desk.words import NOT_ALLOWED, class_words, moment_words
from server.web.http.forms import FormValues, read_query
from server.web.http.responses import PRIVATE, UNKEPT, Header, redirect, security_headers, stream

if TYPE_CHECKING:
    from server.web.desk.session import OrganizerPages

LOOK_SECONDS = 3600  # in which many looks at the same names are one
#: What a door asks of whoever comes: a role where its address leads, or no more than a sign-in.
Needs = Role | Literal["sign-in"]


async def see_other(scope: Scope, send: Send, path: str, extra: Iterable[Header] = ()) -> None:
    """On to that page, with GET; a path of ours, never one from the request."""
    await redirect(scope, send, 303, path, [PRIVATE, *extra])


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of an organizer who is signed in.

    `form` is empty for GET. `stale`: the form was made before this sign-in, so its sender has to
    look at it and send it once more. `standing`: what they are where the address leads. `extra`
    goes with the answer, whatever it is.
    """

    pages: OrganizerPages
    scope: Scope
    receive: Receive
    send: Send
    organizer: Organizer
    token: bytes
    form: FormValues
    stale: bool = False
    standing: Membership = NOWHERE
    extra: tuple[Header, ...] = ()

    @property
    def services(self) -> Services:
        return self.pages.services

    @property
    def language(self) -> str:
        return self.services.settings.language

    @property
    def posts(self) -> bool:
        """Whether a form was sent."""
        return bool(self.scope["method"] == "POST")

    def part(self, name: str) -> str:
        """A part of the address that the site map gives a name."""
        return str(self.scope["path_params"][name])

    def query(self, name: str) -> str:
        return read_query(self.scope).get(name, "")

    def may(self, needs: Needs) -> bool:
        """Whether they may do what needs that, where the address leads."""
        return needs == "sign-in" or allows(self.standing.roles, needs)

    async def refuse(self) -> None:
        """Say that their role does not let them do it, and who can change that."""
        title, *lines = (self.pages.sentence(each) for each in NOT_ALLOWED)
        await self.send_page("message", 403, title=title, lines=lines)

    async def petition(self, slug: str | None = None) -> Petition:
        """The petition in the address, which the door has found to be theirs. Raises `NotFound`."""
        directory = await self.services.directory.current()
        petition = directory.by_slug.get(slug or self.part("slug"))
        if petition is None:
            raise NotFound
        return petition

    async def note(self, tx: Transaction, action: str, petition_id: int, **detail: Any) -> None:
        """Put it down in the audit log, in the transaction of what it records."""
        now = self.services.now()
        await audit.note(tx, now, self.organizer.name, action, petition_id, **detail)

    async def note_look(self, petition: Petition) -> None:
        """Put down that they see names which are not public, once in `LOOK_SECONDS`."""
        services, who = self.services, self.organizer.name
        since = services.now() - LOOK_SECONDS
        async with services.database.read() as tx:
            noted = await audit.has_looked(tx, petition.id, who, since)
        if not noted:
            async with services.database.write() as tx:
                await self.note(tx, audit.LOOKED, petition.id)

    async def note_team(self, tx: Transaction, action: str, **detail: Any) -> None:
        """The same, about the organization in the address."""
        now, id_ = self.services.now(), self.standing.organization_id
        await audit.note(tx, now, self.organizer.name, action, organization_id=id_, **detail)

    def sentence(self, words: Mapping[str, str], key: str, **fields: object) -> str:
        """The sentence of a table of words; a key without one stands for itself."""
        return self.pages.sentence(words.get(key, key), **fields)

    def part_label(self, part: str) -> str:
        """What a part of a petition is called on its form."""
        name, language = parts.label(part)
        words = self.pages.sentence(name)
        return f"{words} ({language})" if language else words

    def part_words(self, part: str, said: str) -> str:
        """What a part says; a box, whether it is ticked."""
        tick = parts.tick_words(part, said)
        return said if tick is None else self.pages.sentence(tick)

    def way(self, class_: str) -> str:
        """A class in plain words."""
        return class_words(self.sentence, class_)

    def moment(self, seconds: int) -> str:
        return moment_words(seconds, self.language)

    async def send_page(
        self, template: str, status: int = 200, extra: Iterable[Header] = (), **context: Any
    ) -> None:
        """A page for this organizer."""
        signed_in = {
            "organizer": self.organizer,
            "csrf": organizers.form_token(self.token),
            "may": self.may,
        }
        extra = [*self.extra, *extra]
        send_page = self.pages.send_page
        await send_page(self.scope, self.send, template, status, extra, **signed_in, **context)

    async def send_petition_page(
        self, template: str, petition: Petition, done: Mapping[str, str], **context: Any
    ) -> None:
        """A page about a petition. `done`: what it may say of the change that led here, by the word
        in its address."""
        word = self.query("done")
        await self.send_page(
            template,
            petition=petition,
            wording=petition.wording(self.language),
            say=self.sentence,
            time=self.moment,
            way=self.way,
            done=self.sentence(done, word) if word in done else "",
            **context,
        )

    async def send_file(self, name: str, kind: bytes, blocks: AsyncGenerator[bytes]) -> None:
        """Something to keep, as it is read from the store."""
        headers = [
            UNKEPT,  # full of personal data: no copy stays with the browser but the file
            (b"content-type", kind),
            (b"content-disposition", f'attachment; filename="{name}"'.encode()),
            *security_headers(),
            *self.extra,
        ]
        await stream(self.scope, self.receive, self.send, headers, blocks)

    async def go_to(self, path: str) -> None:
        await see_other(self.scope, self.send, path, self.extra)

    async def go_to_petition(self, petition: Petition, page: str = "") -> None:
        await self.go_to(f"{HOME}p/{petition.slug}{page}")


#: A page behind the sign-in: answers the visit.
Room = Callable[[Visit], Awaitable[None]]
