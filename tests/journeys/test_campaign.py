"""A local campaign from the first draft to the answer: three people with a role each, in browsers
that run no script, on a phone's screen and on a wide one. Nobody needs a shell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.harness import product
from tests.harness.mail.smtp import PostOffice, codes_in, post_office
from tests.harness.needs import needs
from tests.harness.product import Server
from tests.harness.web.axe import violations
from tests.harness.web.browser import chromium, fits, small_controls
from tests.harness.web.site import PASSWORD

pytestmark = [needs("chromium"), pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Campaign:
    """The server, and what is wrong with the pages that people came by."""

    server: Server
    office: PostOffice
    browser: Browser
    width: int
    found: dict[str, list[str]] = field(default_factory=dict)
    looked_at: Counter[tuple[str, str]] = field(default_factory=Counter)

    def person(self) -> Person:
        """Somebody with a browser of their own."""
        context = self.browser.new_context(
            base_url=self.server.url,
            java_script_enabled=False,
            viewport={"width": self.width, "height": 600},
        )
        context.set_default_timeout(10_000)
        return Person(self, context.new_page())

    def look(self, page: Page) -> None:
        """Note what is wrong with a page, at the first two sights of it. axe is a script: it reads
        a copy."""
        seen = urlsplit(page.url).path, page.title()
        self.looked_at[seen] += 1
        if self.looked_at[seen] > 2:
            return
        copy = self.browser.new_page(viewport={"width": self.width, "height": 600})
        copy.set_content(page.content())
        found = violations(copy) + small_controls(copy)
        if found := found + ([] if fits(copy) else ["sideways"]):
            self.found[f"{page.url} {page.title()}"] = found
        copy.close()


@dataclass
class Person:
    """Somebody who reads a page, fills it in and presses."""

    campaign: Campaign
    page: Page

    def go(self, path: str) -> Person:
        self.page.goto(path)
        self.campaign.look(self.page)
        return self

    def press(self, button: str, **typed: str | bool) -> Person:
        """Fill in fields by their names, and press the button with that name."""
        for name, value in typed.items():
            control = self.page.locator(f"[name='{name}']").first
            if isinstance(value, bool):
                control.set_checked(value)
            elif self.page.locator(f"select[name='{name}']").count():
                control.select_option(value)
            else:
                control.fill(value)
        self.page.get_by_role("button", name=button, exact=True).first.click()
        self.campaign.look(self.page)
        return self

    def follow(self, link: str) -> Person:
        self.page.get_by_role("link", name=link).first.click()
        self.campaign.look(self.page)
        return self

    def reads(self, *words: str) -> str:
        """What the page says: all that, among other things."""
        said = re.sub(r"\s+", " ", self.page.locator("main").inner_text())
        for each in words:
            assert each in said, f"{each!r} is not in {said!r}"
        return said

    def sign_in(self, name: str, password: str) -> Person:
        return self.go("/organizer/").press("Sign in", name=name, password=password)


@pytest.fixture(scope="module", params=[320, pytest.param(1280, marks=pytest.mark.full)])
def campaign(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Campaign]:
    with (
        post_office() as office,
        chromium() as browser,
        product.running(
            tmp_path_factory.mktemp("campaign") / "data",
            **office.settings,
        ) as server,
    ):
        yield Campaign(server, office, browser, request.param)


DESK = "/organizer/p/bridge"


def joined(owner: Person, name: str, role: str) -> Person:
    """Somebody whom the owner lets in with a link."""
    owner.follow("Your petitions").page.locator("main h2 a").first.click()
    owner.page.locator(f"#i-{role}").check()
    owner.press("Make a link", whom=name)
    link = owner.page.locator("code").inner_text()
    person = owner.campaign.person()
    person.page.goto(link)
    person.press("Make an account and join", name=name, password=PASSWORD)
    person.reads(name)
    return person


def signed(campaign: Campaign, name: str, email: str, *, by: str = "", **typed: str | bool) -> None:
    """Somebody signs on the web and verifies."""
    signer = campaign.person()
    signer.go(f"/p/bridge{by}")
    signer.press("Sign", name=name, postcode="59801", email=email, **typed)
    code = codes_in(campaign.office.wait_for(email))[0]
    signer.page.locator("[name=code]").fill(code)
    signer.page.locator("form button").first.click()
    campaign.look(signer.page)
    signer.reads("verified")


def test_a_campaign_from_the_first_draft_to_the_answer(campaign: Campaign) -> None:
    server = campaign.server
    owner = campaign.person().sign_in("organizer", server.password)
    editor = joined(owner, "ed", "editor")
    moderator = joined(owner, "mo", "moderator")

    # The editor writes; the draft is looked at before anybody else can see it.
    editor.follow("Your petitions").follow("Write a new petition")
    editor.press("Save", title_en="Keep the bridge")
    editor.reads("Nothing is stored yet. Please mend this:")
    editor.press(
        "Save",
        body_en="Please.\n\nKeep it.",
        started_by="Friends of the bridge",
        asker_kind="an association",
        asker_contact="friends@example.org",
        slug="bridge",
        keyword="BRIDGE",
        goal="500",
        maker0_name="Jo Marsh",
        maker0_title="Mayor",
        eligibility_en="I live in Springfield and am 16 or over",
        thresholds_en="100 The council must debate it",
        thanks_en="Come to the meeting on Friday.",
        question_en="What do you use the bridge for?",
        organizations=True,
        partners="The Herald",
        topics="Roads",
    )
    editor.reads("Nobody else can see it yet.")
    assert editor.page.get_by_role("button", name="Open the petition").count() == 0
    editor.follow("Preview").reads("The page has")
    address = editor.page.locator("main p a[href*='/preview/']").first.inner_text()
    reader = campaign.person().go(address)
    reader.reads("Keep the bridge", "an association")

    # The owner says until when people can sign, and opens it.
    owner.go(f"{DESK}/edit").press("Save", closes="2027-12-24 18:00", zone="America/Denver")
    owner.press("Open the petition").reads("People can sign it now.")
    reader.go("/p/bridge").reads("The council must debate it", "Friends of the bridge")

    # People sign; one of them for an organization, with a comment, and one by way of a collector.
    editor.go(f"{DESK}/collectors").press("Add", collector="Ana at the market", code="ANA7")
    link = editor.page.locator("main a[href*='/by/']").first.get_attribute("href") or ""
    by = link.partition("/p/bridge")[2]
    words = {"comment": "My school is there.", "organization": "The school", "reply": "To school"}
    signed(campaign, "Cy Day", "cy@gmail.com", eligible=True, public=True, **words)
    signed(campaign, "Di Ray", "di@gmail.com", by=by, eligible=True, news=True)

    # The moderator decides what is shown.
    moderator.go(f"{DESK}/moderation").reads("My school is there.")
    moderator.page.locator("input[name^=c][value=show]").first.check()
    moderator.press("Save")
    moderator.go(f"{DESK}/organizations").press("Save")
    reader.go("/p/bridge/names").reads("Cy Day", "My school is there.")

    # The editor mends the wording, and is told who will see it.
    editor.go(f"{DESK}/edit").press("Save", body_en="Please.\n\nKeep it, and mend it.")
    editor.reads("2")
    editor.press("Save")
    reader.go("/p/bridge").follow("see what changed").reads("Keep", "mend")

    # Whoever asked for news gets some; the moderator sees that, and cannot write any.
    editor.go(DESK).follow("News").reads("1 signer wants news: 1 by mail, 0 by text.")
    editor.follow("Write news").press("Save", title_en="", body_en="The council sits on Friday.")
    editor.reads("Write a title.")
    editor.press("Save", title_en="Come on Friday", text_en="Come on Friday.")
    editor.reads("The council sits on Friday.", "BRIDGE: Come on Friday.", "Nobody has got it yet.")
    editor.follow("Send it").reads("By mail: 1 person.")
    editor.press("Yes, send it to 1 person").reads("on its way")
    mail = campaign.office.wait_for("di@gmail.com", 2)
    assert mail["Subject"] == "Come on Friday"
    assert "The council sits on Friday." in mail.get_content()
    moderator.go(f"{DESK}/news").reads("Come on Friday")
    assert moderator.page.get_by_role("link", name="Write news").count() == 0

    # The end of it: closed, answered; and for good.
    owner.go(DESK).follow("Close the petition").press("Close the petition").reads(
        "It takes no more signatures."
    )
    editor.go(DESK).follow("Answer")
    editor.press(
        "Save",
        answer_by="Jo Marsh, Mayor",
        answer_on="2026-11-30",
        answer_promised="2027-03-31",
        answer_en="We will keep it.",
    )
    assert "We will keep it." in campaign.office.wait_for("di@gmail.com", 3).get_content()
    said = reader.go("/p/bridge").reads("Answer from Jo Marsh, Mayor", "We will keep it.")
    assert "The council must debate it" not in said  # nobody can bring that about any more
    reader.go("/").reads("Keep the bridge")
    owner.go(f"{DESK}/audit").reads("opened the petition")
    owner.go(f"{DESK}/end").press("End it for good", reason="It is over.", sure="bridge")
    owner.reads("ended")
    assert campaign.found == {}
