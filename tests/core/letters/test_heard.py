"""What everybody may know of letters: nothing from which one letter, or its writer, can be told."""

from __future__ import annotations

from random import Random

import pytest

from server.core.letters.heard import public
from server.core.letters.heard.public import (
    LEAST_LETTERS,
    OTHERS,
    ROUNDED_TO,
    Heard,
    ShownAnswers,
    shown_of,
)
from tests.harness.world import World

DAY = 86_400


def heard(letters: int, yes: int = 0, no: int = 0, days: tuple[int, ...] = ()) -> Heard:
    return Heard(f"Office of {letters}", letters, yes, no, [n * DAY for n in days])


def said(one: ShownAnswers) -> tuple[object, ...]:
    return one.office, one.letters, one.said_yes, one.said_no, one.answered, one.days


@pytest.mark.parametrize(
    ("offices", "shown"),
    [
        ({}, []),
        ({"a": heard(19)}, []),
        ({"a": heard(20, 4, 5)}, [("a", 20, 0, 5, 0, None)]),
        # Those that are few stand nowhere, and no sum tells how many they are.
        ({"a": heard(31, 12, 9), "b": heard(19, 19)}, [("a", 30, 10, 5, 0, None)]),
        (
            {"a": heard(26), "b": heard(19, 7), "c": heard(1, 1)},
            [("a", 25, 0, 0, 0, None), (OTHERS, 20, 5, 0, 0, None)],
        ),
        # Of few answers nobody is told how long they took.
        ({"a": heard(24, days=(1, 2, 30, 3))}, [("a", 20, 0, 0, 0, None)]),
        ({"a": heard(24, days=(1, 2, 30, 3, 4, 5, 6))}, [("a", 20, 0, 0, 5, 4)]),
        (
            {"a": heard(20, days=(9, 9, 9)), "b": heard(19, days=(2, 2)), "c": heard(19)},
            [("a", 20, 0, 0, 0, None), (OTHERS, 35, 0, 0, 0, None)],
        ),
        ({"a": heard(20), "b": heard(45)}, [("b", 45, 0, 0, 0, None), ("a", 20, 0, 0, 0, None)]),
    ],
)
def test_floors_and_roundings(offices: dict[str, Heard], shown: list[object]) -> None:
    assert [said(one) for one in shown_of(offices)] == shown


def test_no_letter_more_or_less_is_seen_but_at_an_edge_and_none_of_few() -> None:
    random = Random(5)
    for _ in range(500):
        counts = {f"office {n}": random.randint(0, 60) for n in range(random.randint(1, 8))}
        shown = {
            one.office: one.letters for one in shown_of({k: heard(n) for k, n in counts.items()})
        }
        few = {key: n for key, n in counts.items() if n < LEAST_LETTERS}
        assert not few.keys() & shown.keys()
        assert (OTHERS in shown) == (sum(few.values()) >= LEAST_LETTERS)
        assert all(n >= LEAST_LETTERS and n % ROUNDED_TO == 0 for n in shown.values())


async def test_what_is_shown_is_counted_from_the_letters(world: World) -> None:
    async with world.database.write() as tx:
        for n in range(60):
            office, state = ("mayor", "clerk", "judge")[n % 3 if n < 57 else 0], "done"
            if n >= 57:
                state = ("bounced", "rejected", "uncertain")[n - 57]
            await tx.execute(
                "INSERT INTO letters (id, petition_id, signature_id, sender_key, office,"
                " office_name, office_address, channel, state, why, language, subject, own_words,"
                " kind, created_at, due_at, accepted_at, said, answered_at) VALUES (:id, 1, :id,"
                " :key, :office, :name, '', 'smtp', :state, '', 'en', '', 1, 'letter', 1, 1,"
                " 1000, :said, CAST(:answered AS BIGINT))",
                id=n + 1,
                key=str(n).encode(),
                office=office,
                name=office.title(),
                state=state,
                said=("yes", "no", None)[n % 9 // 3],
                answered=1000 + 3 * DAY if office == "mayor" and n % 2 else None,
            )
        await tx.execute(
            "INSERT INTO agreed_offices (petition_id, office, agreed_at) VALUES (1, 'mayor', 1)"
        )
        await tx.execute("UPDATE letters SET office = 'mayor' WHERE id IN (2, 5, 8)")
        await public.show_answers(tx, await public.count_answers(tx))
        await public.show_answers(tx, await public.count_answers(tx))
        shown = await public.shown_answers(tx, 1)
        assert [(one.office, one.name, one.agreed) for one in shown] == [
            ("mayor", "Mayor", True),
            (OTHERS, "", False),
        ]
        assert [said(one)[1:] for one in shown] == [(20, 5, 5, 5, 3), (35, 10, 10, 0, None)]
        assert await public.with_answers(tx) == {1}
        assert await public.shown_answers(tx, 2) == []
