"""A server in this process with all its doors, and somebody whose every word can be found again."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp

from server.app import doors
from server.cli.backup import backup
from server.config import LANGUAGES
from server.core.conversations import inbound
from server.core.desk.people import organizers
from server.core.desk.signers.exports import csv_blocks
from server.core.outbox.returned import note_bounce
from server.core.petitions import petitions
from server.core.petitions.wording.draft import DecisionMaker
from server.core.signing.signatures import public_names
from server.mail import bounces
from server.mail.smtp import mailer
from server.outgoing import loops
from server.outgoing.letters import Carrier
from server.outgoing.mailroom import Mailroom, read_in
from server.services import Services
from server.texting.allowed import note_status
from server.texting.sessions import SessionDoor
from server.web.http.front import Front
from server.web.http.guard import Hosts
from server.web.http.pages import Pages
from server.web.public.site import Site
from sms import Inbound, StatusUpdate
from sms.reading import reserved
from tests.harness.mail.answers import answer
from tests.harness.mail.mails import drain
from tests.harness.mail.smtp import PostOffice, codes_in
from tests.harness.people import land
from tests.harness.people.signers import STORED
from tests.harness.team import run_by
from tests.harness.texts.phones import NUMBER, Phones, text_door
from tests.harness.world import draft

HOST = "sign.example.org"
NAME, POSTCODE = "Zebulon Quillfeather", "ZE2 9QF"
MAIL, PHONE, COMMENT = "zq.wren7@gmail.com", "+14065550177", "marmalade for ever"
#: What tells of that person, wherever it stands, in whatever case.
CANARIES = {
    "name": ("zebulon", "quillfeather"),
    "postcode": ("ze2 9qf", "ze29qf"),
    "mail": ("zq.wren7",),
    "phone": ("4065550177",),
    "comment": ("marmalade",),
}
DESK_PASSWORD = "four green herons wade"
WORDS = f"<{MAIL}>: Recipient address rejected for {PHONE}, {NAME} {POSTCODE} {COMMENT}"
MAYOR, DIVISION = "mayor@town.example", "ocd-division/country:gb/region:zet"
#: Where something of a person may stand, and what of them.
Traces = dict[str, set[str]]


@dataclass
class House:
    """The doors, the mail server, and the clock of one server, with one open petition, LAKE."""

    phones: Phones
    office: PostOffice
    app: ASGIApp
    folder: Path
    log: Path
    texts: int = 0

    @property
    def services(self) -> Services:
        return self.phones.services

    # By the web.

    async def page(self, path: str, form: Mapping[str, str] | None = None, cookie: str = "") -> str:
        """What the page says; with a form, what it answers to that."""
        return (await self._asked(path, form, cookie))[1]

    async def _asked(
        self, path: str, form: Mapping[str, str] | None, cookie: str
    ) -> tuple[list[tuple[bytes, bytes]], str]:
        """Headers and body of the answer."""
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": "GET" if form is None else "POST",
            "path": path,
            "query_string": query.encode(),
            "headers": [
                (b"host", HOST.encode()),
                (b"content-type", b"application/x-www-form-urlencoded"),
                *([(b"cookie", cookie.encode())] if cookie else []),
            ],
            "client": ("192.0.2.1", 5),
        }
        return await _answer(self.app, scope, urlencode(form or {}).encode())

    async def desk(self) -> str:
        """The cookie of an owner of the petition who has signed in."""
        who, salt = "jo", b"s" * 16
        async with self.services.database.write() as tx:
            made = await organizers.add(tx, who, DESK_PASSWORD, salt=salt, now=self.services.now())
            await run_by(tx, 1, made.id)
        form = {"name": who, "password": DESK_PASSWORD}
        headers, _ = await self._asked("/organizer/sign-in", form, "")
        kept = [v.decode().partition(";")[0] for k, v in headers if k == b"set-cookie"]
        return "; ".join(kept)

    async def signs(self, **typed: str) -> str:
        """The page that answers the form."""
        page = await self.page("/p/lake", {"name": NAME, "postcode": POSTCODE} | typed)
        assert STORED in page, page
        return page

    async def mail(self) -> str:
        """The code of the newest mail, once all that is due has gone out; '' if there is none."""
        before = len(self.office.arrived)
        while await drain(self.services):
            pass
        return codes_in(self.office.arrived[-1])[0] if len(self.office.arrived) > before else ""

    def link(self) -> str:
        """The address that the newest mail links to."""
        found = re.search(r"https://[^/]+(/\S+)", str(self.office.arrived[-1].get_content()))
        assert found
        return found[1]

    async def letters_leave(self) -> None:
        """All letters that may go have gone."""
        carrier = Carrier(self.services, mailer(self.services.settings))
        while await carrier.drain():
            pass

    async def answers(self, words: str) -> None:
        """The office answers the last letter that it has got."""
        services = self.services
        mail = bytes(answer(self.office.to(MAYOR)[-1], words))
        room = Mailroom(services.keys, services.database, services.new_id, services.now)
        assert await room.take(read_in(mail, services.settings, services.keys)) == "passed_on"

    async def types(self, page: str, code: str, path: str = "verify", **pressed: str) -> str:
        """The answer to a code that is typed on that page."""
        return await self.page(f"/p/lake/{path}", hidden(page) | {"code": code} | pressed)

    # By phone.

    async def says(self, *words: str, gateway: str = "twilio", id_: str = "") -> str:
        """The reply to the last of these texts; what goes out by itself has gone."""
        reply: str | None = None
        for text in words:
            self.texts += 1
            message = Inbound(gateway, id_ or f"T{self.texts}", PHONE, NUMBER, text)
            inline = gateway == "twilio"
            reply = (await self.phones.door.receive(message, inline=inline)).reply
            while await self.phones.drain():
                pass
        return reply or ""

    async def keys(self, channel: Any, *keyed: str) -> str:
        """What a session or call says last."""
        door, body, state = SessionDoor(self.services), "", ""
        for n, key in enumerate(keyed):
            sent = "*".join(keyed[: n + 1]) if channel == "ussd" else key
            about = ("twilio", f"{channel}{n}", PHONE, NUMBER, sent)
            reply = await door.receive(Inbound(*about, channel=channel, state=state))
            body, state = reply.body, reply.ask.state if reply.ask else ""
        while await self.phones.drain():
            pass
        return body

    async def reports(self, provider_id: str, error: str, status: Any = "failed") -> None:
        """The provider says what became of a text."""
        update = StatusUpdate("twilio", provider_id, status, error)
        await note_status(self.services, self.phones.network, update)  # type: ignore[arg-type]

    async def returns(self) -> None:
        """The newest mail comes back for good, as `undersigned bounced` takes it."""
        mail = self.office.arrived[-1]
        raw = (
            f"From: MAILER-DAEMON@example.net\r\nTo: {mail['Return-Path']}\r\n"
            f"Subject: Undelivered: {NAME}\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            f"--b\r\nContent-Type: text/plain\r\n\r\n{WORDS}\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            f"Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; {MAIL}\r\n"
            f"Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 {WORDS}\r\n\r\n"
            f"--b\r\nContent-Type: message/rfc822\r\n\r\nTo: {MAIL}\r\n"
            f"Message-ID: {mail['Message-ID']}\r\nSubject: {NAME}\r\n\r\n{WORDS}\r\n--b--\r\n"
        )
        bounce = bounces.read(raw.encode(), self.services.keys)
        assert bounce.whose, bounce
        assert bounce.outcome == "permanent", bounce
        async with self.services.database.write() as tx:
            await note_bounce(tx, bounce.whose, self.services.now())

    async def addresses(self) -> None:
        """An organizer addresses the petition to a mayor, and to who decides at this postcode."""
        people = f"name,role,division,email\nIda Reed,member,{DIVISION},ida.reed@shire.example\n"
        place = f"country,postcode,division,share\nGB,{POSTCODE},{DIVISION},1\n"
        await land.take_people(self.services.database, people.encode(), country="GB")
        await land.take_map(self.services.database, place.replace(POSTCODE, "ZE2 9ZZ"))
        makers = (DecisionMaker("Jo Marsh", email=MAYOR),)
        new = draft(country="GB", decision_makers=makers, roles=("member",))
        async with self.services.database.write() as tx:
            lake = self.services.directory.by_id[1]
            await petitions.edit(tx, lake, new, reserved(), now=0)
        await self.services.directory.refresh()

    # Time, and what is there.

    async def later(self, seconds: float = inbound.REPEATED_SECONDS + 1) -> None:
        """So much later, what was due by then is done, and the files have been swept."""
        self.phones.now += seconds
        await loops.do_chores(self.services)
        assert await self.services.database.sweep()

    async def traces(self) -> Traces:
        """By place, what is found there of that person: byte by byte in files."""
        found = {"log": self.log.read_bytes(), "export": await self._export()}
        found["tombstones"] = b"".join(p.read_bytes() for p in self.folder.glob("*tombstones*"))
        if self.services.database.engine == "sqlite":
            found["files"] = b"".join(p.read_bytes() for p in self.folder.glob("store.db*"))
            found["backup"] = await asyncio.to_thread(self._backup)
        else:
            found["tables"] = await self._tables()
        said = {place: canaries(raw.lower()) for place, raw in found.items()}
        return {place: canaries for place, canaries in said.items() if canaries}

    async def _export(self) -> bytes:
        blocks = [block async for block in csv_blocks(self.services.database, 1)]
        async with self.services.database.read() as tx:
            shown = await public_names(tx, 1, 1, 100)
        return b"".join(blocks) + repr(shown).encode()

    def _backup(self) -> bytes:
        made = backup(
            self.folder / "store.db",
            self.folder / "copies",
            keep=1,
            now=int(self.phones.now),
            progress=lambda _: None,
        )
        return made.path.read_bytes()

    async def _tables(self) -> bytes:
        """All that stands in PostgreSQL, bytes as text where they are some."""
        said = []
        async with self.services.database.read() as tx:
            tables = await tx.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for table in tables:
                rows = await tx.fetch(f"SELECT * FROM {table['tablename']}")
                said += [repr(tuple(row)) for row in rows]
        return "\n".join(said).encode()


def canaries(raw: bytes) -> set[str]:
    """What of that person stands in bytes in small letters."""
    return {
        kind
        for kind, words in CANARIES.items()
        if any(form in raw for word in words for form in (word.encode(), word.encode("utf-16-le")))
    }


def hidden(page: str) -> dict[str, str]:
    """The fields of a page's form that nobody sees."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


async def _answer(
    app: ASGIApp, scope: dict[str, Any], body: bytes
) -> tuple[list[tuple[bytes, bytes]], str]:
    sent: list[bytes] = []
    headers: list[tuple[bytes, bytes]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        headers.extend(message.get("headers", ()))
        sent.append(message.get("body", b""))

    await app(scope, receive, send)
    return headers, b"".join(sent).decode()


@asynccontextmanager
async def house(
    url: str, office: PostOffice, folder: Path, log: Path, **settings: str
) -> AsyncIterator[House]:
    """One whose store is `store.db` in that folder, or PostgreSQL's at that URL."""
    url = f"sqlite:///{folder / 'store.db'}" if url.startswith("sqlite") else url
    settings = {
        "UNDERSIGNED_TOMBSTONES": str(folder / "tombstones"),
        **office.settings,
        "UNDERSIGNED_SMS_CODES_DAILY": "100",
        "UNDERSIGNED_LETTERS_REPLY_TO": "answers+*@sign.example.org",
    } | settings
    async with text_door(url, False, **settings) as phones:
        if not phones.services.directory.by_id:  # else it is a copy that was put back
            await phones.add_petition(country="GB")
        phones.services.gateways = dict.fromkeys(("twilio", "http"), phones.network)  # type: ignore[arg-type]
        pages = Pages()
        front = Front(
            doors(Site(phones.services, pages)),
            pages,
            LANGUAGES,
            "en",
            Hosts(phones.services.settings.public_url),
            {},
        )
        yield House(phones, office, front, folder, log)
