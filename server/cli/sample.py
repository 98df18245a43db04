"""The sample petition of the demo, and its organizer."""

from __future__ import annotations

import secrets

from server.cli import demo
from server.core.desk.people import organizers, teams
from server.core.petitions import petitions
from server.core.petitions.wording.draft import DecisionMaker, Draft, Wording
from server.core.values.keys import SALT_BYTES
from server.db import Database
from server.words.render import template_folder

STARTED_BY = "Open for everybody"
#: That no command is called so is for a test to say: reading the words of all languages would
#: take half of the demo's start.
_RESERVED: frozenset[str] = frozenset()


async def seed(database: Database, password: str, now: int) -> int:
    """One open petition and its organizer, in a database that has no petition; the number of the
    organization that runs it."""
    salt = secrets.token_bytes(SALT_BYTES)
    async with database.write() as tx:
        id_ = await petitions.create(tx, sample(), reserved=_RESERVED, salt=salt, now=now)
        await petitions.open_(tx, id_, now)
        salt = secrets.token_bytes(16)
        organizer = await organizers.add(tx, demo.ORGANIZER, password, salt=salt, now=now)
        organization = await teams.found(tx, STARTED_BY, organizer.id, now)
        await teams.give(tx, id_, organization)
    return organization


def sample() -> Draft:
    """The sample petition in every language in which it is written."""
    folder = template_folder() / "sample"
    wordings = {}
    for file in sorted(folder.glob("face.*.txt")):
        title, _, body = file.read_text("utf-8").partition("\n")
        wordings[file.name.split(".")[1]] = Wording(title.strip(), body.strip())
    people = (folder / "decision-makers.txt").read_text("utf-8").splitlines()
    return Draft(
        slug=demo.DEMO_SLUG,
        keyword="FACE",
        language="en",
        country="US",
        wordings=wordings,
        started_by=STARTED_BY,
        decision_makers=tuple(DecisionMaker(*p.split("\t")) for p in people if p.strip()),
        goal=10_000,
    )
