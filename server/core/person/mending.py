"""What an organizer puts right in a signature at its signer's wish. It counts as before.

Its keys follow. That of the person is made of the contact: where that is erased, the old one stays,
and the person is still found by contact and name, as whoever writes the name another way is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from server.core.counting.states import state_of
from server.core.person.erased import under_locks
from server.core.petitions.petitions import Petition, check_not_ended
from server.core.signing import signatures, stored
from server.core.signing.decide import Ledger
from server.core.signing.signature import Signature, Signing
from server.core.values.keys import Keys, PersonKeys
from server.db import Transaction, Value
from server.errors import InvalidInput, NotFound, Problem


@dataclass(frozen=True, slots=True)
class Right:
    """What is right: a name, a postcode and a comment, as `checked_entries` has tidied them."""

    name: str
    postcode: str | None
    comment: str | None


async def correct(
    tx: Transaction, keys: Keys, petition: Petition, id_: int, right: Right, who: str, now: int
) -> list[str]:
    """Put it right; the names of the fields that are others now. `who` asks is noted with what was.

    Raises `NotFound`, `NotOpen` where the petition has ended, and `InvalidInput` where that person
    has signed already: then one of the two signatures has to go; or where nobody has shown yet that
    the contact is theirs.
    """
    await check_not_ended(tx, petition.id)
    known = await _found(tx, petition.id, id_)
    if known.contact_key and known.verified_at is None:
        # A code proves what its form has said, and chooses none of it; nor do organizers.
        raise InvalidInput(Problem("name", "pending"))
    said = _signing(keys, petition, known, right)
    contacts = [*said.keys.contacts, known.contact_key]
    places = [(petition.id, place, None) for place in (said.keys.place, known.place_key)]
    people = [*places, *((petition.id, None, key) for key in contacts if key)]
    await tx.lock(key for _, *both in people for key in both if key)
    ledger = Ledger([known, *(s for s in await stored.related(tx, people) if s.id != id_)])
    if ledger.is_another(known, said):
        raise InvalidInput(Problem("name", "same"))
    changed = _differences(known, right)
    ledger.mend(known, said)
    await ledger.write(tx)
    await _note(tx, petition.id, id_, changed, who, now)
    return [field for field, _, _ in changed]


def _signing(keys: Keys, petition: Petition, known: Signature, right: Right) -> Signing:
    """The signature as if its signer had signed with what is right, by the same contact."""
    about = petition.salt, right.name, right.postcode or ""
    made = keys.person(*about, known.contact)
    if known.contact_key and known.contact is None:
        made = PersonKeys(made.place, known.contact_key, known.person_key)
    entries = known.entries._replace(
        name=right.name, postcode=right.postcode, comment=right.comment
    )
    return replace(known.as_signing(), keys=made, **entries._asdict())


def _differences(known: Signature, right: Right) -> list[tuple[str, str | None, str | None]]:
    fields = ("name", "postcode", "comment")
    both = ((f, getattr(known, f), getattr(right, f)) for f in fields)
    return [(field, was, is_) for field, was, is_ in both if (was or None) != (is_ or None)]


async def end_public(tx: Transaction, petition: Petition, id_: int, who: str, now: int) -> bool:
    """The name is shown no more, nor the comment; whether it was to be shown."""
    known = await _found(tx, petition.id, id_)
    if known.public_at is None:
        return False
    known.public_at = None
    known.changed = True
    await stored.write(tx, [known])
    await _note(tx, petition.id, id_, [("public", None, None)], who, now)
    return True


async def end_news(tx: Transaction, petition: Petition, id_: int, who: str, now: int) -> bool:
    """No news; whether they were wanted. A verified contact has done its work then, and goes."""
    known = await _found(tx, petition.id, id_)
    if known.news_at is None:
        return False
    await signatures.end_news(tx, [known])
    tx.tombstones.append(("no_news", petition.id, id_))
    await _note(tx, petition.id, id_, [("news", None, None)], who, now)
    return True


async def _found(tx: Transaction, petition_id: int, id_: int) -> Signature:
    """Raises `NotFound` where its signer has taken it back, or another stands for it by now."""
    known = await under_locks(tx, petition_id, id_)
    if known is None or state_of(known) == "withdrawn":
        raise NotFound(str(id_))
    return known


async def _note(
    tx: Transaction,
    petition_id: int,
    id_: int,
    changed: list[tuple[str, str | None, str | None]],
    who: str,
    now: int,
) -> None:
    """What it was and what it is, kept with the signature for as long as that."""
    for field, was, became in changed:
        values: dict[str, Value] = {"was": was, "became": became}
        await tx.execute(
            "INSERT INTO mended (petition_id, signature_id, at, by_name, field, was, became)"
            " VALUES (:petition, :id, :at, :who, :field, :was, :became)"
            # Twice in one second: what is between was there for nobody.
            " ON CONFLICT (petition_id, signature_id, at, field) DO UPDATE SET"
            "  became = excluded.became, by_name = excluded.by_name",
            petition=petition_id,
            id=id_,
            at=now,
            who=who,
            field=field,
            **values,
        )
