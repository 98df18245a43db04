"""Open petitions like the one that is being written."""

from __future__ import annotations

from server.core.petitions.petitions import Petition
from server.core.petitions.wording.similar import similar
from server.web.desk.visit import Visit
from server.web.http.forms import FormValues


def like_titles(visit: Visit, petition: Petition | None, values: FormValues) -> list[Petition]:
    """Those with titles like those in the form, while it is of a new petition or of a draft."""
    if petition and petition.state != "draft":
        return []
    titles = [value for name, value in values.items() if name.startswith("title_")]
    return similar(titles, visit.services.directory.open())


def like_draft(visit: Visit, petition: Petition) -> list[Petition]:
    """Those with titles like those of a draft."""
    titles = {f"title_{code}": wording.title for code, wording in petition.wordings.items()}
    return like_titles(visit, petition, titles)
