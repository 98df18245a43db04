"""Signing: the one function behind both doors, and taking a signature back.

A door makes a `Signing` (`web_signing`, `text_signing`) and hands it to `sign`, which answers after
it is durable. Many callers share one transaction; `sign_many` decides for each in turn, so that two
of the same person in one batch are one signature.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.core.counting.counts import Class
from server.core.counting.states import where
from server.core.floods import limits
from server.core.floods.limits import Groups
from server.core.outbox import outbox
from server.core.petitions.petitions import Petition
from server.core.petitions.wording import wordings
from server.core.signing import besides, stored
from server.core.signing.decide import Ledger, Outcome
from server.core.signing.entries import Besides
from server.core.signing.signature import Signature, Signing
from server.core.values.contacts import normal_email, normal_phone
from server.core.values.keys import Keys
from server.core.values.names import (
    check_name,
    check_texted_name,
    tidy,
)
from server.core.values.postcodes import POSTCODE_LIMIT, normal_postcode
from server.db import Transaction, pack
from server.db.group import GroupCommit
from server.errors import InvalidInput, NotOpen, Problem

COMMENT_LIMIT = 500


def web_signing(
    petition: Petition,
    values: Mapping[str, str],
    *,
    keys: Keys,
    country: str,
    language: str,
    id_: int,
    now: int,
    collector: int | None = None,
) -> Signing:
    """A signing from the values of a form (docs/design.md has its fields), with nothing suspicious
    about it.

    Raises `NotOpen`, or `InvalidInput` with every problem of the form.
    """
    if petition.at(now).state != "open":
        raise NotOpen(petition.slug)
    name = tidy(values.get("name", ""))
    postcode, bad_postcode = _read_postcode(petition, tidy(values.get("postcode", "")))
    contact, class_, bad_contact = _read_contact(petition, values, country)
    comment = tidy(values.get("comment", ""))
    problems = [Problem("name", fault)] if (fault := check_name(name)) else []
    more, bad_more = besides.read(petition.extras, values)
    problems += bad_postcode + bad_contact + bad_more
    if len(comment) > COMMENT_LIMIT:
        problems.append(Problem("comment", "long"))
    if problems:
        raise InvalidInput(*problems)
    return Signing(
        id=id_,
        petition_id=petition.id,
        class_=class_,
        language=language,
        name=name,
        postcode=postcode,
        contact=contact,
        keys=keys.person(petition.salt, name, postcode or "", contact),
        now=now,
        comment=comment or None,
        public=bool(values.get("public")),
        news=bool(values.get("news")),
        besides=more,
        asks=petition.extras.asks,
        wording=wordings.read_number(values.get("v", ""), petition.wording_number),
        collector=collector,
    )


def text_signing(
    petition: Petition,
    *,
    name: str,
    postcode: str,
    phone: str,
    keys: Keys,
    language: str,
    id_: int,
    now: int,
    class_: Class = "sms",
    wording: int = 0,
    collector: int | None = None,
) -> Signing:
    """A signing by text, session or call: the phone it came from is the contact, and is thereby
    verified. Whoever signs so states what the petition wants to have stated.

    `name` and `postcode` as `names.split_name_and_postcode` gives them; `wording` is the number of
    what they were told of, 0 for that of now. Raises like `web_signing`.
    """
    if petition.at(now).state != "open":
        raise NotOpen(petition.slug)
    name = tidy(name)
    read, problems = _read_postcode(petition, postcode)
    if fault := check_texted_name(name):
        problems = [Problem("name", fault), *problems]
    if problems:
        raise InvalidInput(*problems)
    return Signing(
        id=id_,
        petition_id=petition.id,
        class_=class_,
        language=language,
        name=name,
        postcode=read,
        contact=phone,
        keys=keys.person(petition.salt, name, read or "", phone),
        now=now,
        verified=True,
        besides=Besides(eligible=bool(petition.extras.eligibility)),
        asks=petition.extras.asks,
        wording=wording or petition.wording_number,
        collector=collector,
        group=limits.group_of(petition.id, petition.salt, phone, keys),
    )


def _read_postcode(petition: Petition, text: str) -> tuple[str | None, list[Problem]]:
    if not text:
        missing = [Problem("postcode", "missing")] if petition.postcode_required else []
        return None, missing
    if len(text) > 3 * POSTCODE_LIMIT:
        return None, [Problem("postcode", "long")]
    postcode = normal_postcode(text, petition.country)
    return postcode, [] if postcode else [Problem("postcode", "malformed")]


def _read_contact(
    petition: Petition, values: Mapping[str, str], country: str
) -> tuple[str | None, Class, list[Problem]]:
    email, phone = tidy(values.get("email", "")), tidy(values.get("phone", ""))
    if email and phone:
        return None, "web", [Problem("phone", "both")]
    if email:
        contact = normal_email(email)
        return contact, "web-email", [] if contact else [Problem("email", "malformed")]
    if phone:
        contact = normal_phone(phone, country)
        return contact, "web-phone", [] if contact else [Problem("phone", "malformed")]
    if petition.contact_required:
        return None, "web", [Problem("email", "missing")]
    # Only verified signers are named, and news need somewhere to go: nothing would come of it.
    asked = values.get("public") or values.get("news")
    return None, "web", [Problem("email", "needed")] if asked else []


def checked_entries(
    petition: Petition, values: Mapping[str, str]
) -> tuple[str, str | None, str | None]:
    """Name, postcode and comment of a form, as signing takes them. Raises `InvalidInput` with every
    problem."""
    name, comment = tidy(values.get("name", "")), tidy(values.get("comment", ""))
    postcode, problems = _read_postcode(petition, tidy(values.get("postcode", "")))
    if fault := check_name(name):
        problems = [Problem("name", fault), *problems]
    if len(comment) > COMMENT_LIMIT:
        problems = [*problems, Problem("comment", "long")]
    if problems:
        raise InvalidInput(*problems)
    return name, postcode, comment or None


async def sign(group: GroupCommit, signing: Signing) -> Outcome:
    """Store the signing; returns after it is durable. Raises only `StoreUnavailable`.

    The outcome is for counting and for the owner of the contact. A public page must not show it:
    nobody is told that somebody else has signed.
    """
    outcome: Outcome = await group.submit(sign_many, signing)
    return outcome


async def sign_many(tx: Transaction, signings: Sequence[Signing]) -> list[Outcome]:
    """Decide and store a batch in a few statements; the outcomes in the same order."""
    if not signings:
        return []
    await tx.lock(key for s in signings for key in (s.keys.place, s.keys.contact) if key)
    groups = await Groups.load(tx, (s.group for s in signings if s.group))
    ledger = Ledger(await stored.related(tx, _places(signings)), groups)
    if any(s.asks for s in signings):
        await besides.load(tx, ledger.signatures)
    outcomes = [ledger.take(signing) for signing in signings]
    await ledger.write(tx)
    await outbox.put(tx, ledger.notes, signings[0].now)
    return outcomes


def _places(signings: Sequence[Signing]) -> Iterator[stored.Place]:
    """Where each signing may meet its like; at its former keys too."""
    for s in signings:
        yield s.petition_id, s.keys.place, s.keys.contact
        for contact, _ in s.keys.former:
            yield s.petition_id, None, contact


async def signed_by(
    tx: Transaction, contact_keys: Iterable[tuple[int, bytes]], *, verified: bool = True
) -> list[Signature]:
    """What one contact has signed, verified or not, and not taken back, the latest first; each key
    with the id of its petition."""
    mine = tx.rows("mine", petition_id="int", contact_key="blob")
    rows = await tx.fetch(
        f"{stored.SELECT} {mine} m JOIN signatures s ON s.petition_id = m.petition_id"
        f" AND s.contact_key = m.contact_key AND s.contact_key IS NOT NULL {stored.HOLDS}"
        f" WHERE s.verified_at IS {'NOT' if verified else ''} NULL AND s.withdrawn_at IS NULL"
        " ORDER BY s.verified_at DESC, s.id DESC",
        mine=pack(contact_keys),
    )
    return stored.read(rows)


async def withdraw(tx: Transaction, signatures: Sequence[Signature], now: int) -> None:
    """Take signatures back: personal data and keys are erased, so the way back is to sign again."""
    ledger = Ledger(await stored.beside(tx, signatures))
    for signature in signatures:
        ledger.withdraw(signature, now)
    await ledger.write(tx)


async def correct(tx: Transaction, wrong: Signature, right: Signing) -> Outcome:
    """Put the name and place of `right` in a signature of the same contact. All else in it stays:
    its id, what its signer has ticked, and whether organizers have taken it out.

    Where that person had signed by this contact already, the wrong one is taken back.
    """
    people = [*_places([right]), (wrong.petition_id, wrong.place_key, wrong.contact_key)]
    await tx.lock(key for _, *keys in people for key in keys if key)
    groups = await Groups.load(tx, [right.group] if right.group else [])
    ledger = Ledger(await stored.related(tx, people), groups)
    now_wrong = next((s for s in ledger.signatures if s.id == wrong.id), None)
    outcome = ledger.put_right(now_wrong, right) if now_wrong else ledger.take(right)
    await ledger.write(tx)
    return outcome


async def want_news(
    tx: Transaction, signatures: Sequence[Signature], since: int | None, contact: str
) -> None:
    """Note that their signer, at that contact, wants news since that time, or (None) wants none."""
    ledger = Ledger(signatures)
    for signature in ledger.signatures:
        signature.news_at, signature.changed = since, True
        signature.contact = contact if since is not None else None
    if since is None:
        tx.tombstones += [("no_news", s.petition_id, s.id) for s in ledger.signatures]
    await ledger.write(tx)


async def end_news(tx: Transaction, signatures: Sequence[Signature]) -> None:
    """No news, in a copy in which some of them may not have been verified yet."""
    ledger = Ledger(signatures)
    for signature in ledger.signatures:
        signature.news_at, signature.changed = None, True
        if signature.verified_at is not None:
            signature.contact = None
    await ledger.write(tx)


async def public_names(
    tx: Transaction, petition_id: int, page: int, size: int
) -> list[tuple[str, str]]:
    """Names, newest first, of verified signers who want to be named; page 1 is the first.

    Each with its comment, '' unless an organizer has approved it. One name more than `size` says
    that there is a further page.
    """
    rows = await tx.fetch(
        "SELECT name, CASE WHEN approved_at IS NULL THEN NULL ELSE comment END AS comment"
        " FROM signatures"
        f" WHERE petition_id = :id AND public_at IS NOT NULL AND {where('verified')}"
        " ORDER BY id DESC LIMIT :size OFFSET :skip",
        id=petition_id,
        size=size + 1,
        skip=(page - 1) * size,
    )
    return [(row["name"] or "", row["comment"] or "") for row in rows]
