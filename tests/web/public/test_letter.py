"""Who may write a letter that we carry, and what they are told of it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

import pytest

from server.config import LANGUAGES
from tests.harness.mail.smtp import codes_in
from tests.harness.product import eventually
from tests.harness.web.budgets import CODINGS, FACTORS, ROOM
from tests.harness.web.site import Site, mailed
from tests.web.presses.public.letters import LETTER, OWN, addressed, verified, wrote

#: Of one step, without what the signer wrote: gzip, brotli, plain.
BUDGET = (1400, 1200, 3000)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with mailed(tmp_path_factory.mktemp("letter") / "data") as site:
        yield site


def ref_of(site: Site, slug: str, **typed: str) -> tuple[str, str]:
    """What the page after the right code carries, and the address that has signed."""
    _, thanks, email = verified(site, slug, **typed)
    return str(thanks.form(LETTER).fields["ref"].value), email


def test_who_has_not_typed_a_code_writes_themselves(site: Site) -> None:
    slug, office = addressed(site)
    ref, _ = ref_of(site, slug)
    form = {"words": OWN, "send": "1"}
    end = "A" if ref[-1] != "A" else "Q"
    for forged in ("", "A" * 22, ref[:-1] + end, ref + "A", "\x00", "é" * 90, "🙂" * 500):
        page = site.server.post(f"/p/{slug}/letter", form | {"ref": forged})
        assert page.status == 200
        assert "sign and type the code" in page.text
        assert office in page.text
    other, second = addressed(site)
    page = site.server.post(f"/p/{other}/letter", form | {"ref": ref})
    assert "sign and type the code" in page.text
    assert site.server.get(f"/p/{slug}/letter?ref={ref}&words=Please+act&send=1").status == 200
    assert site.office.to(office) == site.office.to(second) == []


def test_no_page_before_the_code_lets_anybody_write(site: Site) -> None:
    slug, _ = addressed(site)
    email = site.address()
    thanks = site.sign(slug, email=email)
    wrong = site.stranger().press(thanks.form("/p/{slug}/verify"), "", {"code": "000000"})
    for page in (thanks, wrong, site.stranger().get(f"/p/{slug}/letter")):
        assert all("/letter" not in form.action for form in page.forms)
    assert codes_in(site.office.wait_for(email))


@pytest.mark.parametrize("letter", ["x", "न", "𠮷"])
def test_who_has_written_far_too_much_gets_it_back(site: Site, letter: str) -> None:
    slug, office = addressed(site)
    ref, _ = ref_of(site, slug)
    for n, fault in ((2000, ""), (2001, "at most 2000"), (10_001, "at most 2000")):
        page = site.server.post(f"/p/{slug}/letter", {"ref": ref, "words": letter * n})
        assert letter * n in page.text
        assert fault in page.text
        assert ("Error:" in page.text) is bool(fault)
    assert site.office.to(office) == []


SHORT = "Write at least 10 letters, in your own words."
LONG = "Write less: at most 2000 letters."
ADDRESS = "Write the e-mail address that you signed with, or leave it empty."


@pytest.mark.parametrize(
    ("words", "email", "says"),
    [
        ("", "", SHORT),
        ("\x00\x1b\x07 \u200b\u202e", "", SHORT),
        ("🙂" * 40, "", SHORT),
        ("\n\n.\n" * 9, "", SHORT),
        ("x" * 10_001, "", LONG),
        (OWN, "else@example.org", ADDRESS),
        (OWN, "no address", ADDRESS),
        (OWN, "x@y.example\r\nBcc: all@hill.example", ADDRESS),
        (OWN, "", ""),
        ("Keep\x00 it\x1b clean,\u2028please.", "", ""),
    ],
)
def test_bad_input_is_answered_and_nothing_is_lost(
    site: Site, words: str, email: str, says: str
) -> None:
    slug, office = addressed(site)
    form = {"ref": ref_of(site, slug)[0], "words": words, "email": email}
    page = site.server.post(f"/p/{slug}/letter", form).text
    faults = [html.unescape(f) for f in re.findall(r"<strong>([^<]*)</strong>", page)]
    assert faults == ([says] if says else [])
    assert ("<title>Error:" in page) is bool(says)
    assert 'name="send"' not in page if says else 'name="send"' in page
    kept = words.strip().split("\u2028")[0].partition("\x00")[0]
    assert html.escape(kept[:9]) in page
    assert site.office.to(office) == []


def test_who_leaves_the_address_out_is_answered_by_us(site: Site) -> None:
    slug, office = addressed(site)
    form = {"ref": ref_of(site, slug)[0], "words": OWN, "send": "1"}
    for _ in range(2):
        assert "not sent yet" in site.server.post(f"/p/{slug}/letter", form).text
    mail = site.office.wait_for(office)
    assert mail["Reply-To"] == mail["From"]
    assert "The writer gave no address" in " ".join(str(mail.get_content()).split())
    assert len(site.office.to(office)) == 1


def test_who_takes_their_signature_back_writes_no_more(site: Site) -> None:
    slug, office = addressed(site)
    ref, email = ref_of(site, slug)
    site.server.post(f"/p/{slug}/withdraw", {"contact": email})
    code = codes_in(site.office.wait_for(email, 2))[-1]
    taken = site.server.post(f"/p/{slug}/withdraw", {"contact": email, "code": code})
    assert "Your signature is removed" in taken.text
    page = site.server.post(f"/p/{slug}/letter", {"ref": ref, "words": OWN, "send": "1"})
    assert "sign and type the code" in page.text
    assert site.office.to(office) == []


def test_two_signers_read_each_their_own(site: Site) -> None:
    slug, office = addressed(site)
    (ana, _), (bo, _) = ref_of(site, slug), ref_of(site, slug)
    for ref, word in ((ana, "farm"), (bo, "boat")):
        words = f"I live on a {word}, and the line is slow."
        site.server.post(f"/p/{slug}/letter", {"ref": ref, "words": words, "send": "1"})
    for ref in (ana, bo):
        page = site.server.post(f"/p/{slug}/letter", {"ref": ref}).text
        assert page.count("Jo Marsh") == 1
        assert not {"farm", "boat"} & set(page.split())
    site.office.wait_for(office, 2)
    said = [str(mail.get_content()) for mail in site.office.to(office)]
    assert sorted(word for word in ("farm", "boat") for mail in said if word in mail) == [
        "boat",
        "farm",
    ]


def test_who_has_written_can_thank_once_they_have_agreed(site: Site) -> None:
    slug, office = addressed(site)
    browser, thanks, _ = verified(site, slug)
    ref = str(thanks.form(LETTER).fields["ref"].value)
    site.server.post(f"/p/{slug}/letter", {"ref": ref, "words": OWN, "send": "1"})
    site.office.wait_for(office)
    for form in ({"ref": ref}, {"ref": ref, "thanks": "1", "words": "I thank you.", "send": "1"}):
        assert "has agreed" not in site.server.post(f"/p/{slug}/letter", form).text
    site.desk.press(site.own(slug, "/letters").form("/organizer/p/{slug}/letters/agreed"))
    sent = browser.press(thanks.form(LETTER))
    assert "Jo Marsh, Mayor has agreed. You can thank them." in sent.text
    page = browser.press(sent.form(LETTER), "thanks=1")
    read = browser.press(page.form(LETTER), "", {"words": "It was time. I thank you."})
    assert "Thank you for agreeing to it:" in read.text
    for _ in range(2):
        sent = browser.press(read.form(LETTER), "send=1")
        assert "Your thanks to" in sent.text
        assert "You can thank them" not in sent.text
    site.office.wait_for(office, 2)
    page = browser.press(sent.form(LETTER))
    assert page.text.count("Jo Marsh, Mayor") == 2
    first, second = (str(mail.get_content()) for mail in site.office.to(office))
    assert ("Please act on it:" in first, "Thank you for agreeing to it:" in second) == (True, True)


def test_what_waits_for_an_office_that_agrees_is_not_sent_and_can_become_thanks(site: Site) -> None:
    slug, office = addressed(site)
    wrote(site, slug, "boat")  # so that the office stands on the page of letters
    site.office.wait_for(office)
    own = "/organizer/p/{slug}/letters"
    site.desk.press(site.own(slug, "/letters").form(f"{own}/pause"))
    browser, thanks, _ = verified(site, slug)
    ref = str(thanks.form(LETTER).fields["ref"].value)
    form = {"ref": ref, "words": OWN, "send": "1"}
    assert "waits for its turn" in site.server.post(f"/p/{slug}/letter", form).text
    site.desk.press(site.own(slug, "/letters").form(f"{own}/agreed"))
    assert "1: not sent: they have agreed, and can be thanked" in site.own(slug, "/letters").text
    site.desk.press(site.own(slug, "/letters").form(f"{own}/resume"))
    sent = browser.press(thanks.form(LETTER))
    assert "not sent: they have agreed already" in sent.text
    page = browser.press(sent.form(LETTER), "thanks=1")
    read = browser.press(page.form(LETTER), "", {"words": "It was time. I thank you."})
    browser.press(read.form(LETTER), "send=1")
    assert "Thank you for agreeing" in str(site.office.wait_for(office, 2).get_content())
    figures = json.loads(site.server.command("check", "--json").stdout)[slug]
    assert figures["letters"]["rejected"] == 1
    assert figures["answers"] == {"asked": 0, "said_yes": 0, "said_no": 0, "answered": 0}
    site.desk.press(site.own(slug, "/letters").form(f"{own}/not-agreed"))
    assert OWN[:20] in str(site.office.wait_for(office, 3).get_content())


def test_the_desk_and_the_operator_read_how_calls_and_letters_went(site: Site) -> None:
    slug = site.petition(maker0_name="Jo Marsh", maker0_title="Mayor", maker0_phone="406 555 0141")
    keyword = site.own(slug, "/edit").form("/organizer/p/{slug}/edit").fields["keyword"].value
    assert "got no answer" not in site.own(slug, "/letters").text
    for outcome in "112":
        phone = site.phone()
        for text in (f"SIGN {keyword} Ana Diaz 59801", "CALL", outcome):
            reply = site.server.text(text, phone)
        assert "Thank you" in reply
    assert "2 reached somebody, 1 got no answer" in site.own(slug, "/letters").text
    figures = json.loads(site.server.command("check", "--json").stdout)
    assert figures[slug]["calls"] == {"reached": 2, "no_answer": 1}
    assert (figures[slug]["letters"], figures[slug]["opened_to_write"]) == ({}, 0)
    slug, office = addressed(site)
    wrote(site, slug, "farm")
    site.office.wait_for(office)

    def counted() -> dict[str, int]:
        return dict(json.loads(site.server.command("check", "--json").stdout)[slug]["letters"])

    eventually(lambda: counted() == {"accepted": 1})


def test_a_held_signature_sends_nothing_and_its_signer_is_told(site: Site) -> None:
    slug, office = addressed(site)
    ref, _ = ref_of(site, slug)
    site.change("UPDATE signatures SET held_at = :seconds", slug, 1)
    page = site.server.post(f"/p/{slug}/letter", {"ref": ref, "words": OWN, "send": "1"})
    assert "not sent yet: we check your signature first" in page.text
    assert site.office.to(office) == []


@pytest.mark.parametrize("step", ["ways", "write", "wrong", "read", "sent"])
def test_each_step_is_small_in_every_language(site: Site, step: str) -> None:
    slug, _ = addressed(site)
    over = []
    ref, _ = ref_of(site, slug)
    for language in LANGUAGES:
        if step == "sent":  # it is sent but once
            ref, _ = ref_of(site, slug)
        own = "I live on a farm."
        typed: dict[str, dict[str, str]] = {
            "wrong": {"words": "a"},
            "read": {"words": own},
            "sent": {"words": own, "send": "1"},
        }
        form = {"ref": ref} | typed.get(step, {})
        for coding, budget in zip(CODINGS, BUDGET, strict=True):
            path, room = f"/{language}/p/{slug}/letter", ROOM[language]
            room = FACTORS[language][1] if coding == "identity" else room
            asked = {"Accept_Encoding": coding, "Connection": "keep-alive"}
            if step == "ways":
                page = site.server.get(path, **asked)
            else:
                page = site.server.post(path, form, **asked)
            if page.size > budget * room:
                over.append((language, coding, page.size, budget * room))
    assert over == []
