"""Takes letters to the offices that they are for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace

from server import metrics
from server.channels import Channel, CongressParts, Handover, Sheet
from server.channels.cwc import CongressChannel, DeliveryAgent
from server.channels.smtp import MailChannel
from server.config import Settings
from server.core.letters import carrying, releasing
from server.core.letters.carrying import Settled
from server.core.letters.letter import Letter
from server.core.letters.offices import office_now
from server.core.outbox import allowance
from server.core.outbox.allowance import Allowance, Asking, Verdict
from server.core.values.keys import mac
from server.db import Transaction
from server.mail import Mailer
from server.mail.letters import own_part
from server.mail.tokens import answers_to, return_path, token, whose
from server.mail.words import folded
from server.outgoing.asking import limits
from server.services import Services

log = logging.getLogger(__name__)


class Carrier:
    """Takes what is due, one after the other."""

    def __init__(self, services: Services, mailer: Mailer) -> None:
        self._services, self._mailer = services, mailer
        mail = MailChannel(mailer.post, services.settings.mail_from)
        self._to_connect = services.settings.cwc_is_set_up
        congress = CongressChannel(_agent(services.settings)) if self._to_connect else None
        self._channels: Mapping[str, Channel | None] = {"smtp": mail, "cwc": congress}

    async def drain(self) -> bool:
        """Hand over what is due, once; whether there may be more.

        A crash in between leaves a letter uncertain: rather none than two.
        """
        services = self._services
        if self._to_connect:
            async with services.database.write() as tx:
                await carrying.connect(tx, services.now())
            self._to_connect = False
        async with services.database.read() as tx:
            if not await carrying.has_due(tx, services.now()):
                await self._mailer.rest()
                return False
        async with services.database.write() as tx:
            await carrying.tend(tx, services.now())
            due = await carrying.lease(tx, services.now(), services.settings.letters_hourly)
            told = await self._allowed(tx, due)
        for letter, verdict in told:
            await services.group.give_way()  # signing comes first
            await self._carry(letter, verdict)
        return bool(told)

    async def _allowed(
        self, tx: Transaction, letters: list[Letter]
    ) -> list[tuple[Letter, Verdict]]:
        """Those that the allowance lets go, with what is charged for them; the others wait."""
        now = self._services.now()
        askings = [
            Asking(channel="letter", recipient=b"", petition_id=letter.petition_id)
            for letter in letters
        ]
        allowed = await Allowance.load(tx, askings, limits(self._services), now)
        found = []
        for letter, asking in zip(letters, askings, strict=True):
            verdict = allowed.ask(asking, code=False)
            if verdict.goes:
                found.append((letter, verdict))
            else:
                await carrying.give_back(tx, letter, now + (verdict.wait or 0), verdict.why)
        await allowed.write(tx)
        return found

    async def _carry(self, letter: Letter, verdict: Verdict) -> None:
        services, charged_at = self._services, self._services.now()
        found = await self._addressed(letter)
        if found is None:  # organizers have put another address in its place
            moved = Handover("organizer", "moved")
            await self._settle(letter, moved, verdict, charged_at)
            return
        letter, channel = found, self._channels.get(found.channel)
        if channel is None:
            held = Handover("organizer", "not_configured")
            await self._settle(letter, held, verdict, charged_at)
            return
        bounce_key = whose(services.keys, _returned(letter))
        async with services.database.write() as tx:
            goes = await carrying.begin(tx, letter, bounce_key, services.now())
            if not goes:
                await allowance.give_back(tx, verdict, charged_at)
        if not goes:
            return
        [done] = await channel.deliver([self._sheet(letter)])
        metrics.SENDS.labels(f"letter_{done.result}").inc()
        if done.result != "accepted":
            log.warning("letter %s: %s: %s", letter.id, done.result, done.why)
        await self._settle(letter, done, verdict, charged_at)

    async def _addressed(self, letter: Letter) -> Letter | None:
        """The letter to its office as the petition addresses it now; None if it does no more."""
        petition = self._services.directory.by_id.get(letter.petition_id)
        if petition is None:
            return None
        async with self._services.database.read() as tx:
            office = await office_now(tx, petition, letter.office, self._services.now())
        return replace(letter, office=office) if office else None

    async def _settle(
        self, letter: Letter, done: Handover, verdict: Verdict, charged_at: int
    ) -> None:
        services = self._services
        async with services.database.write() as tx:
            if done.result in {"retry", "rejected", "organizer"}:
                await allowance.give_back(tx, verdict, charged_at)
            settled = Settled(letter, done.result, done.why, done.after)
            await carrying.settle(tx, settled, services.now(), services.chance())

    def _sheet(self, letter: Letter) -> Sheet:
        settings, keys = self._services.settings, self._services.keys
        domain = settings.mail_from.rpartition("@")[2]
        which = mac(keys.server("message-id"), "letter", str(letter.id)).hex()
        return Sheet(
            id=f"<{which}.{token(keys, _returned(letter))}@{domain}>",
            address=letter.office.address,
            subject=letter.subject,
            text=folded(letter.words),
            reply_to=letter.reply_to or self._answers_to(letter),
            back_to=return_path(settings, keys, _returned(letter)),
            written_at=letter.queued_at,
            congress=self._congress(letter),
        )

    def _congress(self, letter: Letter) -> CongressParts | None:
        services = self._services
        petition = services.directory.by_id.get(letter.petition_id)
        if petition is None or letter.constituent is None:
            return None
        wording, url = petition.wording(petition.language), services.settings.public_url
        return CongressParts(
            # The same for each try: whoever gets it twice knows that it is one.
            delivery_id=mac(services.keys.server("cwc"), "letter", str(letter.id)).hex()[:32],
            campaign=f"petition-{petition.id}",
            topic=petition.congress_topic,
            statement=f"{wording.title}\n{url}/p/{petition.slug}\n\n{wording.body}",
            own=own_part(letter),
            **asdict(letter.constituent),
        )

    def _answers_to(self, letter: Letter) -> str:
        """Ours, and signed for this letter if its signer can get what comes there."""
        about = _returned(letter) if letter.answer_to else ""
        return answers_to(self._services.settings, self._services.keys, about)


async def look_again(services: Services) -> None:
    """Let letters go whose office is known by now, a few at a time."""
    more = True
    while more:
        await services.group.give_way()  # signing comes first
        async with services.database.write() as tx:
            petitions = services.directory.by_id
            more = await releasing.look_again(tx, petitions, services.new_id, services.now())


def _agent(settings: Settings) -> DeliveryAgent:
    return DeliveryAgent(
        url=settings.cwc_url,
        key=settings.cwc_key,
        name=settings.cwc_agent,
        contact=settings.cwc_contact,
        email=settings.cwc_email,
        phone=settings.cwc_phone,
    )


def _returned(letter: Letter) -> str:
    """What stands for this letter, in place of an address, in what comes back of it."""
    return f"letter {letter.id}"
