"""What an office answered, worded for whoever wrote the letter, when it goes out."""

from __future__ import annotations

from server.core.letters import answering
from server.core.outbox.outbox import Announcement
from server.core.signing.messages import Message, Plan
from server.db import Transaction
from server.mail.letters import answer_fields
from server.services import Services
from server.texting.letters.answers import first_text


async def answer_plan(services: Services, tx: Transaction, item: Announcement) -> Plan | None:
    """The text that passes it on; None if it is gone. How far it goes is noted: MORE goes on."""
    answer = await answering.to_pass_on(tx, item.id)
    if answer is None:
        return None
    words, read_to = first_text(services.renderer, item.language, answer)
    await answering.read_on(tx, item.id, read_to)
    return Plan(item.kind, words=words)


async def answer_message(services: Services, tx: Transaction, item: Announcement) -> Message | None:
    """The mail that passes it on; None if it is gone."""
    answer = await answering.to_pass_on(tx, item.id)
    if answer is None:
        return None
    kind = "answer_elsewhere" if answer.from_elsewhere else "answer"
    return Message(kind, words=answer_fields(services.renderer, item.language, answer))
