"""The parts of a petition's form: what each is called and says, and what was changed in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from server.config import LANGUAGES
from server.web.http.forms import FormValues
from server.words.render import N_

MAKERS = "makers"  # all decision makers are one part: rows move
ADDRESSED = "roles"  # so are all ticks of those who decide where signers live
ROLE = "role_"  # begins the name of each
KEEP = "keep_"  # begins the name of a field that says whose version of a part to keep
REWORDED = "reworded"  # the field that says that its sender knows who has signed the wording
_NO_PARTS = {"csrf", "version", "add", REWORDED}
#: As their fields are called on the form; those of a wording also say the language.
PART_WORDS = {
    "title": N_("Title"),
    "body": N_("Text"),
    "started_by": N_("Who asks"),
    "asker_kind": N_("What you are (optional)"),
    "asker_contact": N_("How people reach you (optional)"),
    "language": N_("Main language"),
    "topics": N_("Topics"),
    "eligibility": N_("Who may sign"),
    "question": N_("A question of your own"),
    "partners": N_("Partners"),
    "organizations": N_("People may sign for an organization"),
    "thresholds": N_("Steps, and what each brings"),
    "thanks": N_("Your own words on the thank-you page"),
    "slug": N_("Address of the page"),
    "keyword": N_("Word for signing by text"),
    "country": N_("Country whose postcodes you ask for"),
    "postcode_required": N_("People must give a postcode"),
    "contact_required": N_("People must give an e-mail or a phone. Fewer people sign then."),
    "goal": N_("Goal (optional)"),
    "origins": N_("Other sites that may carry the form (optional)"),
    "opens": N_("Opens"),
    "closes": N_("Closes"),
    "zone": N_("Time zone"),
    "answer_by": N_("Who answered"),
    "answer_on": N_("Day of the answer"),
    "answer_promised": N_("Promised by (optional)"),
    "answer": N_("What they answered"),
    MAKERS: N_("Decision makers"),
    ADDRESSED: N_("Those who decide where each signer lives"),
}
_TICKS = {"postcode_required", "contact_required", "organizations"}
_TICK_WORDS = {True: N_("Yes"), False: N_("No")}
EXCERPT = 120  # characters of a long part that the audit log keeps, from where it differs


def parts_of(values: FormValues) -> dict[str, dict[str, str]]:
    """The fields of each part that says anything, in the form's order."""
    parts: dict[str, dict[str, str]] = {}
    for name, value in values.items():
        tidy = value.replace("\r\n", "\n").strip()
        if (part := part_of(name)) and tidy:
            parts.setdefault(part, {})[name] = tidy
    return parts


def part_of(name: str) -> str:
    """The part that a field belongs to; '' for what is no part of a petition."""
    if re.match(r"maker\d+_", name):
        return MAKERS
    if name.startswith(ROLE):
        return ADDRESSED
    return "" if name in _NO_PARTS or name.startswith(("_", KEEP)) else name


def label(part: str) -> tuple[str, str]:
    """What a part is called, and the name of its language where it has one."""
    name, _, code = part.partition("_")
    if name in PART_WORDS and code in LANGUAGES:
        return PART_WORDS[name], LANGUAGES[code]
    return PART_WORDS.get(part, part), ""


def line(part: str, values: FormValues) -> str:
    """What a part says, as the form has it: decision makers one on each line."""
    if part == ADDRESSED:
        return ", ".join(name.removeprefix(ROLE) for name in values)
    if part != MAKERS:
        return values.get(part, "")
    rows: dict[str, list[str]] = {}
    for name, value in values.items():
        rows.setdefault(name.partition("_")[0], []).append(value)
    return "\n".join(", ".join(row).replace("\n", ", ") for row in rows.values())


def tick_words(part: str, said: str) -> str | None:
    """A ticked box in a word; None for what is no box."""
    return _TICK_WORDS[bool(said)] if part in _TICKS else None


def changes(was: FormValues, now: FormValues) -> Mapping[str, tuple[str, str]]:
    """What each part that was changed said before and says now, for the audit log."""
    before, after = parts_of(was), parts_of(now)
    lines = {
        part: (line(part, before.get(part, {})), line(part, after.get(part, {})))
        for part in dict.fromkeys([*before, *after])
    }
    return {part: _excerpts(*both) for part, both in lines.items() if both[0] != both[1]}


def _excerpts(was: str, now: str) -> tuple[str, str]:
    """Both from the word on in which they begin to differ."""
    if max(len(was), len(now)) <= EXCERPT:
        return was, now
    pairs = enumerate(zip(was, now, strict=False))
    same = next((n for n, (one, other) in pairs if one != other), min(len(was), len(now)))
    start = max(was.rfind(" ", 0, same), was.rfind("\n", 0, same)) + 1
    return _cut(was, start), _cut(now, start)


def _cut(text: str, start: int) -> str:
    end = start + EXCERPT
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
