"""Nobody is told that somebody else has signed: not by the answer, and not by how long it takes."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import NormalDist

import pytest

from tests.harness.product import Answer, Server, post, read_answer

pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]
PAIRS = 200
ROUNDS = 10
#: What the comparison must be able to find: a tenth of what an answer takes.
PLANTED = 0.1
CERTAIN = 1e-5

Form = dict[str, str]


def people(kind: str) -> Iterator[Form]:
    """Forms of different people, each with a contact of that kind."""
    letters = "bcdfghklmnprstvz"
    for number, (a, b, c) in enumerate(itertools.product(letters, repeat=3)):
        form = {"name": f"{a.upper()}o {b}a{c}o {kind.title()}", "postcode": "59801"}
        match kind:
            case "email":
                form["email"] = f"{a}o.{b}a{c}o@gmail.com"
            case "phone":
                form["phone"] = f"+1406205{number:04}"
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


def known_before(server: Server, kind: str, form: Form) -> None:
    """Those with a phone have verified it: their second signing is known to be theirs."""
    if kind == "phone":
        words = f"SIGN FACE {form['name']} {form['postcode']}"
        assert "Thank you" in server.text(words, form["phone"])


@pytest.mark.parametrize("kind", ["alone", "email", "phone"])
def test_a_repeated_signing_cannot_be_told_from_a_new_one(server: Server, kind: str) -> None:
    new: list[float] = []
    again: list[float] = []
    forms = people(kind)
    for _ in range(ROUNDS):  # more pairs where the machine is too busy to find anything
        more_new, more_again = measured(server, kind, forms)
        new, again = new + more_new, again + more_again
        middle = sorted(new)[len(new) // 2]
        planted = (PLANTED * middle, -PLANTED * middle)
        if all(differ(new, [t + extra for t in again]) < CERTAIN for extra in planted):
            break
    else:
        raise AssertionError("it would find nothing")
    assert differ(new, again) > CERTAIN, (middle, sorted(again)[len(again) // 2])


def measured(server: Server, kind: str, forms: Iterator[Form]) -> tuple[list[float], list[float]]:
    """How long `PAIRS` new and as many repeated signings took, by turns; their answers are equal
    byte for byte."""
    first: dict[str, Answer] = {}
    times: dict[str, list[float]] = {"new": [], "again": []}
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:

        def sign(form: Form, as_: str) -> Answer:
            answer, seconds = signs(server, connection, form)
            times[as_].append(seconds)
            return answer

        waiting = list(itertools.islice(forms, 20))
        for form in waiting:
            first[form["name"]] = signs(server, connection, form)[0]
            known_before(server, kind, form)
        for number in range(PAIRS):
            fresh, known = next(forms), waiting[number]
            order: list[Callable[[], None]] = [
                lambda form=fresh: first.update({form["name"]: sign(form, "new")}),  # type: ignore[misc]
                lambda form=known: _same(first[form["name"]], sign(form, "again")),  # type: ignore[misc]
            ]
            for step in order if number % 2 else reversed(order):
                step()
            known_before(server, kind, fresh)
            waiting.append(fresh)
    return times["new"], times["again"]


def _same(one: Answer, other: Answer) -> None:
    def told(answer: Answer) -> tuple[int, dict[str, str], bytes]:
        return answer.status, {k: v for k, v in answer.headers.items() if k != "date"}, answer.body

    assert told(one) == told(other)
    assert one.status == 200
