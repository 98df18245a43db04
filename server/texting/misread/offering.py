"""A text that we did not understand, as an organizer reads it: the question to its phone, and what
the phone says to that.

YES signs, and nothing else that is said does. NO ends it, as does whatever begins something else;
what only asks for help or talks leaves it open.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import pairwise

from server.core.conversations import offers
from server.core.conversations.misread import MisreadText
from server.core.conversations.phones import STRANGER, Conversation, Standing
from server.core.conversations.wishes import Wish
from server.core.petitions.petitions import Petition
from server.core.signing import signatures
from server.core.signing.signature import Signing
from server.core.values.names import fold_name, tidy
from server.db import Transaction
from server.errors import InvalidInput, Problem
from server.services import Services
from server.texting import signing
from server.texting.replies import Talk, fitted, is_cheap
from server.texting.understood import understood
from sms.reading import Intent

#: What leaves the question open.
_LEAVES_OPEN: frozenset[Intent] = frozenset(
    {
        *("help", "list", "count", "more", "language", "also"),
        *("thanks", "greeting", "question", "quote", "unknown", "not_sure"),
    }
)
#: Of scripts that write words without spaces: Thai, Lao, Burmese, Khmer, Japanese, Chinese.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
#: What phones make a link of, also without http: example.org
_DOTTED = re.compile(r"[^\W\d_]\.[^\W\d_]{2}|[/\\:]")


@dataclass(frozen=True, slots=True)
class ReadSoFar:
    """What we read in a text: where the form of an organizer begins."""

    keyword: str
    name: str
    postcode: str
    collector: str = ""


def read_so_far(services: Services, text: MisreadText, petition: Petition) -> ReadSoFar:
    """What the text says of who wants to sign what, as far as we can read it, first as if it were
    the answer to our question."""
    asked = Standing(asked=Conversation(petition.id, petition.language))
    read = [understood(services, text.body, standing) for standing in (asked, STRANGER)]
    reading = next((each for each in read if each.names), read[0])
    directory = services.directory
    named = directory.by_keyword.get(reading.petitions[0]) if reading.petitions else None
    return ReadSoFar(
        (named or petition).keyword,
        reading.names[0] if reading.names else "",
        reading.postcode or reading.wrong,
        reading.collector,
    )


def checked(
    services: Services, text: MisreadText, petition: Petition, name: str, postcode: str
) -> Conversation:
    """What that phone is to be asked, in the language of its conversation.

    Raises `NotOpen`, or `InvalidInput`: a name is made of what its sender wrote, and of nothing
    else. Whoever may ask cannot send words of their own in this way.
    """
    name, postcode = tidy(name), tidy(postcode)
    fault = _fault_of_name(name, text.body)
    problems = [Problem("name", fault)] if fault else []
    try:
        made = _signing(services, text, petition, name, postcode)
    except InvalidInput as error:
        raise InvalidInput(*error.problems, *problems) from error
    if problems:
        raise InvalidInput(*problems)
    return Conversation(
        petition.id,
        _language(services, text, petition),
        made.name,
        made.postcode or "",
        "sms",
        petition.wording_number,
        read_so_far(services, text, petition).collector,
    )


def _signing(
    services: Services, text: MisreadText, petition: Petition, name: str, postcode: str
) -> Signing:
    """What YES will make of it."""
    return signatures.text_signing(
        petition,
        name=name,
        postcode=postcode,
        phone=text.sender,
        keys=services.keys,
        language=petition.language,
        id_=0,
        now=services.now(),
    )


def _fault_of_name(name: str, body: str) -> str:
    """What is wrong with a name that is well formed; '' for nothing."""
    if _DOTTED.search(name):
        return "not_a_name"
    return "" if _is_written_in(name, body) else "not_in_text"


def _is_written_in(name: str, body: str) -> bool:
    """Whether the name stands in the text in one piece, or each of its words is one of the text or
    two neighbours, whatever case, accents and spaces: of letters from here and there anybody could
    make words of their own. In scripts without spaces each word is a part of the text."""
    written, wanted = _words(body), _words(name)
    known, whole = {*written, *map("".join, pairwise(written))}, "".join(written)
    if "".join(wanted) in whole:
        return True
    return all(w in known or (_UNSPACED.search(w) and w in whole) for w in wanted)


def _words(text: str) -> list[str]:
    letters = (c if unicodedata.category(c)[0] in "LMN" else " " for c in fold_name(text))
    return "".join(letters).split()


def _language(services: Services, text: MisreadText, petition: Petition) -> str:
    """That of the conversation."""
    reading = understood(services, text.body, STRANGER)
    standing = Standing(language=text.language)
    return Talk(services, text.sender, text.phone_key, reading, standing).language(petition)


def question(services: Services, asked: Conversation) -> str:
    """The text that asks: one segment."""
    petition = services.directory.by_id[asked.petition_id]
    fields = {
        "keyword": petition.keyword,
        "name": asked.name,
        "postcode": f", {asked.postcode}" if asked.postcode else "",
    }
    template = services.renderer.text(asked.language, "offer")
    if not is_cheap(template, fields):
        template = services.renderer.text(asked.language, "offer_short")
    return fitted(template, fields)


def parted(services: Services, standing: Standing) -> tuple[Standing, Conversation | None]:
    """What is known of a phone without the question of an organizer, and that question. Its words
    are ours: who sends them back, as a reaction does, says nothing by them."""
    asked = standing.asked
    if asked is None or asked.offered_at is None:
        return standing, None
    if asked.petition_id not in services.directory.by_id:
        return replace(standing, asked=None), None
    ours = (question(services, asked), *standing.ours)
    return replace(standing, asked=None, ours=ours, language=asked.language), asked


def answered(talk: Talk, offer: Conversation) -> Wish | None:
    """What YES and NO do; None for a text that says neither."""
    petition = talk.services.directory.by_id[offer.petition_id]
    if talk.reading.intent == "no":
        return _refused(talk, petition, offer)
    if talk.reading.intent != "yes" or talk.reading.names:
        return None
    wish = signing.as_known(talk, petition, replace(offer, offered_at=None))
    return _signed(talk, wish) if wish.signing else wish


def _signed(talk: Talk, wish: Wish) -> Wish:
    made = wish.signing
    assert made  # noqa: S101 (whoever calls has looked)

    async def act(tx: Transaction) -> str:
        outcome = (await signatures.sign_many(tx, [made]))[0]
        await offers.answered(tx, talk.phone_key, "signed", talk.services.now())
        return outcome

    return replace(wish, signing=None, act=act)


def _refused(talk: Talk, petition: Petition, offer: Conversation) -> Wish:
    async def act(tx: Transaction) -> None:
        await offers.answered(tx, talk.phone_key, "no", talk.services.now())

    said = talk.say("no", "offer_refused", petition=petition, language=offer.language)
    return replace(said, act=act)


def left_open(wish: Wish, intent: Intent, offer: Conversation) -> Wish:
    """The wish of a text that is no answer: whether the question stays."""
    return replace(wish, keep=offer) if intent in _LEAVES_OPEN and not wish.signing else wish
