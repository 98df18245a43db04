"""What became of letters, in words that a text has room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from server.core.letters.writing import Progress
from server.mail.letters import letter_named
from server.texting.replies import Talk, segments, whole
from server.words.render import N_
from sms.segments import measure

#: Of one letter, behind the name of its office. Nothing says "sent" before a mail server has taken
#: it.
STATES: dict[str, str] = {
    "draft": N_("waits until your signature is checked"),
    "held": N_("kept, not sent"),
    "queued": N_("waits for its turn"),
    "ready": N_("waits to be printed and posted"),
    "sending": N_("on its way"),
    "retry": N_("waits for its turn"),
    "accepted": N_("it was sent"),
    "answered": N_("they answered"),
    "done": N_("it was sent"),
    "bounced": N_("came back"),
    "rejected": N_("it was not sent"),
    "uncertain": N_("perhaps sent"),
}


def states_said(
    talk: Talk,
    language: str,
    reply: str,
    progress: Sequence[Progress],
    fields: Mapping[str, str],
) -> str:
    """What became of each letter, by office; where that reply has no room for it, how many letters
    are in which state, parted by commas: no word of it is cut."""
    renderer = talk.services.renderer
    say = renderer.say
    said = [
        (letter_named(renderer, language, one), say(language, STATES[one.state]))
        for one in progress
    ]
    counted = Counter(words for _, words in said)
    named = "; ".join(f"{office}: {words}" for office, words in said)
    summed = ", ".join(f"{words} ({n})" for words, n in counted.items())
    template = renderer.text(language, reply)
    most = segments(reply, template)
    fits = measure(whole(template, {**fields, "states": named})).segments <= most
    return named if fits else summed
