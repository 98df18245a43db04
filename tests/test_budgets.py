"""Byte budgets (design, section 6): status line, headers and body of one answer, on the wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from server.config import LANGUAGES
from tests.harness.product import Answer, Server

# response: gzip, brotli, plain; in bytes, for English.
BUDGETS = {
    "petition": (2900, 2350, 6200),
    "thanks": (1440, 1250, 2800),
    "thanks by e-mail": (1440, 1250, 2800),
    "thanks by phone": (1440, 1250, 2800),
    "p/face/verify": (1400, 1200, 3000),
    "p/face/verify?ref=AAAAAAAAAAAAAAAAAAAAAA": (1400, 1200, 3000),
    "wrong code": (1400, 1200, 3000),
    "p/face/withdraw": (1400, 1200, 3000),
    "withdraw by mail": (1400, 1200, 3000),
    "errors": (2000, 1700, 3800),
    "": (1400, 1200, 3000),
    "help": (1600, 1350, 3400),
    "privacy": (1500, 1300, 3300),
    "accessibility": (1600, 1300, 3000),
    "nothing-here": (1400, 1200, 3000),
    "p/face/poster": (6000, 5000, 16000),
    "p/face/badge.svg": (1024, 1024, 1024),
    "p/face/names": (1400, 1200, 3000),
    "p/face.txt": (1700, 1500, 3100),
    "p/face/feed.atom": (1400, 1200, 3000),
}
# The same page in another language may be so much larger: compressed, and plain. UTF-8 takes two
# bytes for a letter of Arabic, three for one of Hindi and for many of Vietnamese.
FACTORS = {
    "en": (1.0, 1.0),
    "es": (1.15, 1.15),
    "fr": (1.15, 1.15),
    "pt": (1.15, 1.15),
    "ht": (1.1, 1.1),
    "ar": (1.15, 1.3),
    "hi": (1.35, 2.2),
    "vi": (1.2, 1.25),
}
# Against the budgets, which the longest pages nearly fill, Arabic has less room.
ROOM = {**{language: factors[0] for language, factors in FACTORS.items()}, "ar": 1.1}
CODINGS = ("gzip", "br", "identity")
# Two errors, and about 200 bytes of values.
ERRORS = {"name": "", "postcode": "5980", "email": "ana.diaz@example.org", "comment": "b" * 150}
EMAIL = "ana.diaz@example.org"
CONTACTS = {"thanks by e-mail": {"email": EMAIL}, "thanks by phone": {"phone": "406-555-0123"}}


def fetch(server: Server, page: str, prefix: str, coding: str) -> Answer:
    path = f"{prefix}/p/face"
    match page:
        case "petition":
            return server.get(path, Accept_Encoding=coding, Connection="keep-alive")
        case "thanks" | "thanks by e-mail" | "thanks by phone":
            form = {"name": "Ana Diaz", "postcode": "59801"} | CONTACTS.get(page, {})
            return server.post(path, form, Accept_Encoding=coding, Connection="keep-alive")
        case "wrong code":
            form = {"contact": EMAIL, "code": "123456"}
            path = f"{path}/verify"
            return server.post(path, form, Accept_Encoding=coding, Connection="keep-alive")
        case "withdraw by mail":
            path = f"{path}/withdraw"
            form = {"contact": EMAIL}
            return server.post(path, form, Accept_Encoding=coding, Connection="keep-alive")
        case "errors":
            return server.post(path, ERRORS, Accept_Encoding=coding, Connection="keep-alive")
        case _:
            return server.get(f"{prefix}/{page}", Accept_Encoding=coding, Connection="keep-alive")


@pytest.mark.parametrize("page", BUDGETS)
def test_every_page_is_within_its_budget_in_every_language(
    server: Server, page: str, show: Callable[[str], None]
) -> None:
    over = []
    table = [f"{page or 'first page'}: bytes on the wire, and times English"]
    english: dict[str, int] = {}
    for language in LANGUAGES:
        sizes = {coding: sized(server, page, language, coding) for coding in CODINGS}
        english = english or sizes
        packed, plain = FACTORS[language]
        for coding, budget in zip(CODINGS, BUDGETS[page], strict=True):
            room, factor = (plain, plain) if coding == "identity" else (ROOM[language], packed)
            size, limit = sizes[coding], int(budget * room)
            if size > limit or (coding == "gzip" and size > english[coding] * factor):
                over.append(f"{language} {coding}: {size} of {limit}, English {english[coding]}")
        row = (f"{c} {n:5} ({n / english[c]:.2f})" for c, n in sizes.items())
        table.append(f"  {language}  " + "  ".join(row))
    show("\n".join(table))
    assert over == []


def sized(server: Server, page: str, language: str, coding: str) -> int:
    """The bytes of the answer; the English page is the one without a prefix."""
    prefix = "" if language == "en" else f"/{language}"
    answer = fetch(server, page, prefix, coding)
    assert answer.status == (404 if page == "nothing-here" else 200)
    assert answer.headers.get("content-encoding", "identity") == coding
    return answer.size


def test_a_page_that_is_known_costs_at_most_160_bytes(server: Server) -> None:
    for coding in CODINGS:
        etag = server.get("/p/face", Accept_Encoding=coding).headers["etag"]
        known = server.get(
            "/p/face", Accept_Encoding=coding, If_None_Match=etag, Connection="keep-alive"
        )
        assert known.status == 304
        assert known.size <= 160, known
