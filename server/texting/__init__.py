"""The SMS door: an inbound text becomes a wish to core, and its outcome one reply.

    __init__.py    `TextDoor`: a text comes in, is stored, does what it says, and is answered
    intake.py      every text, screen and call: stored once, in turn
    understood.py  a text, read once in the light of what is known of its phone
    replies.py     `Talk`: one text that is being answered, and the words for its reply
    signing.py     texts that sign, and the questions on the way there
    account.py     UNDO, NAME, ZIP, NEWS, STOP, START, REMOVE ME
    status.py      STATUS
    misread/       texts that we did not understand, as organizers read them: YES signs
    asking.py      HELP, LIST, COUNT, MORE, another language, talk, and what we do not understand
    letters/       LETTER and CALL: to those who decide, text by text
    sessions.py    the same by USSD (menu.py) and by voice (calls.py)

What a text does is decided before the transaction, or inside it where what is known of its phone
matters. Texts of one phone are taken one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.core.conversations.phones import Standing
from server.core.conversations.wishes import Answered, Wish
from server.services import Services
from server.texting import account, asking, signing, status
from server.texting.allowed import may_text
from server.texting.intake import TEXT_LIMIT, Caller, caller_of, cleaned, take
from server.texting.letters import heard, steps, words
from server.texting.misread import offering
from server.texting.replies import Talk, nothing, silent
from server.texting.understood import understood
from sms import Inbound
from sms.reading import Intent, Reading
from sms.segments import measure

_ACTS: Mapping[Intent, Callable[[Talk], Wish]] = {
    "sign": signing.by_text,
    "stop": account.stop,
    "stop_how": asking.how_to_stop,
    "remove": account.remove,
    "start": account.start,
    "undo": account.undo,
    "status": status.status,
    "name": account.correct,
    "zip": account.correct,
    "news": account.news,
    "news_on": account.news,
    "news_off": account.news,
    "help": asking.inform,
    "list": asking.inform,
    "count": asking.count,
    "more": asking.more,
    "letter": steps.letter,
    "call": steps.calling,
    "not_mine": steps.not_mine,
    "back": steps.back,
    "post": words.post,
    "not_sure": asking.unknown,
    "also": asking.another,
    "language": asking.speak,
    "quote": asking.quoted,
    "thanks": asking.courtesy,
    "yes": asking.courtesy,
    "no": asking.how_to_stop,
    "greeting": asking.greeted,
    "question": asking.questioned,
    "unknown": asking.unknown,
}
# What a text that is found late still does; anything else would answer a moment that is over.
_STILL_DONE = frozenset({"sign", "stop", "remove"})


class TextDoor:
    """`receive` is the whole door."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def receive(
        self, inbound: Inbound, *, inline: bool = True, late: bool = False
    ) -> Answered:
        """Store the text, do what it says, and give the reply, if there is one.

        Returns after all is durable. Raises only `StoreUnavailable`; then nothing was done, and
        the same text may be delivered again. Unless `inline`, the reply goes to the outbox in the
        same transaction. `late`: its webhook never came, and it was found by asking the provider.
        """
        services = self._services
        await services.directory.current()
        inbound = cleaned(inbound, TEXT_LIMIT)
        caller = caller_of(services, inbound)
        return await take(
            services,
            inbound,
            caller,
            _Text(services, inbound, caller, late).wish,
            measure=_segments,
            answerable=caller.phone is not None and may_text(services, caller.phone),
            reply_id=None if inline else services.new_id(),
        )


class _Text:
    """One text, in the light of what is known of its phone."""

    def __init__(self, services: Services, inbound: Inbound, caller: Caller, late: bool) -> None:
        self._services, self._inbound, self._caller = services, inbound, caller
        self._late = late

    def wish(self, standing: Standing) -> Wish:
        """What the text asks for."""
        phone, services = self._caller.phone, self._services
        ours = {services.settings.sms_number, self._inbound.recipient}
        if phone is None or phone in ours:
            # An alphanumeric sender, a short code or ourselves: nobody who could be answered.
            return Wish(kind="no_phone", answer=nothing)
        opt_out = self._inbound.opt_out
        standing, offer = offering.parted(services, standing)
        # Where the gateway has itself recognised the word, it has answered too.
        reading = (
            Reading(intent=opt_out)
            if opt_out
            else understood(services, self._inbound.body, standing)
        )
        said = self._inbound.body
        talk = Talk(services, phone, self._caller.key, reading, standing, said)
        if opt_out:
            return silent(_ACTS[opt_out](talk))
        if offer and (wish := offering.answered(talk, offer)):
            return wish
        if wish := heard(talk):
            return wish
        if self._late and not talk.asked and reading.intent not in _STILL_DONE:
            return Wish(kind="late", answer=nothing, keep=offer or standing.asked)
        wish = _ACTS[reading.intent](talk)
        return offering.left_open(wish, reading.intent, offer) if offer else wish


def _segments(reply: str) -> int:
    return measure(reply).segments
