"""Settings that cannot work: each is refused in one line, before anything begins."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from server.cli import main, serving
from server.cli.shared import settings_of
from server.config import joined

#: What is set besides a key and a database; the variable that the one line must name comes last.
SETTINGS: list[dict[str, str]] = [
    {"UNDERSIGNED_SMS_GATEWAY": "pigeon"},
    {"UNDERSIGNED_SMS_GATEWAY": "twilio"},
    {"UNDERSIGNED_SMS_HTTP": "pigeon"},
    {"UNDERSIGNED_SMS_HTTP": "{"},
    {"UNDERSIGNED_SMS_HTTP": "[]"},
    {"UNDERSIGNED_SMS_HTTP": "kannel"},
    {"UNDERSIGNED_SMS_SECRET": "s" * 20, "UNDERSIGNED_SMS_HTTP": '{"pigeons": 3}'},
    {"UNDERSIGNED_SMS_SECRET": "short"},
    {"UNDERSIGNED_SMS_HTTP_SEND_URL": "localhost"},
    {"UNDERSIGNED_SMS_HTTP_SEND_URL": "http://127.0.0.1:130130/"},
    {"UNDERSIGNED_SMS_HTTP_SEND_AUTH": "hush"},
    {"UNDERSIGNED_VOICE": "1"},
    {"AFRICASTALKING_USERNAME": "sandbox"},
    {"AFRICASTALKING_API_URL": "sandbox"},
    {"TWILIO_MESSAGING_SERVICE_SID": "MG1"},
    {"UNDERSIGNED_ANDROID_URL": "the phone"},
    {"UNDERSIGNED_PUBLIC_URL": "petition.example.org"},
    {"UNDERSIGNED_PUBLIC_URL": "http://petition.example.org/"},
    {"UNDERSIGNED_PUBLIC_URL": "http://petition.example.org:99999"},
    {"UNDERSIGNED_PUBLIC_URL": "http://ana@petition.example.org"},
    {"UNDERSIGNED_PUBLIC_URL": "http://petition.example.org?from=poster"},
    {"UNDERSIGNED_PUBLIC_URL": "http://petition..example.org"},
    {"UNDERSIGNED_PUBLIC_URL": "ftp://petition.example.org"},
    {"UNDERSIGNED_COUNTRY": "Germany"},
    {"UNDERSIGNED_COUNTRY": "XX"},
    {"UNDERSIGNED_SMS_COUNTRIES": "USA"},
    {"UNDERSIGNED_SMS_COUNTRIES": "US;CA"},
    {"UNDERSIGNED_SMS_COUNTRIES": "us"},
    {"UNDERSIGNED_SMS_NUMBER": "4065550100"},
    {"UNDERSIGNED_SMS_NUMBER": "+1"},
    {"UNDERSIGNED_SMS_PRICE": "0,0083 USD"},
    {"UNDERSIGNED_SMS_KEEP_DAYS": "0"},
    {"UNDERSIGNED_SMS_KEEP_DAYS": "9" * 5000},
    {"UNDERSIGNED_SMS_DAILY_SEGMENTS": "20,000"},
    {"UNDERSIGNED_SMTP_PORT": "99999"},
    {"UNDERSIGNED_SMTP_PORT": "0"},
    {"UNDERSIGNED_SMTP_PORT": "²"},
    {"UNDERSIGNED_SMTP_HOST": "mail.example.org:25"},
    {"UNDERSIGNED_SMTP_HOST": "smtp://mail.example.org"},
    {"UNDERSIGNED_SMTP_USERNAME": "undersigned"},
    {"UNDERSIGNED_SMTP_TLS": "always"},
    {"UNDERSIGNED_MAIL_FROM": "ana@example.org@example.org"},
    {"UNDERSIGNED_CONTACT": "the office"},
    {"UNDERSIGNED_NAME": "Two\nlines"},
    {"UNDERSIGNED_QUEUE_LIMIT": "0"},
    {"UNDERSIGNED_PENDING_HOURS": "0"},
    {"UNDERSIGNED_LETTERS_HOURLY": "0"},
    {"UNDERSIGNED_MAIL_NETWORK_HOURLY": "-1"},
    {"UNDERSIGNED_TOMBSTONES_DAYS": "0"},
    {"UNDERSIGNED_TOMBSTONES": "mysql://127.0.0.1/undersigned"},
    {"UNDERSIGNED_DATABASE_URL": ""},
    {"UNDERSIGNED_DATABASE_URL": "mysql://127.0.0.1/undersigned"},
    {"UNDERSIGNED_DATABASE_URL": "postgresql://127.0.0.1:99999/undersigned"},
    {"UNDERSIGNED_DATABASE_URL": "postgresql://127.0.0.1:port/undersigned"},
    {"UNDERSIGNED_TRUSTED_PROXIES": "localhost"},
    {"UNDERSIGNED_HOSTS": "petition.example.org:99999"},
    {"UNDERSIGNED_LEAKED_PASSWORDS": "/nowhere/at/all"},
    {"UNDERSIGNED_LOG_LEVEL": "debug"},
]
#: Databases that are not there or cannot be had; their variable is not at fault, so the line names
#: the place.
PLACES = {
    "sqlite:////nowhere/at/all.db": "/nowhere/at/all.db",
    "sqlite:////tmp": "/tmp",
    "postgresql://127.0.0.1:1/undersigned": "PostgreSQL",
}
OPTIONS = {
    "--port 99999": "--port",
    "--port -1": "--port",
    "--port http": "--port",
    "--workers -3": "--workers",
    "--workers 0": "--workers",
    "--workers many": "--workers",
    "--host 203.0.113.9": "203.0.113.9",
}


def refused(monkeypatch: pytest.MonkeyPatch, capsys: Any, command: str) -> str:
    """The one line that the command says, in this process; a server that starts fails the test."""

    def served(*_: Any, **__: Any) -> int:
        pytest.fail("it was served")

    monkeypatch.setattr(serving, "_serve_on", served)
    monkeypatch.setattr(serving, "_supervise", served)
    try:
        status = main(command.split())
    except SystemExit as end:
        status = int(end.code or 0)
    assert status == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("undersigned: ")
    assert len(line) < 300
    return str(line)


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in os.environ:
        if variable.startswith(("UNDERSIGNED_", "TWILIO_", "AFRICASTALKING_")):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("UNDERSIGNED_DATABASE_URL", f"sqlite:///{tmp_path}/new.db")


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: "=".join(list(s.items())[-1])[:60])
def test_a_setting_that_cannot_work_is_refused_in_one_line(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path
) -> None:
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)
    line = refused(monkeypatch, capsys, "serve --port 0")
    assert list(settings)[-1] in line
    assert "hush" not in line
    assert not list(tmp_path.iterdir())  # nothing has begun


@pytest.mark.parametrize("url", PLACES)
def test_a_database_that_cannot_be_had_is_named_in_one_line(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("UNDERSIGNED_DATABASE_URL", url)
    assert PLACES[url] in refused(monkeypatch, capsys, "serve --port 0")


@pytest.mark.parametrize("options", OPTIONS)
def test_an_option_that_cannot_work_is_refused_in_one_line(
    options: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    port = "" if "--port" in options else "--port 0"
    assert OPTIONS[options] in refused(monkeypatch, capsys, f"serve {port} {options}")


def test_it_ends_with_1_and_one_line_in_a_process_of_its_own() -> None:
    environ = {"UNDERSIGNED_SMS_GATEWAY": "pigeon", "UNDERSIGNED_DATABASE_URL": "sqlite:///x.db"}
    ended = subprocess.run(
        [sys.executable, "-m", "server", "serve", "--port", "0"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "UNDERSIGNED_SMS_GATEWAY" in ended.stderr


def test_a_file_and_a_value_of_one_variable_are_not_both_taken() -> None:
    defaults = {"UNDERSIGNED_NAME": "Demo", "UNDERSIGNED_SECRET_KEY_FILE": "/demo/key"}
    said = {"UNDERSIGNED_NAME_FILE": "/etc/name", "UNDERSIGNED_SECRET_KEY": "k" * 40}
    assert joined(defaults, said) == said
    assert joined(defaults, {"UNDERSIGNED_NAME": "Real"}) == defaults | {"UNDERSIGNED_NAME": "Real"}


def test_the_environment_may_name_a_file_for_what_the_demo_has_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.cli import demo

    environ = {"UNDERSIGNED_SECRET_KEY": "k" * 40}
    demo.prepare(tmp_path / "data", environ, "127.0.0.1", 8000)
    number = tmp_path / "number"
    number.write_text("+14065550123\n")
    monkeypatch.delenv("UNDERSIGNED_DATABASE_URL")
    monkeypatch.setenv("UNDERSIGNED_SMS_NUMBER_FILE", str(number))
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", "k" * 40)
    options = Namespace(data=tmp_path / "data")
    assert settings_of(options).sms_number == "+14065550123"
