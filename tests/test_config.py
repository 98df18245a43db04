"""Settings: each is documented, each bad value is named."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from server import config
from server.errors import Misconfigured

SECRET = {"UNDERSIGNED_SECRET_KEY": "k" * 40}
PAGE = Path(__file__).parent.parent / "docs" / "settings.md"


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    rows = re.findall(
        r"^\| `((?:UNDERSIGNED|TWILIO|AFRICASTALKING)_\w+)` \| (.*?) \| (.*) \|$",
        PAGE.read_text("utf-8"),
        re.M,
    )
    documented = [(name, default.strip().strip("`"), meaning) for name, default, meaning in rows]
    assert documented == list(config.TABLE)


def test_every_field_is_a_setting_and_no_variable_is_used_twice() -> None:
    fields = dataclasses.fields(config.Settings)
    assert len({f.metadata["variable"] for f in fields}) == len(fields)


def test_the_defaults_need_nothing_but_a_secret() -> None:
    settings = config.load(SECRET)
    assert settings.database_url == "sqlite:///undersigned.db"
    assert settings.sms_countries == frozenset()
    assert not settings.secure


@pytest.mark.parametrize(
    "environ",
    [
        {"UNDERSIGNED_SECRET_KEY": ""},
        {"UNDERSIGNED_CWC_URL": "door.example"},
        {"UNDERSIGNED_CWC_AGENT": "Us"},
        {"UNDERSIGNED_CWC_CONTACT": "Jo"},
        {"UNDERSIGNED_CWC_EMAIL": "jo@localhost"},
        {"UNDERSIGNED_CWC_PHONE": "+1 406 555 0123"},
        {"UNDERSIGNED_SECRET_KEY": "short"},
        {"UNDERSIGNED_PUBLIC_URL": "example.org"},
        {"UNDERSIGNED_PUBLIC_URL": "https://example.org/"},
        {"UNDERSIGNED_PUBLIC_URL": "https://example.org/path"},
        {"UNDERSIGNED_PUBLIC_URL": "http://["},
        {"UNDERSIGNED_MAIL": "journal"},
        {"UNDERSIGNED_SMS_DAILY_SEGMENTS": "many"},
        {"UNDERSIGNED_SMS_DAILY_SEGMENTS": "-1"},
        {"UNDERSIGNED_SMS_CONSOLE": "maybe"},
        {"UNDERSIGNED_LOG_LEVEL": "LOUD"},
        {"UNDERSIGNED_LANGUAGE": "tlh"},
        {"UNDERSIGNED_SMS_NUMBER": "call me"},
        {"UNDERSIGNED_HOSTS": "https://example.org/"},
        {"UNDERSIGNED_TRUSTED_PROXIES": "10.0.0.1,proxy.local"},
        {"UNDERSIGNED_CONTACT_FILE": "/nowhere/at/all"},
        {"UNDERSIGNED_PUBLIC_URL": ""},
        {"UNDERSIGNED_PUBLIC_URL": "https://ana:secret@example.org"},
        {"UNDERSIGNED_LANGUAGE": ""},
        {"UNDERSIGNED_COUNTRY": "us"},
        {"UNDERSIGNED_SMS_PRICE": "cheap"},
        {"UNDERSIGNED_SMTP_TLS": ""},
        {"UNDERSIGNED_LOG_LEVEL": ""},
        {"UNDERSIGNED_MAIL_FROM": "Ana <ana@example.org>"},
        {"UNDERSIGNED_MAIL_BOUNCES": "bounces@example.org"},
        {"UNDERSIGNED_LETTERS_REPLY_TO": "answers+*"},
        {"UNDERSIGNED_LETTERS_REPLY_TO": "answers-of-all-petitions*@example.org"},
        {"UNDERSIGNED_LETTERS_REPLY_TO": "answers+*@*.example.org"},
        {"UNDERSIGNED_IMAP_URL": "https://answers@imap.example.org"},
        {"UNDERSIGNED_IMAP_URL": "imaps://imap.example.org"},
        {"UNDERSIGNED_IMAP_URL": "imaps://answers@imap.example.org"},
        {"UNDERSIGNED_MAIL_BOUNCES": "*bounces@example.org"},
        {"UNDERSIGNED_MAIL_BOUNCES": "bounces-of-all-petitions*@example.org"},
        {"UNDERSIGNED_MAIL_BOUNCES": "bounces+*@"},
        {"UNDERSIGNED_MAIL_BOUNCES": "Bounces <bounces+*@example.org>"},
        {"UNDERSIGNED_DKIM_KEY": "/etc/undersigned/dkim.pem"},
        {"UNDERSIGNED_DKIM_SELECTOR": ""},
        {"UNDERSIGNED_DKIM_SELECTOR": "no blanks"},
        {"UNDERSIGNED_DKIM_SELECTOR": "-"},
    ],
)
def test_a_bad_value_is_refused_in_words_that_name_the_variable(environ: dict[str, str]) -> None:
    (variable,) = environ
    with pytest.raises(Misconfigured, match=variable.removesuffix("_FILE")):
        config.load(SECRET | environ)


def test_a_secret_that_is_too_short_is_not_shown() -> None:
    for variable in ("UNDERSIGNED_SECRET_KEY", "UNDERSIGNED_SMS_SECRET"):
        with pytest.raises(Misconfigured, match=variable) as caught:
            config.load(SECRET | {variable: "hush-hush"})
        assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["https://example.org", "http://127.0.0.1:8000", "http://[::1]:81", "https://bücher.example"],
)
def test_an_address_of_every_kind_is_taken(url: str) -> None:
    assert config.load(SECRET | {"UNDERSIGNED_PUBLIC_URL": url}).public_url == url


def test_on_https_no_code_is_written_into_a_log_that_nobody_has_asked_for() -> None:
    https = SECRET | {"UNDERSIGNED_PUBLIC_URL": "https://petition.example.org"}
    with pytest.raises(Misconfigured, match=r"SMTP_HOST must be set.*UNDERSIGNED_MAIL=console"):
        config.check_mail(config.load(https))
    for told in (SECRET, https | {"UNDERSIGNED_MAIL": "console"}):
        config.check_mail(config.load(told))
    mails = {"UNDERSIGNED_SMTP_HOST": "mail.example.org"}
    config.check_mail(config.load(https | mails))
    with pytest.raises(Misconfigured, match="both set"):
        config.load(https | mails | {"UNDERSIGNED_MAIL": "console"})


def test_a_secret_may_come_from_a_file_but_not_from_two_places(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("x" * 40 + "\n")
    assert config.load({"UNDERSIGNED_SECRET_KEY_FILE": str(file)}).secret_key == "x" * 40
    with pytest.raises(Misconfigured, match="both set"):
        config.load(SECRET | {"UNDERSIGNED_SECRET_KEY_FILE": str(file)})
