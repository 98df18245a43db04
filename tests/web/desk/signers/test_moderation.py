"""The pages on which organizers decide, walked through."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import pytest

from tests.harness import product
from tests.harness.product import Answer, Server, eventually

OWN = "/organizer/p/face"


class Room:
    """An organizer's browser: one cookie, and the token of the last page."""

    def __init__(self, server: Server, name: str = "organizer", password: str = "") -> None:
        self.server = server
        form = {"name": name, "password": password or server.password, "next": OWN}
        connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/organizer/sign-in", urlencode(form), kind)
        answer = connection.getresponse()
        cookies = [v.partition(";")[0] for k, v in answer.getheaders() if k == "set-cookie"]
        connection.close()
        self.cookie = next(cookie for cookie in cookies if cookie.startswith("organizer="))

    def get(self, path: str = "/moderation") -> str:
        answer = self.server.get(OWN + path, Cookie=self.cookie)
        assert answer.status == 200, (path, answer.status)
        return answer.text

    def post(self, path: str, form: dict[str, str]) -> Answer:
        token = re.findall(r'name="csrf" value="([^"]+)"', self.get())[0]
        return self.server.post(OWN + path, form | {"csrf": token}, Cookie=self.cookie)

    def follow(self, path: str, form: dict[str, str]) -> str:
        answer = self.post(path, form)
        assert answer.status == 303, answer.text
        return self.get(answer.headers["location"].removeprefix(OWN))


def figures(server: Server) -> dict[str, int]:
    found = json.loads(server.command("check", "--json").stdout)["face"]
    return {name: found[name] for name in ("verified", "unverified", "held")}


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with product.running(
        tmp_path_factory.mktemp("moderation") / "data",
        UNDERSIGNED_TRUSTED_PROXIES="127.0.0.1",
        UNDERSIGNED_SMS_CODES_DAILY="10",
    ) as server:
        yield server


def agreed(page: str) -> str:
    """The value of the button, or hidden field, that agrees to what a page shows."""
    [value] = re.findall(r'name="sure" value="([^"]+)"', page)
    return str(value)


def flood(server: Server, count: int = 40) -> None:
    for i in range(count):
        form = {"name": f"Bot {i}", "postcode": "59999"}
        server.post("/p/face", form, X_Forwarded_For="198.51.100.7")


def test_more_signers_than_people_are_a_signal_beside_another(server: Server) -> None:
    for i, name in enumerate(("Ana Diaz", "Bo Lee")):
        server.text(f"SIGN FACE {name} 59888", f"+1406299010{i}")
    room = Room(server)
    room.follow("/moderation/populations", {"people": "59888 1"})
    for name, postcode in (("Cyd Charo", "59888"), ("Bot 1", "59888"), ("Bot 2", "59801")):
        server.post("/p/face", {"name": name, "postcode": postcode})
    assert figures(server) == {"verified": 2, "unverified": 2, "held": 1}
    assert "more from one postcode than people live there" in room.get()


def test_held_signatures_are_seen_by_reason_and_decided_as_a_group(server: Server) -> None:
    flood(server)
    room = Room(server)
    page = room.get()
    assert "many from one place at once" in page
    assert "Bot 1" not in page  # nothing of anybody is needed to decide
    held = figures(server)["held"]
    assert held > 10
    assert f">Held signatures: <b>{held}</b></a>" in room.get("")
    sure = room.post("/moderation/decide", {"why": "burst names", "accept": "0"}).text
    assert f"Reject {held} signatures?" in sure
    assert figures(server)["held"] == held
    form = {"why": "burst names", "accept": "0", "sure": agreed(sure)}
    flood(server, 2)  # what comes meanwhile is not what was agreed to
    assert "They are being rejected." in room.follow("/moderation/decide", form)
    eventually(lambda: "Held signatures rejected" in room.get() and "It is done." in room.get())
    assert figures(server)["held"] <= 2
    room.follow("/invalidate/1/undo", {})
    eventually(lambda: figures(server)["held"] >= held)
    sure = room.post("/moderation/decide", {"why": "burst names", "accept": "1"}).text
    form = {"why": "burst names", "accept": "1", "sure": agreed(sure)}
    assert "They are accepted." in room.follow("/moderation/decide", form)
    assert "Nothing of that group" in room.follow("/moderation/decide", form)


def test_signatures_are_taken_out_in_the_open_and_put_back(server: Server) -> None:
    flood(server, 10)
    room = Room(server)
    form = {"name": "bot*", "postcode": "59999", "reason": "Made by a program"}
    page = room.post("/invalidate", form).text
    assert "This takes out 10 signatures" in page
    assert figures(server)["unverified"] == 10
    form |= {"sure": agreed(page)}
    with ThreadPoolExecutor(2) as at_once:
        pressed = list(at_once.map(lambda _: room.follow("/invalidate", form), range(2)))
    assert all("under way" in page or "It is done." in page for page in pressed)
    eventually(lambda: "It is done." in room.get())
    assert "It is done." in room.follow("/invalidate", form)
    assert room.get().count("Made by a program") == 1
    assert room.get("/audit").count("asked to take signatures out") == 1
    assert figures(server)["unverified"] == 0
    eventually(lambda: "Made by a program" in server.get("/p/face").text)
    assert "10 signatures removed by the organizers" in server.get("/p/face").text
    room.follow("/invalidate/1/undo", {})
    eventually(lambda: figures(server)["unverified"] == 10)
    eventually(lambda: "removed by the organizers" not in server.get("/p/face").text)
    # And once more, with nobody new since: what was put back is taken out again.
    form |= {"sure": agreed(room.post("/invalidate", form | {"sure": ""}).text)}
    room.follow("/invalidate", form)
    eventually(lambda: figures(server)["unverified"] == 0)
    log = room.get("/audit")
    assert "asked to take signatures out" in log
    assert "59999, b•••" in log
    assert "bot*" not in log
    assert "put signatures back" in log


def test_who_signs_by_a_phone_whose_signer_was_taken_out_and_took_it_back_is_decided_about(
    server: Server,
) -> None:
    phone = "+14062990123"
    server.text("SIGN FACE Ana Diaz 59801", phone)
    room = Room(server)
    form = {"name": "ana diaz", "reason": "Not a person"}
    form |= {"sure": agreed(room.post("/invalidate", form).text)}
    room.follow("/invalidate", form)
    eventually(lambda: figures(server)["verified"] == 0)
    server.text("UNDO", phone)
    server.text("SIGN FACE Ana Dias 59801", phone)
    assert figures(server) == {"verified": 0, "unverified": 0, "held": 1}
    assert "a signature with this contact was taken out, then erased by its signer" in room.get()
    sure = room.post("/moderation/decide", {"why": "taken_out", "accept": "1"}).text
    form = {"why": "taken_out", "accept": "1", "sure": agreed(sure)}
    assert "They are accepted." in room.follow("/moderation/decide", form)
    eventually(lambda: figures(server)["verified"] == 1)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Fill in at least one condition"),
        ({"name": "x", "reason": ""}, "and the reason"),
        ({"name": "x", "reason": "y" * 200}, "shorter reason"),
        ({"name": "x", "reason": "ana@example.org did it"}, "Leave phone numbers"),
        ({"since": "yesterday", "reason": "y"}, "Write the time like"),
    ],
)
def test_what_is_wrong_with_a_condition_is_said(
    shared: Room, form: dict[str, str], words: str
) -> None:
    page = shared.post("/invalidate", form).text
    assert words in page
    assert "<title>Error:" in page


@pytest.mark.parametrize("odd", [{"prefix": "zz"}, {"class": "nothing"}, {"class": "Web"}])
def test_what_no_form_offers_is_refused_and_never_left_out_of_a_condition(
    shared: Room, odd: dict[str, str]
) -> None:
    answer = shared.post("/invalidate", {"name": "*", "reason": "y"} | odd)
    assert answer.status == 400
    assert "This takes out" not in answer.text


def options(page: str) -> dict[str, str]:
    """What the choice of how people signed offers: values and words."""
    chosen = re.findall(r'<select id="class".*?</select>', page, re.DOTALL)
    return dict(re.findall(r'<option value="([^"]+)"[^>]*>(.*?)</option>', "".join(chosen)))


def test_only_ways_in_which_somebody_has_signed_are_offered_in_plain_words(server: Server) -> None:
    room = Room(server)
    assert options(room.get("/invalidate")) == {}
    server.text("SIGN FACE Ana Diaz 59801", "+14062990101")
    server.post("/p/face", {"name": "Bo Lee", "postcode": "59801"})
    server.post("/p/face", {"name": "Cyd Charo", "postcode": "59801", "email": "cyd@gmail.com"})
    offered = {
        "web-email": "On the web, with e-mail",
        "web": "On the web, with no contact",
        "sms": "By text",
    }
    assert options(room.get("/invalidate")) == offered
    form = {"class": "web", "reason": "Nobody gave a contact"}
    seen = room.post("/invalidate", form).text
    assert "This takes out 1 signature." in seen
    room.follow("/invalidate", form | {"sure": agreed(seen)})
    eventually(lambda: "It is done." in room.get())
    assert "On the web, with no contact." in room.get()
    assert "<bdi>which: On the web, with no contact</bdi>" in room.get("/audit")
    assert figures(server) == {"verified": 1, "unverified": 1, "held": 0}
    del offered["web"]
    assert options(room.get("/invalidate")) == offered
    # What was chosen stays in the form: without it, the rest of it would mean more.
    again = room.post("/invalidate", form | {"name": "*", "prefix": "ab" * 16}).text
    assert "web" in options(again)
    assert '<option value="web" selected>' in again
    assert f'<option value="{"ab" * 16}" selected>#ababab' in again


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A room in which nothing is changed for good."""
    with product.running(
        tmp_path_factory.mktemp("shared") / "data", UNDERSIGNED_SMS_CODES_DAILY="10"
    ) as server:
        yield Room(server)


@pytest.mark.parametrize("id_", ["0", "99", "x", "9" * 30])
def test_an_invalidation_that_is_none_is_not_found(shared: Room, id_: str) -> None:
    for action in ("confirm", "undo"):
        assert shared.post(f"/invalidate/{id_}/{action}", {}).status == 404


def test_numbers_of_people_are_kept_and_wrong_lines_are_named(shared: Room) -> None:
    page = shared.post("/moderation/populations", {"people": "59801 4210\nnonsense"}).text
    assert "nonsense" in page
    assert "Nothing is stored yet" in page
    assert "stored" in shared.follow("/moderation/populations", {"people": "59801 4210"})
    assert "59801 4210" in shared.get()


def test_codes_by_text_are_turned_on_and_off(shared: Room) -> None:
    assert "Send codes by text as well" in shared.get("/figures")
    shared.follow("/text-codes", {"on": "1"})
    assert "Send no codes by text any more" in shared.get("/figures")
    shared.follow("/text-codes", {"on": "0"})


def test_the_log_is_downloaded_as_lines(shared: Room) -> None:
    shared.follow("/text-codes", {"on": "0"})
    connection = HTTPConnection("127.0.0.1", shared.server.port, timeout=20)
    connection.request("GET", OWN + "/audit.jsonl", headers={"Cookie": shared.cookie})
    text = connection.getresponse().read().decode()
    connection.close()
    entries = [json.loads(line) for line in text.splitlines()]
    assert entries[-1]["action"] == "text_codes"
    assert entries[-1]["actor"] == "organizer"
    assert [e["n"] for e in entries] == sorted(e["n"] for e in entries)


def test_what_the_address_says_was_decided_is_believed_only_of_ones_own_last_act(
    shared: Room,
) -> None:
    shared.follow("/moderation/populations", {"people": "59801 4210"})
    said = "The numbers of people are stored."
    assert said in shared.get("/moderation?done=populations")
    for word in ("accepted", "rejected", "comments", "running", "undone", "waits", "x"):
        assert 'role="status"' not in shared.get(f"/moderation?done={word}")
    shared.follow("/text-codes", {"on": "0"})
    assert said not in shared.get("/moderation?done=populations")
    assert "Nothing of that group" in shared.get("/moderation?done=nothing")  # claims no act


def test_nobody_else_decides(shared: Room) -> None:
    server = shared.server
    for path in ("/moderation", "/invalidate", "/audit"):
        answer = server.get(OWN + path)
        assert answer.status == 303
        assert quote(OWN + path, safe="/") in answer.headers["location"]
    form = {"why": "burst names", "accept": "1", "sure": "1"}
    assert server.post(OWN + "/moderation/decide", form).status in {200, 403}
    answer = server.post(OWN + "/moderation/decide", form, Cookie=shared.cookie)
    assert answer.status == 403  # no token
