"""Conversations by text, in every language and on both engines: `conversations.txt`, and for each
language the same ways in its own words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import LANGUAGES
from sms.reading.languages import LANGUAGES as TABLES
from tests.harness.examples import examples
from tests.harness.texts.phones import text_door
from tests.harness.texts.spoken import WORDS
from tests.texting.conversations.talked import (
    RENDERER,
    REPLIES,
    Conversation,
    hold,
    read_table,
    read_turn,
    reads_as,
)

# The same ways in every language: {sign}, {stop} and so on are its words, {signed} is the keyword,
# a name and a postcode.
IN_EVERY_LANGUAGE = """
signs in one message|{sign} {signed} => signed|{signed}
signs in capitals|{SIGN} {signed} => signed|{signed}
signs with its own digits|{sign} LAKE {who} {place} => signed|{signed}
is asked for both|{sign} LAKE => ask_both;{who} 59801 => signed|{signed}
is asked one by one|{sign} LAKE => ask_both;{who} => ask_zip;59801 => signed|{signed}
is asked for the name|{sign} LAKE 59801 => ask_name;{who} => signed|{signed}
hears of a wrong postcode|{sign} LAKE {who} 598 => bad_zip;59801 => signed|{signed}
sends our example|{sign} LAKE {example} => ask_both|nothing
leaves the keyword out|{sign} {who} 59801 => signed|{signed}
asks for help|{help} => help|nothing
asks for the list|{list} => listed|nothing
asks for the count|{count} LAKE => counted|nothing
asks for more|{more} LAKE => more|nothing
takes it back|{sign} {signed} => signed;{undo} => undone|nothing
has nothing to take back|{undo} => nothing_to_undo|nothing
asks whose status|{status} => status_whose|nothing
asks for a status|{sign} {signed} => signed;{status} {who} => status|{signed}
stops|{stop} => stopped;HELP => -|nothing out
stops and starts|{stop} => stopped;{start} => started;{help} => help|nothing
stops in free words|{wish} => stopped|nothing out
is removed|{sign} {signed} => signed;{remove} => removed|nothing out
puts the name right|{sign} LAKE Xx 59801 => signed;{name} {who} => corrected|{signed}
puts the postcode right|{sign} LAKE {who} 59802 => signed;{zip} {place} => corrected|{signed}
wants news|{sign} {signed} => signed;{news_on} => news_on;{news_off} => news_off|{signed}
asks how to get news|{news} => news_how|nothing
chooses the language|{language} => language;LAKE => ask_both;{who} 59801 => signed|{signed}
goes on in its language|{help} => help;{signed} => signed|{signed}
signs before a letter|{letter} => letter_first|nothing
signs before a call|{call} => letter_first|nothing
has nothing to send|{post} => letter_nothing|nothing
has nothing to go back in|{back} => letter_nothing|nothing
has been told of nobody|{not_mine} => letter_nothing|nothing
asks for help in between|{sign} LAKE {who} => ask_zip;{help} => help;59801 => signed|{signed}
""".strip()

NAMES = {
    "en": "Ana Diaz",
    "es": "Luz Peña",
    "fr": "Zoé Lefèvre",
    "pt": "João Conceição",
    "ht": "Woz Pyè",
    "ar": "ليلى حداد",
    "hi": "सीता देवी",
    "vi": "Lê Thị Lan",
}
DIGITS = {"ar": "٥٩٨٠١", "hi": "५९८०१"}


def in_every_language() -> Iterator[Conversation]:
    for language in LANGUAGES:
        words: dict[str, str] = dict(WORDS[language])
        words |= {"who": NAMES[language], "place": DIGITS.get(language, "59801")}
        words |= {"SIGN": words["sign"].upper(), "signed": f"LAKE {words['who']} 59801"}
        words["example"] = RENDERER.say(language, "your name, your postcode")
        for line in IN_EVERY_LANGUAGE.splitlines():
            title, turns, end = line.split("|")
            found = Conversation(f"{language}: {title}", "", end=end.format(**words))
            for turn in turns.split(";"):
                text, _, reply = turn.rpartition(" => ")
                spoken = reply if reply == "-" else f"{reply}.{language}"
                found.turns.append(read_turn(f"{text.format(**words)} => {spoken}"))
            yield found


TABLE = [*read_table(), *in_every_language()]


def test_the_table_has_at_least_300_conversations_in_all_languages() -> None:
    assert len(TABLE) >= 300
    assert len({c.title for c in TABLE if not c.two}) + sum(c.two for c in TABLE) == len(TABLE)
    used = {turn.reply for c in TABLE for turn in c.turns}
    assert used <= {"", *REPLIES}


@pytest.mark.parametrize("two", [False, True], ids=["one petition", "two petitions"])
async def test_every_conversation_goes_as_the_table_says(database_url: str, two: bool) -> None:
    wide = {"UNDERSIGNED_SMS_DAILY_SEGMENTS": "1000000"}
    wide["UNDERSIGNED_SMS_PETITION_SEGMENTS"] = "1000000"
    async with text_door(database_url, **wide) as phones:
        if two:
            await phones.add_petition(slug="face", keyword="FACE")
        faults = []
        for number, conversation in enumerate(TABLE):
            if conversation.two == two:
                faults += await hold(phones, number, conversation)
        assert not faults, "\n".join(faults)


def test_a_wrong_reply_is_seen() -> None:
    help_ = RENDERER.text("en", "help").replace("{keyword}", "LAKE").replace("{contact}", "x")
    assert reads_as(help_, "help", "en")
    assert not reads_as(help_, "help", "es")
    assert not reads_as(help_, "listed", "en")


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
SPICES = [w.strip() for row in TABLES.values() for c in row.values() for w in c.split(",")]
SPICED = st.lists(
    st.sampled_from([*SPICES, "LAKE", "59801", "Ana Diaz", "@", "\n", "٥", "?"]) | ANY_TEXT,
    max_size=8,
).map(" ".join)


LISTS_OF_TEXTS = st.lists(SPICED | ANY_TEXT, min_size=1, max_size=4)


@examples(25)
@given(LISTS_OF_TEXTS)
def test_no_text_raises_or_signs_twice_and_no_echo_goes_on(texts: list[str]) -> None:
    asyncio.run(talked(texts))


async def talked(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        async with text_door(f"sqlite:///{folder}/any.db") as phones:
            for text in texts:
                before = (await phones.figures()).total
                reply = await phones.text(text)
                assert (await phones.figures()).total - before <= 1, text
                replies = 0
                while reply is not None:  # by a program that sends our own words back
                    reply = await phones.text(reply)
                    replies += 1
                    assert replies <= 22  # 12 about signing, 5 about opting out, 5 others
                phones.now += 3600
