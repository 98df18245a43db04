"""Asking once before a petition is changed that people have signed: they will see what was."""

from __future__ import annotations

from server.core.counting import counts
from server.core.petitions.petitions import Petition
from server.core.petitions.wording import wordings
from server.core.petitions.wording.draft import Draft, validated
from server.web.desk.form.parts import REWORDED
from server.web.desk.visit import Visit
from server.web.http.forms import FormValues
from sms.reading import reserved


async def signed_before(visit: Visit, petition: Petition | None, draft: Draft) -> int:
    """How many have signed what the draft would change for its readers; 0 where nobody has, or
    where the form says that this was asked. Raises `InvalidInput`."""
    draft = validated(draft, reserved())
    if petition is None or petition.opened_at is None or _is_asked(visit.form, petition):
        return 0
    if wordings.read_in(draft) == wordings.read_in(petition):
        return 0
    async with visit.services.database.read() as tx:
        return (await counts.figures(tx, petition.id)).total


def with_answer(values: FormValues, petition: Petition | None) -> dict[str, str]:
    """The form, which will say that it was asked about the wording of now."""
    return {**values, REWORDED: str(petition.wording_number if petition else 0)}


def _is_asked(form: FormValues, petition: Petition) -> bool:
    return form.get(REWORDED) == str(petition.wording_number)
