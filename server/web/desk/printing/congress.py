"""The page of letters to the US House: what they are about."""

from __future__ import annotations

from server.core.letters.congress import TOPICS
from server.core.petitions import sending
from server.web.desk.visit import Visit
from server.words.render import N_

_DONE = {
    "stored": N_("It is stored."),
    "no_topic": N_("That is not one of the topics. Nothing was changed."),
}


async def choose(visit: Visit) -> None:
    """GET the topics; POST chooses one, or none."""
    petition, settings = await visit.petition(), visit.services.settings
    if not visit.posts:
        await visit.send_petition_page(
            "congress", petition, _DONE, topics=TOPICS, ready=settings.cwc_is_set_up
        )
        return
    topic = visit.form.get("topic", "")
    known = topic in ("", *TOPICS)
    if known:
        async with visit.services.database.write() as tx:
            if await sending.set_congress_topic(tx, petition.id, topic):
                await visit.note(tx, "letters_congress", petition.id, topic=topic)
        await visit.services.directory.refresh()
    done = "stored" if known else "no_topic"
    await visit.go_to_petition(petition, f"/letters/congress?done={done}")
