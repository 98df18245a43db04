"""Petitions as they are stored, and when they take signatures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from server.core.petitions import extras, names, review
from server.core.petitions.answer import GivenAnswer, unpacked_answer
from server.core.petitions.collectors import Collector, collector_of
from server.core.petitions.schedule import NO_SCHEDULE, check_times, scheduled
from server.core.petitions.wording import search, versions, wordings
from server.core.petitions.wording.draft import DecisionMaker, Draft, Wording, validated
from server.core.petitions.wording.versions import Version, contents
from server.core.places.outcomes import Addressing
from server.core.values.postcodes import has_postcodes
from server.db import Row, Transaction, pack
from server.errors import InvalidInput, NotFound, NotOpen, Overtaken, Problem

State = Literal["draft", "open", "paused", "closed", "answered", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition(Draft):
    """A petition as it is stored. `version` grows with every change that a page can show.

    `former_slugs` and `former_keywords` are those of before that have been public. What it says
    has the number `wording_number` among its wordings, since `reworded_at` if that is not the
    first; nobody has signed one before `first_signed`.
    """

    id: int
    salt: bytes = field(repr=False)
    version: int
    created_at: int
    opened_at: int | None
    closed_at: int | None
    paused_at: int | None = None
    ended_at: int | None = None  # for good: its salt is destroyed
    sms_codes: bool = False  # codes may go out by text
    former_slugs: tuple[str, ...] = ()
    former_keywords: tuple[str, ...] = ()
    congress_topic: str = ""  # of letters to the US House; without one none go there
    prints_places: bool = False  # who decides where a signer lives may get letters on paper
    mail_stopped: bool = False  # an organizer has stopped all mail
    answer: GivenAnswer | None = None
    answered_at: int | None = None
    wording_number: int = 1
    first_signed: int = 1
    reworded_at: int | None = None
    collectors: tuple[Collector, ...] = ()  # those who have ended, too

    @property
    def state(self) -> State:
        if self.ended_at is not None:
            return "ended"
        if self.closed_at is not None:
            return "answered" if self.answer else "closed"
        if self.opened_at is None:
            return "draft"
        return "open" if self.paused_at is None else "paused"

    @property
    def takes_answer(self) -> bool:
        """Whether what was answered may be written, or corrected."""
        return self.state in {"closed", "answered"} or bool(self.answer and self.ended_at is None)

    def at(self, now: int) -> Petition:
        """As it is at that time: closed from the second on that was set, noted or not."""
        closes = self.schedule.closes_at
        if closes is None or now < closes or self.state not in {"open", "paused"}:
            return self
        return replace(self, closed_at=closes, version=self.version + 1)

    @property
    def is_reworded(self) -> bool:
        """Whether somebody has signed another wording than that of now."""
        return self.first_signed < self.wording_number

    def collector(self, code: str) -> Collector | None:
        """Who collects under that code, however it is written; None once they have ended."""
        found = (c for c in self.collectors if c.code == code.upper() and c.ended_at is None)
        return next(found, None)

    @property
    def addressing(self) -> Addressing | None:
        """Whom it addresses where its signer lives, if it does."""
        return Addressing(self.country, self.roles) if self.roles else None

    def wording(self, language: str) -> Wording:
        """What it says in that language, else in the petition's own."""
        return self.wordings.get(language) or self.wordings[self.language]


async def create(
    tx: Transaction,
    draft: Draft,
    *,
    reserved: frozenset[str],
    salt: bytes,
    now: int,
    actor: str = "",
) -> int:
    """A new petition as a draft; its id. `actor` is its writer, as in the audit log.

    Raises `InvalidInput`, also for a slug or word in use.
    """
    draft = validated(draft, reserved)
    check_times(draft.schedule, NO_SCHEDULE, now)
    await names.check_unused(tx, draft, None)
    # (`deleted_drafts` has ids that the audit log still knows)
    row = await tx.fetch_one(
        "SELECT coalesce(max(id), 0) + 1 AS id FROM"
        " (SELECT id FROM petitions UNION ALL SELECT id FROM deleted_drafts) AS ever"
    )
    petition_id: int = row["id"] if row else 1
    await tx.execute(
        "INSERT INTO petitions (id, slug, keyword, language, country, postcode_rule, contact_rule,"
        " started_by, roles, goal, origins, extras, zone, opens_at, closes_at, salt, version,"
        " created_at)"
        " VALUES (:id, :slug, :keyword, :language, :country, :postcode_rule, :contact_rule,"
        " :started_by, :roles, :goal, :origins, :extras, :zone, CAST(:opens_at AS BIGINT),"
        " CAST(:closes_at AS BIGINT), :salt, 1, :now)",
        id=petition_id,
        salt=salt,
        now=now,
        **_columns(draft),
    )
    await _write_parts(tx, petition_id, draft)
    await versions.keep(tx, petition_id, Version(1, now, actor, draft))
    return petition_id


async def made_of(tx: Transaction, draft: Draft, reserved: frozenset[str]) -> int | None:
    """The id of the petition that is, to the last word, this draft: it may have been made of it
    before, since a form can be sent twice. Raises `InvalidInput`."""
    draft = validated(draft, reserved)
    known = await all_petitions(tx)
    same = (p for p in known.values() if p.slug == draft.slug and contents(p) == contents(draft))
    return next((p.id for p in same), None)


async def edit(
    tx: Transaction,
    petition: Petition,
    draft: Draft,
    reserved: frozenset[str],
    *,
    now: int,
    actor: str = "",
    based_on: int | None = None,
) -> bool:
    """Replace what an organizer decides; False if that is what it says. A petition's keys, counts
    and signatures stay, and so do an address and a keyword that have been public: the old ones
    lead to it for ever.

    Raises `InvalidInput`, `NotOpen` for one that has ended, `NotFound` for one that was deleted,
    and `Overtaken` if what it says was changed after the version that the draft is based on.
    """
    await check_not_ended(tx, petition.id)
    draft = validated(draft, reserved)
    await names.check_unused(tx, draft, petition.id)  # one edit at a time from here on
    latest = await _latest(tx, petition)
    if contents(latest.draft) == contents(draft):
        return False
    if based_on is not None and latest.version > based_on:
        raise Overtaken(f"version {latest.version} by {latest.actor}")
    check_times(draft.schedule, latest.draft.schedule, now)
    await names.keep_former(tx, petition.id, draft)
    row = await tx.fetch_one(
        "UPDATE petitions SET slug = :slug, keyword = :keyword, language = :language,"
        " country = :country, postcode_rule = :postcode_rule, contact_rule = :contact_rule,"
        " started_by = :started_by, roles = :roles, goal = :goal, origins = :origins,"
        " extras = :extras, zone = :zone, opens_at = CAST(:opens_at AS BIGINT),"
        " closes_at = CAST(:closes_at AS BIGINT), version = version + 1"
        " WHERE id = :id RETURNING version",
        id=petition.id,
        **_columns(draft),
    )
    if row is None:
        raise NotFound(petition.slug)
    for table in ("petition_texts", "decision_makers"):
        await tx.execute(f"DELETE FROM {table} WHERE petition_id = :id", id=petition.id)
    await _write_parts(tx, petition.id, draft)
    number = await wordings.number_after(tx, petition.id, latest.draft, draft, now)
    await review.note_change(tx, petition.id, latest.draft, draft, now)
    await versions.keep(tx, petition.id, Version(row["version"], now, actor, draft, number))
    return True


async def _latest(tx: Transaction, petition: Petition) -> Version:
    """What it says now; kept from now on, if it was written before that was done."""
    if known := await versions.all_of(tx, petition.id):
        return known[-1]
    stored = (await all_petitions(tx, [petition.id])).get(petition.id)
    if stored is None:
        raise NotFound(petition.slug)
    first = Version(1, stored.created_at, "", stored)
    await versions.keep(tx, petition.id, first)
    return first


def _columns(draft: Draft) -> dict[str, str | int | None]:
    return {
        "slug": draft.slug,
        "keyword": draft.keyword,
        "language": draft.language,
        "country": draft.country,
        "postcode_rule": "required" if draft.postcode_required else "optional",
        "contact_rule": "required" if draft.contact_required else "optional",
        "started_by": draft.started_by,
        "roles": " ".join(draft.roles),
        "goal": draft.goal,
        "origins": " ".join(draft.origins),
        "extras": extras.packed(draft.extras),
        "zone": draft.schedule.zone,
        "opens_at": draft.schedule.opens_at,
        "closes_at": draft.schedule.closes_at,
    }


async def _write_parts(tx: Transaction, petition_id: int, draft: Draft) -> None:
    wordings = tx.rows("wordings", language="text", title="text", body="text")
    await tx.execute(
        "INSERT INTO petition_texts (petition_id, language, title, body)"
        f" SELECT :id, language, title, body FROM {wordings} w",
        id=petition_id,
        wordings=pack((lang, w.title, w.body) for lang, w in draft.wordings.items()),
    )
    await search.write(tx, petition_id, draft.wordings)
    people = tx.rows(
        "people",
        position="int",
        name="text",
        title="text",
        phone="text",
        email="text",
        form="text",
        post="text",
    )
    await tx.execute(
        "INSERT INTO decision_makers"
        " (petition_id, position, name, title, phone, email, form, post)"
        f" SELECT :id, position, name, title, phone, email, form, post FROM {people} p",
        id=petition_id,
        people=pack(
            (i, d.name, d.title, d.phone, d.email, d.form, d.post)
            for i, d in enumerate(draft.decision_makers)
        ),
    )


async def check_not_ended(tx: Transaction, petition_id: int) -> None:
    """Raise `NotOpen` for one that has ended for good: nothing in it is changed any more."""
    ended = "SELECT slug FROM petitions WHERE id = :id AND ended_at IS NOT NULL"
    if row := await tx.fetch_one(ended, id=petition_id):
        raise NotOpen(f"the petition {row['slug']!r} has ended for good")


async def open_(tx: Transaction, petition_id: int, now: int, *, needs_review: bool = False) -> bool:
    """Take signatures from now on; also opens a paused or closed petition again. Like the changes
    below it says whether anything is other than before: what is pressed twice is done once.

    Raises `InvalidInput` where nobody is named who asks, its time to close has come, or it
    `needs_review` and no reviewer has accepted what it says.
    """
    may_open = not needs_review or await review.may_open(tx, petition_id)
    alive = "SELECT started_by, closes_at FROM petitions WHERE id = :id AND ended_at IS NULL"
    row = await tx.fetch_one(alive, id=petition_id)
    if row and row["closes_at"] is not None and row["closes_at"] <= now:
        raise InvalidInput(Problem("closes", "past"))
    if row and not row["started_by"]:
        raise InvalidInput(Problem("started_by", "missing"))
    if row and not may_open:
        raise InvalidInput(Problem("review", "missing"))
    return await change_state(
        tx,
        "opened_at = coalesce(opened_at, :now), closed_at = NULL, paused_at = NULL",
        "opened_at IS NULL OR closed_at IS NOT NULL OR paused_at IS NOT NULL",
        petition_id,
        now,
    )


async def pause(tx: Transaction, petition_id: int, now: int) -> bool:
    """Take no signatures for a while. The page stays, and asks people to come back."""
    return await change_state(tx, "paused_at = :now", "paused_at IS NULL", petition_id, now)


async def close(tx: Transaction, petition_id: int, now: int) -> bool:
    """Take no more signatures. The page stays, and says so."""
    return await change_state(tx, "closed_at = :now", "closed_at IS NULL", petition_id, now)


async def change_state(tx: Transaction, to: str, where: str, petition_id: int, now: int) -> bool:
    """Change it, where that holds of it; whether anything is other than before."""
    await check_not_ended(tx, petition_id)
    row = await tx.fetch_one(
        f"UPDATE petitions SET {to}, version = version + 1 WHERE id = :id AND ({where})"
        " RETURNING CAST(:now AS BIGINT) AS at",
        id=petition_id,
        now=now,
    )
    return row is not None


async def all_petitions(tx: Transaction, among: Iterable[int] | None = None) -> dict[int, Petition]:
    """Every petition by id, newest first, or those of some ids."""
    wanted = None if among is None else pack((id_,) for id_ in among)
    # Whoever edits one meanwhile leaves it with parts that are newer than its version, never with
    # older ones, which nobody would read anew.
    rows = await _read(tx, wanted, "petitions", "id DESC", key="id")
    wordings = _grouped(await _read(tx, wanted, "petition_texts", "language"))
    people = _grouped(await _read(tx, wanted, "decision_makers", "position"))
    former = _grouped(await _read(tx, wanted, "former_names", "kind, name"))
    collectors = _grouped(await _read(tx, wanted, "collectors", "id"))
    parts = (wordings, people, former, collectors)
    return {r["id"]: _petition(r, *(part.get(r["id"], []) for part in parts)) for r in rows}


async def _read(
    tx: Transaction, wanted: str | None, table: str, order: str, *, key: str = "petition_id"
) -> Sequence[Row]:
    """The rows of those petitions in one table."""
    if wanted is None:
        return await tx.fetch(f"SELECT * FROM {table} ORDER BY {order}")
    ids = tx.rows("wanted", id="int")
    return await tx.fetch(
        f"SELECT * FROM {table} WHERE {key} IN (SELECT id FROM {ids} w) ORDER BY {order}",
        wanted=wanted,
    )


def _grouped(rows: Sequence[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["petition_id"], []).append(row)
    return groups


def _petition(
    row: Row, wordings: list[Row], people: list[Row], former: list[Row], collectors: list[Row]
) -> Petition:
    return Petition(
        id=row["id"],
        slug=row["slug"],
        keyword=row["keyword"],
        language=row["language"],
        country=row["country"],
        wordings={w["language"]: Wording(w["title"], w["body"]) for w in wordings},
        started_by=row["started_by"],
        decision_makers=tuple(
            DecisionMaker(p["name"], p["title"], p["phone"], p["email"], p["form"], p["post"])
            for p in people
        ),
        roles=tuple(row["roles"].split()),
        postcode_required=row["postcode_rule"] == "required" and has_postcodes(row["country"]),
        contact_required=row["contact_rule"] == "required",
        goal=row["goal"],
        origins=tuple(row["origins"].split()),
        extras=extras.unpacked(row["extras"]),
        schedule=scheduled(row["zone"], row["opens_at"], row["closes_at"]),
        salt=bytes(row["salt"]),
        version=row["version"],
        created_at=row["created_at"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        paused_at=row["paused_at"],
        ended_at=row["ended_at"],
        answer=unpacked_answer(row["answer"]),
        answered_at=row["answered_at"],
        sms_codes=row["sms_codes_at"] is not None,
        former_slugs=tuple(f["name"] for f in former if f["kind"] == "slug"),
        former_keywords=tuple(f["name"] for f in former if f["kind"] == "keyword"),
        congress_topic=row["congress_topic"],
        prints_places=row["prints_places_at"] is not None,
        mail_stopped=row["mail_stopped_at"] is not None,
        wording_number=row["wording_number"],
        first_signed=row["first_signed"],
        reworded_at=row["reworded_at"],
        collectors=tuple(map(collector_of, collectors)),
    )
