"""Scripted attacks on a running server, and the honest crowds that must not suffer for them.

The tests make each with a few hundred, `bench.attacks` with 10,000.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from server.db.sqlite import connect
from tests.harness import product
from tests.harness.mail.mails import signs
from tests.harness.mail.smtp import PostOffice, codes_in, post_office
from tests.harness.people.signers import STORED
from tests.harness.product import Answer, Server, eventually, post, read_answer
from tests.harness.texts.phones import Phones
from tests.harness.world import PHONE

FIRST = (
    "Ana Bo Cyd Dee Eve Flo Gus Hal Ida Joe Kim Leo Mia Ned Ola Pam Rex Sue Tom Una Vic Wes Yan"
    " Zoe Abe"
).split()
LAST = (
    "Diaz Lee Charo Prince Stone Night Ortiz Shah Nguyen Brandt Okafor Kowalski Silva Moreau"
    " Haddad Yilmaz Novak Rossi Olsen Tanaka Schmidt Pereira Ivanova Kaur Mbeki"
).split()
PROVIDERS = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com")

Form = dict[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """The exact figures of the petition."""

    verified: int
    unverified: int
    held: int

    def since(self, before: Tally) -> Tally:
        return Tally(
            self.verified - before.verified,
            self.unverified - before.unverified,
            self.held - before.held,
        )

    def __str__(self) -> str:
        return f"verified {self.verified:+}, not verified {self.unverified:+}, held {self.held:+}"


def tally(server: Server) -> Tally:
    """As the operator reads it."""
    found = json.loads(server.command("check", "--json").stdout)["face"]
    return Tally(found["verified"], found["unverified"], found["held"])


@contextmanager
def attacked(folder: Path) -> Iterator[tuple[Server, PostOffice]]:
    """A server behind a proxy, whose word on addresses it believes, and its mail server."""
    with (
        post_office() as office,
        product.running(
            folder / "data",
            UNDERSIGNED_TRUSTED_PROXIES="127.0.0.1",
            **office.settings,
        ) as server,
    ):
        yield server, office


def sign_all(server: Server, forms: Iterable[tuple[Form, str]]) -> list[Answer]:
    """Send each form, as from its address, over one connection."""
    answers = []
    with socket.create_connection(("127.0.0.1", server.port), 60) as connection:
        for form, address in forms:
            raw = post("/p/face", form, Connection="keep-alive", X_Forwarded_For=address)
            connection.sendall(raw)
            answers.append(read_answer(connection))
            if STORED not in answers[-1].text:
                raise ValueError(f"not stored: {form}")
    return answers


def invented(count: int) -> Iterator[str]:
    """Names such as a program makes."""
    return (f"Signer {number}" for number in range(count))


def likely(count: int) -> Iterator[str]:
    """Names such as people have; all different."""
    middle = itertools.chain([""], (f"{letter}. " for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    every = (f"{first} {m}{last}" for m in middle for first in FIRST for last in LAST)
    return itertools.islice(every, count)


def mailbox(name: str, domain: str) -> str:
    """An address such as people make of their name."""
    return f"{'.'.join(name.lower().replace('.', '').split())}@{domain}"


def bots(server: Server, count: int, addresses: int) -> list[Answer]:
    """Invented names and contacts, from few addresses or from many."""

    def forms() -> Iterator[tuple[Form, str]]:
        for i, name in enumerate(invented(count)):
            form = {"name": f"{name} of {addresses}", "postcode": f"{59000 + i % 900}"}
            if i % 2:
                form["email"] = f"signer{i}of{addresses}@{PROVIDERS[i % 5]}"
            address = i % addresses
            yield form, f"198.{18 + address // 65536}.{address // 256 % 256}.{address % 256}"

    return sign_all(server, forms())


def type_codes(server: Server, office: PostOffice, emails: Sequence[str]) -> int:
    """Type every code that has come; how many were taken."""
    taken = 0
    with socket.create_connection(("127.0.0.1", server.port), 60) as connection:
        for email in emails:
            for mail in office.to(email):
                for code in codes_in(mail):
                    form = {"contact": email, "code": code}
                    connection.sendall(post("/p/face/verify", form, Connection="keep-alive"))
                    taken += "Thank you" in read_answer(connection).text
    return taken


def type_as_they_come(server: Server, office: PostOffice, emails: Sequence[str]) -> int:
    """As people do who wait for their mail: how many codes were taken, one for each address."""
    waiting = list(emails)

    def typed_all() -> bool:
        came = [email for email in waiting if office.to(email)]
        for email in came:
            waiting.remove(email)
        type_codes(server, office, came)
        return not waiting

    product.eventually(typed_all)
    return len(emails) - len(waiting)


def mail_bomb(server: Server, office: PostOffice, count: int) -> int:
    """One network enters many strangers, each once; how many of them get a mail at once."""
    strangers = (mailbox(name, PROVIDERS[(i + 1) % 5]) for i, name in enumerate(likely(count)))
    bomb = (
        ({"name": name, "postcode": f"{59100 + i % 700}", "email": email}, "192.0.2.77")
        for i, (name, email) in enumerate(zip(likely(count), strangers, strict=True))
    )
    before = len(office.arrived)
    sign_all(server, bomb)
    return _sent_before_one_more(server, office) - before


def buried(server: Server, office: PostOffice, count: int) -> int:
    """Many networks enter one mailbox, in many spellings; how many mails it gets."""
    bomb = (
        (
            {
                "name": name,
                "postcode": f"{59100 + i % 700}",
                "email": mailbox(f"v.ictim+{name}", "googlemail.com"),
            },
            f"100.{64 + i // 256 % 64}.{i % 256}.9",
        )
        for i, name in enumerate(likely(count))
    )
    before = len(office.arrived)
    sign_all(server, bomb)
    return _sent_before_one_more(server, office) - before


def _sent_before_one_more(server: Server, office: PostOffice) -> int:
    """How many mails have gone when that of somebody who signs after all others comes, and none is
    on its way any more: all of theirs have been decided then, since none is held."""
    email = f"last{len(office.arrived)}@hotmail.com"
    sign_all(server, [({"name": "Last One", "postcode": "59807", "email": email}, "192.88.99.1")])
    office.wait_for(email)
    eventually(lambda: not _on_their_way(server))
    return len(office.arrived) - 1


def _on_their_way(server: Server) -> int:
    with contextlib.closing(connect(str(server.store))) as store:
        leased = "SELECT count(*) FROM outbox WHERE leased_until IS NOT NULL AND sent_at IS NULL"
        return int(store.execute(leased).fetchone()[0])


async def texted_to_death(phones: Phones, petitions: int, rounds: int) -> int:
    """Somebody enters the verified number of one person at many petitions, all day long; how many
    texts that person gets."""
    for n in range(petitions):
        await phones.add_petition(slug=f"p{n}", keyword=f"PP{n}X")
        await phones.text(f"SIGN PP{n}X Ana Diaz 59801")
    for i in range(rounds):
        phones.now += 24 * 3600 // rounds
        await signs(phones.services, email="", slug=f"p{i % petitions}", phone=PHONE)
        while await phones.drain():
            pass
    return len(phones.network.sent)


def one_mailbox(server: Server, office: PostOffice, count: int) -> None:
    """Many names on one address, every code typed that comes to it."""
    email = "many.names@gmail.com"
    forms = (({"name": n, "postcode": "59801", "email": email}, "192.0.2.7") for n in likely(count))
    sign_all(server, forms)
    office.wait_for(email)
    product.eventually(lambda: len(office.to(email)) >= 3)
    type_codes(server, office, [email])


def catch_all(server: Server, office: PostOffice, count: int) -> None:
    """Many addresses on one domain that takes all mail, every code typed."""
    emails = [mailbox(name, "catchall.example.org") for name in likely(count)]
    forms = (
        ({"name": name, "postcode": "59802", "email": email}, f"203.{i // 256 % 256}.{i % 256}.7")
        for i, (name, email) in enumerate(zip(likely(count), emails, strict=True))
    )
    sign_all(server, forms)
    _wait_for_all(office, emails[-1], count)
    type_codes(server, office, emails)


def _wait_for_all(office: PostOffice, last: str, count: int) -> None:
    for _ in range(1 + count // 100):  # the office waits half a minute each time
        try:
            office.wait_for(last)
        except AssertionError:
            continue
        return
    office.wait_for(last)


def consecutive_numbers(server: Server, count: int, first: int = 14062050000) -> None:
    """Signed texts from one number after the other."""
    for i, name in enumerate(likely(count)):
        server.text(f"SIGN FACE {name} 59803", f"+{first + i}")


INSULT = "IDIOT"


def stranger_first(server: Server, office: PostOffice, count: int) -> int:
    """A stranger, who has a network for each, signs twice with the address of each of so many
    people, before they do it themselves and type one of the codes that come.

    What the stranger chose is published of how many, or stands on the page that says what is
    stored.
    """
    taken = 0
    for i, name in enumerate(likely(count)):
        email = mailbox(name, PROVIDERS[i % 5])
        mine = {"name": name, "postcode": "59807", "email": email}
        insult = {"comment": INSULT, "public": "1", "news": "1", "postcode": "59808"}
        forms = [
            mine | insult | {"name": name.upper()},
            mine | insult | {"name": f"{name} {INSULT}"},
        ]
        theirs, own = (f"{first}.{i // 256}.{i % 256}.7" for first in (198, 203))
        answers = sign_all(server, [*((f, theirs) for f in forms), (mine, own)])
        codes = [code for mail in _mails(office, email, 3) for code in codes_in(mail)]
        fields = {"contact": email, "code": codes[i % 3], "entries": entries_in(answers[-1].text)}
        page = server.post("/p/face/verify", fields).text
        right = f"{name}, 59807" in page and name.upper() not in page
        taken += not right or INSULT in page
    listed = server.get("/p/face/names").text
    return taken + listed.count(INSULT) + listed.count("<li>")


def _mails(office: PostOffice, email: str, count: int) -> list[EmailMessage]:
    office.wait_for(email, count)
    mails = office.to(email)
    if any(INSULT in str(mail) for mail in mails):
        raise ValueError(f"a stranger's words were mailed to {email}")
    return mails


def entries_in(page: str) -> str:
    """The hidden value of a thank-you page that stands for all that was entered."""
    found = re.search(r'name="entries" value="([^"]+)"', page)
    return found[1] if found else ""


def neighbours(server: Server, count: int) -> list[Answer]:
    """Honest people behind one address, with and without a contact."""

    def forms() -> Iterator[tuple[Form, str]]:
        for i, name in enumerate(likely(count)):
            form = {"name": name, "postcode": f"{59804 + i % 3}"}
            if i % 3 == 0:
                form["email"] = mailbox(name, PROVIDERS[i % 5])
            yield form, "203.0.113.9"

    return sign_all(server, forms())
