"""The running product with its mail and its people, and all that they see of it."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from server.core.floods.holds import Reason
from server.core.petitions import petitions
from server.core.signing import signatures
from server.core.values.ids import Ids
from server.core.values.keys import Keys
from server.db import open_database
from server.db.group import GroupCommit
from tests.harness import product
from tests.harness.mail.smtp import PostOffice, post_office
from tests.harness.people import land
from tests.harness.people.signers import letters
from tests.harness.product import Server, eventually
from tests.harness.web.pages import Browser, Met, Page

OWN = "/organizer/p/{slug}"  # of a petition
PASSWORD = "four green herons wade"  # of everybody but the demo's organizer
#: As people are called; each is told from the next by a word of letters.
NAMES = ("Nguyễn Minh Khai", "Нина Иванова", "محمد علي", "अनिता देवी", "李小龍", "José Ñúñez", "Ana")


_OF_PETITION = "WHERE petition_id = (SELECT id FROM petitions WHERE slug = :slug)"
_OF_ORGANIZER = "WHERE organizer_id = (SELECT id FROM organizers WHERE name = :slug)"
_OF_ORGANIZATION = (
    "WHERE organization_id = (SELECT organization_id FROM petitions WHERE slug = :slug)"
)


@dataclass
class Site:
    """The running product with its mail, two organizers, and any number of strangers."""

    server: Server
    office: PostOffice
    url: str  # of the database
    met: Met = field(default_factory=Met)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _ids: Ids = field(default_factory=lambda: Ids(1000))

    def __post_init__(self) -> None:
        self.desk = self.signed_in("organizer", self.server.password)

    def apart(self) -> Site:
        """The same, with a memory of its own for what is met."""
        own = copy(self)
        own.met, own._ids = Met(), Ids(next(self._numbers))
        own.desk = replace(self.desk, met=own.met)
        return own

    def stranger(self) -> Browser:
        n = next(self._numbers)
        return Browser(self.server, self.met, f"11.{n >> 8}.{n & 255}.7")

    def signed_in(self, name: str, password: str) -> Browser:
        browser = self.stranger()
        form = browser.get("/organizer/sign-in").form("/organizer/sign-in")
        assert (
            "Your petitions" in browser.press(form, "", {"name": name, "password": password}).text
        )
        return browser

    def owner(self) -> tuple[str, Browser]:
        """The name of somebody with an organization of their own, and their browser."""
        name = f"owner-{letters(next(self._numbers))}"
        self.add_organizer(name)
        return name, self.signed_in(name, PASSWORD)

    def add_organizer(self, name: str, *words: str) -> None:
        """An account as the operator makes it."""
        added = self.server.command("organizer", "add", name, *words, typed=PASSWORD)
        assert added.returncode == 0, added.stderr

    def name(self) -> str:
        """A name that nobody else has, in one script after the other."""
        n = next(self._numbers)
        return f"{NAMES[n % len(NAMES)]} {letters(n)}"

    def address(self) -> str:
        return f"{letters(next(self._numbers))}@gmail.com"

    def phone(self) -> str:
        return f"+1406299{next(self._numbers):04}"

    def draft(self) -> dict[str, str | bool]:
        """What an organizer types of a petition that nobody has yet."""
        n = next(self._numbers)
        return {
            "title_en": f"Keep the lake of {letters(n)} clean",
            "body_en": "Please.\n\nKeep it clean.",
            "started_by": "Friends of the lake",
            "slug": f"lake-{n}",
            "keyword": f"LAKE{letters(n)[-6:]}".upper(),
        }

    def petition(self, **typed: str | bool) -> str:
        """The slug of a new petition that is open."""
        draft = self.draft() | typed
        new = self.desk.get("/organizer/petitions/new")
        page = self.desk.press(new.form("/organizer/petitions/new"), "", draft)
        assert "stored as a draft" in page.text, page.text
        assert "is open" in self.desk.press(page.form(f"{OWN}/open")).text
        return str(draft["slug"])

    def own(self, slug: str, path: str = "") -> Page:
        return self.desk.get(f"/organizer/p/{slug}{path}")

    def rows(self, slug: str) -> list[dict[str, str]]:
        """The CSV that the organizer downloads."""
        return list(csv.DictReader(io.StringIO(self.own(slug, "/export.csv").text)))

    def row(self, slug: str, name: str) -> dict[str, str]:
        return next(row for row in self.rows(slug) if row["name"] == name)

    def log(self, slug: str) -> list[dict[str, Any]]:
        """The audit log that the organizer downloads."""
        return [json.loads(line) for line in self.own(slug, "/audit.jsonl").text.splitlines()]

    def actions(self, slug: str) -> list[str]:
        return [entry["action"] for entry in self.log(slug)]

    def statuses(self, slug: str) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for row in self.rows(slug):
            found[row["status"]] += 1
        return found

    def shows(self, path: str, *words: str) -> None:
        """Wait until anybody finds these words there; fail if they do not come."""
        reader = self.stranger()
        eventually(lambda: all(word in reader.get(path).text for word in words))

    # What others do first, so that something is there to press.

    def sign(self, slug: str, language: str = "", /, **typed: str | bool) -> Page:
        """The page that answers somebody's form."""
        browser = self.stranger()
        form = browser.get(f"{language}/p/{slug}").form("/p/{slug}")
        return browser.press(form, "", {"name": self.name(), "postcode": "59801"} | typed)

    def verified(self, slug: str, **typed: str | bool) -> None:
        """Somebody signs with a phone, and texts what the page says."""
        phone = self.phone()
        texts(self, self.sign(slug, phone=phone, **typed), phone)

    def crowd(self, slug: str, n: int, *signals: Reason, **values: str) -> None:
        """So many people sign, with these signals, in front of the same writer as the door's."""
        asyncio.run(self._crowd(slug, n, signals, values))

    async def _crowd(
        self, slug: str, n: int, signals: tuple[Reason, ...], values: dict[str, str]
    ) -> None:
        keys = Keys((self.server.data / "secret.key").read_text().strip())
        database, now = await open_database(self.url), int(time.time())
        async with database.read() as tx:
            known = await petitions.all_petitions(tx)
        petition = next(p for p in known.values() if p.slug == slug)
        group = GroupCommit(database)
        group.start()

        async def one() -> None:
            signing = signatures.web_signing(
                petition,
                {"name": self.name(), "postcode": "59801"} | values,
                keys=keys,
                country="US",
                language="en",
                id_=self._ids.next(now),
                now=now,
            )
            signing.signals = signals
            await signatures.sign(group, signing)

        try:
            await asyncio.gather(*(one() for _ in range(n)))
        finally:
            await group.stop()
            await database.close()

    def change(self, sql: str, slug: str, seconds: int, whose: str = _OF_PETITION) -> None:
        """Change a time in the database, `:seconds` with `:slug`: nobody can wait for a day."""

        async def run() -> None:
            database = await open_database(self.url)
            try:
                async with database.write() as tx:
                    await tx.execute(f"{sql} {whose}", seconds=seconds, slug=slug)
            finally:
                await database.close()

        asyncio.run(run())

    def move_codes(self, slug: str, seconds: int) -> None:
        """Let the codes of a petition be older, or younger again."""
        self.change("UPDATE codes SET made_at = made_at + :seconds", slug, seconds)

    def move_second_steps(self, name: str, seconds: int) -> None:
        """Let the second step of an organizer's sessions have been done at another time."""
        done = "UPDATE organizer_sessions SET proved_at = proved_at + :seconds"
        self.change(done, name, seconds, _OF_ORGANIZER)

    def move_joining(self, slug: str, seconds: int) -> None:
        """Let the members of the organization that runs a petition have been so for longer."""
        join = "UPDATE members SET joined_at = joined_at + :seconds"
        self.change(join, slug, seconds, _OF_ORGANIZATION)


@contextmanager
def mailed(data: Path, *, places: bool = False, **settings: str) -> Iterator[Site]:
    """The demo in that folder with a mail server beside it; with `places`, it knows who decides in
    an invented country."""
    with (
        post_office() as office,
        product.running(
            data,
            **office.settings,
            UNDERSIGNED_TRUSTED_PROXIES="127.0.0.1",
            **settings,
        ) as server,
    ):
        if places:
            land.bring(server)
        yield Site(server, office, f"sqlite:///{server.store.resolve()}")


def texts(site: Site, thanks: Page, phone: str) -> None:
    """Text the word and the digits of a thank-you page from that phone."""
    found = re.search(r"body=([A-Z0-9]+)%20(\d+)", thanks.text)
    assert found, thanks.text
    reply = site.server.text(f"{found[1]} {found[2]}", phone)
    assert reply.startswith("Thank you"), (found[0], phone, reply)
