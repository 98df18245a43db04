"""Whoever took something back after a copy was made stays gone when the copy is put back."""

from __future__ import annotations

import contextlib
import html
import itertools
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness import product
from tests.harness.mail.smtp import PostOffice, codes_in, link_in, post_office
from tests.harness.people.signers import names
from tests.harness.product import Server, eventually

pytestmark = pytest.mark.timeout(180)
SOAK = bool(os.environ.get("SOAK"))  # `make soak` asks for more

PHONES = {
    name: f"+1406555{number:04}"
    for number, name in enumerate(
        ["Mia Novak", "Una Dunn", "Remy Ortiz", "Ivo Petrov", "Lea Santos", "Namid Cruz"], 200
    )
}
GONE = {"Eve Stone", "Dee Prince", "Una Dunn", "Remy Ortiz", "Namid Cruz", "Nadia Cruz"}
STAY = {"Mia Novak", "Ivo Petrov", "Lea Santos"}


@dataclass
class Loss:
    """A copy, and the server that it was made of, on which people took things back since."""

    server: Server
    copy: Path
    figures: dict[str, object]  # as they were at the end

    @property
    def tombstones(self) -> Path:
        return self.server.data / "undersigned.db-tombstones"

    def remove_database(self) -> None:
        for file in self.server.data.glob("undersigned.db*"):
            if file != self.tombstones:
                file.unlink()

    def figures_now(self) -> dict[str, object]:
        return figures(self.server)

    @contextlib.contextmanager
    def tombstones_are_back_later(self) -> Iterator[bytes]:
        """What is in them, to be changed until the block ends."""
        kept = self.server.data / "kept"
        shutil.copy2(self.tombstones, kept)
        try:
            yield kept.read_bytes()
        finally:
            for file in self.server.data.glob(f"{self.tombstones.name}*"):
                file.unlink()
            kept.rename(self.tombstones)


def figures(server: Server) -> dict[str, object]:
    done = server.command("check", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)["face"]
    return found


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def sign_all(server: Server, office: PostOffice) -> str:
    """Everybody signs, by web and by text; the mail of Dee Prince, who will say that it was not
    them."""
    for name, phone in PHONES.items():
        assert name in server.text(f"SIGN FACE {name} 59801", phone)
    form = {"name": "Eve Stone", "postcode": "59801", "email": "eve.stone@gmail.com"}
    thanks = server.post("/p/face", form)
    [code] = codes_in(office.wait_for("eve.stone@gmail.com"))
    answer = server.post("/p/face/verify", hidden(thanks.text) | {"code": code})
    assert "Your signature is verified" in answer.text
    form = {"name": "Dee Prince", "postcode": "59801", "email": "dee.prince@gmail.com"}
    server.post("/p/face", form)
    return str(office.wait_for("dee.prince@gmail.com"))


def take_back_all(server: Server, office: PostOffice) -> None:
    """By every door."""
    asked = server.post("/p/face/withdraw", {"contact": "eve.stone@gmail.com"})
    [code] = codes_in(office.wait_for("eve.stone@gmail.com", 2))
    done = server.post("/p/face/withdraw", hidden(asked.text) | {"code": code})
    assert "Your signature is removed" in done.text
    mail = office.wait_for("dee.prince@gmail.com")
    fields = hidden(server.get(link_in(mail)).text) | {"code": codes_in(mail)[0], "not_me": "1"}
    assert "We have erased it" in server.post("/p/face/verify", fields).text
    for name, words, answer in (
        ("Una Dunn", "UNDO", "is removed"),
        ("Remy Ortiz", "REMOVE ME", "is removed"),
        ("Ivo Petrov", "STOP", "no more texts"),
        ("Lea Santos", "STOP", "no more texts"),
        ("Lea Santos", "START", "again"),
        ("Namid Cruz", "NAME Nadia Cruz", "Nadia Cruz"),
        ("Namid Cruz", "UNDO", "Nadia Cruz"),
    ):
        assert answer in server.text(words, PHONES[name]), words


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loss]:
    data = tmp_path_factory.mktemp("restoring") / "data"
    with post_office() as office:
        mail = {"HOST": "localhost", "PORT": str(office.port), "TLS": "none"}
        settings = {f"UNDERSIGNED_SMTP_{name}": value for name, value in mail.items()}
        with product.running(data, **settings) as server:
            sign_all(server, office)
            copies = data.parent / "copies"
            assert server.command("backup", "--to", str(copies)).returncode == 0
            [copy] = copies.iterdir()
            assert set(names(copy)) == (GONE | STAY) - {"Nadia Cruz"}
            take_back_all(server, office)
            before = figures(server)
            server.kill()
            yield Loss(server, copy, before)


def erased(database: Path) -> None:
    """Nobody of those who are gone is there, and nobody is missing."""
    assert {name for name in names(database) if name} == STAY
    with contextlib.closing(sqlite3.connect(database)) as store:
        # Ivo Petrov's and Remy Ortiz's.
        assert store.execute("SELECT count(*) FROM opt_outs").fetchone() == (2,)
        assert store.execute("SELECT count(*) FROM stopped_recipients").fetchone() == (1,)


def test_all_is_as_after_the_erasing(lost: Loss) -> None:
    lost.remove_database()
    done = lost.server.command("restore", str(lost.copy))
    assert done.returncode == 0, done.stderr
    assert "organizers have decided since the copy was made is not in it" in done.stdout
    erased(lost.server.store)
    whole = lost.server.store.read_bytes()
    assert [name for name in GONE if name.encode() in whole] == []
    assert PHONES["Una Dunn"].encode() not in whole
    assert lost.copy.read_bytes().count(b"Una Dunn") > 1  # in the signature, and in texts
    assert lost.figures_now() == lost.figures
    with product.running(lost.server.data) as server:
        page = server.get("/p/face/names").text
        assert not any(name in page for name in GONE)
        assert server.text("HELP", PHONES["Ivo Petrov"]) == ""
        assert server.text("HELP", PHONES["Lea Santos"])
        assert "no signature" in server.text("UNDO", PHONES["Una Dunn"])
        assert figures(server) == lost.figures


def test_a_server_does_the_same_however_the_copy_was_put_back(lost: Loss) -> None:
    lost.remove_database()
    shutil.copy(lost.copy, lost.server.store)
    with product.running(lost.server.data, serve=("serve", "--no-worker")):
        erased(lost.server.store)
        assert lost.figures_now() == lost.figures


def test_a_line_torn_by_the_loss_of_power_is_no_hindrance(lost: Loss) -> None:
    lost.remove_database()
    with lost.tombstones_are_back_later() as whole:
        lost.tombstones.write_bytes(whole + b'[99,1800000000,[["withdrawn",1,"ab')
        done = lost.server.command("restore", str(lost.copy))
        assert done.returncode == 0, done.stderr
        erased(lost.server.store)


#: Runs a command that is killed, as by the loss of power, before its nth step on files of ours.
KILLED = """
import os, signal, sys
from server.cli import main
folder, at = sys.argv[1], int(sys.argv[2])
STEPS = {"open", "os.rename", "os.link", "os.remove", "os.chown", "shutil.copyfile"}
def step(event, about, steps=[0]):
    if event in STEPS and any(folder in str(part) for part in about):
        steps[0] += 1
        if steps[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(step)
sys.exit(main(sys.argv[3:]))
"""


def restore_killed(lost: Loss, step: int, *options: str) -> bool:
    """Whether it was killed; else it has come to its end before that step."""
    data = str(lost.server.data)
    command = ["--data", data, "restore", *options, str(lost.copy)]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, data, str(step), *command],
        cwd=product.ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode != 0


@pytest.mark.slow
@pytest.mark.parametrize("stands", [False, True], ids=["gone", "there"])
def test_one_that_is_killed_anywhere_is_done_by_the_next(lost: Loss, stands: bool) -> None:
    options = ["--force"] if stands else []
    for step in itertools.count(1 + stands, 1 if SOAK else 8):
        lost.remove_database()
        if stands:
            shutil.copy(lost.copy, lost.server.store)
        killed = restore_killed(lost, step, *options)
        if lost.server.store.exists():  # the old one or the new one, and whole
            there = {name for name in names(lost.server.store) if name}
            assert there in ([STAY, (GONE | STAY) - {"Nadia Cruz"}] if stands else [STAY])
        assert lost.server.store.exists() or not stands
        if not killed:
            break
        again = ["--force"] if lost.server.store.exists() else []
        done = lost.server.command("restore", *again, str(lost.copy))
        assert done.returncode == 0, (step, done.stderr)
        erased(lost.server.store)
        assert not list(lost.server.data.glob(".*part*")), step
    assert step > 20
    assert lost.figures_now() == lost.figures


def test_a_copy_says_where_the_tombstones_are_and_if_they_can_be_lost_with_it(
    lost: Loss, tmp_path: Path
) -> None:
    made = lost.server.command("backup", "--to", str(tmp_path))
    assert f"noted in {lost.tombstones}" in made.stdout
    assert "never put it back with one" in made.stdout
    assert "on the same disk as the database" in made.stdout
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as other:
        elsewhere = {"UNDERSIGNED_TOMBSTONES": other.name}
        made = lost.server.command("backup", "--to", str(tmp_path), **elsewhere)
        assert f"noted in {other.name}" in made.stdout
        assert "on the same disk" not in made.stdout


def damage(lost: Loss, kind: str, folder: Path) -> Path:
    """Make the tombstones so, and give the copy to put back."""
    if kind == "missing":
        lost.tombstones.unlink()
    elif kind == "damaged":
        lines = lost.tombstones.read_bytes().splitlines(keepends=True)
        lost.tombstones.write_bytes(b"".join([*lines[:2], b"x" + lines[2][1:], *lines[3:]]))
    else:
        newer = shutil.copy(lost.copy, folder / "newer.db")
        with contextlib.closing(sqlite3.connect(newer)) as store:
            store.execute("UPDATE tombstones_done SET n = 1000")
            store.commit()
        return Path(newer)
    return lost.copy


@pytest.mark.parametrize("kind", ["missing", "damaged", "older"])
def test_without_them_a_copy_is_refused_unless_told(lost: Loss, kind: str, tmp_path: Path) -> None:
    lost.remove_database()
    with lost.tombstones_are_back_later():
        copy = damage(lost, kind, tmp_path)
        refused = lost.server.command("restore", str(copy))
        assert refused.returncode == 1
        assert "would be in it again" in refused.stderr
        assert "--without-tombstones" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert not lost.server.store.exists()
        done = lost.server.command("restore", str(copy), "--without-tombstones")
        assert done.returncode == 0, done.stderr
        assert ("tombstones that were there are now" in done.stdout) is (kind != "missing")
        with product.running(lost.server.data) as server:  # it begins new ones
            assert "is removed" in server.text("UNDO", PHONES["Mia Novak"])
            assert lost.server.command("check").returncode == 0


def test_a_server_that_lacks_them_says_so_and_does_not_start(lost: Loss) -> None:
    lost.remove_database()
    shutil.copy(lost.copy, lost.server.store)
    with lost.tombstones_are_back_later():
        lost.tombstones.unlink()
        for command in (["serve", "--port", "0"], ["init"], ["demo", "--port", "0"]):
            refused = lost.server.command(*command)
            assert refused.returncode == 1, command
            assert "no tombstones in" in refused.stderr
            assert "Traceback" not in refused.stderr
        checked = lost.server.command("check")
        assert checked.returncode == 1
        assert "no tombstones in" in checked.stderr
        assert lost.server.command("init", "--without-tombstones").returncode == 0
        assert lost.server.command("check").returncode == 0
        assert "Una Dunn" in names(lost.server.store)


def test_the_file_is_private_and_names_nobody(lost: Loss) -> None:
    assert lost.tombstones.stat().st_mode & 0o777 == 0o600
    said = lost.tombstones.read_text()
    parts = [part for name in GONE | STAY for part in name.split()]
    parts += [phone[1:] for phone in PHONES.values()] + ["gmail", "59801"]
    assert [part for part in parts if part in said] == []


def test_a_petition_that_was_ended_is_ended_again(tmp_path: Path) -> None:
    with product.running(tmp_path / "data") as server:
        for name, phone in PHONES.items():
            assert name in server.text(f"SIGN FACE {name} 59801", phone)
        before = figures(server)
        assert server.command("backup", "--to", str(tmp_path / "copies")).returncode == 0
        [copy] = (tmp_path / "copies").iterdir()
        unsure = server.command("petition", "end", "face", typed="faces\n")
        assert unsure.returncode == 1
        assert "nothing was changed" in unsure.stderr
        assert "6 signatures" in unsure.stderr
        assert "Mia Novak" in names(server.store)
        done = server.command("petition", "end", "face", typed="face\n")
        assert done.returncode == 0, done.stderr
        assert "delete them" in done.stdout
        assert set(names(server.store)) == {None}
        assert server.command("petition", "end", "face", "--yes").returncode == 0
        eventually(lambda: "has ended" in server.get("/p/face").text)
        assert "<b>6</b>" in server.get("/p/face").text
        for sheet in (".txt", "/poster", "/feed.atom"):
            assert "has ended" in server.get(f"/p/face{sheet}").text
        assert json.loads(server.get("/p/face/count.json").text)["verified"] == 6
        for path in ("/p/face/verify", "/p/face/withdraw"):
            assert "The data of those who signed is erased" in server.get(path).text
        form = {"name": "Theo Late", "postcode": "59801"}
        assert "This petition has ended" in server.post("/p/face", form).text
        assert "has ended" in server.text("SIGN FACE Theo Late 59801", "+14065550999")
        opened = server.command("petition", "open", "face")
        assert opened.returncode == 1
        assert "has ended for good" in opened.stderr
        assert figures(server) == before
        server.kill()
    done = server.command("restore", "--force", str(copy))
    assert done.returncode == 0, done.stderr
    assert set(names(server.store)) == {None}
    assert figures(server) == before
    with product.running(tmp_path / "data") as server:
        assert "has ended" in server.get("/p/face").text
