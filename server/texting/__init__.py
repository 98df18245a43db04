"""The SMS door: an inbound text becomes a wish to core, and its outcome one reply.

    __init__.py   `TextDoor`: a text comes in, is stored, does what it says, and is answered
    intake.py     every text, screen and call: stored once, in turn
    replies.py    `Talk`: one text that is being answered, and the words for its reply
    signing.py    texts that sign, and the questions on the way there
    account.py    UNDO, STATUS, NAME, ZIP, NEWS, STOP, START, REMOVE ME
    asking.py     HELP, LIST, COUNT, MORE, another language, and what we do not understand
    sessions.py   the same by USSD (menu.py) and by voice (calls.py)

What a text does is decided before the transaction, or inside it where what is known of its phone
matters. Texts of one phone are taken one after the other.
"""

from __future__ import annotations

from server.core.conversations.phones import Standing
from server.core.conversations.wishes import Answered, Wish
from server.services import Services
from server.texting import account, asking, signing
from server.texting.allowed import may_text
from server.texting.intake import Caller, caller_of, cleaned, take
from server.texting.replies import Talk, nothing, silent
from sms import Inbound
from sms.keywords import Command, parse
from sms.segments import measure

TEXT_LIMIT = 1600  # characters; what Twilio joins into one text at most

_COMMANDS = {
    "sign": signing.by_keyword,
    "stop": account.stop,
    "remove": account.remove,
    "start": account.start,
    "undo": account.undo,
    "status": account.status,
    "name": account.correct,
    "zip": account.correct,
    "news": account.news,
    "news_on": account.news,
    "news_off": account.news,
    "help": asking.inform,
    "list": asking.inform,
    "count": asking.count,
    "more": asking.more,
    "language": asking.speak,
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
            _Reading(services, inbound, caller, late).wish,
            measure=_segments,
            answerable=caller.phone is not None and may_text(services, caller.phone),
            reply_id=None if inline else services.new_id(),
        )


class _Reading:
    """One text, read in the light of what is known of its phone."""

    def __init__(self, services: Services, inbound: Inbound, caller: Caller, late: bool) -> None:
        self._services, self._inbound, self._caller = services, inbound, caller
        self._late = late
        command = parse(inbound.body, services.directory.by_keyword)
        # Where the gateway has recognised the word itself, it has answered too.
        self._command = Command(inbound.opt_out) if inbound.opt_out else command

    def wish(self, standing: Standing) -> Wish:
        """What the text asks for."""
        phone, services = self._caller.phone, self._services
        ours = {services.settings.sms_number, self._inbound.recipient}
        if phone is None or phone in ours:
            # An alphanumeric sender, a short code or ourselves: nobody who could be answered.
            return Wish(kind="no_phone", answer=nothing)
        talk = Talk(services, phone, self._caller.key, self._command, standing)
        if self._inbound.opt_out:
            return silent(_COMMANDS[self._command.kind](talk))
        asked = standing.asked
        petition = services.directory.by_id.get(asked.petition_id) if asked else None
        if petition and signing.answers(talk, self._inbound.body):
            return signing.answer(talk, petition, self._inbound.body)
        if self._late and self._command.kind not in _STILL_DONE:
            return Wish(kind="late", answer=nothing, keep=asked)
        return _COMMANDS[self._command.kind](talk)


def _segments(reply: str) -> int:
    return measure(reply).segments
