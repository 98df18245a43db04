"""Signers who want news, as verified as the product makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.core.petitions.petitions import Petition
from server.core.signing import signatures
from server.core.signing.signature import Signing
from server.core.values.keys import Keys
from server.db import Database
from tests.harness.people.signers import signer

TOGETHER = 500


def address(number: int) -> str:
    return f"signer{number}@example.org"


def phone(number: int) -> str:
    return f"+1406234{number:04}"


def subscriber(
    petition: Petition, keys: Keys, id_: int, now: int, number: int, **values: str
) -> Signing:
    """Somebody who wants news by mail, unless `values` say otherwise, and whose contact is shown
    to be theirs."""
    language = values.pop("language", "en")
    form = {"name": signer(number), "postcode": "59801", "news": "1", "email": address(number)}
    if "phone" in values:
        form["email"] = ""
    signing = signatures.web_signing(
        petition, form | values, keys=keys, country="US", language=language, id_=id_, now=now
    )
    signing.verified = True
    return signing


async def subscribe(
    database: Database,
    petition: Petition,
    keys: Keys,
    new_id: Callable[[], int],
    now: int,
    numbers: Sequence[int],
    **values: str,
) -> None:
    """These many of them sign."""
    for start in range(0, len(numbers), TOGETHER):
        some = numbers[start : start + TOGETHER]
        signings = [subscriber(petition, keys, new_id(), now, n, **values) for n in some]
        async with database.write() as tx:
            await signatures.sign_many(tx, signings)
