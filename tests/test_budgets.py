"""Byte budgets (design, section 6): status line, headers and body of one answer, on the wire."""

from __future__ import annotations

import pytest

from tests.support import Answer, Server

LANGUAGES = {"en": "", "es": "/es"}
# response: gzip, brotli, plain; in bytes, for English.
BUDGETS = {
    "petition": (2900, 2350, 6200),
    "thanks": (1440, 1250, 2800),
    "errors": (2000, 1700, 3800),
    "help": (1400, 1200, 3000),
    "privacy": (1400, 1200, 3000),
    "accessibility": (1400, 1200, 3000),
    "p/face/poster": (6000, 5000, 16000),
    "p/face/badge.svg": (1024, 1024, 1024),
}
# The same page in another language may be so much larger, compressed.
FACTOR = {"en": 1.0, "es": 1.15}
CODINGS = ("gzip", "br", "identity")
# Two errors, and about 200 bytes of values.
ERRORS = {"name": "", "postcode": "5980", "email": "ana.diaz@example.org", "comment": "b" * 150}


def fetch(server: Server, page: str, prefix: str, coding: str) -> Answer:
    path = f"{prefix}/p/face"
    match page:
        case "petition":
            return server.get(path, Accept_Encoding=coding, Connection="keep-alive")
        case "thanks":
            form = {"name": "Ana Diaz", "postcode": "59801"}
            return server.post(path, form, Accept_Encoding=coding, Connection="keep-alive")
        case "errors":
            return server.post(path, ERRORS, Accept_Encoding=coding, Connection="keep-alive")
        case _:
            return server.get(f"{prefix}/{page}", Accept_Encoding=coding, Connection="keep-alive")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", BUDGETS)
def test_every_page_is_within_its_budget(server: Server, page: str, language: str) -> None:
    sizes = []
    for coding, budget in zip(CODINGS, BUDGETS[page], strict=True):
        answer = fetch(server, page, LANGUAGES[language], coding)
        assert answer.status == 200
        assert answer.headers.get("content-encoding", "identity") == coding
        sizes.append((coding, answer.size, int(budget * FACTOR[language])))
    print(f"{page} {language}: " + ", ".join(f"{c} {n} of {b}" for c, n, b in sizes))
    assert [s for s in sizes if s[1] > s[2]] == []


def test_a_page_that_is_known_costs_at_most_160_bytes(server: Server) -> None:
    for coding in CODINGS:
        etag = server.get("/p/face", Accept_Encoding=coding).headers["etag"]
        known = server.get(
            "/p/face", Accept_Encoding=coding, If_None_Match=etag, Connection="keep-alive"
        )
        assert known.status == 304
        assert known.size <= 160, known
