"""What differs between two texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.petitions.wording.differences import Run, paragraphs_between, words_between


def told(was: str, now: str) -> str:
    """[-gone-] and {+new+} between what stays."""
    signs = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    return " ".join(signs[run.kind].format(run.words) for run in words_between(was, now))


@pytest.mark.parametrize(
    ("was", "now", "told_as"),
    [
        ("Keep the lake clean.", "Keep the river clean.", "Keep the [-lake-] {+river+} clean."),
        ("Keep it", "Keep it clean", "Keep it {+clean+}"),
        ("Please keep it", "keep it", "[-Please-] keep it"),
        ("a b c d e f", "a x c y e f", "a [-b c d-] {+x c y+} e f"),  # one word is no island
        ("one two", "three four", "[-one two-] {+three four+}"),
        (
            "احموا البحيرة من التلوث",
            "احموا النهر من التلوث",
            "احموا [-البحيرة-] {+النهر+} من التلوث",
        ),
        ("झील को साफ़ रखें", "नदी को साफ़ रखें", "[-झील-] {+नदी+} को साफ़ रखें"),
        ("Giữ hồ sạch nhé", "Giữ sông sạch nhé", "Giữ [-hồ-] {+sông+} sạch nhé"),
        ("- one\n- two", "- one\n- three", "- one\n- [-two-] {+three+}"),
        ("", "all new", "{+all new+}"),
        ("all gone", "", "[-all gone-]"),
    ],
)
def test_words_that_differ_are_told(was: str, now: str, told_as: str) -> None:
    assert told(was, now) == told_as


def test_paragraphs_that_stay_are_left_out() -> None:
    was = "One stays.\n\nKeep the lake clean and quiet.\n\nThree stays.\n\nFour goes away."
    now = "One stays.\n\nKeep the river clean and quiet.\n\nThree stays.\n\nSomething quite new."
    changed = (
        Run("same", "Keep the"),
        Run("gone", "lake"),
        Run("new", "river"),
        Run("same", "clean and quiet."),
    )
    new = (Run("new", "Something quite new."),)
    assert paragraphs_between(was, now) == [
        None,
        changed,
        None,
        (Run("gone", "Four goes away."),),
        new,
    ]


WORDS = st.lists(st.sampled_from(["lake", "the", "clean", "بحيرة", "झील", "\n\n", "\n", "- x"]))


@given(WORDS, WORDS)
def test_both_texts_can_be_read_out_of_what_is_told(old: list[str], new: list[str]) -> None:
    was, now = " ".join(old), " ".join(new)
    runs = list(words_between(was, now))
    for other, text in (("new", was), ("gone", now)):
        left = " ".join(run.words for run in runs if run.kind != other)
        assert left.split() == text.split()
