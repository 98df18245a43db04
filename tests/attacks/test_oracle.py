"""Nobody is told that somebody else has signed: not by the answer, and not by how long it takes.

Nor whether they have filled in the form in the same way, or under nearly the same name.
"""

from __future__ import annotations

import itertools
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import NormalDist

import pytest

from tests.harness.product import Answer, Server, post, read_answer

pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]
PAIRS = 200
#: Of pairs. So many phones of one range sign in more of them that they would be held.
ROUNDS = {"alone": 12, "email": 12, "phone": 5}
#: Seconds that the comparison must be able to find: 2.5 % of what an answer takes, beat and all. On
#: a machine that stays too busy for that, what it must find at last.
PLANTED, ROUGHLY = 0.00025, 0.001
CERTAIN = 1e-5

Form = dict[str, str]


POSTCODES = {"alone": "59801", "email": "59802", "phone": "59803"}
#: What a stranger who tries a name fills in, where its owner has signed already.
TRIED: dict[str, Form] = {
    "same entries": {},
    "other entries": {"comment": "other"},
    "near name": {"name": "{}s"},
}
SURNAMES = dict(zip(TRIED, ("Diaz", "Lee", "Stone"), strict=True))


def people(kind: str, how: str) -> Iterator[Form]:
    """Forms of different people, each with a contact of that kind; others for each way to try."""
    letters, surname = "bcdfghklmnprstvz", SURNAMES[how]
    for number, (a, b, c) in enumerate(itertools.product(letters, repeat=3)):
        form = {"name": f"{a.upper()}elo {b.upper()}a{c}o {surname}", "postcode": POSTCODES[kind]}
        form["comment"] = "first"
        match kind:
            case "email":
                form["email"] = f"{a}o.{b}a{c}o.{surname.lower()}@gmail.com"
            case "phone":
                form["phone"] = f"+1406{205 + len(surname)}{number:04}"
        yield form


def signs(server: Server, connection: socket.socket, form: Form) -> tuple[Answer, float]:
    raw = post("/p/face", form, Connection="keep-alive")
    began = time.perf_counter()
    connection.sendall(raw)
    answer = read_answer(connection)
    return answer, time.perf_counter() - began


def differ(one: Sequence[float], other: Sequence[float]) -> float:
    """How likely the pairs of two samples differ as much as these by chance (Wilcoxon, 1945).

    Those of a pair were measured one after the other: a machine that is busier now than it was
    slows both.
    """
    differences = sorted((a - b for a, b in zip(one, other, strict=True)), key=abs)
    ranks = sum(rank for rank, difference in enumerate(differences, 1) if difference > 0)
    n = len(differences)
    mean, deviation = n * (n + 1) / 4, (n * (n + 1) * (2 * n + 1) / 24) ** 0.5
    return 2 * NormalDist().cdf(-abs(ranks - mean) / deviation)


def would_find(new: Sequence[float], again: Sequence[float], seconds: float) -> bool:
    """Whether the comparison would tell those who signed again, were they so much slower or
    faster."""
    return all(
        differ(new, [time + extra for time in again]) < CERTAIN for extra in (seconds, -seconds)
    )


def tried(form: Form, how: str) -> Form:
    return form | {
        field: value.format(form[field]) if "{}" in value else value
        for field, value in TRIED[how].items()
    }


def known_before(server: Server, kind: str, form: Form) -> None:
    """Those with a phone have verified it: their second signing is known to be theirs."""
    if kind == "phone":
        words = f"SIGN FACE {form['name']} {form['postcode']}"
        assert "Thank you" in server.text(words, form["phone"])


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("alone", "same entries"),
        pytest.param("alone", "other entries", marks=pytest.mark.full),
        pytest.param("email", "same entries", marks=pytest.mark.full),
        ("email", "other entries"),
        pytest.param("email", "near name", marks=pytest.mark.full),
        pytest.param("phone", "same entries", marks=pytest.mark.full),
        pytest.param("phone", "other entries", marks=pytest.mark.full),
        pytest.param("phone", "near name", marks=pytest.mark.full),
    ],
)
def test_a_repeated_signing_cannot_be_told_from_a_new_one(
    server: Server, kind: str, how: str
) -> None:
    new: list[float] = []
    again: list[float] = []
    forms = people(kind, how)
    for _ in range(ROUNDS[kind]):  # more pairs where the machine is too busy to find anything
        more_new, more_again = measured(server, kind, how, forms)
        new, again = new + more_new, again + more_again
        if would_find(new, again, PLANTED):
            break
    assert would_find(new, again, ROUGHLY)
    assert differ(new, again) > CERTAIN, [sorted(times)[len(times) // 2] for times in (new, again)]


def measured(
    server: Server, kind: str, how: str, forms: Iterator[Form], pairs: int = PAIRS
) -> tuple[list[float], list[float]]:
    """How long `pairs` new and as many repeated signings took, by turns; their answers are equal
    byte for byte, but for what follows from the form alone.

    Before each goes one that the comparison leaves out. Its answer leaves on the server's beat, so
    that all that are compared come at the same time within one, as an attacker would have it.
    """
    beforehand = next(people(kind, how)) | {"name": "Somebody Beforehand"}
    first: dict[str, Answer] = {}
    times: dict[str, list[float]] = {"new": [], "again": []}
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:

        def sign(form: Form, as_: str) -> Answer:
            signs(server, connection, beforehand)
            answer, seconds = signs(server, connection, form)
            times[as_].append(seconds)
            return answer

        waiting = list(itertools.islice(forms, 20))
        for form in waiting:
            first[form["name"]] = signs(server, connection, form)[0]
            known_before(server, kind, form)
        for number in range(pairs):
            fresh, known = next(forms), tried(waiting[number], how)
            order: list[Callable[[], None]] = [
                lambda form=fresh: first.update({form["name"]: sign(form, "new")}),  # type: ignore[misc]
                lambda name=waiting[number]["name"], form=known: _same(  # type: ignore[misc]
                    first[name], sign(form, "again"), how
                ),
            ]
            for step in order if number % 2 else reversed(order):
                step()
            known_before(server, kind, fresh)
            waiting.append(fresh)
    return times["new"], times["again"]


@pytest.mark.parametrize("how", TRIED)
@pytest.mark.parametrize("kind", POSTCODES)
def test_their_answers_are_equal_byte_for_byte(server: Server, kind: str, how: str) -> None:
    others = itertools.islice(people(kind, how), 3_000, None)  # than those who are timed
    new, again = measured(server, kind, how, others, 5)
    assert len(new) == len(again) == 5


#: What of a page follows from the form itself; and the slip, which is another one each time.
ENTRIES = re.compile(rb'(?<=name="entries" value=")[^"]+|(?<=FACE%20)\d{4}|(?<=FACE )\d{4}')
SLIP = re.compile(rb"\b[a-z2-7]{21}\b")


def _same(one: Answer, other: Answer, how: str) -> None:
    def told(answer: Answer) -> tuple[int, dict[str, str], bytes]:
        body = SLIP.sub(b"", answer.body)
        if how != "same entries":
            body = ENTRIES.sub(b"", body)
        return answer.status, {k: v for k, v in answer.headers.items() if k != "date"}, body

    assert told(one) == told(other)
    assert one.status == 200


def test_taking_back_without_a_contact_tells_nobody_who_had_signed(server: Server) -> None:
    """Whoever signs as somebody else and takes it back sees the same, in the same time, whether
    that somebody had signed before."""
    forms = people("alone", "same entries")
    times = {"made": list[float](), "nothing": list[float]()}
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:

        def takes_back(form: Form, as_: str) -> Answer:
            page, _ = signs(server, connection, form)
            [slip] = SLIP.findall(page.body)
            raw = post("/p/face/withdraw", {"contact": slip.decode()}, Connection="keep-alive")
            began = time.perf_counter()
            connection.sendall(raw)
            answer = read_answer(connection)
            times[as_].append(time.perf_counter() - began)
            return answer

        for number, form in zip(range(2 * PAIRS), forms, strict=False):
            form["postcode"] = "59804"
            if number % 2:
                signs(server, connection, form)
            answer = takes_back(form, "nothing" if number % 2 else "made")
            assert "Your signature is removed" in answer.text
    made, nothing = times["made"], times["nothing"]
    assert differ(made, nothing) > CERTAIN, (sorted(made)[PAIRS // 2], sorted(nothing)[PAIRS // 2])
