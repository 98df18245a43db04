"""A text, read once in the light of what is known of its phone."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from server.core.conversations.phones import Standing
from server.core.petitions.directory import Directory
from server.core.values.postcodes import normal_postcode
from server.services import Services
from sms.reading import Context, OpenQuestion, PetitionWord, PetitionWords, Reading, read

#: The petitions' words, made anew when the petitions are.
_made: WeakKeyDictionary[Directory, tuple[object, PetitionWords]] = WeakKeyDictionary()


def petitions_of(directory: Directory) -> PetitionWords:
    """The words of all petitions that the public may know, former ones too."""
    source, made = _made.get(directory, (None, None))
    if made is None or source is not directory.by_keyword:
        made = PetitionWords(
            PetitionWord(
                word,
                p.country,
                p.state == "open",
                word != p.keyword,
                frozenset(c.code for c in p.collectors),
            )
            for word, p in directory.by_keyword.items()
            if p.state != "draft"
        )
        _made[directory] = directory.by_keyword, made
    return made


def understood(services: Services, body: str, standing: Standing) -> Reading:
    """What a text means."""
    return read(body, _context(services, standing), explain=False)


def _context(services: Services, standing: Standing) -> Context:
    return Context(
        petitions=petitions_of(services.directory),
        asked=_asked(services.directory, standing),
        ours=standing.ours,
        country=services.settings.country,
        language=standing.language,
        postcode=normal_postcode,
    )


def _asked(directory: Directory, standing: Standing) -> OpenQuestion | None:
    asked = standing.asked
    petition = directory.by_id.get(asked.petition_id) if asked else None
    if asked is None or petition is None:
        return None
    return OpenQuestion(petition.keyword, asked.name, asked.postcode, petition.postcode_required)
