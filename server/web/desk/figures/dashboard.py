"""The page of one petition: how it goes, what waits, and where everything else is."""

from __future__ import annotations

from typing import Any

from server.core.conversations.traffic import used_today
from server.core.desk import dashboard, ends
from server.core.desk.waiting import MOST, waiting
from server.core.floods.alarms import SENDING
from server.core.letters import again
from server.core.outbox import outages
from server.core.petitions import review
from server.core.petitions.petitions import Petition
from server.web.desk.form.similar import like_draft
from server.web.desk.visit import Visit
from server.web.desk.words import ALARM_WORDS, DONE, STATE_WORDS

ALARMS_SHOWN = 1  # on the dashboard, the largest first; the page of decisions has all


async def show(visit: Visit) -> None:
    """The dashboard of one petition."""
    petition = await visit.petition()
    services = visit.services
    alarms = await services.alarms(petition.id)
    await visit.send_petition_page(
        "figures/petition",
        petition,
        _still_true(petition),
        **await _standing(visit, petition),
        alarms=alarms[:ALARMS_SHOWN],
        alarm_words=ALARM_WORDS,
        mail_can_stop=any(alarm.kind in SENDING for alarm in alarms),
        state=visit.sentence(STATE_WORDS, petition.state),
        most=MOST,
        address=services.settings.public_url.partition("://")[2],
        updated=visit.moment(services.now()),
        similar=like_draft(visit, petition),
    )


def _still_true(petition: Petition) -> dict[str, str]:
    """What the page may say of the change that led to it: a link or an old tab may say more."""
    state = petition.state
    true = {
        "created": state == "draft",
        "opened": state == "open",
        "paused": state == "paused",
        "closed": state in {"closed", "answered"},
        "answered": state == "answered",
        "not_closed": state not in {"closed", "answered"},
        "ended": state == "ended",
        "handed_in": state == "draft",
        "not_accepted": state == "draft",
        "mail_stopped": petition.mail_stopped,
        "mail_resumed": not petition.mail_stopped,
    }
    return {word: said for word, said in DONE.items() if true.get(word, True)}


async def _standing(visit: Visit, petition: Petition) -> dict[str, Any]:
    services, now = visit.services, visit.services.now()
    async with services.database.read() as tx:
        needs_review = services.settings.review and petition.state == "draft"
        headline = (await dashboard.standing(tx, petition.id, now)).headline
        stuck = await again.stuck(tx, petition.id)
        no_mail = await outages.shut_since(tx, outages.BY_MAIL)
        return {
            "headline": headline,
            "aim": aim_of(petition, headline.verified),
            "waits": await waiting(tx, petition.id, now),
            "stuck": sum(stuck.values()),
            "no_mail_since": visit.moment(no_mail) if no_mail else "",
            "review": await review.review_of(tx, petition.id) if needs_review else None,
            "asked_end": await ends.asked(tx, petition.id, now),
            "spent": await used_today(tx, petition.id, now)
            >= services.settings.sms_petition_segments,
        }


def aim_of(petition: Petition, verified: int) -> int | None:
    """What it is on its way to: the goal, else the next of its steps, else the last."""
    rows = petition.extras.thresholds.get(petition.language, ())
    numbers = [row.number for row in rows]
    ahead = (number for number in numbers if number > verified)
    return petition.goal or next(ahead, max(numbers, default=0)) or None
