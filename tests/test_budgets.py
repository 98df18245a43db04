"""Byte budgets (design, section 6): status line, headers and body of one answer, on the wire."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import pytest

from server.config import LANGUAGES
from server.core.counting import counts
from server.core.counting.counts import DAY, Tally
from server.db import open_database
from tests.harness import product
from tests.harness.product import Answer, Server
from tests.harness.web.budgets import BUDGETS, CODINGS, FACTORS, ROOM

# Two errors, and about 200 bytes of values.
ERRORS = {"name": "", "postcode": "5980", "email": "ana.diaz@example.org", "comment": "b" * 150}
EMAIL = "ana.diaz@example.org"
CONTACTS = {"thanks by e-mail": {"email": EMAIL}, "thanks by phone": {"phone": "406-555-0123"}}
# What a petition has that goes well: four digits, and somebody who has not verified yet.
VERIFIED, SHOWN_UNVERIFIED = 4_321, 180


@pytest.fixture(scope="module", autouse=True)
def signed(server: Server) -> None:
    """The sample petition has signatures, of both figures that its page shows."""
    asyncio.run(_sign(f"sqlite:///{server.store.resolve()}"))
    product.eventually(lambda: "<b>4,321</b> of 10,000" in server.get("/p/face").text)


async def _sign(url: str) -> None:
    database, now = await open_database(url), int(time.time())
    try:
        async with database.write() as tx:
            [row] = await tx.fetch("SELECT id FROM petitions WHERE slug = 'face'")
            today = Tally(row["id"], now // DAY, "sms", "verified")
            await counts.add(tx, Counter({today: VERIFIED}))
            await tx.execute(
                "UPDATE petitions SET shown_unverified = :shown, shown_at = :now WHERE id = :id",
                id=row["id"],
                shown=SHOWN_UNVERIFIED,
                now=now,
            )
    finally:
        await database.close()


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
