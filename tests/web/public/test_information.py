"""The pages of words about the server say what its settings say."""

from __future__ import annotations

import re
from pathlib import Path

from server.config import LANGUAGES
from tests.harness import product


def test_privacy_says_after_how_long_contacts_and_texts_are_erased(tmp_path: Path) -> None:
    settings = {"UNDERSIGNED_PENDING_HOURS": "31", "UNDERSIGNED_SMS_KEEP_DAYS": "17"}
    with product.running(tmp_path / "data", **settings) as server:
        english = server.get("/privacy").text
        said = {code: server.get(f"/{code}/privacy").text for code in LANGUAGES}
    assert "or after 31 hours, unless you want news" in english
    assert "numbers and words are erased after 17 days" in english
    for code, page in said.items():
        figures = re.findall(r"\b\d+\b", page.partition("<h1")[2])
        assert {"31", "17"} <= set(figures), code
