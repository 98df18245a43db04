"""What those who decide have answered, mailed to those who want news."""

from __future__ import annotations

from datetime import date

from server.core.news import sending, writing
from server.core.news.piece import NewsWording, Piece
from server.core.petitions.answer import GivenAnswer
from server.core.petitions.petitions import Petition
from server.db import Transaction
from server.web.desk.visit import Visit
from server.words.render import N_, Renderer, date_words

_TITLE = N_("The answer of {who}")
_SAID = N_("On {day}, {who} answered our petition:")
_PROMISED = N_("They promise to act by {day}.")


async def begin(visit: Visit, tx: Transaction, petition: Petition, answer: GivenAnswer) -> None:
    """Write it as news in each of its languages and send that, in the transaction in which the
    petition becomes answered."""
    services, now = visit.services, visit.services.now()
    renderer = services.renderer
    words = {code: _worded(renderer, answer, code) for code in answer.words}
    number = await writing.write_news(
        tx,
        petition.id,
        services.new_id(),
        Piece(wordings=words),
        now=now,
        actor=visit.organizer.name,
        kind="answer",
    )
    news = await writing.one_news(tx, petition.id, number)
    people = await sending.begin_news(tx, petition, news, now)
    await visit.note(tx, "news_sent", petition.id, news=number, people=people.total)


def _worded(renderer: Renderer, answer: GivenAnswer, code: str) -> NewsWording:
    """The news in one language: nothing of it is cut."""

    def day(text: str) -> str:
        return date_words(date.fromisoformat(text), code)

    title = renderer.say(code, _TITLE, who=answer.by)
    parts = [renderer.say(code, _SAID, day=day(answer.on), who=answer.by), answer.words[code]]
    if answer.promised:
        parts.append(renderer.say(code, _PROMISED, day=day(answer.promised)))
    return NewsWording(title, "\n\n".join(parts))
