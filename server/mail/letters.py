"""The words of a letter to those who decide, around the signer's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from server.config import Settings
from server.core.letters.answering import KeptAnswer
from server.core.letters.letter import Addressee, Letter, LetterKind
from server.core.letters.writing import Progress
from server.core.petitions.petitions import Petition
from server.core.signing.signature import Signature
from server.mail.tokens import unsigned
from server.words.render import N_, Renderer, group_digits

#: Where an office's answer goes: to the `writer`, also by us (`passed_on`), or to those who run the
#: petition (`us`), and why: one who signed by text (`no_mail`) has no e-mail.
Answers = Literal["writer", "us", "no_mail", "passed_on"]

_FILES = N_("It had {count} attached files, which we do not pass on.")
#: Parts what the signer wrote from the end of a letter, `templates/letter/letter.txt`.
_FOOT = "\n--\n"
_THANKS = N_("Your thanks to {name}")


def letter_named(renderer: Renderer, language: str, one: Progress) -> str:
    """By what a signer knows one of their letters, with what became of it."""
    return renderer.say(language, _THANKS, name=one.office) if one.kind == "thanks" else one.office


def files_said(renderer: Renderer, language: str, files: int) -> str:
    """That files are not passed on; '' where there are none."""
    return renderer.say(language, _FILES, count=group_digits(files, language)) if files else ""


def answer_fields(renderer: Renderer, language: str, answer: KeptAnswer) -> dict[str, str]:
    """What fills the mail that passes an office's answer on."""
    files = files_said(renderer, language, answer.files)
    return {
        "office": answer.office,
        "sender": answer.sender,
        "subject": answer.subject or answer.office,
        "answer": "\n\n".join(filter(None, (answer.words, files))),
    }


def letter_text(
    renderer: Renderer,
    settings: Settings,
    petition: Petition,
    signer: Signature,
    offices: Sequence[Addressee],
    own: str,
    answers: Answers,
    *,
    thanks: bool = False,
    reply_to: str = "",
) -> str:
    """The whole letter, in the petition's language: those who decide read that. With `thanks` they
    are told that they have agreed. `reply_to` is the writer's address, if they may answer to it."""
    language = petition.language
    page = renderer.page(
        "letter/letter.txt",
        language,
        offices=[office.name for office in offices],
        own=own,
        name=signer.name or "",
        postcode=signer.postcode or "",
        answers=answers,
        printed=all(office.channel == "print" for office in offices),
        **_foot(settings, petition, "thanks" if thanks else "letter", reply_to),
    )
    return page.strip()


def printed_text(renderer: Renderer, settings: Settings, petition: Petition, letter: Letter) -> str:
    """A letter as it stands on paper, whichever way it was written for."""
    own, _, foot = letter.words.rpartition(_FOOT)
    page = renderer.page(
        "letter/_foot.txt",
        petition.language,
        answers="writer" if letter.reply_to else "us",
        printed=True,
        **_foot(settings, petition, letter.kind, letter.reply_to),
    )
    return f"{(own or foot).strip()}\n\n{page.strip()}"


def own_part(letter: Letter) -> str:
    """What its signer wrote themselves: it stands below the offices."""
    return letter.words.partition("\n\n")[2][: letter.own_words]


def _foot(
    settings: Settings, petition: Petition, kind: LetterKind, reply_to: str
) -> dict[str, object]:
    return {
        "thanks": kind == "thanks",
        "title": petition.wording(petition.language).title,
        "url": f"{settings.public_url}/p/{petition.slug}",
        "address": reply_to or unsigned(settings),
    }
