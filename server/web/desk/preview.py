"""What a petition will look like and cost, before it opens: its page and its text, by language."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from server.core.petitions.petitions import Petition
from server.services import Services
from server.texting.replies import Talk
from server.texting.signing import confirmation
from server.web.desk.figures.text_figures import money
from server.web.desk.visit import Visit
from server.web.http.compress import encoded
from server.web.http.pages import Pages
from server.web.public.preview import Previews, preview_path
from server.web.public.site import Site
from sms.reading.reading import Reading
from sms.segments import measure

SIGNER = "Ana Diaz"  # in the text that is shown


@dataclass(frozen=True, slots=True)
class Seen:
    """A petition in one language: the secret address of its page, how many bytes that has as it is
    sent, the text that thanks somebody, its segments, and what these cost ('' without a price)."""

    code: str
    url: str
    size: int
    text: str
    segments: int
    cost: str


async def show(visit: Visit) -> None:
    """All languages of a petition; once it is open, its page is there for all."""
    petition = await visit.petition()
    seen = [_seen(visit.services, petition, code) for code in petition.wordings]
    await visit.send_petition_page("form/preview", petition, {}, seen=seen)


def _seen(services: Services, petition: Petition, code: str) -> Seen:
    prefix = None if code == petition.language else code
    path = preview_path(services.keys, petition, prefix)
    page = Previews(Site(services, Pages())).page(petition, prefix)
    text = _thanks(services, petition, code)
    segments = measure(text).segments
    return Seen(
        code,
        services.settings.public_url + path,
        len(encoded(page.encode(), "gzip")),
        text,
        segments,
        money(services.settings, Decimal(segments), 4),
    )


def _thanks(services: Services, petition: Petition, code: str) -> str:
    talk = Talk(services, "", b"", Reading("sign"))
    return confirmation(talk, petition, code, SIGNER, "new")
