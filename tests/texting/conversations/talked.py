"""Conversations by text as files have them: read, and held with the door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server.words.render import Renderer, template_folder
from sms.segments import fold_to_gsm7
from tests.harness.texts.phones import Phones

RENDERER = Renderer()
REPLIES = re.findall(
    r"macro (\w+)\(", (template_folder() / "sms" / "replies.txt").read_text("utf-8")
)
SECONDS = {"m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True)
class Turn:
    """One text and what must come back; `reply` is '' for silence, `wait` passes before it."""

    phone: str
    text: str
    reply: str
    language: str
    fragment: str
    wait: int


@dataclass
class Conversation:
    title: str
    section: str
    turns: list[Turn] = field(default_factory=list)
    end: str | None = None

    @property
    def two(self) -> bool:
        return "two" in self.section


def read_table(name: str = "conversations.txt") -> Iterator[Conversation]:
    """A file of conversations, each under the heading of its section."""
    section, wait, current = "", 0, None
    for line in (Path(__file__).parent / name).read_text("utf-8").splitlines():
        if line.startswith(("#", "[")) or not line.strip():
            if current and current.turns:
                yield current
                current = None
            section = line.strip("[]") if line.startswith("[") else section
        elif current is None:
            current = Conversation(line, section)
        elif line.startswith("+"):
            wait = int(line[1:-1]) * SECONDS[line[-1]]
        elif line.startswith("="):
            current.end = line[1:].strip()
        else:
            current.turns.append(read_turn(line, wait))
            wait = 0
    if current:
        yield current


def read_turn(line: str, wait: int = 0) -> Turn:
    text, _, wanted = line.rpartition("=> ")
    phone, text = ("A", text) if text[1:2] != ":" or text[0] not in "BC" else (text[0], text[3:])
    found = re.fullmatch(r"(-|\w+)(?:\.(\w\w))?(?: \"(.*)\")?", wanted)
    assert found, line
    reply, language, fragment = found.groups()
    text = text.removesuffix(" ").replace(r"\n", "\n")
    return Turn(phone, text, reply.strip("-"), language or "en", fragment or "", wait)


def reads_as(reply: str, wanted: str, language: str) -> bool:
    """Whether `reply` is that text of ours in that language, whatever was filled in."""
    names = [wanted] + ([f"{wanted}_short"] if f"{wanted}_short" in REPLIES else [])
    for name in names:
        for fold in (str, fold_to_gsm7):
            parts = re.split(r"\{\w+\}", RENDERER.text(language, name))
            pattern = ".*".join(re.escape(fold(part).strip()) for part in parts)
            if re.fullmatch(rf"\s*{pattern}\s*".replace(r"\ ", r"\s+"), reply, re.DOTALL):
                return True
    return False


async def hold(phones: Phones, number: int, conversation: Conversation) -> list[str]:
    """Hold one conversation from phones of its own; what went otherwise."""
    numbers = {
        who: f"+1406{200 + number // 50}{number % 50:02}{i:02}" for i, who in enumerate("ABC")
    }
    faults = []
    for turn in conversation.turns:
        phones.now += turn.wait
        reply = await phones.text(turn.text, numbers[turn.phone])
        silent = not turn.reply and reply is None
        if not silent and not (
            turn.reply
            and reply is not None
            and reads_as(reply, turn.reply, turn.language)
            and turn.fragment in reply
        ):
            faults.append(f"{turn.text!r} got {reply!r}, not {turn.reply}.{turn.language}")
    if conversation.end is not None:
        found = await ended(phones, numbers["A"])
        if found != (conversation.end or "nothing").removeprefix("nothing ").strip():
            faults.append(f"in the end {found!r}, not {conversation.end!r}")
    return [f"{conversation.title}: {fault}" for fault in faults]


async def ended(phones: Phones, number: str) -> str:
    """What a phone has signed, and whether it is opted out, as the table writes it."""
    keys = phones.services.keys
    async with phones.services.database.read() as tx:
        mine = {keys.contact(p.salt, number) for p in phones.services.directory.by_id.values()}
        rows = [
            (row["keyword"], row["name"], row["postcode"], row["held_at"])
            for row in await tx.fetch(
                "SELECT p.keyword, s.name, s.postcode, s.held_at, s.contact_key FROM signatures s"
                " JOIN petitions p ON p.id = s.petition_id WHERE s.contact_key IS NOT NULL"
                " ORDER BY s.id"
            )
            if bytes(row["contact_key"]) in mine
        ]
        out = await tx.fetch(
            "SELECT 1 AS one FROM opt_outs WHERE phone_key = :key", key=keys.phone(number)
        )
    signed = [
        f"{keyword} {name} {place}" + (" held" if held else "")
        for keyword, name, place, held in rows
    ]
    return " ".join([", ".join(signed)] * bool(signed) + ["out"] * bool(out)) or "nothing"
