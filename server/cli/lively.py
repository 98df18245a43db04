"""A second petition of the demo, with some life in it: invented people who have signed in every way
for three weeks, some who are held, comments that wait, texts that were not understood, and news
that is not sent yet.

All goes the way of real signatures, through core, with the times that it is given. Nothing is left
to be sent: nobody gets a mail or text of invented people.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from server.cli import demo
from server.core.conversations import inbound
from server.core.conversations.wishes import Received, Wish
from server.core.counting.counts import DAY, Class
from server.core.desk.people import teams
from server.core.desk.signers import moderation
from server.core.news.piece import NewsWording, Piece, checked_piece
from server.core.news.writing import write_news
from server.core.outbox import outbox
from server.core.outbox.allowance import Caps
from server.core.outbox.outbox import Announcement
from server.core.petitions import collectors, petitions
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.draft import DecisionMaker, Draft, Wording
from server.core.signing import signatures
from server.core.signing.signature import Signing
from server.core.upkeep import reminding
from server.core.values.ids import Ids
from server.core.values.keys import SALT_BYTES, Keys
from server.db import Database, Transaction
from server.words.render import template_folder

DAYS = 21
_STARTED_BY = "Friends of the library"
_LANGUAGES = frozenset("en es fr pt ht ar hi vi".split())
#: How people sign, by what share of them: unverified ones end in "?".
_WAYS = (
    *["web-email"] * 9,
    *["web-email?"] * 3,
    *["sms"] * 7,
    *["web-phone"] * 3,
    *["web-phone?", "voice", "ussd", "import"],
    *["paper"] * 2,
    *["web"] * 3,
)
_PLACES = ("59801", "59801", "59802", "59803", "59804", "59808", "59812", "59834", "59901", "83843")
_AREAS = ("406", "208", "307", "701", "605")  # of phone numbers
_CAPS = Caps(10_000, 10_000)
_ANSWER = "We did not understand that. To sign, text: SIGN BOOKS your name, your ZIP code."


async def enliven(database: Database, keys: Keys, organization_id: int, now: int) -> None:
    """Another petition of that organization, in a database that has the sample one."""
    told = _sections()
    async with database.write() as tx:
        petition_id = await _opened(tx, told, organization_id, now - DAYS * DAY)
        petition = (await petitions.all_petitions(tx, [petition_id]))[petition_id]
        people = _People(keys, petition, told, now)
        await signatures.sign_many(tx, people.signings)
        await inbound.receive_many(tx, people.texts)
        await outbox.put(tx, people.mails(), now)
        await _send_nothing(tx, petition_id, now)
        waiting = await moderation.comments(tx, petition_id)
        shown = [id_ for id_, _, _ in waiting[: len(waiting) // 2]]
        await moderation.judge_comments(tx, petition_id, shown, [], now)
        title, body, by_text = told["news"]
        wordings = {"en": NewsWording(title, body, by_text)}
        piece = checked_piece(Piece(wordings=wordings), petition.wordings)
        news_id = Ids(0).next(now)
        await write_news(tx, petition_id, news_id, piece, now=now, actor=demo.ORGANIZER)


def _sections() -> dict[str, list[str]]:
    """The lines of each section of the file."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (template_folder() / "sample" / "lively.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            lines.append(line)
    return {name: "\n".join(kept).strip().split("\n") for name, kept in found.items()}


async def _opened(
    tx: Transaction, told: dict[str, list[str]], organization_id: int, at: int
) -> int:
    salt = secrets.token_bytes(SALT_BYTES)
    id_ = await petitions.create(tx, _draft(told), reserved=frozenset(), salt=salt, now=at)
    await petitions.open_(tx, id_, at)
    await teams.give(tx, id_, organization_id)
    for line in told["collectors"]:
        name, code = line.split("\t")
        await collectors.add(tx, id_, "US", name=name, code=code, taken=(), now=at)
    return id_


def _draft(told: dict[str, list[str]]) -> Draft:
    wordings = {
        language: Wording(told[language][0], "\n".join(told[language][1:]).strip())
        for language in ("en", "es")
    }
    return Draft(
        slug=demo.LIVELY_SLUG,
        keyword="BOOKS",
        language="en",
        country="US",
        wordings=wordings,
        started_by=_STARTED_BY,
        decision_makers=tuple(DecisionMaker(*p.split("\t")) for p in told["decision makers"]),
        goal=500,
    )


async def _send_nothing(tx: Transaction, petition_id: int, now: int) -> None:
    """What signing has queued counts as sent: nobody is there to get it."""
    rows = await tx.fetch("SELECT id, channel FROM outbox WHERE petition_id = :id", id=petition_id)
    for row in rows:
        if row["channel"] == "email":
            await outbox.sent(tx, row["id"], "", "", 0, now)
            await outbox.forget_recipient(tx, row["id"])
        else:
            await outbox.discard(tx, row["id"])
    await reminding.remind_nobody(tx, petition_id, now)


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    language: str
    way: str
    at: int


class _People:
    """Everybody who signs or texts, the earliest first, the same in each demo."""

    def __init__(
        self, keys: Keys, petition: Petition, told: dict[str, list[str]], now: int
    ) -> None:
        self._keys, self._petition, self._told, self._now = keys, petition, told, now
        self._chance, self._ids = random.Random(21), Ids(0)  # noqa: S311 (invented people)
        self._phones = (f"+1{area}55501{n:02}" for n, area in product(range(100), _AREAS))
        comments = iter(told["comments"])
        self.signings: list[Signing] = []
        self.texts: list[Received] = []
        for n, person in enumerate(self._everybody()):
            talks = person.way == "web-email" and n % 3 == 0
            signing = self._signing(person, n, next(comments, "") if talks else "")
            if person.way == "sms":
                body = f"SIGN BOOKS {person.name} {signing.postcode}"
                self.texts.append(self._text(signing.contact or "", body, person.at, signing))
            else:
                self.signings.append(signing)
        self.signings += [self._held(name, n) for n, name in enumerate(told["held"])]
        self.texts += self._others()

    def mails(self) -> list[Announcement]:
        """That with the code, to each of those who have typed it."""
        return [
            Announcement(
                id=self._ids.next(s.now),
                channel="email",
                kind="signed",
                petition_id=s.petition_id,
                language=s.language,
                recipient=s.contact or "",
                signature_id=s.id,
            )
            for s in self.signings
            if s.class_ == "web-email" and s.verified
        ]

    def _everybody(self) -> Iterator[_Person]:
        """More of them each day, and most in the days after somebody has told of it."""
        names = [
            (language, f"{first} {last}")
            for section, lines in self._told.items()
            if (language := section.removeprefix("names ")) != section
            for first, last in product(*(line.split() for line in lines))
        ]
        self._chance.shuffle(names)
        span = DAYS * DAY - 3 * 3600
        moments = sorted(int(span * self._chance.random() ** 0.7) for _ in names)
        for (language, name), moment in zip(names, moments, strict=True):
            spoken = language if language in _LANGUAGES else "en"
            at = self._now - DAYS * DAY + 3600 + moment
            yield _Person(name, spoken, self._chance.choice(_WAYS), at)

    def _signing(self, person: _Person, n: int, comment: str) -> Signing:
        way = person.way.rstrip("?")
        place, verified = self._chance.choice(_PLACES), way == person.way
        if way in {"sms", "voice", "ussd"}:
            signing = self._by_phone(person, place, way)
        else:
            signing = self._by_form(person, place, way, n, comment)
            verified = verified and way != "web"
        signing.verified = verified
        signing.collector = self._chance.choice([None] * 8 + [1, 1, 2])
        return signing

    def _by_phone(self, person: _Person, place: str, way: str) -> Signing:
        classes: dict[str, Class] = {"sms": "sms", "voice": "voice", "ussd": "ussd"}
        return replace(
            signatures.text_signing(
                self._petition,
                name=person.name,
                postcode=place,
                phone=next(self._phones),
                keys=self._keys,
                language=person.language,
                id_=self._ids.next(person.at),
                now=person.at,
                class_=classes[way],
            ),
            group=None,  # all of them share a range of numbers that nobody has
        )

    def _by_form(self, person: _Person, place: str, way: str, n: int, comment: str) -> Signing:
        values = {"name": person.name, "postcode": place}
        if way == "web-email":
            values["email"] = f"signer{n}@example.org"
        if way == "web-phone":
            values["phone"] = next(self._phones)
        if way == "web-email" and n % 5 < 2:
            values["news"] = "1"
        if comment or (n % 2 and len(values) > 2):
            values |= {"public": "1", "comment": comment}
        signing = signatures.web_signing(
            self._petition,
            values,
            keys=self._keys,
            country="US",
            language=person.language,
            id_=self._ids.next(person.at),
            now=person.at,
        )
        # (paper and imported lists have no contact)
        other: dict[str, Class] = {"paper": "paper", "import": "import"}
        return replace(signing, class_=other.get(way, signing.class_))

    def _held(self, name: str, n: int) -> Signing:
        at = self._now - 2 * DAY + 20 * n
        values = {"name": name, "postcode": "59801", "email": f"held{n}@example.org"}
        signing = signatures.web_signing(
            self._petition,
            values,
            keys=self._keys,
            country="US",
            language="en",
            id_=self._ids.next(at),
            now=at,
        )
        return replace(signing, signals=("burst", "names") if n % 2 else ("names", "trap"))

    def _others(self) -> Iterator[Received]:
        """Texts of the last days that sign nothing."""
        texts = [("unknown", body) for body in self._told["unknown"]]
        texts += [("stop_how", body) for body in self._told["unsure"]]
        for n, (kind, body) in enumerate(texts):
            at = self._now - (len(texts) - n) * 9 * 3600
            yield self._text(next(self._phones), body, at, kind=kind)

    def _text(
        self, phone: str, body: str, at: int, signing: Signing | None = None, kind: str = "sign"
    ) -> Received:
        reply = f"Thank you, {signing.name}. You signed BOOKS." if signing else _ANSWER
        wish = Wish(
            kind=kind,
            answer=lambda _: reply,
            language=signing.language if signing else "en",
            petition_id=self._petition.id,
            signing=signing,
        )
        return Received(
            gateway="console",
            message_id=f"demo-{self._ids.next(at)}",
            sender=phone,
            phone_key=self._keys.phone(phone),
            body=body,
            now=at,
            wish=wish,
            decide=lambda _: wish,
            measure=lambda _: 1,
            caps=_CAPS,
        )
