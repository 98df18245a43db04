"""Whoever attacks by letters: with invented contacts, forged references, many forms at once, loops
of names; by real HTTP and texts of a running product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import unescape

import pytest

from server.core.floods.limits import HOUSEHOLD
from tests.harness import product
from tests.harness.mail.smtp import codes_in, link_in, post_office
from tests.harness.people import land
from tests.harness.people.signers import signer
from tests.harness.product import eventually
from tests.harness.web.site import Site

WORDS = "I live on a farm, and the line is slow."
LETTER = "/p/{slug}/letter"
VERIFY = "/p/{slug}/verify"
#: The headers of a letter, as they arrive.
OURS = set(
    "from to reply-to subject date message-id mime-version content-type content-transfer-encoding"
    " return-path".split()
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with (
        post_office() as office,
        product.running(
            tmp_path_factory.mktemp("letters") / "data",
            UNDERSIGNED_SMTP_HOST="localhost",
            UNDERSIGNED_SMTP_PORT=str(office.port),
            UNDERSIGNED_SMTP_TLS="none",
            UNDERSIGNED_TRUSTED_PROXIES="127.0.0.1",
            UNDERSIGNED_LETTERS_HOURLY="1000",
        ) as server,
    ):
        land.bring(server)
        yield Site(server, office, f"sqlite:///{server.store.resolve()}")


@pytest.fixture
def slug(site: Site) -> str:
    mayor = {"maker0_name": "Jo Marsh", "maker0_email": site.address().replace("@", ".jo@")}
    return site.petition(**mayor)


def mayor(site: Site, slug: str) -> str:
    form = site.own(slug, "/edit").form("/organizer/p/{slug}/edit")
    return str(form.fields["maker0_email"].value)


def keyword(site: Site, slug: str) -> str:
    form = site.own(slug, "/edit").form("/organizer/p/{slug}/edit")
    return str(form.fields["keyword"].value)


def ref_of(site: Site, slug: str, **typed: str) -> str:
    """What the page after the right code carries."""
    email = site.address()
    thanks = site.sign(slug, email=email, **typed)
    [code] = codes_in(site.office.wait_for(email))
    page = site.stranger().press(thanks.form(VERIFY), "", {"code": code})
    return str(page.form(LETTER).fields["ref"].value)


def arrived(site: Site, slug: str, n: int) -> bool:
    return len(site.office.to(mayor(site, slug))) >= n


def all_is_quiet(site: Site, slug: str) -> None:
    """Wait until a letter that was written last has left: those before it would have, too."""
    words = f"The last one is number {site.phone()}."
    form = {"ref": ref_of(site, slug), "words": words, "send": "1"}
    assert "not sent yet" in site.server.post(f"/p/{slug}/letter", form).text
    office = mayor(site, slug)
    eventually(lambda: any(words in str(m.get_content()) for m in site.office.to(office)))


def test_a_thousand_invented_contacts_send_no_letter(site: Site, slug: str) -> None:
    ref = ref_of(site, slug)

    def attack(n: int) -> str:
        email = f"invented{n}@gmail.com"
        typed = {"name": signer(n), "postcode": "59801", "email": email}
        thanks = site.server.post(f"/p/{slug}", typed, X_Forwarded_For=f"12.0.{n}.7").text
        form = {"words": WORDS, "send": "1", "email": email, "ref": ref[:-2] + f"{n:02}"[-2:]}
        found = re.findall(r'name="entries" value="([^"]+)"', thanks)
        form |= {"contact": email, "entries": unescape(found[0]) if found else ""}
        return site.server.post(f"/p/{slug}/letter", form).text

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attack, range(100)))  # each of a thousand gets the same
    assert all("sign and type the code" in answer for answer in answers)
    all_is_quiet(site, slug)
    assert len(site.office.to(mayor(site, slug))) == 1


def test_the_reference_of_a_mail_or_of_another_petition_opens_no_letter(
    site: Site, slug: str
) -> None:
    email = site.address()
    site.sign(slug, email=email)
    mail = site.office.wait_for(email)
    mailed = link_in(mail).partition("ref=")[2]
    assert mailed
    other = ref_of(site, site.petition(maker0_name="Jo", maker0_email="jo@town.example"))
    for ref in (mailed, other, f"{other}\r\nBcc: x", f"ref={other}"):
        form = {"ref": ref, "words": WORDS, "send": "1"}
        assert "sign and type the code" in site.server.post(f"/p/{slug}/letter", form).text
    assert site.office.to(mayor(site, slug)) == []


@pytest.mark.parametrize(
    "words",
    [
        "Dear all,\r\nBcc: all@hill.example\r\nSubject: else\r\n\r\nbuy this",
        "Dear all,\u2028Bcc: all@hill.example\u0085Subject: else\x0b\x0cbuy this now",
        "=?utf-8?q?Bcc=3A_all=40hill=2Eexample?= this is a letter",
        "a letter that ends\r\n.\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<all@hill.example>\r\nDATA",
        "From the lake\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>",
    ],
)
def test_no_word_of_a_letter_becomes_a_header_or_a_command(
    site: Site, slug: str, words: str
) -> None:
    name = "Ana\r\nBcc: all@hill.example\u2028Diaz =?utf-8?q?=0ABcc=3A_x?="
    ref = ref_of(site, slug, name="Ana Bcc all Diaz")
    before = len(site.office.to("all@hill.example"))
    form = {"ref": ref, "words": f"{words}\r\n{name}", "send": "1", "email": ""}
    site.server.post(f"/p/{slug}/letter", form)
    mail = site.office.wait_for(mayor(site, slug))
    assert {name.lower() for name in mail} - {"received", "x-peer"} == OURS
    assert mail.get_content_type() == "text/plain"
    assert str(mail["Subject"]).startswith("Keep the lake")
    assert len(site.office.to(mayor(site, slug))) == 1
    assert len(site.office.to("all@hill.example")) == before


def test_forms_of_one_moment_and_their_places_are_one_letter(site: Site) -> None:
    slug = site.petition(role_senator=True, role_representative=True)
    ref = ref_of(site, slug)
    places = ["state:mt/cd:1", "state:mt/cd:2", "! state:id state:id/cd:1"] * 4

    def send(place: str) -> int:
        form = {"ref": ref, "words": WORDS, "send": "1", "place": place, "write": "1"}
        return site.server.post(f"/p/{slug}/letter", form).status

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(send, places)) == {200}
    page = site.server.post(f"/p/{slug}/letter", {"ref": ref}).text
    assert page.count("<b>") == 2  # to one senator and one member of the house
    offices = {"Ann West", "Eli East", "Bo North"}
    assert sum(office in page for office in offices) == 1


def test_one_phone_with_ever_new_names_sends_as_many_as_a_household(site: Site, slug: str) -> None:
    phone, word = site.phone(), keyword(site, slug)
    for n in range(HOUSEHOLD + 2):
        for text in (f"SIGN {word} {signer(n)} 59801", "LETTER", f"{WORDS} {n}", "SEND", "SEND"):
            site.server.text(text, phone)
        due = min(n + 1, HOUSEHOLD)
        eventually(partial(arrived, site, slug, due))
        site.server.text(f"UNDO {signer(n)}", phone)
    all_is_quiet(site, slug)
    assert len(site.office.to(mayor(site, slug))) == HOUSEHOLD + 1
    said = "not sent: there were four letters from one phone or e-mail already"
    assert f"2: {said}" in site.own(slug, "/letters").text


def test_nobody_learns_who_has_signed_or_written(site: Site, slug: str) -> None:
    email, phone, word = site.address(), site.phone(), keyword(site, slug)
    name = "Zoe Quill"

    def seen() -> list[str]:
        stranger, path = site.phone(), f"/p/{slug}/letter"
        forged = {"email": email, "name": name, "words": WORDS, "send": "1", "ref": "A" * 22}
        texts = [f"LETTER {name}", f"STATUS {name}", "SEND", f"NOT MINE {name}", "CALL"]
        pages = [site.server.get(path), site.server.get(f"{path}?postcode=59801")]
        pages += [site.server.post(path, form) for form in (forged, forged | {"thanks": "1"})]
        said = [re.sub("<.*?>", "", site.server.text(text, stranger)) for text in texts]
        return [page.text for page in pages] + said

    before = seen()
    thanks = site.sign(slug, email=email, name=name)
    [code] = codes_in(site.office.wait_for(email))
    page = site.stranger().press(thanks.form(VERIFY), "", {"code": code})
    ref = str(page.form(LETTER).fields["ref"].value)
    site.server.post(f"/p/{slug}/letter", {"ref": ref, "words": WORDS, "send": "1"})
    for text in (f"SIGN {word} {name} 59801", "LETTER", WORDS, "SEND", "SEND"):
        site.server.text(text, phone)
    eventually(partial(arrived, site, slug, 2))
    assert seen() == before


def test_no_loop_of_texts_runs_up_a_bill(site: Site, slug: str) -> None:
    phone, word = site.phone(), keyword(site, slug)
    site.server.text(f"SIGN {word} Ana Diaz 59801", phone)
    loop = ["LETTER", "MORE", "BACK", "CALL", "NOT MINE", "SEND", "LETTER", "x"]
    answered = [bool(site.server.text(text, phone).count("<Message")) for text in loop * 6]
    assert sum(answered) <= 12
