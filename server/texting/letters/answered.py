"""Did they answer? One question for each office that had a letter, and what is said to it."""

from __future__ import annotations

from server.core.conversations.wishes import Wish
from server.core.letters.heard import saying
from server.core.letters.heard.asking import AskedLetter
from server.core.petitions.petitions import Petition
from server.db import Transaction
from server.services import Services
from server.texting.letters.way import Told, wish_of
from server.texting.replies import Talk, fitted, is_cheap
from sms.reading import Intent, yes_or_no
from sms.reading.yes_no import is_number

#: What may be an answer. Whatever else a text wants, it does.
_MAY_ANSWER: frozenset[Intent] = frozenset(
    {"yes", "no", "thanks", "greeting", "question", "unknown", "not_sure", "zip", "name", "sign"}
)


def asks_phone(services: Services, petition: Petition, letter: AskedLetter, language: str) -> str:
    """The text that asks: one segment."""
    fields = {"who": letter.office, "keyword": petition.keyword}
    template = services.renderer.text(language, "letter_asked")
    if not is_cheap(template, fields):
        template = services.renderer.text(language, "letter_asked_short")
    return fitted(template, fields)


def answer_heard(talk: Talk) -> Wish | None:
    """What a text does that says whether an office has answered; None for one that does not."""
    standing, reading = talk.standing, talk.reading
    if not standing.about_answer or reading.petitions or reading.intent not in _MAY_ANSWER:
        return None
    answered = yes_or_no(talk.said)
    # Who has said it may thank us for ours, and changes nothing by that.
    if answered is None or (standing.has_said and not is_number(talk.said)):
        return None

    async def act(tx: Transaction, _: str) -> Told:
        return await _note(tx, talk, answered)

    return wish_of(talk, act, standing.chosen or standing.about_answer)


async def _note(tx: Transaction, talk: Talk, answered: bool) -> Told:
    now, directory = talk.services.now(), talk.services.directory
    asked = await saying.question_of(tx, talk.phone_key, now)
    petition = directory.by_id.get(asked.petition_id) if asked else None
    if asked is None or petition is None:
        return Told("letter_nothing")
    left = await saying.say(tx, talk.phone_key, asked, answered, now)
    if left:
        return Told("letter_asked_next", petition, {"who": left.office})
    reply = "letter_said_yes" if answered else "letter_said_no"
    return Told(reply, petition, {"who": asked.letter.office})
