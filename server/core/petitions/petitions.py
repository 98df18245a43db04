"""Petitions: their texts, decision makers and rules, and when they take signatures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from server.core.values.contacts import normal_email
from server.core.values.names import tidy
from server.core.values.postcodes import has_postcodes
from server.db import Row, Transaction, pack
from server.errors import InvalidInput, Problem

State = Literal["draft", "open", "paused", "closed"]

TITLE_LIMIT = 120
BODY_LIMIT = 20_000
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
KEYWORD = re.compile(r"[A-Z][A-Z0-9]{1,11}")  # what every phone's keys can type
LANGUAGE = re.compile(r"[a-z]{2,3}")
COUNTRY = re.compile(r"[A-Z]{2}")
_PHONE = re.compile(r"\+?[0-9 ()./-]{3,30}")


@dataclass(frozen=True, slots=True)
class Text:
    """A petition in one language; blank lines part the paragraphs of `body`."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class DecisionMaker:
    """Whom the petition addresses, and the ways to reach them; '' where there is none."""

    name: str
    title: str = ""
    phone: str = ""
    email: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an organizer decides about a petition."""

    slug: str
    keyword: str
    language: str
    country: str
    texts: Mapping[str, Text]
    decision_makers: tuple[DecisionMaker, ...] = ()
    postcode_required: bool = True
    contact_required: bool = False
    goal: int | None = None
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition(Draft):
    """A petition as it is stored. `version` grows with every change that a page can show."""

    id: int
    salt: bytes = field(repr=False)
    version: int
    created_at: int
    opened_at: int | None
    closed_at: int | None
    paused_at: int | None = None
    sms_codes: bool = False  # codes may go out by text

    @property
    def state(self) -> State:
        if self.closed_at is not None:
            return "closed"
        if self.opened_at is None:
            return "draft"
        return "open" if self.paused_at is None else "paused"

    def text(self, language: str) -> Text:
        """The text in that language, else in the petition's own."""
        return self.texts.get(language) or self.texts[self.language]


def validated(draft: Draft, reserved: frozenset[str]) -> Draft:
    """The draft in normal form. Raises `InvalidInput` with every problem at once.

    `reserved` are the command words of the SMS door: a keyword that is one would shadow it.
    """
    texts = {lang: Text(tidy(t.title), _tidy_body(t.body)) for lang, t in draft.texts.items()}
    normal = Draft(
        slug=draft.slug.strip().lower(),
        keyword=draft.keyword.strip().upper(),
        language=draft.language,
        country=draft.country.strip().upper(),
        texts={lang: t for lang, t in texts.items() if t.title or t.body},
        decision_makers=tuple(_tidy_decision_maker(d) for d in draft.decision_makers),
        postcode_required=draft.postcode_required,
        contact_required=draft.contact_required,
        goal=draft.goal,
        origins=tuple(o.strip().rstrip("/").lower() for o in draft.origins if o.strip()),
    )
    if problems := [*_rule_problems(normal, reserved), *_text_problems(normal)]:
        raise InvalidInput(*problems)
    return normal


def _rule_problems(draft: Draft, reserved: frozenset[str]) -> list[Problem]:
    found = []
    if not SLUG.fullmatch(draft.slug):
        found.append(Problem("slug", "malformed" if draft.slug else "missing"))
    if not KEYWORD.fullmatch(draft.keyword):
        found.append(Problem("keyword", "malformed" if draft.keyword else "missing"))
    elif draft.keyword in reserved:
        found.append(Problem("keyword", "reserved"))
    if not COUNTRY.fullmatch(draft.country):
        found.append(Problem("country", "malformed"))
    if draft.goal is not None and not 1 <= draft.goal <= 10**9:
        found.append(Problem("goal", "malformed"))
    if any(not re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?", o) for o in draft.origins):
        found.append(Problem("origins", "malformed"))
    return found


def _text_problems(draft: Draft) -> list[Problem]:
    found = []
    if draft.language not in draft.texts:
        found.append(Problem("title", "missing"))
    for language, text in draft.texts.items():
        suffix = "" if language == draft.language else f"_{language}"
        for name, value, limit in (
            ("title", text.title, TITLE_LIMIT),
            ("body", text.body, BODY_LIMIT),
        ):
            if not value:
                found.append(Problem(name + suffix, "missing"))
            elif len(value) > limit:
                found.append(Problem(name + suffix, "long"))
    for who in draft.decision_makers:
        if not who.name or len(who.name) > TITLE_LIMIT or len(who.title) > TITLE_LIMIT:
            found.append(Problem("decision_makers", "missing" if not who.name else "long"))
        if who.phone and not _PHONE.fullmatch(who.phone):
            found.append(Problem("decision_makers", "phone"))
        if who.email and normal_email(who.email) is None:
            found.append(Problem("decision_makers", "email"))
        if who.form and not re.fullmatch(r"https?://[^\s\"'<>]{3,300}", who.form):
            found.append(Problem("decision_makers", "form"))
    return found


def _tidy_body(body: str) -> str:
    lines = (tidy(line) for line in body.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _tidy_decision_maker(who: DecisionMaker) -> DecisionMaker:
    return DecisionMaker(*(tidy(v) for v in (who.name, who.title, who.phone, who.email, who.form)))


async def create(
    tx: Transaction, draft: Draft, *, reserved: frozenset[str], salt: bytes, now: int
) -> int:
    """A new petition as a draft; its id. Raises `InvalidInput`, also for a slug or word in use."""
    draft = validated(draft, reserved)
    await _check_unused(tx, draft, None)
    row = await tx.fetch_one("SELECT coalesce(max(id), 0) + 1 AS id FROM petitions")
    petition_id: int = row["id"] if row else 1
    await tx.execute(
        "INSERT INTO petitions (id, slug, keyword, language, country, postcode_rule, contact_rule,"
        " goal, origins, salt, version, created_at)"
        " VALUES (:id, :slug, :keyword, :language, :country, :postcode_rule, :contact_rule,"
        " :goal, :origins, :salt, 1, :now)",
        id=petition_id,
        salt=salt,
        now=now,
        **_columns(draft),
    )
    await _write_parts(tx, petition_id, draft)
    return petition_id


async def edit(tx: Transaction, petition: Petition, draft: Draft, reserved: frozenset[str]) -> None:
    """Replace what an organizer decides. A petition's keys, counts and signatures stay."""
    draft = validated(draft, reserved)
    await _check_unused(tx, draft, petition.id)
    await tx.execute(
        "UPDATE petitions SET slug = :slug, keyword = :keyword, language = :language,"
        " country = :country, postcode_rule = :postcode_rule, contact_rule = :contact_rule,"
        " goal = :goal, origins = :origins, version = version + 1 WHERE id = :id",
        id=petition.id,
        **_columns(draft),
    )
    for table in ("petition_texts", "decision_makers"):
        await tx.execute(f"DELETE FROM {table} WHERE petition_id = :id", id=petition.id)
    await _write_parts(tx, petition.id, draft)


def _columns(draft: Draft) -> dict[str, str | int | None]:
    return {
        "slug": draft.slug,
        "keyword": draft.keyword,
        "language": draft.language,
        "country": draft.country,
        "postcode_rule": "required" if draft.postcode_required else "optional",
        "contact_rule": "required" if draft.contact_required else "optional",
        "goal": draft.goal,
        "origins": " ".join(draft.origins),
    }


async def _check_unused(tx: Transaction, draft: Draft, own_id: int | None) -> None:
    taken = await tx.fetch(
        "SELECT slug, keyword FROM petitions"
        " WHERE (slug = :slug OR keyword = :keyword) AND id <> :own",
        slug=draft.slug,
        keyword=draft.keyword,
        own=own_id or 0,
    )
    problems = [
        Problem(name, "in_use")
        for name, value in (("slug", draft.slug), ("keyword", draft.keyword))
        if any(row[name] == value for row in taken)
    ]
    if problems:
        raise InvalidInput(*problems)


async def _write_parts(tx: Transaction, petition_id: int, draft: Draft) -> None:
    texts = tx.rows("texts", language="text", title="text", body="text")
    await tx.execute(
        "INSERT INTO petition_texts (petition_id, language, title, body)"
        f" SELECT :id, language, title, body FROM {texts} t",
        id=petition_id,
        texts=pack((lang, t.title, t.body) for lang, t in draft.texts.items()),
    )
    people = tx.rows(
        "people", position="int", name="text", title="text", phone="text", email="text", form="text"
    )
    await tx.execute(
        "INSERT INTO decision_makers (petition_id, position, name, title, phone, email, form)"
        f" SELECT :id, position, name, title, phone, email, form FROM {people} p",
        id=petition_id,
        people=pack(
            (i, d.name, d.title, d.phone, d.email, d.form)
            for i, d in enumerate(draft.decision_makers)
        ),
    )


async def open_(tx: Transaction, petition_id: int, now: int) -> None:
    """Take signatures from now on; also opens a paused or closed petition again."""
    await tx.execute(
        "UPDATE petitions SET opened_at = coalesce(opened_at, :now), closed_at = NULL,"
        " paused_at = NULL, version = version + 1 WHERE id = :id",
        id=petition_id,
        now=now,
    )


async def pause(tx: Transaction, petition_id: int, now: int) -> None:
    """Take no signatures for a while. The page stays, and asks people to come back."""
    await tx.execute(
        "UPDATE petitions SET paused_at = coalesce(paused_at, :now), version = version + 1"
        " WHERE id = :id",
        id=petition_id,
        now=now,
    )


async def close(tx: Transaction, petition_id: int, now: int) -> None:
    """Take no more signatures. The page stays, and says so."""
    await tx.execute(
        "UPDATE petitions SET closed_at = :now, version = version + 1 WHERE id = :id",
        id=petition_id,
        now=now,
    )


async def set_sms_codes(tx: Transaction, petition_id: int, since: int | None) -> None:
    """Let codes go out by text from that time on; None ends it."""
    await tx.execute(
        "UPDATE petitions SET sms_codes_at = CAST(:since AS BIGINT), version = version + 1"
        " WHERE id = :id",
        since=since,
        id=petition_id,
    )


async def all_petitions(tx: Transaction) -> dict[int, Petition]:
    """Every petition by id, newest first."""
    texts = await tx.fetch("SELECT * FROM petition_texts")
    people = await tx.fetch("SELECT * FROM decision_makers ORDER BY petition_id, position")
    rows = await tx.fetch("SELECT * FROM petitions ORDER BY id DESC")
    texts_of, people_of = _grouped(texts), _grouped(people)
    return {
        r["id"]: _petition(r, texts_of.get(r["id"], []), people_of.get(r["id"], [])) for r in rows
    }


def _grouped(rows: Sequence[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["petition_id"], []).append(row)
    return groups


def _petition(row: Row, texts: list[Row], people: list[Row]) -> Petition:
    return Petition(
        id=row["id"],
        slug=row["slug"],
        keyword=row["keyword"],
        language=row["language"],
        country=row["country"],
        texts={t["language"]: Text(t["title"], t["body"]) for t in texts},
        decision_makers=tuple(
            DecisionMaker(p["name"], p["title"], p["phone"], p["email"], p["form"]) for p in people
        ),
        postcode_required=row["postcode_rule"] == "required" and has_postcodes(row["country"]),
        contact_required=row["contact_rule"] == "required",
        goal=row["goal"],
        origins=tuple(row["origins"].split()),
        salt=bytes(row["salt"]),
        version=row["version"],
        created_at=row["created_at"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        paused_at=row["paused_at"],
        sms_codes=row["sms_codes_at"] is not None,
    )
