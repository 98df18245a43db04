"""Every command of `undersigned` is run beside the product, and its effect read back."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from server.cli import GROUPS, main, parser
from tests.harness import product
from tests.harness.databases.postgres import Cluster
from tests.harness.mail.bounces import FAILED, headers, report
from tests.harness.mail.smtp import PostOffice, post_office
from tests.harness.people.signers import STORED, names
from tests.harness.product import Server, eventually
from tests.harness.web.pages import Browser, Met

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@dataclass
class Place:
    """The demo as it runs, its mail, and a folder to write to."""

    server: Server
    office: PostOffice
    folder: Path
    postgres: Callable[[], Cluster]

    def run(self, *words: str, typed: str = "", **environment: str) -> str:
        """What it says once it has done what it was asked."""
        done = self.server.command(*words, typed=typed, **environment)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def total(self, *words: str, **environment: str) -> int:
        return int(json.loads(self.run(*words, "check", "--json", **environment))["face"]["total"])


MISSOULA = "ocd-division/country:us/state:mt/place:missoula"


def rows(place: Place, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(place.server.data / "undersigned.db")) as store:
        return store.execute(sql).fetchall()


def secret_of(server: Server) -> str:
    return (server.data / "secret.key").read_text().strip()


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("commands")
    with post_office() as office, product.running(folder / "data", **office.settings) as server:
        server.post("/p/face", {"name": "Ana Diaz", "postcode": "59801"})
        yield Place(server, office, folder, lambda: request.getfixturevalue("postgres"))


def demo(place: Place) -> None:
    assert "Sign this petition" in place.server.get("/p/face").text  # the fixture has started it
    assert place.server.get("/p/library").status == 404  # by `--empty`
    with product.running(place.folder / "lively", serve=("demo",)) as server:
        assert "Sign this petition" in server.get("/p/library").text


def serve_and_worker(place: Place) -> None:
    """The server alone sends nothing; the worker beside it does."""
    data, email = place.server.data.parent / "apart", "nina@gmail.com"
    mail = place.office.settings
    with product.running(data, **mail):
        pass  # makes the folder
    with product.running(data, serve=("serve", "--no-worker"), **mail) as server:
        form = {"name": "Нина Иванова", "postcode": "59801", "email": email}
        assert STORED in server.post("/p/face", form).text
        assert not place.office.to(email)
        with contextlib.ExitStack() as stack:
            worker = product.spawn(
                server.asked("worker"), place.folder / "worker.log", product.clean() | mail
            )
            stack.callback(worker.wait, 20)
            stack.callback(worker.terminate)
            place.office.wait_for(email)


def init(place: Place) -> None:
    fresh = {"UNDERSIGNED_DATABASE_URL": f"sqlite:///{place.folder / 'fresh.db'}"}
    fresh["UNDERSIGNED_SECRET_KEY"] = "k" * 40
    place.run("init", **fresh)
    assert place.run("petition", "list", **fresh) == ""
    assert (place.folder / "fresh.db").is_file()


def check(place: Place) -> None:
    before = place.total()
    place.server.post("/p/face", {"name": "Checked Once", "postcode": "59801"})
    assert place.total() == before + 1
    assert f"{before + 1} in all" in place.run("check")


def clock(place: Place) -> None:
    """It is asked of a database whose last beat was long ago."""
    place.run("clock", "--confirm")
    with contextlib.closing(sqlite3.connect(place.server.store)) as store:
        store.execute("UPDATE heartbeats SET at = at - 9000000")
        store.commit()
    told = place.server.command("clock")
    assert (told.returncode, "undersigned clock --confirm" in told.stdout) == (1, True)
    assert "a server has noted" in place.run("clock", "--confirm")
    assert "far apart" not in place.run("clock")


def backup_and_restore(place: Place) -> None:
    place.run("backup", "--to", str(place.folder / "copies"))
    [copy] = (place.folder / "copies").glob("undersigned-*.db")
    kept = place.total()
    place.server.post("/p/face", {"name": "After The Copy", "postcode": "59801"})
    back = {"UNDERSIGNED_DATABASE_URL": f"sqlite:///{place.folder / 'back.db'}"}
    back["UNDERSIGNED_SECRET_KEY"] = secret_of(place.server)
    tombstones = "undersigned.db-tombstones"
    shutil.copy2(place.server.data / tombstones, place.folder / "back.db-tombstones")
    done = place.server.command("restore", str(copy), **back)
    assert done.returncode == 0, done.stderr
    assert place.total(**back) == kept == place.total() - 1


def migrate_to(place: Place) -> None:
    data = place.folder / "moved"
    with product.running(data) as server:
        server.post("/p/face", {"name": "مريم سالم", "postcode": "59801"})
        server.stop()
        url = asyncio.run(place.postgres().create())
        done = server.command("migrate-to", url)
        assert done.returncode == 0, done.stderr
        moved = {"UNDERSIGNED_DATABASE_URL": url, "UNDERSIGNED_SECRET_KEY": secret_of(server)}
        read = server.command("check", "--json", **moved)
    assert json.loads(read.stdout)["face"]["total"] == 1


def reads(place: Place, words: str) -> bool:
    return words in place.server.get("/p/face").text


def petition(place: Place) -> None:
    for action, words in (
        ("pause", "This petition is paused"),
        ("close", "This petition is closed"),
        ("open", "Sign this petition"),
    ):
        place.run("petition", action, "face")
        eventually(partial(reads, place, words))
    assert place.run("petition", "list").startswith("face\tFACE\topen\t")


def petition_end(place: Place) -> None:
    with product.running(place.folder / "ended") as server:
        server.post("/p/face", {"name": "Ana Diaz", "postcode": "59801"})
        done = server.command("petition", "end", "face", typed="face\n")
        assert done.returncode == 0, done.stderr
        eventually(lambda: "has ended" in server.get("/p/face").text)
        assert names(server.store) == [None]


def signed_in(place: Place, name: str, password: str) -> Browser:
    browser = Browser(place.server, Met(), "127.0.0.1")
    form = browser.get("/organizer/sign-in").form("/organizer/sign-in")
    browser.press(form, "", {"name": name, "password": password})
    return browser


def status(browser: Browser, path: str = "") -> int:
    """Of a page of the petition; 401 where one is asked to sign in."""
    page = browser.get(f"/organizer/p/face{path}")
    return 401 if page.path.startswith("/organizer/sign-in") else page.status


def organizers(place: Place) -> None:
    """One is let in, made a moderator, signed out, given another password, and goes."""
    first, second = "correct horse battery", "quiet stones roll uphill"
    there = ("--petition", "face", "--role")
    place.run("organizer", "add", "vy", *there, "viewer", typed=first)

    vy = signed_in(place, "vy", first)
    assert (status(vy), status(vy, "/moderation")) == (200, 403)
    place.run("organizer", "assign", "vy", *there, "moderator")
    assert (status(vy, "/moderation"), status(vy, "/export.csv")) == (200, 403)
    assert "vy\t1: moderator\n" in place.run("organizer", "list")
    assert "Sessions ended: 1" in place.run("organizer", "end-sessions", "vy")
    assert status(vy) == 401
    vy = signed_in(place, "vy", first)
    place.run("organizer", "reset", "vy", typed=second)
    assert status(vy) == 401
    assert status(signed_in(place, "vy", first)) == 401
    assert status(signed_in(place, "vy", second)) == 200
    place.run("organizer", "remove", "vy")
    assert status(signed_in(place, "vy", second)) == 401
    assert "vy\tremoved\n" in place.run("organizer", "list")
    place.run("organizer", "reset", "vy", typed=second)  # there again, and in no team
    assert status(signed_in(place, "vy", second)) == 404


def reviewer(place: Place) -> None:
    """Nothing opens that no reviewer has accepted, by the command either."""
    with product.running(place.folder / "reviewed", UNDERSIGNED_REVIEW="1") as server:
        server.command("organizer", "add", "rev", typed="nine small boats drift")
        done = server.command("organizer", "reviewer", "rev", UNDERSIGNED_REVIEW="1")
        assert (done.returncode, done.stdout) == (0, "rev reviews drafts now.\n")
        assert "rev\t2: owner; reviewer\n" in server.command("organizer", "list").stdout
        with contextlib.closing(sqlite3.connect(server.store)) as store, store:
            store.execute("UPDATE petitions SET opened_at = NULL, version = version + 1")
        late = server.command("petition", "open", "face", UNDERSIGNED_REVIEW="1")
        assert late.returncode == 1
        assert "no reviewer has accepted it" in late.stderr
        done = server.command("organizer", "reviewer", "rev", "--remove")
        assert "rev reviews no drafts any more." in done.stdout
        assert "UNDERSIGNED_REVIEW=1 demands it" in done.stdout
        assert "reviewer" not in server.command("organizer", "list").stdout
        assert server.command("petition", "open", "face").returncode == 0


def organizations(place: Place) -> None:
    """A petition goes to another organization, and back."""
    password = "seven slow rivers bend"
    place.run("organizer", "add", "mo", typed=password)
    [own] = re.findall(r"^(\d+)\tmo\tpetitions: 0\tmo$", place.run("organization", "list"), re.M)
    said = place.run("organization", "add", "Friends", "--owner", "mo")
    friends = said.split()[-1].rstrip(".")
    mo = signed_in(place, "mo", password)
    for number, answered in ((friends, 200), ("1", 404), (own, 200), ("1", 404)):
        place.run("organization", "give", number, "--petition", "face")
        assert status(mo) == answered


def key_new(place: Place) -> None:
    one, other = (place.run("key", "new").strip() for _ in range(2))
    assert one != other
    url = f"sqlite:///{place.folder / 'keyed.db'}"
    place.run("init", UNDERSIGNED_SECRET_KEY=one, UNDERSIGNED_DATABASE_URL=url)


def key_dkim(place: Place) -> None:
    file = place.folder / "dkim.pem"
    said = place.run("key", "dkim", str(file), UNDERSIGNED_MAIL_FROM="petition@example.org")
    assert "undersigned._domainkey.example.org" in said
    assert "v=DKIM1; k=rsa; p=" in said
    assert file.stat().st_mode & 0o777 == 0o600
    made = file.read_text()
    again = place.run("key", "dkim", str(file), UNDERSIGNED_MAIL_FROM="petition@example.org")
    assert (again, file.read_text()) == (said, made)


def decision_makers_import(place: Place) -> None:
    file = place.folder / "people.csv"
    file.write_text(f"name,role,division\nAnn Lee,mayor,{MISSOULA}\n")
    said = place.run("decision-makers", "import", str(file))
    assert "new: 1, changed: 0, closed: 0, as before: 0" in said
    assert rows(place, "SELECT name, role FROM officeholders") == [("Ann Lee", "mayor")]


def divisions_import(place: Place) -> None:
    file = place.folder / "places.csv"
    file.write_text(f"country,postcode,division\nUS,59801,{MISSOULA}\n")
    assert "new: 1, changed: 0" in place.run("divisions", "import", str(file))
    found = rows(place, "SELECT postcode, division FROM postcode_divisions")
    assert found == [("59801", MISSOULA)]


def sms_read(place: Place) -> None:
    said = place.run("sms", "read", "hi its Zoë Vale in 59801 plz add me to FACE")
    assert [line.split(":")[1].strip() for line in said.splitlines() if line[:6] == "names:"] == [
        "Zoë Vale"
    ]
    before = place.total()
    assert place.total() == before  # it stores nothing


def sms_simulate(place: Place) -> None:
    before = place.total()
    said = place.run("sms", "simulate", "SIGN FACE Bo Lee 59802", "--from", "+14062990001")
    assert "Bo Lee" in said
    assert place.total() == before + 1


def sms_reconcile(place: Place) -> None:
    assert place.run("sms", "reconcile").startswith("No gateway that is set up can be asked")


def bounced(place: Place) -> None:
    blocked, other = "blocked@gmail.com", "other@gmail.com"
    assert place.run("bounced", typed=f"{blocked}\n").startswith("Noted: 1")
    for email in (blocked, other):
        place.server.post(
            "/p/face", {"name": f"X {email[:5]}", "postcode": "59801", "email": email}
        )
    place.office.wait_for(other)  # mails go out in order
    assert place.office.to(blocked) == []


def mail_in(place: Place) -> None:
    gone = "gone@gmail.com"
    form = {"name": "Gone Away", "postcode": "59801", "email": gone}
    place.server.post("/p/face", form)
    mail = place.office.wait_for(gone)
    said = report(FAILED, returned=headers(str(mail["Message-ID"])))
    assert place.run("mail-in", typed=said).startswith("Noted: a mail came back for good.")
    assert rows(place, "SELECT count(*) FROM bounces WHERE bounced_at > 0") != [(0,)]
    assert place.run("mail-in", typed="Hello\n").startswith("It tells of no mail of ours")
    place.server.post("/p/face", form | {"postcode": "59802"})
    other = "after@gmail.com"
    place.server.post("/p/face", form | {"name": "After Her", "email": other})
    place.office.wait_for(other)  # mails go out in order
    assert len(place.office.to(gone)) == 1


#: Which function runs a command, or an action of one.
TRIED: dict[str, Callable[[Place], None]] = {
    "demo": demo,
    "serve": serve_and_worker,
    "worker": serve_and_worker,
    "init": init,
    "check": check,
    "clock": clock,
    "backup": backup_and_restore,
    "restore": backup_and_restore,
    "migrate-to": migrate_to,
    "petition list": petition,
    "petition open": petition,
    "petition pause": petition,
    "petition close": petition,
    "petition end": petition_end,
    "organizer list": organizers,
    "organizer add": organizers,
    "organizer assign": organizers,
    "organizer reset": organizers,
    "organizer end-sessions": organizers,
    "organizer reviewer": reviewer,
    "organizer remove": organizers,
    "organization list": organizations,
    "organization add": organizations,
    "organization give": organizations,
    "key new": key_new,
    "key dkim": key_dkim,
    "decision-makers import": decision_makers_import,
    "divisions import": divisions_import,
    "sms read": sms_read,
    "sms simulate": sms_simulate,
    "sms reconcile": sms_reconcile,
    "mail-in": mail_in,
    "bounced": bounced,
}


def commands(of: argparse.ArgumentParser, name: str = "") -> Iterator[str]:
    """Every command, with each of its actions."""
    actions: list[str] = []
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from commands(below, f"{name} {word}".strip())
            return
        if action.dest == "action" and action.choices:
            actions = list(action.choices)
    yield from (f"{name} {action}" for action in actions) if actions else [name]


def test_every_command_is_in_the_table_and_no_other() -> None:
    assert sorted(commands(parser())) == sorted(TRIED)


@pytest.mark.parametrize("group", GROUPS)
def test_a_command_is_found_without_loading_those_of_other_groups(group: str) -> None:
    assert {name.split()[0] for name in commands(parser([group]))} == GROUPS[group]


@pytest.mark.parametrize("given", [["chek"], ["--help"], ["--data", "check", "--help"]])
def test_whoever_names_no_command_is_told_all(
    capsys: pytest.CaptureFixture[str], given: list[str]
) -> None:
    with pytest.raises(SystemExit):
        main(given)
    said = "".join(capsys.readouterr())
    assert all(command in said for group in GROUPS.values() for command in group)


@pytest.mark.parametrize("run", dict.fromkeys(TRIED.values()), ids=lambda run: run.__name__)
def test_a_command_does_what_it_says(place: Place, run: Callable[[Place], None]) -> None:
    before = place.server.get("/healthz").status
    run(place)
    assert before == place.server.get("/healthz").status == 200
