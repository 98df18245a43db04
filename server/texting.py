"""The SMS door: an inbound text becomes a wish to core, and its outcome one reply.

What a text does is decided before the transaction, or inside it where it may be the answer to a
question of ours. Texts of one phone are taken one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

from server import metrics
from server.config import LANGUAGES
from server.core import signatures, texts
from server.core.contacts import normal_phone, region_of
from server.core.ledger import Signature
from server.core.names import fold_name, split_name_and_postcode, tidy
from server.core.petitions import Directory, Petition
from server.core.texts import Answered, Conversation, Received, Wish
from server.db import Transaction
from server.errors import InvalidInput, NotOpen
from server.render import N_
from server.services import Services
from sms import Inbound
from sms.keywords import Command, parse
from sms.segments import fit, fold_to_gsm7, measure

BODY_LIMIT = 1600  # characters; what Twilio joins into one text at most
RECEIPT_ROOM = 14  # characters left free in a confirmation for the receipt that comes with the log
_SHRINK = ("name", "title", "text", "keywords")


class TextDoor:
    """`receive` is the whole door."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    @cached_property
    def _copied(self) -> set[str]:
        """The words of our examples: some people send them as they stand."""
        return {
            fold_name(self._services.renderer.say(language, words))
            for language in LANGUAGES
            for words in (N_("your name, your postcode"), N_("your name"))
        }

    async def receive(self, inbound: Inbound) -> str | None:
        """Store the text, do what it says, and give the reply, None for silence.

        Returns after all is durable. Raises only `StoreUnavailable`; then nothing was done, and
        the same text may be delivered again.
        """
        settings = self._services.settings
        phone = normal_phone(inbound.sender, settings.country)
        phone_key = self._services.keys.phone(phone or inbound.sender)
        directory = await self._services.petitions()

        def decide(asked: Conversation | None) -> Wish:
            return self._wish(inbound, directory, phone, phone_key, asked)

        async with self._turns.setdefault(phone_key, asyncio.Lock()):
            received = Received(
                gateway=inbound.gateway,
                message_id=inbound.message_id,
                sender=phone or inbound.sender[:40],
                phone_key=phone_key,
                body=inbound.body[:BODY_LIMIT].replace("\x00", ""),
                now=self._services.now(),
                wish=decide(None),
                decide=decide,
                measure=_segments,
                answerable=phone is not None and may_text(self._services, phone),
                daily_segments=settings.sms_daily_segments,
            )
            answered: Answered = await self._services.group.submit(texts.receive_many, received)
        metrics.TEXTS.labels(inbound.gateway, answered.kind).inc()
        if answered.kind == "sign" and answered.outcome:
            metrics.SIGNINGS.labels("sms", answered.outcome).inc()
        return answered.reply

    def _wish(
        self,
        inbound: Inbound,
        directory: Directory,
        phone: str | None,
        phone_key: bytes,
        asked: Conversation | None,
    ) -> Wish:
        body = inbound.body[:BODY_LIMIT]
        if inbound.opt_out:  # the gateway has answered already
            wish = self._obey(Command(inbound.opt_out), phone, phone_key, asked)
            return replace(wish, answer=_nothing)
        petition = directory.by_id.get(asked.petition_id) if asked else None
        if asked and petition and phone and _answers(body, directory.by_keyword):
            return self._sign(phone, petition, tidy(body), asked)
        return self._obey(parse(body, directory.by_keyword), phone, phone_key, asked)

    def _obey(
        self, command: Command, phone: str | None, phone_key: bytes, asked: Conversation | None
    ) -> Wish:
        """The wish of a command; a text that is none leaves the conversation as it was."""
        if phone is None:
            return Wish(kind="no_phone", answer=_nothing)
        match command.kind:
            case "sign":
                return self._sign_by_keyword(command, phone)
            case "stop":
                return self._stop(command, phone_key)
            case "start":
                return self._start(command, phone_key)
            case "undo":
                return self._undo(command, phone)
            case "status":
                return self._status(command, phone, asked)
            case "help" | "list":
                return self._inform(command, asked)
            case _:
                reply = "unknown" if self._services.directory.open() else "none_open"
                return self._say(command, "unknown", reply, keep=asked)

    # Signing.

    def _sign_by_keyword(self, command: Command, phone: str) -> Wish:
        directory = self._services.directory
        petition = directory.by_keyword.get(command.keyword or "")
        open_now = directory.open()
        if petition is None and not command.rest and len(open_now) == 1:
            petition = open_now[0]  # SIGN alone, and there is only one to sign
        if petition is None or petition.state == "draft":
            return self._say(command, "sign", "which" if open_now else "none_open")
        language = command.language if command.language in LANGUAGES else petition.language
        return self._sign(
            phone, petition, command.rest, Conversation(petition.id, language or "en")
        )

    def _sign(self, phone: str, petition: Petition, words: str, asked: Conversation) -> Wish:
        """Sign with what the phone has said so far, or ask for what is missing."""
        name, postcode = split_name_and_postcode(words, petition.country)
        if fold_name(name) in self._copied:
            name = ""
        known = replace(asked, name=name or asked.name, postcode=postcode or asked.postcode)
        services, language = self._services, known.language
        try:
            signing = signatures.text_signing(
                petition,
                name=known.name,
                postcode=known.postcode,
                phone=phone,
                keys=services.keys,
                language=language,
                id_=services.new_id(),
                now=services.now(),
            )
        except NotOpen:
            return self._about(petition, language, petition.state)
        except InvalidInput as error:
            return self._ask(petition, known, error)
        return Wish(
            kind="sign",
            petition_id=petition.id,
            signing=signing,
            answer=lambda outcome: self._confirmation(petition, language, signing.name, outcome),
        )

    def _ask(self, petition: Petition, known: Conversation, error: InvalidInput) -> Wish:
        """One question: for what is wrong, else for what is missing. What was right is kept."""
        faults = {p.field: p.code for p in error.problems}
        wrong = next((f for f in ("name", "postcode") if faults.get(f, "missing") != "missing"), "")
        if wrong:
            text = known.name if wrong == "name" else known.postcode
            known = replace(known, name="") if wrong == "name" else replace(known, postcode="")
            return self._about(petition, known.language, f"bad_{wrong}", keep=known, text=text)
        reply = "ask_both" if len(faults) == 2 else f"ask_{next(iter(faults))}"
        return self._about(petition, known.language, reply, keep=known, name=known.name)

    def _confirmation(self, petition: Petition, language: str, name: str, outcome: str) -> str:
        """The same for a first and for a repeated signature; it names only this person."""
        fields = self._fields(petition, language) | {"name": name}
        if outcome == "held":
            return self._fit(language, "held", fields)
        text = self._fit(language, "signed", fields, reserve=RECEIPT_ROOM)
        if measure(text).encoding != "GSM-7":  # 70 characters instead of 160
            return self._fit(language, "signed_short", fields, reserve=RECEIPT_ROOM)
        return text

    # Other wishes.

    def _stop(self, command: Command, phone_key: bytes) -> Wish:
        async def act(tx: Transaction) -> None:
            await texts.opt_out(tx, phone_key, self._services.now())

        return replace(self._say(command, "stop", "stopped"), act=act, always=True)

    def _start(self, command: Command, phone_key: bytes) -> Wish:
        async def act(tx: Transaction) -> None:
            await texts.opt_in(tx, phone_key)

        return replace(self._say(command, "start", "started"), act=act)

    def _undo(self, command: Command, phone: str) -> Wish:
        """Take back the last signature of this phone, or the one that the text names."""
        language = self._language(command)

        async def act(tx: Transaction) -> Signature | None:
            mine = await self._signed_by(tx, phone, command)
            if not mine:
                return None
            # What is withdrawn loses its name, and the reply needs it.
            found = replace(mine[0])
            await signatures.withdraw(tx, mine[:1], self._services.now())
            return found

        def answer(found: Signature | None) -> str:
            if found is None:
                return self._fit(language, "nothing_to_undo", {})
            petition = self._services.directory.by_id[found.petition_id]
            fields = {"name": found.name or "", "keyword": petition.keyword}
            return self._fit(language, "undone", fields)

        return Wish(kind="undo", act=act, answer=answer)

    def _status(self, command: Command, phone: str, asked: Conversation | None) -> Wish:
        """Only for a name that is asked about: a shared phone tells nobody who signed with it."""
        language = self._language(command)
        if not command.rest:
            return self._say(command, "status", "status_whose", keep=asked)

        async def act(tx: Transaction) -> list[str]:
            by_id = self._services.directory.by_id
            mine = await self._signed_by(tx, phone, command)
            return [by_id[s.petition_id].keyword for s in mine]

        def answer(found: list[str]) -> str:
            reply = "status" if found else "status_none"
            words = ", ".join(dict.fromkeys(found))
            return self._fit(language, reply, {"name": command.rest, "keywords": words})

        return Wish(kind="status", act=act, answer=answer, keep=asked)

    async def _signed_by(self, tx: Transaction, phone: str, command: Command) -> list[Signature]:
        by_id = self._services.directory.by_id
        keys = {
            p.id: self._services.keys.contact(p.salt, phone)
            for p in by_id.values()
            if command.keyword in {None, p.keyword}
        }
        found = await signatures.signed_by(tx, keys)
        wanted = fold_name(command.rest)
        return [s for s in found if not wanted or _is_named(s, wanted)]

    def _inform(self, command: Command, asked: Conversation | None) -> Wish:
        reply = "help" if command.kind == "help" else "listed"
        if not self._services.directory.open():
            reply = "none_open"
        return self._say(command, command.kind, reply, limit_segments=2, keep=asked)

    # Words.

    def _say(
        self,
        command: Command,
        kind: str,
        reply: str,
        *,
        limit_segments: int = 1,
        keep: Conversation | None = None,
    ) -> Wish:
        """An answer that is about no petition, or about all."""
        language = self._language(command)
        keywords = [p.keyword for p in self._services.directory.open()]
        settings = self._services.settings
        fields = {
            "keyword": keywords[0] if keywords else "",
            "keywords": ", ".join(keywords),
            "contact": settings.contact or settings.public_url,
            "url": settings.public_url,
        }
        text = self._fit(language, reply, fields, limit_segments=limit_segments)
        return Wish(kind=kind, answer=lambda _: text, keep=keep)

    def _about(
        self,
        petition: Petition,
        language: str,
        reply: str,
        *,
        keep: Conversation | None = None,
        **fields: str,
    ) -> Wish:
        text = self._fit(language, reply, self._fields(petition, language) | fields)
        return Wish(kind="sign", petition_id=petition.id, keep=keep, answer=lambda _: text)

    def _fields(self, petition: Petition, language: str) -> dict[str, str]:
        return {
            "keyword": petition.keyword,
            "title": petition.text(language).title,
            "url": f"{self._services.settings.public_url}/p/{petition.slug}",
        }

    def _language(self, command: Command) -> str:
        if command.language in LANGUAGES:
            return str(command.language)
        petition = self._services.directory.by_keyword.get(command.keyword or "")
        return petition.language if petition else self._services.settings.language

    def _fit(
        self,
        language: str,
        reply: str,
        fields: Mapping[str, str],
        *,
        limit_segments: int = 1,
        reserve: int = 0,
    ) -> str:
        template = self._services.renderer.text(language, reply)
        return fitted(template, fields, limit_segments=limit_segments, reserve=reserve)


def fitted(
    template: str, fields: Mapping[str, str], *, limit_segments: int = 1, reserve: int = 0
) -> str:
    """A text with its `{fields}` filled, shortened where it must be.

    A link is whole or left out: a segment holds only 70 letters of Arabic or Hindi.
    """
    least = fold_to_gsm7(template.format_map({**fields, **dict.fromkeys(_SHRINK, "")}))
    if measure(least + "x" * reserve).segments > limit_segments:
        template = " ".join(template.replace("{url}", "").split())
    return fit(template, limit_segments, reserve, _SHRINK, **fields)


def may_text(services: Services, phone: str) -> bool:
    """Whether the allow-list of countries lets us text this number; others cost too much."""
    settings = services.settings
    # A short code has no country of its own.
    allowed = settings.sms_countries or {region_of(settings.sms_number) or settings.country}
    return region_of(phone) in allowed


def _answers(body: str, keywords: Mapping[str, Petition]) -> bool:
    """Whether a text is the answer to our question rather than a new command.

    Read without the petitions' words: somebody may be named like one. A keyword alone is a command.
    """
    return parse(body, ()).kind == "unknown" and not (
        (command := parse(body, keywords)).kind == "sign" and command.keyword and not command.rest
    )


def _is_named(signature: Signature, wanted: str) -> bool:
    name = fold_name(signature.name or "")
    return name == wanted or wanted in name.split()


def _segments(reply: str) -> int:
    return measure(reply).segments


def _nothing(_: Any) -> None:
    return None
