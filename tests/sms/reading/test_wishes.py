"""Who wants to be left alone, forgotten or taken back, and who speaks of the world."""

import pytest

from sms.reading import Context, OpenQuestion, PetitionWord, PetitionWords, read
from tests.sms.reading.talk import ABOUT_THE_WORLD, LEFT_ALONE

PETITIONS = PetitionWords([PetitionWord("FACE")])
CONTEXTS = (
    Context(PETITIONS),
    Context(PETITIONS, OpenQuestion("FACE"), language="en"),
    Context(PETITIONS, OpenQuestion("FACE", name="Ana Diaz"), language="en"),
)


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_a_wish_to_be_left_alone_is_an_opt_out_whatever_was_asked(text: str) -> None:
    for context in CONTEXTS:
        assert read(text, context).intent == "stop"


@pytest.mark.parametrize("text", ABOUT_THE_WORLD)
def test_a_wish_about_the_world_is_none(text: str) -> None:
    for context in CONTEXTS:
        assert read(text, context).intent not in {"stop", "remove"}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Stop texting me about FACE", "stop"),
        ("STOP FACE", "stop_how"),
        ("FACE Ana Diaz 59801 please stop these scans", "sign"),
        ("SIGN FACE Ana Stop 59801", "sign"),
        ("Ana, your loan of $5000 is approved! Reply YES or STOP to end", "unknown"),
        ("Hi Robert Brown, reply YES for a free roof check in 59801. Stop2End", "unknown"),
        ("don't stop", "unknown"),
        ("why do you keep texting me", "stop"),
        ("why do you text me", "question"),
        ("why do you keep texting my sister", "question"),
        ("why do they keep sending police to our school", "question"),
        ("stop news", "news_off"),
        ("🛑", "stop"),
        ("remove me", "remove"),
        ("delete my data please", "remove"),
        ("forget me", "remove"),
        ("Supprimez toutes mes données s'il vous plaît", "remove"),
        ("remove my number", "stop"),
        ("please stop sending me messages but keep my signature", "stop"),
        ("delete our data from your police computers", "unknown"),
        ("undo please", "undo"),
        ("unsign me", "undo"),
        ("ya no quiero firmar", "undo"),
        ("quita mi firma", "undo"),
        ("take me off FACE", "undo"),
        ("please don't remove my signature", "unknown"),
        ("how do I take my name off?", "question"),
        ("START please", "start"),
    ],
)
def test_each_wish_is_told_from_its_neighbours(text: str, intent: str) -> None:
    assert read(text, CONTEXTS[0]).intent == intent


def test_undo_names_whom_and_which_petition() -> None:
    reading = read("Remove Ana Diaz from FACE", CONTEXTS[0])
    assert (reading.intent, reading.names, reading.petitions) == ("undo", ("Ana Diaz",), ("FACE",))
    assert read("UNDO ZOE", CONTEXTS[0]).names == ("ZOE",)
    assert read("undo my signature please", CONTEXTS[0]).names == ()
    assert read("UNDO both", CONTEXTS[0]).several
