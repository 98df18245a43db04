"""A text with news: what an organizer wrote for it, and how it ends."""

from __future__ import annotations

from server.core.news.piece import News
from server.core.petitions.petitions import Petition
from server.words.render import Renderer
from sms.segments import fold_to_gsm7


def news_text(renderer: Renderer, petition: Petition, news: News, language: str) -> str:
    """The whole text in that language, in the cheap alphabet if that can spell it. Nothing of it is
    cut: the organizer has seen how many segments it has."""
    said, ends = news.wordings[language].text, renderer.text(language, "news_ends")
    return fold_to_gsm7(f"{petition.keyword}: {said} {ends}")
