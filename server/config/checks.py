"""What no shape of one value shows: whether values fit together, and to the world outside."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import fields

from server.config.settings import Settings
from server.errors import Misconfigured

_KEY_LENGTH = 32  # characters, at least
_PORTS = range(65_536)
#: What is of no use without one of the others.
_NEEDS: dict[str, tuple[str, ...]] = {
    "UNDERSIGNED_SMS_HTTP": ("UNDERSIGNED_SMS_SECRET", "UNDERSIGNED_SMS_HTTP_HMAC_KEY"),
    "UNDERSIGNED_VOICE": ("TWILIO_AUTH_TOKEN",),
    "AFRICASTALKING_USERNAME": ("UNDERSIGNED_SMS_SECRET",),
    "UNDERSIGNED_IMAP_URL": ("UNDERSIGNED_IMAP_PASSWORD",),
    "UNDERSIGNED_SMTP_USERNAME": ("UNDERSIGNED_SMTP_HOST",),
    "TWILIO_MESSAGING_SERVICE_SID": ("TWILIO_AUTH_TOKEN",),
}


def check(settings: Settings) -> None:
    """Raise `Misconfigured`, in words that name the variable, for what cannot work."""
    if len(settings.secret_key) < _KEY_LENGTH:
        raise Misconfigured(
            f"UNDERSIGNED_SECRET_KEY must be set to at least {_KEY_LENGTH} characters of chance; "
            "`undersigned key new` prints one"
        )
    if not settings.database_url:
        raise Misconfigured("UNDERSIGNED_DATABASE_URL must not be empty: leave it out, or name one")
    if settings.leaked_file and not settings.leaked_file.is_file():
        raise Misconfigured("UNDERSIGNED_LEAKED_PASSWORDS: there is no such file")
    if settings.tombstones == settings.database_url:
        raise Misconfigured("UNDERSIGNED_TOMBSTONES must not be in the database that forgets them")
    if settings.mail and settings.smtp_host:
        raise Misconfigured(
            "UNDERSIGNED_MAIL=console and UNDERSIGNED_SMTP_HOST are both set: set one of them"
        )
    _check_company(settings)
    _check_networks(settings.trusted_proxies)
    _check_ports(settings)
    _check_countries(settings)


def check_mail(settings: Settings) -> None:
    """Raise `Misconfigured` if codes of real people would stand in the log that nobody meant to."""
    if settings.secure and not settings.smtp_host and settings.mail != "console":
        raise Misconfigured(
            "UNDERSIGNED_SMTP_HOST must be set: without it all mails, codes and all, are written"
            " into the log. To have it so on https, set UNDERSIGNED_MAIL=console"
        )


def _check_company(settings: Settings) -> None:
    given = {f.metadata["variable"] for f in fields(settings) if getattr(settings, f.name)}
    for variable, others in _NEEDS.items():
        if variable in given and given.isdisjoint(others):
            raise Misconfigured(f"{variable} needs {' or '.join(others)} to be set too")


def _check_networks(networks: Iterable[str]) -> None:
    for network in sorted(networks):
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise Misconfigured(
                "UNDERSIGNED_TRUSTED_PROXIES must be addresses or networks like 10.0.0.0/8,"
                f" not {network!r}"
            ) from None


def _check_ports(settings: Settings) -> None:
    addresses = {
        "UNDERSIGNED_PUBLIC_URL": [settings.public_url],
        "UNDERSIGNED_HOSTS": [f"//{host}" for host in sorted(settings.hosts)],
        "UNDERSIGNED_DATABASE_URL": [settings.database_url],
        "UNDERSIGNED_TOMBSTONES": [settings.tombstones],
        "UNDERSIGNED_SMS_HTTP_SEND_URL": [settings.sms_http_send_url],
        "UNDERSIGNED_ANDROID_URL": [settings.android_url],
        "AFRICASTALKING_API_URL": [settings.africastalking_api_url],
        "UNDERSIGNED_IMAP_URL": [settings.imap_url],
    }
    for variable, urls in addresses.items():
        for port in (port for url in urls for port in _ports_of(url)):
            # The address is not repeated: a password may stand in it.
            if not (port.isascii() and port.isdecimal() and len(port) < 6 and int(port) in _PORTS):
                raise Misconfigured(f"{variable}: a port is a number up to 65535, not {port!r}")


def _ports_of(url: str) -> list[str]:
    """The ports that an address names; a database may have several hosts."""
    if not url.startswith(("http", "imap", "postgres", "//")):
        return []
    place = url.partition("//")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    ends = (host.rpartition("]")[2].partition(":") for host in place.split(","))
    return [port for _, colon, port in ends if colon]


def _check_countries(settings: Settings) -> None:
    given = {"UNDERSIGNED_COUNTRY": {settings.country} - {"US"}}
    given["UNDERSIGNED_SMS_COUNTRIES"] = set(settings.sms_countries)
    if not any(given.values()):
        return
    from phonenumbers import SUPPORTED_REGIONS  # (slow to load)

    for variable, codes in given.items():
        for code in sorted(codes - SUPPORTED_REGIONS):
            raise Misconfigured(f"{variable}: {code!r} is no ISO code of a country; US is one")
