"""The first page of the desk: an organizer's petitions, a page at a time, and what a reviewer has
to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from server.core.desk import dashboard
from server.core.desk.dashboard import Sums
from server.core.desk.people import reviewers, teams
from server.core.desk.people.reviewers import Reviewable
from server.core.desk.people.teams import Membership
from server.core.petitions.directory import Directory
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.draft import Wording
from server.core.values.ids import read_id
from server.db import Transaction
from server.web.desk.visit import Visit
from server.web.desk.words import DONE_FIRST, STATE_WORDS

LISTED_AT_DESK = 50  # petitions on a page
SEARCH_LIMIT = 100  # letters that are looked for


async def index(visit: Visit) -> None:
    """The organizations of this organizer, and the petitions of each, newest first."""
    services, typed = visit.services, visit.query("q").strip()[:SEARCH_LIMIT]
    directory = await services.directory.current()
    async with services.database.read() as tx:
        mine = await teams.memberships(tx, visit.organizer.id)
        owners = await teams.petitions_of(tx, [m.organization_id for m in mine])
        found = _in_order(directory, owners, mine, typed)
        shown = _behind(found, visit.query("after"))
        page = shown[:LISTED_AT_DESK]
        standings = await dashboard.overview(tx, [p.id for p in page], services.now())
        waiting, changed = await _of_reviewer(visit, tx)
    word = visit.query("done")
    await visit.send_page(
        "figures/index",
        organizations=_grouped(visit, mine, owners, page, standings),
        several=bool(typed) or len(owners) > LISTED_AT_DESK,
        typed=typed,
        more=page[-1].id if len(shown) > LISTED_AT_DESK else 0,
        done=visit.sentence(DONE_FIRST, word) if word in DONE_FIRST else "",
        waiting=_to_review(visit, directory, waiting),
        changed=_to_review(visit, directory, changed),
    )


def _in_order(
    directory: Directory, owners: dict[int, int], mine: Sequence[Membership], typed: str
) -> list[Petition]:
    """Those of the first organization first, of each the newest first."""
    place = {m.organization_id: n for n, m in enumerate(mine)}
    found = (directory.by_id[id_] for id_ in owners if id_ in directory.by_id)
    said = (p for p in found if _says(p, typed.casefold()))
    return sorted(said, key=lambda p: (place[owners[p.id]], -p.created_at, -p.id))


def _says(petition: Petition, typed: str) -> bool:
    """Whether its title, address or word has what was typed."""
    titles = (wording.title for wording in petition.wordings.values())
    return any(typed in said.casefold() for said in (*titles, petition.slug, petition.keyword))


def _behind(found: Sequence[Petition], after: str) -> Sequence[Petition]:
    """A page, and one more, behind the petition of that id; an id that is none begins anew."""
    at = next((n for n, p in enumerate(found, 1) if p.id == read_id(after)), 0) if after else 0
    return found[at : at + LISTED_AT_DESK + 1]


def _grouped(
    visit: Visit,
    mine: Sequence[Membership],
    owners: dict[int, int],
    page: Iterable[Petition],
    standings: dict[int, Sums],
) -> list[tuple[Membership, list[Any]]]:
    listed: dict[int, list[Any]] = {m.organization_id: [] for m in mine}
    for organization, petitions in groupby(page, key=lambda p: owners[p.id]):
        listed[organization] = [
            (
                p,
                p.wording(visit.language),
                visit.sentence(STATE_WORDS, p.state),
                standings.get(p.id, Sums()),
            )
            for p in petitions
        ]
    return [(m, listed[m.organization_id]) for m in mine]


async def _of_reviewer(visit: Visit, tx: Transaction) -> tuple[list[Reviewable], list[Reviewable]]:
    """What waits for this organizer as a reviewer, and what was changed after a review."""
    if not visit.services.settings.review:
        return [], []
    who, now = visit.organizer.id, visit.services.now()
    return await reviewers.waiting(tx, who), await reviewers.changed_since(tx, who, now)


def _to_review(
    visit: Visit, directory: Directory, found: Sequence[Reviewable]
) -> list[tuple[Petition, Wording, str]]:
    """Petitions for a reviewer, each with the moment since which it is there to be read."""
    known = [(directory.by_id.get(each.petition_id), each.since) for each in found]
    return [(p, p.wording(visit.language), visit.moment(since)) for p, since in known if p]
