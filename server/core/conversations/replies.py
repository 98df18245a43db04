"""Which replies may go out: opt-outs, caps, loops and budgets forbid some of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from server.core.conversations.phones import PhoneHistory, about
from server.core.conversations.wishes import Received
from server.core.counting.counts import DAY
from server.core.outbox import allowance, usage
from server.db import Transaction

#: Replies to one phone within `phones.CAP_SECONDS`, by what they are about. Opting out and in has a
#: cap of its own, so that a curious phone still hears that it was heard.
CAPS = {"sign": 12, "opt": 5, "other": 5}


async def allowed(
    tx: Transaction,
    texts: Sequence[Received],
    outcomes: Sequence[Any],
    known: Mapping[bytes, PhoneHistory],
) -> list[str | None]:
    """The replies, less those that opt-outs, loops, caps, countries or budgets forbid."""
    day = texts[0].now // DAY
    budget = await allowance.budget(tx, day, texts[0].caps)
    replies: list[str | None] = []
    received: Counter[int] = Counter()
    for text, outcome in zip(texts, outcomes, strict=True):
        petition = text.wish.petition_id
        received[petition or usage.NO_PETITION] += text.segments
        reply = text.wish.answer(outcome)
        if reply:
            segments = text.measure(reply)
            goes = _may_say(text, reply, segments, known[text.phone_key])
            reply = reply if goes and budget.take(petition, segments) else None
        replies.append(reply)
    await usage.add(tx, day, received=received, sent=budget.charged)
    return replies


def _may_say(text: Received, reply: str, segments: int, phone: PhoneHistory) -> bool:
    """Whether this phone may get this reply now."""
    if not segments:
        return True  # a session or call costs us nothing, and waits for its answer
    if not text.answerable or phone.opted_out:
        return text.answerable and text.wish.kind == "start"
    subject = about(text.wish.kind)
    if phone.recent[subject] >= CAPS[subject]:
        return False
    if text.wish.kind == "unknown" and phone.nonsense:
        return False
    # Who signs again sees exactly what a new signer sees, who puts two things right hears of both,
    # and a letter may take the same step twice; the cap above ends a loop of those.
    repeats = bool(text.wish.signing) or text.wish.kind in {"name", "zip", "letter"}
    return subject == "opt" or repeats or reply not in phone.just_said
