"""The public pages over raw HTTP: what people and machines get, and what they get told."""

from __future__ import annotations

import gzip
import json
import re
import socket
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest

from server.web.http.pages import FRESH_SECONDS
from tests.harness.people.signers import STORED
from tests.harness.product import Server, eventually, exchange, post, request

ANA = {"name": "Ana Diaz", "postcode": "59801"}


def counted(server: Server) -> dict[str, int]:
    """The exact figures, as `undersigned check` says them; it fails if a counter lies."""
    done = server.command("check", "--json")
    assert done.returncode == 0, done.stderr
    figures: dict[str, int] = json.loads(done.stdout)["face"]
    return figures


def test_one_get_and_one_post_sign(server: Server) -> None:
    page = server.get("/p/face")
    assert page.status == 200
    assert 'action="/p/face#r"' in page.text
    before = counted(server)["total"]
    thanks = server.post("/p/face", ANA)
    assert thanks.status == 200
    assert "Thanks for signing the petition!" in thanks.text
    assert counted(server)["total"] == before + 1


def test_no_page_needs_a_script_a_cookie_or_a_second_request(server: Server) -> None:
    for path in ("/", "/p/face", "/es/p/face", "/help", "/privacy"):
        page = server.get(path)
        assert page.status == 200
        assert "set-cookie" not in page.headers
        for needless in ("<script", "<img", "<iframe", "@import", "url(", 'rel="stylesheet"'):
            assert needless not in page.text


def test_the_same_post_ten_times_in_parallel_is_one_signature_and_ten_same_answers(
    server: Server,
) -> None:
    raw = post("/p/face", {"name": "Ten Times", "postcode": "59801"})
    before = counted(server)["total"]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: exchange(server.port, raw), range(10)))
    assert {a.status for a in answers} == {200}
    # Without a contact each has a reference of its own, which is all that differs.
    assert len({re.sub(r"\b[a-z2-7]{21}\b", "", a.text) for a in answers}) == 1
    assert len({tuple((k, v) for k, v in a.headers.items() if k != "date") for a in answers}) == 1
    assert counted(server)["total"] == before + 1


def test_a_repeated_signature_with_contact_reads_like_a_new_one(server: Server) -> None:
    form = ANA | {"name": "Cora Low", "phone": "+1 406 555 0187"}
    first, second = server.post("/p/face", form), server.post("/p/face", form)
    assert first.body == second.body
    assert first.headers | {"date": ""} == second.headers | {"date": ""}


def test_the_problems_of_a_form_are_in_a_summary_and_beside_each_field_with_values_kept(
    server: Server,
) -> None:
    form = {
        "name": "",
        "postcode": "5980",
        "email": 'x"<b>@',
        "comment": "Because & so",
        "news": "1",
    }
    answer = server.post("/p/face", form)
    assert answer.status == 200  # some browsers hide the body of a 4xx
    assert "<title>Error:" in answer.text
    for words, id_ in (
        ("Write your name.", "n"),
        ("That is not a ZIP code. It has five digits, like 59801.", "z"),
        ("Write a whole e-mail address, like ana@example.org.", "m"),
    ):
        assert f'<a href="#{id_}">{words}</a>' in answer.text
        assert f'<strong id="{id_}e">{words}</strong>' in answer.text
        assert f'aria-describedby="{id_}e"' in answer.text
    assert 'value="5980"' in answer.text
    assert "x&#34;&lt;b&gt;@" in answer.text
    assert "Because &amp; so</textarea>" in answer.text
    assert re.search(r'name="news" checked', answer.text)
    assert not re.search(r'name="public" checked', answer.text)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"name": "x" * 5000, "postcode": "59801"},
        {"name": "\x00\x1b[31m", "postcode": "\x7f"},
        {"name": "Ana", "postcode": "59801", "phone": "+1 555"},
        {"name": "Ana", "postcode": "59801", "email": "a@b.org", "phone": "+14065550123"},
        {"name": "%00", "postcode": "'; DROP TABLE signatures; --"},
        {"name": "{{ 7*7 }}", "postcode": "<script>alert(1)</script>"},
    ],
)
def test_bad_values_get_a_plain_page_and_sign_nothing(server: Server, form: dict[str, str]) -> None:
    before = counted(server)["total"]
    answer = server.post("/p/face", form)
    assert answer.status == 200
    assert "You have not signed yet" in answer.text
    assert "<script" not in answer.text
    assert counted(server)["total"] == before


def test_letters_of_an_old_browser_are_kept(server: Server) -> None:
    body = b"_charset_=&name=Jos%E9+N%FA%F1ez&postcode=59801&comment=%93Yes%94"
    kind = "application/x-www-form-urlencoded"
    server_answer = exchange(server.port, request("POST", "/p/face", body, Content_Type=kind))
    assert "Thanks for signing the petition!" in server_answer.text
    with sqlite3.connect(server.data / "undersigned.db") as database:
        assert ("José Núñez", "“Yes”") in database.execute(
            "SELECT name, comment FROM signatures"
        ).fetchall()


@pytest.mark.parametrize(
    ("raw", "status", "words"),
    [
        (request("GET", "/p/nothing"), 404, "nothing at this address"),
        (request("GET", "/elsewhere"), 404, "nothing at this address"),
        (request("GET", "/es/nada"), 404, "No hay nada"),
        (post("/p/nothing", ANA), 404, "nothing at this address"),
        (request("PUT", "/p/face"), 405, "does not work"),
        (request("POST", "/p/face/count"), 405, "does not work"),
        (request("GET", "/sms/twilio"), 405, "does not work"),
        (post("/p/face", ANA, Content_Type="application/json"), 415, "could not read the form"),
        (post("/p/face", ANA | {"comment": "x" * 20_000}), 413, "too much"),
        (post("/p/face", ANA, Origin="https://evil.example"), 403, "another site"),
        (post("/p/face", ANA, Sec_Fetch_Site="cross-site"), 403, "another site"),
        (post("/p/face", {f"f{i}": "x" for i in range(99)}), 400, "could not read the form"),
    ],
)
def test_what_goes_wrong_is_said_on_a_plain_page(
    server: Server, raw: bytes, status: int, words: str
) -> None:
    answer = exchange(server.port, raw)
    assert answer.status == status
    assert words in answer.text
    assert "Traceback" not in answer.text


def test_an_address_with_too_many_fields_is_no_fault_of_ours(server: Server) -> None:
    many = "&".join(f"a{i}=1" for i in range(40))
    for page in ("verify", "withdraw"):
        answer = server.get(f"/p/face/{page}?{many}")
        assert (answer.status, "We could not read the form" in answer.text) == (400, True)


def test_a_machine_is_told_a_problem_as_json(server: Server) -> None:
    answer = server.get("/p/nothing/count.json")
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["status"] == 404


def test_head_answers_like_get_without_a_body(server: Server) -> None:
    for path in ("/", "/p/face", "/help", "/healthz"):
        got = server.get(path)
        head = exchange(server.port, request("HEAD", path))
        assert (head.status, head.body) == (200, b"")
        assert head.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize("coding", ["gzip", "br", "identity"])
def test_every_coding_carries_the_same_page_and_answers_304_when_it_is_known(
    server: Server, coding: str
) -> None:
    plain = server.get("/p/face").body
    got = server.get("/p/face", Accept_Encoding=coding)
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress, "identity": bytes}[coding]
    assert unpack(got.body) == plain
    assert got.headers.get("content-encoding", "identity") == coding
    again = server.get("/p/face", Accept_Encoding=coding, If_None_Match=got.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == got.headers["etag"]


def test_each_coding_has_an_etag_of_its_own(server: Server) -> None:
    etags = {server.get("/p/face", Accept_Encoding=c).headers["etag"] for c in ("gzip", "br", "")}
    assert len(etags) == 3


def test_a_language_prefix_stands_in_every_link_of_the_page(server: Server) -> None:
    for path in ("/es/p/face", "/es/", "/es/help"):
        page = server.get(path).text
        assert '<html lang="es"' in page
        for link in re.findall(r'(?:href|action)="(/[^"]*)"', page):
            chosen = re.search(f'href="{link}" lang="[a-z]+"', page)
            assert link.startswith("/es/") or chosen, link


def test_links_never_come_from_the_request(server: Server) -> None:
    raw = request("GET", "/p/face").replace(b"Host: 127.0.0.1", b"Host: evil.example")
    assert "evil.example" not in exchange(server.port, raw).text


def test_counts_are_exact_for_verified_and_say_every_class(server: Server) -> None:
    before = json.loads(server.get("/p/face/count.json").body)
    done = server.command("sms", "simulate", "SIGN FACE Cora Ingle 59801", "--from", "+14065550190")
    assert "1 segment" in done.stdout, done.stderr
    after = json.loads(server.get("/p/face/count.json").body)
    assert after["verified"] == before["verified"] + 1
    assert list(after["by_class"]) == [
        "web-email", "web-phone", "sms", "ussd", "voice", "paper", "import",
    ]  # fmt: skip
    assert server.get("/p/face/count.txt").text == f"{after['verified']}\n"
    assert server.get("/p/face/count").text == f"{after['verified']}\n"


def test_a_new_count_is_on_the_page_as_soon_as_a_page_may_lag(server: Server) -> None:
    for i in range(3):
        server.command(
            "sms", "simulate", f"SIGN FACE Page {chr(65 + i)}a 59801", "--from", f"+1406555015{i}"
        )
        verified = json.loads(server.get("/p/face/count.json").body)["verified"]
        time.sleep(FRESH_SECONDS)  # a fast machine signs twice within it
        assert f"<b>{verified}</b>" in server.get("/p/face").text


@pytest.mark.parametrize(
    ("action", "said", "title"),
    [
        ("close", "takes no more signatures", "This petition is closed"),
        ("pause", "takes no signatures right now", "This petition is paused"),
    ],
)
def test_a_petition_that_is_not_open_says_so_and_stores_nothing(
    server: Server, action: str, said: str, title: str
) -> None:
    before = counted(server)["total"]
    server.command("petition", action, "face")
    try:
        deadline = threading.Event()
        for _ in range(40):
            if said in server.get("/p/face").text:
                break
            deadline.wait(0.1)
        assert "<form" not in server.get("/p/face").text
        for sheet in ("/p/face.txt", "/p/face/poster"):
            assert said in server.get(sheet).text
        answer = server.post("/p/face", {"name": "Too Late", "postcode": "59801"})
        assert title in answer.text
        assert counted(server)["total"] == before
    finally:
        server.command("petition", "open", "face")
        deadline.wait(1.2)


def test_security_headers_are_on_every_page(server: Server) -> None:
    for answer in (server.get("/p/face"), server.post("/p/face", ANA), server.get("/nope")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_http_1_0_without_a_host_is_served(server: Server) -> None:
    assert exchange(server.port, b"GET /p/face HTTP/1.0\r\n\r\n").status == 200


def test_an_answer_that_was_lost_can_be_asked_for_again(server: Server) -> None:
    raw = post("/p/face", {"name": "Lost Answer", "postcode": "59801"})
    before = counted(server)["total"]
    with socket.create_connection(("127.0.0.1", server.port)) as gone:
        gone.sendall(raw)  # and away, without reading
    assert "Thanks for signing the petition!" in exchange(server.port, raw).text
    assert counted(server)["total"] == before + 1


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("es-419,en;q=0.8", "es"),
        ("en;q=0.5, es;q=0.7", "es"),
        ("fi, es;q=0.1", "es"),
        ("en-GB,es", "en"),
        ("es;q=0", "en"),
        ("*", "en"),
        ("es;q=x, ;;,", "en"),
    ],
)
def test_the_first_page_speaks_the_browsers_language(
    server: Server, said: str, language: str
) -> None:
    for _ in range(2):  # made, and from memory
        page = server.get("/", Accept_Language=said)
        assert f'<html lang="{language}"' in page.text
        assert page.headers["vary"] == "accept-encoding,accept-language"
    link = "/es/p/face" if language == "es" else "/p/face"
    assert f'<a href="{link}"' in page.text


def test_beyond_the_first_page_only_the_address_chooses_the_language(server: Server) -> None:
    for path, language in [("/p/face", "en"), ("/en/", "en"), ("/es/", "es"), ("/help", "en")]:
        page = server.get(path, Accept_Language="es" if language == "en" else "en")
        assert f'<html lang="{language}"' in page.text
        assert page.headers["vary"] == "accept-encoding"


def test_a_link_with_the_end_of_its_sentence_leads_to_the_petition_in_one_step(
    server: Server,
) -> None:
    for near in ("/p/face.", "/p/FACE,/", "/p/face)%20", "/p/face%C2%A0", "/p/face%E2%80%8B."):
        answer = server.get(near)
        assert (answer.status, answer.headers["location"]) == (301, "/p/face")
    assert server.get("/p/face").status == 200


def test_an_address_and_a_word_that_were_given_up_lead_to_the_petition(server: Server) -> None:
    with sqlite3.connect(server.store) as store:
        for kind, name in (("slug", "faces"), ("keyword", "FACES")):
            store.execute("INSERT INTO former_names VALUES (?, ?, 1)", (kind, name))
        store.execute("UPDATE petitions SET version = version + 1")
    eventually(lambda: server.get("/p/faces").status == 301)
    answer = server.get("/es/p/FACES/names.?a=b")
    assert (answer.status, answer.headers["location"]) == (301, "/es/p/face/names?a=b")
    thanks = server.post("/p/faces", {"name": "Old Link", "postcode": "59801"})
    assert "Thanks for signing the petition!" in thanks.text
    before = counted(server)["by_class"]["sms"]  # type: ignore[index]
    assert "signed" in server.text("SIGN FACES Ana Diaz 59801", "+14065550177")
    assert counted(server)["by_class"]["sms"] == before + 1  # type: ignore[index]


def test_a_decision_makers_address_is_nothing_but_an_address_in_the_signers_mail(
    server: Server,
) -> None:
    odd = "boss?bcc=eve&subject=x@example.org"  # stored by a version before this one
    with sqlite3.connect(server.store) as store:
        store.execute("UPDATE decision_makers SET email = ? WHERE position = 0", (odd,))
        store.execute("UPDATE petitions SET version = version + 1")

    def links() -> list[str]:
        page = server.post("/p/face", ANA).text
        return re.findall(r'href="mailto:([^"?]+)\?subject=[^"&?]*&amp;body=[^"&?]*"', page)

    eventually(lambda: "boss%3Fbcc%3Deve%26subject%3Dx@example.org" in links())


@pytest.mark.parametrize("ticks", [("public",), ("news",), ("public", "news")])
@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_a_tick_that_needs_a_contact_says_so_at_its_field_and_keeps_what_was_typed(
    server: Server, ticks: tuple[str, ...], prefix: str
) -> None:
    before = counted(server)["total"]
    name = f"Ticks {' '.join(ticks)} {prefix.strip('/')}".strip()
    form = ANA | dict.fromkeys(ticks, "1") | {"name": name, "comment": "Because"}
    answer = server.post(f"{prefix}/p/face", form)
    [sentence] = re.findall(r'<li><a href="#m">(.*?)</a></li>', answer.text)
    assert prefix or sentence.startswith("To show your name or to send you news, we need your")
    assert f'<strong id="me">{sentence}</strong>' in answer.text
    assert f'value="{name}"' in answer.text
    assert ">Because</textarea>" in answer.text
    for tick in ("public", "news"):
        ticked = f'name="{tick}" checked' in answer.text
        assert ticked is (tick in ticks)
    assert counted(server)["total"] == before
    phone = f"406-555-01{10 + 3 * len(prefix) + len(''.join(ticks)):02}"
    assert STORED in server.post("/p/face", form | {"phone": phone}).text
    assert counted(server)["total"] == before + 1


@pytest.mark.parametrize("prefix", ["", "/hi"])
def test_the_petition_leads_to_who_signed_and_to_taking_it_back(
    server: Server, prefix: str
) -> None:
    page = server.get(f"{prefix}/p/face").text
    for sheet in ("names", "withdraw"):
        assert f'<a href="{prefix}/p/face/{sheet}">' in page
        assert server.get(f"{prefix}/p/face/{sheet}").status == 200


#: Postcodes as keyboards, word processors and habits write them, by the country of the petition.
TYPED = {
    "JP": [
        "１００－０００１",
        "〒100-0001",
        "100ー0001",
        "〒１００ー０００１",
        "100\u22120001",
        "1000001",
    ],
    "NL": ["NL-1234 AB", "1234ab", "1234\xa0AB", "NL 1234 AB"],
    "US": [
        "59801–1234",
        "59801\u20111234",
        "59801\u22121234",
        "MT-59801",
        "５９８０１",
        "US-59801",
    ],
    "DE": ["D-10115", "DE 10115", "D–10115", "10115\u200b"],
}


@pytest.mark.parametrize("country", TYPED)
def test_a_postcode_is_taken_as_people_of_its_country_type_it(server: Server, country: str) -> None:
    def set_in(where: str) -> None:
        with sqlite3.connect(server.store) as store:
            store.execute("UPDATE petitions SET country = ?, version = version + 1", (where,))
        wanted = "ZIP code" if where == "US" else "Postcode"
        eventually(lambda: f"<label>{wanted}<" in server.get("/p/face").text)

    set_in(country)
    try:
        for number, postcode in enumerate(TYPED[country]):
            form = {"name": f"Post {country} {'abcdefgh'[number]}", "postcode": postcode}
            assert STORED in server.post("/p/face", form).text, postcode
        refused = server.post("/p/face", {"name": "Post Nowhere", "postcode": "0-0"}).text
        assert "<title>Error:" in refused
    finally:
        set_in("US")


def test_an_apostrophe_of_a_phone_is_the_one_of_the_mailbox(server: Server) -> None:
    form = ANA | {"name": "Nora Brien", "email": "nora.o\u2019brien@example.org"}
    assert "nora.o&#39;brien@example.org" in server.post("/p/face", form).text
