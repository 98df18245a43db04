"""The page that answers a signing, and later its code: each kind asks to share and to write."""

from __future__ import annotations

import html
import re
from dataclasses import fields
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from server.cli.sample import sample
from server.config import LANGUAGES
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.draft import Draft
from server.web.public.signing.thanks import Variant
from server.words.render import Renderer

URL = "https://petition.example.org/p/face"
KINDS: tuple[Variant, ...] = ("alone", "email", "phone", "verified", "held")
RENDERER = Renderer()
DRAFT = sample()
PETITION = Petition(
    **{field.name: getattr(DRAFT, field.name) for field in fields(Draft)},
    id=1,
    salt=b"s" * 32,
    version=1,
    created_at=1,
    opened_at=1,
    closed_at=None,
)


def page(kind: Variant, language: str = "en") -> str:
    wording = PETITION.wording(language)
    marks = ("contact", "digits", "entries", "reference", "name", "postcode", "letter")
    return RENDERER.page(
        "web/thanks.html",
        language,
        petition=PETITION,
        wording=wording,
        wording_language=language,
        variant=kind,
        marks=dict.fromkeys(marks, "mark"),
        public=True,
        news=True,
        placed=True,
        prefix="",
        home="/",
        path="/p/face",
        sheet="",
        besides=False,
        shares=False,
        url=URL,
        share=f"{wording.title} {URL}",
        sms_number="+14065550100",
    )


def links(said: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'href="([^"]*)"', said)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_shared_from_every_kind_in_every_language(kind: Variant, language: str) -> None:
    said = page(kind, language)
    found = links(said)
    title = PETITION.wording(language).title
    [text] = [link for link in found if link.startswith("sms:?body=")]
    assert unquote(text) == f"sms:?body={title} {URL}"
    [whatsapp] = [link for link in found if link.startswith("https://wa.me/")]
    assert parse_qs(urlsplit(whatsapp).query) == {"text": [URL]}
    [mail] = [link for link in found if link.startswith("mailto:?")]
    assert unquote(mail) == f"mailto:?subject={title}&body={URL}"
    assert re.search(rf"^{URL}</p>|<br>\s*{URL}</p>", said, re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_to_those_who_decide_begins_with_a_sentence(kind: Variant) -> None:
    mails = [link for link in links(page(kind)) if re.match("mailto:[^?]", link)]
    assert len(mails) == len(PETITION.decision_makers)
    for mail, who in zip(mails, PETITION.decision_makers, strict=True):
        address, _, query = mail.partition("?")
        assert address == f"mailto:{who.email}"
        [body] = parse_qs(query)["body"]
        assert body == f"I signed this petition. Please act on it: {URL}"


@pytest.mark.parametrize("kind", KINDS)
def test_thanks_come_first_then_what_verifies_then_the_rest(kind: Variant) -> None:
    steps = {
        "alone": "Verify your signature: sign again",
        "email": "Verify your signature: type the 6-digit code",
        "phone": "Verify your signature: text this",
        "verified": "Your signature is verified.",
        "held": "We check your signature before it counts.",
    }
    said = page(kind)
    order = [
        "<h1",
        "Thanks for signing the petition!</h1>",
        steps[kind],
        "Please share this page with your friends and family",
        "Send a message to your lawmakers today",
        "Remove my signature",
    ]
    places = [said.index(words) for words in order]
    assert places == sorted(places)
