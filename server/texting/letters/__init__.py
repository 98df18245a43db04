"""LETTER and CALL: a letter to those who decide, text by text, and what to say to them by phone.

__init__.py   which texts go on with a letter that is being written
way.py        what every step shares: whose letter it is, and how a step is answered
steps.py      LETTER, CALL, NOT MINE, BACK: how a letter or a call goes on
whom.py       those who decide where the signer lives
place.py      the questions that find them, and their answers
words.py      the signer's words: gathered, read back, sent
states.py     what became of letters
answers.py    what an office answered, with MORE
call.py       numbers, what to say, and how it went
answered.py   did they answer?
"""

from __future__ import annotations

import re

from server.core.conversations.wishes import Wish
from server.texting.letters import call, steps, words
from server.texting.letters.answered import answer_heard
from server.texting.letters.way import number_of
from server.texting.replies import Talk
from sms.reading import Intent
from sms.reading.lexicon import command_of

#: What stays what it is while a letter is being written. Those of the second row do so only as a
#: few words: whole sentences of a letter may sound like them.
_ALWAYS: frozenset[Intent] = frozenset(
    {"stop", "quote", "letter", "post", "back", "call", "not_mine"}
)
_SHORT: frozenset[Intent] = frozenset(
    {
        *("undo", "remove", "stop_how", "start", "help", "list", "count", "more", "also"),
        *("news", "news_on", "news_off", "language"),
    }
)
#: These, only behind their own command word: "My name is Ana" is what one writes in a letter.
_BEGUN: frozenset[Intent] = frozenset({"status", "name", "zip", "sign"})
_FEW = 6  # words


def heard(talk: Talk) -> Wish | None:
    """The wish of a text that goes on with what its phone is writing; None for one that does what
    it does everywhere."""
    step = talk.standing.letter
    if talk.asked:
        return None
    if not step:
        return answer_heard(talk)
    if step == "called":
        outcome = call.OUTCOMES.get(number_of(talk.said) or 0)
        return call.went(talk, outcome) if outcome else None
    if step == "place":
        return steps.answered(talk) if _is_answer(talk) else None
    return None if _is_command(talk) else words.more(talk)


def _is_answer(talk: Talk) -> bool:
    """Two letters are a region of the country, also where they stand for a language: AR, HI."""
    if talk.reading.intent in {"more", "not_sure"} or re.fullmatch(r"\W*\w{2}\W*", talk.said):
        return True
    return not _is_command(talk)


def _is_command(talk: Talk) -> bool:
    intent = talk.reading.intent
    if intent in _ALWAYS:
        return True
    spoken = talk.said.split()
    if intent in _BEGUN:
        return _begins_with_command(talk, spoken)
    return intent in _SHORT and len(spoken) <= _FEW


def _begins_with_command(talk: Talk, spoken: list[str]) -> bool:
    """SIGN FACE and so on, NAME Ana Diaz, ZIP 59801, STATUS Ana."""
    found = command_of(spoken[0].strip(".,:;!?\"'")) if spoken else None
    kind = found[0] if found else ""
    if talk.reading.intent == "sign":
        return bool(talk.reading.petitions) and (kind == "sign" or _begins_with_keyword(talk))
    return kind == talk.reading.intent and len(spoken) <= _FEW


def _begins_with_keyword(talk: Talk) -> bool:
    return talk.said.strip().upper().startswith(talk.reading.petitions)
