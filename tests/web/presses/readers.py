"""What readers press who look for a petition."""

from __future__ import annotations

from tests.harness.web.site import Site
from tests.web.presses.table import press


@press("/", "/", reads="q")
def looking_for_a_petition(site: Site) -> None:
    for language in ("", "/es"):
        word = site.name().split()[-1]  # of letters, which nobody else has
        slug = site.petition(title_en=f"Keep the pond of {word} clean")
        other = site.petition(title_en="Keep the pond clean")
        site.shows(f"{language}/", slug, other)
        browser = site.stranger()
        typed = {"q": f"POND {word}"}
        found = browser.press(browser.get(f"{language}/").form("/"), "", typed)
        assert f"{language}/p/{slug}" in found.links
        assert f"{language}/p/{other}" not in found.links
        assert found.form("/").fields["q"].value == typed["q"]
        none = browser.press(found.form("/"), "", {"q": f"pond {word} and no other"})
        assert not any("/p/" in link for link in none.links)
        assert f"{language}/" in none.links
